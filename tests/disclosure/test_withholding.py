"""What is withheld can be worked out by nobody who has the tables; what is shown is true."""

import random

import pytest
from disclosure.attack import Attack
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.disclosure.check import check
from madang.disclosure.protection import Protection
from madang.disclosure.tables import Cell, Cube, Entry
from madang.disclosure.withholding import Release, withhold
from madang.errors import Refused

TWO = ((), ("region",), ("kind",), ("region", "kind"))
THREE = ((), ("track",), ("region",), ("kind",), ("track", "region"), ("track", "kind"), ("region", "kind"))


def two(rows: dict[str, dict[str, tuple[int, int]]]) -> Cube:
    entries = {(region, kind): Entry(*numbers) for region, row in rows.items() for kind, numbers in row.items()}
    return Cube(("region", "kind"), TWO, entries)


def published(release: Release, measure: str) -> dict:
    return {
        (cell.dimensions, cell.categories): None if entry is None else getattr(entry, measure)
        for cell, entry in release.cells.items()
    }


def widths(cube: Cube, release: Release, measure: str) -> dict[Cell, tuple[int, int]]:
    attack = Attack(cube.dimensions, published(release, measure))
    return {cell: attack.bounds((cell.dimensions, cell.categories)) for cell in sorted(release.withheld)}


def drawn(seed: int, applications: int) -> Cube:
    """A round as large calls have them: a few regions and kinds with many applicants, many with one or two."""
    rng, entries = random.Random(seed), {}
    for _ in range(applications):
        track = rng.choices(("industry", "academia", "institute"), (5, 3, 1))[0]
        region = rng.choices([f"r{n:02d}" for n in range(17)], [40, 9, *[3] * 8, *[1] * 7])[0]
        kind = rng.choices(("startup", "sme", "university", "institute", "hospital"), (8, 6, 4, 2, 1))[0]
        asked = 8 * rng.choice((1, 1, 2, 4, 8, 16))
        entries[track, region, kind] = entries.get((track, region, kind), Entry()) + Entry(1, asked)
    return Cube(("track", "region", "kind"), THREE, entries)


def assert_open(cube: Cube, protection: Protection, release: Release) -> None:
    sums = cube.sums()
    for cell, (lowest, highest) in widths(cube, release, "contributors").items():
        assert highest - lowest >= protection.threshold - 1, cell
        assert highest >= protection.threshold, f"{cell} can be told to be small"
    for cell, (lowest, highest) in widths(cube, release, "amount").items():
        assert (highest - lowest) * 100 >= sums[cell].amount * protection.percent, cell


def test_what_small_cells_alone_leave_open_is_worked_out_from_the_sums():
    cube = two({"city": {"startup": (9, 90), "school": (2, 16)}, "county": {"startup": (8, 80), "school": (7, 70)}})
    only_small = {
        (cell.dimensions, cell.categories): None if 0 < entry.contributors < 5 else entry.contributors
        for cell, entry in cube.sums().items()
    }
    attack = Attack(cube.dimensions, only_small)
    assert attack.bounds((("region", "kind"), ("city", "school"))) == (2, 2)
    release = withhold(cube, Protection())
    assert len(release.withheld) > 1
    assert_open(cube, Protection(), release)


def test_large_cells_are_all_shown():
    cube = two({"city": {"startup": (9, 90), "school": (6, 16)}, "county": {"startup": (8, 80)}})
    release = withhold(cube, Protection())
    assert not release.withheld
    assert release.cells == cube.sums()
    assert release.cells[Cell(("region", "kind"), ("county", "school"))] == Entry()


def test_a_lone_applicant_takes_the_total_with_it():
    """One small cell and nothing else: every sum is that cell."""
    cube = two({"city": {"startup": (3, 24)}})
    release = withhold(cube, Protection())
    assert set(release.cells.values()) == {None}
    assert not check(cube, Protection(), release)


def test_the_same_cells_are_withheld_whatever_the_order_of_entries():
    cube = drawn(7, 60)
    turned = Cube(cube.dimensions, cube.groupings, dict(reversed(list(cube.entries.items()))))
    assert withhold(cube, Protection(3)).withheld == withhold(turned, Protection(3)).withheld


def test_a_round_of_514_holds_against_an_attack_by_mixed_integer_programming():
    cube = drawn(2026, 514)
    release = withhold(cube, Protection())
    assert not check(cube, Protection(), release)
    assert_open(cube, Protection(), release)
    shown = [cell for cell, entry in release.cells.items() if entry]
    assert Cell((), ()) in shown
    assert len([cell for cell in shown if cell.dimensions == ("kind",)]) == 5
    assert len([cell for cell in shown if cell.dimensions == ("track",)]) == 3


CUBES = st.dictionaries(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("12")),
    st.integers(1, 12).flatmap(lambda n: st.builds(Entry, st.just(n), st.integers(n, 40 * n))),
    min_size=1,
    max_size=10,
).map(lambda entries: Cube(("track", "region", "kind"), THREE, entries))


@settings(max_examples=25, deadline=None)
@given(cube=CUBES, threshold=st.integers(2, 6), percent=st.sampled_from((5, 20, 50)))
def test_any_tables_hold(cube, threshold, percent):
    protection = Protection(threshold, percent)
    release = withhold(cube, protection)
    assert check(cube, protection, release) == []
    assert_open(cube, protection, release)


def test_the_checker_finds_what_is_wrong():
    cube = two({"city": {"startup": (9, 90), "school": (2, 16)}, "county": {"startup": (8, 80), "school": (7, 70)}})
    release = withhold(cube, Protection())
    small = Cell(("region", "kind"), ("city", "school"))
    told = Release({**release.cells, small: cube.sums()[small]}, release.small, release.contributors, release.amounts)
    assert any(fault.startswith("small_cell_shown") for fault in check(cube, Protection(), told))
    assert any(fault.startswith("world_differs") for fault in check(cube, Protection(), told))
    unproven = Release(release.cells, release.small, (), release.amounts)
    assert "too_narrow contributors city/school" in check(cube, Protection(), unproven)
    assert "told_to_be_small city/school" in check(cube, Protection(), unproven)
    wrong = Release(
        {**release.cells, Cell((), ()): Entry(25, 256)}, release.small, release.contributors, release.amounts
    )
    assert "shown_wrongly total" in check(cube, Protection(), wrong)
    world = dict.fromkeys(release.contributors[0], -1)
    below = Release(release.cells, release.small, (world,), release.amounts)
    assert "world_impossible contributors 0" in check(cube, Protection(), below)


def test_what_cannot_be_is_refused():
    with pytest.raises(Refused, match="disclosure_dimension_unknown"):
        Cube(("region",), (("kind",),), {})
    with pytest.raises(Refused, match="disclosure_place_has_other_dimensions"):
        Cube(("region",), ((),), {("a", "b"): Entry(1, 1)})
    with pytest.raises(Refused, match="disclosure_entry_impossible"):
        Cube(("region",), ((),), {("a",): Entry(0, 8)})
    with pytest.raises(Refused, match="disclosure_protection_out_of_range"):
        Protection(threshold=1)
