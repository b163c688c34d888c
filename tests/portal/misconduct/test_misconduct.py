"""Misconduct in an evaluation: confirmed by a second person it bars for three years; annulled, it stays on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_call,
    make_intake,
    make_organisation,
    make_reviewer,
    make_submitted,
    make_track,
)

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.misconduct import actions, queries
from madang.portal.misconduct.models import Misconduct
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import desk
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import Affiliation

pytestmark = pytest.mark.django_db
FOUND = date(2024, 2, 29)


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}\\(")


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def approver():
    return make_actor(Role.APPROVER)


def noted(manager, reviewer, found_on=FOUND, **more):
    given = {"ground": "평가 자료를 밖에 알림", "reference": "감사-2024-3"} | more
    return actions.note(by=manager, now=NOW, reviewer=reviewer.pk, found_on=found_on, **given)


def confirmed(approver, row):
    actions.confirm(by=approver, now=NOW, misconduct=row.pk, comment="", document_number="D-1")


def barred(file, reviewer, now=NOW):
    file.refresh_from_db()
    return bool(circle([file], [reviewer], now).barred())


def test_a_confirmed_finding_bars_for_three_years_and_not_longer(manager, approver):
    file, reviewer = make_submitted(state="eligible"), make_reviewer()
    row = noted(manager, reviewer)
    assert not barred(file, reviewer)
    confirmed(approver, row)
    assert barred(file, reviewer)
    given = {"chosen": {file.pk: [reviewer.pk]}, "due_at": NOW + timedelta(days=9), "intake": file.intake_id}
    with refused("reviewer_has_conflict"):
        reviews.assign(by=manager, now=NOW, **given)
    # three years after a day that the third year lacks: the bar does not end a day early
    assert barred(file, reviewer, NOW.replace(year=2027, month=2, day=28))
    assert not barred(file, reviewer, NOW.replace(year=2027, month=3, day=2))


def test_whoever_is_sanctioned_sees_nothing_of_a_sheet(manager, approver):
    sheet = make_assignment(make_submitted(state="eligible"))
    confirmed(approver, noted(manager, sheet.reviewer))
    by = actor(sheet.reviewer.person)
    assert (desk.open_to_reviewer(by, sheet.pk, NOW), desk.mine(by, NOW).count()) == (None, 0)


def test_two_people_and_what_was_turned_down_bars_nobody(manager, approver):
    file, reviewer = make_submitted(state="eligible"), make_reviewer()
    both = make_actor(Role.PROGRAMME_MANAGER, Role.APPROVER)
    row = noted(both, reviewer)
    with refused("approval_same_person"):
        confirmed(both, row)
    approvals.reject(by=approver, now=NOW, kind=ApprovalKind.MISCONDUCT, subject=row.pk, comment="근거 없음")
    assert not barred(file, reviewer)
    actions.lay_before(by=manager, now=NOW, misconduct=row.pk, comment="근거를 더함")
    confirmed(approver, row)
    assert barred(file, reviewer)
    with refused("not_found"):
        actions.lay_before(by=manager, now=NOW, misconduct=row.pk, comment="")


def test_annulled_it_bars_nobody_and_stays(manager, approver):
    file, reviewer = make_submitted(state="eligible"), make_reviewer()
    row = noted(manager, reviewer)
    with refused("not_found"):
        actions.annul(by=approver, now=NOW, misconduct=row.pk, reason="x")
    confirmed(approver, row)
    with refused("not_allowed_for_role"):
        actions.annul(by=manager, now=NOW, misconduct=row.pk, reason="x")
    with refused("misconduct_reason_needed"):
        actions.annul(by=approver, now=NOW, misconduct=row.pk, reason=" ")
    actions.annul(by=approver, now=NOW, misconduct=row.pk, reason="판결로 취소됨")
    with pytest.raises(Stale):
        actions.annul(by=approver, now=NOW, misconduct=row.pk, reason="x")
    assert not barred(file, reviewer)
    assert [one.annulled_reason for one in queries.findings(manager, reviewer.pk)] == ["판결로 취소됨"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Misconduct.objects.update(confirmed_at=None, confirmed_by=None)


def test_a_finding_says_what_when_and_by_which_decision(manager):
    reviewer = make_reviewer()
    for given, code in (
        ({"found_on": NOW.date() + timedelta(days=2)}, "misconduct_found_ahead"),
        ({"ground": " "}, "misconduct_ground_needed"),
        ({"reference": ""}, "misconduct_reference_needed"),
    ):
        with refused(code):
            noted(manager, reviewer, **given)
    with refused("not_allowed_for_role"):
        noted(make_actor(Role.AUDITOR), reviewer)


def test_a_department_bars_where_an_institution_alone_only_warns():
    """By the international rules; departments are compared without spaces and case."""
    university = make_organisation(kind="university")
    track = make_track(make_call(), conflict_rules="international")
    given = {"organisation": university, "department": "Computer Science", "state": "eligible"}
    file = make_submitted(track, make_intake(track.call), **given)
    near, far = make_reviewer(), make_reviewer()
    for reviewer, part in ((near, "computer  science"), (far, "Law")):
        posts = {"organisation": university, "department": part, "since": date(2020, 1, 1)}
        Affiliation.objects.create(reviewer=reviewer, **posts)
    assert (barred(file, near), barred(file, far)) == (True, False)
