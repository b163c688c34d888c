"""Charts of a plan: capacity by month, shares by kind and region, and score against the amount asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from madang.allocation.compare import Share, Totals
from madang.allocation.plan import KEPT, REDUCED, REFUSED
from madang.portal import charts
from madang.portal.people.sentences import ORGANISATION_KINDS
from madang.portal.plans.rules import MonthUse, Row
from madang.portal.resources.sentences import TOTALS, UNITS
from madang.portal.templatetags.madang import month

# beyond this many a cloud of points says nothing more and weighs too much for a page
POINTS_AT_MOST = 500


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


def value_name(attribute: str, value: str, regions: Mapping[str, str]) -> str:
    """How a kind of organisation or the code of a region reads."""
    if attribute == "kind":
        return _(ORGANISATION_KINDS[value]) if value in ORGANISATION_KINDS else value
    return regions.get(value, value)


def scores(rows: Sequence[Row], numbers: Mapping[str, str]) -> charts.Chart | None:
    """Every application by its score and by what it asks for; None where there are too many to be told apart."""
    if not rows or len(rows) > POINTS_AT_MOST:
        return None
    return charts.points(
        title=_("Score against the amount applied for"),
        description=_("Each point is an application. Scores are rounded to whole points here."),
        category=_("Application"),
        across=_("Score"),
        measure=_("Applied for: units × months"),
        series=[_("Selected, whole"), _("Selected in part"), _("Not selected")],
        rows=[(numbers.get(row.request, row.request), (row.score + 500) // 1000, _placed(row)) for row in rows],
    )


def _placed(row: Row) -> list[int | None]:
    place = {REFUSED: 2, REDUCED: 1, KEPT: 0}.get(row.outcome, 0)
    return [row.amount if place == group else None for group in range(3)]
