"""Who operates what is booked: finds somebody who is free, holds their time, and says who operates a facility."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.bookings import rules, slots
from madang.portal.bookings.models import BookedFacility, Booking, FacilityOperator, OperatorSlot
from madang.portal.bookings.rules import HOLDING
from madang.portal.facilities.models import Facility
from madang.portal.facilities.queries import terms_of
from madang.portal.facilities.rules import refuse_unless_keeper
from madang.portal.journal.actions import record
from madang.portal.people import queries as people
from madang.portal.people.models import Person
from madang.portal.transactions import action
from madang.values import Period

OPERATORS_MOST = 20
BATCH = 500


def named(facility: int) -> list[Person]:
    """Who operates a facility; nobody where it needs no operator."""
    return list(Person.objects.filter(pk__in=_operators(facility), is_active=True).order_by("name", "pk"))


def _operators(facility: int) -> QuerySet:
    return FacilityOperator.objects.filter(facility=facility).values("person")


def sessions(by: Actor, now: datetime) -> QuerySet[BookedFacility]:
    """What the actor is to operate from now on, first to come first."""
    rows = BookedFacility.objects.filter(operator=by.person, operator__isnull=False, booking__state__in=HOLDING)
    rows = rows.filter(booking__ends_at__gt=now).select_related("facility", "booking__organisation", "booking__person")
    return rows.order_by("booking__starts_at", "pk")


def crewed(rows: Iterable[Facility]) -> bool:
    """Whether any of these facilities needs an operator."""
    return FacilityOperator.objects.filter(facility__in=[row.pk for row in rows]).exists()


def first_unserved(rows: Sequence[Facility], period: Period) -> Facility | None:
    """A facility of these for which nobody who operates it is free then; None where all can be operated."""
    free = _free(rows, period)
    crew = rules.crew_of(free)
    return next((row for row in rows if row.pk in free and row.pk not in crew), None)


def _free(rows: Iterable[Facility], period: Period) -> dict[int, list[int]]:
    """Of each facility that needs an operator those who have nothing else then."""
    found: dict[int, list[int]] = {}
    terms = {row.pk: terms_of(row) for row in rows}
    listed = FacilityOperator.objects.filter(facility__in=list(terms)).order_by("facility", "person")
    for facility, person, active in list(listed.values_list("facility", "person", "person__is_active")):
        found.setdefault(facility, [])
        wanted = slots.operated(period, terms[facility], settings.MADANG_ZONE)
        around = OperatorSlot.objects.filter(person=person, slot__gte=min(wanted), slot__lte=max(wanted))
        if active and wanted.isdisjoint(around.values_list("slot", flat=True)):
            found[facility].append(person)
    return found


def take(booking: Booking, rows: Sequence[Facility], period: Period) -> None:
    """Books an operator of each facility that needs one. Refused: ``operator_not_free`` (facility).

    The table lets nobody operate two things at once; who loses a race for one looks for another.
    """
    for _ in range(OPERATORS_MOST + 1):
        free = _free(rows, period)
        crew = rules.crew_of(free)
        alone = next((row for row in rows if row.pk in free and row.pk not in crew), None)
        if alone is not None:
            raise Refused("operator_not_free", facility=alone.code, field="starts_at")
        wanted = {crew[row.pk]: slots.operated(period, terms_of(row), settings.MADANG_ZONE)
                  for row in rows if row.pk in crew}  # fmt: skip
        if _held(booking, wanted):
            for facility, person in crew.items():
                BookedFacility.objects.filter(booking=booking, facility=facility).update(operator_id=person)
            return
    raise Stale("operator")


def _held(booking: Booking, wanted: Mapping[int, frozenset[int]]) -> bool:
    """Holds so many slots of each person, all or none."""
    rows = [
        OperatorSlot(person_id=person, slot=slot, booking=booking)
        for person, needed in sorted(wanted.items())
        for slot in sorted(needed)
    ]
    try:
        with transaction.atomic():
            OperatorSlot.objects.bulk_create(rows, batch_size=BATCH)
    except IntegrityError:
        return False
    return True


def extend(booking: Booking, rows: Iterable[Facility], old: Period, new: Period) -> None:
    """Holds the same operators for the time that follows. Refused: ``operator_not_free`` (facility)."""
    crew = dict(BookedFacility.objects.filter(booking=booking).values_list("facility", "operator"))
    zone = settings.MADANG_ZONE
    for row in rows:
        person, terms = crew.get(row.pk), terms_of(row)
        more = slots.operated(new, terms, zone) - slots.operated(old, terms, zone)
        if person is not None and not _held(booking, {person: more}):
            raise Refused("operator_not_free", facility=row.code, field="ends_at")


def free(booking: Booking) -> list[int]:
    """Frees the operators' time; gives the facilities that they operate, of which the waiting list may move up."""
    people_freed = list(OperatorSlot.objects.filter(booking=booking).values_list("person", flat=True).distinct())
    if not people_freed:
        return []
    OperatorSlot.objects.filter(booking=booking).delete()
    rows = FacilityOperator.objects.filter(person__in=people_freed)
    return sorted(set(rows.values_list("facility", flat=True)))


@action
def set_operators(*, by: Actor, now: datetime, facility: int, emails: Sequence[str]) -> None:
    """Says who operates a facility from now on, by e-mail; nobody: it is used without an operator.

    What is booked keeps its operator. Refused: ``operator_unknown`` (email), ``operators_too_many`` (most).
    """
    refuse_unless_keeper(by)
    if len(emails) > OPERATORS_MOST:
        raise Refused("operators_too_many", field="emails", most=OPERATORS_MOST)
    crew: dict[int, Person] = {}
    for email in emails:
        person = people.email_holder(email)
        if person is None:
            raise Refused("operator_unknown", field="emails", email=email[:80])
        crew[person.pk] = person
    if not Facility.objects.filter(pk=facility).update(turn=F("turn") + 1):
        raise Stale("facility")
    FacilityOperator.objects.filter(facility=facility).delete()
    FacilityOperator.objects.bulk_create(FacilityOperator(facility_id=facility, person_id=pk) for pk in crew)
    record(by=by, now=now, did="bookings.set_operators", kind="facility", subject=facility, operators=sorted(crew))
