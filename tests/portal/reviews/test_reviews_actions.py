"""Reviewers, conflicts, assignments and sheets through their actions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from factories import (
    NOW,
    actor,
    make_actor,
    make_application,
    make_assignment,
    make_intake,
    make_organisation,
    make_person,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)

from madang.errors import Refused, Stale
from madang.portal.actors import PUBLIC, Role
from madang.portal.calls.models import Intake
from madang.portal.journal.models import JournalEntry, Reading
from madang.portal.outbox.models import Message
from madang.portal.reviews import actions, desk, queries, reading, scoring
from madang.portal.reviews.models import Affiliation, CriterionPoints, ReviewAssignment
from madang.portal.reviews.rules import Interest

pytestmark = pytest.mark.django_db
DUE = NOW + timedelta(days=14)
WHOLE = {"merit": 50, "plan": 30}


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def intake():
    return make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))


def submitted(intake, count, wanted=2):
    track = make_track(intake.call, reviews_wanted=wanted)
    return [make_submitted(track, intake, state="eligible") for _ in range(count)]


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_a_manager_adds_a_reviewer_with_an_account(manager):
    person, organisation = make_person(email="Expert@test.example"), make_organisation()
    row = actions.add_reviewer(
        by=manager, now=NOW, email="expert@test.example", affiliation=" KAIST ", fields=["b", "a"],
        organisation=organisation.pk,
    )  # fmt: skip
    assert (row.person, row.affiliation, row.fields) == (person, "KAIST", ["a", "b"])
    assert Affiliation.objects.get().since == date(2026, 4, 1)
    assert code(lambda: actions.add_reviewer(by=manager, now=NOW, email=person.email, affiliation="x")) == (
        "reviewer_exists"
    )
    assert JournalEntry.objects.filter(action="reviews.add_reviewer").count() == 1


def test_strangers_and_staff_are_no_reviewers(manager):
    staff = make_staff(Role.APPROVER)
    add = lambda email: lambda: actions.add_reviewer(by=manager, now=NOW, email=email, affiliation="x")  # noqa: E731
    assert code(add("nobody@test.example")) == "reviewer_unknown_person"
    assert code(add(staff.email)) == "reviewer_is_staff"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.SCREENING_OFFICER, Role.OPERATOR])
def test_only_managers_organise_reviews(role, intake):
    by = make_actor(role)
    assert code(lambda: actions.assign(by=by, now=NOW, intake=intake.pk, chosen={}, due_at=DUE)) == (
        "not_allowed_for_role"
    )
    assert code(lambda: actions.remind(by=by, now=NOW, intake=intake.pk)) == "not_allowed_for_role"


def test_a_conflict_blocks_an_assignment_by_hand(manager, intake):
    (file,) = submitted(intake, 1)
    reviewer = make_reviewer()
    Affiliation.objects.create(reviewer=reviewer, organisation=file.organisation, since=date(2024, 1, 1))
    give = {"by": manager, "now": NOW, "intake": intake.pk, "chosen": {file.pk: [reviewer.pk]}, "due_at": DUE}
    assert code(lambda: actions.assign(**give)) == "reviewer_has_conflict"
    assert not ReviewAssignment.objects.exists()


def test_assignments_are_all_or_none(manager, intake):
    one, two = submitted(intake, 2)
    reviewer = make_reviewer(load_limit=1)
    chosen = {one.pk: [reviewer.pk], two.pk: [reviewer.pk]}
    give = {"by": manager, "now": NOW, "intake": intake.pk, "due_at": DUE}
    assert code(lambda: actions.assign(**give, chosen=chosen)) == "reviewer_overloaded"
    assert not ReviewAssignment.objects.exists()
    actions.assign(**give, chosen={one.pk: [reviewer.pk]})
    assert code(lambda: actions.assign(**give, chosen={one.pk: [reviewer.pk]})) == "reviewer_assigned_already"
    assert code(lambda: actions.assign(**(give | {"due_at": NOW}), chosen={two.pk: []})) == "review_due_in_the_past"
    draft = make_application(one.track, intake)
    assert code(lambda: actions.assign(**give, chosen={draft.pk: []})) == "application_not_reviewed"


def sheet(intake):
    (file,) = submitted(intake, 1)
    row = make_assignment(file, due_at=DUE)
    return row, actor(row.reviewer.person)


def test_a_sheet_is_saved_then_submitted(intake):
    row, by = sheet(intake)
    version = actions.save_draft(
        by=by, now=NOW, assignment=row.pk, version=1, points={"merit": 50}, comments={"merit": "ok"}
    )
    assert version == 2
    assert queries.points(row.pk)["merit"].comment == "ok"
    give = {"by": by, "now": NOW, "assignment": row.pk}
    assert code(lambda: actions.submit(**give, version=2, points={"merit": 50})) == "review_incomplete"
    actions.submit(**give, version=2, points=WHOLE, comment="Good.")
    row.refresh_from_db()
    assert (row.state, row.comment) == ("submitted", "Good.")
    assert code(lambda: actions.save_draft(**give, version=3, points=WHOLE)) == "review_already_submitted"
    assert scoring.scores_in(intake.pk)[row.application_id].score.total_milli == 80_000


def test_two_windows_do_not_overwrite_each_other(intake):
    row, by = sheet(intake)
    actions.save_draft(by=by, now=NOW, assignment=row.pk, version=1, points={"merit": 1})
    with pytest.raises(Stale):
        actions.save_draft(by=by, now=NOW, assignment=row.pk, version=1, points={"merit": 2})
    assert queries.points(row.pk)["merit"].points == 1


@pytest.mark.parametrize("points", [61, -1])
def test_impossible_points_are_refused(intake, points):
    row, by = sheet(intake)
    give = {"by": by, "now": NOW, "assignment": row.pk, "version": 1}
    assert code(lambda: actions.save_draft(**give, points={"merit": points})) == "points_out_of_range"
    assert not CriterionPoints.objects.exists()


def test_after_the_due_date_nothing_changes(intake):
    row, by = sheet(intake)
    assert (
        code(lambda: actions.save_draft(by=by, now=DUE, assignment=row.pk, version=1, points={})) == "review_past_due"
    )


def test_nobody_else_touches_a_sheet(intake):
    row, _by = sheet(intake)
    others = [
        actor(make_reviewer().person),
        actor(row.application.created_by),
        make_actor(*Role),
        make_actor(Role.AUDITOR),
        PUBLIC,
    ]
    for by in others:
        assert (
            code(lambda by=by: actions.save_draft(by=by, now=NOW, assignment=row.pk, version=1, points={}))
            == "not_found"
        )
        assert desk.open_to_reviewer(by, row.pk, NOW) is None


def test_who_has_a_conflict_sees_nothing(intake):
    row, by = sheet(intake)
    assert desk.open_to_reviewer(by, row.pk, NOW) is not None
    row.reviewer.person.memberships.create(organisation=row.application.organisation, role="member", joined_at=NOW)
    assert desk.open_to_reviewer(by, row.pk, NOW) is None
    assert code(lambda: actions.submit(by=by, now=NOW, assignment=row.pk, version=1, points=WHOLE)) == "not_found"


def test_a_declared_interest_closes_the_file(intake):
    row, by = sheet(intake)
    organisation = row.application.organisation_id
    for kind in (Interest.RELATIVE,):
        actions.declare_interest(by=by, now=NOW, organisation=organisation, kind=kind)
    row.refresh_from_db()
    assert row.state == "recused"
    assert desk.open_to_reviewer(by, row.pk, NOW) is None
    again = {"by": by, "now": NOW, "organisation": organisation, "kind": Interest.RELATIVE}
    assert code(lambda: actions.declare_interest(**again)) == "interest_declared_already"


@pytest.mark.parametrize("kind", list(Interest))
def test_every_declared_interest_bars(intake, manager, kind):
    (file,) = submitted(intake, 1)
    reviewer = make_reviewer()
    actions.declare_interest(by=actor(reviewer.person), now=NOW, organisation=file.organisation_id, kind=kind)
    give = {"by": manager, "now": NOW, "intake": intake.pk, "chosen": {file.pk: [reviewer.pk]}, "due_at": DUE}
    assert code(lambda: actions.assign(**give)) == "reviewer_has_conflict"


def test_an_interest_learnt_later_sets_aside_what_was_handed_in_until_the_intake_is_decided(intake, manager):
    sheets = [make_assignment(file, make_reviewer()) for file in submitted(intake, 2, wanted=1)]
    ReviewAssignment.objects.update(state="submitted", ended_at=NOW)
    learnt = NOW.date() - timedelta(days=20)
    given = {"kind": Interest.ADVICE, "learnt_on": learnt}
    ahead = given | {"learnt_on": NOW.date() + timedelta(days=2)}
    by, organisation = actor(sheets[0].reviewer.person), sheets[0].application.organisation_id
    assert code(lambda: actions.declare_interest(by=by, now=NOW, organisation=organisation, **ahead)) == (
        "interest_learnt_ahead"
    )
    actions.declare_interest(by=by, now=NOW, organisation=organisation, **given)
    found = desk.conflicts_of([sheets[0]], NOW)[sheets[0].pk]
    assert {conflict.facts["late_days"] for conflict in found} == {"6"}
    Intake.objects.filter(pk=intake.pk).update(state="decided", decided_at=NOW)
    late, organisation = actor(sheets[1].reviewer.person), sheets[1].application.organisation_id
    actions.declare_interest(by=late, now=NOW, organisation=organisation, **given)
    assert [ReviewAssignment.objects.get(pk=sheet.pk).state for sheet in sheets] == ["recused", "submitted"]


def test_a_reviewer_declines_or_steps_back(intake):
    row, by = sheet(intake)
    actions.decline(by=by, now=NOW, assignment=row.pk, reason="no time")
    row.refresh_from_db()
    assert (row.state, row.ended_reason) == ("declined", "no time")
    with pytest.raises(Stale):
        actions.decline(by=by, now=NOW, assignment=row.pk)
    other = make_assignment(submitted(intake, 1)[0], row.reviewer, due_at=DUE)
    actions.recuse(by=by, now=NOW, assignment=other.pk, kind=Interest.ADVICE)
    other.refresh_from_db()
    assert other.state == "recused"
    assert row.reviewer.interests.get().organisation_id == other.application.organisation_id


def test_a_manager_takes_a_sheet_back(intake, manager):
    row, by = sheet(intake)
    give = {"by": manager, "now": NOW, "assignment": row.pk}
    assert code(lambda: actions.withdraw_assignment(**give, reason=" ")) == "review_reason_needed"
    actions.withdraw_assignment(**give, reason="ill")
    assert not desk.mine(by, NOW).exists()


def test_reminders_go_out_once_a_day(intake, manager):
    row, by = sheet(intake)
    assert actions.remind(by=manager, now=NOW, intake=intake.pk) == 1
    actions.remind(by=manager, now=NOW, intake=intake.pk)
    assert Message.objects.filter(code="review_reminder", person=by.person).count() == 1
    actions.remind(by=manager, now=NOW + timedelta(days=1), intake=intake.pk)
    assert Message.objects.filter(code="review_reminder").count() == 2
    assert row.reviewer.person_id == by.person


def test_opening_a_file_is_noted(intake):
    row, by = sheet(intake)
    reading.open_file(by=by, now=NOW, assignment=row.pk)
    reading.open_file(by=by, now=NOW, assignment=row.pk, purpose="to judge the budget")
    assert list(Reading.objects.order_by("pk").values_list("what", "purpose")) == [
        ("view", ""),
        ("download", "to judge the budget"),
    ]


def test_scores_are_for_staff_only(intake, manager):
    row, by = sheet(intake)
    assert queries.scores(by, intake.pk) == {}
    assert queries.scores(actor(row.application.created_by), intake.pk) == {}
    assert set(queries.scores(manager, intake.pk)) == {row.application_id}
    assert set(queries.scores(make_actor(Role.AUDITOR), intake.pk)) == {row.application_id}
