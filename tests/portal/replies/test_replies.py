"""Applicants read their reviews without names and answer them in time; nobody else does, nothing is decided before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from factories import NOW, actor, make_actor, make_assignment, make_member, make_person, make_staff
from rounds import make_round

from madang.errors import Refused, Stale
from madang.portal import home
from madang.portal.actors import Role
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.plans.problems import problem_now
from madang.portal.replies import actions, rules
from madang.portal.replies.models import Reply
from madang.portal.reviews.models import ReviewAssignment, Reviewer

pytestmark = pytest.mark.django_db
UNTIL = NOW + timedelta(days=5)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def found():
    return make_round([50, 40], funded=32)


def opened(found, **more):
    given = {"by": found.manager, "now": NOW, "intake": found.intake.pk, "until": UNTIL} | more
    return actions.open_period(**given)


def written(by, file, version=0, text="We did say so.", now=NOW):
    actions.write(by=by, now=now, application=file.pk, version=version, text=text)


@pytest.mark.parametrize(
    ("state", "waiting", "back", "days", "code"),
    [
        ("screening", 0, 2, 5, "replies_not_now"),
        ("in_review", 1, 2, 5, "replies_before_sheets"),
        ("in_review", 0, 0, 5, "replies_before_sheets"),
        ("in_review", 0, 2, 1, "replies_too_short"),
    ],
)
def test_the_time_for_answers_opens_when_all_sheets_are_in(state, waiting, back, days, code):
    rules.check_opening("in_review", 0, 2, NOW + timedelta(days=2), NOW)
    with pytest.raises(Refused, match=code):
        rules.check_opening(state, waiting, back, NOW + timedelta(days=days), NOW)


def test_an_answer_is_kept_until_the_deadline_exactly():
    assert rules.kept(" a\r\nb ", UNTIL, UNTIL - timedelta(microseconds=1)) == "a\nb"
    for text, now, code in (
        ("a", UNTIL, "replies_over"),
        (" ", NOW, "reply_empty"),
        ("a" * 4001, NOW, "reply_too_long"),
    ):
        with pytest.raises(Refused, match=code):
            rules.kept(text, UNTIL, now)


def test_owners_are_told_and_nothing_is_decided_before_the_deadline(found):
    opened(found)
    told = Message.objects.filter(code="replies_open")
    assert set(told.values_list("person", flat=True)) == {owner.pk for owner in found.owners}
    with pytest.raises(Refused, match="replies_open_already"):
        opened(found)
    with pytest.raises(Refused, match="replies_going_on"):
        problem_now(found.intake.pk, UNTIL - timedelta(seconds=1))
    assert problem_now(found.intake.pk, UNTIL).applications


def test_only_a_programme_manager_opens_it(found):
    for by in [*map(make_actor, sorted(set(Role) - {Role.PROGRAMME_MANAGER})), actor(found.owners[0])]:
        with pytest.raises(Refused, match="not_allowed_for_role"):
            opened(found, by=by)
    make_assignment(found.files[0])
    with pytest.raises(Refused, match="replies_before_sheets"):
        opened(found)


def test_members_answer_and_of_two_the_second_is_told(found):
    file, owner = found.files[0], actor(found.owners[0])
    with pytest.raises(Refused, match="not_found"):
        written(owner, file)
    opened(found)
    reviewer = Reviewer.objects.get()
    for by in (actor(found.owners[1]), actor(make_person()), actor(reviewer.person), found.manager):
        with pytest.raises(Refused, match="not_found"):
            written(by, file)
    written(owner, file)
    with pytest.raises(Stale):
        written(actor(make_member(file.organisation)), file)
    written(owner, file, version=1, text="Better so.")
    with pytest.raises(Stale):
        written(owner, file, version=1)
    with pytest.raises(Refused, match="replies_over"):
        written(owner, file, version=2, now=UNTIL)
    assert (Reply.objects.get().text, Reply.objects.get().version) == ("Better so.", 2)
    assert JournalEntry.objects.filter(action="replies.write").count() == 2


@pytest.mark.parametrize("language", ["ko", "en"])
def test_it_is_all_done_by_pages(client, found, language, monkeypatch):
    client.cookies["madang_language"] = language
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    assert (
        client.post(reverse("replies-open", args=[found.intake.pk]), {"until": "2026-04-01T12:00"}).status_code == 422
    )
    assert (
        client.post(reverse("replies-open", args=[found.intake.pk]), {"until": "2026-04-20T12:00"}).status_code == 302
    )
    file, url = found.files[0], reverse("application-reply", args=[found.files[0].pk])
    client.force_login(found.owners[0])
    assert url in client.get(reverse("application", args=[file.pk])).content.decode()
    assert url in [task.url for task in home._gather("tasks", actor(found.owners[0]), NOW)]
    page = client.get(url).content.decode()
    assert "Sound." in page and "Clear." in page
    assert Reviewer.objects.get().person.name not in page
    assert client.post(url, {"version": 0, "text": " "}).status_code == 422
    assert client.post(url, {"version": 0, "text": "청년 고용은 3쪽에 있습니다."}).status_code == 302
    for who in (found.owners[1], make_person(), Reviewer.objects.get().person, make_staff(*Role)):
        client.force_login(who)
        assert client.get(url).status_code == 404
    client.force_login(make_staff(Role.AUDITOR))
    assert "3쪽" in client.get(reverse("application-reviews", args=[file.pk])).content.decode()
    monkeypatch.setattr("django.utils.timezone.now", lambda: UNTIL + timedelta(days=90))
    client.force_login(found.owners[0])
    after = client.get(url).content.decode()
    assert "3쪽" in after and "<textarea" not in after
    assert ReviewAssignment.objects.filter(state="submitted").count() == 2
