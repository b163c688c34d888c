"""Sheets that are opened again keep what they said; optional criteria lower nothing; a scored table stands."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_intake,
    make_member,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.calls import actions as calls
from madang.portal.calls.models import Criterion
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees.models import Committee
from madang.portal.journal.models import JournalEntry, Reading
from madang.portal.meetings.models import Meeting
from madang.portal.outbox.models import Message
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import desk, rules, scoring
from madang.portal.reviews.models import Affiliation, ReviewAssignment
from madang.portal.revisions import actions
from madang.portal.revisions.models import SheetVersion
from madang.review import scores

DUE = NOW + timedelta(days=3)


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


# --- optional criteria ---


@given(
    st.lists(st.tuples(st.integers(1, 50), st.booleans(), st.none() | st.integers(0, 50)), min_size=1, max_size=6),
    st.integers(1, 50),
)
def test_a_skipped_optional_criterion_changes_no_total_and_lowers_no_rank(table, own):
    """A sheet that leaves something out comes to what it would under a table without that line, scaled."""
    lines = [("own", 50, True, own)]
    lines += [(f"c{n}", most, required, None if points is None else min(points, most))
              for n, (most, required, points) in enumerate(table)]  # fmt: skip
    # what must be scored is scored: that is what handing a sheet in asks for
    lines = [(name, most, required, 0 if required and points is None else points)
             for name, most, required, points in lines]  # fmt: skip
    sheet = scores.Sheet("r", {name: points for name, _most, _required, points in lines})
    whole = rules.Table([scores.Criterion(name, most) for name, most, _required, _points in lines], 0, scores.Rule.MEAN)
    given = [line for line in lines if line[3] is not None]
    kept = rules.Table([scores.Criterion(name, most) for name, most, _required, _points in given], 0, scores.Rule.MEAN)
    without = scores.Sheet("r", {name: points for name, _most, _required, points in given})
    rules.check_complete([name for name, _most, required, _points in lines if required], sheet.points)
    total = rules.score_of(whole, {ReviewStep.DOCUMENT: [sheet]}).score.total_milli
    shorter = rules.score_of(kept, {ReviewStep.DOCUMENT: [without]}).score.total_milli
    weight = Fraction(sum(line[1] for line in lines), sum(line[1] for line in given))
    assert total is not None and shorter is not None
    assert abs(total - shorter * weight) <= (1 + weight) / 2  # each is rounded once
    zeros = scores.Sheet("r", {name: points or 0 for name, points in sheet.points.items()})
    assert total >= rules.score_of(whole, {ReviewStep.DOCUMENT: [zeros]}).score.total_milli


# --- sheets ---


@pytest.fixture
def manager(db):
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def sheet(db):
    """A sheet that was handed in: 50 of 60 and 30 of 40."""
    intake = make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    row = make_assignment(make_submitted(make_track(intake.call), intake, state="eligible"))
    given = {"points": {"merit": 50, "plan": 30}, "comments": {"plan": "Vague"}, "comment": "Good"}
    reviews.submit(by=actor(row.reviewer.person), now=NOW, assignment=row.pk, version=1, **given)
    row.refresh_from_db()
    return row


def reopen(by, row, **more):
    return actions.reopen(by=by, now=NOW, assignment=row.pk, **({"reason": "A slip", "due_at": DUE} | more))


def total(row):
    return scoring.scores_in(row.application.intake_id)[row.application_id].score.total_milli


def test_a_change_after_handing_in_keeps_what_was_there(manager, sheet):
    assert total(sheet) == 80_000
    reopen(manager, sheet)
    assert total(sheet) is None
    (mail,) = Message.objects.filter(code="review_reopened")
    assert mail.person_id == sheet.reviewer.person_id
    by = actor(sheet.reviewer.person)
    row = desk.open_to_reviewer(by, sheet.pk, NOW)
    assert (row.state, row.due_at, row.comment) == ("assigned", DUE, "Good")
    reviews.submit(by=by, now=NOW, assignment=sheet.pk, version=row.version, points={"merit": 60, "plan": 30})
    assert total(sheet) == 90_000
    (kept,) = SheetVersion.objects.all()
    assert (kept.number, kept.points, kept.comments) == (1, {"merit": 50, "plan": 30}, {"plan": "Vague"})
    assert (kept.comment, kept.submitted_at, kept.reason) == ("Good", NOW, "A slip")
    reopen(manager, sheet)
    assert [one.number for one in SheetVersion.objects.order_by("number")] == [1, 2]
    assert JournalEntry.objects.filter(action="revisions.reopen").count() == 2


def test_what_was_handed_in_can_be_put_back(manager, sheet):
    assert code(lambda: actions.restore(by=manager, now=NOW, assignment=sheet.pk)) == "review_never_reopened"
    reopen(manager, sheet)
    by = actor(sheet.reviewer.person)
    version = ReviewAssignment.objects.get().version
    reviews.save_draft(by=by, now=NOW, assignment=sheet.pk, version=version, points={"merit": 1}, comment="?")
    actions.restore(by=manager, now=NOW + timedelta(days=9), assignment=sheet.pk)
    row = ReviewAssignment.objects.get()
    assert (row.state, row.comment, row.ended_at, total(row)) == ("submitted", "Good", NOW, 80_000)
    assert {one.criterion.code: one.comment for one in row.points.all()} == {"merit": "", "plan": "Vague"}
    assert SheetVersion.objects.get().restored_at == NOW + timedelta(days=9)


def test_what_is_refused(manager, sheet):
    others = [make_actor(Role.SCREENING_OFFICER), make_actor(Role.AUDITOR), actor(sheet.reviewer.person)]
    for by in others:
        assert code(lambda by=by: reopen(by, sheet)) == "not_allowed_for_role"
        assert code(lambda by=by: actions.restore(by=by, now=NOW, assignment=sheet.pk)) == "not_allowed_for_role"
    assert code(lambda: reopen(manager, sheet, reason=" ")) == "review_reason_needed"
    assert code(lambda: reopen(manager, sheet, due_at=NOW)) == "review_due_in_the_past"
    file = sheet.application
    made = {"intake": file.intake, "seats": 3, "meets_at": NOW, "created_by_id": manager.person, "created_at": NOW}
    committee = Committee.objects.create(name_ko="분과", name_en="Section", **made)
    meeting = Meeting.objects.create(
        committee=committee, step="document", state="closed", meets_at=NOW, arranged_by_id=manager.person,
        arranged_at=NOW, chair=sheet.reviewer, began_at=NOW,
    )  # fmt: skip
    assert code(lambda: reopen(manager, sheet)) == "review_under_minutes"
    meeting.delete()
    post = Affiliation.objects.create(reviewer=sheet.reviewer, organisation=file.organisation, since=NOW.date())
    assert code(lambda: reopen(manager, sheet)) == "review_barred"
    post.delete()
    type(file.intake).objects.update(state="decided", decided_at=NOW)
    assert code(lambda: reopen(manager, sheet)) == "review_decided"
    type(file.intake).objects.update(state="in_review", decided_at=None)
    reopen(manager, sheet)
    assert code(lambda: reopen(manager, sheet)) == "review_not_handed_in"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_staff_the_chair_and_the_reviewer_read_the_versions(client, manager, sheet, language):
    client.cookies["madang_language"] = language
    staff = make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(staff)
    url = reverse("review-versions", args=[sheet.pk])
    asked = {"reason": "계산 착오", "due_at": "2027-01-05T10:00"}
    assert client.get(reverse("review-reopen", args=[sheet.pk])).status_code == 200
    assert client.post(reverse("review-reopen", args=[sheet.pk]), {**asked, "reason": ""}).status_code in (200, 422)
    assert client.post(reverse("review-reopen", args=[sheet.pk]), asked).status_code == 302
    chair, stranger = make_reviewer(), make_reviewer()
    file = sheet.application
    made = {"intake": file.intake, "seats": 3, "meets_at": NOW, "created_by": staff, "created_at": NOW}
    committee = Committee.objects.create(name_ko="분과", name_en="Section", **made)
    Meeting.objects.create(committee=committee, step="document", state="sitting", meets_at=NOW, arranged_by=staff,
                           arranged_at=NOW, chair=chair, began_at=NOW)  # fmt: skip
    seen = {make_staff(Role.AUDITOR): 200, chair.person: 200, sheet.reviewer.person: 200}
    seen |= {stranger.person: 404, make_member(): 404, make_member(file.organisation): 404}
    for who, status in seen.items():
        client.force_login(who)
        answer = client.get(url)
        assert answer.status_code == status
        assert status == 404 or ("계산 착오" in answer.content.decode() and "Vague" in answer.content.decode())
    Affiliation.objects.create(reviewer=chair, organisation=file.organisation, since=NOW.date())
    client.force_login(chair.person)
    assert client.get(url).status_code == 404
    client.force_login(staff)
    rows = client.get(reverse("intake-sheets", args=[file.intake_id])).content.decode("utf-8-sig").splitlines()
    assert len(rows) == 3 and all("계산 착오" in row for row in rows[1:])
    assert Reading.objects.filter(subject_kind="application", reader=chair.person_id).exists()
    assert client.post(reverse("review-restore", args=[sheet.pk])).status_code == 302
    assert ReviewAssignment.objects.get(pk=sheet.pk).state == "submitted"
    assert url in client.get(reverse("application-reviews", args=[file.pk])).content.decode()


# --- the table that sheets are scored by ---


def test_an_optional_criterion_may_be_left_out_and_the_anchors_stand_on_the_sheet(client, sheet):
    Criterion.objects.filter(code="plan").update(
        required=False, anchors_ko="31-40 매우 우수", anchors_en="31-40 superb"
    )
    row = make_assignment(sheet.application, due_at=NOW + timedelta(days=9000))
    url = reverse("review", args=[row.pk])
    client.force_login(row.reviewer.person)
    client.cookies["madang_language"] = "en"
    assert "31-40 superb" in client.get(url).content.decode()
    assert client.post(url, {"version": 1, "what": "submit", "points_plan": 3}).status_code == 422
    assert client.post(url, {"version": 1, "what": "submit", "points_merit": 60}).status_code == 302
    assert total(sheet) == 90_000  # 80 and 100 of 100: what was left out lowers nothing


@pytest.mark.parametrize("state", ["screening", "in_review"])
def test_a_table_by_which_somebody_scored_stands(manager, sheet, state):
    call = sheet.application.intake.call
    type(sheet.application.intake).objects.update(state=state)
    field = f"criterion.{sheet.application.track.code}.merit.points"
    version = {"version": call.version, "reason_ko": "까닭", "reason_en": "Reason"}
    change = lambda: calls.correct(by=manager, now=NOW, call=call.pk, field=field, new="70", **version)  # noqa: E731
    refused = {"screening": "correction_after_first_score", "in_review": "correction_after_review_began"}
    assert code(change) == refused[state]
    sheet.points.update(points=None)
    if state == "screening":
        change()
        assert Criterion.objects.get(code="merit").points == 70


def test_two_managers_at_once(manager, sheet):
    row = ReviewAssignment.objects.get(pk=sheet.pk)
    reopen(manager, sheet)
    given = {"by": actor(row.reviewer.person), "assignment": row.pk, "version": row.version}
    with pytest.raises(Stale):
        reviews.submit(now=NOW, points={"merit": 1, "plan": 1}, **given)
