"""Applicants review each other: arranged once by lot, checked on what is stored, reminded, and rejected or let in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import NOW, actor, make_actor, make_assignment, make_reviewer, make_staff
from peers import DUE, GRACE, given_out, hand_in, make_peers, proposed
from rounds import adopt, propose

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.applications.models import Application
from madang.portal.conflicts.queries import presets
from madang.portal.decisions import queries as decisions
from madang.portal.decisions.models import Decision
from madang.portal.exchanges import actions, chores, proposing, queries
from madang.portal.exchanges.models import PeerEntry, PeerExchange
from madang.portal.exchanges.standing import neutrality
from madang.portal.honoraria.working import work_of
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.people.models import Membership
from madang.portal.plans.problems import problem_now
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import desk, scoring
from madang.portal.reviews import queries as review_queries
from madang.portal.reviews.calibration import calibrate
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.suggestions.problem import standing as suggested

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OVER = DUE + GRACE


def sheets_of(person):
    return ReviewAssignment.objects.filter(reviewer__person=person)


def test_it_is_arranged_once_by_lot_and_given_out_as_it_was_looked_at():
    found = make_peers(firm_group=2)
    where = {"by": found.manager, "now": NOW, "intake": found.intake.pk, "track": found.track.code}
    first = proposing.propose(**where)  # in a process of its own
    again = proposed(found)
    assert (first.content, first.basis_sha256) == (again.content, again.basis_sha256)
    assert not ReviewAssignment.objects.exists() and not Reviewer.objects.exists()
    confirmation = {"by": found.manager, "now": NOW, "exchange": first.pk, "due_at": DUE}
    with pytest.raises(Stale):
        actions.confirm(**confirmation, basis="0" * 64)
    given = actions.confirm(**confirmation, basis=first.basis_sha256)
    assert given == 12 and set(ReviewAssignment.objects.values_list("due_at", flat=True)) == {DUE}
    assert Message.objects.filter(code="exchange_begun").count() == 6
    # two firms of one group are in one review group, and nobody reviews in the group of an application of theirs
    group = dict(PeerEntry.objects.values_list("application", "group"))
    assert group[found.files[0].pk] == group[found.files[1].pk]
    for person, file in zip(found.people, found.files, strict=True):
        reviewed = set(sheets_of(person).values_list("application", flat=True))
        assert reviewed and {group[pk] for pk in reviewed} == {3 - group[file.pk]}
    assert neutrality(PeerExchange.objects.get()) == []
    for act in (lambda: actions.confirm(**confirmation, basis=first.basis_sha256), lambda: proposing.propose(**where)):
        with pytest.raises(Refused, match="exchange_confirmed_already"):
            act()
    assert {"exchanges.propose", "exchanges.confirm", "reviews.assign"} <= set(
        JournalEntry.objects.values_list("action", flat=True)
    )


def test_what_changed_since_it_was_looked_at_is_not_given_out():
    found = make_peers(4)
    row = proposed(found)
    Membership.objects.create(organisation=found.files[1].organisation, person=found.people[0], role="member",
                              joined_at=NOW)  # fmt: skip
    with pytest.raises(Stale):
        actions.confirm(by=found.manager, now=NOW, exchange=row.pk, basis=row.basis_sha256, due_at=DUE)
    assert not PeerEntry.objects.exists() and PeerExchange.objects.get().confirmed_at is None


def test_a_fault_in_what_is_stored_is_found_and_refuses():
    found = make_peers(4)
    row = proposed(found)
    pks = [str(file.pk) for file in found.files]
    groups = dict.fromkeys(pks, 1)  # as if all were in one group
    PeerExchange.objects.update(content={"groups": groups, "chosen": row.content["chosen"]})
    with pytest.raises(Refused, match="exchange_not_neutral"):
        actions.confirm(by=found.manager, now=NOW, exchange=row.pk, basis=row.basis_sha256, due_at=DUE)
    assert not ReviewAssignment.objects.exists()
    PeerExchange.objects.update(content=row.content)
    actions.confirm(by=found.manager, now=NOW, exchange=row.pk, basis=row.basis_sha256, due_at=DUE)
    PeerEntry.objects.update(group=1)
    assert neutrality(row)


def test_too_few_or_one_house_are_refused_in_words():
    found = make_peers(2, firm_group=2)
    where = {"now": NOW, "intake": found.intake.pk, "track": found.track.code}
    with pytest.raises(Refused, match="exchange_impossible"):
        proposing.propose(by=found.manager, **where)
    Membership.objects.filter(person=found.people[0]).update(left_at=NOW)
    with pytest.raises(Refused, match="exchange_nobody_reviews"):
        proposing.propose(by=found.manager, **where)
    for role in set(Role) - {Role.PROGRAMME_MANAGER}:
        with pytest.raises(Refused, match="not_allowed_for_role"):
            proposing.propose(by=make_actor(role), **where)


def test_an_applicant_who_reviews_sees_these_sheets_and_is_in_no_pool():
    found = make_peers()
    given_out(found)
    person = found.people[0]
    by = actor(person)
    assert by.peer and by.reviews and not by.reviewer
    sheets = list(desk.mine(by, NOW))
    assert sheets and desk.open_to_reviewer(by, sheets[0].pk, NOW)
    other = ReviewAssignment.objects.exclude(reviewer__person=person).first()
    assert desk.open_to_reviewer(by, other.pk, NOW) is None
    assert not review_queries.reviewers(found.manager).exists()
    stands = suggested(found.intake.pk, NOW, moves=False)
    assert not stands.people and not stands.files
    assert [task.count for task in review_queries.tasks(by, NOW)] == [len(sheets)]
    with pytest.raises(Refused, match="peer_review_not_declined"):
        reviews.decline(by=by, now=NOW, assignment=sheets[0].pk)
    # no sheet is given out past the arrangement, and no scores are made comparable
    chosen = {found.files[0].pk: [make_reviewer().pk]}
    with pytest.raises(Refused, match="reviewed_by_applicants"):
        reviews.assign(by=found.manager, now=NOW, intake=found.intake.pk, chosen=chosen, due_at=DUE)
    with pytest.raises(Refused, match="calibration_of_applicants"):
        calibrate(by=found.manager, now=NOW, intake=found.intake.pk, places=1)
    assert presets([found.track])
    # nobody is paid for it, and an expert later on is the same person
    hand_in(person)
    assert work_of(found.intake.pk) == {}
    reviews.add_reviewer(by=found.manager, now=NOW, email=person.email, affiliation="x")
    assert actor(person).reviewer and not actor(person).peer


def test_sheets_come_in_until_the_days_of_grace_are_over():
    found = make_peers(4, each=1)
    given_out(found)
    late = OVER - timedelta(seconds=1)
    assert hand_in(found.people[0], now=late) == 1
    with pytest.raises(Refused, match="review_past_due"):
        hand_in(found.people[1], now=OVER)


def test_a_review_that_fell_away_is_given_to_another_group_alone():
    found = make_peers(8)
    row = given_out(found)
    sheet = sheets_of(found.people[0]).first()
    reviews.recuse(by=actor(found.people[0]), now=NOW, assignment=sheet.pk, kind="advice")
    [file] = queries.short(row)
    assert file.pk == sheet.application_id
    group = file.peer_entry.group
    member = next(one for one in queries.members(row, NOW) if one.reviewer.person == found.people[0])
    assert (member.duty.released, member.missing) == (1, 1)
    takers = queries.takers(row, file, NOW)
    assert takers and found.people[0] not in [one.person for one in takers]
    same = PeerEntry.objects.filter(group=group).exclude(application=file).first()
    given = {"by": found.manager, "now": NOW, "application": file.pk, "due_at": DUE}
    with pytest.raises(Refused, match="exchange_not_neutral"):
        actions.give(**given, reviewer=same.reviewer_id)
    stranger = make_reviewer()
    with pytest.raises(Refused, match="not_found"):
        actions.give(**given, reviewer=stranger.pk)
    actions.give(**given, reviewer=takers[0].pk)
    assert queries.short(row) == [] and neutrality(row) == []


def test_reminders_before_the_deadline_count_and_come_at_most_once_a_day():
    found = make_peers(4)
    row = given_out(found)
    hand_in(found.people[0])
    assert chores.remind_reviewers(DUE - 8 * DAY) == 0
    assert chores.remind_reviewers(DUE - 7 * DAY) == 3
    assert chores.remind_reviewers(DUE - 7 * DAY + timedelta(hours=1)) == 0
    assert actions.remind(by=found.manager, now=DUE - 7 * DAY + timedelta(hours=1), exchange=row.pk) == 0
    assert actions.remind(by=found.manager, now=DUE - 5 * DAY, exchange=row.pk) == 3
    assert chores.remind_reviewers(DUE - DAY) == 0  # two were sent
    assert Message.objects.filter(code="exchange_reminder").count() == 6
    assert reviews.remind(by=found.manager, now=NOW, intake=found.intake.pk) == 0
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.remind(by=make_actor(Role.SCREENING_OFFICER), now=NOW, exchange=row.pk)


def owing(found):
    """Everyone but the first hands in, and two reminders go out; gives the first one's application."""
    row = given_out(found)
    for person in found.people[1:]:
        hand_in(person)
    chores.remind_reviewers(DUE - 7 * DAY)
    chores.remind_reviewers(DUE - 2 * DAY)
    return row, found.files[0]


