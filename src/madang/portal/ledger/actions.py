"""Moves amounts of computing between accounts: grants, holds, releases, use, give-backs, expiry and reversals.

Whoever calls these has judged that the actor may: an award's grant or a job's hold is permitted there, not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db.models import F

from madang.accounting.ledger import ROUTES, TRANSFERS, Bucket, Kind
from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.journal.actions import record
from madang.portal.ledger import adjusting, importer, queries
from madang.portal.ledger.models import AccountingMonth, Adjustment, LedgerAccount, MonthTotal, Movement
from madang.portal.ledger.rules import BUCKETS, Usage, may_correct
from madang.portal.transactions import action
from madang.values import Month

NO_STATEMENT_BEFORE = Month(2000, 1)


@action
def open_accounts(owner: str, pool: int) -> dict[Bucket, int]:
    """The owner's accounts in a pool, one a bucket, made where they are not there yet; gives their ids."""
    rows = [LedgerAccount(owner=owner, pool_id=pool, bucket=bucket) for bucket in BUCKETS]
    LedgerAccount.objects.bulk_create(rows, ignore_conflicts=True)
    return queries.account_ids(owner, pool)


@action
def grant(
    *, by: Actor, now: datetime, owner: str, pool: int, amount: int, source: str, key: str, month: str, day: date
) -> Movement:
    """Gives an owner an amount of a pool. Refused: ``already_posted`` where (source, key) stands in the book."""
    open_accounts(owner, pool)
    moved = _move(now, owner, pool, Kind.GRANT, (Bucket.SOURCE, Bucket.LEFT), amount, source, key, "", month, day)
    return _recorded(by, now, moved, owner)


@action
def hold(
    *, by: Actor, now: datetime, owner: str, pool: int, amount: int, source: str, key: str, subject: str
) -> Movement:
    """Sets an amount aside for a subject ("job:5"). Refused: ``not_enough_left`` (asked, left)."""
    route = (Bucket.LEFT, Bucket.HELD)
    moved = _move(now, owner, pool, Kind.HOLD, route, amount, source, key, subject, *_month_and_day(now))
    return _recorded(by, now, moved, owner)


@action
def hold_each(
    *, by: Actor, now: datetime, owner: str, pool: int, amount: int, source: str, places: Sequence[tuple[str, str]]
) -> None:
    """Sets the same amount aside for each of many (key, subject), all or none. Refused: ``not_enough_left``, once."""
    total, (month, day) = amount * len(places), _month_and_day(now)
    start, to = _shift(owner, pool, (Bucket.LEFT, Bucket.HELD), total, month)
    given = {"source": source, "kind": Kind.HOLD, "from_account_id": start, "to_account_id": to, "amount": amount}
    given |= {"month": month, "day": day, "written_at": now}
    rows = [Movement(source_key=key, subject=subject, **given) for key, subject in places]
    made = Movement.objects.bulk_create(rows, batch_size=1000)
    facts = {"owner": owner, "amount": total, "source": source, "key": made[0].source_key, "movements": len(made)}
    record(by=by, now=now, did="ledger.hold", kind="movement", subject=made[0].pk, **facts)


@action
def release(
    *, by: Actor, now: datetime, owner: str, pool: int, source: str, key: str, subject: str, amount: int | None = None
) -> Movement | None:
    """Gives what a subject still holds (or `amount` of it) back to what is left; None where it holds nothing.

    Refused: ``not_enough_held`` (asked, held).
    """
    accounts = open_accounts(owner, pool)
    importer.take([accounts[Bucket.HELD]])
    held = queries.held_by([subject]).get((owner, pool, subject), 0)
    wanted = held if amount is None else amount
    if wanted > held:
        raise Refused("not_enough_held", asked=wanted, held=held)
    if not wanted:
        return None
    route = (Bucket.HELD, Bucket.LEFT)
    moved = _move(now, owner, pool, Kind.RELEASE, route, wanted, source, key, subject, *_month_and_day(now))
    return _recorded(by, now, moved, owner)


@action
def use(*, by: Actor, now: datetime, usage: Usage) -> None:
    """Posts one charge, from its subject's hold, then from what is left, then as an overrun."""
    importer.post(by=by, now=now, usages=[usage])


@action
def give_back(*, by: Actor, now: datetime, owner: str, pool: int, amount: int, source: str, key: str) -> Movement:
    """Returns an amount that is left to the centre. Refused: ``not_enough_left``."""
    route = (Bucket.LEFT, Bucket.RETURNED)
    moved = _move(now, owner, pool, Kind.GIVE_BACK, route, amount, source, key, "", *_month_and_day(now))
    return _recorded(by, now, moved, owner)


