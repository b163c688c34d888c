"""Replays a queue as it stands with drawn run times, by the very policy that serves it, to say when jobs will start.

It needs the standard library alone, so that a portal can call it in a small process. Jobs that are still to be
submitted are not in it; where a policy lets them overtake, real starts can be later than any replay.
"""

from __future__ import annotations

import dataclasses
import heapq
import random
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from madang.compute import policies
from madang.compute.policies import Limit, Policy, Running, Snapshot, Standing, Waiting
from madang.compute.protocol import Reason

WHOLE = 1000  # a run time that fills its limit, in thousandths of it
EDGE = 10  # one replay in so many lies before a range, and as many after it
FEWEST = EDGE - 1  # with fewer replays no range holds eight in ten
HELD = "held"  # the reason of a job that waits for a person


class Range(NamedTuple):
    """When a job may start, in seconds of the snapshot's clock: eight in ten within [early, late], half by `middle`."""

    early: int
    middle: int
    late: int


def drawn(snapshot: Snapshot, past: Mapping[str, Sequence[int]], draws: random.Random) -> dict[str, int]:
    """A run time in seconds for every job, whole, drawn from what its account's jobs took of their limits.

    `past` gives accounts the parts in thousandths, ascending; an account without any runs to its limits. A running job
    is known to have run so far: only parts that leave it running are drawn from, and the limit where there are none.
    """
    found = {job.id: _run(job.wall_seconds, 0, past.get(job.account, ()), draws) for job in snapshot.waiting}
    for job in snapshot.running:
        limit = job.again.wall_seconds if job.again else job.ends_by - job.started
        elapsed = snapshot.now - job.started
        found[job.id] = _run(limit, elapsed, past.get(job.account, ()), draws)
    return found


