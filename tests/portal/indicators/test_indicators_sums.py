"""Cost, energy, outcomes, aid and coursework as published, attacked from outside and by who is among the contributors.

Reads only files that are served. What is withheld must stay as open as if its table were not there; of what is shown,
one of the two largest contributors, who knows all that is open and its own, must not learn the other's to a tenth.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator

import pytest
from disclosure.attack import Unknowns
from factories import NOW
from portal.indicators.drawn_sums import CONTRIBUTORS, MONTHS, PIECES, SECONDS, YEARS, DrawnSums

from madang.portal.aids import rules as aids
from madang.portal.billing.models import StatementLine
from madang.portal.energy import figures as energy
from madang.portal.energy.models import MeasuredUse
from madang.portal.indicators import actions, costs, sources
from madang.portal.outcomes.models import OutcomeItem

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
LEAST, TENTH, MOST = 5, 10, 10**9
TABLES = {
    "cost": ("cost_won", "paid_won"), "energy": ("measured_joules",), "outcomes": ("hires", "revenue_won"),
    "aid": ("living_aid_won", "wage_aid_won"), "coursework": ("coursework_completed",),
}  # fmt: skip
Files = dict[str, dict[object, dict[str, str]]]


def taken_down(client) -> Files:
    """The tables by month or year."""
    found: Files = {}
    for code in (*TABLES, "value"):
        text = client.get(f"/figures/{code}.csv").content.decode()
        lines = csv.DictReader(io.StringIO(text))
        found[code] = {int(line["year"]) if "year" in line else line["month"]: line for line in lines}
    return found


def bounds_of_sum(files: Files, code: str, column: str, place) -> tuple[int, int] | None:
    """What a shown number says of the sum behind it; None where it is withheld."""
    text = files[code][place][column]
    if not text:
        return None
    if code != "cost":
        return int(text), int(text)
    seconds = SECONDS * CONTRIBUTORS  # as the table of use says
    twice = 2 * int(text)
    return -(-(twice - 1) * seconds // 7200), (twice + 1) * seconds // 7200


def open_total(files: Files, code: str, column: str, place) -> int:
    """What the sum cannot be more than, by what is open."""
    if code == "cost":
        return int(files["value"][place]["reference_won" if column == "cost_won" else "due_won"])
    return MOST


def reach(true: list[int], told: tuple[int, int] | None, most: int, own: int, target: int) -> tuple[int, int]:
    """Between what one contributor's amount can lie, for another who knows its own."""
    unknowns = Unknowns(len(true), most)
    every = dict.fromkeys(range(len(true)), 1)
    unknowns.row(*(told or (0, most)), every)
    unknowns.row(true[own], true[own], {own: 1})
    return unknowns.bounds({target: 1})


def faults(files: Files, drawn: DrawnSums) -> Iterator[tuple]:
    """What is told that should not be."""
    for code, columns in TABLES.items():
        for column in columns:
            for place in files[code]:
                true = drawn.amounts[column][place]
                told = bounds_of_sum(files, code, column, place)
                if code == "coursework":
                    yield from _of_learners(true, told, place)
                elif told is not None:
                    assert told[0] <= sum(true) <= told[1], (code, column, place)
                    most = open_total(files, code, column, place)
                    yield from ((code, column, place, *fault) for fault in _of_contributors(true, told, most))


def _of_contributors(true: list[int], told: tuple[int, int], most: int) -> Iterator[tuple]:
    contributors = sum(one > 0 for one in true)
    if 0 < contributors < LEAST:
        yield ("few are shown", contributors)
    largest, second = sorted(range(len(true)), key=lambda one: -true[one])[:2]
    for own, target in ((second, largest), (largest, second)):
        if not true[target]:
            continue
        (low, high), (_, openly) = reach(true, told, most, own, target), reach(true, None, most, own, target)
        near = min(high - true[target], true[target] - low if low else MOST)
        if high < openly and near * 100 < TENTH * true[target]:
            yield ("told to a tenth", true[target], low, high)


def _of_learners(true: list[int], told: tuple[int, int] | None, place) -> Iterator[tuple]:
    """Nobody outside can tell of a learner whether all or none was completed."""
    if told is None or not true:
        return
    unknowns = Unknowns(len(true), PIECES)
    unknowns.row(*told, dict.fromkeys(range(len(true)), 1))
    low, high = unknowns.bounds({0: 1})
    if len(true) < LEAST or high - low < PIECES:
        yield ("coursework", "coursework_completed", place, low, high)


def stored(seed: int) -> DrawnSums:
    drawn = DrawnSums(random.Random(seed))
    drawn.store()
    return drawn


@pytest.fixture(autouse=True)
def least(settings):
    settings.MADANG_SMALL_CELL = LEAST


def test_no_sum_tells_of_one_contributor_on_any_day(client):
    drawn = stored(31)
    actions.work_out(now=NOW)
    first = taken_down(client)
    cells = [line[column] for code, columns in TABLES.items() for line in first[code].values() for column in columns]
    assert min(sum(not cell for cell in cells), sum(bool(cell) for cell in cells)) > 30
    assert list(faults(first, drawn)) == []
    StatementLine.objects.filter(due__gt=0).update(reference=1)
    MeasuredUse.objects.update(joules=1)
    OutcomeItem.objects.filter(pk__in=OutcomeItem.objects.values("pk")[:9]).delete()
    actions.work_out(now=NOW.replace(day=2))
    second = taken_down(client)
    assert {code: second[code] for code in TABLES} == {code: first[code] for code in TABLES}


def test_the_attack_sees_sums_that_are_shown_with_no_care(client, monkeypatch):
    drawn = stored(31)
    for module in (costs, energy, sources, aids):
        monkeypatch.setattr(module, "shown", lambda amounts, organisations, least: sum(amounts))
    actions.work_out(now=NOW)
    seen = {(fault[0], fault[3]) for fault in faults(taken_down(client), drawn)}
    for code in ("cost", "energy", "outcomes", "aid"):
        assert (code, "told to a tenth") in seen, code
    assert len(MONTHS) + len(YEARS) > 30
