"""Reads outcome reports: those that one may see, what waits for whom, what is due, and what is published of a year."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.awards.models import Award
from madang.portal.outcomes import rules
from madang.portal.outcomes.models import OutcomeDuty, OutcomeItem, OutcomeReport, PaperRecord
from madang.portal.outcomes.rules import OutcomeKind, OutcomeState
from madang.portal.tasks import Task

AT_ONCE = 20


def today(now: datetime) -> date:
    """The centre's day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def reports(by: Actor, state: str = "") -> QuerySet[OutcomeDuty]:
    """Reports with the state of their last version, those that were not received first, by the day they are due.

    One's own organisations' for members; all of them for staff and auditors.
    """
    last = OutcomeReport.objects.filter(duty=OuterRef("pk")).order_by("-version")
    rows = OutcomeDuty.objects.select_related("owed__organisation", "award__application__intake__call")
    rows = rows.annotate(
        state=Subquery(last.values("state")[:1], output_field=CharField()),
        received=Case(When(owed__received_on=None, then=Value(0)), default=Value(1), output_field=IntegerField()),
    ).order_by("received", "owed__due_on", "pk")
    if state:
        rows = rows.filter(state=state)
    return rows if by.reads_everything else rows.filter(owed__organisation__in=list(by.memberships))


def versions(duty: int) -> list[OutcomeReport]:
    """The versions of a report with what each says, the newest first; two queries."""
    items = Prefetch("items", OutcomeItem.objects.select_related("file").order_by("kind", "pk"))
    rows = OutcomeReport.objects.filter(duty=duty).select_related("handed_in_by", "checked_by")
    return list(rows.prefetch_related(items).order_by("-version"))


def item(by: Actor, pk: int) -> OutcomeItem | None:
    """An entry with its evidence, where its report may be seen."""
    rows = OutcomeItem.objects.select_related("file", "report__duty__owed")
    return rows.filter(pk=pk, report__duty__in=reports(by).order_by().values("pk")).first()


def registered(versions: list[OutcomeReport]) -> dict[str, PaperRecord]:
    """What the registry answered of the DOIs of a report, where it was asked."""
    dois = {item.doi for version in versions for item in version.items.all() if item.doi}
    return {row.doi: row for row in PaperRecord.objects.filter(doi__in=dois, answered=True)} if dois else {}


def to_look_up(now: datetime) -> str:
    """A DOI that was handed in and not asked for yet, or a day ago in vain and not too often; empty for none."""
    asked = PaperRecord.objects.filter(doi=OuterRef("doi"))
    rested = asked.filter(answered=False, tries__lt=rules.MOST_TRIES, asked_at__lte=now - timedelta(days=1))
    rows = OutcomeItem.objects.exclude(doi="").exclude(report__state=OutcomeState.DRAFT)
    rows = rows.filter(~Exists(asked) | Exists(rested))
    return rows.order_by("pk").values_list("doi", flat=True).first() or ""


def named_elsewhere(report: OutcomeReport) -> set[str]:
    """DOIs of a report that the last versions of other reports have too; whoever looks at it decides what counts."""
    mine = [one.doi for one in report.items.all() if one.doi]
    others = OutcomeItem.objects.filter(doi__in=mine).exclude(report__duty=report.duty_id)
    return set(others.exclude(report__state=OutcomeState.DRAFT).values_list("doi", flat=True)) if mine else set()


def accepted_items(by: Actor) -> QuerySet[OutcomeItem]:
    """What the last accepted version of every report says, for staff and auditors; what the figures count."""
    newer = OutcomeReport.objects.filter(duty=OuterRef("report__duty"), state=OutcomeState.ACCEPTED)
    rows = OutcomeItem.objects.filter(
        report__state=OutcomeState.ACCEPTED, report__version=Subquery(newer.order_by("-version").values("version")[:1])
    )
    rows = rows.select_related("report__duty__owed__organisation", "report__duty__award__application__intake__call")
    rows = rows.order_by("report__duty__award__number", "report__duty__months", "kind", "pk")
    return rows if by.reads_everything else rows.none()


def without_duties() -> list[int]:
    """Awards that were in force and ended, of calls that ask for reports, for which none is noted yet."""
    noted = OutcomeDuty.objects.filter(months__gt=rules.INTERIM).values("award")
    rows = Award.objects.filter(state="ended", in_force_at__isnull=False).exclude(pk__in=noted)
    rows = rows.exclude(application__intake__call__report_months=[])
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def without_interim() -> list[int]:
    """Awards in force in two instalments whose interim report is not noted yet."""
    noted = OutcomeDuty.objects.filter(months=rules.INTERIM).values("award")
    rows = Award.objects.filter(state="in_force", second_instalment__isnull=False).exclude(pk__in=noted)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def to_remind(day: date) -> list[int]:
    """Reports of which a reminder may be due and that did not come in."""
    open_ones = OutcomeDuty.objects.filter(owed__received_on=None)
    first, late = Q(told=0, until_on__lte=day), Q(told__lt=3, owed__due_on__lt=day)
    soon = Q(told__lt=2, owed__due_on__lte=day + timedelta(days=rules.DAYS_LAST_CALL))
    return list(open_ones.filter(first | soon | late).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a member: reports whose time is over, that are to be handed in."""
    if not by.memberships:
        return []
    rows = reports(by).filter(owed__organisation__in=list(by.memberships), owed__received_on=None)
    text = gettext("Outcome report to hand in: award {award}, due on {due}")
    return [
        Task(
            text.format(award=row.award.number, due=row.owed.due_on.isoformat()),
            reverse("outcome-report", args=[row.pk]),
        )
        for row in rows.filter(until_on__lte=today(now))[:AT_ONCE]
    ]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For those who look at reports: how many wait."""
    if not by.has(*rules.KEEPERS):
        return []
    count = OutcomeReport.objects.filter(state=OutcomeState.HANDED_IN).count()
    url = f"{reverse('outcome-reports')}?state=handed_in"
    return [Task(gettext("Outcome reports to look at"), url, count)] if count else []


def of_years(years: list[int]) -> dict[int, tuple[int, int, dict[str, dict[int, int]]]]:
    """By year of accepted reports: how many, of how many organisations, and amounts by kind and organisation.

    Two queries. A year is that of the last day that a report is about.
    """
    newest: dict[int, tuple[int, int, int]] = {}
    rows = OutcomeReport.objects.filter(state=OutcomeState.ACCEPTED).order_by("version")
    for report, duty, until_on, organisation in rows.values_list(
        "pk", "duty", "duty__until_on", "duty__owed__organisation"
    ):
        if rules.year_of(until_on) in years:
            newest[duty] = report, rules.year_of(until_on), organisation
    places = {report: (year, organisation) for report, year, organisation in newest.values()}
    found: dict[int, Any] = {year: (0, set(), {kind: defaultdict(int) for kind in OutcomeKind}) for year in years}
    for year, organisation in places.values():
        count, organisations, amounts = found[year]
        found[year] = count + 1, organisations | {organisation}, amounts
    for report, kind, amount in OutcomeItem.objects.filter(report__in=list(places)).values_list(
        "report", "kind", "amount"
    ):
        year, organisation = places[report]
        found[year][2][kind][organisation] += amount
    return {year: (count, len(found_of), amounts) for year, (count, found_of, amounts) in found.items()}


def first_year() -> int | None:
    """The first year that an accepted report is about."""
    rows = OutcomeReport.objects.filter(state=OutcomeState.ACCEPTED).order_by(F("duty__until_on"))
    until_on = rows.values_list("duty__until_on", flat=True).first()
    return rules.year_of(until_on) if until_on else None
