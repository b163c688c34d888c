"""Plans side by side: figures, charts, and who fares differently; as a page and as a table to take away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.allocation.compare import MOST
from madang.portal import sheets
from madang.portal.actors import READING_ROLES, Role
from madang.portal.decisions import queries as decision_queries
from madang.portal.faces import one, whole, with_role
from madang.portal.formats import decimal, milli
from madang.portal.plans import pictures, queries, telling
from madang.portal.plans.outline import Difference, MonthUse, Outline, Row, side_by_side
from madang.portal.plans.sentences import DIFFERENCES, OUTCOMES
from madang.portal.reviews import queries as reviews

A_PAGE = 50


def _chosen(request: HttpRequest, intake: int) -> list[Any]:
    """The plans asked for that are solved and of this intake, by number."""
    wanted = [whole(text) for text in request.GET.getlist("plan")]
    rows = queries.plans(request.actor).defer("problem", "result", "reasons")
    return list(rows.filter(intake=intake, pk__in=wanted, state__in=telling.SOLVED).order_by("number"))


def _too_few(request: HttpRequest, intake: int) -> HttpResponse:
    messages.error(request, _("Please choose 2 to {most} solved plans of this intake.").format(most=MOST))
    return redirect("plans", intake)


@with_role(*READING_ROLES)
def compare_plans(request: HttpRequest, intake: int) -> HttpResponse:
    """Two to six solved plans side by side; the applications that fare differently stand on top."""
    row = one(reviews.intakes(request.actor), pk=intake)
    chosen = _chosen(request, intake)
    if not 2 <= len(chosen) <= MOST:
        return _too_few(request, intake)
    outlines = [queries.outline(plan) for plan in chosen]
    every = side_by_side(outlines)
    show = request.GET.get("show", "")
    page = Paginator(kept(every, show), A_PAGE).get_page(request.GET.get("page"))
    people = queries.people_in(request.actor, chosen[-1], [line.request for line in page])
    numbers = [_("Plan {number}").format(number=plan.number) for plan in chosen]
    context = {
        "intake": row,
        "plans": [(plan, telling.policy_name(plan)) for plan in chosen],
        "figures": outlines,
        "own_measures": any(one.objective != one.worth for one in outlines),
        "worths": [(one.worth, _more(one.worth, outlines[0].worth)) for one in outlines],
        "moved": len(chosen) == 2 and chosen[1].moved_from_id == chosen[0].pk,
        "gains": sum(one.change > 0 for one in every),
        "losses": sum(one.change < 0 for one in every),
        "differing": sum(one.differs for one in every),
        "page": page,
        "lines": [(line, people.get(line.request), [_cell(one) for one in line.rows]) for line in page],
        "show": show,
        "shows": [(code, _(text), code == show) for code, text in DIFFERENCES.items()],
        "query": "&".join(f"plan={plan.pk}" for plan in chosen),
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
        "crumbs": telling.crumbs(row, _("Plans compared")),
        **_pictured(row, outlines, numbers),
    }
    return render(request, "plans/compare.html", context)


def _more(worth: int, first: int) -> str:
    """By how much a plan is worth more or less than the first, with the part in percent; "" where by nothing."""
    if worth == first:
        return ""
    sign = "+" if worth > first else ""
    part = f" ({sign}{decimal((worth - first) * 100, first, 1)} %)" if first > 0 else ""
    return f"{sign}{milli(worth - first)}{part}"


def kept(every: Sequence[Difference], show: str) -> list[Difference]:
    """The lines that a filter leaves; all for a filter that is none."""
    tests = {
        "differing": lambda one: one.differs,
        "gains": lambda one: one.change > 0,
        "losses": lambda one: one.change < 0,
        "nowhere": lambda one: not any(row and row.granted for row in one.rows),
        "everywhere": lambda one: all(row and row.granted for row in one.rows),
    }
    return list(filter(tests.get(show), every)) if show in tests else list(every)


def _cell(row: Row | None) -> tuple[str, str]:
    """The outcome in words, and how much of how much where it is a part."""
    if row is None:
        return "–", ""
    parts = ", ".join(f"{given}/{asked}" for _product, given, asked in row.parts) if row.granted else ""
    return _(OUTCOMES[row.outcome]), parts


def _pictured(intake: Any, outlines: Sequence[Outline], numbers: list[str]) -> dict[str, Any]:
    """Charts and the tables beside them: by month, and shares by class."""
    language = get_language() or "ko"
    names, words = decision_queries.names(intake.call_id)[language], queries.words(language)
    uses = [one.use for one in outlines]
    return {
        "charts": [
            *pictures.compared(uses, numbers, names, words.grains),
            *pictures.shares_compared([one.totals for one in outlines], numbers, words.regions, names),
            *filter(None, [pictures.scores_compared([one.rows for one in outlines], numbers)]),
        ],
        "months": [(use, names.get(use.pool, use.pool), given) for use, given in _months(uses)],
        "pools": [
            (
                names.get(pool, pool),
                pictures.counted_in_all(words.grains.get(pool)),
                [one.given.get(pool, 0) for one in outlines],
                outlines[0].available[pool],
            )
            for pool in outlines[0].given
        ],
        "attributes": _attributes(outlines, words.regions, names),
    }


def _months(uses: Sequence[Sequence[MonthUse]]) -> list[tuple[MonthUse, list[int]]]:
    """Every pool and month of the first plan with what each plan gives there."""
    given = [{(use.pool, use.month): use.given for use in plan} for plan in uses]
    return [(use, [one.get((use.pool, use.month), 0) for one in given]) for use in uses[0]]


def _attributes(outlines: Sequence[Outline], regions: dict[str, str], names: dict[str, str]) -> list[Any]:
    """(track, kind or region, its (selected, applications) in each plan), where the plans know it."""
    found = []
    for name in pictures.CLASSES:
        known = sorted({value for one in outlines for value in one.attributes.get(name, {})})
        for value in known:
            shares = [one.attributes.get(name, {}).get(value) for one in outlines]
            pairs = [(share[1], share[0]) if share else None for share in shares]
            found.append((pictures.value_name(name, value, regions, names), pairs))
    return found


@with_role(*READING_ROLES)
def compared_csv(request: HttpRequest, intake: int) -> HttpResponse:
    """Every application in each of the plans, as CSV in the order of the page."""
    return _taken_away(request, intake, "csv", sheets.comma_separated, sheets.CSV)


@with_role(*READING_ROLES)
def compared_xlsx(request: HttpRequest, intake: int) -> HttpResponse:
    """The same as a spreadsheet."""
    return _taken_away(request, intake, "xlsx", lambda rows: sheets.xlsx(_("Plans compared"), rows), sheets.XLSX)


def _taken_away(
    request: HttpRequest, intake: int, ending: str, write: Callable[[Iterable[Sequence[sheets.Cell]]], bytes], kind: str
) -> HttpResponse:
    row = one(reviews.intakes(request.actor), pk=intake)
    chosen = _chosen(request, intake)
    if not 2 <= len(chosen) <= MOST:
        return _too_few(request, intake)
    response = HttpResponse(write(_table(request, chosen)), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="plans-{row.call.code}-{row.number}.{ending}"'
    return response


def _table(request: HttpRequest, chosen: Sequence[Any]) -> Iterator[list[sheets.Cell]]:
    numbers = {name: number for plan in chosen for name, number in queries.numbers(request.actor, plan).items()}
    plans = [_("Plan {number}").format(number=plan.number) for plan in chosen]
    amounts = [_("{plan}: units × months").format(plan=plan) for plan in plans]
    yield [
        _("Application"),
        _("Score"),
        _("Differs"),
        *(text for pair in zip(plans, amounts, strict=True) for text in pair),
    ]
    for line in side_by_side([queries.outline(plan) for plan in chosen]):
        cells = [cell for found in line.rows for cell in (_cell(found)[0], found.given if found else "")]
        yield [
            numbers.get(line.request, line.request),
            milli(line.score),
            _("yes") if line.differs else _("no"),
            *cells,
        ]
