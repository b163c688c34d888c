"""Credits for waits beyond a promise: never above what is due, no won lost, and no support made of them."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.credits import Wait, WaitCredit, credits, hours_beyond, taken_off
from madang.accounting.pricing import Days, Tariff, TariffKind, Vat, quoted
from madang.errors import Refused
from madang.values import Won

HOUR = 3600
MAY = date(2026, 5, 1)


def rule(name="eight", promise=8 * HOUR, permille=100, won=0, cap=500, start=date(2026, 1, 1)):
    return WaitCredit(name, promise, permille, won, cap, Days(start), "Eight hours.", "8시간.")


def test_each_hour_begun_beyond_the_promise_counts():
    waits = (8 * HOUR, 8 * HOUR + 1, 9 * HOUR, 9 * HOUR + 1, 0)
    assert [hours_beyond(rule(), one) for one in waits] == [0, 1, 1, 2, 0]


@pytest.mark.parametrize(
    ("permille", "won", "cap", "hours", "due", "given"),
    [
        (100, 0, 500, 2, 10_000, 2_000),
        (100, 0, 500, 9, 10_000, 5_000),
        (0, 700, 1000, 2, 10_000, 1_400),
        (0, 700, 1000, 2, 1_001, 1_001),
        (15, 0, 1000, 1, 100, 2),
        (100, 0, 500, 2, 0, None),
    ],
)
def test_a_credit_is_a_share_or_an_amount_an_hour_up_to_its_cap(permille, won, cap, hours, due, given):
    found = credits([rule(permille=permille, won=won, cap=cap)], [Wait(MAY, (8 + hours) * HOUR)], Won(due))
    assert [one.won for one in found] == ([] if given is None else [given])


def test_of_several_rules_the_one_that_began_last_counts():
    later = rule("four", 4 * HOUR, start=date(2026, 5, 10))
    waits = [Wait(MAY, 9 * HOUR), Wait(date(2026, 5, 10), 6 * HOUR), Wait(date(2026, 5, 11), 4 * HOUR)]
    found = credits([later, rule()], waits, Won(10_000))
    assert [(one.rule.name, one.jobs, one.hours, one.won) for one in found] == [
        ("eight", 1, 1, 1_000), ("four", 1, 2, 2_000),
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [{"won": 5}, {"permille": 0}, {"promise": HOUR - 1}, {"cap": 0}, {"permille": 1001}])
def test_a_rule_that_says_nothing_clear_is_refused(wrong):
    with pytest.raises(Refused) as refused:
        rule(**wrong)
    assert refused.value.code == "wait_credit_wrong"


amounts = st.integers(0, 10**9)
rules = st.builds(
    rule,
    name=st.sampled_from("abc"),
    promise=st.integers(HOUR, 20 * HOUR),
    permille=st.integers(1, 1000),
    cap=st.integers(1, 1000),
    start=st.dates(date(2026, 4, 1), date(2026, 5, 31)),
)
waits = st.lists(st.builds(Wait, st.dates(MAY, date(2026, 5, 31)), st.integers(0, 100 * HOUR)), max_size=8)
UNTAXED = (Vat.NONE, Vat.ZERO)
lines = st.lists(st.tuples(amounts, amounts, st.sampled_from(list(Vat))), max_size=5)


@given(st.lists(rules, max_size=3), waits, lines)
def test_the_books_balance_whatever_is_credited(known, waited, given):
    priced = []
    for due, discount, vat in given:
        tariff = Tariff(
            "p", TariffKind.USED, Won(1), Won(2), Days(MAY), vat, 100 if vat in (Vat.INCLUDED, Vat.ADDED) else 0
        )
        priced.append((tariff, quoted(tariff, Won(3 * due), Won(due + discount), Won(due))))
    due = sum(cost.due for _, cost in priced)
    found = credits(known, waited, Won(due))
    won = sum(one.won for one in found)
    after = taken_off(priced, won)
    assert 0 <= won <= due and sum(one.credit for one in after) == won
    assert sum(one.due for one in after) == due - won and all(one.due >= 0 for one in after)
    for (_, before), one in zip(priced, after, strict=True):
        assert (one.list_price, one.discount, one.subsidy) == (before.list_price, before.discount, before.subsidy)
        assert one.due == one.list_price - one.discount - one.credit and one.payable == one.supply + one.vat
    for one in found:
        assert one.won <= Fraction(due * one.rule.cap_permille, 1000)
