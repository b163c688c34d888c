"""A supplement is asked for once, decided by two people, and becomes a line of the award that the book balances."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils import timezone
from factories import actor, make_actor, make_member, make_organisation, make_pool, make_pool_month, make_product
from hypothesis import given
from hypothesis import strategies as st
from portal.access_money import idle_award
from portal.billing.test_billing_actions import priced, worked

from madang.accounting.ledger import identity
from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.approvals import actions as approvals
from madang.portal.awards import actions as awards
from madang.portal.awards.models import AwardLine
from madang.portal.billing.models import StatementLine
from madang.portal.entitlements import actions as entitlements
from madang.portal.entitlements.rules import SupplementRule
from madang.portal.jobs import places
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import queries as ledger
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.rules import Usage
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person
from madang.portal.plans.problems import holdings
from madang.portal.resources.models import PoolMonth
from madang.portal.supplements import actions, queries, rules, trials
from madang.portal.supplements.models import Supplement
from madang.portal.supplements.rules import Given
from madang.values import Month

HOUR = 3600
NOW = datetime.fromisoformat("2026-04-02T12:00+09:00")
MONTHS = [f"2026-{n:02}" for n in range(1, 7)]


@given(
    st.booleans(), st.integers(1, 10_000), st.integers(1, 24), st.integers(1, 1000), st.integers(0, 30)
)  # fmt: skip
def test_a_supplement_is_never_more_than_its_share(by_hour, quantity, months, permille, later):
    line = Given(by_hour, quantity, "2026-01", months)
    current = Month(2026, 1).plus(later)
    found, left = rules.most(line, permille, current), rules.months_left(line, current)
    if by_hour:
        assert found * 1000 <= quantity * permille and (left or not found)
    else:
        assert found * left * 1000 <= quantity * months * permille
        assert not left or (found + 1) * left * 1000 > quantity * months * permille


@pytest.fixture
def people(db):
    """A manager, an approver, and an owner of the organisation that asks."""
    return make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER), make_member(make_organisation())


def rule(people, permille=500, from_percent=50):
    words = {"name_ko": "추가", "name_en": "More", "sentence_ko": "절반까지", "sentence_en": "Up to half."}
    given = {"permille": permille, "from_percent": from_percent, "starts_on": date(2026, 4, 1)}
    entitlements.create(by=people[0], now=NOW, code="half", kind="supplement", **words, **given)


def award_of(people, grain="hour", **given):
    pool = make_pool(grain=grain, runs_jobs=True)
    for month in MONTHS:
        make_pool_month(pool, month, physical=1000, funded=1000, committed=100)
    product = make_product(pool, units=1, grain=grain)
    priced(product, 550, 4_200)
    award = idle_award(people[2].memberships.get().organisation, people[2], product, NOW)
    if given:
        AwardLine.objects.filter(award=award).update(**given)
    return award


def used(award, hours, day=date(2026, 4, 1)):
    pool = award.lines.first().product.pool_id
    what = Usage("cluster", f"u{day}", f"award:{award.pk}", pool, "", f"{day:%Y-%m}", day, hours * HOUR)
    import_usage(now=NOW, charges=[what])


def asked(people, award, quantity):
    product = award.lines.first().product.code
    return actions.ask(
        by=actor(people[2]), now=NOW, award=award.pk, product=product, quantity=quantity, reasons="It works"
    )


def granted(people, row):
    actions.draft(by=people[0], now=NOW, supplement=row.pk, comment="Good results")
    actions.grant(by=people[1], now=NOW, supplement=row.pk, comment="", document_number="D-1")
    return Supplement.objects.get(pk=row.pk)


def code(act) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_more_hours_are_asked_for_granted_and_used_and_the_book_balances(people):
    award = award_of(people)
    assert code(lambda: asked(people, award, 300)) == "supplement_no_rule"
    rule(people)
    assert code(lambda: asked(people, award, 300)) == "supplement_too_early"
    assert queries.offers(actor(people[2]), award, NOW) == []
    used(award, 300)
    [offer] = queries.offers(actor(people[2]), award, NOW)
    assert (offer.most, offer.first_month, offer.months) == (300, "2026-04", 3)
    assert code(lambda: asked(people, award, 301)) == "supplement_quantity"
    row = asked(people, award, 300)
    assert code(lambda: asked(people, award, 1)) == "supplement_asked"
    [first, *_] = queries.rooms(row, NOW)
    assert (first.wanted, first.free, first.fits) == (100, 900, True)
    actions.lower(by=people[0], now=NOW, supplement=row.pk, quantity=240, reason="The pool is full in June")
    row = granted(people, row)
    sums = ledger.balances(f"award:{award.pk}")[row.line.product.pool_id]
    assert (sums.granted, sums.used, sums.left) == (840 * HOUR, 300 * HOUR, 540 * HOUR) and identity(sums)
    assert ledger.check_identity() == []
    assert [m.committed for m in PoolMonth.objects.order_by("month")] == [100] * 3 + [180] * 3
    assert (row.added.quantity, row.added.asked, row.added.added_on) == (240, 300, date(2026, 4, 2))
    assert Message.objects.filter(code="supplement_granted").count() == 1
    assert JournalEntry.objects.filter(action="awards.add").count() == 1
    # once: neither another ask nor another grant
    assert code(lambda: asked(people, award, 1)) == "supplement_asked"
    # the end of the award gives the promise of both lines back
    awards.end_early(by=people[1], now=NOW, award=award.pk, reason="x")
    assert [m.committed for m in PoolMonth.objects.order_by("month")] == [100] * 3 + [180, 0, 0]


def test_what_is_held_by_the_month_counts_and_costs_from_the_next_month_on(people):
    rule(people, from_percent=0)
    award = award_of(people, "month", quantity=4, asked=4, seconds=600 * HOUR)
    assert queries.offers(actor(people[2]), award, NOW)[0].most == 6
    row = granted(people, asked(people, award, 2))
    assert (row.added.first_month, row.added.months) == ("2026-05", 2)
    pool = row.line.product.pool_id
    assert holdings(AwardLine.objects.filter(award=award))[pool, "2026-05"] == 6
    assert [gpus for _, gpus, _, _ in places.limits("2026-04") + places.limits("2026-05")] == [4, 6]
    worked(award, "2026-04"), worked(award, "2026-05")
    [april, may] = StatementLine.objects.order_by("first_day").values_list("quantity", flat=True)
    assert (april, may) == (4 * 30, 6 * 31)


def test_capacity_that_another_took_is_not_granted_and_who_is_turned_down_may_ask_anew(people):
    rule(people, from_percent=0)
    award = award_of(people)
    row = asked(people, award, 300)
    PoolMonth.objects.filter(month="2026-06").update(committed=950)
    assert [one.fits for one in queries.rooms(row, NOW)] == [True, True, False]
    assert code(lambda: granted(people, row)) == "capacity_exceeded"
    assert award.lines.count() == 1
    refused = code(lambda: actions.refuse(by=people[0], now=NOW, supplement=row.pk, reason="Full"))
    assert refused == "supplement_draft_waits"
    approvals.withdraw(by=people[0], now=NOW, kind=actions.KIND, subject=row.pk)
    actions.refuse(by=people[0], now=NOW, supplement=row.pk, reason="Full")
    assert asked(people, award, 10).state == "asked"
    stranger = actor(make_member(make_organisation()))
    product = award.lines.first().product.code
    given = {"now": NOW, "award": award.pk, "product": product, "quantity": 1, "reasons": "x"}
    assert code(lambda: actions.ask(by=stranger, **given)) == "not_found"
    assert code(lambda: actions.refuse(by=people[1], now=NOW, supplement=row.pk, reason="x")) == "not_allowed_for_role"


def test_an_owner_withdraws_what_no_approver_has_before_him_and_asks_anew(people, client):
    rule(people, from_percent=0)
    award = award_of(people)
    row = asked(people, award, 300)
    given = {"now": NOW, "supplement": row.pk}
    assert code(lambda: actions.withdraw(by=people[0], **given)) == "not_allowed_for_role"
    assert code(lambda: actions.withdraw(by=actor(make_member(make_organisation())), **given)) == "not_found"
    actions.draft(by=people[0], comment="Good", **given)
    assert code(lambda: actions.withdraw(by=actor(people[2]), **given)) == "supplement_draft_waits"
    approvals.withdraw(by=people[0], now=NOW, kind=actions.KIND, subject=row.pk)
    client.force_login(people[2])
    assert client.post(f"/supplements/{row.pk}/", {"act": "withdraw"}).status_code == 302
    shown = client.get(f"/supplements/{row.pk}/").content.decode()
    assert "요청을 취하했습니다" in shown and 'value="withdraw"' not in shown
    assert code(lambda: actions.withdraw(by=actor(people[2]), **given)) == "supplement_decided"
    assert code(lambda: actions.refuse(by=people[0], reason="x", **given)) == "supplement_decided"
    assert asked(people, award, 10).state == "asked"


def test_a_trial_says_who_could_have_asked_for_how_much_and_whether_the_pool_had_room(people, client, monkeypatch):
    first, second, idle = (award_of(people) for _ in range(3))
    half = first.lines.get().quantity // 2
    used(first, half, date(2026, 1, 20)), used(second, half - 1, date(2026, 1, 21)), used(second, 1, date(2026, 3, 2))
    found = trials.tried(SupplementRule(500, 50), date(2026, 4, 2))
    assert found.by_month == (("2026-01", 3, 1), ("2026-02", 3, 0), ("2026-03", 3, 1)) and found.could_ask == 2
    pools = {one.pool.pk: one for one in found.pools}
    pool = first.lines.get().product.pool_id
    assert (pools[pool].awards, pools[pool].could_ask, pools[pool].most) == (1, 1, half * 3600)
    assert pools[idle.lines.get().product.pool_id].could_ask == 0
    assert not any(one.short for one in found.pools)
    # what a day before was not there yet counts for nothing, and a pool that is full has no room
    PoolMonth.objects.filter(pool=pool, month="2026-02").update(committed=1000)
    again = {one.pool.pk: one for one in trials.tried(SupplementRule(500, 50), date(2026, 3, 31)).pools}
    assert again[pool].short == ("2026-02",) and again[second.lines.get().product.pool_id].could_ask == 0
    # ended early, nobody asks any more
    awards.end_early(by=people[0], now=NOW, award=idle.pk, reason="x")
    assert trials.tried(SupplementRule(500, 0), date(2026, 8, 1)).by_month[0] == ("2026-05", 2, 2)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromisoformat("2026-04-02T12:00+09:00"))
    client.force_login(Person.objects.get(pk=people[0].person))
    shown = client.get("/staff/supplements/trial/", {"permille": 500, "from_percent": 50})
    assert shown.status_code == 200 and "자원별 영향" in shown.content.decode()
    assert client.get("/staff/supplements/trial/", {"permille": 0, "from_percent": 50}).status_code == 422