def test_missing_reviews_reject_ones_own_application_and_that_can_be_taken_back():
    found = make_peers(6)
    row, file = owing(found)
    given = {"by": found.manager, "application": file.pk}
    with pytest.raises(Refused, match="forfeit_not_due"):
        actions.forfeit(**given, now=OVER - timedelta(seconds=1))
    with pytest.raises(Refused, match="forfeit_nothing_owed"):
        actions.forfeit(by=found.manager, now=OVER, application=found.files[1].pk)
    actions.forfeit(**given, now=OVER)
    assert Application.objects.get(pk=file.pk).state == "ineligible" and queries.forfeited(found.intake.pk) == {file.pk}
    assert Message.objects.filter(code="exchange_forfeited", person=found.people[0]).exists()
    # its score is gone from the ranking of its group; what its organisation was to review is not owed twice
    assert file.pk not in scoring.scores_in(found.intake.pk)
    with pytest.raises(Refused, match="forfeit_not_eligible"):
        actions.forfeit(**given, now=OVER)
    actions.reinstate(**given, now=OVER)
    assert Application.objects.get(pk=file.pk).state == "eligible" and not queries.forfeited(found.intake.pk)
    with pytest.raises(Stale):
        actions.reinstate(**given, now=OVER)
    for by in (make_actor(Role.OPERATOR), actor(found.people[0])):
        for act in (actions.forfeit, actions.reinstate):
            with pytest.raises(Refused, match="not_allowed_for_role"):
                act(by=by, now=OVER, application=file.pk)
    assert row.entries.count() == 6


