"""Reads the book: balances of owners, holds of jobs, use by day, and whether everything in it agrees."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import F, Sum

from madang.accounting.ledger import Balances, Bucket, Kind
from madang.portal.ledger.models import AccountingMonth, Adjustment, LedgerAccount, MonthTotal, Movement
from madang.portal.ledger.monthly import Place, adjusted, unpaired
from madang.portal.ledger.rules import Fault, balances_from, differing

# Added up by subject first and joined then: otherwise SQLite may begin with all accounts, and a posting takes seconds.
_HELD = (
    "SELECT account.owner, account.pool_id, moved.subject, SUM(moved.amount) FROM"
    " (SELECT {side} AS account, subject, SUM(amount) AS amount FROM portal_movement"
    " WHERE {subjects} AND subject <> '' GROUP BY {side}, subject) moved"
    " JOIN portal_ledgeraccount account ON account.id = moved.account"
    " WHERE account.bucket = 'held' GROUP BY account.owner, account.pool_id, moved.subject"
)


def account_ids(owner: str, pool: int) -> dict[Bucket, int]:
    """The owner's accounts in a pool, by bucket."""
    rows = LedgerAccount.objects.filter(owner=owner, pool=pool).values_list("bucket", "pk")
    return {Bucket(bucket): pk for bucket, pk in rows}


def amount_of(account: int) -> int:
    """What lies in one account."""
    return LedgerAccount.objects.filter(pk=account).values_list("amount", flat=True).first() or 0


def movement(pk: int) -> Movement | None:
    """One movement with its two accounts."""
    return Movement.objects.filter(pk=pk).select_related("from_account", "to_account").first()


def balances(owner: str) -> dict[int, Balances]:
    """An owner's balances in each pool where it has accounts."""
    return balances_of([owner]).get(owner, {})


def balances_of(owners: Iterable[str]) -> dict[str, dict[int, Balances]]:
    """The balances of several owners by pool, in two queries."""
    wanted = list(owners)
    amounts: dict[Place, dict[str, int]] = defaultdict(dict)
    for owner, pool, bucket, amount in LedgerAccount.objects.filter(owner__in=wanted).values_list(
        "owner", "pool", "bucket", "amount"
    ):
        amounts[owner, pool][bucket] = amount
    over = _overruns(wanted)
    found: dict[str, dict[int, Balances]] = defaultdict(dict)
    for (owner, pool), by_bucket in amounts.items():
        found[owner][pool] = balances_from(by_bucket, over.get((owner, pool), 0))
    return dict(found)


def _overruns(owners: list[str]) -> dict[Place, int]:
    rows = Movement.objects.filter(from_account__owner__in=owners, from_account__bucket=Bucket.SOURCE)
    over = rows.filter(kind=Kind.OVERRUN, reversed_by__isnull=True)
    places = over.values("from_account__owner", "from_account__pool").annotate(sum=Sum("amount"))
    return {(row["from_account__owner"], row["from_account__pool"]): row["sum"] for row in places}


