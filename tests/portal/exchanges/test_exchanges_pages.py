"""The officer's page of applicants who review each other, from the arrangement to a rejection and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from factories import NOW, make_staff
from peers import DUE, GRACE, given_out, hand_in, make_peers

from madang.portal import home
from madang.portal.actors import Role
from madang.portal.applications.models import Application
from madang.portal.exchanges import chores
from madang.portal.people.queries import actor_of
from madang.portal.reviews.models import ReviewAssignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """The instant at which requests arrive; a test may move it."""
    instant = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: instant[0])
    return instant


@pytest.mark.parametrize("language", ["ko", "en"])
def test_it_is_all_done_by_pages(client, clock, language):
    found = make_peers(4, each=1)
    manager = make_staff(Role.PROGRAMME_MANAGER)
    url = reverse("intake-exchange", args=[found.intake.pk, found.track.code])
    assert url in [task.url for task in home._gather("staff_tasks", actor_of(manager.pk, address="", via="page"), NOW)]
    client.cookies["madang_language"] = language
    client.force_login(manager)
    assert url in client.get(reverse("intake-reviews", args=[found.intake.pk])).content.decode()
    assert client.post(url, {"what": "arrange"}).status_code == 302
    page = client.get(url)
    basis = page.context["form"].initial["basis"]
    assert all(person.name in page.content.decode() for person in found.people)
    assert client.post(url, {"what": "confirm", "basis": basis, "due_at": "2026-03-01T12:00"}).status_code == 422
    assert client.post(url, {"what": "confirm", "basis": basis, "due_at": "2026-04-21T12:00"}).status_code == 302
    assert ReviewAssignment.objects.count() == 4
    # the applicants find it on their own pages
    client.force_login(found.people[0])
    assert reverse("reviews") in client.get(reverse("application", args=[found.files[0].pk])).content.decode()
    assert len(client.get(reverse("reviews")).context["waiting"]) == 1
    for person in found.people[1:]:
        hand_in(person)
    for days in (7, 2):
        chores.remind_reviewers(DUE - timedelta(days=days))
    clock[0] = DUE + GRACE
    client.force_login(manager)
    lost = reverse("exchange-forfeit", args=[found.files[0].pk])
    assert lost in client.get(url).content.decode()
    assert client.post(lost).status_code == 302
    client.force_login(found.people[0])
    told = client.get(reverse("application", args=[found.files[0].pk])).content.decode()
    assert ("평가가 모두 제출되지 않아" if language == "ko" else "did not hand in all reviews") in told
    client.force_login(manager)
    assert client.post(reverse("exchange-reinstate", args=[found.files[0].pk])).status_code == 302
    assert Application.objects.get(pk=found.files[0].pk).state == "eligible"


@pytest.mark.parametrize("count", [4, 8])
def test_the_page_takes_a_fixed_number_of_queries(client, clock, django_assert_num_queries, count):
    found = make_peers(count)
    given_out(found)
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    url = reverse("intake-exchange", args=[found.intake.pk, found.track.code])
    client.get(url)
    with django_assert_num_queries(29):
        assert client.get(url).status_code == 200
