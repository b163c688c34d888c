"""When an amount runs out."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.pace import FAR, run_out, share_crossed

TODAY = date(2026, 5, 29)
DAYS = st.dictionaries(st.integers(-40, 5).map(lambda n: TODAY + timedelta(days=n)), st.integers(0, 10**6))


def weekly(*sums):
    """Each week's use on its first day, the last week just over."""
    return {TODAY - timedelta(days=7 * (len(sums) - place)): amount for place, amount in enumerate(sums)}


def test_the_mean_of_four_weeks_and_its_busiest_and_quietest():
    found = run_out(used=weekly(70, 140, 70, 0), since=date(2026, 1, 1), today=TODAY, rest=100)
    assert found.weeks == (70, 140, 70, 0)
    # 280 in 28 days are 10 a day; 140 in 7 are 20 a day; nothing a day never ends
    assert (found.expected, found.earliest, found.latest) == (
        TODAY + timedelta(days=10),
        TODAY + timedelta(days=5),
        None,
    )


@pytest.mark.parametrize(("days", "weeks"), [(6, None), (7, 1), (20, 2), (400, 4)])
def test_only_whole_weeks_since_the_beginning_count(days, weeks):
    found = run_out(used={}, since=TODAY - timedelta(days=days), today=TODAY, rest=1)
    assert (found and len(found.weeks)) == weeks


def test_what_is_gone_is_gone_today_and_what_lasts_ten_years_has_no_day():
    assert run_out(used={}, since=date(2026, 1, 1), today=TODAY, rest=0).expected == TODAY
    assert run_out(used=weekly(1), since=TODAY - timedelta(days=7), today=TODAY, rest=FAR).expected is None


@given(DAYS, st.integers(0, 10**9))
def test_the_range_holds_the_expected_day_and_the_rest_lasts_until_then(used, rest):
    found = run_out(used=used, since=date(2026, 1, 1), today=TODAY, rest=rest)
    never = date.max
    assert (found.earliest or never) <= (found.expected or never) <= (found.latest or never)
    if found.expected:
        days, pace = (found.expected - TODAY).days, Fraction(sum(found.weeks), 28)
        assert rest <= days * pace
        assert days == 0 or rest > (days - 1) * pace


@pytest.mark.parametrize(
    ("before", "now", "share"),
    [(0, 49, None), (0, 50, 50), (50, 79, None), (40, 99, 80), (99, 120, 100), (100, 130, None)],
)
def test_a_share_is_told_when_it_is_crossed(before, now, share):
    assert share_crossed(used_before=before, used_now=now, granted=100, shares=(50, 80, 100)) == share


@given(st.lists(st.integers(0, 50), max_size=8), st.integers(1, 100))
def test_each_share_is_crossed_once_at_most_while_use_grows(steps, granted):
    told, used = [], 0
    for step in steps:
        told.append(share_crossed(used_before=used, used_now=used + step, granted=granted, shares=(50, 80, 100)))
        used += step
    known = [share for share in told if share]
    assert known == sorted(set(known))
