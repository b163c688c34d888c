"""What anyone can take down of a centre's public files on a day, and an attack on what they withhold of demand.

Reads only what is served: the tables as CSV, JSON and pages, the list of awards, the plans with their problems. Knows
beside it what everybody can look up of an organisation that is named: its kind, its size, its region.
"""

from __future__ import annotations

import csv
import importlib
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import NamedTuple

from disclosure.attack import INFINITE, Unknowns

from madang.portal.indicators import parquet

ENGLISH = {"accept-language": "en"}
DIVISIONS = ("kind", "size", "sector", "region")
SECTORS = ("information", "health", "energy", "none")
SIZES = ("micro", "small", "medium", "mid_sized", "large")
PEOPLE = [("company", size) for size in SIZES]
PEOPLE += [(kind, "none") for kind in ("university", "research_institute", "public_body")]

Key = tuple[str, str, str]  # call, by, category
Rows = dict[Key, dict[str, str]]


class Known(NamedTuple):
    """Where an organisation belongs, as everybody can look it up once it is named."""

    kind: str
    size: str
    sector: str
    region: str


@dataclass(frozen=True)
class Group:
    """Applicants that a reader of a problem cannot tell apart: lines and GPUs of each, and the attributes shown."""

    lines: int
    gpus: int
    shown: tuple[tuple[str, str], ...]


@dataclass
class Applicants:
    """One intake's applicants as its problem shows them: those that were named with the decisions, those that were
    named later, when the reserve list was served, and how many are left of each group."""

    named: list[tuple[Group, Known]] = field(default_factory=list)
    later: list[tuple[Group, Known]] = field(default_factory=list)
    others: Counter[Group] = field(default_factory=Counter)


def demand(client) -> Rows:
    """The table of demand as CSV; all other files must say the same."""
    lines = list(csv.DictReader(io.StringIO(client.get("/figures/demand.csv").content.decode())))
    return {(line["call"], line["by"], line["category"]): line for line in lines}


def named(client) -> dict[str, str]:
    """Who holds each award, by its number, as the list of awards says."""
    lines = csv.DictReader(io.StringIO(client.get("/figures/awards.csv").content.decode()))
    return {line["award"]: line["organisation"] for line in lines}


def otherwise(client, years: Sequence[int] = ()) -> list[str]:
    """Files that do not say of every table what its CSV says; a year's files against the rows of the year."""
    every = client.get("/figures.json").json()["figures"]
    tables = {code: _written(rows) for code, rows in every.items()}
    found = [
        f"{code}.csv"
        for code, rows in tables.items()
        if list(csv.DictReader(io.StringIO(client.get(f"/figures/{code}.csv").content.decode()))) != rows
    ]
    found += [f"{code}.parquet" for code, rows in every.items() if _of_parquet(client, code) not in (None, rows)]
    found += [
        one["code"] for one in client.get("/api/v1/figures").json() if _written(one["rows"]) != tables[one["code"]]
    ]
    listed = csv.DictReader(io.StringIO(client.get("/figures/awards.csv").content.decode()))
    tables["awards"] = [{name: text for name, text in line.items() if name != "title"} for line in listed]
    for year in years:
        for code, rows in client.get(f"/figures/{year}.json").json()["figures"].items():
            answer = client.get(f"/figures/{year}/{code}.csv")
            text = answer.content.decode() if rows else ""
            of_year = [row for row in tables[code] if str(year) in (row.get("year"), row.get("month", "")[:4])]
            if not (_written(rows) == list(csv.DictReader(io.StringIO(text))) == of_year):
                found.append(f"{year}/{code}")
    return found


def _written(rows: Sequence[Mapping[str, object]]) -> list[dict[str, str]]:
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def _of_parquet(client, code: str) -> list[Mapping[str, object]] | None:
    """A table's rows as Parquet, where that is offered."""
    if not parquet.available():
        return None
    file = client.get(f"/figures/{code}.parquet").content
    return importlib.import_module("pyarrow.parquet").read_table(io.BytesIO(file)).to_pylist()


