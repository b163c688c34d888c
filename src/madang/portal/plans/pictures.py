"""Charts of a plan: capacity by month, shares by kind and region, and score against the amount asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from madang.allocation.compare import Share, Totals
from madang.allocation.plan import KEPT, REDUCED, REFUSED
from madang.portal import charts
from madang.portal.people.sentences import ORGANISATION_KINDS
from madang.portal.plans.budgets import REVIEW_GROUP
from madang.portal.plans.outline import MonthUse, Row
from madang.portal.resources.sentences import TOTALS, UNITS
from madang.portal.templatetags.madang import month

# beyond this many a cloud of points says nothing more and weighs too much for a page
POINTS_AT_MOST = 500
# points in one band of scores
BAND = 5
CLASSES = ("track", "kind", "region")


def counted_in(grain: str | None) -> str:
    """What a pool's figures count, from its unit and grain: "gpu_month"."""
    return _(UNITS[grain]) if grain else _("units")


def counted_in_all(grain: str | None) -> str:
    """What the same figures count over several months together."""
    return _(TOTALS[grain]) if grain else _("units")


def _of_pool(use: Iterable[MonthUse]) -> dict[str, list[MonthUse]]:
    found: dict[str, list[MonthUse]] = {}
    for one in use:
        found.setdefault(one.pool, []).append(one)
    return {pool: months for pool, months in found.items() if any(one.asked or one.given for one in months)}


def by_month(use: Iterable[MonthUse], names: Mapping[str, str], grains: Mapping[str, str]) -> list[charts.Chart]:
    """Each pool's months: what is given, what is asked for beyond it, and the line of what could be given."""
    return [
        charts.stacked(
            title=_("{pool}: given and applied for by month ({unit})").format(
                pool=names.get(pool, pool), unit=counted_in(grains.get(pool))
            ),
            description=_("The line shows what could be given: funded and not promised elsewhere."),
            category=_("Month"),
            measure=counted_in(grains.get(pool)),
            series=[_("Given"), _("Applied for and not given")],
            rows=[(month(one.month), [one.given, max(0, one.asked - one.given)]) for one in months],
            limit=[one.available for one in months],
            limit_name=_("Could be given"),
        )
        for pool, months in _of_pool(use).items()
    ]


def compared(
    values: Sequence[Sequence[MonthUse]], plans: Sequence[str], names: Mapping[str, str], grains: Mapping[str, str]
) -> list[charts.Chart]:
    """Each pool's months: what each of several plans gives, beside what is asked for and what could be given."""
    given = [{(one.pool, one.month): one.given for one in use} for use in values]
    return [
        charts.lines(
            title=_("{pool}: the plans by month ({unit})").format(
                pool=names.get(pool, pool), unit=counted_in(grains.get(pool))
            ),
            description=_("What each plan gives, under what is applied for and what could be given."),
            category=_("Month"),
            measure=counted_in(grains.get(pool)),
            series=[_("Could be given"), _("Applied for"), *plans],
            rows=[
                (month(one.month), [one.available, one.asked, *(use.get((pool, one.month), 0) for use in given)])
                for one in months
            ],
        )
        for pool, months in _of_pool(values[0]).items()
    ]


def shares(totals: Totals, regions: Mapping[str, str]) -> list[charts.Chart]:
    """Applications and those selected, by kind of organisation and by region."""
    headings = {"kind": _("By kind of organisation"), "region": _("By region of the organisation")}
    return [
        charts.grouped(
            title=heading,
            description=_("Applications that the plan decides on, beside those that it selects, whole or in part."),
            category=heading,
            measure=_("Applications"),
            series=[_("Applications"), _("Selected")],
            rows=[(value_name(name, value, regions), _pair(share)) for value, share in known.items()],
        )
        for name, heading in headings.items()
        if (known := totals.attributes.get(name))
    ]


def _pair(share: Share) -> list[int]:
    return [share.requests, share.granted]


