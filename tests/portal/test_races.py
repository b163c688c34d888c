"""Scarce things taken by two at the same moment, on either database: one wins, and nothing is counted twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from factories import (
    NOW,
    actor,
    make_actor,
    make_application,
    make_award,
    make_call,
    make_closed,
    make_intake,
    make_member,
    make_person,
    make_region,
    make_reviewer,
    make_submitted,
    make_suggestion,
    make_track,
)
from portal.races import at_once, errors
from rounds import make_round, propose

from madang.errors import Refused, Stale
from madang.portal.access import actions as access
from madang.portal.actors import PUBLIC, Role
from madang.portal.applications import actions as applications
from madang.portal.applications.models import Application
from madang.portal.billing import actions as billing
from madang.portal.billing.models import Statement
from madang.portal.calls import actions as calls
from madang.portal.calls.models import CorrectionNotice, Intake
from madang.portal.indicators import actions as indicators
from madang.portal.indicators.models import DayUse, RollUpCursor
from madang.portal.journal import actions as journal
from madang.portal.journal.models import JournalHead, JournalSeal
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.models import Movement
from madang.portal.ledger.rules import Usage
from madang.portal.people import actions as people
from madang.portal.people import links, rules
from madang.portal.people.models import ApiToken, LoginFailure, StaffRole
from madang.portal.plans import actions as plans
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PolicyChoice
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.screening import actions as screening
from madang.portal.suggestions import actions as suggestions

pytestmark = pytest.mark.django_db(transaction=True)


def codes(answers):
    return [answer.code for answer in answers if isinstance(answer, Refused)]


def test_of_two_who_confirm_one_suggestion_one_gives_it_out():
    intake = make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    track = make_track(intake.call, reviews_wanted=2)
    files = [make_submitted(track, intake, state="eligible") for _ in range(2)]
    for _ in range(3):
        make_reviewer()
    row = make_suggestion(intake)
    given = {"now": NOW, "suggestion": row.pk, "due_at": NOW + timedelta(days=9)}
    both = [make_actor(Role.PROGRAMME_MANAGER) for _ in range(2)]
    answers = at_once(*(lambda by=by: suggestions.confirm(by=by, **given) for by in both))
    assert [type(error) for error in errors(answers)] == [Stale]
    assert (4, 0) in answers
    assert ReviewAssignment.objects.filter(application__in=files).count() == 4


def test_tokens_in_force_stay_within_their_limit():
    by = actor(make_person())
    for _ in range(rules.TOKENS_IN_FORCE - 1):
        access.create_token(by=by, now=NOW, name="x", days=1)
    answers = at_once(*[lambda: access.create_token(by=by, now=NOW, name="x", days=1)] * 3)
    assert codes(answers) == ["too_many_tokens"] * 2
    assert ApiToken.objects.count() == rules.TOKENS_IN_FORCE


def test_the_first_operators_link_opened_twice_makes_one():
    make_region()
    token = links.make("first-operator", now=NOW, life=timedelta(hours=1))

    def open_link(n):
        given = {"token": token, "email": f"first{n}@test.example", "name": "First", "language": "en"}
        return people.register_first_operator(by=PUBLIC, now=NOW, password="a long enough sentence", **given)

    answers = at_once(lambda: open_link(1), lambda: open_link(2))
    assert codes(answers) == ["link_invalid"]
    assert StaffRole.objects.filter(role=Role.OPERATOR).count() == 1


def test_failed_log_ins_are_counted_in_places_that_are_free_again_after_a_while(settings):
    settings.MADANG_LOGIN_TRIES = 3
    attempt = {"by": PUBLIC, "email": "nobody@test.example", "password": "wrong"}
    first = at_once(*[lambda: access.log_in(now=NOW, **attempt)] * 6)
    later = at_once(*[lambda: access.log_in(now=NOW + timedelta(minutes=15), **attempt)] * 6)
    for answers in (first, later):
        assert sorted(codes(answers)) == ["log_in_throttled"] * 3 + ["log_in_wrong"] * 3
    assert LoginFailure.objects.filter(digest=journal.digest("e-mail:nobody@test.example")).count() == 3


def test_two_assignments_never_load_a_reviewer_beyond_the_limit():
    found = make_round([50, 40])
    reviewer = make_reviewer(load_limit=1)

    def give(file):
        chosen = {file.pk: [reviewer.pk]}
        return reviews.assign(
            by=found.manager, now=NOW, intake=found.intake.pk, chosen=chosen, due_at=NOW + timedelta(days=3)
        )

    answers = at_once(*[lambda file=file: give(file) for file in found.files])
    assert codes(answers) == ["reviewer_overloaded"]
    assert ReviewAssignment.objects.filter(reviewer=reviewer).count() == 1


def ready(track, intake):
    """A draft that holds all that its track asks for."""
    draft = make_application(track, intake)
    return draft, actor(draft.created_by)


def test_receipts_of_one_intake_are_numbered_without_a_gap():
    track = make_track(make_call())
    intake = make_intake(track.call)
    drafts = [ready(track, intake) for _ in range(4)]
    # each is sent twice at once, as by a double click
    acts = [
        lambda draft=draft, by=by: applications.submit(by=by, now=NOW, application=draft.pk, version=1)
        for draft, by in drafts * 2
    ]
    assert errors(at_once(*acts)) == []
    numbers = sorted(int(row.number.rsplit("-", 1)[1]) for row in Application.objects.all())
    assert numbers == [1, 2, 3, 4]
    assert Intake.objects.get().last_receipt == 4


def test_one_application_an_organisation_where_a_track_says_so():
    track = make_track(make_call())
    intake = make_intake(track.call)
    track.eligibility_rules.create(
        kind="one_per_organisation", reference_date="announcement", parameters={}, position=1
    )
    owner = make_member()
    by, organisation = actor(owner), owner.memberships.get().organisation_id
    given = {"by": by, "now": NOW, "track": track.pk, "intake": intake.pk, "organisation": organisation}
    answers = at_once(*[lambda: applications.begin(**given)] * 3)
    assert codes(answers) == ["already_begun"] * 2


def test_nobody_withdraws_while_a_plan_is_being_adopted():
    """Of the two one is told to look again, or the withdrawn application stands in no adopted plan."""
    found = make_round([50])
    plan, owner = propose(found), actor(found.owners[0])
    bumped = Intake.objects.get(pk=found.intake.pk).version
    applications.withdraw(by=owner, now=NOW, application=found.files[0].pk)
    assert Intake.objects.get(pk=found.intake.pk).version == bumped + 1
    with pytest.raises(Refused):
        plans.mark_adopted(by=found.approver, now=NOW, plan=plan)


def test_a_verdict_is_not_taken_back_from_an_intake_that_goes_on():
    call = make_call()
    dates = {"opens_at": NOW - timedelta(days=30), "closes_at": NOW - timedelta(days=5), "state": "screening"}
    intake = make_intake(call, **dates)
    file = make_submitted(make_track(call), intake, state="eligible")
    officer = make_actor(Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER)
    at_once(
        lambda: screening.reconsider(by=officer, now=NOW, application=file.pk, version=file.version),
        lambda: calls.move_intake(by=officer, now=NOW, intake=intake.pk, to="in_review"),
    )
    intake.refresh_from_db()
    file.refresh_from_db()
    assert (intake.state, file.state) in {("screening", "submitted"), ("in_review", "eligible")}


def test_plans_of_one_intake_have_numbers_of_their_own():
    found = make_round([50])
    answers = at_once(
        *[lambda: plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=PolicyChoice.RANK_SKIP)] * 3
    )
    numbers = list(Plan.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) + len(errors(answers)) == 3


def test_correction_notices_of_one_call_are_numbered_without_a_gap():
    call, manager = make_call(), make_actor(Role.PROGRAMME_MANAGER)
    make_intake(call)
    given = {"by": manager, "now": NOW, "call": call.pk, "version": 1, "reason_ko": "오기", "reason_en": "Slip"}
    answers = at_once(
        lambda: calls.correct(**given, field="call.title_ko", new="새 제목"),
        lambda: calls.correct(**given, field="call.title_en", new="New title"),
    )
    assert len(errors(answers)) == 1
    assert [row.number for row in CorrectionNotice.objects.all()] == [1]


def test_statements_of_a_month_are_issued_once_and_numbered_without_a_gap():
    manager = make_actor(Role.PROGRAMME_MANAGER)
    for _ in range(3):
        Statement.objects.create(organisation=make_award().organisation, month="2026-03", worked_out_at=NOW)
    make_closed("2026-03")
    answers = at_once(*[lambda: billing.issue(by=manager, now=NOW, month="2026-03")] * 2)
    assert len(errors(answers)) == 1
    numbers = sorted(Statement.objects.values_list("number", flat=True))
    assert numbers == ["2026-03-0001", "2026-03-0002", "2026-03-0003"]


def test_two_workers_add_use_to_the_day_totals_once():
    award = make_award()
    pool, day = award.lines.get().product.pool_id, date(2026, 4, 1)
    for n in range(5):
        usage = Usage("test", f"k{n}", f"award:{award.pk}", pool, "", "2026-04", day, 10)
        ledger.use(by=make_actor(Role.OPERATOR), now=NOW, usage=usage)
    at_once(*[lambda: indicators.roll_up(now=NOW)] * 2)
    indicators.roll_up(now=NOW)
    assert sum(DayUse.objects.values_list("seconds", flat=True)) == 50


def test_use_that_became_visible_behind_the_cursor_is_counted_after_all():
    award = make_award()
    pool = award.lines.get().product.pool_id
    by = make_actor(Role.OPERATOR)
    for n in range(3):
        day = date(2026, 4, 1 + n)
        usage = Usage("test", f"k{n}", f"award:{award.pk}", pool, "", "2026-04", day, 10)
        ledger.use(by=by, now=NOW, usage=usage)
    RollUpCursor.objects.create(name="day_use", movement=Movement.objects.order_by("-pk").first().pk)
    DayUse.objects.create(award=award, pool_id=pool, day=date(2026, 4, 1), seconds=10)
    assert indicators.roll_up(now=NOW) == 0
    assert indicators.recount(now=NOW) == 1
    assert sorted(DayUse.objects.values_list("day", "seconds")) == [(date(2026, 4, 1 + n), 10) for n in range(3)]
    assert indicators.recount(now=NOW) == 0


def test_a_second_sealer_and_a_second_head_are_told_that_someone_was_first():
    for n in range(3):
        access.ask_sign_up(by=PUBLIC, now=NOW, email=f"new{n}@test.example", name="N", language="ko")
    answers = at_once(*[lambda: journal.seal(now=NOW)] * 3)
    assert all(isinstance(answer, Stale) for answer in errors(answers))
    assert JournalSeal.objects.count() == 3
    at_once(*[lambda: journal.publish_head(now=NOW, day=date(2026, 4, 1))] * 3)
    assert JournalHead.objects.count() == 1


def test_the_next_intake_of_a_rolling_call_is_planned_once():
    call, manager = make_call(kind="rolling"), make_actor(Role.PROGRAMME_MANAGER)
    make_intake(call)
    make_track(call, last_month="2027-12")
    answers = at_once(*[lambda: calls.open_next_intake(by=manager, now=NOW, call=call.pk)] * 3)
    numbers = list(Intake.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(errors(answers)) == 4 - len(numbers)
