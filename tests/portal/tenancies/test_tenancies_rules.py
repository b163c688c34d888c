"""Days, ceilings, months that are owed, and the way of a request; no table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.tenancies import rules
from madang.portal.tenancies.rules import Hours, MonthFigures, TenancyState, UpkeepState
from madang.values import Month

days = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@given(days, st.integers(1, 60))
def test_months_later_is_the_same_day_or_the_months_last(day, months):
    later = rules.months_later(day, months)
    assert Month(day.year, day.month).until(Month(later.year, later.month)) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_a_tenancy_never_goes_past_its_ceiling():
    first, end, ceiling = date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)
    rules.check_days(first, ceiling, ceiling)
    for wrong in ((first, first, ceiling), (first, ceiling + timedelta(days=1), ceiling)):
        with pytest.raises(Refused):
            rules.check_days(*wrong)
    rules.check_extension("running", end, ceiling, ceiling, first)
    for state, until, today, code in (
        ("ended", ceiling, first, "tenancy_not_running"),
        ("running", ceiling, end, "tenancy_not_running"),
        ("running", end, first, "extension_backwards_camp"),
        ("running", ceiling + timedelta(days=1), first, "tenancy_past_ceiling"),
    ):
        with pytest.raises(Refused) as refused:
            rules.check_extension(state, end, until, ceiling, today)
        assert refused.value.code == code


@given(days, st.integers(1, 500), days)
def test_every_month_with_a_day_is_owed_once_it_is_over(first, length, today):
    end = first + timedelta(days=length)
    owed = rules.months_owed(first, end, None, today)
    lived = {(day.year, day.month) for day in rules.days(first, end)}
    assert [(month.year, month.number) for month in owed] == sorted(
        month for month in lived if month < (today.year, today.month)
    )
    if owed:
        assert rules.months_owed(first, end, owed[0], today) == owed[1:]
        assert rules.due_on(owed[-1]).day == 10


def test_hours_and_visits_and_figures_that_are_wrong():
    assert rules.checked_hours(Hours()) == Hours()
    today = date(2026, 4, 1)
    rules.check_visit(today, today)
    wrong = [
        lambda: rules.checked_hours(Hours(600, 600)),
        lambda: rules.checked_hours(Hours(weekdays=0)),
        lambda: rules.check_visit(today - timedelta(days=1), today),
        lambda: rules.check_visit(today + timedelta(days=61), today),
        lambda: rules.checked_figures(MonthFigures(-1, 0, 0, 0)),
        lambda: rules.checked_figures(MonthFigures(0, rules.WON_MOST + 1, 0, 0)),
    ]
    for act in wrong:
        with pytest.raises(Refused):
            act()


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(UpkeepState)), max_size=12))
def test_a_request_ends_only_by_whoever_asked(tries):
    state, ended = UpkeepState.ASKED, False
    for tenant, to in tries:
        allowed = rules.moves(state, tenant=tenant, keeper=not tenant)
        assert not (ended and allowed)
        if to in allowed:
            assert tenant or to not in (UpkeepState.CONFIRMED, UpkeepState.WITHDRAWN, UpkeepState.REOPENED)
            state, ended = to, to not in rules.OPEN_UPKEEP
    assert TenancyState.ENDED not in rules.HOLDING


def test_what_is_done_or_not_in_order_is_said_in_words():
    for to, words in ((UpkeepState.DONE, ""), (UpkeepState.DONE, "x" * 1001), (UpkeepState.CONFIRMED, "x")):
        with pytest.raises(Refused):
            rules.check_move("working", to, words, tenant=False, keeper=True)
    assert rules.check_move("done", UpkeepState.CONFIRMED, "", tenant=True, keeper=False) == ""
