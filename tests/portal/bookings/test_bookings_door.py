"""The label at a facility: what its QR code holds, and where it leads whom."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from factories import NOW, actor, make_facility, make_member, make_staff

from madang.portal.actors import Role
from madang.portal.bookings import actions, door_pages, showing
from madang.values import Period

pytestmark = pytest.mark.django_db


def test_a_scan_leads_to_checking_in_and_afterwards_to_the_booking(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    person, car = make_member(), make_facility()
    by, soon = actor(person), NOW + timedelta(minutes=30)
    wish = {"organisation": next(iter(by.memberships)), "facilities": [car.pk], "purpose": "x"}
    row = actions.book(by=by, now=NOW, period=Period(soon, soon + timedelta(hours=1)), **wish)
    address = urlsplit(showing.door_address(car))
    scanned = f"{address.path}?{address.query}"
    client.force_login(person)
    early = client.get(scanned, headers={"accept-language": "en"})
    assert early.status_code == 200 and "nothing to check in to" in early.content.decode()
    assert reverse("booking", args=[row.pk]) in early.content.decode()
    monkeypatch.setattr("django.utils.timezone.now", lambda: soon)
    asked = client.get(scanned).headers["Location"]
    assert f'value="{car.door_code}"' in client.get(asked).content.decode()
    client.post(asked, {"code": car.door_code})
    assert client.get(scanned).headers["Location"] == reverse("booking", args=[row.pk])
    client.force_login(make_member())
    assert client.get(scanned).status_code == 200


def test_the_drawing_holds_under_the_strict_policy(client):
    car = make_facility()
    client.force_login(make_staff(Role.OPERATOR))
    answer = client.get(reverse("facility-door-drawing", args=[car.code]))
    assert answer["Content-Type"] == "image/svg+xml" and "'none'" in answer["Content-Security-Policy"]
    drawing = ElementTree.fromstring(answer.content)
    found = {name for one in drawing.iter() for name in one.attrib} | {
        one.tag.rpartition("}")[2] for one in drawing.iter()
    }
    assert not found & {"style", "script", "onload", "href"}
    assert drawing[0][0].attrib["fill"] == "#fff"
    assert door_pages.drawn("https://a.example/1") != door_pages.drawn("https://a.example/2")
