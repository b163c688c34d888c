"""Charts of plans: what stands in them is what the plan gives."""

from madang.allocation.compare import Share, Totals
from madang.portal.plans import pictures
from madang.portal.plans.outline import MonthUse, Row

USE = [
    MonthUse("h100", "2026-05", 24, 16, 40),
    MonthUse("h100", "2026-06", 24, 24, 24),
    MonthUse("idle", "2026-05", 8, 0, 0),
]
NAMES, GRAINS = {"h100": "H100"}, {"h100": "gpu_month"}


def row(name, score, outcome, amount):
    return Row(name, score, score, outcome, False, 0, amount, amount if outcome != "refused" else 0, ())


def test_months_show_what_is_given_and_what_is_asked_for_beyond_it_under_the_line():
    (chart,) = pictures.by_month(USE, NAMES, GRAINS)  # a pool that nobody asks for has no picture
    assert [values for _, values in chart.rows] == [(16, 24), (24, 0)]
    assert chart.limit == (24, 24)
    assert "H100" in chart.title


def test_compared_plans_stand_beside_what_is_available_and_asked_for():
    other = [MonthUse("h100", "2026-05", 24, 8, 40)]
    (chart,) = pictures.compared([USE, other], ["1", "2"], NAMES, GRAINS)
    assert chart.series[2:] == ("1", "2")
    assert [values for _, values in chart.rows] == [(24, 40, 16, 8), (24, 24, 24, 0)]


def test_shares_count_applications_and_name_kinds_and_regions():
    kinds = {"company": Share(3, 2, 0, 0), "unheard-of": Share(1, 0, 0, 0)}
    totals = Totals(2, 0, None, {}, {}, {"kind": kinds, "region": {"jeju": Share(4, 2, 0, 0)}, "youth": {}})
    by_kind, by_region = pictures.shares(totals, {"jeju": "Jeju"})
    assert [values for _, values in by_kind.rows] == [(3, 2), (1, 0)]
    assert by_kind.rows[1][0] == "unheard-of" != by_kind.rows[0][0] != "company"
    assert by_region.rows == (("Jeju", (4, 2)),)


def test_points_stand_at_their_rounded_score_in_the_group_of_their_outcome():
    rows = [row("R-1", 80_500, "whole", 12), row("R-2", 79_499, "reduced", 24), row("R-3", 50_000, "refused", 6)]
    chart = pictures.scores([*rows, row("R-4", 90_000, "kept", 1)], {"R-1": "N-1"})
    assert chart.rows == (
        ("N-1", (81, 12, None, None)),
        ("R-2", (79, None, 24, None)),
        ("R-3", (50, None, None, 6)),
        ("R-4", (90, 1, None, None)),
    )


def test_too_many_points_are_drawn_by_bands_of_points():
    assert pictures.scores([], {}) is None
    rows = [row(f"R-{n}", 60_000 + n * 10, "whole" if n % 2 else "refused", 2) for n in range(600)]
    chart = pictures.scores(rows, {})
    assert chart.shape == "stacked"
    assert [label for label, _ in chart.rows] == ["60–65", "65–70"]
    assert [values for _, values in chart.rows] == [(500, 0, 500), (100, 0, 100)]


def test_scores_compared_show_what_each_plan_gives_by_band():
    first = [row("R-1", 80_000, "whole", 4), row("R-2", 61_000, "refused", 6)]
    second = [row("R-1", 80_000, "refused", 4), row("R-2", 61_000, "whole", 6)]
    chart = pictures.scores_compared([first, second], ["1", "2"])
    assert [values for _, values in chart.rows] == [(6, 0, 6), (4, 4, 0)]
