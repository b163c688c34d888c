"""The pages and the API of outcome reports, from the first outcome to the verdict, at a constant number of queries."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from factories import NOW, actor, make_call, make_member, make_organisation, make_staff
from portal.access_outcomes import make_ended

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.calls.models import Call
from madang.portal.eligibility.texts import line
from madang.portal.journal.models import Reading
from madang.portal.outcomes.models import OutcomeItem, OutcomeReport

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def logged_in(person, language="en"):
    client = Client()
    client.force_login(person)
    client.cookies["madang_language"] = language
    return client


def test_a_report_goes_from_the_first_outcome_to_a_mended_version():
    organisation = make_organisation()
    owner, officer = make_member(organisation), make_staff(Role.SCREENING_OFFICER)
    duty = make_ended(organisation, owner).outcome_duties.get()
    theirs, ours, url = logged_in(owner), logged_in(officer), f"/reports/{duty.pk}/"
    assert "overdue" in theirs.get("/reports/").content.decode()
    given = {"kind": "paper_sci", "amount": 1, "what": "=A paper", "doi": "nonsense"}
    refused = theirs.post(f"{url}outcomes/new/", given)
    assert refused.status_code == 422 and "10.1234/abc.5" in refused.content.decode()
    assert theirs.post(f"{url}outcomes/new/", given | {"doi": "10.1234/abc.5"}).status_code == 302
    file = SimpleUploadedFile("sales.pdf", b"%PDF-1.7 sales")
    money = {"kind": "revenue", "amount": 5_000_000, "what": "Sales", "file": file}
    assert theirs.post(f"{url}outcomes/new/", money).status_code == 302
    assert theirs.post(f"{url}hand-in/", {}).status_code == 302
    page = ours.get(url).content.decode()
    assert "https://doi.org/10.1234/abc.5" in page and "5,000,000" in page and "sales.pdf" in page
    assert Reading.objects.filter(subject_kind="outcome_report", organisation=organisation.pk).count() == 1
    assert ours.post(url, {"version": 1, "mend": "1", "reason": ""}).status_code == 422
    assert ours.post(url, {"version": 1, "mend": "1", "reason": "Which sales?"}).status_code == 302
    again = theirs.get(url).content.decode()
    assert "Which sales?" in again and f"{url}outcomes/new/" in again
    assert theirs.post(f"{url}hand-in/", {}).status_code == 302
    assert ours.post(url, {"version": 2, "accept": "1"}).status_code == 302
    states = OutcomeReport.objects.order_by("version").values_list("state", flat=True)
    assert list(states) == ["mend", "accepted"]
    sheet = ours.get("/staff/reports/files/csv/").content.decode()
    assert "'=A paper" in sheet and sheet.count("sales.pdf") == 1
    assert "배정" in logged_in(owner, "ko").get(url).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_ask_the_database_the_same_however_long_they_are(count, django_assert_num_queries):
    organisation = make_organisation()
    owner = make_member(organisation)
    duties = [make_ended(organisation, owner).outcome_duties.get() for _ in range(count)]
    report = duties[0].versions.get()
    for n in range(count):
        OutcomeItem.objects.create(report=report, kind="paper_sci", amount=1, what="x", doi=f"10.1234/{n}")
    client = logged_in(owner)
    with django_assert_num_queries(8):
        client.get("/reports/")
    with django_assert_num_queries(9):
        client.get(f"/reports/{duties[0].pk}/")


def test_a_manager_sets_the_schedule_that_the_public_reads():
    call = make_call()
    client = logged_in(make_staff(Role.PROGRAMME_MANAGER))
    url = f"/staff/calls/{call.code}/reports/"
    assert client.post(url, {"months": "6, 99"}).status_code == 422
    assert client.post(url, {"months": "12, 6"}).status_code == 302
    assert Call.objects.get().report_months == [6, 12]
    assert "6, 12" in Client().get(f"/calls/{call.code}/").content.decode()


def test_eligibility_says_where_an_overdue_report_is_handed_in():
    failed = line("no_overdue_report", "deadline", False, NOW.date(), {"overdue": 1}, {})
    assert failed.where == "/reports/"
    assert line("no_overdue_report", "deadline", True, NOW.date(), {"overdue": 0}, {}).where == ""


def test_the_api_does_the_same():
    organisation = make_organisation()
    owner, manager = make_member(organisation), make_staff(Role.PROGRAMME_MANAGER)
    duty = make_ended(organisation, owner).outcome_duties.get()
    heads = {
        person: {"Authorization": f"Bearer {access.create_token(by=actor(person), now=NOW, name='t', days=9)[1]}"}
        for person in (owner, manager)
    }
    client, url, json = Client(), f"/api/v1/outcome-reports/{duty.pk}", "application/json"
    entry = {"kind": "paper_sci", "what": "A paper", "doi": "10.1234/abc.5"}
    assert client.post(f"{url}/outcomes", entry, headers=heads[owner]).status_code == 201
    assert client.post(f"{url}/outcomes", entry, headers=heads[owner]).json()["title"] == "outcome_doi_twice"
    lacking = client.post(f"{url}/outcomes", {"kind": "revenue", "what": "Sales"}, headers=heads[owner])
    assert (lacking.status_code, lacking.json()["title"]) == (422, "outcome_amount_wrong")
    sent = client.post(f"{url}/hand-in", {}, content_type=json, headers=heads[owner]).json()
    assert (sent["state"], sent["received_on"], sent["award"]) == ("handed_in", "2026-04-01", duty.award.number)
    verdict = {"version": 1, "accept": True}
    done = client.post(f"{url}/check", verdict, content_type=json, headers=heads[manager]).json()
    assert done["state"] == "accepted" and done["versions"][0]["items"][0]["count"] == 1
    assert client.post(f"{url}/corrections", headers=heads[owner]).json()["versions"][0]["version"] == 2
