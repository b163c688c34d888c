"""Hours of one pool become hours of another at a published rate: never more by going round, and the book balances."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from factories import (
    actor,
    make_actor,
    make_closed,
    make_member,
    make_organisation,
    make_pool,
    make_pool_month,
    make_product,
)
from hypothesis import given
from hypothesis import strategies as st
from portal.access_money import idle_award
from portal.billing.test_billing_actions import priced, worked
from portal.races import at_once, errors

from madang.accounting.ledger import identity
from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.awards import actions as awards
from madang.portal.billing.models import StatementLine
from madang.portal.jobs import places
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import actions as books
from madang.portal.ledger import queries as ledger
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.models import Movement
from madang.portal.ledger.rules import Usage
from madang.portal.outbox.models import Message
from madang.portal.resources.models import PoolMonth
from madang.portal.takebacks.models import TakeBack
from madang.portal.transfers import actions, offers, rules
from madang.portal.transfers.models import Transfer
from madang.portal.transfers.rules import Between, Rate, Share

HOUR = 3600
NOW = datetime.fromisoformat("2026-04-02T12:00+09:00")
TODAY = date(2026, 4, 2)
MONTHS = [f"2026-{n:02}" for n in range(1, 7)]
RATES = st.builds(Rate, st.integers(1, 500), st.integers(1, 500))


@given(RATES, st.integers(1, 5000), st.integers(1, 3000))
def test_there_and_back_makes_no_hours_and_takes_no_more_than_it_needs(rate, hours, step):
    try:
        found = rules.exchange(rate, hours * HOUR, step * HOUR)
        back = rules.exchange(rate.back, found.got, HOUR)
    except Refused as refused:
        assert refused.code == "transfer_too_little"
        return
    assert found.given <= hours * HOUR and found.got * rate.gives <= found.given * rate.gets
    assert found.given % HOUR == 0 and found.got == found.quantity * step * HOUR
    assert found.got * rate.gives > (found.given - HOUR) * rate.gets
    assert back.got <= found.given and back.given <= found.got


@given(
    st.lists(st.builds(Between, st.integers(1, 4), st.integers(1, 4), RATES), max_size=8),
    st.lists(st.integers(0, 7), max_size=12),
    st.integers(1, 10_000),
)
def test_nobody_comes_back_with_more_by_rates_that_were_let_in(wanted, walk, hours):
    known = []
    for one in wanted:
        if one.source == one.target or any((k.source, k.target) == (one.source, one.target) for k in known):
            continue
        try:
            rules.check_circle(known, one)
        except Refused:
            continue
        known.append(one)
    for start in {one.source for one in known}:
        where, left = start, hours * HOUR
        for place in walk:
            ways = [one for one in known if one.source == where]
            if not ways:
                break
            one = ways[place % len(ways)]
            try:
                left = rules.exchange(one.rate, left, HOUR).got
            except Refused:
                break
            where = one.target
            assert where != start or left <= hours * HOUR


def test_a_circle_that_gains_is_refused():
    known = [Between(1, 2, Rate(100, 62)), Between(2, 3, Rate(1, 2))]
    rules.check_circle(known, Between(3, 1, Rate(124, 100)))
    with pytest.raises(Refused, match="transfer_rate_circle"):
        rules.check_circle(known, Between(3, 1, Rate(123, 100)))


def test_shares_are_of_what_was_given_and_of_all_that_went_out():
    share = Share(own=1000 * HOUR, before=200 * HOUR, least_permille=50, most_permille=500)
    assert (share.least, share.most) == (50 * HOUR, 300 * HOUR)
    assert Share(0, 0, 0, 1000).most == 0


@pytest.fixture
def people(db):
    """A manager and an owner of the organisation that asks."""
    return make_actor(Role.PROGRAMME_MANAGER), make_member(make_organisation())


def product_of(grain="hour", units=1):
    pool = make_pool(grain=grain, runs_jobs=True)
    for month in MONTHS:
        make_pool_month(pool, month, physical=1000, funded=1000, committed=100)
    found = make_product(pool, units=units, grain=grain)
    priced(found, 550, 4_200)
    return found


def rated(people, source, target, gives=100, gets=62, code="h100-b200", **more):
    words = {"name_ko": "전환", "name_en": "Exchange", "sentence_ko": "100당 62", "sentence_en": "62 for 100."}
    what = {"pool": source.pool.code, "product": target.code, "gives": gives, "gets": gets, "starts_on": TODAY}
    return actions.create_rate(by=people[0], now=NOW, code=code, **words, **what | more)


def award_of(people, product):
    return idle_award(people[1].memberships.get().organisation, people[1], product, NOW)


def asked(people, award, hours, way="h100-b200", reasons=""):
    return actions.ask(by=actor(people[1]), now=NOW, award=award.pk, way=way, hours=hours, reasons=reasons)


def code(act) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def sums(award, product):
    return ledger.balances(f"award:{award.pk}")[product.pool_id]


def test_hours_are_exchanged_used_billed_and_go_back(people):
    h100, b200 = product_of(), product_of()
    award = award_of(people, h100)
    rated(people, h100, b200, back=True, most_permille=500)
    assert code(lambda: asked(people, award, 302)) == "transfer_most"
    [offer] = offers.offers(award, NOW)
    assert (offer.most, offer.exchange(101).given, offer.exchange(101).quantity) == (300 * HOUR, 100 * HOUR, 62)
    row = Transfer.objects.get(pk=asked(people, award, 101).pk)
    out, into = Movement.objects.filter(subject=f"transfer:{row.pk}").order_by("pk")
    assert (row.out, row.into, out.kind, into.kind) == (out, into, "transfer_out", "transfer_in")
    given, got = sums(award, h100), sums(award, b200)
    assert (given.granted, given.returned, given.left) == (600 * HOUR, 100 * HOUR, 500 * HOUR) and identity(given)
    assert (got.granted, got.left) == (62 * HOUR, 62 * HOUR) and identity(got)
    assert ledger.check_identity() == []
    # 500 hours of 300 ahead in two months stay promised; 62 over three months are 21 a month
    assert [m.committed for m in PoolMonth.objects.filter(pool=b200.pool).order_by("month")] == [100] * 3 + [121] * 3
    assert row.line.by_transfer and (row.line.quantity, row.line.months) == (62, 3)
    assert b200.pool in [one.pool for one in places.places(actor(people[1]), NOW)]
    # neither side is undone alone
    assert code(lambda: books.reverse(by=people[0], now=NOW, movement=out.pk)) == "reversal_of_transfer"
    # what is used is charged where it is used, late use too
    day = date(2026, 4, 3)
    import_usage(now=NOW, charges=[Usage("c", "u", f"award:{award.pk}", b200.pool_id, "", "2026-04", day, 12 * HOUR)])
    worked(award, "2026-04")
    assert StatementLine.objects.get().quantity == 12 * HOUR
    make_closed("2026-04")
    import_usage(now=NOW, charges=[Usage("c", "late", f"award:{award.pk}", b200.pool_id, "", "2026-04", day, HOUR)])
    worked(award, "2026-05")
    assert StatementLine.objects.exclude(quantity=12 * HOUR).get().quantity == HOUR
    # back goes what is left of it, at the same rate, and hours that came in go nowhere else
    rated(people, b200, h100, 2, 3, "b200-h100")
    assert [one.key for one in offers.offers(award, NOW)] == ["h100-b200", f"back-{row.pk}"]
    assert code(lambda: asked(people, award, 50, f"back-{row.pk}")) == "transfer_most"
    back = Transfer.objects.get(pk=asked(people, award, 49, f"back-{row.pk}").pk)
    # 49 hours of B200 are 79.03 of H100
    assert (back.given, back.got) == (49 * HOUR, 79 * HOUR)
    assert sums(award, h100).left == 579 * HOUR and ledger.check_identity() == []
    [offer, *_] = offers.offers(award, NOW)
    assert offer.share.before == 21 * HOUR
    awards.end_early(by=people[0], now=NOW, award=award.pk, reason="x")
    assert {m.committed for m in PoolMonth.objects.filter(month__gte="2026-05")} == {0, 100}
    deeds = set(JournalEntry.objects.values_list("action", flat=True))
    assert {"transfers.create_rate", "transfers.ask", "transfers.carry_out", "ledger.transfer_in"} <= deeds


def test_what_the_pool_has_no_room_for_is_not_exchanged_and_nothing_is_lost(people):
    h100, b200 = product_of(), product_of()
    award = award_of(people, h100)
    rated(people, h100, b200)
    PoolMonth.objects.filter(pool=b200.pool, month="2026-06").update(committed=990)
    assert code(lambda: asked(people, award, 100)) == "capacity_exceeded"
    assert sums(award, h100).left == 600 * HOUR and not Transfer.objects.exists()
    stranger = actor(make_member(make_organisation()))
    given = {"now": NOW, "award": award.pk, "way": "h100-b200", "hours": 1}
    assert code(lambda: actions.ask(by=stranger, **given)) == "not_found"
    # nobody escapes a notice by moving the hours away
    notice = {"percent": 50, "found_on": TODAY, "planned": 1, "used": 0, "left": 1, "amount": 1, "first_amount": 1}
    TakeBack.objects.create(
        award=award, pool=h100.pool, whole=False, reason="x", noticed_by=people[1], noticed_at=NOW,
        answer_by=datetime.fromisoformat("2026-05-01T00:00+09:00"), **notice,
    )  # fmt: skip
    assert code(lambda: asked(people, award, 10)) == "transfer_none"


def test_a_manager_decides_where_the_rate_wants_it(people):
    h100, b200 = product_of(), product_of()
    award = award_of(people, h100)
    rate = rated(people, h100, b200, needs_approval=True)
    assert code(lambda: asked(people, award, 100)) == "transfer_reasons"
    row = asked(people, award, 100, reasons="A larger model")
    assert code(lambda: asked(people, award, 100, reasons="x")) == "transfer_asked"
    assert sums(award, h100).left == 600 * HOUR
    actions.refuse(by=people[0], now=NOW, transfer=row.pk, reason="Not now")
    row = asked(people, award, 100, reasons="A larger model")
    # what waits is decided by the rate that it was asked for by
    actions.end_rate(by=people[0], now=NOW, rate=rate.pk, ends_on=date(2026, 4, 3))
    later = datetime.fromisoformat("2026-04-05T12:00+09:00")
    actions.approve(by=people[0], now=later, transfer=row.pk, reason="Good")
    row.refresh_from_db()
    assert (row.state, row.decision, row.decided_by) == ("done", "Good", people_of(people[0]))
    assert sums(award, b200).left == 62 * HOUR
    assert code(lambda: actions.approve(by=people[0], now=later, transfer=row.pk, reason="x")) == "transfer_decided"
    assert sorted(Message.objects.values_list("code", flat=True)) == ["transfer_done", "transfer_refused"]
    assert offers.offers(award, later) == []
    # what came in expires with the award like everything else
    awards.expire(now=datetime.fromisoformat("2026-07-01T12:00+09:00"), award=award.pk)
    assert [sums(award, one).expired for one in (h100, b200)] == [500 * HOUR, 62 * HOUR]
    assert ledger.check_identity() == [] and identity(sums(award, b200))


def test_an_owner_withdraws_what_waits_and_asks_anew(people, client):
    h100, b200 = product_of(), product_of()
    award = award_of(people, h100)
    rated(people, h100, b200, needs_approval=True)
    row = asked(people, award, 100, reasons="A larger model")
    given = {"now": NOW, "transfer": row.pk}
    assert code(lambda: actions.withdraw(by=people[0], **given)) == "not_allowed_for_role"
    assert code(lambda: actions.withdraw(by=actor(make_member(make_organisation())), **given)) == "not_found"
    actions.withdraw(by=actor(people[1]), **given)
    row.refresh_from_db()
    assert (row.state, row.decided_at, row.decided_by) == ("withdrawn", NOW, None)
    assert code(lambda: actions.withdraw(by=actor(people[1]), **given)) == "transfer_decided"
    assert code(lambda: actions.approve(by=people[0], reason="x", **given)) == "transfer_decided"
    assert sums(award, h100).left == 600 * HOUR and not Message.objects.exists()
    again = asked(people, award, 100, reasons="A larger model still")
    # the same on the page of it, which offers it to nobody else
    client.force_login(make_member(award.organisation, role="member"))
    assert b'value="withdraw"' not in client.get(f"/transfers/{again.pk}/").content
    client.force_login(people[1])
    assert b'value="withdraw"' in client.get(f"/transfers/{again.pk}/").content
    assert client.post(f"/transfers/{again.pk}/", {"act": "withdraw"}).status_code == 302
    shown = client.get(f"/transfers/{again.pk}/").content.decode()
    assert "요청을 취하했습니다" in shown and 'value="withdraw"' not in shown


def people_of(by):
    from madang.portal.people.models import Person

    return Person.objects.get(pk=by.person)


def test_units_held_by_the_month_come_whole_from_the_next_month_on(people):
    h100, server = product_of(), product_of("month")
    award = award_of(people, h100)
    assert code(lambda: rated(people, h100, server, back=True)) == "transfer_rate_back"
    rated(people, h100, server, gives=1, gets=10)
    # May and June are 1,464 hours of one GPU, for which 147 hours go out
    assert code(lambda: asked(people, award, 146)) == "transfer_too_little"
    row = asked(people, award, 200)
    assert (row.given, row.quantity, row.got) == (147 * HOUR, 1, 1464 * HOUR)
    months = PoolMonth.objects.filter(pool=server.pool).order_by("month").values_list("committed", flat=True)
    assert list(months) == [100] * 4 + [101] * 2
    worked(award, "2026-04"), worked(award, "2026-05")
    assert StatementLine.objects.get().quantity == 31


def test_rates_do_not_overlap_gain_or_begin_in_the_past(people):
    h100, b200 = product_of(), product_of()
    rate = rated(people, h100, b200)
    again = {"code": "again"}
    assert code(lambda: rated(people, h100, b200, **again)) == "transfer_rate_overlaps"
    assert code(lambda: rated(people, b200, h100, 62, 101, **again)) == "transfer_rate_circle"
    assert code(lambda: rated(people, h100, b200, starts_on=date(2026, 4, 1), **again)) == "transfer_rate_past"
    assert code(lambda: rated(people, product_of("month"), b200, **again)) == "transfer_rate_pools"
    assert code(lambda: rated(people, h100, b200, least_permille=600, most_permille=500, **again)) == (
        "transfer_rate_figures"
    )
    actions.end_rate(by=people[0], now=NOW, rate=rate.pk, ends_on=date(2026, 5, 1))
    rated(people, h100, b200, starts_on=date(2026, 5, 1), **again)


@pytest.mark.django_db(transaction=True)
def test_of_two_transfers_of_the_same_hours_one_goes_through():
    people = make_actor(Role.PROGRAMME_MANAGER), make_member(make_organisation())
    h100, b200, mi300 = product_of(), product_of(), product_of()
    award = award_of(people, h100)
    rated(people, h100, b200)
    rated(people, h100, mi300, code="other")
    answers = at_once(lambda: asked(people, award, 600), lambda: asked(people, award, 600, "other"))
    [error] = errors(answers)
    assert error.code in ("transfer_none", "transfer_most")
    assert sums(award, h100).left == 0 and Transfer.objects.count() == 1 and ledger.check_identity() == []
