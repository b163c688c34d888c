"""Has the queue replayed in a child process, and hands on what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from madang.compute.protocol import Foreseeable
from madang.portal import backends, children, folders
from madang.portal.children import OUTPUT, Child
from madang.portal.forecasts import actions, queries, replays, rules
from madang.portal.forecasts.queries import Queued
from madang.portal.forecasts.rules import Basis, Told, Unknown

AT_ONCE = 200
# a replay of the queue stops by itself long before
LATE = 120


@dataclass
class Replay:
    """A replay under way: of which jobs, when the queue was looked at, and what run times are drawn from."""

    child: Child
    jobs: list[Queued]
    made_at: datetime
    basis: Basis


REPLAYING: list[Replay] = []


def foresee(now: datetime) -> int:
    """Estimates the start of every job that waits, once a minute and when one is new; returns how many were told."""
    if REPLAYING:
        return _follow(REPLAYING[0], now)
    jobs = queries.queued()
    if not queries.is_due(jobs, now):
        return 0
    reasons = {job.pk: rules.barred(job.reason_code, cancel_asked=job.cancel_asked) for job in jobs}
    backend = backends.backend()
    found: dict[int, Told | Unknown] = {pk: why for pk, why in reasons.items() if why}
    free = [job for job in jobs if job.pk not in found]
    if not isinstance(backend, Foreseeable):
        found |= {job.pk: Unknown.NOT_SHOWN for job in free}
    elif free:
        _start(backend, free, now)
    return _told(now, found, 0)


def _start(backend: Foreseeable, jobs: list[Queued], now: datetime) -> None:
    queue, policy = backend.queue()
    past, basis = rules.pasts(*queries.parts())
    given = replays.document(queue, policy, past, seed=int(now.timestamp()))
    folder = folders.new_folder("forecasts", "replay")
    REPLAYING.append(Replay(children.start(replays.MODULE, folder, given), jobs, now, basis))


def _follow(replay: Replay, now: datetime) -> int:
    overdue = (now - replay.made_at).total_seconds() > LATE
    if not replay.child.ended and not overdue:
        return 0
    REPLAYING.remove(replay)
    replay.child.stop()
    answer = replay.child.read(OUTPUT)
    folders.clear(replay.child)
    if answer is None:
        return _told(now, {job.pk: Unknown.COMING for job in replay.jobs}, 0)
    found = {job.pk: _foreseen(job, answer["ranges"].get(job.backend_id), replay) for job in replay.jobs}
    return _told(now, found, answer["replays"])


def _foreseen(job: Queued, seconds: list[int] | None, replay: Replay) -> Told | Unknown:
    if seconds is None:
        return Unknown.NEVER
    told = rules.told(replay.made_at, seconds, replay.basis)
    return told if told.middle < job.before else Unknown.AFTER_AWARD


def _told(now: datetime, found: dict[int, Told | Unknown], count: int) -> int:
    pairs = list(found.items())
    for first in range(0, len(pairs), AT_ONCE):
        actions.tell(now=now, found=dict(pairs[first : first + AT_ONCE]), replays=count)
    return 0
