"""Reads aid: terms and lists for staff and auditors; for learners and companies what is their own."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from madang.portal.actors import Actor
from madang.portal.aids.models import AidList, AidPayment, AidRate
from madang.portal.learners.models import Learner
from madang.portal.people.models import Organisation


def rates(by: Actor, cohort: int) -> QuerySet[AidRate]:
    """Every terms that were set for a cohort, those that begin last first."""
    rows = AidRate.objects.filter(cohort=cohort).select_related("set_by", "source").order_by("-first_month", "-pk")
    return rows if by.reads_everything else rows.none()


def lists(by: Actor) -> QuerySet[AidList]:
    """Lists of aid, the latest month first, with their `won` and how many learners they name."""
    rows = AidList.objects.select_related(
        "cohort__course", "approval__drafted_by", "approval__decided_by"
    ).order_by("-month", "-pk")  # fmt: skip
    rows = rows.annotate(won=Sum("payments__amount"), count=Count("payments__learner", distinct=True))
    return rows if by.reads_everything else rows.none()


def lines(by: Actor, aids: int) -> list[dict[str, Any]]:
    """What was fixed for everybody, as `working.content` has it."""
    rows = AidPayment.objects.filter(aids=aids).order_by("organisation", "learner", "of_month", "source")
    names = ("learner", "of_month", "source", "amount", "days", "came", "held")
    paid = rows.values(*names, to=Coalesce("organisation", 0))
    found = [{"organisation": line.pop("to"), **line} for line in paid]
    return found if by.reads_everything else []


def people(learners: set[int]) -> dict[int, Learner]:
    """Learners with their persons, by number."""
    return {row.pk: row for row in Learner.objects.filter(pk__in=learners).select_related("person")}


def of_learner(learner: int) -> QuerySet[AidPayment]:
    """A learner's aid, the latest list first, for a caller who may see all of the learner."""
    return (
        AidPayment.objects.filter(learner=learner, organisation__isnull=True)
        .select_related("aids")
        .order_by("-aids__fixed_at", "of_month", "pk")
    )


def of_claim(learner: int, organisation: int, months: list[str]) -> QuerySet[AidPayment]:
    """Wage aid that an organisation got for months of a graduate, for a caller who may see its claim of them."""
    rows = AidPayment.objects.filter(learner=learner, organisation=organisation, of_month__in=months)
    return rows.select_related("aids").order_by("aids__fixed_at", "of_month", "pk")


def organisations(numbers: set[int]) -> dict[int, Organisation]:
    """Organisations by number."""
    return Organisation.objects.in_bulk(list(numbers))
