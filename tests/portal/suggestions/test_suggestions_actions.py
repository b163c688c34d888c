"""Suggestions are confirmed as they were looked at, disturb nothing that has begun, and break no rule."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_intake,
    make_member,
    make_organisation,
    make_reviewer,
    make_submitted,
    make_suggestion,
    make_track,
)

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.experts import actions as experts
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import desk
from madang.portal.reviews.models import Affiliation, DeclaredInterest, ReviewAssignment, Reviewer
from madang.portal.suggestions import actions, queries, rules, showing, working
from madang.portal.suggestions.models import AssignmentSuggestion, Bid
from madang.portal.suggestions.rules import Why, Wish, key

pytestmark = pytest.mark.django_db
DUE = NOW + timedelta(days=14)


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def intake():
    return make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))


def submitted(intake, count, wanted=2):
    track = make_track(intake.call, reviews_wanted=wanted)
    return [make_submitted(track, intake, state="eligible") for _ in range(count)]


def pairs(**given):
    return set(ReviewAssignment.objects.filter(state="assigned", **given).values_list("application", "reviewer"))


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def confirm(by, row, **more):
    return actions.confirm(by=by, now=NOW, suggestion=row.pk, due_at=DUE, **more)


def test_a_suggestion_keeps_conflicts_limits_and_who_is_apart(manager, intake):
    files = submitted(intake, 3)
    free, member, affiliated, small = make_reviewer(), make_reviewer(), make_reviewer(), make_reviewer(load_limit=1)
    Affiliation.objects.create(reviewer=affiliated, organisation=files[1].organisation, since=date(2020, 1, 1))
    member.person.memberships.create(organisation=files[0].organisation, role="member", joined_at=NOW)
    actions.keep_apart(by=manager, now=NOW, one=member.pk, other=affiliated.pk, reason="married")
    row = make_suggestion(intake, manager)
    assert not ReviewAssignment.objects.exists()
    shown = showing.shown(row, NOW)
    assert (shown.stale, shown.missing, len(shown.changes.added)) == (False, 0, 6)
    assert confirm(manager, row) == (6, 0)
    given = pairs()
    assert len(given) == 6
    assert not given & {(files[0].pk, member.pk), (files[1].pk, affiliated.pk)}
    assert sum(one == small.pk for _, one in given) <= 1
    assert not any({(file.pk, member.pk), (file.pk, affiliated.pk)} <= given for file in files)
    told = set(Message.objects.filter(code="review_assigned").values_list("person", flat=True))
    assert told == {Reviewer.objects.get(pk=pk).person_id for _, pk in given}
    assert free.pk in {pk for _, pk in given}
    assert JournalEntry.objects.filter(action__startswith="suggestions.").count() == 4
    again = make_suggestion(intake, manager)
    assert showing.shown(again, NOW).changes.nothing
    assert code(lambda: confirm(manager, again)) == "assignment_nothing_chosen"


def test_fit_and_wishes_decide_between_equals(manager, intake):
    (file,) = submitted(intake, 1, wanted=1)
    for _ in range(3):
        make_reviewer()
    expert = make_reviewer(fields=[file.track.code])
    assert make_suggestion(intake, manager).content["chosen"] == {key(file.pk): [key(expert.pk)]}
    Reviewer.objects.filter(pk=expert.pk).update(active=False)
    knows, eager = make_reviewer(), make_reviewer()
    earlier = make_submitted(make_track(code=file.track.code), state="eligible")
    make_assignment(earlier, knows, state="submitted", ended_at=NOW)
    assert make_suggestion(intake, manager).content["chosen"] == {key(file.pk): [key(knows.pk)]}
    Reviewer.objects.filter(pk=knows.pk).update(active=False)
    Bid.objects.create(application=file, reviewer=eager, wish="eager", said_at=NOW)
    row = make_suggestion(intake, manager)
    assert row.content["chosen"] == {key(file.pk): [key(eager.pk)]}
    ((given,),) = [line.given for line in showing.shown(row, NOW).lines]
    assert (given.wish, given.expertise) == ("eager", 0)


def test_whoever_leaves_midway_is_replaced_and_what_is_written_on_waits_for_a_word(manager, intake):
    files = submitted(intake, 3, wanted=1)
    leaving, staying = make_reviewer(), make_reviewer()
    untouched, begun = (make_assignment(file, leaving, version=n) for n, file in enumerate(files[:2], start=1))
    done = make_assignment(files[2], leaving, state="submitted", ended_at=NOW)
    reviews.set_active(by=manager, now=NOW, reviewer=leaving.pk, active=False)
    row = make_suggestion(intake, manager)
    changes = showing.shown(row, NOW).changes
    assert {one.pair[0]: (one.why, one.begun) for one in changes.removed} == {
        files[0].pk: (Why.RESTING, False),
        files[1].pk: (Why.RESTING, True),
    }
    assert confirm(manager, row) == (2, 1)
    states = {one.pk: one.state for one in ReviewAssignment.objects.filter(reviewer=leaving)}
    assert states == {untouched.pk: "withdrawn", begun.pk: "assigned", done.pk: "submitted"}
    assert pairs(reviewer=staying) == {(files[0].pk, staying.pk), (files[1].pk, staying.pk)}
    after = AssignmentSuggestion.objects.get(state="waiting")
    assert (after.number, after.intake) == (2, intake)


def test_only_missing_sheets_are_given_unless_others_may_move(manager, intake):
    files = submitted(intake, 4, wanted=1)
    busy, free = make_reviewer(), make_reviewer()
    sheets = [make_assignment(file, busy) for file in files]
    ReviewAssignment.objects.filter(pk=sheets[0].pk).update(version=2)
    assert showing.shown(make_suggestion(intake, manager), NOW).changes.nothing
    row = make_suggestion(intake, manager, moves=True)
    changes = showing.shown(row, NOW).changes
    assert [one.why for one in changes.removed] == [Why.MOVED]
    assert changes.removed[0].pair[0] != files[0].pk
    assert (len(changes.added), changes.kept) == (1, 3)
    assert confirm(manager, row) == (1, 1)
    assert {one for _, one in pairs()} == {busy.pk, free.pk}
    assert Message.objects.get(code="review_moved").person == busy.person


def test_a_new_conflict_takes_an_open_sheet_away_whatever_is_written_on_it(manager, intake):
    (file,) = submitted(intake, 1, wanted=1)
    sheet = make_assignment(file, version=3)
    other = make_reviewer()
    Affiliation.objects.create(reviewer=sheet.reviewer, organisation=file.organisation, since=date(2020, 1, 1))
    row = make_suggestion(intake, manager)
    (removal,) = showing.shown(row, NOW).changes.removed
    assert (removal.why, removal.begun) == (Why.CONFLICT, True)
    confirm(manager, row, only=[(file.pk, other.pk), (file.pk, sheet.reviewer_id)])
    assert pairs() == {(file.pk, other.pk)}
    assert not Message.objects.filter(code="review_moved").exists()


def _a_sheet(files, people):
    make_assignment(files[0], people[1])


def _a_conflict(files, people):
    DeclaredInterest.objects.create(
        reviewer=people[2], organisation=files[0].organisation, kind="advice", declared_at=NOW
    )


def _a_limit(files, people):
    Reviewer.objects.filter(pk=people[0].pk).update(load_limit=1)


def _a_bid(files, people):
    Bid.objects.create(application=files[0], reviewer=people[0], wish="unwilling", said_at=NOW)


@pytest.mark.parametrize("change", [_a_sheet, _a_conflict, _a_limit, _a_bid])
def test_what_changed_in_between_makes_it_stale(manager, intake, change):
    files, people = submitted(intake, 2, wanted=1), [make_reviewer() for _ in range(3)]
    row = make_suggestion(intake, manager)
    change(files, people)
    assert showing.shown(row, NOW).stale
    before = pairs()
    with pytest.raises(Stale):
        confirm(manager, row)
    assert pairs() == before
    row.refresh_from_db()
    assert row.state == "found"


def test_it_is_confirmed_once_and_dropped_by_the_next(manager, intake):
    submitted(intake, 1, wanted=1)
    make_reviewer()
    first = make_suggestion(intake, manager)
    second = make_suggestion(intake, manager)
    with pytest.raises(Stale):
        confirm(manager, first)
    confirm(manager, second)
    with pytest.raises(Stale):
        confirm(make_actor(Role.PROGRAMME_MANAGER), second)
    assert list(AssignmentSuggestion.objects.order_by("number").values_list("state", flat=True)) == [
        "dropped",
        "confirmed",
    ]
    assert len(pairs()) == 1


def test_where_reviewers_are_too_few_the_rest_is_given_and_the_gap_is_told(manager, intake):
    one, two = submitted(intake, 2, wanted=2)
    barred, _free = make_reviewer(), make_reviewer(load_limit=1)
    Affiliation.objects.create(reviewer=barred, organisation=one.organisation, since=date(2020, 1, 1))
    row = make_suggestion(intake, manager)
    gaps = {(gap.file.pk, gap.missing, gap.lack, gap.conflicted) for gap in showing.shown(row, NOW).gaps}
    assert gaps == {(one.pk, 1, "conflicts", 1), (two.pk, 1, "places", 0)}
    assert confirm(manager, row) == (2, 0)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.SCREENING_OFFICER, Role.OPERATOR])
def test_only_managers_arrange_it(role, intake):
    by, common = make_actor(role), {"now": NOW}
    acts = [
        lambda: actions.ask(by=by, **common, intake=intake.pk),
        lambda: actions.confirm(by=by, **common, suggestion=1, due_at=DUE),
        lambda: actions.keep_apart(by=by, **common, one=1, other=2, reason="x"),
        lambda: actions.end_apart(by=by, **common, apart=1),
        lambda: actions.open_bids(by=by, **common, intake=intake.pk, until=DUE),
    ]
    assert {code(act) for act in acts} == {"not_allowed_for_role"}


def test_those_kept_apart_do_not_meet_by_hand_either(manager, intake):
    (file,) = submitted(intake, 1)
    one, other = make_reviewer(), make_reviewer()
    made = actions.keep_apart(by=manager, now=NOW, one=other.pk, other=one.pk, reason="one supervised the other")
    again = {"by": manager, "now": NOW, "one": one.pk, "other": other.pk, "reason": "x"}
    assert code(lambda: actions.keep_apart(**again)) == "apart_already"
    make_assignment(file, one)
    give = {"by": manager, "now": NOW, "intake": intake.pk, "chosen": {file.pk: [other.pk]}, "due_at": DUE}
    assert code(lambda: reviews.assign(**give)) == "reviewers_apart"
    shown = showing.shown(make_suggestion(intake, manager), NOW)
    assert [(gap.missing, gap.lack) for gap in shown.gaps] == [(1, "apart")]
    actions.end_apart(by=manager, now=NOW, apart=made.pk)
    with pytest.raises(Stale):
        actions.end_apart(by=manager, now=NOW, apart=made.pk)
    assert reviews.assign(**give) == 1


def test_a_reviewer_bids_on_what_no_conflict_bars(manager, intake):
    files, own = submitted(intake, 3), make_reviewer()
    Affiliation.objects.create(reviewer=own, organisation=files[0].organisation, since=date(2020, 1, 1))
    make_assignment(files[1], own, state="declined", ended_at=NOW)
    by = actor(own.person)
    assert queries.bidding(by, NOW, intake.pk) is None
    actions.open_bids(by=manager, now=NOW, intake=intake.pk, until=DUE)
    assert Message.objects.filter(code="bids_open").count() == Reviewer.objects.count()
    assert len(queries.tasks(by, NOW)) == 1
    assert [file.pk for file, _ in queries.bidding(by, NOW, intake.pk).files] == [files[2].pk]
    say = {"by": by, "now": NOW, "intake": intake.pk}
    assert actions.bid(**say, wishes={files[2].pk: Wish.EAGER}) == 1
    assert actions.bid(**say, wishes={files[2].pk: Wish.UNWILLING}) == 1
    assert Bid.objects.get().wish == "unwilling"
    assert not queries.tasks(by, NOW)
    for file in files[:2]:
        assert code(lambda file=file: actions.bid(**say, wishes={file.pk: Wish.EAGER})) == "not_found"
    assert queries.period(manager, intake.pk).bidders == 1
    assert actions.bid(**say, wishes={files[2].pk: None}) == 0
    assert not Bid.objects.exists()
    assert code(lambda: actions.bid(**(say | {"now": DUE}), wishes={})) == "bids_over"
    member = actor(make_member(make_organisation()))
    assert code(lambda: actions.bid(by=member, now=NOW, intake=intake.pk, wishes={})) == "not_found"


@pytest.mark.parametrize("seed", range(3))
def test_no_conflicted_pair_is_ever_given_out_or_visible_whoever_came_first(manager, intake, seed):
    draws = random.Random(seed)
    files, people = submitted(intake, 5), [make_reviewer(load_limit=4) for _ in range(6)]
    barred = {(file.pk, one.pk) for file in files for one in people if draws.random() < 0.3}
    for file in files:
        for one in people:
            if (file.pk, one.pk) in barred:
                given = {"organisation": file.organisation, "since": date(2020, 1, 1)}
                Affiliation.objects.create(reviewer=one, **given)
    actions.open_bids(by=manager, now=NOW, intake=intake.pk, until=DUE)
    for one in people:
        found = queries.bidding(actor(one.person), NOW, intake.pk)
        assert {file.pk for file, _ in found.files} == {file.pk for file in files if (file.pk, one.pk) not in barred}
    row = make_suggestion(intake, manager, moves=True)
    problem = rules.written(queries.standing(intake.pk, NOW, moves=True).problem)
    mixed = {name: draws.sample(rows, len(rows)) for name, rows in problem.items()}
    again = working.answer({"problem": mixed, "basis_sha256": ""})
    assert again["chosen"] == row.content["chosen"]
    confirm(manager, row)
    assert not pairs() & barred
    for one in people:
        seen = desk.mine(actor(one.person), NOW).values_list("application", "reviewer")
        assert set(seen) == {pair for pair in pairs() if pair[1] == one.pk}


def test_terms_come_before_titles(manager, intake):
    submitted(intake, 1)
    own = make_reviewer()
    actions.open_bids(by=manager, now=NOW, intake=intake.pk, until=DUE)
    terms = experts.set_terms(by=manager, now=NOW, call=intake.call_id, body_ko="서약", body_en="Terms")
    by = actor(own.person)
    found = queries.bidding(by, NOW, intake.pk)
    assert (found.owes_terms, found.files) == (True, [])
    experts.agree(by=by, now=NOW, terms=terms.pk)
    assert len(queries.bidding(by, NOW, intake.pk).files) == 1