@action
def give_back_most(
    *, by: Actor, now: datetime, owner: str, pool: int, most: int, source: str, key: str
) -> Movement | None:
    """Returns what is left at this instant, `most` of it; None where nothing is left."""
    accounts = open_accounts(owner, pool)
    importer.take([accounts[Bucket.LEFT]])
    amount = min(most, queries.amount_of(accounts[Bucket.LEFT]))
    if not amount:
        return None
    return give_back(by=by, now=now, owner=owner, pool=pool, amount=amount, source=source, key=key)


@action
def transfer(
    *, by: Actor, now: datetime, owner: str, out: tuple[int, int], into: tuple[int, int], source: str, key: str
) -> tuple[Movement, Movement]:
    """Takes an amount of one pool from what an owner has left, for an amount of another; both are (pool, amount).

    The two movements bear one subject, by which each finds the other. Refused: ``not_enough_left`` (asked, left).
    """
    subject, when = f"{source}:{key}", _month_and_day(now)
    moved = []
    for kind, route, (pool, amount), end in (
        (Kind.TRANSFER_OUT, (Bucket.LEFT, Bucket.RETURNED), out, "out"),
        (Kind.TRANSFER_IN, (Bucket.SOURCE, Bucket.LEFT), into, "in"),
    ):
        row = _move(now, owner, pool, kind, route, amount, source, f"{key}/{end}", subject, *when)
        moved.append(_recorded(by, now, row, owner))
    return moved[0], moved[1]


@action
def expire(*, by: Actor, now: datetime, owner: str, pool: int, source: str, key: str) -> Movement | None:
    """Lets all that is left lapse, as at the end of an award; None where nothing is left."""
    accounts = open_accounts(owner, pool)
    importer.take([accounts[Bucket.LEFT]])
    left = queries.amount_of(accounts[Bucket.LEFT])
    if not left:
        return None
    route = (Bucket.LEFT, Bucket.EXPIRED)
    moved = _move(now, owner, pool, Kind.EXPIRE, route, left, source, key, "", *_month_and_day(now))
    return _recorded(by, now, moved, owner)


@action
def reverse(*, by: Actor, now: datetime, movement: int) -> Movement:
    """Writes the movement that undoes another, once, in its month and on its day.

    Where the month is closed, undone use is an adjustment in the first later month that is open. Refused:
    ``not_allowed_for_role``, ``movement_unknown``, ``reversal_of_reversal``, ``reversal_of_transfer``,
    ``already_posted``, ``not_enough_…`` where the amount has moved on, ``month_already_issued`` for what is no use
    where its month's statements are out.
    """
    if not may_correct(by):
        raise Refused("not_allowed_for_role")
    row = queries.movement(movement)
    if row is None:
        raise Refused("movement_unknown", movement=movement)
    if row.kind == Kind.REVERSAL:
        raise Refused("reversal_of_reversal", source=row.source, key=row.source_key)
    if row.kind in TRANSFERS:
        raise Refused("reversal_of_transfer", source=row.source, key=row.source_key)
    if row.to_account.bucket != Bucket.USED:
        keep_months_open(months=[row.month])
    route = (Bucket(row.to_account.bucket), Bucket(row.from_account.bucket))
    owner, pool, key = row.from_account.owner, row.from_account.pool_id, f"{row.source_key}/reversal"
    moved = _move(
        now, owner, pool, Kind.REVERSAL, route, row.amount, row.source, key, row.subject, row.month, row.day, row
    )
    if row.to_account.bucket == Bucket.USED:
        adjusting.note([row.month], [(moved.source, moved.source_key)])
    return _recorded(by, now, moved, owner)


@action
def keep_months_open(*, months: Iterable[str]) -> None:
    """For a change that bears on months' statements: refuses ``month_already_issued`` (month), else bumps the months.

    So nobody can issue one of the months in between without one of the two being told.
    """
    for month in sorted(set(months)):
        AccountingMonth.objects.get_or_create(month=month)
        if not AccountingMonth.objects.filter(month=month, issued_at__isnull=True).update(version=F("version") + 1):
            raise Refused("month_already_issued", month=month)


@action
def keep_open_since(*, day: date, now: datetime) -> None:
    """For a change that bears on a day's month and all after it: as `keep_months_open` for those up to now.

    This month is always among them, so that two such changes at one moment meet at its row.
    """
    current = Month.of(now, settings.MADANG_ZONE)
    first = max(min(Month(day.year, day.month), current), NO_STATEMENT_BEFORE)
    keep_months_open(months=[str(first.plus(step)) for step in range(first.until(current) + 1)])


