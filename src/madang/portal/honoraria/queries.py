"""Reads fees: rates, rules of withholding and lists for staff and auditors; for reviewers what is their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.calls.models import Call, Intake
from madang.portal.committees.queries import RESULTS_OUT
from madang.portal.experts.queries import today
from madang.portal.honoraria import rules, working
from madang.portal.honoraria.models import FeeDeclined, FeeList, FeeRate, FeeStatement, WithholdingRule
from madang.portal.honoraria.rules import Rate
from madang.portal.meetings.models import Attendance
from madang.portal.meetings.rules import MeetingState
from madang.portal.reviews import desk
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.reviews.rules import AssignmentState
from madang.portal.tasks import Task


def calls(by: Actor) -> QuerySet[Call]:
    """Calls whose rates staff and auditors may see."""
    return Call.objects.order_by("-pk") if by.reads_everything else Call.objects.none()


def intakes(by: Actor) -> QuerySet[Intake]:
    """Intakes whose fees staff and auditors may see."""
    rows = Intake.objects.select_related("call")
    return rows if by.reads_everything else rows.none()


def rates(by: Actor, call: int) -> QuerySet[FeeRate]:
    """Every rate that was set for a call, the one that begins last first."""
    rows = FeeRate.objects.filter(call=call).select_related("set_by").order_by("-starts_on", "-pk")
    return rows if by.reads_everything else rows.none()


def withholding(by: Actor) -> QuerySet[WithholdingRule]:
    """Every rule of withholding, the one that begins last first."""
    rows = WithholdingRule.objects.select_related("set_by").order_by("-starts_on", "-pk")
    return rows if by.reads_everything else rows.none()


def fixed(by: Actor, intake: int) -> FeeList | None:
    """The list of an intake that two people fixed."""
    rows = FeeList.objects.filter(intake=intake).select_related("approval__drafted_by", "approval__decided_by")
    return rows.first() if by.reads_everything else None


def statements(by: Actor, intake: int) -> list[dict[str, Any]]:
    """What was fixed for everybody, by name, as `working.content` has it."""
    rows = FeeStatement.objects.filter(fees__intake=intake).order_by("reviewer__person__name", "pk")
    names = ("reviewer", "lines", "declined", "gross_won", "tax_won", "local_won", "net_won", "income")
    return list(rows.values(*names)) if by.reads_everything else []


def people(reviewers: set[int]) -> dict[int, Reviewer]:
    """Reviewers with their persons, by number."""
    return {row.pk: row for row in Reviewer.objects.filter(pk__in=reviewers).select_related("person")}


# --- a reviewer's own ---


def own(by: Actor) -> QuerySet[FeeStatement]:
    """One's own statements, the newest first; also for who has left the pool."""
    rows = FeeStatement.objects.filter(reviewer__person=by.person) if by.person else FeeStatement.objects.none()
    rows = rows.select_related("fees__intake__call", "fees__approval", "reviewer__person")
    return rows.order_by("-fees__fixed_at", "-pk")


def offers(by: Actor, now: datetime) -> list[tuple[Call, Rate, bool]]:
    """Calls for which this reviewer has something to do or has done something and no list is fixed yet: with the rate
    of the day and whether they declined. A sheet that a conflict bars leads to none.
    """
    if not by.reviewer:
        return []
    sheets = desk.mine(by, now).order_by().values("application__intake__call")
    met = Attendance.objects.filter(reviewer__person=by.person, here=True)
    met = met.values("meeting__committee__intake__call")
    mine = FeeDeclined.objects.filter(call=OuterRef("pk"), reviewer__person=by.person)
    unpaid = Intake.objects.filter(call=OuterRef("pk"), fee_list__isnull=True)
    rows = Call.objects.filter(Q(pk__in=sheets) | Q(pk__in=met)).filter(Exists(unpaid))
    found = []
    given = working.rates_by_call(rows)
    for call in rows.annotate(declined=Exists(mine)).order_by("-pk"):
        rate = rules.in_force(given[call.pk], today(now))
        if rate is not None:
            found.append((call, rate, call.declined))
    return found


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: decided intakes of calls with rates where somebody worked and no fees are fixed."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    sheets = ReviewAssignment.objects.filter(application__intake=OuterRef("pk"), state=AssignmentState.SUBMITTED)
    met = Attendance.objects.filter(
        meeting__committee__intake=OuterRef("pk"), meeting__state=MeetingState.CLOSED, here=True
    )
    rows = Intake.objects.filter(Exists(sheets) | Exists(met), state__in=RESULTS_OUT)
    rows = rows.filter(fee_list__isnull=True, call__fee_rates__isnull=False)
    text = gettext("Reviewers' fees to be fixed")
    pks = rows.order_by("pk").values_list("pk", flat=True).distinct()
    return [Task(text, reverse("intake-honoraria", args=[pk])) for pk in pks]
