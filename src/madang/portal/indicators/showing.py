"""The public figures as a page shows them: cells with the figure each is, headings, charts and the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import charts, formats
from madang.portal.facilities.sentences import FACILITY_KINDS
from madang.portal.indicators import maps
from madang.portal.indicators.registry import FIGURES
from madang.portal.indicators.rules import DIVISIONS, TRACK, Counts, Number, Row, by_call, table, total
from madang.portal.indicators.sentences import TABLES
from madang.portal.people.sentences import ORGANISATION_KINDS, SECTORS, SIZE_CLASSES
from madang.portal.templatetags.madang import in_language
from madang.values import Month

Labels = Mapping[str, Mapping[str, Any]]
Cell = tuple[str, str]  # the figure's code, and the number in words
DEMAND = ("applications", "awards", "competition", "gpus_asked", "gpus_given")
CODED = {"kind": ORGANISATION_KINDS, "size": SIZE_CLASSES, "sector": SECTORS}
# a line over time and a table by month have at most so many months, so that they can be read; the file has all
LINE_MONTHS, TABLE_MONTHS = 24, 12
JOULES_PER_KWH = 3_600_000
# what a page shows of each plain table: columns that name a row, then figures
SHOWN = {
    "supported": (("year",), ("organisations", "projects")),
    "use": (("month", "pool"), ("used_seconds", "funded_seconds", "utilisation")),
    "availability": (
        ("month", "resource"),
        ("installed_seconds", "availability", "used_seconds", "use_of_installed", "use_of_available"),
    ),
    "value": (("month",), ("reference_won", "due_won", "subsidy_won")),
    "cost": (("month",), TABLES["cost"].columns),
    "expenditure": (("year", "pool"), TABLES["expenditure"].columns),
    "energy": (("month", "pool"), ("measured_joules", "measured_seconds", "used_seconds", "measured_share")),
    "waits": (("month",), ("started", "within_hour", "within_eight")),
    "concentration": (("year",), ("holders", "granted_seconds", "top_share", "gini_milli")),
    "ended": (("year",), ("declined", "lapsed", "ended_early")),
    "take_backs": (("year", "unit"), TABLES["take_backs"].columns),
    "sanctions": (("year",), TABLES["sanctions"].columns),
    "conflicts": (("year", "call"), ("sheets", "recused")),
    "companies": (("year",), ("memoranda", "offices", "offices_now")),
    "training": (("year",), ("places", "applicants", "graduates", "graduates_hired", "hired_share")),
    "coursework": (("year",), ("coursework_asked", "coursework_completed", "coursework_share")),
    "aid": (("year",), TABLES["aid"].columns),
    "camp": (("month",), ("camp_tenants", "camp_let", "camp_spaces", "camp_residents")),
    "facilities": (("year", "class"), ("facilities", "facility_minutes", "standard_minutes", "facility_use")),
    "outcomes": (("year",), TABLES["outcomes"].columns),
}


@dataclass(frozen=True)
class Shown:
    """One table of a page: its code, its words, what names a row, the figures across, and the rows.

    `partly`: numbers are withheld in it. `cut`: only the last of it is shown.
    """

    code: str
    title: str
    definition: str
    names: list[str]
    figures: list[tuple[str, str]]
    rows: list[tuple[list[str], list[Cell]]]
    partly: bool = False
    cut: bool = False


def headline(figures: Mapping[str, Sequence[Row]], call: str, language: str) -> list[tuple[str, str, str]]:
    """The numbers at the top of the page: the figure's code, its title and the number in words."""
    found = demand_cells(total(figures["demand"], call), language)
    if not call:
        found += [(code, cell(code, figures["supported"][0], language)) for code in ("organisations", "projects")]
        value = sum(row["subsidy_won"] for row in figures["value"])
        found.append(("subsidy_won", formats.won(value, language)))
    return [(code, _(FIGURES[code].title), text) for code, text in found if text != formats.NOTHING]


