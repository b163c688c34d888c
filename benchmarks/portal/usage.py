"""The benchmark's book: accounts, 40,000 jobs, two million charges, their roll-ups and a year of statements."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from casework import PRODUCT
from deciding import Given
from django.conf import settings
from programme import PRODUCTS, Centre
from storing import write

from madang.accounting.ledger import Bucket
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.billing.rules import number
from madang.portal.indicators.models import DayUse, RollUpCursor
from madang.portal.jobs.models import Job, UsageCursor
from madang.portal.ledger.models import AccountingMonth, LedgerAccount, MonthTotal, Movement
from madang.values import Month, divide_half_up

JOBS, SLICES, GOING = 40_000, 50, 60
SLICES_A_DAY = 8
BUCKETS = tuple(Bucket)
COLUMNS = "id source source_key kind from_account to_account amount subject month day written_at"


@dataclass
class Book:
    """Balances and roll-ups as they come up, written at the end; movements are written as they come."""

    centre: Centre
    given: list[Given]
    amounts: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    months: dict[tuple[int, str], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    days: dict[tuple[date, int, int], int] = field(default_factory=lambda: defaultdict(int))
    last: int = 0

    def account(self, award: int, bucket: Bucket) -> int:
        """Accounts are numbered by award, six each."""
        return (award - 1) * len(BUCKETS) + BUCKETS.index(bucket) + 1

    def move(
        self,
        kind: str,
        award: int,
        route: tuple[Bucket, Bucket],
        amount: int,
        source: tuple[str, str],
        subject: str,
        day: date,
    ) -> tuple[object, ...]:
        """One movement as a row, with its balances and its month."""
        self.last += 1
        start, to = self.account(award, route[0]), self.account(award, route[1])
        month = f"{day:%Y-%m}"
        self.amounts[start] -= amount
        self.amounts[to] += amount
        self.months[start, month][1] += amount
        self.months[to, month][0] += amount
        written = f"{day} 14:00:00"
        return (self.last, *source, kind, start, to, amount, subject, month, day.isoformat(), written)


@dataclass(frozen=True)
class Run:
    """One job: its award, its first day, the seconds of each of its slices."""

    pk: int
    given: Given
    first: date
    seconds: int

    @property
    def days(self) -> int:
        return -(-SLICES // SLICES_A_DAY)


def runs(centre: Centre, given: list[Given]) -> list[Run]:
    """Which award runs how many jobs, and when: all within its days, in order of the first day."""
    rng, today = centre.rng, centre.now.astimezone(centre.zone).date()
    able = [one for one in given if one.state in ("in_force", "ended") and one.starts_on < today - timedelta(days=8)]
    chosen = sorted(rng.choices(able, [rng.paretovariate(1.5) for _ in able], k=JOBS), key=lambda one: one.pk)
    count: dict[int, int] = defaultdict(int)
    for one in chosen:
        count[one.pk] += 1
    found = []
    for one in chosen:
        span = (min(one.ends_on, today) - one.starts_on).days - 7
        first = one.starts_on + timedelta(days=rng.randrange(max(1, span)))
        found.append((first, one, max(1, one.seconds * 8 // 10 // (count[one.pk] * SLICES))))
    found.sort(key=lambda row: (row[0], row[1].pk))
    return [Run(pk, one, first, seconds) for pk, (first, one, seconds) in enumerate(found, start=1)]


def jobs(centre: Centre, found: list[Run]) -> None:
    """The jobs' rows: all but the last have ended."""
    rows = (_job(centre, one, len(found) - one.pk < GOING) for one in found)
    columns = (
        "id award pool submitted_by key name argv gpus cores memory_mb wall_seconds state backend_id held"
        " submitted_at started_at ended_at exit_code settled_at"
    )
    write(Job, columns, rows)


def _job(centre: Centre, one: Run, going: bool) -> tuple[object, ...]:
    begun = datetime.combine(one.first, time(3), tzinfo=centre.zone)
    ended = begun + timedelta(days=one.days)
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"job {one.pk}").hex
    pool = PRODUCT[one.given.file.wish.product][1]
    state = ("running", "waiting", "accepted")[one.pk % 3] if going else "failed" if one.pk % 11 == 0 else "succeeded"
    argv = ["python", "train.py", "--epochs", str(one.pk % 90 + 1)]
    end = (None, None, None) if going else (ended, one.pk % 11 == 0, ended)
    backend = None if state == "accepted" else f"b{one.pk}"
    first = (
        one.pk,
        one.given.pk,
        pool,
        one.given.file.organisation,
        key,
        f"train {one.pk}",
        argv,
        0 if pool == 4 else 1,
        8,
        65_536,
        604_800,
    )
    return (
        *first,
        state,
        backend,
        one.seconds * SLICES,
        begun,
        None if state in ("waiting", "accepted") else begun,
        *end,
    )


def movements(book: Book, found: list[Run], count: Callable[[int], None]) -> int:
    """Every movement, day by day in the order in which a year of work writes them."""
    return write(Movement, COLUMNS, _movements(book, found, count), plain=True)


def _movements(book: Book, found: list[Run], count: Callable[[int], None]) -> Iterator[tuple[object, ...]]:
    starting: dict[date, list[Given]] = defaultdict(list)
    for one in book.given:
        if one.state in ("in_force", "ended"):
            starting[one.starts_on].append(one)
    by_day: dict[date, list[Run]] = defaultdict(list)
    for run in found:
        by_day[run.first].append(run)
    going: list[Run] = []
    today = book.centre.now.astimezone(book.centre.zone).date()
    day = min(starting)
    while day <= today:
        for one in starting[day]:
            route = (Bucket.SOURCE, Bucket.LEFT)
            yield book.move("grant", one.pk, route, one.seconds, ("award", f"{one.pk}/grant"), "", day)
        going = [run for run in going if (day - run.first).days < run.days] + by_day[day]
        for run in going:
            yield from _of_a_day(book, run, day)
        day += timedelta(days=1)
        count(book.last)
    for one in book.given:
        left = book.amounts[book.account(one.pk, Bucket.LEFT)]
        if one.state == "ended" and left:
            route = (Bucket.LEFT, Bucket.EXPIRED)
            yield book.move(
                "expire", one.pk, route, left, ("award", f"{one.pk}/expiry"), "", one.ends_on - timedelta(days=1)
            )


