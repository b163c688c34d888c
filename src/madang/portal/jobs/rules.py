"""What a job may ask for, what it sets aside, and how its states follow the backend's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from madang.accounting.metering import Unit, hold_for
from madang.errors import Refused

MOST_FILES = 1000
MOST_WALL_SECONDS = 31 * 86_400
MOST_PATH = 200
MOST_OUTPUT_PATH = 300
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_PATH = re.compile(rf"[^\x00-\x1f\x7f\\]{{1,{MOST_PATH}}}")
# What a terminal would obey and a page might be turned round by: control characters, and those that set the direction.
_UNSEEN = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"} | {0x7F: "\u2421"}
_UNSEEN |= dict.fromkeys(
    [*range(0x80, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
)


class JobState(StrEnum):
    """`accepted` is held for in the ledger and owed to the backend; the rest are what the backend reports."""

    ACCEPTED = "accepted"
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    REFUSED = "refused"


FINAL_STATES = frozenset(
    {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.TIMED_OUT, JobState.LOST, JobState.REFUSED}
)
# Why a job is cancelled though nobody asked for it; such a state is told in words of its own.
UNASKED = frozenset({"idle_stopped", "award_over", "booking_ended", "job_before_failed"})
# A report that arrives late may only move a job forwards.
_RANK = {JobState.ACCEPTED: 0, JobState.WAITING: 1, JobState.RUNNING: 2}


@dataclass(frozen=True)
class Shape:
    """What a job asks for: GPUs or cores of one pool, memory in MiB, the longest time that it may run in seconds.

    The amounts are of the whole job; each of its `nodes` gives the same part of them.
    """

    gpus: int
    cores: int
    memory_mb: int
    wall_seconds: int
    nodes: int = 1


MOST_PRIORITY = 1000
MOST_NODES = 1024
MOST_ELEMENTS = 1000
# of one array: its files, or what it waits for, times its elements
MOST_OF_AN_ARRAY = 10_000


@dataclass(frozen=True)
class Terms:
    """How a job waits and ends, beside its shape.

    Within its award a job of higher `priority` goes first; one `on_hold` waits until it is released, one with `after`
    for other jobs of the award, (id, whether they must end without an error). `requeue`: it may be run again where the
    machine ended it; all its runs together keep to its time and so to what it holds. `checkpoint_seconds` before its
    end it is told to save (0: never). `elements` above 1 makes it an array of so many numbered jobs.
    """

    priority: int = 0
    on_hold: bool = False
    requeue: bool = False
    checkpoint_seconds: int = 0
    after: tuple[tuple[int, bool], ...] = ()
    elements: int = 1


USUAL = Terms()

# People are told so long before the files of their jobs are destroyed.
NOTICE = timedelta(days=14)


class Need(StrEnum):
    """Why a job that does next to nothing is needed all the same, as its person says."""

    WAITS = "waits"
    UNSEEN = "unseen"
    SOON = "soon"


@dataclass(frozen=True)
class IdleTerms:
    """How long a job may do next to nothing before its people are told, and how long after that it is stopped.

    `stopped_after` is None where nothing is stopped for that; `kept` is what a person may add once.
    """

    told_after: timedelta
    stopped_after: timedelta | None
    kept: timedelta


def idle_step(
    since: datetime | None, until: datetime | None, idle: timedelta, now: datetime, terms: IdleTerms
) -> Literal["tell", "works", "stop"] | None:
    """What is due of a running job that has been `idle` so long by now; nobody is stopped who was not told when.

    `since`: from when on its people were told that it was idle; `until`: when they were told it would be stopped.
    """
    if idle < terms.told_after:
        return "works" if since else None
    if until is None:
        return "tell" if since is None or terms.stopped_after else None
    if terms.stopped_after is None:  # stopping was switched off meanwhile: they are told anew, without an end
        return "works"
    return "stop" if now >= until else None


def owner_of(award: int) -> str:
    """The name of an award in the ledger and on the backend."""
    return f"award:{award}"


def subject_of(job: int) -> str:
    """The name of a job in the ledger."""
    return f"job:{job}"


def unit_of(pool_unit: str) -> Unit:
    """What a pool's use is counted in: GPU pools in GPU-seconds, core pools in core-seconds."""
    return Unit.GPU_SECOND if pool_unit == "gpu" else Unit.CORE_SECOND


def amount_held(shape: Shape, pool_unit: str) -> int:
    """The seconds that a submission sets aside: the most that the job can use within its wall time."""
    unit = unit_of(pool_unit)
    return hold_for(gpus=shape.gpus, cores=shape.cores, wall_seconds=shape.wall_seconds, unit=unit)