def name_of(column: str, code: Any, labels: Labels, language: str) -> str:
    """What a code reads as: a call, track, pool or region by name, a kind, size or unit in words, a year or month."""
    if column in CODED:
        return _(CODED[column][code]) if code in CODED[column] else str(code)
    if column == "year":
        return str(code) if code else _("All years")
    if column == "month":
        return formats.month(Month.parse(code), language)
    if column == "resource":
        return _("Cores") if code == "core" else str(code).upper() if code == "gpu" else str(code)
    if column == "class":
        return _(FACILITY_KINDS[code])
    if column == "unit":
        return _("GPU time") if code == "gpu" else _("CPU core time")
    if column == "pool" and not code:
        return _("All pools")
    row = labels.get("region" if column == "region_today" else column, {}).get(code)
    if row is None:
        return str(code)
    if column == "track":
        return f"{in_language(row.call, 'title')}: {in_language(row, 'title')}"
    return in_language(row, "title" if column == "call" else "name")


def told(number: Number) -> str:
    """A number, "at least" so many, or that it is withheld."""
    if number.whole:
        return formats.number(number.known)
    return _("≥ {number}").format(number=formats.number(number.known)) if number.known else _("withheld")


def demand_cells(counts: Counts, language: str) -> list[Cell]:
    """The cells of one row of demand; a quotient only where nothing in it is withheld."""
    texts = {
        "applications": told(counts.applications),
        "gpus_asked": told(counts.gpus_asked),
        "awards": formats.number(counts.awards),
        "gpus_given": formats.number(counts.gpus_given),
        "competition": _quotient(counts.applications, counts.awards, language),
        "gpu_competition": _quotient(counts.gpus_asked, counts.gpus_given, language),
    }
    return [(code, texts[code]) for code in (*DEMAND, "gpu_competition")]


def _quotient(over: Number, under: int, language: str) -> str:
    return formats.ratio(over.known, under, language) if over.whole and over.known else formats.NOTHING


def demand(rows: Sequence[Row], labels: Labels, call: str, language: str) -> list[Shown]:
    """Asked for and given by call and by each division."""
    found = [_demand("call", by_call(rows, "call"), labels, language)] if not call else []
    if not call:
        found.append(_demand("year", by_call(rows, "year"), labels, language))
    last = max((row["year"] for row in rows), default=0)
    for division in (*DIVISIONS, "region_today"):
        # every call has tracks of its own: over all calls those of the last year are enough to read
        recent = [row for row in rows if row["year"] == last] if division == TRACK and not call else rows
        lines, whole = table(recent, division, call)
        if lines:
            cut = len(recent) < len(rows)
            found.append(_demand(division, lines, labels, language, partly=not whole, cut=cut))
    return found


def _demand(
    by: str,
    lines: Sequence[tuple[str, Counts]],
    labels: Labels,
    language: str,
    *,
    partly: bool = False,
    cut: bool = False,
) -> Shown:
    shown = [(name_of(by, code, labels, language), demand_cells(counts, language)) for code, counts in lines]
    rows = [([name], cells[: len(DEMAND)]) for name, cells in shown]
    return Shown(f"demand-{by}", _headings()[by], "", [_("Name")], heads(DEMAND), rows, partly, cut)


def _headings() -> dict[str, str]:
    return {
        "call": _("By call"),
        "year": _("By year of decision"),
        "track": _("By track"),
        "kind": _("By kind of organisation"),
        "size": _("Companies by size"),
        "sector": _("Companies by sector"),
        "region": _("By region, as named on the day of the call"),
        "region_today": _("By region, as named today"),
    }


