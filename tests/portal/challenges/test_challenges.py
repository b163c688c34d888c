"""Challenges: whoever is named is kept out from the first moment, sees nothing, and is decided upon in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_intake,
    make_member,
    make_person,
    make_reviewer,
    make_staff,
    make_submitted,
    make_suggestion,
    make_track,
)

from madang.errors import Refused, Stale
from madang.portal import home
from madang.portal.actors import MemberRole, Role
from madang.portal.challenges import actions, queries, rules
from madang.portal.committees.models import Committee
from madang.portal.experts.models import ExpertProfile
from madang.portal.findings.queries import findings
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import desk
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.suggestions.rules import key

pytestmark = pytest.mark.django_db
SESSION = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def sheet():
    intake = make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    file = make_submitted(make_track(intake.call), intake, state="eligible")
    return make_assignment(file, make_reviewer(person=make_person(name="김하늘")))


def filed(sheet, name="김 하늘", by=None, **more):
    by = by or actor(sheet.application.created_by)
    given = {"application": sheet.application_id, "name": name, "reason": "다툼이 있음"} | more
    return actions.file(by=by, now=given.pop("now", NOW), **given)


def decided(by, row, *, upheld, now=NOW, reviewer=None):
    actions.decide(by=by, now=now, challenge=row.pk, upheld=upheld, decision="까닭", reviewer=reviewer)


def seen(sheet):
    """What the reviewer sees of the sheet: the file, the list, the task, the reminder."""
    by = actor(sheet.reviewer.person)
    mails = Message.objects.filter(code="review_reminder")
    mails.delete()
    reviews.remind(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, intake=sheet.application.intake_id)
    return (
        desk.open_to_reviewer(by, sheet.pk, NOW) is not None,
        desk.mine(by, NOW).count(),
        len(home._gather("tasks", by, NOW)),
        mails.count(),
    )


def test_whoever_is_challenged_sees_nothing_not_even_in_counts_until_it_is_dismissed(manager, sheet):
    assert seen(sheet) == (True, 1, 1, 1)
    row = filed(sheet)
    assert seen(sheet) == (False, 0, 0, 0)
    decided(manager, row, upheld=False, reviewer=sheet.reviewer_id)
    assert seen(sheet) == (True, 1, 1, 1)


def test_upheld_the_sheet_ends_and_the_person_is_never_suggested_or_assigned_again(manager, sheet):
    row = filed(sheet)
    decided(manager, row, upheld=True, reviewer=sheet.reviewer_id)
    sheet.refresh_from_db()
    assert sheet.state == "withdrawn"
    assert seen(sheet) == (False, 0, 0, 0)
    assert [found.barred for found in findings(manager, sheet.application.intake_id, NOW)] == [True]
    assert make_suggestion(sheet.application.intake, manager).content["chosen"] == {key(sheet.application_id): []}
    with pytest.raises(Stale):
        decided(manager, row, upheld=False)
    (mail,) = Message.objects.filter(code="challenge_decided")
    assert "김" not in mail.body


def test_a_sheet_handed_in_is_set_aside_too_while_the_intake_is_in_review(manager, sheet):
    ReviewAssignment.objects.filter(pk=sheet.pk).update(state="submitted", ended_at=NOW)
    decided(manager, filed(sheet), upheld=True)
    sheet.refresh_from_db()
    assert sheet.state == "withdrawn"


def test_every_spelling_that_is_known_of_a_name_is_met_and_no_other(sheet):
    ExpertProfile.objects.create(reviewer=sheet.reviewer, other_names=["Kim Haneul"], changed_at=NOW)
    filed(sheet, "박바다")
    assert seen(sheet)[0]
    filed(sheet, "HANEUL, Kim")
    assert not seen(sheet)[0]


def test_a_challenge_is_filed_by_the_applicant_in_time_and_within_bounds(manager, sheet):
    file = sheet.application
    for by in (actor(make_member()), actor(sheet.reviewer.person), manager):
        with pytest.raises(Refused, match="not_found"):
            filed(sheet, by=by)
    Committee.objects.create(
        intake=file.intake, name_ko="가", name_en="a", seats=1, meets_at=NOW + timedelta(days=3),
        created_by_id=manager.person, created_at=NOW,
    )  # fmt: skip
    with pytest.raises(Refused, match="challenge_too_late"):
        filed(sheet, now=NOW + timedelta(days=3))
    member = make_member(file.organisation, role=MemberRole.MEMBER)
    for number in range(rules.AT_MOST):
        filed(sheet, f"전문 {number}호", by=actor(member))
    with pytest.raises(Refused, match="challenge_too_many"):
        filed(sheet)
    with pytest.raises(Refused, match="challenge_reason_needed"):
        filed(sheet, reason=" ")


def test_rules_without_challenges_know_none(sheet):
    type(sheet.application.track).objects.update(conflict_rules="international")
    with pytest.raises(Refused, match="challenge_not_in_rules"):
        filed(sheet)


def test_after_the_session_began_a_challenge_is_only_upheld(manager, sheet):
    row = filed(sheet)
    with pytest.raises(Refused, match="challenge_session_begun"):
        decided(manager, row, upheld=False, now=SESSION)
    decided(manager, row, upheld=True, now=SESSION)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PROGRAMME_MANAGER}))
def test_only_a_programme_manager_decides(sheet, role):
    row = filed(sheet)
    with pytest.raises(Refused, match="not_allowed_for_role"):
        decided(make_actor(role), row, upheld=True)


def test_a_decision_has_grounds_and_means_somebody_of_that_name(manager, sheet):
    row, other = filed(sheet), make_reviewer(person=make_person(name="이강"))
    with pytest.raises(Refused, match="challenge_means_another"):
        decided(manager, row, upheld=True, reviewer=other.pk)
    with pytest.raises(Refused, match="challenge_grounds_needed"):
        actions.decide(by=manager, now=NOW, challenge=row.pk, upheld=True, decision=" ")
    assert not queries.challenges(actor(sheet.reviewer.person)).exists()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_applicant_files_and_a_manager_decides_by_pages(client, manager, sheet, language):
    client.cookies["madang_language"] = language
    client.force_login(sheet.application.created_by)
    url = reverse("application-challenges", args=[sheet.application_id])
    assert client.post(url, {"name": "김하늘"}).status_code == 422
    assert client.post(url, {"name": "김하늘", "reason": "다툼"}).status_code == 302
    client.force_login(Person.objects.get(pk=manager.person))
    listed = client.get(reverse("intake-challenges", args=[sheet.application.intake_id])).content.decode()
    page = reverse("challenge", args=[queries.challenges(manager).get().pk])
    assert page in listed
    assert sheet.reviewer.affiliation in client.get(page).content.decode()
    given = {"upheld": "yes", "decision": "사실로 확인됨", "reviewer": sheet.reviewer_id}
    assert client.post(page, given).status_code == 302
    client.force_login(sheet.application.created_by)
    own = client.get(url).content.decode()
    assert "사실로 확인됨" in own
    assert sheet.reviewer.affiliation not in own


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_a_fixed_number_of_queries(client, sheet, django_assert_num_queries, count):
    for number in range(count):
        filed(sheet, f"전문 {number}호")
    client.force_login(make_staff(Role.AUDITOR))
    with django_assert_num_queries(9):
        client.get(reverse("intake-challenges", args=[sheet.application.intake_id]))
