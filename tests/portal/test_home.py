"""What a person finds on their own page and in the navigation, by what they are."""

import pytest
from django.urls import reverse
from factories import NOW, make_award, make_intake, make_job, make_member, make_person, make_reviewer, make_staff
from rounds import adopt, make_round, propose, publish

from madang.portal.actors import Role
from madang.portal.decisions.queries import CriterionScore

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def home(client, person):
    client.force_login(person)
    return client.get(reverse("home"))


def panels(page):
    return {panel["template"]: panel for panel in page.context["panels"]}


def urls(page):
    return {url for _, url in page.context["places"]}


def test_a_member_finds_the_awards_and_jobs_of_their_own_organisations(client):
    award, other = make_award(), make_award()
    waiting, ended = make_job(award), make_job(award, state="cancelled", ended_at=NOW, settled_at=NOW)
    make_job(other)
    found = panels(home(client, make_member(award.organisation)))
    assert [row.pk for row, _ in found["awards/panel.html"]["awards"]] == [award.pk]
    assert [job.pk for job in found["jobs/panel.html"]["jobs"]] == [waiting.pk, ended.pk]


@pytest.mark.parametrize(
    ("state", "columns"), [("held", {"in_force_at": None, "accept_by": None}), ("declined", {"in_force_at": None})]
)
def test_an_award_that_is_not_published_or_over_is_not_shown(client, state, columns):
    award = make_award(state=state, **columns)
    assert panels(home(client, make_member(award.organisation))) == {}


def test_who_has_no_organisation_finds_no_panels_and_no_pages_of_applicants(client):
    make_award()
    for person in (make_person(), make_reviewer().person, make_staff(Role.OPERATOR)):
        page = home(client, person)
        assert panels(page) == {}
        assert reverse("applications") not in urls(page)


def test_everyone_is_led_to_their_own_work(client):
    assert {reverse("reviews"), reverse("review-interests")} <= urls(home(client, make_reviewer().person))
    assert reverse("staff") in urls(home(client, make_staff(Role.AUDITOR)))
    assert reverse("staff") not in urls(home(client, make_member()))


def test_an_auditor_reaches_the_work_of_the_centre_from_the_navigation(client):
    page = home(client, make_staff(Role.AUDITOR))
    assert {reverse("staff"), reverse("journal")} <= {item["url"] for item in page.context["navigation"]}
    page = client.get(reverse("staff"))
    shown = {url for _, places in page.context["groups"] for _, url in places}
    assert {reverse("journal"), reverse("journal-readings"), reverse("outbox"), reverse("awards")} <= shown


def test_the_centres_page_shows_the_rounds_that_are_going_on(client):
    going, over = make_intake(), make_intake(state="closed", decided_at=NOW)
    client.force_login(make_staff(Role.SCREENING_OFFICER))
    page = client.get(reverse("staff"))
    assert [one.intake.pk for one in page.context["rounds"]] == [going.pk] != [over.pk]
    assert reverse("people") not in {url for _, places in page.context["groups"] for _, url in places}


def test_an_application_leads_to_its_decision_once_that_is_published(client):
    found = make_round([60, 50], funded=16)
    adopt(found, propose(found))
    link = reverse("award-decision", args=[found.files[1].pk])
    client.force_login(found.owners[1])
    pages = [reverse("applications"), reverse("application", args=[found.files[1].pk])]
    assert not [url for url in pages if link in client.get(url).content.decode()]
    publish(found)
    assert [url for url in pages if link in client.get(url).content.decode()] == pages


def test_a_decision_says_how_far_its_score_was_from_the_minimum_and_from_the_selected(client):
    found = make_round([60, 40], funded=16, minimum=70_000)
    adopt(found, propose(found))
    publish(found)
    client.force_login(found.owners[1])
    page = client.get(reverse("award-decision", args=[found.files[1].pk]))
    lines = page.context["criteria"]
    assert page.context["total_reached"] is False
    assert page.context["lowest_selected"] > page.context["decision"].score_milli
    assert page.context["most"] == sum(line.points for line in lines) > 0


@pytest.mark.parametrize(("milli", "reached"), [(11_999, False), (12_000, True)])
def test_a_criterions_minimum_is_reached_to_the_thousandth(milli, reached):
    assert CriterionScore("기준", "Criterion", milli, 30, 12).reached is reached
