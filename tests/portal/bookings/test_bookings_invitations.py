"""What the mails of bookings bring into calendars: one lasting id, a growing number, what was moved, what was ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import make_facility, make_organisation
from portal.bookings.april import NOW, booked, hours, keeper, member

from madang.portal.bookings import actions, operating
from madang.portal.outbox import mail
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person

pytestmark = pytest.mark.django_db


def entries(person):
    """Of each mail to a person: what it is for, and id, number, end and state in its entry."""
    found = []
    for one in Message.objects.filter(person=person).order_by("pk"):
        sent = mail.compose(one)
        (part,) = sent.iter_attachments()
        text = part.get_content()
        said = dict(line.split(":", 1) for line in text.split("\r\n") if ":" in line)
        assert part.get_content_type() == "text/calendar" and part.get_param("method") == said["METHOD"]
        found.append(
            (one.code, part.get_param("method"), *(said[name] for name in ("UID", "SEQUENCE", "DTEND", "STATUS")))
        )
    return found


def test_a_booking_is_put_in_changed_and_taken_out_of_the_same_entry():
    by, rig, crew = member(), make_facility(), keeper()
    operator = Person.objects.get(pk=crew.person)
    operating.set_operators(by=crew, now=NOW, facility=rig.pk, emails=[operator.email])
    row = booked(by, [rig], hours(4, 6))
    actions.extend(by=by, now=NOW, booking=row.pk, until=hours(4, 7).end)
    actions.cancel(by=by, now=NOW, booking=row.pk)
    (uid,) = {one[2] for one in entries(by.person)}
    assert uid.startswith(f"booking-{row.pk}@")
    times = [("1", "20260402T060000Z", "CONFIRMED"), ("2", "20260402T070000Z", "CONFIRMED")]
    over = ("3", "20260402T070000Z", "CANCELLED")
    assert entries(by.person) == [
        ("booking_made", "REQUEST", uid, *times[0]),
        ("booking_extended", "REQUEST", uid, *times[1]),
        ("booking_given_up", "CANCEL", uid, *over),
    ]
    assert [one[:2] + one[3:] for one in entries(operator.pk)] == [
        ("session_booked", "REQUEST", *times[0]),
        ("session_booked", "REQUEST", *times[1]),
        ("session_cancelled", "CANCEL", *over),
    ]


def test_who_waits_is_invited_when_they_move_up_and_staff_who_book_for_others_are_not():
    car, first, second = make_facility(), member(), member()
    row = booked(first, [car], hours(4, 6))
    waiting = booked(second, [car], hours(4, 6), wait=True)
    assert entries(second.person) == []
    actions.cancel(by=first, now=NOW + timedelta(minutes=1), booking=row.pk)
    ((code, method, uid, number, _end, state),) = entries(second.person)
    assert (code, method, number, state) == ("booking_moved_up", "REQUEST", "2", "CONFIRMED")
    assert uid.startswith(f"booking-{waiting.pk}@")
    staff = keeper()
    booked(staff, [make_facility()], hours(4, 6), organisation=make_organisation().pk)
    assert not Message.objects.filter(person=staff.person).exists()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_entry_is_whole_in_both_languages(language):
    by, car = member(), make_facility(name_ko="주행 시험차, 2호", name_en="Shuttle; second")
    Person.objects.filter(pk=by.person).update(language=language)
    booked(by, [car], hours(4, 6))
    one = Message.objects.get(person=by.person)
    (part,) = mail.compose(one).iter_attachments()
    lines = part.get_content().replace("\r\n ", "").split("\r\n")
    name = {"ko": "주행 시험차\\, 2호", "en": "Shuttle\\; second"}[language]
    assert f"SUMMARY:{name}" in lines
    assert any(line.startswith("ORGANIZER:mailto:") for line in lines)
    assert any(line.startswith("ATTENDEE;") and line.endswith(f"mailto:{one.address}") for line in lines)
