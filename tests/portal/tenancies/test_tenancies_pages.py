"""The camp's pages and API with the camp of April: what each person finds, what a form does, and constant queries."""

from __future__ import annotations

import pytest
from django.urls import reverse
from factories import NOW
from portal.access_camp import DAY, space
from portal.tenancies.april import camp

from madang.portal.access import actions as access
from madang.portal.camp import actions as house
from madang.portal.camp.models import CampSpace, TenantBid
from madang.portal.tenancies import actions, living, upkeep
from madang.portal.tenancies.models import MonthReport, Resident, Tenancy, UpkeepRequest
from madang.portal.tenancies.rules import Hours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def entered(client, found, who):
    client.logout()
    if who:
        client.force_login(found.people[who])
    client.cookies["madang_language"] = "en"


def shown(client, name, **given) -> str:
    answer = client.get(reverse(name, kwargs=given))
    assert answer.status_code == 200, (name, answer.status_code)
    return answer.content.decode()


def test_what_each_person_finds(client):
    found = camp()
    tenancy = found.places["tenancy"]
    entered(client, found, None)
    plan = shown(client, "camp")
    assert 'href="#space-R1"' in plan and "let" in plan and found.a.name not in plan
    entered(client, found, "owner")
    assert found.a.name in shown(client, "camp")
    own = shown(client, "tenancy", **tenancy)
    assert "Title" in own and "Visitor" in own and "End the tenancy earlier" in own and "Ask for a repair" in own
    assert "Agreement, version 1" in shown(client, "tenancy-do", pk=found.places["tenancy-offered"]["pk"], verb="sign")
    entered(client, found, "manager")
    text = shown(client, "tenancy", **tenancy)
    assert "Decide about the extension" in text and "Ask for a repair" not in text
    assert "Visitor" in shown(client, "camp-access")
    entered(client, found, "auditor")
    assert "Has come" not in shown(client, "camp-access")
    entered(client, found, "stranger")
    for name in ("tenancy", "tenancy-do", "tenancy-part", "month-report", "upkeep", "upkeep-new", "tenant-bid"):
        for verb in (client.get, client.post):
            assert verb(reverse(name, kwargs=found.places[name])).status_code == 404, name


def test_nobody_does_with_a_tenancy_what_another_may(client):
    found = camp()
    running, offered = found.places["tenancy"]["pk"], found.places["tenancy-offered"]["pk"]
    may = {
        "sign": {"owner"}, "decline": {"owner"}, "drop": {"manager"}, "extend": {"owner"},
        "end": {"owner", "manager"}, "item": {"manager", "officer"}, "check-out": {"manager", "officer"},
        "let-in": {"owner", "manager", "officer"}, "announce": {"owner", "member"},
    }  # fmt: skip
    for who in found.people:
        entered(client, found, who)
        of = {verb: offered if verb in ("sign", "decline", "drop") else running for verb in may}
        pages = {verb: client.get(reverse("tenancy-do", args=[pk, verb])) for verb, pk in of.items()}
        opened = {verb for verb, page in pages.items() if page.status_code == 200}
        assert opened == {verb for verb, of in may.items() if who in of}, who
        assert client.get(f"/camp/tenancies/{running}/nothing/").status_code == 404


