"""Reads what Slurm kept of its jobs: dumps of ``sacct --parsable2`` and tables of slurmdbd as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from madang.compute.slurm.tres import by_name, limit_seconds, memory_mb, whole
from madang.simulation.formats import streams
from madang.simulation.formats.bad_rows import Tally
from madang.simulation.formats.checks import Choices, Draft
from madang.simulation.formats.tables import Bad, Gathered, Row, each, only, require, span, table

# The fields of a dump without a heading: those that accounting tools ask sacct for, the job's name last.
HEADLESS = [
    *("jobid", "jobidraw", "cluster", "partition", "qos", "account", "group", "gid", "user", "uid"),
    *("submit", "eligible", "start", "end", "elapsed", "exitcode", "state", "nnodes", "ncpus", "reqcpus"),
    *("reqmem", "reqtres", "alloctres", "timelimit", "nodelist", "jobname"),
]
SACCT_NEEDS = ("jobid", "submit", "start", "end", "state", "alloccpus|ncpus|reqcpus|alloctres")
SACCT_FIELDS = ("account", "user", "group", "partition", "qos", "cluster", "wckey")
SLURMDBD_NEEDS = ("id_job", "time_submit", "time_start", "time_end", "cpus_req|tres_alloc|tres_req")
SLURMDBD_FIELDS = ("account", "id_assoc", "id_user", "id_group", "partition", "id_qos", "id_wckey")
_NEVER = {"", "Unknown", "None", "NONE"}
_OPEN = {"PENDING", "RUNNING", "SUSPENDED", "REQUEUED", "RESIZING", "COMPLETING", "CONFIGURING", "STOPPED"}
_OWN_TRES = 1000  # from the next number on, a site's own resources, GPUs and others
_NO_LIMIT = 4_294_967_294  # slurmdbd's "unlimited" and "not set" are this and the next number


def read_sacct(path: Path, choices: Choices, tally: Tally) -> Draft:
    """The draft of a dump; `choices.fields` or `HEADLESS` name the columns where the file has no heading.

    A job is a row whose id has no step (``.batch``); run time is its end less its start, so time in suspension counts.
    Steps, jobs that have not ended and jobs that never ran are left out and counted. Processors are those allocated,
    else requested; GPUs those of AllocTRES, else ReqTRES; memory that of AllocTRES, else ReqMem.
    """
    account, share_class = _fields(choices, "account", SACCT_FIELDS)
    gathered = Gathered()

    def take(line: int, row: Row) -> None:
        gone = "step" if "." in row["jobid"] else _not_run(row)
        if gone:
            tally.leave_out(gone, line)
            return
        numbers, gpu_type = _sacct_job(row, choices)
        names = {"account": row[account], "share_class": row[share_class], "qos": row["qos"], "gpu_type": gpu_type}
        gathered.add(line, row["jobid"], numbers, names)
        if not row.has("alloctres", "reqtres"):
            tally.adjust("no_gpu_column", line)
        if not row.has(account):
            tally.adjust("no_account_column", line)

    each(_sacct_rows(path, choices, tally), take, tally)
    return gathered.draft()


def _fields(choices: Choices, own: str, known: tuple[str, ...]) -> tuple[str, str]:
    chosen = (choices.account_field.lower() or own, choices.class_field.lower())
    only(filter(None, chosen), known)
    return chosen


def _sacct_rows(path: Path, choices: Choices, tally: Tally) -> Iterator[tuple[int, Row]]:
    places: Mapping[str, int] | None = None
    for line, text in enumerate(streams.lines(path, tally), start=1):
        cells = text.rstrip("\r\n").split("|")
        if places is None:
            heading = [cell.strip().lower() for cell in cells]
            headed = "jobid" in heading
            if not headed:
                heading = [name.lower() for name in choices.fields] or HEADLESS
            places = {name: place for place, name in enumerate(heading)}
            require(places, (*SACCT_NEEDS, *map(str.lower, choices.chosen)), tally)
            if headed:
                continue
        if cells == [""]:
            continue
        if len(cells) > len(places) and heading[-1] == "jobname":
            cells[len(places) - 1 :] = ["|".join(cells[len(places) - 1 :])]
        if len(cells) != len(places):
            tally.bad("columns", line, "", len(cells))
            continue
        yield line, Row(cells, places)


def _not_run(row: Row) -> str:
    if row["state"].split(" ")[0] in _OPEN or row["end"] in _NEVER:
        return "not_ended"
    return "never_ran" if row["start"] in _NEVER else ""


def _sacct_job(row: Row, choices: Choices) -> tuple[dict[str, int], str]:
    submit = row.instant("submit", choices.zone)
    run = span(row.instant("start", choices.zone), row.instant("end", choices.zone), submit)
    held = by_name(row["alloctres"]) or by_name(row["reqtres"])
    processors = next((row.whole(one) for one in ("alloccpus", "ncpus", "reqcpus") if row[one] not in ("", "0")), 0)
    gpus, gpu_type = _gpus(held)
    numbers = {
        "submit": submit,
        "run": run,
        "estimate": _limit(row["timelimit"] or row["timelimitraw"]),
        "processors": processors or _count(held, "cpu"),
        "gpus": gpus,
        "memory_mb": _memory(held["mem"]) if "mem" in held else _requested(row, processors),
    }
    return numbers, gpu_type


def _limit(text: str) -> int:
    """A wall limit; -1 where words stand in its place (``UNLIMITED``, ``Partition_Limit``)."""
    found = limit_seconds(text)
    if found < 0 and any(letter.isdigit() for letter in text):
        raise Bad("not_a_time", "timelimit", text)
    return found


def _memory(text: str) -> int:
    found = memory_mb(text)
    if found < 0:
        raise Bad("not_a_number", "mem", text)
    return found


def _count(held: Mapping[str, str], name: str) -> int:
    found = whole(held.get(name, "0"))
    if found is None:
        raise Bad("not_a_number", name, held[name])
    return found


def _gpus(held: Mapping[str, str]) -> tuple[int, str]:
    """How many GPUs, and their type where they are of one."""
    typed = {name[9:]: _count(held, name) for name in held if name.startswith("gres/gpu:")}
    total = _count(held, "gres/gpu") if "gres/gpu" in held else sum(typed.values())
    return total, next(iter(typed)) if len(typed) == 1 and total else ""


def _requested(row: Row, processors: int) -> int:
    """ReqMem over all nodes (``n``) or processors (``c``); -1 where it is absurd, as Slurm's flags make it."""
    amount = memory_mb(row["reqmem"])
    if amount < 0 or amount >= 1 << 31:
        return -1
    nodes = row.whole("nnodes", otherwise=1) if row["reqmem"].endswith("n") else 1
    return amount * (processors if row["reqmem"].endswith("c") else max(nodes, 1))


