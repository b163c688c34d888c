"""The pages of bookings: as a member, as staff, as somebody's calendar; the same number of queries for many rows."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from factories import NOW, actor, make_facility, make_member, make_organisation, make_staff

from madang.portal.actors import Role
from madang.portal.bookings import actions, chores
from madang.portal.bookings.models import Booking, Closure, HourQuota
from madang.portal.journal.models import Reading
from madang.portal.outbox.models import Message
from madang.values import Period

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=22)  # the next day, ten in the morning in Seoul


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def page(client, url, **query) -> str:
    answer = client.get(url, query, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def booked(person, facility, start=LATER, **given):
    by = actor(person)
    return actions.book(by=by, now=NOW, organisation=next(iter(by.memberships)), facilities=[facility.pk],
                        period=Period(start, start + timedelta(hours=2)), purpose="Road trial", **given)  # fmt: skip


def wish(person, *facilities, **more):
    return {
        "organisation": person.memberships.get().organisation_id, "facilities": [one.pk for one in facilities],
        "day": "2026-04-02", "start": "10:00", "end": "12:00", "purpose": "Road trial", "weeks": 1,
    } | more  # fmt: skip


def test_a_member_books_waits_extends_cancels_and_checks_in(client, monkeypatch):
    person, car, hall = make_member(), make_facility(name_en="Shuttle"), make_facility(name_en="Hall")
    client.force_login(person)
    assert "Shuttle" in page(client, reverse("booking-new"), facility=car.code)
    url = client.post(reverse("booking-new"), wish(person, car, hall)).headers["Location"]
    row = Booking.objects.get()
    assert row.starts_at == LATER
    assert "Booking confirmed" in page(client, url) and "Shuttle" in page(client, reverse("bookings"))
    answer = client.post(reverse("booking-new"), wish(person, car), headers={"accept-language": "en"})
    assert answer.status_code == 422 and "is taken in this time" in answer.content.decode()
    waiting = client.post(reverse("booking-new"), wish(person, car, wait="on")).headers["Location"]
    assert "place 1" in page(client, waiting)
    more = client.post(reverse("booking-extend", args=[row.pk]), {"last_day": "2026-04-02", "end": "12:30"})
    assert more.status_code == 302
    assert client.post(reverse("booking-cancel", args=[row.pk]), {"reason": ""}).status_code == 302
    assert "Booking confirmed" in page(client, waiting)
    monkeypatch.setattr("django.utils.timezone.now", lambda: row.starts_at)
    client.force_login(person)
    moved = Booking.objects.get(state="confirmed")
    check_in = reverse("booking-check-in", args=[moved.pk])
    assert client.post(check_in, {"code": "WRONG234"}).status_code == 422
    assert client.post(check_in, {"code": car.door_code}).status_code == 302
    assert "Checked in" in page(client, reverse("booking", args=[moved.pk]))


def test_a_series_is_shown_with_what_is_skipped_before_anything_is_booked(client):
    person, car = make_member(), make_facility()
    booked(make_member(), car, LATER.replace(hour=2, day=9))
    client.force_login(person)
    seen = client.post(reverse("booking-new"), wish(person, car, weeks=3), headers={"accept-language": "en"})
    text = seen.content.decode()
    assert text.count("Skipped") == 1 and 'value="0 2"' in text and Booking.objects.count() == 1
    stale = client.post(reverse("booking-new"), wish(person, car, weeks=3, shown="0 1 2"))
    assert stale.status_code == 422 and Booking.objects.count() == 1
    done = client.post(reverse("booking-new"), wish(person, car, weeks=3, shown="0 2"))
    assert done.status_code == 302 and Booking.objects.count() == 3
    first = Booking.objects.exclude(series=None).order_by("starts_at").first()
    assert "The other weeks of this series" in page(client, reverse("booking", args=[first.pk]))


def test_many_facilities_are_chosen_in_groups_of_which_only_what_is_chosen_is_open(client):
    rows = [make_facility(kind="room" if place else "equipment", field="energy") for place in range(12)]
    client.force_login(make_member())
    assert page(client, reverse("booking-new")).count("<details><summary>") == 2
    answer = client.post(reverse("booking-new"), {"facilities": [rows[0].pk]}, headers={"accept-language": "en"})
    seen = answer.content.decode()
    assert answer.status_code == 422 and seen.count("<details open><summary>") == 1
    assert "Demonstration equipment · Energy (1)" in seen and seen.count('name="facilities"') == 12


def test_whole_days_and_what_a_form_cannot_read(client):
    person, car = make_member(), make_facility(grain="day", longest=5)
    client.force_login(person)
    for wrong in ({"start": "", "end": "12:00"}, {"start": "12:00", "end": "10:00"}, {"day": "9999-12-31"},
                  {"weeks": 2, "wait": "on"}, {"organisation": make_organisation().pk}):  # fmt: skip
        assert client.post(reverse("booking-new"), wish(person, car, **wrong)).status_code == 422, wrong
    lent = wish(person, car, start="", end="", last_day="2026-04-03")
    assert client.post(reverse("booking-new"), lent).status_code == 302
    assert (Booking.objects.get().ends_at - Booking.objects.get().starts_at).days == 2


def test_strangers_see_that_it_is_taken_and_not_by_whom(client):
    person, car = make_member(make_organisation(name="Secret Labs")), make_facility(name_en="Shuttle")
    row = booked(person, car)
    week = {"week": "2026-04-02"}
    for who in (None, make_member()):
        if who:
            client.force_login(who)
        for text in (page(client, reverse("facility", args=[car.code]), **week),
                     page(client, reverse("bookings-calendar"), day="2026-04-02")):  # fmt: skip
            assert "Taken" in text and "Secret Labs" not in text and f"/bookings/{row.pk}/" not in text
        if who:
            assert client.get(reverse("booking", args=[row.pk])).status_code == 404
    client.force_login(person)
    assert f"/bookings/{row.pk}/" in page(client, reverse("facility", args=[car.code]), **week)
    assert "Secret Labs" in page(client, reverse("bookings-calendar"), day="2026-04-02", view="day")


def test_staffs_day_approval_closing_and_reading(client):
    person, dome, car = make_member(), make_facility(needs_approval=True), make_facility()
    row = booked(person, dome)
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    assert "Road trial" in page(client, reverse("staff-bookings"), asked=1)
    assert "Road trial" in page(client, reverse("staff-bookings"), day="2026-04-02")
    assert "Road trial" not in page(client, reverse("staff-bookings"), day="2026-04-05")
    decide = reverse("booking-decide", args=[row.pk])
    assert client.post(decide, {"approve": "no"}).status_code == 422
    assert client.post(decide, {"approve": "yes"}).status_code == 302
    assert Reading.objects.filter(organisation=row.organisation_id, subject_kind="booking").exists()
    closing = {"facilities": [dome.pk, car.pk], "kind": "maintenance", "day": "2026-04-02", "reason": "Inspection"}
    assert client.post(reverse("closure-new"), closing).status_code == 422
    assert client.post(reverse("closure-new"), closing | {"cancel": "on"}).status_code == 302
    assert set(Message.objects.values_list("code", flat=True)) == {
        "booking_made", "booking_approved", "booking_cancelled",
    }  # fmt: skip
    assert "Maintenance" in page(client, reverse("facility", args=[car.code]), week="2026-04-02")
    assert client.post(reverse("closure-remove", args=[Closure.objects.first().pk])).status_code == 302
    assert Closure.objects.count() == 1
    assert client.post(reverse("booking-quotas"), {"kind": "seat", "hours": 40}).status_code == 302
    assert HourQuota.objects.get().hours == 40 and ">40<" in page(client, reverse("booking-quotas"))
    state = reverse("facility-state", args=[car.code])
    assert client.post(state, {"version": 1, "state": "repair"}).status_code == 302
    assert "not in service" in page(client, reverse("facility", args=[car.code]))


def test_utilisation_counts_what_was_checked_in(client):
    person, car = make_member(), make_facility(code="car")
    make_facility(code="spare")
    for start in (NOW, LATER):
        booked(person, car, start)
    used = Booking.objects.order_by("starts_at").first()
    actions.check_in(by=actor(person), now=NOW, booking=used.pk, code=car.door_code)
    client.force_login(make_staff(Role.AUDITOR))
    assert "0.1%" in page(client, reverse("utilisation"), year=2026)
    table = page(client, reverse("utilisation-file", args=[2026])).splitlines()
    assert table[1].startswith("car,") and table[1].endswith(",2.00,2000,0.1") and table[2].endswith(",0.00,2000,0.0")
    assert page(client, reverse("utilisation-file", args=[2025])).splitlines()[1].endswith(",0.00,2000,0.0")


def test_a_private_calendar_is_made_shown_once_renewed_and_read_without_logging_in(client):
    person, car = make_member(language="en"), make_facility(name_en="Shuttle, red", place_en="Hall 2")
    row = booked(person, car)
    client.force_login(person)
    feed = reverse("calendar-feed")
    shown = client.post(feed, {"act": "renew"}).content.decode()
    url = re.search(r"/bookings/feed/[-\w]+\.ics", shown)[0]
    assert url not in page(client, feed)
    client.logout()
    answer = client.get(url)
    assert answer.headers["Content-Type"].startswith("text/calendar") and "no-store" in answer.headers["Cache-Control"]
    lines = answer.content.decode().split("\r\n")
    assert {f"DTSTART:{LATER:%Y%m%dT%H%M%SZ}", r"SUMMARY:Shuttle\, red", "LOCATION:Hall 2", "STATUS:CONFIRMED"} <= set(
        lines
    )
    actions.cancel(by=actor(person), now=NOW, booking=row.pk)
    assert "STATUS:CANCELLED" in client.get(url).content.decode()
    client.force_login(person)
    client.post(feed, {"act": "renew"})
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_with_one_booking_as_with_three(client, django_assert_num_queries, rows):
    person = make_member()
    for n in range(rows):
        row = booked(person, make_facility(), LATER + timedelta(hours=3 * n))
    client.force_login(person)
    wanted = {reverse("bookings"): 10, reverse("booking", args=[row.pk]): 9, reverse("bookings-calendar"): 10}
    for url, count in wanted.items():
        with django_assert_num_queries(count):
            assert client.get(f"{url}?day=2026-04-02").status_code == 200, url
    client.force_login(make_staff(Role.OPERATOR))
    for url, count in {reverse("staff-bookings"): 11, reverse("utilisation"): 7}.items():
        with django_assert_num_queries(count):
            assert client.get(f"{url}?day=2026-04-02").status_code == 200, url
    assert chores.release_missed(NOW) == 0
