"""Bonus points: claimed and frozen with the application, judged by an officer, capped, and apart from the score."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_application,
    make_assignment,
    make_bonus,
    make_evidence_kind,
    make_intake,
    make_staff,
    make_submitted,
    make_track,
)

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.applications import actions as applications
from madang.portal.applications.models import Application, SubmittedFile
from madang.portal.bonuses import actions, queries
from madang.portal.bonuses.models import BonusVerdict
from madang.portal.bonuses.rules import standing
from madang.portal.calls.models import Intake
from madang.portal.files.models import StoredFile
from madang.portal.reviews import desk, scoring
from madang.portal.reviews.models import CriterionPoints
from madang.portal.screening import actions as screening

pytestmark = pytest.mark.django_db
IN_REVIEW = {"state": "in_review", "opens_at": NOW - timedelta(days=9), "closes_at": NOW - timedelta(days=1)}


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}\\(")


def make_file() -> StoredFile:
    return StoredFile.objects.create(sha256="a" * 64, size=5, media_type="application/pdf", stored_at=NOW)


@pytest.fixture
def officer():
    return make_actor(Role.SCREENING_OFFICER)


@pytest.fixture
def claimed():
    """An application in review that claims two bonuses of 3 points where 4 count, with one sheet of 82 points."""
    track = make_track()
    first = make_bonus(track, code="first")
    make_bonus(track, code="second", evidence=first.evidence, position=2)
    file = make_submitted(track, make_intake(track.call, **IN_REVIEW), state="eligible", claims=["first", "second"])
    sheet = make_assignment(file, state="submitted", ended_at=NOW)
    for criterion, points in zip(track.criteria.order_by("position"), (50, 32), strict=True):
        CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=points)
    return file


def judged(by, file, bonus="first", confirmed=True, reason="등기를 확인함"):
    return actions.judge(by=by, now=NOW, application=file.pk, bonus=bonus, confirmed=confirmed, reason=reason)


def scored(file):
    found = scoring.scores_in(file.intake_id)[file.pk]
    return found.score.total_milli, found.claimed_milli, found.bonus_milli


def test_claims_are_part_of_the_submission_and_need_their_paper():
    file = make_application()
    bonus, by = make_bonus(file.track), actor(file.created_by)
    with refused("bonus_unknown"):
        actions.claim(by=by, now=NOW, application=file.pk, version=1, claims=["made-up"])
    actions.claim(by=by, now=NOW, application=file.pk, version=1, claims=[bonus.code, bonus.code])
    with pytest.raises(Stale):
        actions.claim(by=by, now=NOW, application=file.pk, version=1, claims=[])
    with refused("application_incomplete"):
        applications.submit(by=by, now=NOW, application=file.pk, version=2)
    given = {"file": make_file().pk, "name": "등기.pdf", "evidence": bonus.evidence.code, "issued_on": NOW.date()}
    applications.attach(by=by, now=NOW, application=file.pk, **given)
    sent = applications.submit(by=by, now=NOW, application=file.pk, version=2)
    assert sent.content["claims"] == [bonus.code]
    with refused("application_not_editable"):
        actions.claim(by=by, now=NOW, application=file.pk, version=3, claims=[])
    # left open for changes at the deadline, what was claimed in the last submission counts
    applications.reopen(by=by, now=NOW, application=file.pk)
    actions.claim(by=by, now=NOW, application=file.pk, version=4, claims=[])
    Intake.objects.filter(pk=file.intake_id).update(state="screening", closes_at=NOW)
    screening.settle(now=NOW, application=file.pk)
    assert Application.objects.get(pk=file.pk).claims == [bonus.code]


def test_a_stranger_neither_claims_nor_sees_claims(claimed):
    stranger = actor(make_application().created_by)
    with refused("not_found"):
        actions.claim(by=stranger, now=NOW, application=claimed.pk, version=1, claims=[])
    assert not queries.own(stranger).filter(pk=claimed.pk).exists()
    assert not queries.claimed(stranger).exists()


def test_confirmed_points_are_capped_apart_and_in_the_ranking(claimed, officer):
    other = make_submitted(claimed.track, claimed.intake, state="eligible")
    sheet = make_assignment(other, state="submitted", ended_at=NOW)
    for criterion, points in zip(claimed.track.criteria.order_by("position"), (50, 35), strict=True):
        CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=points)
    assert scored(claimed) == (82_000, 0, 0)
    judged(officer, claimed)
    assert scored(claimed) == (85_000, 3_000, 0)
    judged(officer, claimed, "second")
    assert scored(claimed) == (86_000, 4_000, 0)
    assert [row.number for row in scoring.scores_in(claimed.intake_id).values()] == [claimed.number, other.number]
    assert vars(standing(queries.claims(claimed), 4)) == {"claimed": 6, "confirmed": 6, "cap": 4}


def test_a_verdict_can_be_taken_back_until_the_decision(claimed, officer):
    judged(officer, claimed)
    with pytest.raises(Stale), transaction.atomic():
        judged(officer, claimed, confirmed=False)
    with refused("bonus_reason_needed"):
        actions.undo(by=officer, now=NOW, application=claimed.pk, bonus="first", reason=" ")
    actions.undo(by=officer, now=NOW, application=claimed.pk, bonus="first", reason="다른 회사의 등기")
    with pytest.raises(Stale):
        actions.undo(by=officer, now=NOW, application=claimed.pk, bonus="first", reason="x")
    judged(officer, claimed, confirmed=False)
    assert scored(claimed) == (82_000, 0, 0)
    assert [one.reason for one in queries.taken_back(claimed.pk)] == ["등기를 확인함"]
    Intake.objects.filter(pk=claimed.intake_id).update(state="decided", decided_at=NOW)
    with refused("bonus_not_judged_now"):
        actions.undo(by=officer, now=NOW, application=claimed.pk, bonus="first", reason="x")


def test_only_an_officer_of_another_organisation_judges_what_was_claimed(claimed, officer):
    for by in (make_actor(Role.AUDITOR), make_actor(Role.APPROVER), actor(claimed.created_by)):
        with refused("not_allowed_for_role"):
            judged(by, claimed)
    with refused("not_found"):
        judged(officer, claimed, "third")
    with refused("not_found"):
        judged(officer, make_submitted(claimed.track, claimed.intake))
    assert [(task.count, task.url) for task in queries.staff_tasks(officer, NOW)] == [
        (2, f"/staff/intakes/{claimed.intake_id}/bonus/")
    ]


def test_a_reviewer_does_not_see_what_proves_bonus_points(claimed):
    sheet = claimed.assignments.get()
    plain = make_evidence_kind(claimed.track)
    kept, proof = make_file(), claimed.track.bonus_rules.get(code="first").evidence
    for evidence in (proof, plain, None):
        SubmittedFile.objects.create(submission=claimed.in_force, file=kept, name="x", evidence=evidence)
    shown = desk.opened(actor(sheet.reviewer.person), sheet.pk, NOW).application.in_force.files.all()
    assert [file.evidence for file in shown] == [plain, None]


def test_the_database_wants_a_reason_for_what_is_taken_back(claimed, officer):
    verdict = judged(officer, claimed)
    with pytest.raises(IntegrityError), transaction.atomic():
        BonusVerdict.objects.filter(pk=verdict.pk).update(undone_at=NOW, undone_by=officer.person)
    with pytest.raises(IntegrityError), transaction.atomic():
        BonusVerdict.objects.filter(pk=verdict.pk).update(state="waiting")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_a_fixed_number_of_queries(client, claimed, django_assert_num_queries, count):
    for _ in range(count - 1):
        make_submitted(claimed.track, claimed.intake, state="eligible", claims=["first", "second"])
    client.force_login(make_staff(Role.SCREENING_OFFICER))
    with django_assert_num_queries(11):
        page = client.get(reverse("intake-bonuses", args=[claimed.intake_id]))
    assert page.content.decode().count('/bonus/"') >= count
