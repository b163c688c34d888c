"""Writes to whoever booked and whoever operates it, with an entry that their calendars put in, change or take out."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from madang.portal.bookings import icalendar
from madang.portal.bookings.models import Booking
from madang.portal.bookings.rules import HOLDING, BookingState
from madang.portal.formats import moment
from madang.portal.people.actions import write_mail
from madang.portal.people.models import Person
from madang.portal.templatetags.madang import in_language

_HOLDS = {BookingState.CONFIRMED: "CONFIRMED", BookingState.USED: "CONFIRMED", BookingState.ASKED: "TENTATIVE",
          BookingState.QUEUED: "TENTATIVE"}  # fmt: skip


def event(row: Any, changed: datetime | None = None) -> icalendar.Event:
    """A booking with its facilities as an entry of a calendar, in the active language.

    The id stays for as long as the booking is kept, and the number grows with every change of it.
    """
    booked = [one.facility for one in row.booked.all()]
    places = dict.fromkeys(place for one in booked if (place := in_language(one, "place")))
    host = settings.MADANG_BASE_URL.partition("//")[2].partition("/")[0]
    changes = [at for at in (row.made_at, row.decided_at, row.used_at, row.ended_at) if at]
    return icalendar.Event(
        uid=f"booking-{row.pk}@{host}",
        sequence=row.version,
        start=row.starts_at,
        end=row.ends_at,
        changed=changed or max(changes),
        summary=", ".join(in_language(one, "name") for one in booked),
        location=", ".join(places),
        status=_HOLDS.get(BookingState(row.state), "CANCELLED"),
        url=settings.MADANG_BASE_URL + reverse("booking", args=[row.pk]),
    )


def tell(given: Booking, now: datetime, code: str, **facts: object) -> None:
    """Writes to whoever booked, unless `code` is empty, and to those who operate it, with when and what.

    It is read anew: what the caller has in hand may be from before the change.
    """
    rows = Booking.objects.select_related("person", "organisation")
    row = rows.prefetch_related("booked__facility", "booked__operator").get(pk=given.pk)
    if code:
        _write(row, row.person, now, code, **facts)
    session = "session_booked" if row.state in HOLDING else "session_cancelled"
    for operator in {one.operator for one in row.booked.all() if one.operator}:
        if not code or operator != row.person:
            _write(row, operator, now, session)


def _write(row: Booking, person: Person, now: datetime, code: str, **facts: object) -> None:
    if not person.is_active:
        return
    language, zone = person.language, settings.MADANG_ZONE
    with override(language):
        names = ", ".join(in_language(one.facility, "name") for one in row.booked.all())
        entry = icalendar.invitation(
            "REQUEST" if row.state in HOLDING else "CANCEL", event(row, now),
            organiser=parseaddr(settings.MADANG_MAIL_FROM)[1], attendee=str(person.email),
        )  # fmt: skip
    write_mail(
        person, now=now, code=code, key=f"{code}-{row.pk}-{row.version}-{person.pk}", calendar=entry, names=names,
        when=moment(row.starts_at, language, zone), until=moment(row.ends_at, language, zone),
        organisation=row.organisation.name, link=reverse("booking", args=[row.pk]), **facts,
    )  # fmt: skip
