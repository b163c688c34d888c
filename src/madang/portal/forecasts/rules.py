"""What is told of a job's start and what of it is kept; how good it was; what a trial may ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from madang.errors import Refused

# so many ended jobs say something about how much of their limits jobs use
FEWEST_ENDED = 10
# eight in ten jobs are to start within what was told of them
SHARE_WITHIN = 80
MINUTE = 60
# a later estimate is kept once the time since the first has doubled, and not within the first minutes
KEPT_FROM = 5 * MINUTE


class Basis(StrEnum):
    """What run times were drawn from: what earlier jobs used of their limits, or the limits where none say it."""

    HISTORY = "history"
    LIMITS = "limits"


class Unknown(StrEnum):
    """Why nothing can be told of a start."""

    COMING = "coming"
    HELD = "held"
    CANCELLING = "cancelling"
    CLOSED = "closed"
    TOO_LARGE = "too_large"
    STOPPED = "stopped"
    NOT_SHOWN = "not_shown"
    AFTER_AWARD = "after_award"
    NEVER = "never"


# why a job waits, in the backend's words -> why its start cannot be told
_BARRED = {
    "held": Unknown.HELD,
    "account_closed": Unknown.CLOSED,
    "award_over": Unknown.CLOSED,
    "larger_than_machine": Unknown.TOO_LARGE,
    "larger_than_account_limit": Unknown.TOO_LARGE,
    "backend_stopped": Unknown.STOPPED,
    "sandbox_unavailable": Unknown.STOPPED,
}


@dataclass(frozen=True)
class Told:
    """An estimated start: eight in ten within [early, late], as likely before `middle` as after."""

    made_at: datetime
    early: datetime
    middle: datetime
    late: datetime
    basis: Basis

    def to_json(self) -> list[int | str]:
        """As it is kept: four whole seconds since 1970, and the basis."""
        instants = (self.made_at, self.early, self.middle, self.late)
        return [*(int(one.timestamp()) for one in instants), self.basis.value]


def told_of(kept: Sequence[Any]) -> Told:
    """What `Told.to_json` wrote down."""
    made_at, early, middle, late = (datetime.fromtimestamp(one, UTC) for one in kept[:4])
    return Told(made_at, early, middle, late, Basis(kept[4]))


def barred(reason_code: str, *, cancel_asked: bool) -> Unknown | None:
    """Why nothing can be told of a job that waits for this reason; None where the queue decides."""
    return Unknown.CANCELLING if cancel_asked else _BARRED.get(reason_code)


def told(made_at: datetime, seconds: Sequence[int], basis: Basis) -> Told:
    """Early, middle and late in seconds since 1970, rounded outwards to whole minutes: the clock that people read."""
    early, middle, late = seconds
    edges = (early // MINUTE * MINUTE, (middle + MINUTE // 2) // MINUTE * MINUTE, -(-late // MINUTE) * MINUTE)
    instants = [datetime.fromtimestamp(min(max(one, edges[0]), edges[2]), UTC) for one in edges]
    return Told(made_at, instants[0], instants[1], instants[2], basis)


def worth_keeping(kept: Sequence[Sequence[Any]], made_at: datetime) -> bool:
    """Whether an estimate is kept to be judged: the first, and later ones at ever larger distances from it."""
    if not kept:
        return True
    first, last = kept[0][0], kept[-1][0]
    return int(made_at.timestamp()) - first >= max(KEPT_FROM, 2 * (last - first))


@dataclass(frozen=True)
class Judged:
    """How the first estimate of a job fared: `error_seconds` is the real start less `middle`."""

    within: bool
    error_seconds: int


def judged(first: Told, started_at: datetime) -> Judged:
    """By limits a job was told the latest start only, so that an earlier one is within."""
    early = min(first.made_at, first.early) if first.basis is Basis.LIMITS else first.early
    # told to the minute: a start in the last minute is within it
    within = early <= started_at < first.late + timedelta(seconds=MINUTE)
    return Judged(within, int((started_at - first.middle).total_seconds()))


@dataclass(frozen=True)
class Quality:
    """How the first estimates of jobs that started in a month fared; errors in seconds, without their sign."""

    jobs: int
    within: int
    before: int
    after: int
    median_error: int
    median_wait: int


def quality(found: Sequence[tuple[bool, int, int]]) -> Quality:
    """From (within, error, seconds from the estimate to the start) of each job; all nought where there is none."""
    outside = [error for within, error, _ in found if not within]
    return Quality(
        jobs=len(found),
        within=len(found) - len(outside),
        before=sum(error < 0 for error in outside),
        after=sum(error >= 0 for error in outside),
        median_error=median([abs(error) for _, error, _ in found]),
        median_wait=median([wait for _, _, wait in found]),
    )


def median(values: Sequence[int]) -> int:
    """The least value that at least half do not exceed; 0 of none."""
    return sorted(values)[(len(values) - 1) // 2] if values else 0


def parts_of_limit(ended: Sequence[tuple[datetime, datetime, int]]) -> list[int]:
    """What jobs took of their limits, in thousandths, ascending; from (started, ended, limit in seconds)."""
    return sorted(
        min(int((end - start).total_seconds()) * 1000 // limit, 1000) for start, end, limit in ended if limit > 0
    )


def pasts(own: Mapping[str, Sequence[int]], all_of_them: Sequence[int]) -> tuple[dict[str, list[int]], Basis]:
    """What each account's run times are drawn from: its own jobs, where there are too few everybody's, else limits."""
    if len(all_of_them) < FEWEST_ENDED:
        return {}, Basis.LIMITS
    return {
        name: list(parts if len(parts) >= FEWEST_ENDED else all_of_them) for name, parts in own.items()
    }, Basis.HISTORY


# --- trials: questions that a simulation answers in a process of its own ---


class TrialKind(StrEnum):
    """What a plan would do to the queues; what another policy would have made of a quarter that is over."""

    PLAN = "plan"
    BENCH = "bench"


class TrialState(StrEnum):
    """`waiting` until a worker has answered it; `stopped` by a person."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"


