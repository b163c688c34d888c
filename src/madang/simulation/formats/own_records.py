"""Reads Madang's own records as CSV: traces that it wrote, jobs with instants, and slices of use."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from madang.errors import Refused
from madang.simulation.formats import streams
from madang.simulation.formats.bad_rows import Tally
from madang.simulation.formats.checks import Choices, Draft
from madang.simulation.formats.tables import Bad, Gathered, Row, each, only, span, table

TRACE = ("job", "submit", "run", "estimate", "processors", "gpus")
JOBS = ("job", "account", "gpus", "cores", "submitted_at", "started_at", "ended_at")
SLICES = ("source", "key", "account", "job", "started_at", "ended_at", "gpus", "cores")


def read_madang(path: Path, choices: Choices, tally: Tally) -> Draft:
    """Madang's own records; the heading says which of three.

    - what `writing.write_trace` writes: ``job,submit,run,estimate,processors,gpus,…`` in seconds of the trace;
    - jobs: ``job,account,gpus,cores,submitted_at,started_at,ended_at`` with instants, and if there are
      ``share_class,gpu_type,memory_mb,wall_seconds``;
    - slices of use as the ledger takes them: ``source,key,account,job,started_at,ended_at,gpus,cores``. A job is put
      together from its slices; its submission is not in them, so its first start stands for it, and is counted.
    """
    heading = next(csv.reader(streams.lines(path, tally)), [])
    for columns, reader in ((TRACE, _trace), (JOBS, _jobs), (SLICES, _slices)):
        if set(columns) <= {name.strip() for name in heading}:
            only(choices.chosen, ("account", "share_class", "qos"))
            return reader(path, choices, tally)
    raise Refused("trace_heading", file=tally.file, missing=", ".join(JOBS))


class _Slice(NamedTuple):
    start: int
    seconds: int
    cores: int
    gpus: int
    line: int
    row: Row

    def overlaps(self, other: _Slice) -> bool:
        """Whether both say of one time what was used in it: one would count twice."""
        return self.start < other.start + other.seconds and other.start < self.start + self.seconds


def _names(row: Row, choices: Choices) -> dict[str, str]:
    return {
        "account": row[choices.account_field or "account"],
        "share_class": row[choices.class_field or "share_class"],
        "qos": row["qos"],
        "gpu_type": row["gpu_type"],
    }


def _trace(path: Path, choices: Choices, tally: Tally) -> Draft:
    gathered = Gathered()
    origins: set[int] = set()

    def take(line: int, row: Row) -> None:
        numbers = {name: row.whole(name) for name in TRACE if name != "job"}
        numbers |= {"estimate": row.amount("estimate"), "memory_mb": row.amount("memory_mb", otherwise=0)}
        origins.add(row.amount("origin", otherwise=0))
        gathered.add(line, row["job"], numbers, _names(row, choices))

    each(table(path, tally, required=(*TRACE, *choices.chosen)), take, tally)
    draft = gathered.draft()
    # Seconds stay as they stand in the file; only instants are counted from the first submission.
    draft.columns["submit"] += draft.origin
    draft.origin = min(origins, default=0)
    return draft


def _jobs(path: Path, choices: Choices, tally: Tally) -> Draft:
    gathered = Gathered()

    def take(line: int, row: Row) -> None:
        if not row["started_at"] or not row["ended_at"]:
            tally.leave_out("not_ended" if row["started_at"] else "never_ran", line)
            return
        submit = row.instant("submitted_at", choices.zone)
        run = span(row.instant("started_at", choices.zone), row.instant("ended_at", choices.zone), submit)
        numbers = {
            "submit": submit,
            "run": run,
            "estimate": row.amount("wall_seconds", otherwise=0),
            "processors": row.whole("cores"),
            "gpus": row.whole("gpus"),
            "memory_mb": row.amount("memory_mb", otherwise=0),
        }
        gathered.add(line, row["job"], numbers, _names(row, choices))

    each(table(path, tally, required=(*JOBS, *choices.chosen)), take, tally)
    return gathered.draft()


def _slices(path: Path, choices: Choices, tally: Tally) -> Draft:
    parts: dict[tuple[str, str], list[_Slice]] = {}

    def take(line: int, row: Row) -> None:
        start, end = row.instant("started_at", choices.zone), row.instant("ended_at", choices.zone)
        found = _Slice(start, span(start, end, start), row.amount("cores"), row.amount("gpus"), line, row)
        if start < 0:
            raise Bad("negative_time", "started_at", start)
        others = parts.setdefault((row["source"], row["job"]), [])
        if any(found.overlaps(other) for other in others):
            raise Bad("overlapping", "started_at", row["started_at"])
        others.append(found)

    each(table(path, tally, required=(*SLICES, *choices.chosen)), take, tally)
    gathered = Gathered()
    several = len({source for source, _ in parts}) > 1
    for (source, job), slices in parts.items():
        first = min(slices)
        numbers = {
            "submit": first.start,
            "run": sum(one.seconds for one in slices),
            "processors": max(one.cores for one in slices),
            "gpus": max(one.gpus for one in slices),
        }
        gathered.add(first.line, f"{source}:{job}" if several else job, numbers, _names(first.row, choices))
        tally.adjust("submission_unknown", first.line)
    return gathered.draft()
