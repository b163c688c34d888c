"""The catalogue as pages and as a sheet: who sees what, forms, a sheet looked at, stored once, and read back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_facility,
    make_member,
    make_person,
    make_pool,
    make_product,
    make_staff,
)

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.bookings import actions as bookings
from madang.portal.facilities import actions, queries
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import Accessory, Particulars, SlotGrain, Terms
from madang.portal.fees import queries as fees
from madang.portal.journal.models import JournalEntry
from madang.values import Period

pytestmark = pytest.mark.django_db
CAR = Particulars("car-1", "차", "Car", accessories=(Accessory("케이블", "Cable", 2),))


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def keeper():
    return make_actor(Role.OPERATOR)


def page(client, url, language="en", status=200) -> str:
    answer = client.get(url, headers={"accept-language": language})
    assert answer.status_code == status
    return answer.content.decode()


def test_a_facility_is_added_and_changed_by_those_who_keep_the_catalogue_alone():
    by = keeper()
    for other in (make_actor(Role.AUDITOR), make_actor(Role.APPROVER), actor(make_member())):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            actions.add(by=other, now=NOW, given=CAR)
    row = actions.add(by=by, now=NOW, given=CAR)
    with pytest.raises(Refused, match="facility_code_known"):
        actions.add(by=by, now=NOW, given=CAR)
    with pytest.raises(Refused, match="responsible_unknown"):
        actions.change(by=by, now=NOW, facility=row.pk, version=1, given=replace(CAR, responsible="no@test.example"))
    person = make_person()
    changed = replace(CAR, name_en="Bus", responsible=person.email, accessories=())
    actions.change(by=by, now=NOW, facility=row.pk, version=1, given=changed)
    assert queries.known(["car-1"]) == {"car-1": changed}
    with pytest.raises(Stale):
        actions.change(by=by, now=NOW, facility=row.pk, version=1, given=CAR)
    assert person.email not in str(list(JournalEntry.objects.values("facts")))


def test_what_was_booked_keeps_its_grain():
    by, member = keeper(), actor(make_member())
    row = make_facility()
    period = Period(NOW, NOW.replace(hour=4))
    bookings.book(by=member, now=NOW, organisation=next(iter(member.memberships)), facilities=[row.pk], period=period,
                  purpose="x")  # fmt: skip
    given = queries.known([row.code])[row.code]
    with pytest.raises(Refused, match="facility_fixed"):
        actions.change(by=by, now=NOW, facility=row.pk, version=1,
                       given=replace(given, terms=replace(given.terms, grain=SlotGrain.DAY)))  # fmt: skip


def test_the_public_searches_what_is_not_retired(client):
    make_facility(code="lidar", name_en="Lidar rig", maker="Velo", kind="equipment", field="mobility")
    make_facility(code="dome", name_en="Driving simulator", kind="simulator")
    make_facility(code="old", name_en="Old lidar", state="retired")
    every = page(client, reverse("facilities"))
    assert "Lidar rig" in every and "Driving simulator" in every and "Old lidar" not in every
    found = page(client, f"{reverse('facilities')}?q=velo+rig&kind=equipment")
    assert "Lidar rig" in found and "Driving simulator" not in found
    assert "Nothing in the catalogue fits" in page(client, f"{reverse('facilities')}?q=nothing")
    page(client, reverse("facility", args=["old"]), status=404)
    client.force_login(make_staff(Role.AUDITOR))
    assert "Old lidar" in page(client, f"{reverse('staff-facilities')}?state=retired")


def test_who_is_responsible_is_not_shown_to_the_public_and_the_code_at_the_door_to_staff_alone(client):
    row = make_facility(responsible=make_person(name="Kim Gildong"), door_code="SECRET23")
    url = reverse("facility", args=[row.code])
    seen = page(client, url)
    assert "Kim Gildong" not in seen and "SECRET23" not in seen
    client.force_login(make_member())
    seen = page(client, url)
    assert "Kim Gildong" in seen and "SECRET23" not in seen
    client.force_login(make_staff(Role.OPERATOR))
    assert "SECRET23" in page(client, url)
    client.post(reverse("facility-door-code", args=[row.code]))
    assert "SECRET23" not in page(client, url)


def test_a_facility_through_its_form(client):
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    given = {
        "code": "car-1", "name_ko": "차", "name_en": "Car", "kind": "equipment", "field": "mobility", "safety": "open",
        "grain": "quarter", "opens": "09:00", "closes": "24:00", "weekdays": ["0", "5"], "before": 1, "after": 0,
        "notice_hours": 2, "ahead_days": 30, "longest": 8, "grace_minutes": 20, "accessories": "케이블 | Cable | 2",
    }  # fmt: skip
    assert client.post(reverse("facility-new"), given | {"closes": "9"}).status_code == 422
    assert client.post(reverse("facility-new"), given).status_code == 302
    (one,) = queries.known(["car-1"]).values()
    assert one.terms == Terms(opens=540, closes=1440, weekdays=0b100001, before=1, notice_hours=2, ahead_days=30,
                              longest=8, grace_minutes=20)  # fmt: skip
    url = reverse("facility-edit", args=["car-1"])
    assert "케이블 | Cable | 2" in page(client, url)
    assert client.post(url, given | {"name_en": "Bus", "version": 1}).status_code == 302
    assert client.post(url, given | {"name_en": "Tram", "version": 1}).status_code == 422
    assert Facility.objects.get().name_en == "Bus"


def looked_at(client, content: bytes, name="f.csv"):
    answer = client.post(reverse("facilities-bring-in"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_a_sheet_is_looked_at_stored_whole_or_not_at_all_and_twice_changes_nothing(client):
    client.force_login(make_staff(Role.OPERATOR))
    heading = "코드,국문 이름,영문 이름,구분\n"
    bad = looked_at(client, (heading + "a,가,A,공간\nb,나,B,집\n").encode())
    seen = page(client, bad)
    assert "house" not in seen and "집" in seen and "Store these facilities" not in seen
    assert client.post(bad).status_code == 422 and not Facility.objects.exists()
    good = looked_at(client, (heading + "a,가,A,공간\nb,나,B,좌석\n").encode("cp949"))
    assert "Store these facilities" in page(client, good) and not Facility.objects.exists()
    assert client.post(good).status_code == 302
    assert dict(Facility.objects.values_list("code", "kind")) == {"a": "room", "b": "seat"}
    client.post(good)
    entry = JournalEntry.objects.filter(action="facilities.bring_in").order_by("-pk").first()
    assert (entry.facts["added"], entry.facts["changed"]) == (0, 0)
    assert set(Facility.objects.values_list("version", flat=True)) == {1}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_catalogues_own_file_can_be_brought_in_again(client, language, kind):
    by = keeper()
    person = make_person()
    rich = replace(CAR, responsible=person.email, maker="=1+1", terms=Terms(grain=SlotGrain.DAY, needs_approval=True))
    actions.add(by=by, now=NOW, given=replace(rich, maker="Hyundai"))
    client.force_login(make_staff(Role.OPERATOR))
    client.cookies["madang_language"] = language
    answer = client.get(reverse("facilities-file", args=[kind]))
    location = looked_at(client, answer.content, f"f.{kind}")
    assert client.post(location).status_code == 302
    assert queries.known(["car-1"])["car-1"] == replace(rich, maker="Hyundai")
    assert Facility.objects.get().version == 1


def test_a_sheet_sets_fees_of_products_that_fit_the_grain_and_leaves_them_without_the_column(client):
    client.force_login(make_staff(Role.OPERATOR))
    pool = make_pool(unit="item", grain="hour")
    for grain in ("hour", "day"):
        make_product(pool, grain=grain, units=1, code=f"by-{grain}")
    heading = "code,name_ko,name_en,kind"
    bad = looked_at(client, f"{heading},product\na,가,A,room,by-day\nb,나,B,room,none\nc,다,C,room,\n".encode())
    assert page(client, bad).count("sold as this one is booked") == 2 and client.post(bad).status_code == 422
    good = looked_at(client, f"{heading},product\na,가,A,room,by-hour\nb,나,B,room,\n".encode())
    assert "by-hour" in page(client, good) and client.post(good).status_code == 302
    assert fees.charged_by_code(["a", "b"]) == {"a": "by-hour"}
    client.post(looked_at(client, f"{heading}\na,가,Ann,room\n".encode()))
    assert fees.charged_by_code(["a"]) == {"a": "by-hour"}
    # the catalogue's own file sets nothing anew
    answer = client.get(reverse("facilities-file", args=["xlsx"]))
    seen = page(client, looked_at(client, answer.content, "f.xlsx"))
    assert "2 of them are in the catalogue just so" in seen
    free = looked_at(client, f"{heading},product\na,가,Ann,room,\n".encode())
    assert "Changed" in page(client, free) and client.post(free).status_code == 302
    assert not fees.charged_by_code(["a"])
    assert JournalEntry.objects.filter(action="fees.set_fee").count() == 2


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_with_one_facility_as_with_three(client, django_assert_num_queries, rows):
    for _ in range(rows):
        row = actions.add(by=make_actor(Role.OPERATOR), now=NOW, given=replace(CAR, code=f"c-{rows}-{_}"))
    for url, count in {reverse("facilities"): 3, reverse("bookings-calendar"): 5, "/api/v1/facilities": 3}.items():
        with django_assert_num_queries(count):
            assert client.get(url).status_code == 200, url
    with django_assert_num_queries(9):
        client.get(reverse("facility", args=[row.code]))
