"""Who comes into the camp: residents with their hours, and visitors whom they announce."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.camp.rules import NAME, refuse_unless_keeper
from madang.portal.journal.actions import record
from madang.portal.tenancies import looking, queries, rules
from madang.portal.tenancies.models import LetSpace, Resident, Tenancy, Visitor
from madang.portal.tenancies.rules import Hours, TenancyState
from madang.portal.transactions import action


def _living(by: Actor, tenancy: int) -> Tenancy:
    """The tenancy, for its owners and those who keep the camp, while its tenant lives there or soon will."""
    row = Tenancy.objects.filter(pk=tenancy).first()
    if row is None:
        raise Refused("not_found")
    if not by.owner_of(row.organisation_id):
        refuse_unless_keeper(by)
    if row.state not in rules.LIVING:
        raise Refused("tenancy_state_wrong")
    return row


@action
def let_in(*, by: Actor, now: datetime, tenancy: int, person: int, hours: Hours) -> Resident:
    """Makes a member of the tenant a resident with hours; at most as many as its spaces have places.

    Refused as `rules.checked_hours`, ``tenancy_state_wrong``, ``resident_no_member``, ``resident_twice``,
    ``residents_too_many`` (most).
    """
    row = _living(by, tenancy)
    rules.checked_hours(hours)
    if not looking.could_live(row).filter(pk=person).exists():
        known = Resident.objects.filter(tenancy=row, person=person, until_on=None).exists()
        raise Refused("resident_twice" if known else "resident_no_member", field="person")
    # whoever lets somebody in moves the tenancy's version, so that two do not take its last place
    if not Tenancy.objects.filter(pk=row.pk, version=row.version).update(version=F("version") + 1):
        raise Stale("tenancy")
    most: int = LetSpace.objects.filter(tenancy=row).aggregate(n=Sum("space__people"))["n"] or 0
    if Resident.objects.filter(tenancy=row, until_on=None).count() >= most:
        raise Refused("residents_too_many", most=most, field="person")
    from_on = max(row.starts_on, queries.today(now))
    try:
        with transaction.atomic():
            made = Resident.objects.create(tenancy=row, person_id=person, from_on=from_on, **asdict(hours))
    except IntegrityError as error:
        raise Refused("resident_twice", field="person") from error
    record(by=by, now=now, did="tenancies.let_in", kind="tenancy", subject=tenancy, person=person)
    return made


@action
def set_hours(*, by: Actor, now: datetime, resident: int, hours: Hours) -> None:
    """Changes when a resident may come in. Refused as `rules.checked_hours`."""
    row = _resident(by, resident)
    Resident.objects.filter(pk=row.pk).update(**asdict(rules.checked_hours(hours)))
    record(by=by, now=now, did="tenancies.set_hours", kind="tenancy", subject=row.tenancy_id, person=row.person_id)


@action
def move_out(*, by: Actor, now: datetime, resident: int) -> None:
    """Ends somebody's residence today."""
    row = _resident(by, resident)
    until_on = max(row.from_on, queries.today(now))
    if not Resident.objects.filter(pk=row.pk, until_on=None).update(until_on=until_on):
        raise Stale("resident")
    record(by=by, now=now, did="tenancies.move_out", kind="tenancy", subject=row.tenancy_id, person=row.person_id)


def _resident(by: Actor, resident: int) -> Resident:
    row = Resident.objects.filter(pk=resident, until_on=None).first()
    if row is None:
        raise Refused("not_found")
    _living(by, row.tenancy_id)
    return row


@action
def announce(*, by: Actor, now: datetime, tenancy: int, name: str, on: date) -> Visitor:
    """A resident announces somebody for a day; the name is deleted some time after it.

    Refused: ``visit_by_residents_only``, ``visit_name_needed`` (most), ``visits_too_many`` (most), and as
    `rules.check_visit`.
    """
    today = queries.today(now)
    live = Q(until_on=None) | Q(until_on__gt=today)
    mine = Resident.objects.filter(live, tenancy=tenancy, person=by.person, person__isnull=False)
    if not mine.filter(tenancy__state=TenancyState.RUNNING).exists():
        raise Refused("visit_by_residents_only")
    if not 1 <= len(name.strip()) <= NAME:
        raise Refused("visit_name_needed", field="name", most=NAME)
    rules.check_visit(on, today)
    if Visitor.objects.filter(tenancy=tenancy, on=on).count() >= rules.VISITS_A_DAY:
        raise Refused("visits_too_many", most=rules.VISITS_A_DAY)
    given = {"host_id": by.person, "name": name.strip(), "on": on, "announced_at": now}
    row = Visitor.objects.create(tenancy_id=tenancy, **given)
    record(by=by, now=now, did="tenancies.announce", kind="tenancy", subject=tenancy, visitor=row.pk)
    return row


@action
def call_off(*, by: Actor, now: datetime, visitor: int) -> None:
    """Takes an announcement back, by the tenant, before the visitor came."""
    row = Visitor.objects.select_related("tenancy").filter(pk=visitor, came_at=None).first()
    if row is None:
        raise Refused("not_found")
    rules.refuse_unless_member(by, row.tenancy.organisation_id)
    row.delete()
    record(by=by, now=now, did="tenancies.call_off", kind="tenancy", subject=row.tenancy_id, visitor=visitor)


@action
def note_came(*, by: Actor, now: datetime, visitor: int) -> None:
    """Notes at the door that a visitor came. Stale where it was noted; refused on another day: ``visit_other_day``."""
    refuse_unless_keeper(by)
    row = Visitor.objects.filter(pk=visitor).first()
    if row is None:
        raise Refused("not_found")
    if row.on != queries.today(now):
        raise Refused("visit_other_day")
    if not Visitor.objects.filter(pk=visitor, came_at=None).update(came_at=now):
        raise Stale("visitor")
    record(by=by, now=now, did="tenancies.note_came", kind="tenancy", subject=row.tenancy_id, visitor=visitor)
