"""What the soak needs of a centre, made and judged inside its own environment: python world.py STEP '{"given": …}'."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import django

DAY = timedelta(days=1)
# seconds that a job of one core may be charged beyond its limit: between being asked to end and being ended
GRACE = 32


def awards(count: int, hours: int) -> list[dict[str, str]]:
    """Awards in force over a pool of core-hours, each with its ledger account and its owner's token."""
    from django.conf import settings
    from factories import (
        actor,
        make_award,
        make_call,
        make_intake,
        make_pool,
        make_pool_month,
        make_product,
        make_submitted,
        make_track,
    )

    from madang.portal.access import actions as access
    from madang.portal.actors import WORKER
    from madang.portal.jobs.rules import owner_of
    from madang.portal.ledger import actions as ledger
    from madang.values import Month

    now = datetime.now(UTC)
    month, today = str(Month.of(now, settings.MADANG_ZONE)), now.astimezone(settings.MADANG_ZONE).date()
    pool = make_pool(code="cores", unit="core", grain="hour", runs_jobs=True, created_at=now)
    make_pool_month(pool, month, physical=100_000, funded=100_000)
    product = make_product(pool, code="core-hour", units=1, grain="hour")
    call = make_call()
    intake = make_intake(call, state="decided", decided_at=now)
    made = []
    for _ in range(count):
        file = make_submitted(make_track(call, products=[product]), intake, state="eligible")
        dates = {"starts_on": today - 5 * DAY, "ends_on": today + 60 * DAY, "created_at": now, "in_force_at": now}
        award = make_award(file, seconds=hours * 3600, **dates)
        granted = {"owner": owner_of(award.pk), "pool": pool.pk, "amount": hours * 3600, "month": month, "day": today}
        ledger.grant(by=WORKER, now=now, source="award", key=f"grant:{award.pk}", **granted)
        _, secret = access.create_token(by=actor(file.created_by), now=now, name="soak", days=1)
        made.append({"award": award.number, "token": secret})
    return made


def open_call(drafts: int, seconds: int) -> list[dict[str, Any]]:
    """A call that closes in so many seconds with as many whole drafts, each of another organisation with its token."""
    from factories import actor, make_application, make_call, make_intake, make_track

    from madang.portal.access import actions as access
    from madang.portal.transactions import together

    now = datetime.now(UTC)
    with together():
        track = make_track(make_call(code="last-minute"))
        closes = now + timedelta(seconds=seconds)
        dates = {"opens_at": now - DAY, "review_due_at": closes + DAY, "decision_due_at": closes + 2 * DAY}
        intake = make_intake(track.call, closes_at=closes, **dates)
        made = []
        for _ in range(drafts):
            draft = make_application(track, intake)
            _, secret = access.create_token(by=actor(draft.created_by), now=now, name="soak", days=1)
            made.append({"application": draft.pk, "version": draft.version, "token": secret})
    return made


def receipts() -> dict[str, Any]:
    """The call's receipt numbers in force, those that two applications have, and what the intake counts."""
    from madang.portal.applications.models import Application, Submission
    from madang.portal.calls.models import Intake

    intake = Intake.objects.get(call__code="last-minute")
    numbers = Application.objects.filter(intake=intake, state="submitted").values_list("pk", "number")
    submissions = Submission.objects.filter(application__intake=intake)
    late = submissions.filter(submitted_at__gte=intake.closes_at).count()
    return {"numbers": dict(numbers), "last": intake.last_receipt, "submissions": submissions.count(), "late": late}


def unsettled() -> int:
    """How many jobs are not at their end with their account settled."""
    from madang.portal.jobs.models import Job

    return Job.objects.filter(settled_at=None).count()


def verdict() -> dict[str, Any]:
    """Everything that must hold of jobs and money once all is quiet; what does not, by rule. Empty lists are well."""
    from django.conf import settings

    from madang.accounting.metering import charges
    from madang.portal import backends
    from madang.portal.jobs import rules
    from madang.portal.jobs.models import Job
    from madang.portal.ledger.models import LedgerAccount, Movement
    from madang.portal.ledger.queries import check_identity

    backend = backends.backend()
    rows = list(Job.objects.select_related("pool"))
    jobs = {row.backend_id: row for row in rows if row.backend_id}  # one cancelled at once was never given one
    reports = {report.id: report for report in backend.reports(list(jobs))}
    used, expected = Counter[str](), Counter[str]()
    for subject, amount, kind in Movement.objects.filter(to_account__bucket="used").values_list(
        "subject", "amount", "kind"
    ):
        used[subject] += amount
        assert kind != "reversal"
    for piece in _slices(backend):
        row = jobs[piece.job]
        for charge in charges(piece, settings.MADANG_ZONE, rules.unit_of(row.pool.unit)):
            expected[rules.subject_of(row.pk)] += charge.amount
    held = LedgerAccount.objects.filter(bucket="held").exclude(amount=0)
    return {
        "not at an end": [row.pk for row in rows if row.state not in rules.FINAL_STATES or not row.settled_at],
        "another end than the backend's": [
            row.pk for id, row in jobs.items() if id in reports and reports[id].state != row.state
        ],
        "unknown to the backend": [row.pk for id, row in jobs.items() if id not in reports],
        "ended otherwise without a backend": [
            row.pk for row in rows if not row.backend_id and row.state != "cancelled"
        ],
        "ran once too often": [
            row.pk for id, row in jobs.items() if _log(backend, id).count(b"ran\n") > 1 + reports[id].restarts
        ],
        "used more than it held": [row.pk for row in rows if used[rules.subject_of(row.pk)] > row.held + GRACE],
        "arrays in part": [str(key) for key, (n, of) in _arrays(rows).items() if n != of],
        "charged otherwise than used": [
            [subject, used[subject], expected[subject]]
            for subject in used.keys() | expected.keys()
            if used[subject] != expected[subject]
        ],
        "still held": list(held.values_list("owner", "amount")),
        "faults in the book": [str(fault) for fault in check_identity()],
        "states": Counter(str(row.state) for row in rows),
        "keys": [str(row.array or row.key) for row in rows],
    }


def _arrays(rows: list[Any]) -> dict[Any, tuple[int, int]]:
    counted = Counter(row.array for row in rows if row.array)
    return {row.array: (counted[row.array], row.array_count) for row in rows if row.array}


def _slices(backend: Any) -> list[Any]:
    found, cursor = [], ""
    while (batch := backend.usage(cursor)).slices:
        found, cursor = found + list(batch.slices), batch.cursor
    return found


def _log(backend: Any, id: str) -> bytes:
    return bytes(backend.log(id, 0, 1 << 20).data)


STEPS = {step.__name__: step for step in (awards, open_call, receipts, unsettled, verdict)}


def main(step: str, given: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "madang.portal.settings"
    django.setup()
    print(json.dumps(STEPS[step](**json.loads(given))))


if __name__ == "__main__":
    main(*sys.argv[1:])
