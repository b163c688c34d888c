"""Chooses which waiting jobs start now and says of every other why it waits: the readable reference, on plain integers.

Fair share between accounts: past use halves in weight every half-life (as in Slurm's multifactor plugin and Kueue's
admission fair sharing), and a running job counts at once with an entry penalty, so that a burst of submissions cannot
slip in before its use shows. Backfill is EASY (Lifka, "The ANL/IBM SP scheduling system", 1995): only the first job
that must wait holds a reservation, and a later one may overtake it when that is kept. Nothing here is a float, and
nothing depends on the order in which jobs are handed in.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal

from madang.compute.reasons import Reason
from madang.compute.shares import Amounts, Parts, Shares, kinds

__all__ = ["Amounts", "Borrowing", "decide", "excess", "kinds", "needs"]
Borrowing = Literal["none", "borrow", "reclaim"]
FIXED = 16  # fraction bits of a use figure
_FACTOR_BITS = 32


def roots(count: int) -> tuple[int, ...]:
    """2 to the powers -1/2, -1/4, -1/8 … as integers with `_FACTOR_BITS` fraction bits, each the root of the last."""
    found = [math.isqrt(1 << (2 * _FACTOR_BITS - 1))]
    while len(found) < count:
        found.append(math.isqrt(found[-1] << _FACTOR_BITS))
    return tuple(found)


_ROOTS = roots(16)


@dataclass(frozen=True)
class Policy:
    """The settings of fair share: half-life and entry penalty in seconds, what a GPU counts in cores, class weights.

    An account of a class with weight 2 may use twice as much as one of weight 1 for the same standing; a class that
    is not named has weight 1. `parts` gives classes parts of the machine of their own: jobs within them go first, and
    what is idle others may borrow (``"borrow"``) or not (``"none"``); with ``"reclaim"`` it is taken back by stopping
    jobs that may be run again, which are gone after `stop_seconds` at most.
    """

    half_life: int = 7 * 86_400
    entry_seconds: int = 300
    cores_per_gpu: int = 16
    weights: Mapping[str, int] = field(default_factory=dict)
    parts: Parts = field(default_factory=dict)
    borrowing: Borrowing = "borrow"
    stop_seconds: int = 0


@dataclass(frozen=True)
class Standing:
    """An account's weighted past use, core-seconds with `FIXED` fraction bits, as it stood at second `at`."""

    used: int
    at: int


@dataclass(frozen=True)
class Waiting:
    """A job in the queue; `sequence` is its place in the order of submission, unique.

    Within its account a higher `priority` goes first. `blocked` says why it may not start whatever is free: it is held,
    or another job must end first. Of no weight in a decision, but told for whoever looks ahead: the ids of all jobs
    that must end `after` which it may start, and whether, once it runs, it is `stoppable`.
    """

    id: str
    account: str
    share_class: str
    needs: Amounts
    wall_seconds: int
    sequence: int
    priority: int = 0
    blocked: Reason | None = None
    after: tuple[str, ...] = ()
    stoppable: bool = False


@dataclass(frozen=True)
class Running:
    """A job that holds `needs` since second `started` and, by its wall limit, at most until second `ends_by`.

    `stoppable`: it may be stopped and run again; `stopping`: it has been asked to, so that another can start. `again`,
    told for whoever looks ahead: as what it would wait if it were stopped, with what it may still run as of `started`.
    """

    id: str
    account: str
    needs: Amounts
    started: int
    ends_by: int
    share_class: str = ""
    stoppable: bool = False
    stopping: bool = False
    again: Waiting | None = None


@dataclass(frozen=True)
class Limit:
    """What an account may hold at once; none of its jobs starts unless `open`."""

    gpus: int
    cores: int
    open: bool = True


