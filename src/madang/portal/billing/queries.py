"""Reads statements for their organisation and the body, and gathers what one is worked out from."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.awards.models import Award
from madang.portal.awards.rules import AwardState
from madang.portal.billing import bookings
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.billing.rules import WORKERS_OUT, StatementState
from madang.portal.fees.rules import STACKING
from madang.portal.ledger import monthly
from madang.portal.ledger import queries as books
from madang.portal.people.models import Organisation
from madang.portal.tasks import Task
from madang.values import Month


def _ran_in(month: Month) -> Q:
    """Awards that were in force at some instant of a month."""
    period, after = month.period(settings.MADANG_ZONE), month.plus(1)
    running = Q(state=AwardState.IN_FORCE) | Q(state=AwardState.ENDED, ended_at__gt=period.start)
    days = Q(starts_on__lt=date(after.year, after.number, 1), ends_on__gt=date(month.year, month.number, 1))
    return running & days & Q(in_force_at__lt=period.end)


def _used_in(month: Month) -> Q:
    """Awards whose use a month bills, running or not."""
    owners = (name.partition(":") for name in books.owners_to_bill(str(month)))
    return Q(pk__in=[int(number) for kind, _, number in owners if kind == "award"])


def organisations_to_bill(month: Month) -> list[int]:
    """Organisations with an award in force, use or a booking in the month, or a draft of it; not with an issued one."""
    issued = Statement.objects.filter(month=str(month), state=StatementState.ISSUED).values("organisation")
    drafted = Statement.objects.filter(month=str(month), state=StatementState.DRAFT).values("organisation")
    running = Award.objects.filter(_ran_in(month) | _used_in(month)).values("organisation")
    booked = bookings.charged_in(month).values("booking__organisation")
    wanted = Q(pk__in=running) | Q(pk__in=booked) | Q(pk__in=drafted)
    rows = Organisation.objects.filter(wanted).exclude(pk__in=issued)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def organisations_not_worked_out(month: Month, since: datetime, at_most: int) -> list[int]:
    """Those to bill whose draft is missing or older than `since`."""
    fresh = Statement.objects.filter(month=str(month)).filter(
        Q(state=StatementState.ISSUED) | Q(worked_out_at__gte=since)
    )
    running = Award.objects.filter(_ran_in(month) | _used_in(month)).values("organisation")
    booked = bookings.charged_in(month).values("booking__organisation")
    rows = Organisation.objects.filter(Q(pk__in=running) | Q(pk__in=booked)).exclude(
        pk__in=fresh.values("organisation")
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:at_most])


def today(now: datetime) -> date:
    """The centre's calendar day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def drafts_of(month: str) -> list[int]:
    """The organisations whose draft of a month waits to be issued, in the order of their numbers-to-be."""
    rows = Statement.objects.filter(month=month, state=StatementState.DRAFT).order_by("organisation")
    return list(rows.values_list("organisation", flat=True))


def faulty_of(month: str) -> int:
    """How many drafts of a month have a line without a price."""
    return Statement.objects.filter(month=month, state=StatementState.DRAFT, faults__gt=0).count()


def undivided_support(month: str) -> list[tuple[int, int | None, int, int]]:
    """What each issued statement of a month supported by (statement, award, pool), where that is not divided yet.

    Its bookings together have no award.
    """
    lines = StatementLine.objects.filter(statement__month=month, statement__state="issued", statement__supports=None)
    lines = lines.filter(withdraws__isnull=True)
    sums = lines.values_list("statement", "award", "product__pool").annotate(sum=Sum("subsidy"))
    return list(sums.exclude(sum=0).order_by("statement", "award", "product__pool"))


def statements(by: Actor) -> QuerySet[Statement]:
    """Those of the actor's organisations; all of them for staff and auditors."""
    rows = Statement.objects.select_related("organisation").order_by("-month", "organisation__name", "pk")
    return rows if by.reads_everything else rows.filter(organisation__in=by.memberships)


def home_panels(by: Actor, now: datetime) -> list[dict[str, object]]:
    """For a member: the last statements of one's organisations, the running month's first."""
    shown = statements(by).filter(organisation__in=by.memberships)[:3] if by.memberships else []
    return [{"template": "billing/panel.html", "statements": shown}] if shown else []


def lines(*statements: Statement) -> list[StatementLine]:
    """The lines of statements with award or booking, product and price, for somebody who may see them."""
    rows = StatementLine.objects.filter(statement__in=statements).select_related(
        "award", "product__pool", "tariff", "statement"
    )
    of_award = F("award").asc(nulls_last=True)
    return list(with_stacking(rows).order_by(of_award, "booking", "product__code", "first_day"))


def with_stacking(rows: QuerySet[StatementLine]) -> QuerySet[StatementLine]:
    """Lines with what happens where several discounts apply: as the award's track says, or as bookings have it."""
    return rows.annotate(stacking=Coalesce("award__application__track__stacking", Value(STACKING.value)))


def months(by: Actor) -> list[dict[str, object]]:
    """Each month with statements: how many, how many issued, how many faulty, and what they come to."""
    counts = {"issued": Count("pk", filter=Q(state="issued")), "faulty": Count("pk", filter=Q(faults__gt=0))}
    sums = {"due_sum": Sum("due"), "subsidy_sum": Sum("subsidy")}
    rows = statements(by).order_by().values("month").annotate(count=Count("pk"), **counts, **sums)
    closed = {month for month, row in monthly.accounting_months().items() if row.closed_at}
    return [row | {"closed": row["month"] in closed} for row in rows.order_by("-month")]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """Months that have ended with drafts that wait to be issued."""
    if not by.has(*WORKERS_OUT):
        return []
    current = str(Month.of(now, settings.MADANG_ZONE))
    count = Statement.objects.filter(state=StatementState.DRAFT, month__lt=current).count()
    return [Task(gettext("Statements to check and issue"), reverse("statements-staff"), count)] if count else []
