"""Says what facilities ask for, and grants qualifications to people with evidence and an end, or revokes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.courses.models import Course
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import refuse_unless_keeper
from madang.portal.files.models import StoredFile
from madang.portal.journal.actions import record
from madang.portal.people import queries as people
from madang.portal.qualifications import queries, rules
from madang.portal.qualifications.models import FacilityRequirement, Qualification, QualificationGrant
from madang.portal.transactions import action


@action
def add(*, by: Actor, now: datetime, code: str, name_ko: str, name_en: str, course: str = "") -> Qualification:
    """Adds a qualification; with a course, its certificates count as it.

    Refused as `rules.check_names`, ``qualification_code_known``, ``qualification_course_unknown``.
    """
    refuse_unless_keeper(by)
    rules.check_names(code, name_ko, name_en)
    held = Course.objects.filter(code=course).first() if course else None
    if course and held is None:
        raise Refused("qualification_course_unknown", field="course")
    names = {"name_ko": name_ko.strip(), "name_en": name_en.strip()}
    try:
        with transaction.atomic():
            row = Qualification.objects.create(code=code, course=held, added_at=now, **names)
    except IntegrityError as error:
        raise Refused("qualification_code_known", field="code") from error
    record(by=by, now=now, did="qualifications.add", kind="qualification", subject=row.pk, code=code)
    return row


@action
def require(*, by: Actor, now: datetime, facility: int, codes: Sequence[str]) -> None:
    """Says what a facility asks for from now on; who booked before is asked for it when they check in.

    Refused: ``qualifications_wrong`` (most) where one of them is unknown, or they are too many.
    """
    refuse_unless_keeper(by)
    rows = list(Qualification.objects.filter(code__in=codes))
    if len(rows) != len(set(codes)) or len(rows) > rules.NEEDED_MOST:
        raise Refused("qualifications_wrong", field="qualifications", most=rules.NEEDED_MOST)
    if not Facility.objects.filter(pk=facility).update(turn=F("turn") + 1):
        raise Stale("facility")
    FacilityRequirement.objects.filter(facility=facility).delete()
    FacilityRequirement.objects.bulk_create(
        FacilityRequirement(facility_id=facility, qualification=row) for row in rows
    )
    facts = {"qualifications": sorted(row.code for row in rows)}
    record(by=by, now=now, did="qualifications.require", kind="facility", subject=facility, **facts)


@action
def grant(*, by: Actor, now: datetime, code: str, email: str, given_on: date, expires_on: date, evidence: str,
          file: StoredFile | None = None, file_name: str = "") -> QualificationGrant:  # fmt: skip
    """Notes that somebody holds a qualification from a day until before another, with what shows it.

    Refused: ``not_found``, ``qualification_person_unknown``, and as `rules.check_grant`.
    """
    refuse_unless_keeper(by)
    row = Qualification.objects.filter(code=code).first()
    if row is None or by.person is None:
        raise Refused("not_found")
    person = people.email_holder(email)
    if person is None:
        raise Refused("qualification_person_unknown", field="email")
    said = rules.check_grant(given_on, expires_on, evidence, queries.today(now))
    made = QualificationGrant.objects.create(
        person=person, qualification=row, given_on=given_on, expires_on=expires_on, evidence=said, file=file,
        file_name=file_name, granted_by_id=by.person, granted_at=now,
    )  # fmt: skip
    facts = {"qualification": code, "expires_on": expires_on.isoformat()}
    record(by=by, now=now, did="qualifications.grant", kind="qualification_grant", subject=made.pk, **facts)
    return made


@action
def revoke(*, by: Actor, now: datetime, grant: int, why: str) -> None:
    """Revokes a grant with the reason; it holds for no booking and no check-in any more.

    Refused: ``grant_why_needed``; Stale where it is revoked already.
    """
    refuse_unless_keeper(by)
    if not why.strip():
        raise Refused("grant_why_needed", field="why")
    fields = {"revoked_at": now, "revoked_by_id": by.person, "revoked_why": why.strip()[: rules.WHY]}
    if not QualificationGrant.objects.filter(pk=grant, revoked_at__isnull=True).update(**fields):
        raise Stale("qualification_grant")
    record(by=by, now=now, did="qualifications.revoke", kind="qualification_grant", subject=grant)
