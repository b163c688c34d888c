"""Reads wage aid: terms for everybody, claims for the company that made them and for staff, what may be claimed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from madang.portal.actors import Actor
from madang.portal.companies.models import Company
from madang.portal.courses.rules import KEEPERS
from madang.portal.learners.models import Placement
from madang.portal.learners.rules import LearnerState, PlacementState
from madang.portal.people.models import Organisation
from madang.portal.tasks import Task
from madang.portal.wageclaims.models import WageClaim, WageMonth, WageTerms
from madang.portal.wageclaims.rules import ClaimState


def terms(cohort: int) -> QuerySet[WageTerms]:
    """Every terms of a cohort, the last set first, which count; they are public."""
    return WageTerms.objects.filter(cohort=cohort).select_related("source", "set_by").order_by("-pk")


def placements(by: Actor) -> QuerySet[Placement]:
    """Accepted placements at companies that the actor's organisations are, of cohorts that pay wage aid."""
    own = list(Company.objects.filter(organisation__in=list(by.memberships)).values_list("pk", "lead"))
    numbers = {number for pair in own for number in pair if number is not None}
    at = Q(company__in=numbers) | Q(company__lead__in=[pk for pk, _lead in own])
    rows = Placement.objects.filter(at, state=PlacementState.ACCEPTED, learner__state=LearnerState.GRADUATED)
    rows = rows.filter(learner__emptied_at__isnull=True, learner__cohort__in=WageTerms.objects.values("cohort"))
    return rows.select_related("learner__person", "learner__cohort__course", "company").order_by("-hired_on", "-pk")


def claimant(by: Actor, placement: Placement) -> Organisation | None:
    """Which of the actor's organisations the company of a placement is: itself, what it became, or what became it."""
    lead = placement.company.lead_id if placement.company else None
    same = Q(pk=placement.company_id) | Q(lead=placement.company_id) | Q(pk=lead)
    rows = Company.objects.filter(same, organisation__in=list(by.memberships)).select_related("organisation")
    found = sorted(rows, key=lambda row: (row.pk != placement.company_id, row.pk))
    return found[0].organisation if found else None


def claims(by: Actor) -> QuerySet[WageClaim]:
    """Claims of one's own organisations; all for staff and auditors; those to be looked at first."""
    rows = WageClaim.objects.select_related(
        "placement__learner__person", "terms__cohort__course", "organisation", "claimed_by", "decided_by", "file"
    )
    standing = Count("months", filter=Q(months__struck_at__isnull=True))
    rows = rows.annotate(standing=standing).order_by("decided_at", "-claimed_at", "-pk")
    return rows if by.reads_everything else rows.filter(organisation__in=list(by.memberships))


def months(claim: int) -> QuerySet[WageMonth]:
    """The months of a claim in their order, struck ones too."""
    return WageMonth.objects.filter(claim=claim).select_related("struck_by").order_by("month")


def numbers_taken(learner: int) -> set[int]:
    """Which of a graduate's months are claimed already."""
    return set(WageMonth.objects.filter(learner=learner, struck_at__isnull=True).values_list("number", flat=True))


def claimed_won(companies: list[int], cohort: int) -> int:
    """What these companies, who are one, have claimed for graduates of a cohort and not been refused."""
    rows = WageMonth.objects.filter(claim__company__in=companies, claim__terms__cohort=cohort, struck_at__isnull=True)
    return rows.aggregate(won=Sum("claim__terms__month_won"))["won"] or 0


def due(cohort: int) -> list[tuple[int, str, int, int, int]]:
    """Learner, month, source, organisation and won of every month that was accepted and stands."""
    rows = WageMonth.objects.filter(claim__state=ClaimState.ACCEPTED, claim__terms__cohort=cohort)
    rows = rows.filter(struck_at__isnull=True, learner__emptied_at__isnull=True).order_by("pk")
    names = ("learner", "month", "claim__terms__source", "claim__organisation", "claim__terms__month_won")
    return list(rows.values_list(*names))


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a company: graduates for whom it has claimed nothing yet."""
    if not by.memberships:
        return []
    count = placements(by).filter(wage_claims__isnull=True).order_by().values("learner").distinct().count()
    return [Task(gettext("Graduates hired for whom wage aid can be claimed"), reverse("wage-claims"), count)] * bool(
        count
    )


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For who keeps the courses: claims to look at."""
    if not by.has(*KEEPERS):
        return []
    count = WageClaim.objects.filter(state=ClaimState.CLAIMED).count()
    text = ngettext("A claim of wage aid waits to be looked at", "Claims of wage aid wait to be looked at", count)
    return [Task(text, reverse("wage-claims"), count)] if count else []
