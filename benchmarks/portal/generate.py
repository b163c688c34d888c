"""Builds a centre of a year's size on SQLite: 1,200 organisations, 22,000 applications, 2,000,000 charges.

Run: python benchmarks/portal/generate.py HOME. HOME must not exist yet. Rows go straight into the tables, with every
constraint and trigger in place, drawn from one seed; the whole book is checked at the end. Prints seconds and size.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SEED = 20260401


def prepare(home: Path) -> None:
    """Settings for the home, and Django."""
    os.environ |= {
        "MADANG_HOME": str(home),
        "MADANG_GENERATED": "yes",
        "DJANGO_SETTINGS_MODULE": "madang.portal.settings",
    }
    # The same key each time, since the lottery among equal applications is drawn from pseudonyms made with it.
    os.environ |= {"MADANG_DATABASE_URL": "sqlite://", "MADANG_DIGEST_KEY": "benchmark"}
    import django

    django.setup()


def step(what: str, act: Callable[[], Any]) -> Any:
    """Runs and prints how long it took."""
    print(f"  {what} …", end="", flush=True)
    begun = time.perf_counter()
    answer = act()
    print(f" {time.perf_counter() - begun:.1f} s", flush=True)
    return answer


def build() -> None:
    """Everything, in one transaction, since nothing is worth keeping of a half."""
    from casework import applications_of, files, questions_and_drafts, sheets
    from deciding import awards, decided
    from django.db import connection, transaction
    from django.utils import timezone
    from programme import Centre, organisations, persons, prices, programme, shop
    from questioning import questioned
    from records import journal, messages, public_figures, readings
    from usage import Book, accounts, jobs, movements, roll_ups, runs, statements

    from madang.portal.centre import setup

    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    step("Setting up an empty centre", lambda: setup.set_up(now))
    centre = Centre(now, random.Random(SEED))
    with connection.cursor() as cursor:
        # A gigabyte of cache and no waiting for the disk: half a centre is thrown away anyhow.
        cursor.execute("PRAGMA cache_size = -1000000")
        cursor.execute("PRAGMA synchronous = OFF")
    with transaction.atomic():
        for act in (persons, organisations, shop, prices, programme):
            step(act.__doc__ or "", lambda act=act: act(centre))
        found = step("Drawing applications", lambda: files(centre))
        step(f"{len(found):,} applications", lambda: applications_of(centre, found))
        step("Questions and drafts", lambda: questions_and_drafts(centre, found))
        step("Reviews", lambda: sheets(centre, found))
        given = step(f"Solving {len(centre.intakes)} intakes", lambda: decided(centre, found))
        step(f"{len(given):,} awards with agreements", lambda: awards(centre, given))
        book, work = Book(centre, given), runs(centre, given)
        step(f"{len(work):,} jobs", lambda: (accounts(book), jobs(centre, work)))
        moved = step(
            "Movements",
            lambda: movements(book, work, lambda count: print(f"\r  Movements: {count:,} …", end="", flush=True)),
        )
        step(f"Balances and roll-ups of {moved:,} movements", lambda: roll_ups(book))
        bills = step("Statements", lambda: statements(book))
        for act in (journal, readings, messages, public_figures, questioned):
            step(act.__doc__ or "", lambda act=act: act(centre))
    print(f"  {bills:,} statements")


def checked() -> None:
    """The book agrees with itself, or this centre is of no use."""
    from django.db import connection

    from madang.portal.ledger.queries import check_identity

    faults = step("Checking the whole book", check_identity)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        broken = cursor.fetchall()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if faults or broken:
        raise RuntimeError(f"the book disagrees: {faults[:3]} {broken[:3]}")


def generate(home: Path) -> None:
    """Builds the centre in a new folder."""
    begun = time.perf_counter()
    prepare(home)
    build()
    checked()
    size = sum(path.stat().st_size for path in home.glob("madang.sqlite3*"))
    print(f"{home}: {size / 1e6:,.0f} MB in {time.perf_counter() - begun:,.0f} s")


if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    if target.exists():
        sys.exit(f"{target} exists already.")
    generate(target)
