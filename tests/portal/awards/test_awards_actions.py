"""Offers are answered in time or lapse; awards in force grant, and end with what is left going back."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from factories import NOW, actor, make_actor, make_job, make_member
from hypothesis import given
from hypothesis import strategies as st
from rounds import DAY, adopt, make_round, propose, publish

from madang.errors import Refused, Stale, Unavailable
from madang.portal.actors import MemberRole, Role
from madang.portal.agreements import actions as agreements
from madang.portal.awards import actions, chores, queries, rules
from madang.portal.awards.models import Award
from madang.portal.decisions import actions as decisions
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import queries as balances
from madang.portal.outbox.models import Message
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PolicyChoice
from madang.portal.resources.models import PoolMonth

SEOUL = ZoneInfo("Asia/Seoul")


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def offered(points=(60,), **given):
    """A published round; its awards in the order of scores, and the first applicant's owner."""
    found = make_round(list(points), **given)
    adopt(found, propose(found))
    publish(found)
    return found, list(Award.objects.order_by("pk")), actor(found.owners[0])


def in_force(**given):
    found, (award, *_), owner = offered(**given)
    actions.accept(by=owner, now=NOW, award=award.pk)
    actions.enter_force(by=found.approver, now=NOW, award=award.pk)
    return found, Award.objects.get(pk=award.pk)


def committed(found) -> list[int]:
    return list(PoolMonth.objects.filter(pool=found.pool).order_by("month").values_list("committed", flat=True))


# rules


@given(st.integers(0, 10**8).map(lambda s: NOW + timedelta(seconds=s)), st.integers(0, 60))
def test_the_deadline_is_the_end_of_a_local_day(now, days):
    deadline = rules.accept_deadline(now, days, SEOUL)
    local = deadline.astimezone(SEOUL)
    assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    assert timedelta(days=days) < deadline - now <= timedelta(days=days + 1)


def test_an_offer_can_be_answered_until_its_deadline_and_not_at_it():
    rules.check_answerable("offered", NOW, NOW - timedelta(microseconds=1))
    assert code(lambda: rules.check_answerable("offered", NOW, NOW)) == "award_deadline_passed"
    assert code(lambda: rules.check_answerable("accepted", NOW, NOW - DAY)) == "award_not_offered"


def test_a_line_grants_the_seconds_of_its_own_months():
    line = {"quantity": 2, "units": 8, "first_month": "2026-02", "months": 1, "zone": SEOUL}
    assert rules.seconds_of(by_hour=False, **line) == 16 * 28 * 86_400
    assert rules.seconds_of(by_hour=True, **line) == 16 * 3600


def test_an_awards_days_span_all_its_lines():
    lines = [rules.Line(1, 1, 1, "2026-11", 3, 1), rules.Line(2, 1, 1, "2026-10", 1, 1)]
    assert rules.days_of(lines) == (date(2026, 10, 1), date(2027, 2, 1))


# actions


@pytest.mark.django_db
def test_an_owner_accepts_in_time():
    _found, (award,), owner = offered()
    row = actions.accept(by=owner, now=award.accept_by - timedelta(microseconds=1), award=award.pk)
    assert (row.state, row.answered_by_id) == ("accepted", owner.person)


@pytest.mark.django_db
def test_exactly_at_the_deadline_it_is_too_late():
    _found, (award,), owner = offered()
    assert code(lambda: actions.accept(by=owner, now=award.accept_by, award=award.pk)) == "award_deadline_passed"
    assert code(lambda: actions.decline(by=owner, now=award.accept_by, award=award.pk)) == "award_deadline_passed"


@pytest.mark.django_db
def test_only_owners_answer():
    found, (award,), _owner = offered()
    member = actor(make_member(award.organisation, role=MemberRole.MEMBER))
    stranger = actor(make_member())
    assert code(lambda: actions.accept(by=member, now=NOW, award=award.pk)) == "not_allowed_for_role"
    assert code(lambda: actions.accept(by=stranger, now=NOW, award=award.pk)) == "not_found"
    assert code(lambda: actions.accept(by=found.manager, now=NOW, award=award.pk)) == "not_allowed_for_role"
    assert code(lambda: actions.accept(by=make_actor(Role.AUDITOR), now=NOW, award=award.pk)) == "not_allowed_for_role"


@pytest.mark.django_db
def test_held_awards_do_not_exist_for_their_applicants():
    found = make_round([60])
    adopt(found, propose(found))
    assert not queries.awards(actor(found.owners[0])).exists()
    assert queries.awards(found.manager).count() == 1


@pytest.mark.django_db
def test_declining_frees_the_capacity():
    found, (award,), owner = offered()
    assert committed(found) == [16, 16, 16]
    actions.decline(by=owner, now=NOW, award=award.pk, reason="no staff")
    assert committed(found) == [0, 0, 0]
    assert Award.objects.get().ended_reason == "no staff"


@pytest.mark.django_db
def test_an_unanswered_offer_lapses():
    found, (award,), _owner = offered()
    assert chores.lapse_offers(award.accept_by - timedelta(seconds=1)) == 0
    assert chores.lapse_offers(award.accept_by) == 1
    assert chores.lapse_offers(award.accept_by) == 0
    assert Award.objects.get().state == "lapsed"
    assert committed(found) == [0, 0, 0]


@pytest.mark.django_db
def test_in_force_it_grants_its_seconds_once():
    found, award = in_force()
    ((pool, sums),) = queries.figures(Award.objects.prefetch_related("lines__product__pool").get(pk=award.pk))
    assert (pool, sums.granted, sums.left) == (found.pool, 16 * 92 * 86_400, 16 * 92 * 86_400)
    with pytest.raises(Stale):
        actions.enter_force(by=found.approver, now=NOW, award=award.pk)