def check_shape(shape: Shape, pool_unit: str) -> None:
    """Refuses amounts that no pool could give: ``job_gpus``, ``job_cores``, ``job_memory_mb``, ``job_wall_seconds``.

    ``job_nodes``; ``job_nodes_uneven`` where GPUs or cores have no equal parts.
    """
    ranges = {
        "gpus": (1, 1024) if pool_unit == "gpu" else (0, 0),
        "cores": (1, 4096),
        "memory_mb": (64, 4 << 20),
        "wall_seconds": (1, MOST_WALL_SECONDS),
        "nodes": (1, MOST_NODES),
    }
    for field, (low, high) in ranges.items():
        given = getattr(shape, field)
        if not low <= given <= high:
            raise Refused(f"job_{field}", field=field, given=given, low=low, high=high)
    if shape.gpus % shape.nodes or shape.cores % shape.nodes:
        raise Refused("job_nodes_uneven", field="nodes", gpus=shape.gpus, cores=shape.cores, nodes=shape.nodes)


def check_terms(terms: Terms, shape: Shape, files: int) -> None:
    """Refuses ``job_priority``, ``job_elements``, ``job_checkpoint_seconds`` and ``job_array_too_large``."""
    ranges = {
        "priority": (-MOST_PRIORITY, MOST_PRIORITY),
        "elements": (1, MOST_ELEMENTS),
        "checkpoint_seconds": (0, shape.wall_seconds - 1),
    }
    for field, (low, high) in ranges.items():
        given = getattr(terms, field)
        if not low <= given <= high:
            raise Refused(f"job_{field}", field=field, given=given, low=low, high=high)
    rows = terms.elements * max(files, len(terms.after))
    if terms.elements > 1 and rows > MOST_OF_AN_ARRAY:
        raise Refused("job_array_too_large", field="elements", most=MOST_OF_AN_ARRAY)


def check_form(argv: list[str], shape: Shape, terms: Terms) -> None:
    """Refuses what no job could ask for, whatever its award and its pool: the codes of the other checks."""
    check_argv(argv)
    check_shape(shape, "gpu" if shape.gpus else "core")
    check_terms(terms, shape, 0)


def split_command(command: str) -> list[str]:
    """A command line as an argument vector, quoted as in a shell but never given to one. Refused: ``job_command``."""
    try:
        argv = shlex.split(command)
    except ValueError as error:
        raise Refused("job_command", field="command") from error
    check_argv(argv)
    return argv


def join_command(argv: Sequence[str]) -> str:
    """The command line that `split_command` takes apart into this argument vector."""
    return shlex.join(argv)


def check_argv(argv: list[str]) -> None:
    """Refuses an empty or unfit argument vector: ``job_command``."""
    if not argv or not argv[0] or any("\0" in part for part in argv) or sum(map(len, argv)) > 100_000:
        raise Refused("job_command", field="command")


def check_name(name: str) -> None:
    """Refuses an empty, long or unprintable name: ``job_name``."""
    if not _NAME.fullmatch(name):
        raise Refused("job_name", field="name")


def check_paths(paths: Sequence[str]) -> None:
    """Refuses paths that leave the job's folder, repeat, or are too many: ``job_path``, ``job_too_many_files``."""
    if len(paths) > MOST_FILES:
        raise Refused("job_too_many_files", field="files", most=MOST_FILES)
    folders = {folder for path in paths for folder in _folders(path)}
    seen: set[str] = set()
    for path in paths:
        parts = path.split("/")
        if not _PATH.fullmatch(path) or any(part in ("", ".", "..") for part in parts) or path in seen | folders:
            raise Refused("job_path", field="files", path=readable(path.encode(errors="replace"))[:80])
        seen.add(path)


def check_digests(found: Sequence[tuple[str, str]], announced: Sequence[str]) -> None:
    """Refuses files, as (path, SHA-256), that did not arrive as they were announced: ``job_file_differs``."""
    for (path, digest), told in zip(found, announced, strict=False):
        if digest != told.lower():
            raise Refused("job_file_differs", field="files", path=path)


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def check_award(state: str, starts_on: date, ends_on: date, today: date) -> None:
    """A job runs only within an award in force, [starts_on, ends_on): ``award_not_in_force``, ``award_not_now``."""
    if state != "in_force":
        raise Refused("award_not_in_force")
    if not starts_on <= today < ends_on:
        raise Refused("award_not_now", starts_on=f"{starts_on}", ends_on=f"{ends_on}")


def may_follow(old: str, new: str, *, again: bool = False) -> bool:
    """Whether a report may move a job from `old` to `new`: forwards only, and never out of a final state.

    `again`: the backend has put the job back into its queue, so that a running one may wait once more.
    """
    before, after = JobState(old), JobState(new)
    if before in FINAL_STATES:
        return False
    if again and (before, after) == (JobState.RUNNING, JobState.WAITING):
        return True
    return after in FINAL_STATES or _RANK[after] > _RANK[before]


def readable(data: bytes) -> str:
    """What a job printed as text that neither a page nor a terminal obeys: every control character is shown as a sign.

    Line ends and tabs stay; a line that the job drew over itself (a progress bar) stands as several.
    """
    text = data.decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSEEN)


def whole_characters(data: bytes) -> int:
    """How many bytes of a piece of UTF-8 can be shown now; a character that is cut at the end waits for its rest."""
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte & 0b1100_0000 == 0b1000_0000:
            continue
        wanted = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        return len(data) - back if wanted > back else len(data)
    return len(data)