class PolicyKind(StrEnum):
    """The policies of `madang.simulation` that serve jobs on nodes."""

    MADANG = "madang"
    EASY = "easy"
    FCFS = "fcfs"
    SHORTEST = "sjf-easy"
    MULTIFACTOR = "multifactor"


class PartsKind(StrEnum):
    """What a trial makes of classes' own parts of the machine: as they are now, none, or another use of idle ones."""

    PRESENT = "present"
    WITHOUT = "without"
    NONE = "none"
    BORROW = "borrow"
    RECLAIM = "reclaim"


DAY = 86_400
MOST_UNITS = 1 << 20
MOST_REPLAYS = 50
# simulations that wait for a worker at once: each takes a core for minutes, and they are answered one by one
MOST_WAITING = 20


@dataclass(frozen=True)
class Machine:
    """Nodes of one pool in a trial: so many, with so many of the pool's units each."""

    nodes: int
    units: int


@dataclass(frozen=True)
class BenchQuestion:
    """Another policy, or other nodes, for the jobs that were submitted to a pool within [first_day, until_day)."""

    pool: str
    quarter: str
    first: datetime
    until: datetime
    present: Machine
    asked: Machine
    policy: PolicyKind
    parts: PartsKind = PartsKind.PRESENT
    half_life_days: int = 7
    entry_minutes: int = 5
    age: int = 1000
    size: int = 0
    fair_share: int = 10_000

    def to_json(self) -> dict[str, Any]:
        """As a document for the process that answers it, which knows nothing of the portal."""
        return {
            "pool": self.pool,
            "quarter": self.quarter,
            "first": int(self.first.timestamp()),
            "until": int(self.until.timestamp()),
            "present": [self.present.nodes, self.present.units],
            "asked": [self.asked.nodes, self.asked.units],
            "policy": self.policy.value,
            "parts": self.parts.value,
            "half_life": self.half_life_days * DAY,
            "entry": self.entry_minutes * MINUTE,
            "age": self.age,
            "size": self.size,
            "fair_share": self.fair_share,
        }


def check_bench(question: BenchQuestion) -> None:
    """Refused: ``trial_machine`` where there is nothing to run on, ``trial_policy`` for a value out of range."""
    for machine in (question.present, question.asked):
        if machine.nodes < 1 or machine.units < 1 or machine.nodes * machine.units > MOST_UNITS:
            raise Refused("trial_machine", field="nodes", most=MOST_UNITS)
    ranges = {"half_life_days": (1, 365), "entry_minutes": (0, 1440)}
    ranges |= dict.fromkeys(("age", "size", "fair_share"), (0, 1_000_000))
    for field, (low, high) in ranges.items():
        if not low <= getattr(question, field) <= high:
            raise Refused("trial_policy", field=field, low=low, high=high)


def quarters(now: datetime, count: int) -> list[tuple[str, datetime, datetime]]:
    """The last whole quarters before an instant, latest first, as (2026-Q1, first instant, first after it).

    They are quarters of the zone of `now`.
    """
    year, quarter = now.year, (now.month - 1) // 3
    found = []
    for _ in range(count):
        until = datetime(year, quarter * 3 + 1, 1, tzinfo=now.tzinfo)
        year, quarter = (year, quarter - 1) if quarter else (year - 1, 3)
        found.append((f"{year}-Q{quarter + 1}", datetime(year, quarter * 3 + 1, 1, tzinfo=now.tzinfo), until))
    return found
