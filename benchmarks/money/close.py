"""Closes a month of 22,000 projects and 2,000,000 charges on SQLite: every statement worked out once more and issued.

Run: python benchmarks/money/close.py [projects] [charges]. Each project is an award of an organisation of its own, sold
by the hour. Prints wall and processor seconds; every charge must be on a statement. Promise: at most 60 s to issue.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

HOME = tempfile.mkdtemp(prefix="madang-benchmark-")
os.environ |= {"MADANG_HOME": HOME, "MADANG_SECRET_KEY": "benchmark", "MADANG_DIGEST_KEY": "benchmark"}
os.environ["MADANG_DATABASE_URL"] = f"sqlite://{HOME}/benchmark.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "madang.portal.settings"
sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
MONTH, DAYS = "2026-05", 31
SECONDS = 7_211
MOVEMENT = (
    "INSERT INTO portal_movement (source, source_key, kind, from_account_id, to_account_id, amount, subject, month,"
    " day, reverses_id, written_at) VALUES ('cluster', ?, 'use', ?, ?, ?, '', ?, ?, NULL, '2026-05-31 00:00:00')"
)


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Runs and prints how long it took, on the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    answer = act()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{what:<58} {wall:6.2f} s wall {processor:6.2f} s processor", flush=True)
    return answer


def copies(row: Any, given: Iterator[dict[str, Any]]) -> Iterator[Any]:
    """New rows like one that is stored, with other values."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    plain = {name: getattr(row, name) for name in names}
    return (type(row)(**(plain | other)) for other in given)


def projects(count: int) -> tuple[list[int], int]:
    """So many organisations with one award in force each, half of them universities; gives the awards and the pool."""
    from factories import make_award, make_pool, make_product, make_staff, make_submitted, make_track

    from madang.portal.applications.models import Application
    from madang.portal.awards.models import Award, AwardLine
    from madang.portal.people.models import Organisation
    from madang.portal.prices.models import Discount, Tariff

    pool = make_pool(grain="hour")
    product = make_product(pool, grain="hour", units=1)
    first = make_award(make_submitted(make_track(products=[product]), state="eligible"))
    Tariff.objects.create(
        product=product, kind="used", price=550, reference_price=4_200, reference_source="List",
        starts_on=date(2026, 1, 1), drafted_by=make_staff(), drafted_at=NOW, approved_by=make_staff(), approved_at=NOW,
    )  # fmt: skip
    Discount.objects.create(
        code="academia", name_ko="대학", name_en="Academia", sentence_ko="무상", sentence_en="Free",
        applies_to="kind:university", permille=500, starts_on=date(2026, 1, 1),
    )  # fmt: skip
    kinds = ("company", "university")
    names = ({"name": f"기관 {n}", "registration_number": f"{n:010d}", "kind": kinds[n % 2]} for n in range(count))
    bodies = Organisation.objects.bulk_create(copies(first.organisation, names), batch_size=1000)
    applied = ({"organisation_id": one.pk, "number": f"B-{one.pk}"} for one in bodies)
    applications = Application.objects.bulk_create(copies(first.application, applied), batch_size=1000)
    won = (
        {"organisation_id": one.organisation_id, "application_id": one.pk, "number": f"B-{one.pk}"}
        for one in applications
    )
    awards = Award.objects.bulk_create(copies(first, won), batch_size=1000)
    lines = ({"award_id": one.pk} for one in awards)
    AwardLine.objects.bulk_create(copies(first.lines.get(), lines), batch_size=1000)
    return [one.pk for one in awards], pool.pk


def charged(awards: list[int], pool: int, charges: int) -> None:
    """Accounts, charges over the days of the month, and what they come to by month."""
    from django.db import connection, transaction

    from madang.accounting.ledger import Bucket
    from madang.portal.ledger.models import LedgerAccount, MonthTotal

    rows = (LedgerAccount(owner=f"award:{pk}", pool_id=pool, bucket=one) for pk in awards for one in Bucket)
    accounts = LedgerAccount.objects.bulk_create(rows, batch_size=1000)
    of = {(one.owner, one.bucket): one.pk for one in accounts}
    places = [(of[f"award:{pk}", "left"], of[f"award:{pk}", "used"]) for pk in awards]
    moved = (
        (str(n), *places[n % len(places)], SECONDS + n % 999, MONTH, f"{MONTH}-{n // len(places) % DAYS + 1:02d}")
        for n in range(charges)
    )
    with transaction.atomic():
        connection.connection.executemany(MOVEMENT, moved)
    sums: dict[int, int] = {}
    for n in range(charges):
        used = places[n % len(places)][1]
        sums[used] = sums.get(used, 0) + SECONDS + n % 999
    MonthTotal.objects.bulk_create(
        (MonthTotal(account_id=pk, month=MONTH, came_in=total) for pk, total in sums.items()), batch_size=1000
    )


def main() -> int:
    """Prepares, works the month out, issues it and compares."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db.models import Sum
    from factories import make_actor

    from madang.portal.actors import WORKER, Role
    from madang.portal.billing import actions
    from madang.portal.billing.models import StatementLine
    from madang.portal.ledger import actions as ledger
    from madang.portal.ledger import monthly
    from madang.portal.ledger.models import Movement

    count, charges = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (22_000, 2_000_000)
    call_command("migrate", verbosity=0)
    awards, pool = timed(f"preparing {count:,} projects", lambda: projects(count))
    timed(f"preparing {charges:,} charges", lambda: charged(awards, pool, charges))
    timed("working the month out", lambda: actions.work_out_month(by=WORKER, now=NOW, month=MONTH))
    manager = make_actor(Role.PROGRAMME_MANAGER)
    found = timed("adding it up for the check", lambda: monthly.used_by_source(MONTH))
    ledger.close_month(now=NOW, month=MONTH)
    issued = timed("issuing it", lambda: actions.issue(by=manager, now=NOW, month=MONTH))
    billed = StatementLine.objects.aggregate(sum=Sum("quantity"))["sum"]
    used = Movement.objects.aggregate(sum=Sum("amount"))["sum"]
    print(f"{issued:,} statements; {used:,} seconds used, {billed:,} billed")
    return 0 if billed == used == sum(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
