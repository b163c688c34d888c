"""The worker's part of jobs: hand over, cancel, follow, post usage, settle, and tell the backend the limits."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from madang.compute.protocol import MANY, AccountLimit
from madang.errors import Refused, Unavailable
from madang.portal import backends
from madang.portal.jobs import actions, idling, machine, queries, steering, waiting
from madang.portal.jobs.clearing import clear, tell_of_clearing
from madang.portal.jobs.places import limits as present_limits
from madang.portal.jobs.posting import post_usage
from madang.portal.jobs.rules import MOST_WALL_SECONDS, owner_of
from madang.values import Month

AT_ONCE = 50
_told: dict[str, object] = {}


def hand_over(now: datetime) -> int:
    """Gives accepted jobs to the backend; the backend knows the key, so a worker that dies here does no harm."""
    tell_limits(now)
    waiting.give_up(now=now)
    taken = actions.claim(now=now, jobs=queries.to_hand_over(now, AT_ONCE))
    for job in taken:
        try:
            spec = machine.spec(job)
            id = backends.backend().submit(spec)
            actions.handed_over(now=now, job=job, backend_id=id, network=spec.network)
        except Refused as refused:
            actions.refused_by_backend(now=now, job=job, refused=refused)
        except Unavailable:
            actions.give_up_claim(now=now, job=job)
            raise
    return len(taken)


def cancel(now: datetime) -> int:
    """Passes on what people asked to cancel, and what an ended award leaves behind; asking again does no harm."""
    for job in queries.to_close(now, AT_ONCE):
        actions.close(now=now, job=job)
    for job in queries.to_cancel(MANY):
        backends.backend().cancel(str(job.backend_id))
    return 0


def steer(now: datetime) -> int:
    """Tells the backend which waiting jobs to hold back, release or set elsewhere in their award's order."""
    told = [steering.tell(job) for job in steering.owed(AT_ONCE)]
    return sum(steering.told(job=job) for job in told)


def follow(now: datetime) -> int:
    """Brings jobs to what the backend reports, posts usage, and settles what has ended."""
    jobs, looked = machine.to_look_at(now)
    open_jobs = {str(job.backend_id): job for job in jobs}
    reports = backends.backend().reports(list(open_jobs)) if open_jobs else []
    changed = sum(actions.follow(now=now, job=open_jobs[report.id], report=report) for report in reports)
    machine.looked(looked)
    # Only jobs seen as ended before usage was read to its end may be settled: all they used is posted then.
    ended = queries.to_settle(AT_ONCE)
    post_usage(now)
    return changed + sum(actions.settle(now=now, job=job) for job in ended)


def tell_limits(now: datetime) -> int:
    """Tells the backend what each award may hold at once and whether it may start jobs, when that changed."""
    limits = present_limits(str(Month.of(now, settings.MADANG_ZONE)))
    if _told.get(settings.MADANG_BACKEND) == (backends.spool(), limits):
        return 0
    backends.backend().enforce(
        [
            AccountLimit(owner_of(award), gpus=gpus, cores=cores, wall_seconds=MOST_WALL_SECONDS, open=is_open)
            for award, gpus, cores, is_open in limits
        ]
    )
    _told[settings.MADANG_BACKEND] = (backends.spool(), limits)
    return 0


EVERY = {hand_over: 0.5, steer: 1.0, cancel: 1.0, follow: 1.0, tell_limits: 10.0}
EVERY |= {idling.look: 60.0, tell_of_clearing: 3600.0, clear: 3600.0}