def listed(column: str) -> str:
    """The SQL for `column` being one of a list given as one parameter, `as_list(values)`: thousands cost one parse."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s)"
    return f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608


def as_list(values: Iterable[str] | Iterable[int]) -> object:
    """The parameter that `listed` takes."""
    wanted = list(values)
    return wanted if connection.vendor == "postgresql" else json.dumps(wanted, ensure_ascii=False)


def held_by(subjects: Iterable[str]) -> dict[tuple[str, int, str], int]:
    """What each (owner, pool, subject) still holds; those that hold nothing are left out."""
    wanted = as_list(subjects)
    held: dict[tuple[str, int, str], int] = defaultdict(int)
    with connection.cursor() as cursor:
        for side, sign in (("to_account_id", 1), ("from_account_id", -1)):
            cursor.execute(_HELD.format(side=side, subjects=listed("subject")), [wanted])
            for owner, pool, subject, amount in cursor.fetchall():
                held[owner, pool, subject] += sign * int(amount)
    return {place: amount for place, amount in held.items() if amount}


def used_by(subjects: Iterable[str]) -> dict[str, int]:
    """Seconds used, less what was corrected, by subject; two queries for any number of them."""
    used: dict[str, int] = defaultdict(int)
    wanted = list(subjects)
    for side, sign in (("to_account", 1), ("from_account", -1)):
        rows = Movement.objects.filter(**{f"{side}__bucket": Bucket.USED, "subject__in": wanted})
        for subject, amount in rows.values("subject").annotate(sum=Sum("amount")).values_list("subject", "sum"):
            used[subject] += sign * amount
    return dict(used)


def used_by_day(owners: Iterable[str], month: str) -> dict[Place, dict[date, int]]:
    """Seconds used on each day of a month, by owner and pool; reversals and what is booked later are taken off."""
    wanted = list(owners)
    used: dict[Place, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for side, sign in (("to_account", 1), ("from_account", -1)):
        rows = Movement.objects.filter(**{f"{side}__owner__in": wanted, f"{side}__bucket": Bucket.USED, "month": month})
        place = (f"{side}__owner", f"{side}__pool", "day")
        for owner, pool, day, amount in rows.values(*place).annotate(sum=Sum("amount")).values_list(*place, "sum"):
            used[owner, pool][day] += sign * amount
    for place, days in adjusted(wanted, month=month).items():
        for day, amount in days.items():
            used[place][day] -= amount
    return {place: {day: amount for day, amount in days.items() if amount} for place, days in used.items()}


def owners_to_bill(month: str) -> list[str]:
    """The owners whose use a month bills: used in it before it was closed, or booked in it."""
    owners = set(owners_with_use(month))
    late = set(Adjustment.objects.filter(month=month).values_list("movement__to_account__owner", flat=True))
    if late & owners:
        owners -= {owner for owner in late if not any(used_by_day([owner], month).values())}
    booked = Adjustment.objects.filter(booked=month).values_list("movement__to_account__owner", flat=True)
    return sorted(owners | set(booked))


def used_by_month(owners: Iterable[str], months: Iterable[str]) -> dict[Place, dict[str, int]]:
    """Seconds used in each of some months, by owner and pool, from the month totals."""
    rows = MonthTotal.objects.filter(
        account__owner__in=list(owners), account__bucket=Bucket.USED, month__in=list(months)
    )
    used: dict[Place, dict[str, int]] = defaultdict(dict)
    for owner, pool, month, net in rows.values_list(
        "account__owner", "account__pool", "month", F("came_in") - F("went_out")
    ):
        used[owner, pool][month] = net
    return dict(used)


def owners_with_use(month: str) -> list[str]:
    """The owners who used anything in a month."""
    rows = MonthTotal.objects.filter(month=month, account__bucket=Bucket.USED, came_in__gt=F("went_out"))
    return list(rows.values_list("account__owner", flat=True).distinct())


def issued_months() -> list[str]:
    """The months whose statements are out, in order."""
    return list(
        AccountingMonth.objects.filter(issued_at__isnull=False).order_by("month").values_list("month", flat=True)
    )


def check_identity() -> list[Fault]:
    """Whether the whole book agrees with itself; an empty list says that it does.

    granted = used + held + returned + expired + left for each owner and pool; each month total equals its movements;
    each account's amount equals its movements; each transfer has its two sides.
    """
    return [*_balance_faults(), *_month_faults(), *_amount_faults(), *unpaired()]


def _balance_faults() -> list[Fault]:
    places = LedgerAccount.objects.values("owner", "pool__code").annotate(sum=Sum("amount")).exclude(sum=0)
    return [Fault("balances_differ", f"{row['owner']} {row['pool__code']}", 0, row["sum"]) for row in places]


def _moved(*by: str) -> tuple[dict[str, int], dict[str, int]]:
    """What came into and what went out of each account, or account and month, by the movements."""
    found = []
    for side in ("to_account", "from_account"):
        rows = Movement.objects.values_list(side, *by).annotate(sum=Sum("amount")).order_by()
        found.append({" ".join(map(str, row[:-1])): row[-1] for row in rows})
    return found[0], found[1]


def _month_faults() -> list[Fault]:
    came, went = _moved("month")
    totals = [
        (f"{account} {month}", came_in, went_out)
        for account, month, came_in, went_out in MonthTotal.objects.values_list(
            "account", "month", "came_in", "went_out"
        )
    ]
    return [
        *differing("month_in_differs", came, {place: came_in for place, came_in, _ in totals}),
        *differing("month_out_differs", went, {place: went_out for place, _, went_out in totals}),
    ]


def _amount_faults() -> list[Fault]:
    came, went = _moved()
    moved = {account: came.get(account, 0) - went.get(account, 0) for account in came.keys() | went.keys()}
    stored = {str(pk): amount for pk, amount in LedgerAccount.objects.values_list("pk", F("amount"))}
    return differing("amount_differs", moved, stored)
