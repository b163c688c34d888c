"""Turns what the backend reports as used into charges in the ledger, exactly once, whoever started the jobs."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import connection

from madang.accounting.metering import Unit, UsageSlice, charges
from madang.accounting.settlement import apportioned
from madang.compute.protocol import Backend, UsageBatch
from madang.compute.sharing import Joining, Shared
from madang.portal import backends
from madang.portal.actors import WORKER
from madang.portal.energy import actions as energy
from madang.portal.jobs import actions, places, queries
from madang.portal.jobs.rules import subject_of, unit_of
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.rules import Usage, usage_of
from madang.portal.ledger.writing import kept_pages
from madang.portal.months import actions as months

log = logging.getLogger("madang.jobs")
MOST_SUBJECT = 40

# a pool, what it counts in, and the job's name in the ledger
Payer = tuple[int, Unit, str]
# a charge, and the joules that it consumed
Measured = tuple[Usage, int]
# where a batch begins, and the batch
Read = tuple[str, UsageBatch]


def post_usage(now: datetime) -> int:
    """Posts the backend's usage records from the cursor on, exactly once each.

    Beside a PostgreSQL it reads on while a batch is posted; SQLite works in this process, where each would hinder the
    other.
    """
    name, posted = settings.MADANG_BACKEND, 0
    backend, old = backends.backend(), queries.cursor(name)
    if isinstance(backend, Joining):
        backend.join(places.joined())
    batches = _read(backend, old)
    with _seldom_collected(), kept_pages():
        for before, batch in _beside(batches) if connection.vendor == "postgresql" else batches:
            if batch.slices:
                rows, measured = _rows(now, batch.slices)
                posted += _posted(now, rows)
                energy.keep(now=now, measured=measured)
            for odd in batch.odd:
                months.note_oddity(by=WORKER, now=now, source=name, job=odd.job, code=odd.code, facts=dict(odd.facts))
            if batch.cursor != before:
                actions.move_cursor(now=now, backend=name, old=before, new=batch.cursor)
    return posted


def _read(backend: Backend, cursor: str) -> Iterator[Read]:
    """The backend's records from a cursor on."""
    while True:
        batch = backend.usage(cursor)
        yield cursor, batch
        if not batch.more or batch.cursor == cursor:
            return
        cursor = batch.cursor


def _beside(given: Iterator[Read]) -> Iterator[Read]:
    """The same, read in a thread of its own: the next while one is taken."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, given, None)
        while (found := coming.result()) is not None:
            coming = reader.submit(next, given, None)
            yield found


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """A million slices and charges make no cycles: to look through them for some as often as ever costs a fifth."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _posted(now: datetime, rows: Sequence[Usage]) -> int:
    """How many charges were posted; those that came otherwise than they stand in the book wait for a person."""
    done = import_usage(now=now, charges=rows, pause=time.sleep)
    if changed := set(done.changed):
        months.note_changed(by=WORKER, now=now, usages=[row for row in rows if row[:2] in changed])
    return done.posted


def _rows(now: datetime, slices: list[UsageSlice]) -> tuple[list[Usage], list[Measured]]:
    """Each charge with its pool and its job's name in the ledger, and those whose energy was measured.

    A job that somebody gave to the cluster without the portal is charged to the award of its account, in the award's
    pool of that type of GPU, or of cores. A slice that belongs to no award and pool of ours is left out, and said.
    """
    backend = backends.backend()
    named = {piece.job for piece in slices}
    strangers = {job for job in named if backend.outside(job)} if isinstance(backend, Shared) else set()
    ids = sorted(named - strangers)
    jobs = queries.by_backend_id(ids)
    if unknown := [id for id in ids if id not in jobs]:
        _adopt(now, unknown)
        jobs = queries.by_backend_id(ids)
    payers = {id: (job.pool.pk, unit_of(job.pool.unit), subject_of(job.pk)) for id, job in jobs.items()}
    found = places.pools_by_type({piece.account for piece in slices if piece.job in strangers})
    pools = {place: (pool.pk, unit_of(pool.unit)) for place, pool in found.items()}
    rows: list[Usage] = []
    measured: list[Measured] = []
    for piece in slices:
        payer = _payer(piece, pools) if piece.job in strangers else payers.get(piece.job)
        if payer:
            pool, unit, subject = payer
            parts = charges(piece, settings.MADANG_ZONE, unit)
            charged = [usage_of(charge, pool=pool, subject=subject) for charge in parts]
            rows += charged
            if piece.joules and charged:
                measured += zip(charged, apportioned(piece.joules, [one.amount for one in charged]), strict=True)
    return rows, measured


def _payer(piece: UsageSlice, pools: Mapping[tuple[str, str], tuple[int, Unit]]) -> Payer | None:
    """Who pays for a slice of a job that somebody gave to the cluster without the portal."""
    pool = pools.get((piece.account, piece.gpu_type if piece.gpus else ""))
    if pool is None:
        log.warning("use of job %s by %s (%s) belongs to no award", piece.job, piece.account, piece.gpu_type)
        return None
    return *pool, f"{piece.source}:{piece.job}"[:MOST_SUBJECT]


def _adopt(now: datetime, unknown: list[str]) -> None:
    """A worker may have died between giving a job over and noting its id: the backend still knows the job's key."""
    reports = backends.backend().reports(unknown)
    owed = queries.by_keys([report.key for report in reports])
    for report in reports:
        if report.key in owed:
            job = owed[report.key]
            network = places.network_allowed(job.award_id)
            actions.handed_over(now=now, job=job, backend_id=report.id, network=network)