def read_slurmdbd(path: Path, choices: Choices, tally: Tally) -> Draft:
    """The draft of a job table of slurmdbd as CSV with its column names; times are epoch seconds, the limit minutes.

    Processors and memory are those of ``tres_alloc`` (1 and 2), else ``tres_req``, else ``cpus_req``; GPUs the first of
    `choices.gpu_tres` that is there, else the sum of the others.
    """
    account, share_class = _fields(choices, "id_user", SLURMDBD_FIELDS)
    needed = [share_class] if share_class else []
    gathered = Gathered()

    def take(line: int, row: Row) -> None:
        gone = _not_run_there(row)
        if gone:
            tally.leave_out(gone, line)
            return
        names = {"account": row[account], "share_class": row[share_class], "qos": row["id_qos"]}
        held = by_name(row["tres_alloc"]) or by_name(row["tres_req"])
        gathered.add(line, row["id_job"], _slurmdbd_job(row, held, choices.gpu_tres), names)
        if any(name.isdigit() and int(name) > _OWN_TRES and name not in choices.gpu_tres for name in held):
            tally.adjust("tres_unknown", line)

    each(table(path, tally, required=(*SLURMDBD_NEEDS, account, *needed), lower=True), take, tally)
    return gathered.draft()


def _not_run_there(row: Row) -> str:
    # The base state is the low byte: 0 pending, 1 running, 2 suspended.
    if (row["state"] and row.whole("state") & 0xFF <= 2) or row.whole("time_end") == 0:
        return "not_ended"
    return "" if row.whole("time_start") else "never_ran"


def _slurmdbd_job(row: Row, held: Mapping[str, str], gpu_tres: Iterable[str]) -> dict[str, int]:
    submit = row.whole("time_submit")
    minutes = row.amount("timelimit", otherwise=0)
    generic, *typed = gpu_tres
    return {
        "submit": submit,
        "run": span(row.whole("time_start"), row.whole("time_end"), submit),
        "estimate": -1 if minutes >= _NO_LIMIT else minutes * 60,
        "processors": _count(held, "1") or row.whole("cpus_req", otherwise=0),
        "gpus": _count(held, generic) or sum(_count(held, one) for one in typed),
        "memory_mb": _count(held, "2") or -1,
    }