class PageTables(HTMLParser):
    """The tables of a page by their captions: rows as (name, figure: text)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[tuple[str, dict[str, str]]]] = {}
        self._caption, self._at, self._figure = "", "", ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._at, self._figure = tag, dict(attrs).get("data-figure", "")
        if tag == "tr" and self._caption:
            self.tables[self._caption].append(("", {}))

    def handle_endtag(self, tag):
        self._at = ""

    def handle_data(self, data):
        rows = self.tables.get(self._caption, [])
        if self._at == "caption":
            self._caption = data
            self.tables[data] = []
        elif self._at == "th" and rows:
            rows[-1] = (rows[-1][0] or data, rows[-1][1])
        elif self._at == "td" and rows:
            rows[-1][1][self._figure] = data


CAPTIONS = {
    "By kind of organisation": "kind",
    "Companies by size": "size",
    "Companies by sector": "sector",
    "By region, as named on the day of the call": "region",
}


def page_says_more(client, rows: Rows, call: str, labels: Mapping[str, str]) -> list[str]:
    """Cells of the page on a call, or on all (""), that say other than what follows from the CSV.

    `labels`: what a code reads as. A sum is exact where all its parts are and nothing stands beside it that is not
    published, "≥" where a part is known, and "withheld" where none is.
    """
    tables = PageTables(client.get(f"/figures/?call={call}", headers=ENGLISH).content.decode()).tables
    sums: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for (of, by, category), row in rows.items():
        if call in ("", of):
            sums[by, category].append(row)
    found = []
    for caption, by in CAPTIONS.items():
        shown = {name: cells for name, cells in tables.get(caption, []) if cells}
        held_back = bool(sums.get((by, "")))
        for (division, category), parts in sums.items():
            if division == by and category:
                whole = not held_back and all(part["complete"] == "1" for part in parts)
                for figure in ("applications", "gpus_asked"):
                    known = sum(int(part[figure] or 0) for part in parts)
                    told = f"{known:,}" if whole else f"≥ {known:,}" if known else "withheld"
                    text = shown.get(labels.get(category, category), {}).get(figure)
                    if text != told:
                        found.append(f"{call or 'all'} {by} {category} {figure}: {text}, not {told}")
    return found


def applicants(document: Mapping, named: Mapping[str, Known], later: Mapping[str, Known]) -> Applicants:
    """The applicants of a published plan; by pseudonym, those that the list of awards named at first and `later`.

    That every name can be told from its award, and so be put to its pseudonym, is the worst that can be assumed.
    """
    problem = document["problem"]
    units = {product["code"]: product["units"] for product in problem["products"]}
    held: dict[str, list[tuple[int, tuple]]] = defaultdict(list)
    for one in problem["requests"]:
        gpus = sum(item["asked"] * units[item["product"]] for item in one["options"][0]["items"])
        shown = tuple(sorted(pair for pair in one["attributes"].items() if pair[0] != "track"))
        held[one["organisation"]].append((gpus, shown))
    found = Applicants()
    for pseudonym, lines in held.items():
        group = Group(len(lines), sum(gpus for gpus, _ in lines), lines[0][1])
        if pseudonym in named:
            found.named.append((group, named[pseudonym]))
        elif pseudonym in later:
            found.later.append((group, later[pseudonym]))
        else:
            found.others[group] += 1
    return found


@dataclass
class Told:
    """What the tables of two days tell of one intake: cells by division, and the divisions that are held back.

    A cell is (applications, GPUs), or None where it is withheld. `unsure` are categories that may be withheld or empty.
    """

    cells: dict[str, dict[str, tuple[int, int] | None]]
    held_back: set[str]
    unsure: dict[str, set[str]]


def told(before: Rows, after: Rows, call: str) -> Told:
    """What the release of one more intake of a call changed in the table, cell by cell."""
    cells: dict[str, dict[str, tuple[int, int] | None]] = {division: {} for division in DIVISIONS}
    unsure: dict[str, set[str]] = {division: set() for division in DIVISIONS}
    marks = {by for of, by, category in after if of == call and not category and by}
    new = {by for by in marks if (call, by, "") not in before}
    for (of, by, category), row in after.items():
        if of != call or by not in DIVISIONS or not category or by in new:
            continue
        last = before.get((of, by, category), {})
        applications, gpus = (int(row[one] or 0) - int(last.get(one) or 0) for one in ("applications", "gpus_asked"))
        if applications or (row["complete"] == "1" and not last):
            cells[by][category] = applications, gpus
        elif row["complete"] == "0" and last.get("complete", "1") == "1" and by not in marks:
            cells[by][category] = None
        elif row["complete"] == "0":
            unsure[by].add(category)
    return Told(cells, new, unsure)


class Attack:
    """All ways of sharing an intake's applicants out among categories that agree with what was told of it."""

    def __init__(self, found: Applicants, tellings: Sequence[Told], regions: Mapping[str, bool]) -> None:
        """`regions`: every region's code, and whether it lies in the capital area."""
        self.found, self.regions = found, regions
        self.groups = sorted(found.others, key=repr)
        self.places: list[tuple[Group, str, tuple[str, ...]]] = []
        for group in self.groups:
            self.places += [(group, "people", one) for one in PEOPLE if self._possible(group, "kind", one[0])]
            self.places += [(group, "sector", (one,)) for one in (*SECTORS, "") if self._possible_sector(group, one)]
            self.places += [(group, "region", (one,)) for one in regions if self._possible(group, "region", one)]
        self.unknowns = Unknowns(len(self.places), sum(found.others.values()))
        for group in self.groups:
            for side in ("people", "sector", "region"):
                every = {n: 1 for n, place in enumerate(self.places) if place[:2] == (group, side)}
                self.unknowns.row(found.others[group], found.others[group], every)
            companies = {n: 1 for n, place in enumerate(self.places) if place[0] == group and place[2][0] == "company"}
            with_sector = {
                n: -1 for n, (of, side, at) in enumerate(self.places) if (of, side) == (group, "sector") and at[0]
            }
            self.unknowns.row(0, 0, companies | with_sector)
        for one in tellings:
            for division in DIVISIONS:
                if division not in one.held_back:
                    self._keep_to(one, division)

    def _possible(self, group: Group, division: str, category: str) -> bool:
        shown = dict(group.shown)
        if division == "region" and "outside_capital" in shown:
            return (shown["outside_capital"] == "yes") is not self.regions[category]
        if division == "kind" and shown.get("youth") == "yes":
            return category == "company"
        return shown.get(division, category) == category

    def _possible_sector(self, group: Group, sector: str) -> bool:
        """Companies have a sector, if only "none"; others have "" here."""
        shown = dict(group.shown)
        if "kind" in shown:
            return (shown["kind"] == "company") is bool(sector)
        return bool(sector) or shown.get("youth") != "yes"

    def _keep_to(self, one: Told, division: str) -> None:
        cells = one.cells[division]
        for category in self._categories(division):
            lines, gpus = self._weights(division, category, "lines"), self._weights(division, category, "gpus")
            named, later = (
                self._of(self.found.named, division, category),
                self._of(self.found.later, division, category),
            )
            if category in cells and cells[category] is not None:
                applications, asked = cells[category]
                every = [*named, *later]
                rest = applications - sum(group.lines for group in every), asked - sum(group.gpus for group in every)
                self.unknowns.row(rest[0], rest[0], lines)
                self.unknowns.row(rest[1], rest[1], gpus)
            elif category in cells:
                self.unknowns.row(1 - len(later), INFINITE, self._weights(division, category, "contributors"))
            elif category not in one.unsure[division]:
                self.unknowns.row(0, 0, lines)

    def _of(self, known: Sequence[tuple[Group, Known]], division: str, category: str) -> list[Group]:
        return [group for group, one in known if getattr(one, division) == category]

    def _categories(self, division: str) -> list[str]:
        every = {
            "kind": {k for k, _ in PEOPLE},
            "size": set(SIZES),
            "sector": set(SECTORS),
            "region": set(self.regions),
        }
        return sorted(every[division])

    def _weights(self, division: str, category: str, measure: str) -> dict[int, int]:
        sides = {"kind": ("people", 0), "size": ("people", 1), "sector": ("sector", 0), "region": ("region", 0)}
        side, at = sides[division]
        return {
            n: 1 if measure == "contributors" else getattr(group, measure)
            for n, (group, of, place) in enumerate(self.places)
            if of == side and place[at] == category
        }

    def bounds(self, division: str, category: str) -> dict[str, tuple[int, int]]:
        """The least and the most contributors and GPUs that a category can hold beside those that are named."""
        return {one: self.unknowns.bounds(self._weights(division, category, one)) for one in ("contributors", "gpus")}
