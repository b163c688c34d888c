"""Reads tenancies and who lives in the camp: lists, one tenancy, who may come in, reports, requests, what waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.camp.rules import DECIDERS, KEEPERS
from madang.portal.tasks import Task
from madang.portal.tenancies.models import (
    CheckOutItem,
    LetDay,
    LetSpace,
    MonthDuty,
    Tenancy,
    TenancyExtension,
    TenancyText,
    UpkeepRequest,
)
from madang.portal.tenancies.rules import LIVED, ExtensionState, TenancyState, UpkeepState

AT_ONCE = 50


def today(now: datetime) -> date:
    """The centre's day."""
    return now.astimezone(settings.MADANG_ZONE).date()


# --- tenancies ---


def tenancies(by: Actor, state: str = "") -> QuerySet[Tenancy]:
    """Tenancies with their tenant and spaces, the newest first: one's organisations'; all for staff and auditors."""
    spaces = Prefetch("spaces", LetSpace.objects.select_related("space").order_by("space__floor", "space__code"))
    rows = Tenancy.objects.select_related("organisation", "text").prefetch_related(spaces)
    rows = rows.order_by("-starts_on", "-pk")
    if state:
        rows = rows.filter(state=state)
    return rows if by.reads_everything else rows.filter(organisation__in=list(by.memberships))


def texts(by: Actor) -> QuerySet[TenancyText]:
    """The versions of what tenants agree to, the newest first, for staff and auditors."""
    rows = TenancyText.objects.select_related("made_by").order_by("-version")
    return rows if by.reads_everything else rows.none()


def last_text() -> TenancyText | None:
    """The version under which the next tenancy is offered."""
    return TenancyText.objects.order_by("-version").first()


def tenants_on(day: date, spaces: Iterable[int]) -> dict[int, Tenancy]:
    """Whose each of these spaces is on a day, with the organisation."""
    rows = LetDay.objects.filter(day=day, space__in=list(spaces)).select_related("tenancy__organisation")
    return {row.space_id: row.tenancy for row in rows}


def extensions(tenancy: int) -> list[TenancyExtension]:
    """What was asked for and decided, the newest first."""
    rows = TenancyExtension.objects.filter(tenancy=tenancy).select_related("asked_by", "decided_by")
    return list(rows.order_by("-asked_at", "-pk"))


def items(tenancy: int) -> list[CheckOutItem]:
    """The list of the check-out, in the order in which it was written."""
    return list(CheckOutItem.objects.filter(tenancy=tenancy).select_related("entered_by").order_by("pk"))


# --- chores and tasks ---


def to_owe(now: datetime) -> list[int]:
    """Tenancies that may owe the month that is over and are not noted so."""
    first = today(now).replace(day=1)
    month = f"{first - timedelta(days=1):%Y-%m}"
    rows = Tenancy.objects.filter(state__in=LIVED, starts_on__lt=first).annotate(last=Max("duties__month"))
    lived = Q(ends_on__gte=(first - timedelta(days=1)).replace(day=1)) | Q(last=None)
    return list(rows.filter(lived).filter(Q(last=None) | Q(last__lt=month)).order_by("pk").values_list("pk", flat=True))


def to_tell(day: date) -> list[int]:
    """Reports of which nobody was told, and those that are late and were told of once only."""
    rows = MonthDuty.objects.filter(Q(told=0) | Q(told=1, due_on__lt=day), versions__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def to_move(state: TenancyState, day: date) -> list[int]:
    """Offers that nobody answered in time, and tenancies that begin or end on a day or did before."""
    due = {
        TenancyState.OFFERED: Q(answer_by__lt=day),
        TenancyState.SIGNED: Q(starts_on__lte=day),
        TenancyState.RUNNING: Q(ends_on__lte=day),
    }
    rows = Tenancy.objects.filter(due[state], state=state)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a tenant: an offer to sign, reports to hand in, what was mended and waits to be looked at."""
    mine = list(by.memberships)
    if not mine:
        return []
    found = []
    owned = [organisation for organisation in mine if by.owner_of(organisation)]
    for row in Tenancy.objects.filter(organisation__in=owned, state=TenancyState.OFFERED).order_by("answer_by"):
        text = gettext("Offer of the camp to be signed by {day}").format(day=row.answer_by.isoformat())
        found.append(Task(text, reverse("tenancy", args=[row.pk])))
    owed = MonthDuty.objects.filter(tenancy__organisation__in=mine, versions__isnull=True).order_by("due_on")
    for duty in owed[:AT_ONCE]:
        text = gettext("Report of {month} to the camp, due on {day}")
        told = text.format(month=duty.month, day=duty.due_on.isoformat())
        found.append(Task(told, reverse("month-report", args=[duty.tenancy_id, duty.month])))
    done = UpkeepRequest.objects.filter(tenancy__organisation__in=mine, state=UpkeepState.DONE).order_by("pk")
    for request in done[:AT_ONCE]:
        found.append(Task(gettext("Repair done: is it in order?"), reverse("upkeep", args=[request.pk])))
    return found


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For those who keep the camp: extensions to decide, requests that nobody has seen, check-outs to be done."""
    if not by.has(*KEEPERS):
        return []
    waiting = [
        (
            gettext("Requests for repair that wait"),
            reverse("upkeep-list"),
            Q(state__in=(UpkeepState.ASKED, UpkeepState.REOPENED)),
            UpkeepRequest,
        ),
        (
            gettext("Tenancies to check out"),
            f"{reverse('tenancies')}?state=ended",
            Q(state=TenancyState.ENDED),
            Tenancy,
        ),
    ]
    if by.has(*DECIDERS):
        url = f"{reverse('tenancies')}?asked=1"
        asked = Q(state=ExtensionState.ASKED)
        waiting.append((gettext("Extensions of tenancies to decide"), url, asked, TenancyExtension))
    counts = [
        (text, url, model.objects.filter(which).aggregate(n=Count("pk"))["n"]) for text, url, which, model in waiting
    ]
    return [Task(text, url, count) for text, url, count in counts if count]
