"""Turns what the backend reports as used into charges in the ledger, exactly once, whoever started the jobs."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from django.conf import settings

from madang.accounting.metering import UsageSlice, charges
from madang.compute.protocol import Shared
from madang.portal import backends
from madang.portal.jobs import actions, machine, places, queries
from madang.portal.jobs.rules import subject_of, unit_of
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.rules import Usage, usage_of

log = logging.getLogger("madang.jobs")
MOST_SUBJECT = 40


def post_usage(now: datetime) -> int:
    """Posts the backend's usage records from the cursor on, exactly once each."""
    name, posted = settings.MADANG_BACKEND, 0
    while True:
        old = queries.cursor(name)
        batch = backends.backend().usage(old)
        if batch.slices:
            posted += import_usage(now=now, charges=_rows(now, batch.slices), pause=time.sleep).posted
        for odd in batch.odd:
            log.warning("use of job %s that was not charged: %s", odd.job or "?", machine.sentence(odd.code, odd.facts))
        if batch.cursor == old:
            return posted
        actions.move_cursor(now=now, backend=name, old=old, new=batch.cursor)
        if not batch.more:
            return posted


def _rows(now: datetime, slices: list[UsageSlice]) -> list[Usage]:
    """Each charge with its pool and its job's name in the ledger.

    A job that somebody gave to the cluster without the portal is charged to the award of its account, in the award's
    pool of that type of GPU, or of cores. A slice that belongs to no award and pool of ours is left out, and said.
    """
    backend = backends.backend()
    shared = backend if isinstance(backend, Shared) else None
    outside = [piece for piece in slices if shared and shared.outside(piece.job)]
    strangers = {piece.job for piece in outside}
    ids = sorted({piece.job for piece in slices} - strangers)
    jobs = queries.by_backend_id(ids)
    if unknown := [id for id in ids if id not in jobs]:
        _adopt(now, unknown)
        jobs = queries.by_backend_id(ids)
    pools = places.pools_by_type({piece.account for piece in outside})
    paying = {id: (job.pool, subject_of(job.pk)) for id, job in jobs.items()}
    for piece in outside:
        pool = pools.get((piece.account, piece.gpu_type if piece.gpus else ""))
        if pool is None:
            log.warning("use of job %s by %s (%s) belongs to no award", piece.job, piece.account, piece.gpu_type)
        else:
            paying[piece.job] = (pool, f"{piece.source}:{piece.job}"[:MOST_SUBJECT])
    return [
        usage_of(charge, pool=pool.pk, subject=subject)
        for piece in slices
        if piece.job in paying
        for pool, subject in [paying[piece.job]]
        for charge in charges(piece, settings.MADANG_ZONE, unit_of(pool.unit))
    ]


def _adopt(now: datetime, unknown: list[str]) -> None:
    """A worker may have died between giving a job over and noting its id: the backend still knows the job's key."""
    reports = backends.backend().reports(unknown)
    owed = queries.by_keys([report.key for report in reports])
    for report in reports:
        if report.key in owed:
            job = owed[report.key]
            network = places.network_allowed(job.award_id)
            actions.handed_over(now=now, job=job, backend_id=report.id, network=network)
