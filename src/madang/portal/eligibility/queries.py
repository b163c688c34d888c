"""Reads what eligibility rules judge: an organisation's facts, the regions, and a track's rules; and judges them."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet

from madang.portal.applications.models import Application
from madang.portal.awards.models import Award
from madang.portal.calls.models import EligibilityRule, Intake, Track
from madang.portal.calls.rules import EligibilityKind, ReferenceDate
from madang.portal.eligibility.rules import (
    NOT_BANNED,
    Applicant,
    AwardSpan,
    BanSpan,
    Finding,
    Regions,
    ReportSpan,
    Rule,
    judge,
    reference_day,
)
from madang.portal.people import queries as people
from madang.portal.people.models import Organisation, Region
from madang.portal.receipts.matching import demand_number
from madang.portal.sanctions.models import Sanction
from madang.portal.sanctions.rules import STANDING, SanctionAct
from madang.portal.screening.models import OwedReport

COUNTED_STATES = ["submitted", "reopened", "eligible"]
RUNNING_STATES = ["accepted", "in_force", "ended"]


def regions() -> Regions:
    """All regions of all times. Two queries."""
    capital = Region.objects.filter(capital_area=True).values_list("code", flat=True)
    return Regions(people.region_spans(), frozenset(capital))


def region_names() -> dict[str, Region]:
    """The rows of all regions by code, for their names."""
    return {row.code: row for row in Region.objects.all()}


def rule_of(row: EligibilityRule) -> Rule:
    return Rule(EligibilityKind(row.kind), ReferenceDate(row.reference_date), row.parameters, row.pk)


def local_day(instant: datetime) -> date:
    """The centre's calendar day of an instant."""
    return instant.astimezone(settings.MADANG_ZONE).date()


def _spans(organisation: int, apart_from: int | None) -> list[AwardSpan]:
    rows = Award.objects.filter(organisation=organisation, state__in=RUNNING_STATES)
    spans = []
    for row in rows.exclude(application=apart_from).only("answered_at", "in_force_at", "ended_at", "ends_on"):
        since = row.answered_at or row.in_force_at
        if since is None:
            continue
        ends = min(row.ends_on, local_day(row.ended_at)) if row.ended_at else row.ends_on
        spans.append(AwardSpan(local_day(since), ends))
    return spans


def applicant(organisation: int, *, call: int, application: int | None = None) -> Applicant:
    """The facts of an organisation that rules look at, without those of `application` itself. Five queries."""
    row = Organisation.objects.select_related("region").get(pk=organisation)
    others = Application.objects.filter(organisation=organisation, intake__call=call, state__in=COUNTED_STATES).exclude(
        pk=application
    )
    reports = OwedReport.objects.filter(organisation=organisation).values_list("due_on", "received_on")
    return Applicant(
        kind=row.kind,
        region=row.region.code,
        founded_on=row.founded_on,
        awards=_spans(organisation, application),
        reports=[ReportSpan(due_on, received_on) for due_on, received_on in reports],
        other_applications=others.count(),
        bans=bans(organisation),
    )


def bans(organisation: int) -> list[BanSpan]:
    """The participation bans of an organisation that were decided and not annulled."""
    rows = Sanction.objects.filter(organisation=organisation, act=SanctionAct.BAN, state__in=STANDING)
    days = rows.order_by("pk").values_list("starts_on", "ends_on", "pk")
    return [BanSpan(starts, ends, demand_number(pk)) for starts, ends, pk in days]


def banned(day: date) -> QuerySet[Sanction]:
    """Bans that count on a day, of whomever."""
    return Sanction.objects.filter(act=SanctionAct.BAN, state__in=STANDING, starts_on__lte=day, ends_on__gt=day)


def findings(
    track: Track, intake: Intake, organisation: int, *, decided_at: datetime, application: int | None = None
) -> list[Finding]:
    """What every rule of a track says of an organisation; `decided_at` is the decision, or now while there is none.

    That no ban is in force holds in every track; it is told of only where one is.
    """
    rows = list(EligibilityRule.objects.filter(track=track).order_by("position", "pk"))
    stops = banned(day_of(NOT_BANNED, intake, decided_at)).filter(organisation=organisation).exists()
    if not rows and not stops:
        return []
    facts, known = applicant(organisation, call=intake.call_id, application=application), regions()
    judged = [*map(rule_of, rows), *([NOT_BANNED] if stops else [])]
    return [judge(rule, facts, day_of(rule, intake, decided_at), known) for rule in judged]


def day_of(rule: Rule, intake: Intake, decided_at: datetime) -> date:
    """The day on which a rule is judged in an intake (its call must be loaded with it)."""
    return reference_day(
        rule,
        announced_at=intake.call.published_at,
        closes_at=intake.closes_at,
        decided_at=decided_at,
        zone=settings.MADANG_ZONE,
    )
