"""The figures add up, small cells are withheld, shares are spread as Gini says, and utilisation is honest."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.disclosure.protection import Protection
from madang.errors import Refused
from madang.portal.indicators import costs, maps, rules
from madang.portal.indicators.openness import OPEN
from madang.portal.indicators.registry import FIGURES
from madang.portal.indicators.rules import Counts, Line, Number, funded_seconds, gini_milli, released, table, total
from madang.portal.indicators.sentences import COLUMNS, TABLES

THREE = Protection(threshold=3)
lines = st.lists(
    st.builds(
        Line,
        organisation=st.integers(1, 30),
        track=st.sampled_from(["ai", "hpc"]),
        kind=st.sampled_from(["company", "university", "public_body"]),
        size=st.sampled_from(["small", "large"]),
        sector=st.sampled_from(["information", "health"]),
        region=st.sampled_from(["seoul", "busan", "jeju"]),
        outside_capital=st.booleans(),
        young=st.booleans(),
        gpus=st.integers(0, 32),
        selected=st.booleans(),
    ),
    max_size=40,
)


def line(organisation, region="busan", kind="company", gpus=8, **more):
    given = {"track": "ai", "kind": kind, "size": "small", "sector": "information", "region": region, "gpus": gpus}
    return Line(organisation, **given | {"outside_capital": True, "young": False, "selected": False} | more)


def many(count, first=1, **given):
    return [line(first + n, **given) for n in range(count)]


def row(by, category, applications, complete=1, call="a", year=2026):
    asked = None if applications is None else applications * 8
    return {
        "year": year, "call": call, "by": by, "category": category, "applications": applications,
        "gpus_asked": asked, "awards": 1, "gpus_given": 8, "complete": complete,
    }  # fmt: skip


@given(lines)
def test_what_is_shown_is_true_and_no_small_part_is_shown(found):
    out = released(found, frozenset(), THREE)
    assert out[""] == ({"": (len(found), sum(one.gpus for one in found))} if found else {})
    named = {one.organisation for one in found if one.selected}
    for division in ("kind", "region"):
        for category, pair in (out[division] or {}).items():
            own = [one for one in found if getattr(one, division) == category]
            others = {one.organisation for one in own} - named
            assert pair in (None, (len(own), sum(one.gpus for one in own)))
            assert pair is None or not 0 < len(others) < 3


def test_one_small_region_takes_another_with_it():
    out = released(
        [*many(1, region="jeju"), *many(4, 10, region="busan"), *many(9, 20, region="seoul")], frozenset(), THREE
    )
    assert out["region"] == {"jeju": None, "busan": None, "seoul": (9, 72)}


def test_too_few_to_divide_are_divided_by_nothing():
    out = released([*many(1, region="jeju"), *many(1, 5, region="busan")], frozenset(), THREE)
    assert out["region"] is None
    assert out[""] == {"": (2, 16)}


def test_who_was_selected_is_named_and_hides_nobody():
    out = released([line(1, "jeju", selected=True), line(1, "jeju"), *many(5, 10)], frozenset(), THREE)
    assert out["region"] == {"jeju": (2, 16), "busan": (5, 40)}


def test_what_the_published_rules_go_by_is_open():
    found = [*many(1, region="jeju"), *many(9, 10)]
    assert released(found, frozenset({"region"}), THREE)["region"] == {"jeju": (1, 8), "busan": (9, 72)}


def test_where_lines_show_their_side_of_the_capital_each_side_is_protected_alone():
    seoul = [line(50 + n, "seoul", outside_capital=False) for n in range(2)]
    incheon = [line(60 + n, "incheon", outside_capital=False) for n in range(5)]
    found = [*seoul, *incheon, *many(4, region="busan"), *many(4, 10, region="jeju")]
    out = released(found, frozenset({"outside_capital"}), THREE)["region"]
    assert {code for code, pair in out.items() if pair is None} == {"seoul", "incheon"}


def test_where_lines_show_young_firms_the_other_companies_are_protected_alone():
    found = [*many(8, young=True), *many(1, 20), *many(4, 30, kind="university")]
    assert released(found, frozenset(), THREE)["kind"] == {"company": (9, 72), "university": (4, 32)}
    assert released(found, frozenset({"youth"}), THREE)["kind"] == {"company": None, "university": None}


def test_sizes_and_sectors_are_shown_only_where_their_sum_is():
    found = [*many(2), *many(9, 10, kind="university")]
    out = released(found, frozenset(), THREE)
    assert (out["kind"]["company"], out["size"], out["sector"]) == (None, None, None)


def test_sectors_are_those_of_companies_and_each_is_protected():
    health = [*many(1, sector="health"), *many(4, 10, sector="energy"), *many(9, 20), *many(5, 40, kind="university")]
    assert released(health, frozenset(), THREE)["sector"] == {"health": None, "energy": None, "information": (9, 72)}


def test_a_table_says_what_it_does_not_hold():
    rows = [row("kind", "company", 5), row("kind", "company", None, 0, "b"), row("kind", "university", None, 0, "b")]
    found, whole = table(rows, "kind")
    assert found == [
        ("company", Counts(Number(5, False), Number(40, False), 2, 16)),
        ("university", Counts(Number(0, False), Number(0, False), 1, 8)),
    ]
    assert (whole, table(rows, "kind", "a")[1]) == (False, True)


def test_where_a_calls_division_is_withheld_no_row_is_whole():
    mark = {**row("kind", "", None, 0, "b"), "awards": 0, "gpus_given": 0}
    found, whole = table([row("kind", "company", 5), mark], "kind")
    assert found == [("company", Counts(Number(5, False), Number(40, False), 1, 8))]
    assert not whole


def test_totals_are_of_the_undivided_rows_alone():
    rows = [row("", "", 7), row("kind", "company", 5), row("", "", 2, call="b", year=2025)]
    assert total(rows).applications == Number(9)
    assert total(rows, "a").applications == Number(7)
    assert [(year, counts.applications.known) for year, counts in rules.by_call(rows, "year")] == [
        ("2025", 2),
        ("2026", 7),
    ]


@given(st.builds(Counts, st.builds(Number, st.integers(1, 99)), st.builds(Number, st.integers(1, 99))))
def test_counts_survive_being_stored(counts):
    assert rules.by_call([{"year": 2026, "by": "", **counts.to_json()}], "year") == [("2026", counts)]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20), st.integers(1, 9))
def test_gini_is_within_bounds_and_knows_no_unit(amounts, factor):
    assert 0 <= gini_milli(amounts) < 1000
    assert gini_milli([factor * amount for amount in amounts]) == gini_milli(amounts)


@pytest.mark.parametrize(("amounts", "milli"), [([5, 5, 5], 0), ([0, 0, 0, 9], 750), ([1, 2, 3, 4], 250), ([], 0)])
def test_gini_of_amounts_worked_out_by_hand(amounts, milli):
    assert gini_milli(amounts) == milli


def test_a_year_has_its_rows_and_no_others():
    figures = {
        "value": [{"month": "2025-12"}, {"month": "2026-01"}],
        "demand": [{"year": 2026}],
        "reported": [{"call": "a"}],
    }
    assert rules.of_year(figures, 2026) == {"value": [{"month": "2026-01"}], "demand": [{"year": 2026}], "reported": []}


def test_each_figure_is_protected_or_says_why_it_is_open():
    assert OPEN.keys() == {code for code, one in FIGURES.items() if not one.protected}


def test_differences_name_the_row_the_figure_and_both_numbers():
    before = {"value": [{"month": "2026-01", "reference_won": 5, "due_won": 1, "subsidy_won": 4}]}
    after = {"value": [{"month": "2026-01", "reference_won": 6, "due_won": 1, "subsidy_won": 5}]}
    assert rules.differences(TABLES, before, before) == []
    assert rules.differences(TABLES, before, after) == [
        rules.Difference("value", {"month": "2026-01"}, "reference_won", 5, 6),
        rules.Difference("value", {"month": "2026-01"}, "subsidy_won", 4, 5),
    ]
    gone = rules.Difference("value", {"month": "2026-01"}, "due_won", 1, None)
    assert gone in rules.differences(TABLES, before, {})
    assert rules.differences(TABLES, {}, after) == []


@pytest.mark.parametrize(
    ("gpus", "others", "won"),
    [
        ([300, 300, 301], [], 901),
        ([300, 301, 300], [5, 6, 7], 901),
        ([300, 301], [], None),  # too few
        ([10_000, 10, 10], [], None),  # the second can tell the first
        ([300, 300, 301], [5, 6], None),  # all that was charged is published by month, and so the rest could be told
        ([0, 0, 0], [], 0),  # free for everybody
    ],
)
def test_an_hour_costs_what_was_charged_over_the_hours_used(gpus, others, won):
    charged, rest = dict(enumerate(gpus)), dict(enumerate(others))
    assert costs.per_hour(charged, rest, 3600, 3) == won
    assert costs.per_hour(charged, rest, 7200, 3) == (won if not won else 451)  # half a won is rounded up


@pytest.mark.parametrize("year", [1999, 2026, 2027])
def test_only_a_year_that_is_over_is_frozen(year):
    with pytest.raises(Refused, match="figures_year_runs"):
        rules.refuse_unless_over(year, 2026)
    rules.refuse_unless_over(2025, 2026)


def test_every_column_of_a_table_is_a_figure_or_explained():
    for code, one in TABLES.items():
        assert set(one.columns) <= FIGURES.keys(), code
        assert set(one.by) <= COLUMNS.keys(), code
    assert {part for one in FIGURES.values() for part in one.over or ()} <= FIGURES.keys()


def test_the_map_names_every_region_and_its_number_and_lays_no_two_on_each_other():
    tiles = [maps.Tile(code, code, n, f"{n:,}") for n, code in enumerate(["seoul", "jeju", "new-one", "new-two"])]
    drawn = maps.svg("T & T", "words", tiles)
    places = re.findall(r'<rect x="(\d+)" y="(\d+)"', drawn)
    assert len(set(places)) == len(tiles)
    assert all(f">{tile.name}<" in drawn and f">{tile.words}<" in drawn for tile in tiles)
    assert "T &amp; T" in drawn
    assert not re.search(r"<script|style=|<style", drawn)


def test_funded_seconds_of_a_pool_sold_by_the_month_are_units_times_time_passed():
    assert funded_seconds(8, "month", 600, 2_592_000) == 4_800


def test_funded_seconds_of_a_pool_sold_by_the_hour_are_its_hours_in_proportion():
    assert funded_seconds(720, "hour", 1_296_000, 2_592_000) == 720 * 1800
