"""The overview of a round follows what happens in it, and nobody but staff and auditors sees it."""

import pytest
from django.urls import reverse
from factories import NOW, make_call, make_intake, make_member, make_reviewer, make_staff
from rounds import adopt, make_round, propose, publish

from madang.portal.actors import READING_ROLES, Actor, Role
from madang.portal.rounds import queries
from madang.portal.rounds.rules import Act, next_act

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def url(intake):
    return reverse("intake-round", args=[intake.pk])


def standing(found):
    by = Actor(roles=READING_ROLES)
    return queries.standings(by, queries.intakes(by).filter(pk=found.intake.pk), NOW)[found.intake.pk]


def test_a_round_is_followed_from_review_to_answers():
    found = make_round([60, 50, 40], funded=16)
    now = standing(found)
    assert (now.handed_in, now.to_screen, now.eligible, now.sheets_back) == (3, 0, 3, 3)
    plan = propose(found)
    assert standing(found).checked == 1
    adopt(found, plan)
    now = standing(found)
    assert (now.adopted, next_act(now)) == (1, Act.PUBLISH)
    publish(found)
    now = standing(found)
    assert (now.published, now.held_back, now.offered, next_act(now)) == (3, 0, 1, Act.WAIT_FOR_ANSWERS)


def test_rounds_do_not_mix():
    first, second = make_round([60]), make_round([60, 50])
    assert (standing(first).handed_in, standing(second).handed_in) == (1, 2)


@pytest.mark.parametrize("role", list(Role))
def test_staff_and_auditors_see_it(client, role):
    client.force_login(make_staff(role))
    assert client.get(url(make_intake())).status_code == 200


def test_for_others_it_does_not_exist(client):
    intake = make_intake()
    assert client.get(url(intake)).status_code == 302
    for person in (make_member(), make_reviewer().person):
        client.force_login(person)
        assert client.get(url(intake)).status_code == 404
    assert not queries.standings(Actor(person=1), [intake], NOW)


def test_a_draft_has_no_round(client):
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    assert client.get(url(make_intake(make_call(state="draft", published_at=None)))).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_a_constant_number_of_queries(client, django_assert_num_queries, rows):
    found = make_round([60 - n for n in range(rows)])
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    with django_assert_num_queries(14):
        page = client.get(url(found.intake))
    assert page.context["next"].mine
