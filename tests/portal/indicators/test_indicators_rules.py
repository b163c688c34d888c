"""The figures add up: by any dimension the sums are the same, and utilisation has an honest denominator."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from madang.portal.indicators.rules import DIMENSIONS, Cell, Counts, funded_seconds, table, total

numbers = st.integers(0, 10_000)
cells = st.lists(
    st.builds(
        Cell,
        call=st.sampled_from(["a", "b"]),
        track=st.sampled_from(["a/1", "a/2", "b/1"]),
        region=st.sampled_from(["x", "y"]),
        region_today=st.sampled_from(["x", "z"]),
        kind=st.sampled_from(["company", "university"]),
        counts=st.builds(Counts, numbers, numbers, numbers, numbers),
    )
)


@given(cells)
def test_every_table_adds_up_to_the_total(found):
    for dimension in DIMENSIONS:
        assert sum((counts for _, counts in table(found, dimension)), Counts()) == total(found)


@given(cells)
def test_cells_survive_being_stored(found):
    assert [Cell.from_json(cell.to_json()) for cell in found] == found


def test_a_table_lists_the_most_applications_first():
    few, many = Counts(applications=1), Counts(applications=5)
    rows = [Cell("a", "a/1", "x", "x", "company", few), Cell("b", "b/1", "x", "x", "company", many)]
    assert [name for name, _ in table(rows, "call")] == ["b", "a"]


def test_funded_seconds_of_a_pool_sold_by_the_month_are_units_times_time_passed():
    assert funded_seconds(8, "month", 600, 2_592_000) == 4_800


def test_funded_seconds_of_a_pool_sold_by_the_hour_are_its_hours_in_proportion():
    assert funded_seconds(720, "hour", 1_296_000, 2_592_000) == 720 * 1800
