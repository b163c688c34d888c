"""Asks sacct for the runs of jobs and reads its answer, one row a run: every allocation, requeue and resize apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from madang.compute.slurm import tres
from madang.errors import Refused, Unavailable

FIELDS = (
    *("JobIDRaw", "JobID", "Cluster", "Account", "Partition", "State", "Submit", "Start", "End"),
    *("ElapsedRaw", "Suspended", "AllocTRES", "ConsumedEnergyRaw"),
)
# A dump of another tool may write these for those; whatever else it has is not read.
NEEDED = {"jobid", "cluster", "account", "state", "submit", "start", "end", "alloctres"}
# The cells of a row in the order in which `_run` takes them.
_TAKEN = (
    *("jobid", "jobidraw", "cluster", "account", "partition", "state", "submit", "start", "end"),
    *("elapsedraw", "elapsed", "suspended", "alloctres", "consumedenergyraw"),
)
_EMPTY = -1  # where a column would be that an answer does not have: an empty cell behind the others
_NO_ENERGY = 1 << 63  # Slurm writes what it does not know as one of the largest numbers of 64 bits
NEVER = frozenset({"", "Unknown", "None", "NONE", "N/A"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Held(NamedTuple):
    """What was allocated: cores, and GPUs by Slurm's name of their type (``""`` where it tracks none)."""

    cores: int
    gpus: tuple[tuple[str, int], ...]


class Run(NamedTuple):
    """One run of one job. Instants are epoch seconds, 0 for not yet; spans are seconds.

    `job` is the id that its submission gave (of an array or a heterogeneous job, that of the whole), `raw` Slurm's own
    of this part. `elapsed` is without the time in suspension; both are as of now while the run is open. `joules` is
    what Slurm measured at the run's nodes, None where it measured nothing.
    """

    cluster: str
    job: str
    raw: str
    account: str
    partition: str
    state: str
    submit: int
    start: int
    end: int
    elapsed: int
    suspended: int
    held: Held
    joules: int | None = None


class Unreadable(NamedTuple):
    """A row that no run can be made of: its number (the heading is 1) and its beginning."""

    line: int
    text: str


def asking(*argv: str) -> tuple[str, ...]:
    """A command of Slurm's so that it prints instants in epoch seconds, wherever it runs and whatever its zone."""
    return ("env", "TZ=UTC", "LC_ALL=C", "SLURM_TIME_FORMAT=%s", *argv)


def command(since: int, until: int = 0, cluster: str = "") -> tuple[str, ...]:
    """The words that ask for every run that was open at some instant from `since` to `until` (epoch; 0: now)."""
    window = [f"--starttime={_written(since)}", *([f"--endtime={_written(until)}"] if until else [])]
    place = [f"--clusters={cluster}"] if cluster else []
    shape = [
        "--allusers",
        "--duplicates",
        "--allocations",
        "--parsable2",
        "--noconvert",
        f"--format={','.join(FIELDS)}",
    ]
    return asking("sacct", *shape, *window, *place)


def runs(lines: Iterable[str], fields: Iterable[str] = ()) -> Iterator[Run | Unreadable]:
    """The runs in sacct's answer, whose columns stand in its heading, or in `fields` where it has none.

    Steps and jobs that never started are left out. Dates and times without a zone are in UTC.
    Refused: ``sacct_heading`` where a column is missing; Unavailable where not even the heading came.
    """
    heading = list(fields)
    taken = _taken(heading) if heading else None
    for number, line in enumerate(lines, start=1):
        cells = line.rstrip("\r\n").split("|")
        if taken is None:
            heading, taken = cells, _taken(cells)
        elif len(cells) < len(heading):
            if cells != [""]:
                yield Unreadable(number, line[:200])
        elif found := _read(taken([*cells, ""]), number, line):
            yield found
    if taken is None:
        raise Unavailable("sacct: an answer without a heading")


@lru_cache(maxsize=16_384)
def held(text: str) -> Held:
    """What an AllocTRES says was allocated; shards of GPUs count as a type named ``shard`` or ``shard:TYPE``.

    ValueError where a count is none.
    """
    names = tres.by_name(text)
    wanted = {name: value for name, value in names.items() if name == "cpu" or name.startswith((tres.GPU, tres.SHARD))}
    # GPU memory and load stand beside the GPUs under names of the same beginning
    counts = {name: _number(value) for name, value in wanted.items() if name.partition(":")[0] in _COUNTED}
    shards = {
        name.removeprefix("gres/"): count for name, count in counts.items() if name.startswith(tres.SHARD) and count
    }
    if len(shards) > 1:
        shards.pop("shard", None)
    types = tres.gpus_by_type(counts) | shards
    return Held(counts.get("cpu", 0), tuple(sorted(types.items())))


_COUNTED = {"cpu", tres.GPU, tres.SHARD}


def _read(taken: Sequence[str], number: int, line: str) -> Run | Unreadable | None:
    try:
        return None if "." in taken[0] else _run(taken)
    except ValueError:
        return Unreadable(number, line[:200])


def _taken(heading: Iterable[str]) -> Callable[[list[str]], Sequence[str]]:
    """What takes the cells of `_TAKEN` out of a row under this heading, which ends with an empty cell for the rest."""
    there = {name.lower(): place for place, name in enumerate(heading)}
    if missing := NEEDED - there.keys():
        raise Refused("sacct_heading", missing=", ".join(sorted(missing)))
    if not there.keys() & {"elapsedraw", "elapsed"}:
        raise Refused("sacct_heading", missing="elapsedraw")
    return itemgetter(*(there.get(name, _EMPTY) for name in _TAKEN))


def _run(taken: Sequence[str]) -> Run | None:
    (
        job,
        raw,
        cluster,
        account,
        partition,
        state,
        submit,
        start,
        end,
        elapsed,
        in_words,
        suspended,
        allocated,
        energy,
    ) = taken
    began = instant(start)
    if not began:
        return None
    return Run(
        cluster,
        job.partition("_")[0].partition("+")[0],
        raw or job,
        account,
        partition,
        state.partition(" ")[0],
        instant(submit),
        began,
        instant(end),
        _span(elapsed or in_words),
        _span(suspended or "0"),
        held(allocated),
        joules(energy),
    )


def joules(text: str) -> int | None:
    """What a ConsumedEnergyRaw says; None where nothing was measured, or what it says is no number."""
    found = tres.whole(text)
    return found if found and found < _NO_ENERGY else None


def instant(text: str) -> int:
    """The epoch second that a cell names, 0 where it names none; ValueError for anything else."""
    if text.isascii() and text.isdigit():
        return int(text)
    if text in NEVER:
        return 0
    found = datetime.fromisoformat(text)
    since = (found if found.tzinfo else found.replace(tzinfo=UTC)) - _EPOCH
    return since.days * 86_400 + since.seconds


def _span(text: str) -> int:
    if text == "00:00:00":
        return 0
    found = tres.whole(text)
    if found is None:
        found = tres.span_seconds(text)
    if found is None:
        raise ValueError(text)
    return found


def _number(text: str) -> int:
    found = tres.whole(text)
    if found is None:
        raise ValueError(text)
    return found


def _written(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
