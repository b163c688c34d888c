"""What was planned by a day, when use is too little, and what of a promise comes free."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.awards.rules import beyond
from madang.portal.takebacks import rules
from madang.portal.takebacks.rules import Finding, Part, TakeBackState

START = date(2026, 1, 1)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
parts = st.builds(
    lambda seconds, first, days: Part(seconds, START + timedelta(days=first), START + timedelta(days=first + days)),
    st.integers(0, 10**12), st.integers(0, 200), st.integers(0, 400),
)  # fmt: skip
days = st.integers(-50, 700).map(lambda n: START + timedelta(days=n))
amounts = st.integers(0, 10**12)


def code(act) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_even_use_over_the_days_rounded_down():
    part = Part(1000, START, START + timedelta(days=3))
    assert [rules.planned([part], START + timedelta(days=n)) for n in (-1, 0, 1, 2, 3, 4)] == [
        0,
        0,
        333,
        666,
        1000,
        1000,
    ]
    assert rules.planned([part, part], START + timedelta(days=1), returned=600) == 66
    assert rules.planned([part], START + timedelta(days=1), returned=600) == 0


@given(st.lists(parts, max_size=4), days, days, amounts)
def test_the_plan_grows_with_the_days_and_never_beyond_what_was_granted(lines, one, other, returned):
    early, late = sorted(rules.planned(lines, day, returned) for day in (one, other))
    first, last = (rules.planned(lines, day, returned) for day in sorted((one, other)))
    assert (first, last) == (early, late)
    assert 0 <= first <= last <= max(0, sum(part.seconds for part in lines) - returned)


@given(amounts, amounts, amounts)
def test_what_is_missing_is_still_left_and_never_negative(planned, used, left):
    missing = Finding(planned, used, left).missing
    assert 0 <= missing <= left
    assert used + missing <= max(used, planned)


@pytest.mark.parametrize(
    ("used", "days_over", "idle"), [(49, 60, True), (50, 60, False), (0, 59, False), (100, 90, False)]
)
def test_idle_is_below_the_share_and_not_in_the_first_days(used, days_over, idle):
    assert rules.is_idle(Finding(100, used, 500), 50, days_over, 60) is idle


@given(amounts, amounts, amounts, st.integers(0, 1000))
def test_a_share_of_nought_finds_nothing(planned, used, left, over):
    assert not rules.is_idle(Finding(planned, used, left), 0, over, 1)


def test_a_rule_leaves_ten_days_to_answer():
    rules.check_rule(50, 60, 10)
    assert code(lambda: rules.check_rule(50, 60, 9)) == "idle_rule_grace"
    for figures in ((101, 60, 10), (-1, 60, 10), (50, 0, 10), (50, 366, 10), (50, 60, 366)):
        assert code(lambda figures=figures: rules.check_rule(*figures)) == "idle_rule_figures"


@pytest.mark.parametrize("amount", [0, -1, 11])
def test_something_is_taken_and_never_more_than_there_is(amount):
    rules.check_amount(10, 10)
    assert code(lambda: rules.check_amount(amount, 10)) == "take_back_amount"


def test_one_answers_before_the_deadline_and_decides_from_it_on():
    before = NOW - timedelta(microseconds=1)
    rules.check_answerable(TakeBackState.NOTICED, NOW, before)
    rules.check_decidable(TakeBackState.NOTICED, NOW, NOW)
    assert code(lambda: rules.check_answerable(TakeBackState.NOTICED, NOW, NOW)) == "take_back_answer_late"
    assert code(lambda: rules.check_decidable(TakeBackState.NOTICED, NOW, before)) == "take_back_notice_runs"
    for state in (TakeBackState.DROPPED, TakeBackState.TAKEN):
        assert code(lambda state=state: rules.check_answerable(state, NOW, before)) == "take_back_closed"
        assert code(lambda state=state: rules.check_decidable(state, NOW, NOW)) == "take_back_closed"


@given(st.dictionaries(st.integers(1, 12).map("2026-{:02}".format), st.integers(0, 1000)), st.integers(0, 5000))
def test_what_comes_free_leaves_as_much_promised_as_is_needed(ahead, needed):
    freed = beyond(ahead, needed)
    assert all(0 < units <= ahead[month] for month, units in freed.items())
    assert sum(freed.values()) == max(0, sum(ahead.values()) - needed)
