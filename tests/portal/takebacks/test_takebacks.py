"""Idle awards are found, noticed, answered and decided by two people; hours go back and never more than is left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from factories import actor, make_actor, make_member, make_organisation, make_pool, make_pool_month, make_product
from portal.access_money import idle_award
from portal.races import at_once, errors
from rounds import DAY

from madang.accounting.ledger import identity
from madang.errors import Refused, Stale
from madang.portal.actors import MemberRole, Role
from madang.portal.awards.models import Award
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import queries as ledger
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.rules import Usage
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person
from madang.portal.plans.problems import holdings
from madang.portal.resources.models import PoolMonth
from madang.portal.takebacks import actions, queries
from madang.portal.takebacks.models import IdleRule, TakeBack

# noon in Seoul; half of the 600 hours from January to June were planned by now
NOW = datetime(2026, 4, 2, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=12)
HOUR = 3600
MONTHS = [f"2026-{n:02}" for n in range(1, 7)]
pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """A manager, an approver, and an owner of the organisation whose award lies idle."""
    return make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER), make_member(make_organisation())


@pytest.fixture
def award(people):
    return idle(people, make_product(promised(make_pool(grain="hour")), units=1, grain="hour"))


def promised(pool, units=100):
    for month in MONTHS:
        make_pool_month(pool, month, physical=1000, funded=1000, committed=units)
    return pool


def idle(people, product):
    manager, _, owner = people
    if not IdleRule.objects.exists():
        given = {"percent": 50, "after_days": 60, "grace_days": 10, "set_by_id": manager.person, "set_at": NOW}
        IdleRule.objects.create(starts_on=date(2026, 1, 1), **given)
    return idle_award(owner.memberships.get().organisation, owner, product, NOW)


def pool_of(award):
    return award.lines.get().product.pool


def used(award, hours, key="u"):
    given = Usage("cluster", key, f"award:{award.pk}", pool_of(award).pk, "", "2026-03", date(2026, 3, 5), hours * HOUR)
    import_usage(now=NOW, charges=[given])


def noticed(people, award, hours=None, now=NOW):
    amount = None if hours is None else hours * HOUR
    what = {"number": award.number, "pool": pool_of(award).code, "reason": "Unused", "amount": amount}
    return actions.propose(by=people[0], now=now, **what)


def decided(people, row, now=LATER):
    actions.draft(by=people[0], now=now, take_back=row.pk, comment="Heard, and not convinced")
    actions.take(by=people[1], now=now, take_back=row.pk, comment="", document_number="D-1")
    return TakeBack.objects.get(pk=row.pk)


def sums(award):
    return ledger.balances(f"award:{award.pk}")[pool_of(award).pk]


def code(act) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_the_look_finds_what_lies_idle_and_nothing_that_is_used(people, award):
    busy = idle(people, award.lines.get().product)
    used(busy, 160)
    (found,) = queries.idle(people[0], NOW)
    # January to March are over, and the first of April: 91 of 181 days
    assert (found.award, found.finding.planned, found.finding.used) == (award, 600 * HOUR * 91 // 181, 0)
    assert not found.whole
    assert queries.idle(actor(people[2]), NOW) == []
    noticed(people, award)
    assert queries.idle(people[0], NOW) == []


def test_a_calls_own_rule_comes_before_the_centres_and_the_latest_counts(people, award):
    call = award.application.intake.call_id
    given = {"by": people[0], "now": NOW, "percent": 0, "after_days": 60, "grace_days": 10}
    actions.set_rule(**given, starts_on=date(2026, 4, 3), call=call)
    assert len(queries.idle(people[0], NOW)) == 1
    assert queries.idle(people[0], NOW + DAY) == []
    actions.set_rule(**given | {"percent": 90}, starts_on=date(2026, 4, 4), call=call)
    assert len(queries.idle(people[0], NOW + 2 * DAY)) == 1
    assert code(lambda: actions.set_rule(**given, starts_on=date(2026, 4, 1))) == "idle_rule_past"
    given["by"] = people[1]
    assert code(lambda: actions.set_rule(**given, starts_on=date(2026, 4, 3))) == "not_allowed_for_role"


def test_looking_costs_the_same_for_one_as_for_three(people, award, django_assert_num_queries):
    for _ in range(2):
        with django_assert_num_queries(6):
            queries.idle(people[0], NOW)
        idle(people, award.lines.get().product)


def test_hours_go_back_after_the_notice_by_two_people_and_the_book_holds(people, award):
    used(award, 50)
    row = noticed(people, award, 400)
    assert code(lambda: actions.draft(by=people[0], now=NOW, take_back=row.pk, comment="x")) == "take_back_notice_runs"
    row = decided(people, row)
    assert (row.state, row.taken, row.decision) == ("taken_back", 400 * HOUR, "Heard, and not convinced")
    after = sums(award)
    assert (after.left, after.returned, after.used) == (150 * HOUR, 400 * HOUR, 50 * HOUR)
    assert identity(after) and ledger.check_identity() == []
    # 200 hours were promised for May and June, of which 150 are still needed
    assert row.freed == 50
    promises = PoolMonth.objects.filter(pool=pool_of(award)).order_by("month").values_list("committed", flat=True)
    assert list(promises) == [100, 100, 100, 100, 100, 50]
    assert holdings(award.lines.all())[pool_of(award).pk, "2026-06"] == 50
    assert Award.objects.get(pk=award.pk).state == "in_force"
    codes = set(Message.objects.filter(person=people[2]).values_list("code", flat=True))
    assert codes == {"take_back_notice", "take_back_taken"}
    done = JournalEntry.objects.filter(subject_kind="take_back").order_by("pk").values_list("action", flat=True)
    assert list(done) == ["takebacks.propose", "takebacks.take"]


def test_use_in_the_meantime_counts(people, award):
    row = noticed(people, award, 400)
    used(award, 450)
    assert decided(people, row).taken == 150 * HOUR
    assert sums(award).left == 0


def test_with_nothing_left_nothing_is_taken_and_the_draft_still_waits(people, award):
    row = noticed(people, award, 400)
    used(award, 600)
    assert code(lambda: decided(people, row)) == "take_back_nothing_left"
    assert TakeBack.objects.get().state == "noticed"
    assert code(lambda: actions.drop(by=people[0], now=LATER, take_back=row.pk, reason="x")) == "take_back_draft_waits"


def test_an_award_that_holds_units_by_the_month_goes_whole_and_frees_the_months_ahead(people):
    award = idle(people, make_product(promised(make_pool(), 600), units=1))
    row = noticed(people, award, 10)
    assert (row.whole, row.amount) == (True, 600 * HOUR)
    assert code(lambda: actions.reduce(by=people[0], now=NOW, take_back=row.pk, amount=1, reason="x")) == (
        "take_back_whole"
    )
    assert decided(people, row).taken == 600 * HOUR
    assert Award.objects.get(pk=award.pk).state == "ended"
    promises = PoolMonth.objects.filter(pool=pool_of(award)).order_by("month").values_list("committed", flat=True)
    assert list(promises) == [600, 600, 600, 600, 0, 0]
    assert identity(sums(award)) and sums(award).left == 0


def test_an_owner_answers_once_and_in_time_and_nobody_else(people, award):
    row, owner = noticed(people, award), actor(people[2])
    say = {"take_back": row.pk, "kind": "exemption", "text": "The data came late."}
    member = actor(make_member(award.organisation, role=MemberRole.MEMBER))
    assert code(lambda: actions.answer(by=member, now=NOW, **say)) == "not_allowed_for_role"
    assert code(lambda: actions.answer(by=actor(make_member()), now=NOW, **say)) == "not_found"
    assert code(lambda: actions.answer(by=owner, now=LATER, **say)) == "take_back_answer_late"
    assert len(queries.tasks(owner, NOW)) == 1
    actions.answer(by=owner, now=NOW, **say)
    assert queries.tasks(owner, NOW) == []
    assert code(lambda: actions.answer(by=owner, now=NOW, **say)) == "take_back_answered"
    assert queries.staff_tasks(people[0], NOW) == []
    assert queries.staff_tasks(people[0], LATER)[0].count == 1


def test_less_is_taken_or_nothing_and_an_exemption_is_kept_until_its_last_day(people, award):
    row = noticed(people, award, 100)
    less = {"by": people[0], "now": NOW, "take_back": row.pk, "reason": "x"}
    assert code(lambda: actions.reduce(**less, amount=100 * HOUR)) == "take_back_amount"
    actions.reduce(**less, amount=40 * HOUR)
    actions.drop(**less, exempt_until=date(2026, 4, 9))
    assert queries.idle(people[0], NOW + 7 * DAY) == []
    assert len(queries.idle(people[0], NOW + 8 * DAY)) == 1
    assert code(lambda: actions.drop(**less)) == "take_back_closed"
    assert sums(award).returned == 0
    codes = set(Message.objects.filter(person=people[2]).values_list("code", flat=True))
    assert codes == {"take_back_notice", "take_back_reduced", "take_back_dropped"}


def test_no_notice_twice_none_of_what_is_used_and_nothing_once_the_award_is_over(people, award):
    row = noticed(people, award)
    assert code(lambda: noticed(people, award)) == "take_back_open"
    busy = idle(people, award.lines.get().product)
    used(busy, 300)
    assert code(lambda: noticed(people, busy)) == "take_back_not_idle"
    Award.objects.filter(pk=award.pk).update(state="ended", ended_at=NOW)
    assert code(lambda: decided(people, row)) == "take_back_award_over"


@pytest.mark.parametrize("role", [*sorted(set(Role) - {Role.PROGRAMME_MANAGER}), None])
def test_only_a_programme_manager_gives_notice_reduces_drops_and_drafts(people, award, role):
    row, by = noticed(people, award), make_actor(role) if role else actor(people[2])
    what = {"by": by, "now": LATER, "take_back": row.pk}
    for act in (
        lambda: noticed((by, by, None), award),
        lambda: actions.reduce(**what, amount=1, reason="x"),
        lambda: actions.drop(**what, reason="x"),
        lambda: actions.draft(**what, comment="x"),
    ):
        assert code(act) == "not_allowed_for_role"


def test_the_pages_lead_from_the_finding_to_the_decision(client, monkeypatch, people, award):
    manager, approver, owner = people
    at = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: at[0])

    def seen(person, url, **sent):
        client.force_login(person)
        client.cookies["madang_language"] = "en"
        answer = client.post(url, sent, follow=True) if sent else client.get(url)
        assert answer.status_code == 200, answer.content.decode()
        return answer.content.decode()

    staff = [Person.objects.get(pk=one.person) for one in (manager, approver)]
    listed = reverse("take-backs")
    new = reverse("take-back-new", args=[award.number, pool_of(award).code])
    assert new in seen(staff[0], listed) and new not in seen(staff[1], listed)
    seen(staff[0], new, hours="300", reason="Unused since January")
    url = reverse("take-back", args=[TakeBack.objects.get().pk])
    assert url in seen(owner, reverse("home")) and url in seen(owner, reverse("award", args=[award.number]))
    assert "No money is claimed back" in seen(owner, url)
    seen(owner, url, act="answer", kind="view", text="We begin in May.")
    assert "We begin in May." in seen(staff[0], url, act="reduce", hours="200", reason="They begin in May")
    at[0] = LATER
    seen(staff[0], url, half="draft", comment="Half of it stays")
    assert url in seen(staff[1], reverse("approvals"))
    page = seen(staff[1], url, half="approve", comment="", document_number="D-7")
    assert "Half of it stays" in page and "200" in page
    assert sums(award).returned == 200 * HOUR
    client.force_login(make_member())
    assert client.get(url).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_while_hours_are_taken_jobs_are_charged_and_nothing_is_counted_twice(people, award):
    row = noticed(people, award, 400)
    actions.draft(by=people[0], now=LATER, take_back=row.pk, comment="x")
    take = {"by": people[1], "now": LATER, "take_back": row.pk, "comment": "", "document_number": "D-1"}
    answers = at_once(
        lambda: used(award, 300, "a"), lambda: actions.take(**take), lambda: actions.take(**take),
        lambda: used(award, 100, "b"),
    )  # fmt: skip
    assert [type(error) in (Refused, Stale) for error in errors(answers)] == [True]
    after, row = sums(award), TakeBack.objects.get()
    assert (after.returned, row.state) == (row.taken, "taken_back")
    assert 200 * HOUR <= row.taken <= 400 * HOUR
    assert after.used == 400 * HOUR
    assert after.left >= 0 and ledger.check_identity() == []
