"""Times the calendar and the lists of facilities with 2,200 and with 22,000 bookings of 77 facilities.

Run: python benchmarks/portal/booking_pages.py. A centre is built in a temporary folder for each size, with every
constraint in place; pages are opened as `time_pages.py` does. Promise: the same number of queries in both, and with
22,000 bookings at most 60 ms of the processor, median.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from generate import SEED, prepare
from time_pages import MOST_MS, measured

FACILITIES, SIZES = 77, (2_200, 22_000)
# of an opening day from 9 to 18: two hours from 9, three from 13, with an hour between for a buffer or a walk
SPANS = ((9, 2), (13, 3))
AHEAD = 40


def facilities(now: datetime) -> None:
    """The catalogue: half of it equipment, the rest simulators, rooms and seats."""
    from storing import write

    from madang.portal.facilities.models import Facility

    kinds = ("equipment", "equipment", "simulator", "room", "seat")
    columns = (
        "id code name_ko name_en kind field maker place_ko place_en safety grain opens closes weekdays ahead_days"
        " longest grace_minutes door_code added_at"
    )
    rows = (
        (n, f"item-{n:02d}", f"실증장비 {n}", f"Item {n}", kinds[n % 5], "mobility", "Maker", "1층", "Floor 1", "open",
         "quarter", 540, 1080, 127, 365, 36, 30, f"CODE{n:04d}", now)
        for n in range(1, FACILITIES + 1)
    )  # fmt: skip
    write(Facility, columns, rows)


def drawn(now: datetime, count: int, owners: list[int]) -> Iterator[tuple[int, int, datetime, datetime, int]]:
    """Bookings as (number, facility, start, end, owner), the last days first; some owners book far more than others."""
    rng = random.Random(SEED)
    weights = [1 / (n + 3) for n in range(len(owners))]
    day = (now + timedelta(days=AHEAD)).replace(hour=0)
    number = 0
    while True:
        for facility in range(1, FACILITIES + 1):
            for hour, length in SPANS:
                number += 1
                if number > count:
                    return
                start = day + timedelta(hours=hour - 9)
                (owner,) = rng.choices(owners, weights)
                yield number, facility, start, start + timedelta(hours=length), owner
        day -= timedelta(days=1)


def booked(now: datetime, count: int, owners: list[int]) -> None:
    """All of the bookings drawn, or every tenth, with their slots: what is over was used, the rest is confirmed."""
    from storing import write

    from madang.portal.bookings.models import BookedFacility, Booking, BookingSlot

    rows = list(drawn(now, SIZES[-1], owners))[:: SIZES[-1] // count]
    columns = "id organisation person purpose starts_at ends_at expected_by state made_at used_at"
    write(Booking, columns, (
        (n, owner, owner, "Trial", start, end, start + timedelta(minutes=30),
         "used" if end <= now else "confirmed", start - timedelta(days=9), start if end <= now else None)
        for n, _facility, start, end, owner in rows
    ))  # fmt: skip
    minutes = ((n, facility, (end - start) // timedelta(minutes=1)) for n, facility, start, end, _owner in rows)
    write(BookedFacility, "booking facility minutes", minutes)
    write(BookingSlot, "facility slot booking", (
        (facility, slot, n)
        for n, facility, start, end, _owner in rows
        for slot in range(int(start.timestamp()) // 900, int(end.timestamp()) // 900)
    ))  # fmt: skip


def build(home: Path, count: int) -> list[SimpleNamespace]:
    """A centre with so many bookings; gives the pages to open."""
    prepare(home)
    from django.db import connection, transaction
    from django.utils import timezone
    from programme import Centre, organisations, persons

    from madang.portal.centre import setup

    now = timezone.now().replace(hour=3, minute=0, second=0, microsecond=0)
    setup.set_up(now)
    centre = Centre(now, random.Random(SEED))
    with transaction.atomic():
        persons(centre)
        organisations(centre)
        facilities(now)
        booked(now, count, centre.owners[:60])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        if broken := cursor.fetchall():
            raise RuntimeError(f"rows point nowhere: {broken[:3]}")
        cursor.execute("ANALYZE")
    owner, staff, day = centre.owners[0], centre.staff["programme_manager"], f"{now:%Y-%m-%d}"
    pages = [
        ("the catalogue", "/facilities/", owner),
        ("a facility with a week", "/facilities/item-07/", owner),
        ("calendar of a week", "/bookings/calendar/", owner),
        ("calendar of a day", f"/bookings/calendar/?view=day&day={day}", owner),
        ("bookings of an organisation to come", "/bookings/", owner),
        ("bookings of an organisation, past", "/bookings/?past=1", owner),
        ("new booking", "/bookings/new/?facility=item-07", owner),
        ("sessions that I operate", "/me/sessions/", owner),
        ("a day's bookings, staff", f"/staff/bookings/?day={day}", staff),
        ("rate of utilisation, staff", "/staff/bookings/utilisation/", staff),
    ]
    return [SimpleNamespace(name=name, address=address, person=person) for name, address, person in pages]


def one_size(count: int) -> int:
    """Builds and prints a line a page: name, processor time, queries, statuses; gives how many do not answer."""
    home = Path(tempfile.mkdtemp(prefix="booking-pages-"))
    try:
        wrong = 0
        for page in build(home / "centre", count):
            row = measured(page)
            wrong += row.statuses != {200} or (count == SIZES[-1] and row.processor > MOST_MS)
            print(f"{page.name}|{row.processor:.1f}|{row.queries}|{row.size:,}|{sorted(row.statuses)}", flush=True)
        return wrong
    finally:
        shutil.rmtree(home)


def main() -> int:
    """Each size in a process of its own, then both side by side."""
    found, wrong = [], 0
    for count in SIZES:
        ran = subprocess.run([sys.executable, __file__, str(count)], capture_output=True, text=True, check=False)
        print(ran.stderr, file=sys.stderr, end="")
        wrong += ran.returncode
        found.append([line.split("|") for line in ran.stdout.splitlines() if line.count("|") == 4])
    print(f"{'page':<38} {'queries':>7} {'queries':>7} {'cpu ms':>7} {'bytes':>9}")
    for few, many in zip(*found, strict=True):
        grown = few[2] != many[2]
        wrong += grown
        print(f"{many[0]:<38} {few[2]:>7} {many[2]:>7} {many[1]:>7} {many[3]:>9} {many[4]}{'  GROWS' * grown}")
    return int(bool(wrong) or not found[-1])


if __name__ == "__main__":
    sys.exit(min(1, one_size(int(sys.argv[1]))) if len(sys.argv) > 1 else main())
