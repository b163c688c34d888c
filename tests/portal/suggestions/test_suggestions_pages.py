"""The operator's pages of a suggestion and of who is kept apart, and the reviewer's bids: in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_assignment,
    make_intake,
    make_member,
    make_organisation,
    make_reviewer,
    make_staff,
    make_submitted,
    make_suggestion,
    make_track,
)

from madang.portal.actors import Role
from madang.portal.reviews.models import Affiliation, ReviewAssignment, ReviewersApart
from madang.portal.suggestions import actions, chores
from madang.portal.suggestions.models import AssignmentSuggestion, Bid

pytestmark = pytest.mark.django_db
DUE = {"due_at": "2026-04-20T18:00"}


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def intake():
    return make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))


def files(intake, count, wanted=1):
    track, organisation = make_track(intake.call, reviews_wanted=wanted), make_organisation()
    owner = make_member(organisation)
    given = {"state": "eligible", "organisation": organisation, "created_by": owner}
    return [make_submitted(track, intake, title=f"Project {n}", **given) for n in range(count)]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_whole_intake_is_assigned_after_a_look(client, intake, language):
    files(intake, 3, wanted=2)
    for _ in range(3):
        make_reviewer()
    client.cookies["madang_language"] = language
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    url = reverse("review-suggestion", args=[intake.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"what": "ask", "moves": "no"}).status_code == 302
    assert client.get(url).context["waiting"]
    make_suggestion(intake)
    page = client.get(url)
    suggestion = {"suggestion": page.context["row"].pk}
    assert not ReviewAssignment.objects.exists()
    assert client.post(url, DUE | suggestion | {"what": "ticked"}).status_code == 422
    assert client.post(url, DUE | suggestion | {"what": "whole", "suggestion": 0}).status_code == 422
    assert not ReviewAssignment.objects.exists()
    assert client.post(url, DUE | suggestion | {"what": "whole"}).status_code == 302
    assert ReviewAssignment.objects.count() == 6
    assert ReviewAssignment.objects.first().due_at.isoformat() == "2026-04-20T09:00:00+00:00"
    again = client.post(url, DUE | suggestion | {"what": "whole"})
    assert (again.status_code, ReviewAssignment.objects.count()) == (422, 6)
    confirmed = "확정하였습니다" if language == "ko" else "confirmed the last one"
    assert confirmed in client.get(url).content.decode()


def test_pair_by_pair_with_the_rest_worked_out_anew(client, intake):
    (one, two) = files(intake, 2)
    first, _second = make_reviewer(), make_reviewer()
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    url, row = reverse("review-suggestion", args=[intake.pk]), make_suggestion(intake)
    chosen = {int(name): int(people[0]) for name, people in row.content["chosen"].items()}
    ticked = {"suggestion": row.pk, "what": "ticked", "pair": [f"{one.pk}-{chosen[one.pk]}"]}
    assert client.post(url, DUE | ticked | {"pair": ["x", "1-"]}).status_code == 422
    assert client.post(url, DUE | ticked).status_code == 302
    assert list(ReviewAssignment.objects.values_list("application", "reviewer")) == [(one.pk, chosen[one.pk])]
    assert AssignmentSuggestion.objects.get(state="waiting").number == 2
    assert (two.pk, first.pk) not in ReviewAssignment.objects.values_list("application", "reviewer")


def test_shortage_and_staleness_are_said(client, intake):
    (file,) = files(intake, 1, wanted=2)
    make_reviewer()
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    url, row = reverse("review-suggestion", args=[intake.pk]), make_suggestion(intake)
    ((gap, _why),) = client.get(url).context["gaps"]
    assert (gap.file.pk, gap.missing) == (file.pk, 1)
    make_assignment(file)
    page = client.get(url)
    assert page.context["found"].stale
    assert 'value="whole"' not in page.content.decode()
    assert client.post(url, DUE | {"suggestion": row.pk, "what": "whole"}).status_code == 422


def test_a_worker_finds_it_or_says_why_not(intake, monkeypatch):
    files(intake, 1)
    make_reviewer()
    by = actor(make_staff(Role.PROGRAMME_MANAGER))
    row = actions.ask(by=by, now=NOW, intake=intake.pk)
    for _ in range(600):
        if chores.find_suggestions(NOW):
            break
        chores.SUGGESTIONS.running[row.pk].child.process.wait(30)
    row.refresh_from_db()
    assert (row.state, len(row.content["chosen"])) == ("found", 1)
    monkeypatch.setattr("madang.portal.suggestions.chores.SUGGESTIONS.module", "madang.portal.no_such_module")
    row = actions.ask(by=by, now=NOW, intake=intake.pk)
    chores.find_suggestions(NOW)
    chores.SUGGESTIONS.running[row.pk].child.process.wait(30)
    chores.find_suggestions(NOW)
    row.refresh_from_db()
    assert (row.state, row.failure["code"]) == ("failed", "child_died")


@pytest.mark.parametrize("name", ["review-suggestion", "review-bids", "reviewers-apart"])
def test_pages_cost_the_same_however_long(client, intake, name):
    manager = make_staff(Role.PROGRAMME_MANAGER)
    own = make_reviewer()
    actions.open_bids(by=actor(manager), now=NOW, intake=intake.pk, until=NOW + timedelta(days=5))
    client.force_login(own.person if name == "review-bids" else manager)
    url = reverse(name, args=[] if name == "reviewers-apart" else [intake.pk])
    counts = []
    for count in (1, 3):
        files(intake, count)
        for _ in range(count):
            one, other = make_reviewer(), make_reviewer()
            given = {"noted_by": manager, "noted_at": NOW, "reason": "x"}
            ReviewersApart.objects.create(one=one, other=other, **given)
        make_suggestion(intake)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 30


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_reviewer_bids_a_page_at_a_time_and_never_sees_what_is_barred(client, intake, language):
    rows, own = files(intake, 2), make_reviewer()
    barred = make_submitted(rows[0].track, intake, state="eligible", title="Barred project")
    Affiliation.objects.create(reviewer=own, organisation=barred.organisation, since=NOW.date() - timedelta(days=900))
    url = reverse("review-bids", args=[intake.pk])
    client.cookies["madang_language"] = language
    client.force_login(own.person)
    assert client.get(url).status_code == 404
    by = actor(make_staff(Role.PROGRAMME_MANAGER))
    actions.open_bids(by=by, now=NOW, intake=intake.pk, until=NOW + timedelta(days=5))
    page = client.get(url).content.decode()
    assert "Project 0" in page and "Project 1" in page
    assert "Barred project" not in page and barred.number not in page
    assert rows[0].organisation.name not in page
    assert client.post(url, {f"file_{rows[0].pk}": "very"}).status_code == 422
    assert client.post(url, {f"file_{rows[0].pk}": "eager", f"file_{barred.pk}": "eager"}).status_code == 302
    assert list(Bid.objects.values_list("application", "wish")) == [(rows[0].pk, "eager")]


def test_who_is_kept_apart_is_entered_and_ended(client):
    one, other = make_reviewer(), make_reviewer()
    url = reverse("reviewers-apart")
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    assert client.post(url, {"one": one.pk, "other": one.pk, "reason": "x"}).status_code == 422
    assert client.post(url, {"one": one.pk, "other": other.pk, "reason": "one supervised the other"}).status_code == 302
    row = ReviewersApart.objects.get()
    assert row.reason in client.get(url).content.decode()
    client.force_login(make_staff(Role.AUDITOR))
    assert '<form method="post"' not in client.get(url).content.decode().partition("<main")[2]
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    assert client.post(url, {"end": row.pk}).status_code == 302
    assert row.reason not in client.get(url).content.decode()
    assert client.post(url, {"end": row.pk}).status_code == 409