def test_forms_do_what_they_say(client):
    found = camp()
    running = found.places["tenancy"]["pk"]
    entered(client, found, "owner")

    def post(name, given, **place):
        return client.post(reverse(name, kwargs=place), given)

    offered = found.places["tenancy-offered"]["pk"]
    assert post("tenancy-do", {"text_version": 1}, pk=offered, verb="sign").status_code == 422
    assert post("tenancy-do", {"text_version": 1, "agreed": "on"}, pk=offered, verb="sign").status_code == 302
    hours = {"person": found.people["member"].pk, "opens": "09:00", "closes": "18:00", "weekdays": ["0", "4"]}
    assert post("tenancy-do", hours, pk=running, verb="let-in").status_code == 302
    assert Resident.objects.get(person=found.people["member"]).weekdays == 0b10001
    report = {"staff": 3, "revenue_won": 5, "investment_won": 0, "patents": 0, "version": 0}
    assert post("month-report", report, pk=running, month="2026-03").status_code == 302
    assert MonthReport.objects.get().revenue_won == 5
    assert post("upkeep-new", {"what": "Door", "words": "Stuck", "space": ""}, pk=running).status_code == 302
    entered(client, found, "officer")
    asked = UpkeepRequest.objects.latest("pk")
    assert post("upkeep", {"version": 1, "done": "1", "words": ""}, pk=asked.pk).status_code == 422
    assert post("upkeep", {"version": 1, "working": "1", "words": "Soon"}, pk=asked.pk).status_code == 302
    listed = post("camp-access-file", {"purpose": "List for the door"}, kind="csv")
    assert listed.status_code == 200 and found.people["owner"].name in listed.content.decode("utf-8-sig")
    entered(client, found, "manager")
    extension = Tenancy.objects.get(pk=running).extensions.get()
    part = {"pk": running, "verb": "decide", "part": extension.pk}
    assert post("tenancy-part", {"approve": "yes"}, **part).status_code == 302
    chosen = {"spaces": [CampSpace.objects.get(code="R3").pk], "starts_on": "2026-04-01", "reason": "Best plan"}
    assert post("tenant-bid-select", chosen, pk=TenantBid.objects.get().pk).status_code == 302
    assert TenantBid.objects.get().state == "selected"
    sheet = found.places["camp-spaces-look"]
    assert post("camp-spaces-look", {}, **sheet).status_code == 302 and CampSpace.objects.filter(code="new").exists()


def test_the_api_says_the_same(client):
    found = camp()
    secret = access.create_token(by=found.by("owner"), now=NOW, name="t", days=3)[1]
    headers = {"Authorization": f"Bearer {secret}"}
    running = found.places["tenancy"]["pk"]
    one = client.get(f"/api/v1/tenancies/{running}", headers=headers).json()
    assert (one["state"], one["spaces"], one["text_version"]) == ("running", ["R1"], 1)
    free = client.get("/api/v1/camp/spaces?day=2026-04-01").json()["items"]
    assert {row["code"]: row["free"] for row in free} == {"R0": True, "R1": False, "R2": False, "R3": True}
    secret = access.create_token(by=found.by("stranger"), now=NOW, name="t", days=3)[1]
    for path in (f"tenancies/{running}", f"tenancies/{running}/residents", f"tenancies/{running}/reports"):
        assert client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_with_one_and_with_three(client, django_assert_num_queries, rows):
    found = camp()
    manager, owner = found.by("manager"), found.by("owner")
    running = found.places["tenancy"]["pk"]
    for n in range(1, rows):
        made = house.add_space(by=manager, now=NOW, given=space(f"S{n}", 20 + 4 * n, people=9))
        given = {"organisation": found.a.pk, "spaces": [made.pk], "reason": "x"}
        last = (NOW + 9 * DAY).date()
        actions.offer(by=manager, now=NOW, **given, starts_on=NOW.date(), ends_on=last, ceiling_on=last)
        upkeep.ask(by=owner, now=NOW, tenancy=running, what="x", words="x")
        living.announce(by=owner, now=NOW, tenancy=running, name="x", on=NOW.date())
    if rows > 1:
        living.let_in(by=owner, now=NOW, tenancy=running, person=found.people["member"].pk, hours=Hours())
    entered(client, found, "manager")
    urls = [reverse(name) for name in ("camp", "tenancies", "camp-access", "upkeep-list", "camp-spaces")]
    urls += [reverse("tenancy", args=[running]), reverse("tenant-call", args=["closed"])]
    for url, count in zip(urls, (10, 9, 10, 8, 9, 15, 10), strict=True):
        with django_assert_num_queries(count):
            assert client.get(url).status_code == 200, url
