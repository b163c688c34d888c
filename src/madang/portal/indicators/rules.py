"""The public figures as values: what each is, which cells of demand are released, how rows are added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madang.disclosure.divisions import withheld
from madang.disclosure.protection import Protection
from madang.errors import Refused
from madang.values import divide_half_up

COMPANY = "company"
TRACK, KIND, SIZE, SECTOR, REGION = DIVISIONS = ("track", "kind", "size", "sector", "region")
OF_COMPANIES = frozenset({SIZE, SECTOR})
MEASURES = ("applications", "gpus_asked", "awards", "gpus_given")
FIRST_YEAR, LAST_YEAR = 2000, 2100

# of one intake: division → category → (applications, GPUs asked for); None for a withheld one, or a withheld division
Pair = tuple[int, int]
Divided = Mapping[str, Mapping[str, Pair | None] | None]
Row = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One public number: what it is, its unit, where it comes from, and whether small cells of it are withheld.

    `over` names what it is a part of or divided by, for a quotient that is worked out from two columns.
    """

    title: str
    definition: str
    unit: str
    source: str
    protected: bool = False
    over: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """Figures that are published together: `by`, the columns that name a row; `columns`, the figures in it."""

    title: str
    definition: str
    by: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One submitted application of an intake: what it asks for in GPUs, and whether it was selected."""

    organisation: int
    track: str
    kind: str
    size: str
    sector: str
    region: str
    outside_capital: bool
    young: bool
    gpus: int
    selected: bool


def released(lines: Sequence[Line], known: frozenset[str], protection: Protection) -> Divided:
    """What an intake's demand shows for good: in all, by track, by kind and region, and companies by size and sector.

    `known` are the attributes that the published problem shows with each line; a division by one of them hides nothing.
    Whoever was selected is named in the list of awards, with all that its organisation asked for, so only the
    others are protected. No two of these divisions cross.
    """
    kinds = _division(lines, KIND, _kinds(lines, known, protection))
    companies = [line for line in lines if line.kind == COMPANY]
    # sizes and sectors add up to the companies, so they are shown only where these are
    divisible = kinds is not None and kinds.get(COMPANY, (0, 0)) is not None
    divided = {
        division: _division(companies, division, _hidden(companies, division, protection) if divisible else None)
        for division in OF_COMPANIES
    }
    return {
        "": _division(lines, "", frozenset()),
        TRACK: _division(lines, TRACK, frozenset()),
        KIND: kinds,
        SIZE: divided[SIZE],
        SECTOR: divided[SECTOR],
        REGION: _division(lines, REGION, _regions(lines, known, protection)),
    }


def _kinds(lines: Sequence[Line], known: frozenset[str], protection: Protection) -> frozenset[str] | None:
    if KIND in known:
        return frozenset()
    # a line that shows that it is a young firm's shows that it is a company's
    told = "youth" in known
    return _hidden([line for line in lines if not (told and line.young)], KIND, protection)


def _regions(lines: Sequence[Line], known: frozenset[str], protection: Protection) -> frozenset[str] | None:
    if REGION in known:
        return frozenset()
    if "outside_capital" not in known:
        return _hidden(lines, REGION, protection)
    # each line shows on which side of the capital's border it lies: each side is a list of its own
    sides = [[line for line in lines if line.outside_capital is side] for side in (False, True)]
    first, second = (_hidden(side, REGION, protection) for side in sides)
    return None if first is None or second is None else first | second


def _hidden(lines: Sequence[Line], division: str, protection: Protection) -> frozenset[str] | None:
    """The categories to withhold. One contributor is an organisation of which nothing was selected."""
    named = {line.organisation for line in lines if line.selected}
    amounts: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        if line.organisation not in named:
            amounts[getattr(line, division)][line.organisation] += line.gpus
    return withheld({category: list(found.values()) for category, found in amounts.items()}, protection)


def _division(lines: Sequence[Line], division: str, hidden: frozenset[str] | None) -> Mapping[str, Pair | None] | None:
    if hidden is None:
        return None
    found: dict[str, Pair] = {}
    for line in lines:
        category = getattr(line, division) if division else ""
        applications, gpus = found.get(category, (0, 0))
        found[category] = applications + 1, gpus + line.gpus
    return {category: None if category in hidden else pair for category, pair in found.items()}


@dataclass(frozen=True)
class Number:
    """What is known of a sum, and whether that is all of it."""

    known: int = 0
    whole: bool = True

    def __add__(self, other: Number) -> Number:
        return Number(self.known + other.known, self.whole and other.whole)


@dataclass(frozen=True)
class Counts:
    """Applications and GPUs asked for, as far as they are shown; awards and GPUs given."""

    applications: Number = Number()
    gpus_asked: Number = Number()
    awards: int = 0
    gpus_given: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.applications + other.applications,
            self.gpus_asked + other.gpus_asked,
            self.awards + other.awards,
            self.gpus_given + other.gpus_given,
        )

    def to_json(self) -> Row:
        """The measures of a row: nothing where nothing is shown, and `complete`, whether nothing is withheld in it."""
        shown = self.applications.whole or self.applications.known
        return {
            "applications": self.applications.known if shown else None,
            "gpus_asked": self.gpus_asked.known if shown else None,
            "awards": self.awards,
            "gpus_given": self.gpus_given,
            "complete": int(self.applications.whole),
        }


def asked_for(pair: Pair | None) -> Counts:
    """What one released cell adds to a row."""
    unknown = Number(0, whole=False)
    return Counts(unknown, unknown) if pair is None else Counts(Number(pair[0]), Number(pair[1]))


def _added_up(rows: Iterable[tuple[str, Row]]) -> dict[str, Counts]:
    """Rows of demand added up by name."""
    sums: dict[str, list[int]] = {}
    for name, row in rows:
        if name not in sums:
            sums[name] = [0, 0, 0, 0, 1]
        one = sums[name]
        for place, measure in enumerate(MEASURES):
            one[place] += row[measure] or 0
        one[4] &= row["complete"]
    return {
        name: Counts(Number(applications, bool(whole)), Number(asked, bool(whole)), awards, given)
        for name, (applications, asked, awards, given, whole) in sums.items()
    }


def table(rows: Iterable[Row], division: str, call: str = "") -> tuple[list[tuple[str, Counts]], bool]:
    """Demand by one division, of one call or of all, most applications first, then by code; and whether it is whole.

    Where the division of some call is not published at all, no row can be said to be whole.
    """
    parts = (row for row in rows if row["by"] == division and call in ("", row["call"]))
    sums = _added_up((row["category"], row) for row in parts)
    rest = sums.pop("", Counts()) if division else Counts()
    mark = Counts(rest.applications, rest.gpus_asked)
    found = [(category, counts + mark) for category, counts in sums.items()]
    whole = all(counts.applications.whole for _, counts in found) and mark.applications.whole
    return sorted(found, key=lambda one: (-one[1].applications.known, one[0])), whole


def by_call(rows: Iterable[Row], column: str) -> list[tuple[str, Counts]]:
    """Demand in all by `call` or by `year`, in the order of their codes."""
    return sorted(_added_up((str(row[column]), row) for row in rows if row["by"] == "").items())


def total(rows: Iterable[Row], call: str = "") -> Counts:
    """Demand in all, of one call or of all."""
    found, _whole = table(rows, "", call)
    return sum((counts for _, counts in found), Counts())


def gini_milli(amounts: Sequence[int]) -> int:
    """How unequally whole amounts are spread, in thousandths: 0 where all are equal, near 1000 where one has all.

    The Gini coefficient (C. Gini, *Variabilità e mutabilità*, 1912) as twice the rank-weighted sum over n times the
    sum, less (n + 1) / n, in whole numbers; 0 of nothing.
    """
    ordered, whole, count = sorted(amounts), sum(amounts), len(amounts)
    if not whole:
        return 0
    weighted = sum(rank * amount for rank, amount in enumerate(ordered, start=1))
    return divide_half_up(1000 * (2 * weighted - (count + 1) * whole), count * whole)


def funded_seconds(funded: int, grain: str, passed: int, month: int) -> int:
    """Funded unit-seconds of a month of which `passed` of its `month` seconds are over.

    A pool sold by the month counts units, one sold by the hour counts unit-hours for the whole month.
    """
    return funded * passed if grain == "month" else funded * 3600 * passed // month


def of_year(figures: Mapping[str, list[Row]], year: int) -> dict[str, list[Row]]:
    """The rows of each table that belong to one calendar year; tables that no row of it names are empty."""
    months = f"{year:04d}-"
    return {
        code: [row for row in rows if row.get("year") == year or str(row.get("month", "")).startswith(months)]
        for code, rows in figures.items()
    }


@dataclass(frozen=True)
class Difference:
    """A number of a frozen year that the tables say otherwise by now; `named`: what names its row. None: not there."""

    table: str
    named: dict[str, str]
    figure: str
    frozen: int | None
    now: int | None


def differences(
    tables: Mapping[str, Table], frozen: Mapping[str, list[Row]], now: Mapping[str, list[Row]]
) -> list[Difference]:
    """Where tables say something else than what was frozen; one that is newer than the frozen year is left out."""
    found = []
    for code, one in tables.items():
        if code not in frozen:
            continue
        sides = [
            {tuple(str(row[name]) for name in one.by): row for row in side.get(code, ())} for side in (frozen, now)
        ]
        for key in sorted(sides[0].keys() | sides[1].keys()):
            before, after = (side.get(key, {}) for side in sides)
            for column in one.columns:
                if before.get(column) != after.get(column):
                    named = dict(zip(one.by, key, strict=True))
                    found.append(Difference(code, named, column, before.get(column), after.get(column)))
    return found


def refuse_unless_over(year: int, this_year: int) -> None:
    """A year is frozen once it is over: ``figures_year_runs`` (year)."""
    if not FIRST_YEAR <= year < this_year:
        raise Refused("figures_year_runs", year=year)
