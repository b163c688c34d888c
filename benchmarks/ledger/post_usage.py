"""Posts 100,000 job records into the ledger on SQLite, beside a raw insert of the same rows into the same table.

Run: python benchmarks/ledger/post_usage.py [records]. Prints wall and processor seconds; the second posting must change
nothing. Promise: at most 5 s on SQLite for 100,000 records on two cores.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

HOME = tempfile.mkdtemp(prefix="madang-benchmark-")
os.environ |= {"MADANG_HOME": HOME, "MADANG_SECRET_KEY": "benchmark", "MADANG_DIGEST_KEY": "benchmark"}
os.environ["MADANG_DATABASE_URL"] = f"sqlite://{HOME}/benchmark.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "madang.portal.settings"

NOW = datetime(2026, 7, 1, tzinfo=UTC)
AWARDS, JOBS_WITH_HOLDS = 2_000, 500


def timed(what: str, act: Callable[[], Any]) -> Any:
    """Runs and prints how long it took, on the wall and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    answer = act()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(f"{what:<58} {wall:6.2f} s wall {processor:6.2f} s processor", flush=True)
    return answer


def prepare() -> int:
    """A pool, and accounts with grants and some holds; gives the pool."""
    from madang.portal.actors import WORKER
    from madang.portal.ledger import actions
    from madang.portal.resources.models import Pool
    from madang.portal.transactions import action

    pool = Pool.objects.create(code="h100", name_ko="H100", name_en="H100", unit="gpu", created_at=NOW).pk

    @action
    def everything() -> None:
        for n in range(AWARDS):
            given: dict[str, Any] = {"by": WORKER, "now": NOW, "owner": f"award:{n}", "pool": pool}
            granted = given | {"amount": 3_600 * 8 * 30, "source": "award", "key": f"grant:{n}"}
            actions.grant(**granted, month="2026-05", day=date(2026, 5, 1))
            if n < JOBS_WITH_HOLDS:
                actions.hold(**given, amount=7_200, source="job", key=f"hold:{n}", subject=f"job:{n}")

    everything()
    return pool


def usages(records: int, pool: int) -> list[Any]:
    """Job records of three months over all awards; every tenth one names a job with a hold."""
    from madang.portal.ledger.rules import Usage

    made = []
    for n in range(records):
        day = date(2026, 5, 1) + timedelta(days=n % 60)
        award = n % AWARDS
        subject = f"job:{award}" if n % 10 == 0 and award < JOBS_WITH_HOLDS else f"job:{1_000_000 + n}"
        made.append(
            Usage("cluster", f"{n}@{day}", f"award:{award}", pool, subject, f"{day:%Y-%m}", day, 600 + n % 9_000)
        )
    return made


def raw(rows: list[tuple[Any, ...]]) -> None:
    """The same rows into the same table with its indexes, and nothing else."""
    from django.db import transaction

    from madang.portal.ledger.writing import insert

    with transaction.atomic():
        insert(rows)


def copied_rows() -> list[tuple[Any, ...]]:
    """The rows that the importer wrote, under another source."""
    from django.db import connection

    columns = "source_key, kind, from_account_id, to_account_id, amount, subject, month, day, reverses_id, written_at"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM portal_movement WHERE source = 'cluster'")
        return [("raw", *row) for row in cursor.fetchall()]


def main() -> int:
    """Prepares, posts, posts again and compares."""
    import django

    django.setup()
    from django.core.management import call_command

    from madang.portal.ledger.importer import import_usage
    from madang.portal.ledger.queries import check_identity

    records = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    call_command("migrate", verbosity=0)
    given = usages(records, timed(f"preparing {AWARDS:,} awards", prepare))
    first = timed(f"posting {records:,} records", lambda: import_usage(now=NOW, charges=given))
    again = timed("posting the same again", lambda: import_usage(now=NOW, charges=given))
    faults = timed("checking the whole book", check_identity)
    rows = copied_rows()
    paced = [usage._replace(source="paced") for usage in given[:20_000]]
    longest: list[float] = [time.perf_counter()]
    spans: list[float] = []

    def pause(seconds: float) -> None:
        spans.append(time.perf_counter() - longest[0])
        time.sleep(seconds)
        longest[0] = time.perf_counter()

    timed("posting 20,000 as the worker does, with pauses", lambda: import_usage(now=NOW, charges=paced, pause=pause))
    spans.sort()
    print(f"its transactions: median {spans[len(spans) // 2] * 1000:.0f} ms, longest {spans[-1] * 1000:.0f} ms")
    # last, as these rows have no balances beside them
    timed(f"raw insert of the same {len(rows):,} rows, for comparison", lambda: raw(rows))
    print(f"first {first}; again {again}; faults in the book {faults}")
    return 0 if (first.posted, again.posted, faults) == (records, 0, []) else 1


if __name__ == "__main__":
    sys.exit(main())
