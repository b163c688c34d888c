"""A consensus: independent sheets first, one sheet of a moderator, every reviewer's word, and only then a score."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_intake,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)

from madang.errors import Refused, Stale
from madang.portal import home
from madang.portal.actors import Role
from madang.portal.calls.models import Intake
from madang.portal.consensus import actions, queries, rules
from madang.portal.consensus.models import AgreedSheet, Assent, Consensus
from madang.portal.outbox.models import Message
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import scoring
from madang.portal.reviews.models import CriterionPoints, ReviewAssignment
from madang.portal.reviews.rules import Interest

pytestmark = pytest.mark.django_db
IN_REVIEW = {"state": "in_review", "opens_at": NOW - timedelta(days=9), "closes_at": NOW - timedelta(days=1)}


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}\\(")


def hand_in(sheet, merit, plan):
    ReviewAssignment.objects.filter(pk=sheet.pk).update(state="submitted", ended_at=NOW)
    for criterion, points in zip(sheet.application.track.criteria.order_by("position"), (merit, plan), strict=True):
        CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=points)


class Case:
    """An application of a track that decides by consensus, with two sheets that are in and a moderator of its own."""

    def __init__(self) -> None:
        track = make_track(consensus=True)
        self.file = make_submitted(track, make_intake(track.call, **IN_REVIEW), state="eligible")
        self.sheets = [make_assignment(self.file), make_assignment(self.file)]
        hand_in(self.sheets[0], 50, 30)
        hand_in(self.sheets[1], 40, 20)
        self.manager = make_actor(Role.PROGRAMME_MANAGER)
        self.one = make_reviewer()
        self.by = actor(self.one.person)
        self.reviewers = [actor(sheet.reviewer.person) for sheet in self.sheets]

    def appoint(self, one=None):
        return actions.appoint(by=self.manager, now=NOW, application=self.file.pk, moderator=(one or self.one).pk)

    @property
    def row(self):
        return Consensus.objects.get(application=self.file)

    def send(self, merit=45, plan=25, by=None, **more):
        given = {"version": self.row.version, "points": {"merit": merit, "plan": plan}} | more
        return actions.send(by=by or self.by, now=NOW, application=self.file.pk, **given)

    def answer(self, place, agrees=True, reason="", number=1):
        given = {"number": number, "agrees": agrees, "reason": reason}
        return actions.answer(by=self.reviewers[place], now=NOW, application=self.file.pk, **given)

    def close(self, reason="", **more):
        given = {"version": self.row.version, "reason": reason} | more
        actions.close(by=self.by, now=NOW, application=self.file.pk, **given)

    @property
    def score(self):
        found = scoring.scores_in(self.file.intake_id)[self.file.pk].score
        return found.total_milli, found.answered, found.spread_milli


@pytest.fixture
def case():
    made = Case()
    made.appoint()
    return made


def test_when_all_agree_the_sheet_is_the_score(case):
    assert case.score[0] is None
    case.send()
    assert (case.answer(0), case.score[0], case.answer(1)) == (False, None, True)
    # what the independent sheets said stays beside it
    assert (case.row.state, case.score) == ("closed", (70_000, 2, 20_000))
    assert set(Message.objects.values_list("code", flat=True)) == {"consensus_moderator", "consensus_sent"}


def test_nobody_sees_anything_before_all_sheets_are_in(case):
    late = make_assignment(case.file)
    with refused("consensus_sheets_missing"):
        case.send()
    assert queries.open_to(case.reviewers[0], case.file.pk, NOW) is None
    assert queries.tasks(case.by, NOW) == []
    hand_in(late, 60, 40)
    assert len(queries.tasks(case.by, NOW)) == 1
    case.send()
    assert [len(home._gather("tasks", by, NOW)) for by in case.reviewers] == [1, 1]


def test_an_objection_is_recorded_and_may_be_closed_over(case):
    case.send()
    case.answer(0)
    with refused("consensus_not_answered"):
        case.close()
    with refused("consensus_objection_needs_reason"):
        case.answer(1, agrees=False)
    assert case.answer(1, agrees=False, reason="계획이 약함") is False
    with refused("consensus_closing_needs_reason"):
        case.close()
    with pytest.raises(Stale):
        case.close("x", version=case.row.version - 1)
    case.close("두 차례 논의함")
    assert (case.score[0], case.row.reason) == (70_000, "두 차례 논의함")
    actions.reopen(by=case.manager, now=NOW, application=case.file.pk, version=case.row.version, reason="오류")
    assert (case.score[0], case.row.state, AgreedSheet.objects.count()) == (None, "writing", 1)
    case.send(46)
    assert [case.answer(0, number=2), case.answer(1, number=2), case.score[0]] == [False, True, 71_000]


def test_a_version_sent_since_or_a_second_word_is_stale(case):
    version = case.row.version
    case.send()
    with pytest.raises(Stale):
        case.send(version=version)
    case.answer(0)
    with pytest.raises(Stale):
        case.answer(0)
    case.send(44)
    with pytest.raises(Stale):
        case.answer(0, number=1)
    # the first word was said to another version
    assert (case.answer(0, number=2), Assent.objects.count()) == (False, 2)


def test_points_outside_of_what_was_given_need_a_reason(case):
    with refused("consensus_needs_reason"):
        case.send(51)
    with refused("consensus_incomplete"):
        case.send(None)
    assert (case.row.state, AgreedSheet.objects.count()) == ("writing", 0)
    assert case.send(51, comments={"merit": "발표에서 확인함"}).reasons == {"merit": "발표에서 확인함"}


def test_whoever_is_barred_sees_nothing_at_any_step(case):
    organisation = case.file.organisation_id
    case.send()
    given = {"now": NOW, "organisation": organisation, "kind": Interest.RELATIVE}
    reviews.declare_interest(by=case.by, **given)
    assert queries.open_to(case.by, case.file.pk, NOW) is None
    assert (queries.own(case.by, NOW), queries.tasks(case.by, NOW)) == (([], []), [])
    with refused("not_found"):
        case.send()
    with refused("reviewer_has_conflict"):
        case.appoint()
    reviews.declare_interest(by=case.reviewers[0], **given)
    assert queries.open_to(case.reviewers[0], case.file.pk, NOW) is None
    with refused("not_found"):
        case.answer(0)
    assert case.one not in queries.moderators(case.file, NOW)


def test_a_reviewer_who_leaves_midway_is_waited_for_no_longer(case):
    third = make_assignment(case.file)
    hand_in(third, 60, 40)
    case.send()
    case.answer(0)
    case.answer(1)
    assert case.row.state == "sent"
    given = {"reviewer": third.reviewer_id, "applications": [case.file.pk], "reason": "x", "state": "withdrawn"}
    reviews.set_aside(by=case.manager, now=NOW, **given)
    case.close()
    assert case.score == (70_000, 2, 20_000)


def test_a_moderator_with_a_sheet_agrees_to_what_they_send():
    case = Case()
    case.appoint(case.sheets[0].reviewer)
    case.send(by=case.reviewers[0])
    assert (case.answer(1), case.row.state) == (True, "closed")


def test_only_the_manager_appoints_and_only_the_moderator_writes(case):
    file = case.file.pk
    for by in (case.by, make_actor(Role.APPROVER), make_actor(Role.AUDITOR)):
        with refused("not_allowed_for_role"):
            actions.appoint(by=by, now=NOW, application=file, moderator=case.one.pk)
    for by in (case.manager, case.reviewers[0], actor(make_reviewer().person)):
        with refused("not_found"):
            case.send(by=by)
    plain = make_submitted(make_track(case.file.track.call), case.file.intake, state="eligible")
    with refused("not_found"):
        actions.appoint(by=case.manager, now=NOW, application=plain.pk, moderator=case.one.pk)
    other = make_reviewer()
    case.appoint(other)
    assert queries.open_to(case.by, file, NOW) is None
    Intake.objects.filter(pk=case.file.intake_id).update(state="decided", decided_at=NOW)
    with refused("consensus_after_decision"):
        case.appoint()


def test_the_database_ties_states_to_columns(case):
    sent = case.send()
    for broken in (
        lambda: Consensus.objects.update(state="closed"),
        lambda: Consensus.objects.update(state="made up"),
        lambda: Assent.objects.create(sheet=sent, reviewer=case.one, agrees=False, given_at=NOW),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            broken()


def test_who_left_the_panel_counts_no_longer():
    found = rules.answers({1, 2, 3}, {1: True, 2: False, 9: False})
    assert (found.agreed, found.objected, found.silent) == ({1}, {2}, {3})
    assert rules.answers({1}, {1: True, 2: False}).unanimous
    assert not rules.answers(set(), {}).unanimous


@pytest.mark.parametrize("count", [1, 3])
def test_its_lists_take_a_fixed_number_of_queries(client, django_assert_num_queries, count):
    track, one = make_track(consensus=True), make_reviewer()
    intake, manager = make_intake(track.call, **IN_REVIEW), make_staff(Role.PROGRAMME_MANAGER)
    files = [make_submitted(track, intake, state="eligible") for _ in range(count)]
    for file in files:
        for sheet in (make_assignment(file, one), make_assignment(file)):
            hand_in(sheet, 40, 20)
        actions.appoint(by=actor(manager), now=NOW, application=file.pk, moderator=one.pk)
        given = {"version": 1, "points": {"merit": 40, "plan": 20}}
        actions.send(by=actor(one.person), now=NOW, application=file.pk, **given)
    lists = [(one.person, reverse("my-consensus"), 33), (manager, reverse("intake-consensus", args=[intake.pk]), 21)]
    for person, url, queries_of_it in lists:
        client.force_login(person)
        with django_assert_num_queries(queries_of_it):
            page = client.get(url)
        assert all(file.number in page.content.decode() for file in files)