def _run(limit: int, elapsed: int, parts: Sequence[int], draws: random.Random) -> int:
    first = bisect_right(parts, elapsed * WHOLE // limit) if elapsed > 0 and limit > 0 else 0
    if first >= len(parts):
        return limit
    return max(limit * min(parts[first + draws.randrange(len(parts) - first)], WHOLE) // WHOLE, 1)


def replay(snapshot: Snapshot, policy: Policy, seconds: Mapping[str, int]) -> dict[str, int]:
    """The start of each waiting job when every job takes `seconds`; a job that never starts is not in it.

    A job that starts after others is free once they have ended, as if they had ended well; a held one stays held. A job
    that is stopped for another is given all the time it has for that, waits again and begins anew.
    """
    course = _Course(snapshot, policy, seconds)
    awaited = {job.id for job in snapshot.waiting}
    while True:
        course.serve()
        if not course.ends or awaited <= course.starts.keys():
            return {id: start for id, start in course.starts.items() if id in awaited}
        course.proceed()


class _Course:
    """One replay under way: the queue and what runs, at `now`; `ends` is a heap, of which `ending` says what counts."""

    def __init__(self, snapshot: Snapshot, policy: Policy, seconds: Mapping[str, int]) -> None:
        self._seen, self._policy, self._seconds = snapshot, policy, seconds
        self.now, self.starts = snapshot.now, dict[str, int]()
        self._running = {job.id: job for job in snapshot.running}
        self._waiting = {job.id: job for job in snapshot.waiting}
        self._standings = dict(snapshot.standings)
        self.ends: list[tuple[int, str]] = []
        self._ending: dict[str, int] = {}
        for job in snapshot.running:
            self._end_by(job, job.ends_by if job.stopping else None)
        known = self._running.keys() | self._waiting.keys()
        for gone in {other for job in snapshot.waiting for other in job.after} - known:
            self._free_followers(gone)

    def _end_by(self, job: Running, latest: int | None) -> None:
        """Notes when a running job ends: when it is done, or by `latest`."""
        done = max(job.started + max(self._seconds[job.id], 1), self.now + 1)
        self._ending[job.id] = done if latest is None else min(done, max(latest, self.now + 1))
        heapq.heappush(self.ends, (self._ending[job.id], job.id))

    def serve(self) -> None:
        """Starts what the policy starts now, and asks those to stop whom it names."""
        seen = dataclasses.replace(
            self._seen,
            now=self.now,
            running=tuple(self._running.values()),
            waiting=tuple(self._waiting.values()),
            standings=self._standings,
        )
        # whom to stop is found out only where reasons are
        found = policies.decide(seen, self._policy, explain=self._policy.borrowing == "reclaim")
        for id in found.starts:
            job = self._waiting.pop(id)
            self.starts.setdefault(id, self.now)
            ends_by, again = self.now + job.wall_seconds, job if job.stoppable else None
            self._running[id] = Running(
                id, job.account, job.needs, self.now, ends_by, job.share_class, stoppable=job.stoppable, again=again
            )
            self._end_by(self._running[id], ends_by)
        for id in found.stops:
            latest = min(self._running[id].ends_by, self.now + max(self._policy.stop_seconds, 1))
            self._running[id] = dataclasses.replace(self._running[id], stopping=True, ends_by=latest)
            self._end_by(self._running[id], latest)

    def proceed(self) -> None:
        """Goes on to the next instant at which something ends, and ends it."""
        self.now = self.ends[0][0]
        while self.ends and self.ends[0][0] == self.now:
            id = heapq.heappop(self.ends)[1]
            if self._ending.get(id) != self.now:
                continue  # it was asked to stop before
            del self._ending[id]
            job = self._running.pop(id)
            elapsed = self.now - job.started
            before = self._standings.get(job.account)
            self._standings[job.account] = policies.charged(before, job.needs, elapsed, self.now, self._policy)
            left = job.again.wall_seconds - elapsed if job.again and job.stopping else 0
            if job.again and left > 0 and elapsed < self._seconds[id]:
                self._waiting[id] = dataclasses.replace(job.again, wall_seconds=left, blocked=None)
            else:
                self._free_followers(id)
        while self.ends and self._ending.get(self.ends[0][1]) != self.ends[0][0]:
            heapq.heappop(self.ends)

    def _free_followers(self, ended: str) -> None:
        for job in [one for one in self._waiting.values() if ended in one.after]:
            after = tuple(id for id in job.after if id != ended)
            blocked = job.blocked if after or (job.blocked and job.blocked.code == HELD) else None
            self._waiting[job.id] = dataclasses.replace(job, after=after, blocked=blocked)


def replays(
    snapshot: Snapshot,
    policy: Policy,
    past: Mapping[str, Sequence[int]],
    *,
    most: int,
    seed: int,
    enough: Callable[[int], bool] = lambda done: False,
) -> list[dict[str, int]]:
    """Starts by job of up to `most` replays; `enough`, told how many are done, may end it once ranges can be given.

    Their number is one less than a multiple of `EDGE`, for which the ranges of `ranges` hold eight in ten exactly.
    """
    draws = random.Random(seed)  # noqa: S311 - a simulation, and a seed that can be repeated
    made: list[dict[str, int]] = []
    while len(made) < max(most, FEWEST):
        made.append(replay(snapshot, policy, drawn(snapshot, past, draws)))
        if (len(made) + 1) % EDGE == 0 and enough(len(made)):
            break
    return made


def ranges(starts: Sequence[Mapping[str, int]]) -> dict[str, Range]:
    """The range of each job that started in every replay.

    Of n replays the k-th and the (n + 1 - k)-th start are the edges, k = (n + 1) / `EDGE`: if real run times follow the
    law that was drawn from, the real start is one more draw and falls between with chance 1 - 2k / (n + 1).
    """
    count = len(starts)
    cut = max((count + 1) // EDGE, 1)
    found = {}
    for id in starts[0] if starts else ():
        ordered = sorted(one[id] for one in starts if id in one)
        if len(ordered) == count >= FEWEST:
            found[id] = Range(ordered[cut - 1], ordered[(count - 1) // 2], ordered[count - cut])
    return found


def to_json(snapshot: Snapshot, policy: Policy) -> dict[str, Any]:
    """Queue and policy as plain values; `from_json` gives them back."""
    return {"snapshot": dataclasses.asdict(snapshot), "policy": dataclasses.asdict(policy)}


def from_json(document: Mapping[str, Any]) -> tuple[Snapshot, Policy]:
    """The queue and the policy that `to_json` wrote down."""
    kept = dict(document["snapshot"])
    kept["running"] = tuple(
        Running(**one | {"again": _waiting(one["again"]) if one["again"] else None}) for one in kept["running"]
    )
    kept["waiting"] = tuple(_waiting(one) for one in kept["waiting"])
    kept["standings"] = {name: Standing(**one) for name, one in kept["standings"].items()}
    kept["limits"] = {name: Limit(**one) for name, one in kept["limits"].items()}
    return Snapshot(**kept), Policy(**document["policy"])


def _waiting(document: Mapping[str, Any]) -> Waiting:
    blocked = Reason(*document["blocked"]) if document["blocked"] else None
    return Waiting(**{**document, "blocked": blocked, "after": tuple(document["after"])})