@dataclass(frozen=True)
class Snapshot:
    """All that a decision rests on; `now` and every other instant are whole seconds of one clock."""

    now: int
    machine: Amounts
    running: tuple[Running, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    standings: Mapping[str, Standing] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """The ids to start, in this order, a reason for each waiting job that does not, and the running jobs to stop."""

    starts: tuple[str, ...]
    reasons: Mapping[str, Reason]
    stops: tuple[str, ...] = ()


def needs(*, gpus: int, gpu_type: str, cores: int, memory_mb: int) -> Amounts:
    """The amounts that a job asks for, in the form that this module counts in."""
    asked = {"cores": cores, "memory_mb": memory_mb}
    return asked | {f"gpu:{gpu_type}": gpus} if gpus else asked


def decayed(used: int, seconds: int, half_life: int) -> int:
    """`used` after `seconds`, when it halves every `half_life`; for whole half-lives exactly, else within 2**-15."""
    if seconds <= 0:
        return used
    whole, part = divmod(seconds, half_life)
    fraction = (part << len(_ROOTS)) // half_life
    factor = 1 << _FACTOR_BITS
    for place, root in enumerate(_ROOTS, start=1):
        if fraction >> (len(_ROOTS) - place) & 1:
            factor = factor * root >> _FACTOR_BITS
    return used * factor >> _FACTOR_BITS + min(whole, used.bit_length())


def charged(standing: Standing | None, amounts: Amounts, seconds: int, now: int, policy: Policy) -> Standing:
    """The account's standing once a job that held `amounts` for `seconds` has ended at second `now`."""
    before = decayed(standing.used, now - standing.at, policy.half_life) if standing else 0
    return Standing(before + _cost(amounts, policy) * max(seconds, 0), now)


def decide(snapshot: Snapshot, policy: Policy, *, explain: bool = True) -> Decision:
    """Which waiting jobs start now. What is started fits; the head of the queue is never delayed by what overtakes it.

    Accounts take turns: next is the oldest job of the account with the least weighted use per weight of its class,
    where use counts what runs and what this very decision has started; jobs within their class's part go before those
    that borrow. A job that may not start whatever is free
    (account closed or at its limit, larger than the machine) is passed over and holds nobody up.

    Without `explain` it ends where no core is free, which every job is taken to need: what starts is the same, and jobs
    that it did not come to have no reason.
    """
    turn = _Turn(snapshot, policy)
    queue = _Queue(snapshot, policy, turn)
    for job in queue:
        reason = _bar(job, snapshot, turn) or turn.place(job)
        if reason is None:
            turn.start(job)
        else:
            turn.reasons[job.id] = reason
        if not explain and turn.free.get("cores", 0) <= 0:
            break
    return Decision(tuple(turn.starts), turn.reasons, turn.stops)


class _Queue:
    """Hands out the waiting jobs one by one, in the order of their accounts' use at that moment."""

    def __init__(self, snapshot: Snapshot, policy: Policy, turn: _Turn) -> None:
        self._turn, self._policy = turn, policy
        self._jobs: dict[str, list[Waiting]] = defaultdict(list)
        # the next of an account stands last; two stable sorts by plain fields cost a third of one by a pair
        latest_first = sorted(snapshot.waiting, key=attrgetter("sequence"), reverse=True)
        for job in sorted(latest_first, key=attrgetter("priority")):
            self._jobs[job.account].append(job)
        self._heap: list[tuple[bool, int, int, str]] = []
        for account in self._jobs:
            self._push(account)

    def _push(self, account: str) -> None:
        if self._jobs[account]:
            job = self._jobs[account][-1]
            weight = max(self._policy.weights.get(job.share_class, 1), 1)
            key = (self._borrows(job), self._turn.used[account] // weight, job.sequence, account)
            heapq.heappush(self._heap, key)

    def _borrows(self, job: Waiting) -> bool:
        return self._turn.shares.beyond(job.share_class, job.needs) is not None

    def __iter__(self) -> _Queue:
        return self

    def __next__(self) -> Waiting:
        if self._turn.last is not None:
            self._push(self._turn.last.account)
        if not self._heap:
            raise StopIteration
        borrows, _, _, account = heapq.heappop(self._heap)
        while not borrows and self._borrows(self._jobs[account][-1]):  # others have taken what was left of its part
            self._push(account)
            borrows, _, _, account = heapq.heappop(self._heap)
        self._turn.last = self._jobs[account].pop()
        return self._turn.last


class _Turn:
    """The state of one decision while it is being made."""

    def __init__(self, snapshot: Snapshot, policy: Policy) -> None:
        self.now, self._policy, self.borrowing = snapshot.now, policy, policy.borrowing
        self.free: dict[str, int] = dict(snapshot.machine)
        self.ends: list[tuple[int, Amounts]] = []
        self.used: dict[str, int] = defaultdict(int)
        self.held: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.starts: list[str] = []
        self.reasons: dict[str, Reason] = {}
        self.last: Waiting | None = None
        self.stops: tuple[str, ...] = ()
        self._giving_way = 0
        self.shares = Shares(policy.parts)
        self._running = snapshot.running
        self._reserved_from: int | None = None
        self._spare: dict[str, int] = {}
        self._ahead = 0
        for account, standing in snapshot.standings.items():
            self.used[account] = decayed(standing.used, self.now - standing.at, policy.half_life)
        for job in snapshot.running:
            self._hold(job.account, job.needs, job.ends_by, self.now - job.started, job.share_class)

    def _hold(self, account: str, amounts: Amounts, ends_by: int, elapsed: int, share_class: str) -> None:
        self.shares.hold(share_class, amounts)
        for name, amount in amounts.items():
            self.free[name] = self.free.get(name, 0) - amount
            self.held[account]["cores" if name == "cores" else name.partition(":")[0]] += amount
        self.ends.append((max(ends_by, self.now + 1), amounts))
        self.used[account] += _cost(amounts, self._policy) * max(elapsed, self._policy.entry_seconds)

    def start(self, job: Waiting) -> None:
        """Takes what the job needs; from the reservation's spare too, where the job would still run then."""
        self.starts.append(job.id)
        self._hold(job.account, job.needs, self.now + job.wall_seconds, 0, job.share_class)
        if self._reserved_from is not None and self.now + job.wall_seconds > self._reserved_from:
            for name, amount in job.needs.items():
                self._spare[name] -= amount

    def place(self, job: Waiting) -> Reason | None:
        """None where the job can start now; else why it waits, and the first such job gets the reservation."""
        fits = _fits(job.needs, self.free)
        if self._reserved_from is None:
            return None if fits else self._reserve(job)
        if fits and (self.now + job.wall_seconds <= self._reserved_from or _fits(job.needs, self._spare)):
            return None
        self._ahead += 1
        return Reason("waits_behind", {"ahead": self._ahead})

    def _reclaim(self, job: Waiting) -> None:
        """Chooses whom to stop for a job within its class's part; what is being stopped already counts as free."""
        if self._policy.borrowing != "reclaim" or self.shares.beyond(job.share_class, job.needs):
            return
        soon = self.now + max(self._policy.stop_seconds, 1)
        free = dict(self.free)
        for ends_by, amounts in self.ends:
            if ends_by <= soon:
                for name, amount in amounts.items():
                    free[name] += amount
        # nobody is started and stopped within one second: two could do so in turn for ever
        may = [
            (one.id, one.share_class, one.needs, one.started)
            for one in self._running
            if one.stoppable and not one.stopping and one.ends_by > soon and one.started < self.now
        ]
        self.stops = self.shares.victims(job.needs, free, may)
        self._giving_way = len(self.stops) + sum(one.stopping for one in self._running)
        for one in self._running:
            if one.id in self.stops:
                self.ends.remove((max(one.ends_by, self.now + 1), one.needs))
                self.ends.append((min(soon, max(one.ends_by, self.now + 1)), one.needs))

    def _reserve(self, job: Waiting) -> Reason:
        self._reclaim(job)
        short = _short(job.needs, self.free)
        then = dict(self.free)
        reserved = None
        for ends_by, amounts in sorted(self.ends, key=lambda end: end[0]):
            if reserved is not None and ends_by > reserved:
                break  # what ends at that very instant is spare too, in whatever order it was handed in
            for name, amount in amounts.items():
                then[name] += amount
            self._reserved_from = ends_by
            if reserved is None and _fits(job.needs, then):
                reserved = ends_by
        self._spare = {name: amount - job.needs.get(name, 0) for name, amount in then.items()}
        facts: dict[str, int | str] = {
            "needs": job.needs[short],
            "free": max(self.free.get(short, 0), 0),
            "by": self._reserved_from or 0,
        }
        kind, _, gpu_type = short.partition(":")
        if self._giving_way:
            return Reason("waits_for_reclaimed", {"jobs": self._giving_way, "by": self._reserved_from or 0})
        if kind == "gpu":
            return Reason("waits_for_gpus", {**facts, "type": gpu_type})
        return Reason("waits_for_cores" if kind == "cores" else "waits_for_memory", facts)


def _bar(job: Waiting, snapshot: Snapshot, turn: _Turn) -> Reason | None:
    if job.blocked:
        return job.blocked
    limit = snapshot.limits.get(job.account)
    if limit is None or not limit.open:
        return Reason("account_closed", {"account": job.account})
    too_large = excess(job.needs, snapshot.machine)
    if too_large:
        return too_large
    asked = kinds(job.needs)
    for kind, most in (("gpus", limit.gpus), ("cores", limit.cores)):
        facts: dict[str, int | str] = {"resource": kind, "needs": asked[kind], "limit": most}
        if asked[kind] > most:
            return Reason("larger_than_account_limit", facts)
        held = turn.held[job.account]["gpu" if kind == "gpus" else kind]
        if asked[kind] and asked[kind] + held > most:
            return Reason("account_at_limit", {**facts, "held": held})
    return turn.shares.beyond(job.share_class, job.needs) if turn.borrowing == "none" else None


def excess(asked: Amounts, machine: Amounts) -> Reason | None:
    """Why a job can never run on `machine`, or None."""
    if _fits(asked, machine):
        return None
    name = _short(asked, machine)
    kind, _, gpu_type = name.partition(":")
    resource = {"gpu": "gpus"}.get(kind, kind)
    facts: dict[str, int | str] = {
        "resource": resource,
        "type": gpu_type,
        "needs": asked[name],
        "offered": machine.get(name, 0),
    }
    return Reason("larger_than_machine", facts)


def _fits(asked: Amounts, free: Amounts) -> bool:
    return all(amount <= free.get(name, 0) for name, amount in asked.items())


def _short(asked: Amounts, free: Amounts) -> str:
    """The scarcest kind that is short: a GPU before a core before memory."""
    short: Iterable[str] = (name for name, amount in asked.items() if amount > free.get(name, 0))
    return min(short, key=lambda name: (not name.startswith("gpu:"), name))


def _cost(amounts: Amounts, policy: Policy) -> int:
    counted = kinds(amounts)
    return (counted["cores"] + policy.cores_per_gpu * counted["gpus"]) << FIXED