def _of_a_day(book: Book, run: Run, day: date) -> Iterator[tuple[object, ...]]:
    """The hold on a job's first day, and eight slices of use a day until all fifty are used."""
    award, subject = run.given.pk, f"job:{run.pk}"
    place = (day - run.first).days * SLICES_A_DAY
    if not place:
        route = (Bucket.LEFT, Bucket.HELD)
        yield book.move("hold", award, route, run.seconds * SLICES, ("job", f"{run.pk}/hold"), subject, day)
    for n in range(place, min(place + SLICES_A_DAY, SLICES)):
        route = (Bucket.HELD, Bucket.USED)
        yield book.move(
            "use", award, route, run.seconds, ("cluster", f"cluster/{run.pk}/0/{n}@{day}:gpu_second"), subject, day
        )
        book.days[day, PRODUCT[run.given.file.wish.product][1], award] += run.seconds


def accounts(book: Book) -> None:
    """Six accounts an award, empty until the movements are known."""
    rows = (
        (book.account(one.pk, bucket), f"award:{one.pk}", PRODUCT[one.file.wish.product][1], bucket.value)
        for one in book.given
        for bucket in BUCKETS
    )
    write(LedgerAccount, "id owner pool bucket", rows)


def roll_ups(book: Book) -> None:
    """Balances, month totals and day totals as the movements left them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE portal_ledgeraccount SET amount = %s WHERE id = %s", [(n, pk) for pk, n in book.amounts.items()]
        )
    rows = ((account, month, came, went) for (account, month), (came, went) in book.months.items())
    write(MonthTotal, "account month came_in went_out", rows, plain=True)
    rows = ((day.isoformat(), pool, award, n) for (day, pool, award), n in book.days.items())
    write(DayUse, "day pool award seconds", rows, plain=True)
    write(RollUpCursor, "name movement", [("day_use", book.last)])
    write(UsageCursor, "backend cursor moved_at", [("cluster", str(book.last), book.centre.now)])


def statements(book: Book) -> int:
    """One a month and organisation with an award then; issued but for the last two months. Gives how many."""
    centre, rows, lines = book.centre, [], []
    used: dict[tuple[int, str], int] = defaultdict(int)
    for (day, _, award), n in book.days.items():
        used[award, f"{day:%Y-%m}"] += n
    for back in range(12, -1, -1):
        month = centre.month.plus(-back)
        of: dict[int, list[tuple[object, ...]]] = defaultdict(list)
        for one in book.given:
            line = _line(centre, one, month, used.get((one.pk, str(month)), 0))
            if line:
                of[one.file.organisation].append(line)
        for place, organisation in enumerate(sorted(of), start=1):
            pk, issued = len(rows) + 1, back > 1
            sums = [sum(line[-8:][n] for line in of[organisation]) for n in range(8)]  # type: ignore[misc]
            when = centre.at(month.plus(1), 3)
            rows.append(
                (
                    pk,
                    organisation,
                    str(month),
                    number(str(month), place) if issued else None,
                    "issued" if issued else "draft",
                    when,
                    when if issued else None,
                    (when + timedelta(days=settings.MADANG_PAYMENT_DAYS)).date() if issued else None,
                    *sums,
                )
            )
            lines += [(pk, *line) for line in of[organisation]]
        if back > 1:
            when = centre.at(month.plus(1), 3)
            write(AccountingMonth, "month closed_at issued_at last_number", [(str(month), when, when, len(of))])
    figures = "reference list_price discount due subsidy supply vat payable"
    write(Statement, f"id organisation month number state worked_out_at issued_at due_on {figures}", rows)
    write(StatementLine, f"statement award product tariff first_day last_day quantity discounts {figures}", lines)
    return len(rows)


def _line(centre: Centre, one: Given, month: Month, used: int) -> tuple[object, ...] | None:
    """A whole month held, or what was used in it, at the tariff; None where there is neither."""
    after = month.plus(1)
    first, end = date(month.year, month.number, 1), date(after.year, after.number, 1)
    if one.state not in ("in_force", "ended") or not (one.starts_on < end and first < one.ends_on):
        return None
    place, _, _, grain = PRODUCT[one.file.wish.product]
    price, reference = PRODUCTS[place - 1][4], PRODUCTS[place - 1][5]
    days = (end - first).days
    quantity, whole = (one.quantity * days, days) if grain == "month" else (used, 3_600)
    if not quantity:
        return None
    permille = (
        1_000
        if centre.kinds[one.file.organisation - 1] == "university"
        else 500
        if one.file.organisation in centre.young
        else 0
    )
    listed, market = divide_half_up(price * quantity, whole), divide_half_up(reference * quantity, whole)
    off = divide_half_up(listed * permille, 1_000)
    named = (
        [{"code": "university", "permille": permille, "sentence_ko": "감면합니다.", "sentence_en": "Reduced."}]
        if permille
        else []
    )
    due = listed - off
    return (
        one.pk,
        place,
        place,
        first,
        end - timedelta(days=1),
        quantity,
        named,
        market,
        listed,
        off,
        due,
        market - due,
        due,
        0,
        due,
    )
