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
        limit, elapsed = job.ends_by - job.started, snapshot.now - job.started
        found[job.id] = _run(limit, elapsed, past.get(job.account, ()), draws)
    return found


def _run(limit: int, elapsed: int, parts: Sequence[int], draws: random.Random) -> int:
    first = bisect_right(parts, elapsed * WHOLE // limit) if elapsed > 0 and limit > 0 else 0
    if first >= len(parts):
        return limit
    return max(limit * min(parts[first + draws.randrange(len(parts) - first)], WHOLE) // WHOLE, 1)


def replay(snapshot: Snapshot, policy: Policy, seconds: Mapping[str, int]) -> dict[str, int]:
    """The start of each waiting job when every job takes `seconds`; a job that never starts is not in it."""
    running = {job.id: job for job in snapshot.running}
    waiting = {job.id: job for job in snapshot.waiting}
    standings = dict(snapshot.standings)
    ends = [(max(job.started + seconds[job.id], snapshot.now + 1), job.id) for job in snapshot.running]
    heapq.heapify(ends)
    now, starts = snapshot.now, dict[str, int]()
    while True:
        for job in _started(snapshot, policy, now, running, waiting, standings):
            starts[job.id] = now
            running[job.id] = Running(job.id, job.account, job.needs, now, now + job.wall_seconds, job.share_class)
            heapq.heappush(ends, (now + max(seconds[job.id], 1), job.id))
        if not ends or not waiting:
            return starts
        now = ends[0][0]
        while ends and ends[0][0] == now:
            ended = running.pop(heapq.heappop(ends)[1])
            before = standings.get(ended.account)
            standings[ended.account] = policies.charged(before, ended.needs, now - ended.started, now, policy)


def _started(
    snapshot: Snapshot,
    policy: Policy,
    now: int,
    running: Mapping[str, Running],
    waiting: dict[str, Waiting],
    standings: Mapping[str, Standing],
) -> list[Waiting]:
    """The jobs that start at this instant, taken from those that wait."""
    seen = dataclasses.replace(
        snapshot, now=now, running=tuple(running.values()), waiting=tuple(waiting.values()), standings=standings
    )
    return [waiting.pop(id) for id in policies.decide(seen, policy, explain=False).starts]


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
    kept["running"] = tuple(Running(**one) for one in kept["running"])
    kept["waiting"] = tuple(
        Waiting(**one | {"blocked": Reason(*one["blocked"]) if one["blocked"] else None}) for one in kept["waiting"]
    )
    kept["standings"] = {name: Standing(**one) for name, one in kept["standings"].items()}
    kept["limits"] = {name: Limit(**one) for name, one in kept["limits"].items()}
    return Snapshot(**kept), Policy(**document["policy"])
