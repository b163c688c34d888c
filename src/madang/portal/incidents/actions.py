"""Reports damage and accidents, moves reports to their end, and closes a facility because of one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.urls import reverse

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.bookings import closing
from madang.portal.bookings import queries as bookings
from madang.portal.bookings.rules import ClosureKind
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import refuse_unless_keeper
from madang.portal.files.models import StoredFile
from madang.portal.incidents import queries, rules
from madang.portal.incidents.models import IncidentReport, IncidentStep
from madang.portal.incidents.rules import IncidentKind, IncidentState, Severity
from madang.portal.journal.actions import record
from madang.portal.people.actions import write_mail
from madang.portal.transactions import action
from madang.values import Period


@action
def report(
    *, by: Actor, now: datetime, facility: int, kind: IncidentKind, severity: Severity, what: str, words: str,
    booking: int | None = None, file: StoredFile | None = None, file_name: str = "",
) -> IncidentReport:  # fmt: skip
    """Reports damage or an accident at a facility, or in a booking of it; `what` is its heading.

    Refused: as `rules.check_report`, ``incident_booking_wrong``, ``incidents_too_many`` (most).
    """
    person = rules.refuse_unless_user(by)
    heading, said = rules.check_report(what, words)
    row = Facility.objects.filter(pk=facility).first()
    if row is None:
        raise Refused("not_found")
    if booking is not None and not bookings.bookings(by).filter(pk=booking, booked__facility=facility).exists():
        raise Refused("incident_booking_wrong", field="booking")
    if queries.open_of(person) >= rules.OPEN_MOST:
        raise Refused("incidents_too_many", most=rules.OPEN_MOST)
    made = IncidentReport.objects.create(
        facility=row, booking_id=booking, kind=kind, severity=severity, what=heading, file=file, file_name=file_name,
        reported_by_id=person, reported_at=now, moved_at=now,
    )  # fmt: skip
    IncidentStep.objects.create(report=made, state=IncidentState.REPORTED, words=said, by_id=person, at=now)
    responsible = row.responsible
    if responsible is not None and responsible.is_active:
        link = reverse("incident", args=[made.pk])
        facts = {"facility": row.code, "what": heading, "link": link}
        write_mail(responsible, now=now, code="incident_reported", key=f"incident_reported-{made.pk}", **facts)
    facts = {"facility": facility, "severity": str(severity), "booking": booking}
    record(by=by, now=now, did="incidents.report", kind="incident", subject=made.pk, **facts)
    return made


@action
def move(*, by: Actor, now: datetime, report: int, version: int, to: IncidentState, words: str = "") -> None:
    """Moves a report on with words; who reported is written to at its end. Refused as `rules.check_move`."""
    refuse_unless_keeper(by)
    row = IncidentReport.objects.select_related("reported_by", "facility").filter(pk=report).first()
    if row is None:
        raise Refused("not_found")
    said = rules.check_move(row.state, to, words)
    ended = to not in rules.OPEN
    same = IncidentReport.objects.filter(pk=report, state=row.state, version=version)
    if not same.update(state=to, moved_at=now, settled_at=now if ended else None, version=F("version") + 1):
        raise Stale("incidentreport")
    IncidentStep.objects.create(report=row, state=to, words=said, by_id=by.person, at=now)
    if ended and row.reported_by.is_active:
        facts = {"what": row.what, "words": said, "link": reverse("incident", args=[report])}
        write_mail(row.reported_by, now=now, code="incident_settled", key=f"incident_settled-{report}", **facts)
    record(by=by, now=now, did="incidents.move", kind="incident", subject=report, to=str(to))


@action
def block(*, by: Actor, now: datetime, report: int, version: int, period: Period) -> None:
    """Closes the facility for maintenance because of a report; bookings ahead are cancelled and their people told.

    Refused: ``incident_over``, ``incident_blocks_already``, and as `bookings.closing.close`.
    """
    refuse_unless_keeper(by)
    row = IncidentReport.objects.filter(pk=report).first()
    if row is None:
        raise Refused("not_found")
    if row.state not in rules.OPEN:
        raise Refused("incident_over")
    if row.closure_id is not None:
        raise Refused("incident_blocks_already")
    (closure,) = closing.close(by=by, now=now, facilities=[row.facility_id], kind=ClosureKind.MAINTENANCE,
                               period=period, reason=row.what, cancel=True)  # fmt: skip
    same = IncidentReport.objects.filter(pk=report, version=version, closure__isnull=True)
    if not same.update(closure=closure, moved_at=now, version=F("version") + 1):
        raise Stale("incidentreport")
    record(by=by, now=now, did="incidents.block", kind="incident", subject=report, closure=closure.pk)