def test_the_decision_says_so_and_each_group_is_ranked_and_awarded_by_itself():
    found = make_peers(6)
    _row, file = owing(found)
    actions.forfeit(by=found.manager, now=OVER, application=file.pk)
    problem = problem_now(found.intake.pk, OVER).problem
    budgets = [rule for rule in problem.rules if rule.kind == "budget"]
    # 48 GPUs a month, asked for by three and by two applications
    assert sorted(rule.number("units") for rule in budgets) == [19, 28]
    ranks = [(one.group, one.rank) for one in scoring.scores_in(found.intake.pk).values()]
    assert {rank for _, rank in ranks if rank} <= {1, 2, 3} and {group for group, _ in ranks} == {1, 2}
    plan = propose(found, now=OVER)
    adopt(found, plan, now=OVER)
    told = Decision.objects.get(application=file.pk)
    assert (told.outcome, told.reason_code) == ("refused", "reviews_missing")
    assert set(Decision.objects.exclude(pk=told.pk).values_list("among", flat=True)) == {2, 3}
    assert not decisions.held_for_withdrawn(found.intake.pk)
    actions.reinstate(by=found.manager, now=OVER, application=file.pk)
    assert decisions.held_for_withdrawn(found.intake.pk)  # nothing is published by a plan that leaves it out


def test_scoring_without_substance_is_shown_and_nothing_follows():
    found = make_peers(8, each=3)
    row = given_out(found)
    for person in found.people[1:]:
        hand_in(person)
    hand_in(found.people[0], comment="x")
    flags = {one.reviewer.person: one.flags for one in queries.members(row, NOW)}
    assert "no_reasons" in flags.pop(found.people[0]) and not any("no_reasons" in one for one in flags.values())


def test_nobody_of_the_centre_reviews_for_an_applicant():
    found = make_peers(4)
    extra = make_staff(Role.OPERATOR)
    file = found.files[0]
    Membership.objects.filter(person=found.people[0]).update(left_at=NOW)
    Membership.objects.create(organisation=file.organisation, person=extra, role="owner", joined_at=NOW)
    with pytest.raises(Refused, match="exchange_nobody_reviews"):
        proposed(found)
    assert make_assignment(file).state == "assigned"
