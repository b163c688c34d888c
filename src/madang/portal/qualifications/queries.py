"""Reads qualifications: what a facility asks for, who holds what until when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import get_language

from madang.portal.actors import Actor
from madang.portal.certificates.models import Certificate
from madang.portal.facilities.models import Facility
from madang.portal.qualifications import rules
from madang.portal.qualifications.models import FacilityRequirement, Qualification, QualificationGrant
from madang.portal.qualifications.rules import Asked


def today(now: datetime) -> date:
    """The centre's calendar day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def qualifications() -> QuerySet[Qualification]:
    """All of them by code, with how many facilities ask for each; they are public."""
    asked = Count("requirements", distinct=True)
    return Qualification.objects.select_related("course").annotate(facilities=asked).order_by("code")


def needed_by(facility: int) -> list[Qualification]:
    """What a facility asks for, by code."""
    return list(Qualification.objects.filter(requirements__facility=facility).order_by("code"))


def facilities_asking(qualification: int) -> list[Facility]:
    """The facilities that ask for a qualification, by code."""
    return list(Facility.objects.filter(requirements__qualification=qualification).order_by("code"))


def grants(by: Actor) -> QuerySet[QualificationGrant]:
    """The actor's own grants, the last to end first; everybody's for staff and auditors."""
    rows = QualificationGrant.objects.select_related("qualification", "person", "file").order_by("-expires_on", "-pk")
    return rows if by.reads_everything else rows.filter(person=by.person, person__isnull=False)


def _held_until(person: int | None, wanted: set[int], day: date) -> dict[int, date]:
    """Until before which day a person has these; what begins later or is revoked counts for nothing."""
    own = QualificationGrant.objects.filter(person=person, qualification__in=wanted, revoked_at__isnull=True)
    found = dict(own.filter(given_on__lte=day).values_list("qualification").annotate(until=Max("expires_on")))
    completed = Certificate.objects.filter(learner__person=person, revoked_at__isnull=True)
    by_course = Qualification.objects.filter(pk__in=wanted, course__in=completed.values("learner__cohort__course"))
    return found | dict.fromkeys(by_course.values_list("pk", flat=True), rules.LAST)


def asked_of(person: int | None, rows: Iterable[Facility], day: date) -> list[Asked]:
    """All that these facilities ask for, with what a person has of it on a day; one query where they ask nothing."""
    codes = {row.pk: row.code for row in rows}
    needed = FacilityRequirement.objects.filter(facility__in=codes).select_related("qualification")
    listed = list(needed.order_by("facility__code", "qualification__code"))
    held = _held_until(person, {one.qualification_id for one in listed}, day) if listed else {}
    korean = get_language() == "ko"
    return [
        Asked(
            codes[one.facility_id], one.qualification.name_ko if korean else one.qualification.name_en,
            held.get(one.qualification_id),
        )
        for one in listed
    ]  # fmt: skip


def found(rows: QuerySet[QualificationGrant], words: str) -> QuerySet[QualificationGrant]:
    """Those of people whose name or e-mail holds the words."""
    return rows.filter(Q(person__name__icontains=words) | Q(person__email__icontains=words)) if words else rows
