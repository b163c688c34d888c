"""What a job may ask for, what it sets aside, and how its states follow the backend's."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madang.accounting.metering import Unit, hold_for
from madang.errors import Refused

MOST_FILES = 200
MOST_WALL_SECONDS = 31 * 86_400
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_PATH = re.compile(r"[^\x00-\x1f\x7f\\]{1,200}")


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
# A report that arrives late may only move a job forwards.
_RANK = {JobState.ACCEPTED: 0, JobState.WAITING: 1, JobState.RUNNING: 2}


@dataclass(frozen=True)
class Shape:
    """What a job asks for: GPUs or cores of one pool, memory in MiB, the longest time that it may run in seconds."""

    gpus: int
    cores: int
    memory_mb: int
    wall_seconds: int


def unit_of(pool_unit: str) -> Unit:
    """What a pool's use is counted in: GPU pools in GPU-seconds, core pools in core-seconds."""
    return Unit.GPU_SECOND if pool_unit == "gpu" else Unit.CORE_SECOND


def amount_held(shape: Shape, pool_unit: str) -> int:
    """The seconds that a submission sets aside: the most that the job can use within its wall time."""
    unit = unit_of(pool_unit)
    return hold_for(gpus=shape.gpus, cores=shape.cores, wall_seconds=shape.wall_seconds, unit=unit)


def check_shape(shape: Shape, pool_unit: str) -> None:
    """Refuses amounts that no pool could give: ``job_amount`` names the field and its range."""
    ranges = {
        "gpus": (1, 1024) if pool_unit == "gpu" else (0, 0),
        "cores": (1, 4096),
        "memory_mb": (64, 4 << 20),
        "wall_seconds": (1, MOST_WALL_SECONDS),
    }
    for field, (low, high) in ranges.items():
        given = getattr(shape, field)
        if not low <= given <= high:
            raise Refused("job_amount", field=field, given=given, low=low, high=high)


def split_command(command: str) -> list[str]:
    """A command line as an argument vector, quoted as in a shell but never given to one. Refused: ``job_command``."""
    try:
        argv = shlex.split(command)
    except ValueError as error:
        raise Refused("job_command", field="command") from error
    check_argv(argv)
    return argv


def check_argv(argv: list[str]) -> None:
    """Refuses an empty or unfit argument vector: ``job_command``."""
    if not argv or not argv[0] or any("\0" in part for part in argv) or sum(map(len, argv)) > 100_000:
        raise Refused("job_command", field="command")


def check_name(name: str) -> None:
    """Refuses an empty, long or unprintable name: ``job_name``."""
    if not _NAME.fullmatch(name):
        raise Refused("job_name", field="name")


def check_paths(paths: list[str]) -> None:
    """Refuses paths that leave the job's folder, repeat, or are too many: ``job_path``, ``job_too_many_files``."""
    if len(paths) > MOST_FILES:
        raise Refused("job_too_many_files", field="files", most=MOST_FILES)
    for path in paths:
        parts = path.split("/")
        if not _PATH.fullmatch(path) or any(part in ("", ".", "..") for part in parts) or paths.count(path) > 1:
            raise Refused("job_path", field="files", path=path[:80])


def check_award(state: str, starts_on: date, ends_on: date, today: date) -> None:
    """A job runs only within an award in force, [starts_on, ends_on): ``award_not_in_force``, ``award_not_now``."""
    if state != "in_force":
        raise Refused("award_not_in_force")
    if not starts_on <= today < ends_on:
        raise Refused("award_not_now", starts_on=f"{starts_on}", ends_on=f"{ends_on}")


def may_follow(old: str, new: str) -> bool:
    """Whether a report may move a job from `old` to `new`: forwards only, and never out of a final state."""
    before, after = JobState(old), JobState(new)
    if before in FINAL_STATES:
        return False
    return after in FINAL_STATES or _RANK[after] > _RANK[before]