@action
def close_month(*, now: datetime, month: str) -> None:
    """From here on use that comes for the month is an adjustment of a later one. Refused: ``month_closed``."""
    AccountingMonth.objects.get_or_create(month=month)
    rows = AccountingMonth.objects.filter(month=month, closed_at__isnull=True)
    if not rows.update(closed_at=now, version=F("version") + 1):
        raise Refused("month_closed", month=month)


@action
def reopen_month(*, month: str) -> int:
    """Opens a closed month; its adjustments count in it again. Gives how many they were.

    Refused: ``month_already_issued``, ``month_not_closed``, ``month_later_closed`` (month, later).
    """
    keep_months_open(months=[month])
    later = AccountingMonth.objects.filter(month__gt=month, closed_at__isnull=False).order_by("-month").first()
    if later:
        raise Refused("month_later_closed", month=month, later=later.month)
    rows = AccountingMonth.objects.filter(month=month, closed_at__isnull=False)
    if not rows.update(closed_at=None, version=F("version") + 1):
        raise Refused("month_not_closed", month=month)
    return Adjustment.objects.filter(month=month).delete()[0]


@action
def number_statements(*, now: datetime, month: str, count: int) -> range:
    """The next `count` statement numbers of a closed month, without a gap; from then on its prices are fixed.

    Refused: ``month_not_closed`` (month).
    """
    row, _ = AccountingMonth.objects.get_or_create(month=month)
    if row.closed_at is None:
        raise Refused("month_not_closed", month=month)
    last = row.last_number + count
    current = AccountingMonth.objects.filter(pk=row.pk, version=row.version)
    if not current.update(last_number=last, issued_at=row.issued_at or now, version=F("version") + 1):
        raise Stale("month", month=month)
    return range(row.last_number + 1, last + 1)


def _month_and_day(now: datetime) -> tuple[str, date]:
    day = now.astimezone(settings.MADANG_ZONE).date()
    return f"{day:%Y-%m}", day


def _move(
    now: datetime,
    owner: str,
    pool: int,
    kind: Kind,
    route: tuple[Bucket, Bucket],
    amount: int,
    source: str,
    key: str,
    subject: str,
    month: str,
    day: date,
    reverses: Movement | None = None,
) -> Movement:
    """One movement with its two balances and two month totals; the one way in beside the importer."""
    if amount <= 0:
        raise Refused("amount_not_above_zero", amount=amount)
    if route not in ROUTES[kind]:
        raise Refused("movement_not_allowed", kind=kind.value, from_bucket=route[0].value, to_bucket=route[1].value)
    if Movement.objects.filter(source=source, source_key=key).exists():
        raise Refused("already_posted", source=source, key=key)
    start, to = _shift(owner, pool, route, amount, month)
    return Movement.objects.create(
        source=source,
        source_key=key,
        kind=kind,
        from_account_id=start,
        to_account_id=to,
        amount=amount,
        subject=subject,
        month=month,
        day=day,
        reverses=reverses,
        written_at=now,
    )


def _shift(owner: str, pool: int, route: tuple[Bucket, Bucket], amount: int, month: str) -> tuple[int, int]:
    """Moves balances and month totals, and gives the two accounts for whoever writes the rows."""
    accounts = open_accounts(owner, pool)
    start, to = accounts[route[0]], accounts[route[1]]
    _take_from(start, route[0], amount)
    LedgerAccount.objects.filter(pk=to).update(amount=F("amount") + amount)
    for account, column in ((start, "went_out"), (to, "came_in")):
        MonthTotal.objects.get_or_create(account_id=account, month=month)
        MonthTotal.objects.filter(account=account, month=month).update(**{column: F(column) + amount})
    return start, to


def _take_from(account: int, bucket: Bucket, amount: int) -> None:
    """The source has no floor: what it may give is guarded where capacity is promised."""
    rows = LedgerAccount.objects.filter(pk=account)
    guarded = rows if bucket is Bucket.SOURCE else rows.filter(amount__gte=amount)
    if not guarded.update(amount=F("amount") - amount):
        raise Refused(f"not_enough_{bucket.value}", asked=amount, **{bucket.value: queries.amount_of(account)})


def _recorded(by: Actor, now: datetime, moved: Movement, owner: str) -> Movement:
    facts = {"owner": owner, "amount": moved.amount, "source": moved.source, "key": moved.source_key}
    record(by=by, now=now, did=f"ledger.{moved.kind}", kind="movement", subject=moved.pk, **facts)
    return moved