@pytest.mark.django_db
def test_two_people_end_an_award_and_the_rest_goes_back():
    found, award = in_force()
    now = datetime(2026, 5, 20, tzinfo=UTC)
    assert code(lambda: actions.draft_end(by=found.manager, now=now, award=award.pk, comment="")) == (
        "award_reason_needed"
    )
    actions.draft_end(by=found.manager, now=now, award=award.pk, comment="idle")
    assert code(
        lambda: actions.end(by=found.manager, now=now, award=award.pk, comment="", document_number="D")
    ) == "not_allowed_for_role"  # fmt: skip
    actions.end(by=found.approver, now=now, award=award.pk, comment="", document_number="D-3")
    row = Award.objects.get(pk=award.pk)
    assert (row.state, row.ended_reason) == ("ended", "idle")
    # May is under way and stays promised; June and July are free again
    assert committed(found) == [16, 0, 0]
    sums = balances.balances(queries.owner_of(award.pk))[found.pool.pk]
    assert (sums.left, sums.returned) == (0, sums.granted)


@pytest.mark.django_db
def test_who_has_jobs_under_an_award_is_told_of_its_end_with_the_owners():
    found, award = in_force()
    now = datetime(2026, 5, 20, tzinfo=UTC)
    member, gone = (
        make_member(award.organisation, role=MemberRole.MEMBER),
        make_member(award.organisation, role=MemberRole.MEMBER),
    )
    running = make_job(award, submitted_by=member, state="running", started_at=NOW, backend_id="1")
    make_job(award, submitted_by=gone, state="cancelled", started_at=None, ended_at=NOW)
    assert queries.open_jobs(award.pk) == (0, 1)
    assert queries.with_open_jobs(award.pk) == [running.submitted_by]
    actions.draft_end(by=found.manager, now=now, award=award.pk, comment="idle")
    actions.end(by=found.approver, now=now, award=award.pk, comment="", document_number="D-3")
    told = Message.objects.filter(code="award_ended")
    assert member.pk in {row.person_id for row in told} and gone.pk not in {row.person_id for row in told}
    assert all("2026-05-21 09:00:00" in row.body for row in told)
    assert told.count() == 2


@pytest.mark.django_db
def test_after_its_days_the_rest_expires():
    found, award = in_force()
    midnight = datetime(2026, 7, 31, 15, tzinfo=UTC)
    assert chores.end_awards(midnight - timedelta(seconds=1)) == 0
    assert chores.end_awards(midnight) == 1
    sums = balances.balances(queries.owner_of(award.pk))[found.pool.pk]
    assert (sums.left, sums.expired) == (0, sums.granted)


@pytest.mark.django_db
def test_what_a_late_job_gives_back_is_cleared():
    found, award = in_force()
    owner = queries.owner_of(award.pk)
    common = {"by": found.approver, "owner": owner, "pool": found.pool.pk, "source": "job", "subject": "job:1"}
    ledger.hold(**common, now=NOW, amount=100, key="1/hold")
    chores.end_awards(datetime(2026, 8, 1, tzinfo=UTC))
    ledger.release(**common, now=NOW, key="1/release")
    assert chores.clear_rests(datetime(2026, 8, 2, tzinfo=UTC)) == 1
    sums = balances.balances(owner)[found.pool.pk]
    assert (sums.left, sums.held, sums.expired) == (0, 0, sums.granted)


# races


def together(*calls):
    """Runs the calls in threads of their own at the same moment; gives what each came to."""
    barrier, found = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            barrier.wait()
            call()
            found[place] = "done"
        except (Refused, Stale, Unavailable) as error:
            found[place] = getattr(error, "code", type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
def test_of_two_plans_adopted_at_once_one_wins():
    found = make_round([60, 50], funded=24)
    plans = [propose(found), propose(found, PolicyChoice.PORTFOLIO)]
    for plan in plans:
        decisions.draft_adoption(by=found.manager, now=NOW, plan=plan.pk)
    before = Plan.objects.filter(state="adopted").count()
    came = together(
        *(
            lambda plan=plan: decisions.adopt(by=found.approver, now=NOW, plan=plan.pk, document_number="D")
            for plan in plans
        )
    )
    assert before == 0
    assert came.count("done") == 1
    assert Plan.objects.filter(state="adopted").count() == 1
    assert not Plan.objects.filter(state="superseded").exists()
    held = sum(line.quantity * 8 for award in Award.objects.all() for line in award.lines.all())
    assert committed(found) == [held, held, held]


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_answer_at_once_one_is_heard():
    found, (award,), owner = offered()
    other = actor(make_member(award.organisation))
    came = together(
        lambda: agreements.accept(by=owner, now=NOW, award=award.pk),
        lambda: actions.decline(by=other, now=NOW, award=award.pk),
    )
    assert came.count("done") == 1
    state = Award.objects.get().state
    assert state == ("accepted" if came[0] == "done" else "declined")
    assert committed(found) == ([16] * 3 if state == "accepted" else [0] * 3)


@pytest.mark.django_db(transaction=True)
def test_of_two_intakes_one_gets_the_last_units():
    one = make_round([60], funded=16)
    two = make_round([60], product=one.product)
    plans = [(one, propose(one)), (two, propose(two))]
    for found, plan in plans:
        decisions.draft_adoption(by=found.manager, now=NOW, plan=plan.pk)
    came = together(
        *(
            lambda found=found, plan=plan: decisions.adopt(
                by=found.approver, now=NOW, plan=plan.pk, document_number="D"
            )
            for found, plan in plans
        )
    )
    assert came.count("done") == 1
    assert Award.objects.count() == 1
    assert committed(one) == [16, 16, 16]