def heads(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Codes of figures with their titles."""
    return [(code, _(FIGURES[code].title)) for code in codes]


def plain(code: str, rows: Sequence[Row], labels: Labels, language: str) -> Shown:
    """One of the tables that nothing divides; of one by month, the last year."""
    names, figures = SHOWN[code]
    since = sorted({str(row.get("month", "")) for row in rows})[-TABLE_MONTHS:][:1]
    recent = [row for row in rows if str(row.get("month", "")) >= since[0]] if since else []
    columns = {"year": _("Year"), "month": _("Month"), "pool": _("Pool"), "call": _("Call"), "unit": _("Unit")}
    columns |= {"resource": _("Resource"), "class": _("Class")}
    lines = [
        (
            [name_of(name, row[name], labels, language) for name in names],
            [(figure, cell(figure, row, language)) for figure in figures],
        )
        for row in recent
    ]
    one, cut = TABLES[code], len(recent) < len(rows)
    called = [columns[name] for name in names]
    return Shown(code, _(one.title), _(one.definition), called, heads(figures), lines, cut=cut)


def cell(code: str, row: Row, language: str) -> str:
    """A figure of a row in words, by its unit."""
    over = FIGURES[code].over
    if over:
        part, whole = row[over[0]], row[over[1]]
        return _("withheld") if part is None or whole is None else formats.percent(part, whole, 2)
    number = row[code]
    if number is None:
        return _("withheld") if FIGURES[code].protected else formats.NOTHING
    if code.endswith("_won"):
        return formats.won(number, language)
    if code.endswith("_milli"):
        return formats.decimal(number, 1000, 3)
    if code.endswith("_joules"):
        return formats.decimal(number, JOULES_PER_KWH, 1)
    if code.endswith("_minutes"):
        return formats.decimal(number, 60, 1)
    if code.endswith("_seconds"):
        words: Callable[[int, str], str] = formats.core_hours if row.get("unit") == "core" else formats.gpu_hours
        return words(number, language)
    return formats.number(number)


def pictures(figures: Mapping[str, Sequence[Row]], labels: Labels, call: str, language: str) -> dict[str, charts.Chart]:
    """The charts of the page by the name that their address has; those without a number are left out."""
    rows = figures["demand"]
    kinds = [(name_of("kind", code, labels, language), counts) for code, counts in table(rows, "kind", call)[0]]
    years = [(year, counts) for year, counts in by_call(rows, "year")] if not call else []
    found = {
        "kinds": _beside(_("By kind of organisation"), kinds),
        "years": _beside(_("By year of decision"), years) if len(years) > 1 else None,
        "utilisation": _over_time(figures["use"], labels, language) if not call else None,
    }
    return {name: one for name, one in found.items() if one is not None}


def _beside(title: str, rows: Sequence[tuple[str, Counts]]) -> charts.Chart | None:
    """GPUs asked for beside GPUs given; what is withheld is no bar."""
    shown = [(name, [counts.gpus_asked.known, counts.gpus_given]) for name, counts in rows]
    if not any(numbers[0] for _name, numbers in shown):
        return None
    return charts.grouped(
        title=title,
        description=_("GPUs asked for, as far as they are not withheld, beside GPUs given by published decisions."),
        category=title,
        measure=_("GPUs"),
        series=[_("asked for"), _("given")],
        rows=[row for row in shown if any(row[1])],
    )


def _over_time(rows: Sequence[Row], labels: Labels, language: str) -> charts.Chart | None:
    """Percent of funded capacity used by month, a line for each pool; with fewer than two months there is no line."""
    months = sorted({row["month"] for row in rows})[-LINE_MONTHS:]
    pools = sorted({row["pool"] for row in rows})
    parts = {
        (row["month"], row["pool"]): row["used_seconds"] * 100 // row["funded_seconds"]
        for row in rows
        if row["funded_seconds"]
    }
    if len(months) < 2 or not parts:
        return None
    title = _("Use of funded capacity, in percent")
    return charts.lines(
        title=title,
        description=_("Used divided by funded, by month; the exact numbers stand in the table."),
        category=_("Month"),
        measure=_("Percent"),
        series=[name_of("pool", pool, labels, language) for pool in pools],
        rows=[
            (formats.month(Month.parse(month), language), [parts.get((month, pool)) for pool in pools])
            for month in months
        ],
    )


def region_map(rows: Sequence[Row], labels: Labels, call: str, language: str) -> str | None:
    """GPUs given by region, as named today, as tiles; None where nothing was given yet."""
    if not total(rows, call).gpus_given:
        return None
    given = {code: counts.gpus_given for code, counts in table(rows, "region_today", call)[0]}
    regions = [(code, row) for code, row in labels["region"].items() if row.ends_on is None]
    tiles = [
        maps.Tile(code, row.short_ko if language == "ko" else code.title(), n, formats.number(n))
        for code, row in sorted(regions)
        for n in [given.get(code, 0)]
    ]
    title = _("GPUs given by region, as named today")
    return maps.svg(
        title, _("Each tile is a region; the darker, the more was given. The table has the numbers."), tiles
    )
