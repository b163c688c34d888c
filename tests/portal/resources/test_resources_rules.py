"""Capacity and months as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.resources.rules import (
    Capacity,
    months_between,
    refuse_capacity,
    refuse_unless_manager,
    shown_months,
)
from madang.values import Month

MONTHS = st.builds(Month, st.integers(2024, 2028), st.integers(1, 12)).map(str)


def test_free_is_funded_and_not_promised():
    assert Capacity(physical=100, funded=80, committed=30).free == 50


@pytest.mark.parametrize("month", ["2026-5", "2026-13", "May 2026", ""])
def test_a_month_is_written_one_way(month):
    with pytest.raises(Refused, match="month_not_written"):
        refuse_capacity(month, Capacity(1, 1))


@pytest.mark.parametrize("figures", [(10, 11), (0, 1), (5, -1), (-1, -1)])
def test_only_what_stands_there_is_funded(figures):
    with pytest.raises(Refused, match="funded_above_physical"):
        refuse_capacity("2026-05", Capacity(*figures))


@pytest.mark.parametrize("role", list(Role))
def test_operator_and_programme_manager_set_capacity(role):
    by = Actor(person=1, roles=frozenset({role}))
    if role in {Role.OPERATOR, Role.PROGRAMME_MANAGER}:
        refuse_unless_manager(by)
    else:
        with pytest.raises(Refused, match="not_allowed_for_role"):
            refuse_unless_manager(by)


@given(st.lists(MONTHS, max_size=5), MONTHS)
def test_the_table_has_no_gap_and_shows_now(stored, now):
    shown = shown_months(sorted(stored), Month.parse(now))

    assert now in shown
    assert shown == months_between(shown[0], shown[-1])
    assert all(month in shown for month in stored if month >= str(Month.parse(now).plus(-12)))


def test_months_between_counts_both():
    assert months_between("2025-12", "2026-02") == ["2025-12", "2026-01", "2026-02"]
    assert months_between("2026-05", "2026-05") == ["2026-05"]
    assert months_between("2026-05", "2026-04") == []
    with pytest.raises(Refused, match="month_not_written"):
        months_between("2026-05", "never")
