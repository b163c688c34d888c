"""Reads the layouts of published GPU traces (Philly, Alibaba 2023) and Madang's own records, all tables as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from madang.errors import Refused
from madang.simulation import streams
from madang.simulation.drafts import Choices, Draft
from madang.simulation.rows import Bad, Gathered, Row, span, table
from madang.simulation.tally import Tally

Take = Callable[[int, Row], None]
PHILLY = ("timestamp", "duration", "num_gpus")
ALIBABA = ("name", "cpu_milli", "num_gpu", "creation_time", "deletion_time", "scheduled_time")
TRACE = ("job", "submit", "run", "estimate", "processors", "gpus")
JOBS = ("job", "account", "gpus", "cores", "submitted_at", "started_at", "ended_at")
SLICES = ("source", "key", "account", "job", "started_at", "ended_at", "gpus", "cores")


def read_philly(path: Path, choices: Choices, tally: Tally) -> Draft:
    """Microsoft's Philly (Jeon et al., USENIX ATC'19) as ``timestamp,duration,num_gpus,…,cluster``.

    The timestamp is taken for the submission; jobs are numbered by their line; the account is the virtual cluster.
    Nothing is stated of cores, memory or limits.
    """
    _only(choices, ("cluster",))
    gathered = Gathered()

    def take(line: int, row: Row) -> None:
        numbers = {
            "submit": row.instant("timestamp", choices.zone),
            "run": row.whole("duration"),
            "gpus": row.whole("num_gpus"),
        }
        gathered.add(line, str(line), numbers, {"account": row["cluster"], "share_class": row[choices.class_field]})

    _each(table(path, tally, required=(*PHILLY, *choices.chosen)), take, tally)
    return gathered.draft()


def read_alibaba(path: Path, choices: Choices, tally: Tally) -> Draft:
    """Alibaba's cluster trace of GPU pods of 2023 (Weng et al., USENIX ATC'23), ``openb_pod_list_*.csv``.

    A part of a core or of a GPU becomes a whole one, and is counted; a pod that may use several types of GPU is taken
    to name none, and is counted; pods that were never scheduled are left out and counted. Accounts: `account_field`
    ``qos`` or ``pod_phase``, else one for all.
    """
    _only(choices, ("qos", "pod_phase", "gpu_spec"))
    gathered = Gathered()

    def take(line: int, row: Row) -> None:
        if not row["scheduled_time"]:
            tally.leave_out("never_ran", line)
            return
        submit, milli, gpus = row.whole("creation_time"), row.whole("cpu_milli"), row.whole("num_gpu")
        kind = row["gpu_spec"]
        numbers = {
            "submit": submit,
            "run": span(row.whole("scheduled_time"), row.whole("deletion_time"), submit),
            "processors": -(-milli // 1000),
            "gpus": gpus,
            "memory_mb": row.whole("memory_mib", otherwise=0),
        }
        names = {"account": row[choices.account_field], "share_class": row[choices.class_field], "qos": row["qos"]}
        gathered.add(line, row["name"], numbers, names | {"gpu_type": kind if "|" not in kind else ""})
        for rule, so in (
            ("part_of_a_core", milli % 1000 > 0),
            ("part_of_a_gpu", gpus == 1 and row.whole("gpu_milli", otherwise=1000) < 1000),
            ("several_gpu_types", "|" in kind),
        ):
            if so:
                tally.adjust(rule, line)

    _each(table(path, tally, required=(*ALIBABA, *choices.chosen)), take, tally)
    return gathered.draft()


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
            _only(choices, ("account", "share_class", "qos"))
            return reader(path, choices, tally)
    raise Refused("trace_heading", file=tally.file, missing=", ".join(JOBS))


class _Slice(NamedTuple):
    start: int
    seconds: int
    cores: int
    gpus: int
    line: int
    row: Row


def _only(choices: Choices, known: Iterable[str]) -> None:
    for one in (choices.account_field, choices.class_field):
        if one and one not in known:
            raise Refused("trace_field", field=one, known=", ".join(known))


def _each(rows: Iterable[tuple[int, Row]], take: Take, tally: Tally) -> None:
    for line, row in rows:
        try:
            take(line, row)
        except Bad as bad:
            rule, column, value = bad.args
            tally.bad(rule, line, column, value)


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
        optional = {name: row.whole(name, otherwise=0) for name in ("memory_mb",)}
        numbers = {name: row.whole(name) for name in TRACE if name != "job"}
        origins.add(row.whole("origin", otherwise=0))
        gathered.add(line, row["job"], numbers | optional, _names(row, choices))

    _each(table(path, tally, required=(*TRACE, *choices.chosen)), take, tally)
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
            "estimate": row.whole("wall_seconds", otherwise=0),
            "processors": row.whole("cores"),
            "gpus": row.whole("gpus"),
            "memory_mb": row.whole("memory_mb", otherwise=0),
        }
        gathered.add(line, row["job"], numbers, _names(row, choices))

    _each(table(path, tally, required=(*JOBS, *choices.chosen)), take, tally)
    return gathered.draft()


def _slices(path: Path, choices: Choices, tally: Tally) -> Draft:
    parts: dict[tuple[str, str], list[_Slice]] = {}

    def take(line: int, row: Row) -> None:
        start, end = row.instant("started_at", choices.zone), row.instant("ended_at", choices.zone)
        found = _Slice(start, span(start, end, start), row.whole("cores"), row.whole("gpus"), line, row)
        parts.setdefault((row["source"], row["job"]), []).append(found)

    _each(table(path, tally, required=(*SLICES, *choices.chosen)), take, tally)
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
