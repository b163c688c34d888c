"""Reads months of the books, their checks, and charges that came otherwise, for staff and auditors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.awards.models import Award
from madang.portal.ledger import monthly
from madang.portal.ledger.models import AccountingMonth
from madang.portal.months import rules
from madang.portal.months.models import CheckLine, MonthCheck, MonthClose, UsageDifference
from madang.portal.months.rules import CheckState, DifferenceState, MonthState
from madang.portal.tasks import Task
from madang.values import Month


@dataclass(frozen=True)
class BookMonth:
    """A month of the books: where it stands, from which day on it can be closed, and when it was closed."""

    month: str
    state: MonthState
    closes_from: date
    closed_at: datetime | None
    open_differences: int = 0


def today(now: datetime) -> date:
    """The centre's calendar day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def month(written: str, now: datetime) -> BookMonth:
    """Where one month stands."""
    return _book_month(written, now, monthly.accounting_months(), _undecided())


def _book_month(written: str, now: datetime, rows: dict[str, AccountingMonth], waiting: dict[str, int]) -> BookMonth:
    row, which, grace = rows.get(written), Month.parse(written), settings.MADANG_CLOSE_GRACE_DAYS
    closed_at = row.closed_at if row else None
    issued = row is not None and row.issued_at is not None
    where = rules.state(which, today(now), grace, closed=closed_at is not None, issued=issued)
    return BookMonth(
        written, where, rules.closes_from(which, grace), closed_at, waiting.get("", 0) + waiting.get(written, 0)
    )


def months(by: Actor, now: datetime) -> list[BookMonth]:
    """This month, the last one, and every other that the books know, the last first."""
    if not by.reads_everything:
        return []
    rows, waiting, current = monthly.accounting_months(), _undecided(), Month.of(now, settings.MADANG_ZONE)
    listed = sorted({*rows, str(current), str(current.plus(-1))}, reverse=True)
    return [_book_month(one, now, rows, waiting) for one in listed if one <= str(current)]


def differences(by: Actor) -> QuerySet[UsageDifference]:
    """Charges that came otherwise and oddities, open ones first; nothing for others than staff and auditors."""
    rows = UsageDifference.objects.select_related("pool", "decided_by")
    rows = rows.order_by(F("decided_at").desc(nulls_first=True), "-pk")
    return rows if by.reads_everything else rows.none()


def _undecided() -> dict[str, int]:
    """How many wait by month; under "" those of no month that is known, which bear on all."""
    rows = UsageDifference.objects.filter(state=DifferenceState.OPEN)
    return dict(rows.values_list("month").annotate(count=Count("pk")).order_by())


def difference_of(source: str, key: str) -> UsageDifference | None:
    """The row of a charge that came otherwise before."""
    return UsageDifference.objects.filter(source=source, key=key).first()


def checks(by: Actor) -> QuerySet[MonthCheck]:
    """Checks, the last first."""
    rows = MonthCheck.objects.select_related("asked_by").order_by("-pk")
    return rows if by.reads_everything else rows.none()


def last_check(written: str) -> MonthCheck | None:
    """The last check of a month that is done."""
    return MonthCheck.objects.filter(month=written, state=CheckState.DONE).order_by("-pk").first()


def wanted_checks() -> list[MonthCheck]:
    """Checks that wait for the worker."""
    return list(MonthCheck.objects.filter(state=CheckState.WANTED).order_by("pk"))


def checked_ever(written: str) -> bool:
    """Whether a check of a month was ever asked for."""
    return MonthCheck.objects.filter(month=written).exists()


def lines(by: Actor, check: int) -> QuerySet[CheckLine]:
    """What a check compared, in order; differences are `differing` of it."""
    rows = CheckLine.objects.filter(check_of=check).select_related("accepted_by").order_by("source", "owner", "unit")
    return rows if by.reads_everything else rows.none()


def differing(rows: QuerySet[CheckLine]) -> QuerySet[CheckLine]:
    """Those lines where book and backend differ."""
    return rows.exclude(booked=F("reported"))


def unaccepted(check: int) -> int:
    """How many differences of a check nobody has accepted."""
    return differing(CheckLine.objects.filter(check_of=check, accepted_at__isnull=True)).count()


def close_of(written: str) -> MonthClose | None:
    """The close in force of a month."""
    rows = MonthClose.objects.filter(month=written, reopened_at__isnull=True)
    return rows.select_related("approval__drafted_by", "approval__decided_by", "check_of").first()


def award_numbers(owners: set[str]) -> dict[str, str]:
    """The numbers of the awards that the book calls "award:17"."""
    ids = [int(owner.partition(":")[2]) for owner in owners if owner.startswith("award:")]
    return {f"award:{pk}": number for pk, number in Award.objects.filter(pk__in=ids).values_list("pk", "number")}


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For those who decide: charges that came otherwise, and the last month where it can be closed."""
    if not by.has(*rules.CHECKERS):
        return []
    found = []
    if count := UsageDifference.objects.filter(state=DifferenceState.OPEN).count():
        found.append(Task(gettext("Use that came otherwise than it is booked"), reverse("usage-differences"), count))
    last = month(str(Month.of(now, settings.MADANG_ZONE).plus(-1)), now)
    if last.state == MonthState.TO_CLOSE and checked_ever(last.month):
        found.append(Task(gettext("Months to close"), reverse("accounting-months"), 1))
    return found