def shares_compared(
    plans: Sequence[Totals], numbers: Sequence[str], regions: Mapping[str, str], names: Mapping[str, str]
) -> list[charts.Chart]:
    """How many of each class every plan selects, beside how many apply: by track, kind and region."""
    headings = {
        "track": _("By track"),
        "kind": _("By kind of organisation"),
        "region": _("By region of the organisation"),
    }
    found = []
    for name in CLASSES:
        known = {value: share for one in plans for value, share in one.attributes.get(name, {}).items()}
        rows = [
            (value_name(name, value, regions, names), [known[value].requests, *_granted(plans, name, value)])
            for value in sorted(known)
        ]
        if len(rows) > 1:
            found.append(
                charts.grouped(
                    title=headings[name],
                    description=_("Applications, and how many of them each plan selects."),
                    category=headings[name],
                    measure=_("Applications"),
                    series=[_("Applications"), *numbers],
                    rows=rows,
                )
            )
    return found


def _granted(plans: Sequence[Totals], name: str, value: str) -> list[int]:
    shares = [one.attributes.get(name, {}).get(value) for one in plans]
    return [share.granted if share else 0 for share in shares]


def scores_compared(plans: Sequence[Sequence[Row]], numbers: Sequence[str]) -> charts.Chart | None:
    """By band of five points: what is applied for, and what each plan gives, in units × months."""
    asked: dict[int, int] = {}
    given: list[dict[int, int]] = [{} for _plan in plans]
    for found, rows in zip(given, plans, strict=True):
        for row in rows:
            found[_band(row)] = found.get(_band(row), 0) + row.given
    for row in plans[0]:
        asked[_band(row)] = asked.get(_band(row), 0) + row.amount
    bands = sorted({*asked, *(band for found in given for band in found)})
    if not bands:
        return None
    return charts.grouped(
        title=_("Score against amount: what each plan gives"),
        description=_("Units × months by band of {width} points, beside what is applied for.").format(width=BAND),
        category=_("Score"),
        measure=_("Units × months"),
        series=[_("Applied for"), *numbers],
        rows=[(_band_name(band), [asked.get(band, 0), *(found.get(band, 0) for found in given)]) for band in bands],
    )


def _band(row: Row) -> int:
    return row.score // (BAND * 1000)


def _band_name(band: int) -> str:
    return f"{band * BAND}–{(band + 1) * BAND}"


def value_name(attribute: str, value: str, regions: Mapping[str, str], names: Mapping[str, str] | None = None) -> str:
    """How a track, a review group, a kind of organisation or the code of a region reads."""
    if attribute == "kind":
        return _(ORGANISATION_KINDS[value]) if value in ORGANISATION_KINDS else value
    if attribute in ("track", REVIEW_GROUP):
        return (names or {}).get(value, value)
    return regions.get(value, value)


def scores(rows: Sequence[Row], numbers: Mapping[str, str]) -> charts.Chart | None:
    """Every application by its score and by what it asks for; by bands of points where they are too many to tell apart.

    None where there is none.
    """
    if not rows:
        return None
    if len(rows) > POINTS_AT_MOST:
        return _by_band(rows)
    return charts.points(
        title=_("Score against the amount applied for"),
        description=_("Each point is an application. Scores are rounded to whole points here."),
        category=_("Application"),
        across=_("Score"),
        measure=_("Applied for: units × months"),
        series=[_("Selected, whole"), _("Selected in part"), _("Not selected")],
        rows=[(numbers.get(row.request, row.request), (row.score + 500) // 1000, _placed(row)) for row in rows],
    )


def _by_band(rows: Sequence[Row]) -> charts.Chart:
    bands: dict[int, list[int]] = {}
    for row in rows:
        bands.setdefault(_band(row), [0, 0, 0])[_group(row)] += row.amount
    return charts.stacked(
        title=_("Score against the amount applied for"),
        description=_("Units × months applied for by band of {width} points, by what became of them.").format(
            width=BAND
        ),
        category=_("Score"),
        measure=_("Applied for: units × months"),
        series=[_("Selected, whole"), _("Selected in part"), _("Not selected")],
        rows=[(_band_name(band), bands[band]) for band in sorted(bands)],
    )


def _group(row: Row) -> int:
    return {REFUSED: 2, REDUCED: 1, KEPT: 0}.get(row.outcome, 0)


def _placed(row: Row) -> list[int | None]:
    return [row.amount if _group(row) == group else None for group in range(3)]
