"""The public figures as a page, as data with a dictionary and as frozen years; the staff's page of freezing one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, conditional_page

from madang.portal import charts, sheets
from madang.portal.actors import READING_ROLES
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions.halves import halves
from madang.portal.faces import one, with_role
from madang.portal.indicators import actions, dictionary, parquet, queries, releases, showing
from madang.portal.indicators.registry import FIGURES
from madang.portal.indicators.rules import FIRST_YEAR, Difference, Row, table
from madang.portal.indicators.sentences import ABSENT, AWARDS, TABLES
from madang.portal.people.sentences import ORGANISATION_KINDS as KINDS
from madang.portal.templatetags.madang import in_language

SVG = "image/svg+xml"
# a page of a year names at most so many differences
DIFFERENCES = 200


def _language() -> str:
    return get_language() or "ko"


def _changed_at(request: HttpRequest, *args: object, **kwargs: object) -> datetime | None:
    return queries.latest_at()


def _tag(request: HttpRequest, *args: object, **kwargs: object) -> str | None:
    last = queries.latest_at()
    return f'"{last.isoformat()}"' if last else None


# data that nobody's language or account changes: asked again with the tag, it is not sent again
_data = condition(etag_func=_tag, last_modified_func=_changed_at)


def figures(request: HttpRequest) -> HttpResponse:
    """The page: every figure with its table, each linked to its definition; charts and a map."""
    row = queries.latest()
    if row is None:
        return render(request, "indicators/figures.html", {"nothing": True})
    labels, call, language = queries.labels(), request.GET.get("call", ""), _language()
    demand = row.figures["demand"]
    plain = [showing.plain(code, row.figures[code], labels, language) for code in showing.SHOWN]
    context = {
        "headline": showing.headline(row.figures, call, language),
        "demand": showing.demand(demand, labels, call, language),
        "plain": [] if call else plain,
        "charts": showing.pictures(row.figures, labels, call, language),
        "map": showing.region_map(demand, labels, call, language),
        "reported": _reported(row.figures, labels, language),
        "absent": [(_(title), _(why)) for _code, title, why in _absent(row.figures)],
        "worked_out_at": row.worked_out_at,
        "calls": [(code, in_language(one, "title")) for code, one in sorted(labels["call"].items())],
        "chosen": call,
        "frozen": queries.frozen_years().values_list("year", flat=True),
        "threshold": settings.MADANG_SMALL_CELL,
        "parquet": parquet.available(),
        "crumbs": [],
    }
    return render(request, "indicators/figures.html", context)


def _absent(found: Mapping[str, Sequence[Row]]) -> list[tuple[str, str, str]]:
    """What has no row yet, with the reason."""
    return [(code, TABLES[code].title, why) for code, why in ABSENT.items() if not found.get(code)]


def _reported(figures: dict[str, list[Row]], labels: showing.Labels, language: str) -> list[dict[str, Any]]:
    """Each reported figure beside our own for the same call and kind."""
    found = []
    for row in figures["reported"]:
        cells = dict(table(figures["demand"], "kind" if row["kind"] else "", row["call"])[0])
        counts = cells.get(row["kind"])
        ours = dict(showing.demand_cells(counts, language))[row["measure"]] if counts else "–"
        found.append(
            {
                **row,
                "who": _(KINDS[row["kind"]]) if row["kind"] else _("all"),
                "what": _(FIGURES[row["measure"]].title),
                "ours": ours,
                "name": showing.name_of("call", row["call"], labels, language),
            }
        )
    return found


def definitions(request: HttpRequest) -> HttpResponse:
    """The registry: each figure with its definition, unit and source, and what the columns of the files say."""
    last = queries.latest()
    context = {
        "figures": dictionary.figures(_language()),
        "tables": dictionary.tables(_language()),
        "absent": [(code, _(title), _(why)) for code, title, why in _absent(last.figures if last else {})],
        "threshold": settings.MADANG_SMALL_CELL,
        "parquet": parquet.available(),
        "crumbs": [(_("Public figures"), reverse("figures")), (_("Definitions and data"), "")],
    }
    return render(request, "indicators/definitions.html", context)


@_data
def figures_json(request: HttpRequest) -> JsonResponse:
    """Everything, with the dictionary in both languages, as one JSON document."""
    row = queries.latest()
    if row is None:
        raise Http404
    return _json({"worked_out_at": row.worked_out_at, "dictionary": dictionary.both(), "figures": row.figures})


def _json(body: dict[str, Any]) -> JsonResponse:
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _csv(request: HttpRequest, name: str, columns: Sequence[str], rows: Iterable[Row]) -> HttpResponse:
    text = releases.comma_separated(columns, rows, bom=request.GET.get("bom") == "1")
    response = HttpResponse(text, content_type=sheets.CSV)
    response["Content-Disposition"] = f'attachment; filename="madang-{name}.csv"'
    return response


@_data
def figure_csv(request: HttpRequest, code: str) -> HttpResponse:
    """One table as CSV; `?bom=1` adds the mark that a Korean spreadsheet looks for."""
    row = queries.latest()
    if row is None or code not in TABLES:
        raise Http404
    return _csv(request, code, dictionary.columns(code), row.figures[code])


@_data
def figure_parquet(request: HttpRequest, code: str) -> HttpResponse:
    """One table as Parquet; it does not exist where the library that writes it is not installed."""
    row = queries.latest()
    if row is None or code not in TABLES or not parquet.available():
        raise Http404
    return _parquet(code, row.figures[code])


def _parquet(name: str, rows: Sequence[Row]) -> HttpResponse:
    response = HttpResponse(parquet.written(dictionary.columns(name), rows), content_type=parquet.PARQUET)
    response["Content-Disposition"] = f'attachment; filename="madang-{name}.parquet"'
    return response


@conditional_page
def award_parquet(request: HttpRequest) -> HttpResponse:
    """The list of awards with their amounts as Parquet, where that can be written."""
    if not parquet.available():
        raise Http404
    return _parquet("awards", queries.awards())


@conditional_page
def award_csv(request: HttpRequest) -> HttpResponse:
    """The list of awards with their amounts as CSV; titles only where applicants agreed to it."""
    return _csv(request, "awards", dictionary.columns("awards"), queries.awards())


@conditional_page
def award_json(request: HttpRequest) -> JsonResponse:
    """The list of awards with their amounts as JSON; titles only where applicants agreed to it."""
    return _json({"awards": queries.awards()})


@conditional_page
def region_svg(request: HttpRequest) -> HttpResponse:
    """The map of regions as a file of its own, to stand in somebody else's page; `?call=` for one call."""
    row = queries.latest()
    call = request.GET.get("call", "")
    drawn = showing.region_map(row.figures["demand"], queries.labels(), call, _language()) if row else None
    if drawn is None:
        raise Http404
    return HttpResponse(drawn, content_type=SVG)


def chart_svg(request: HttpRequest, name: str) -> HttpResponse:
    """One of the page's charts as a file of its own; it does not exist until a worker has drawn it."""
    row = queries.latest()
    found = showing.pictures(row.figures, queries.labels(), "", _language()).get(name) if row else None
    if found is None:
        raise Http404
    drawn = charts.drawing(found, settings.MADANG_HOME / "charts")
    if drawn is None:
        charts.ask(found, settings.MADANG_HOME / "charts")
        raise Http404
    return HttpResponse(drawn, content_type=SVG)


def _year(year: int) -> Any:
    return one(queries.frozen_years(), year=year)


def figures_year(request: HttpRequest, year: int) -> HttpResponse:
    """A frozen year, with where the tables say something else by now."""
    row = _year(year)
    context = {
        **_shown_year(row.content, queries.changes(row.content)),
        "row": row,
        "files": [(name, _address(year, name), sha256) for name, sha256 in releases.sums(row)],
        "crumbs": [(_("Public figures"), reverse("figures")), (str(year), "")],
    }
    return render(request, "indicators/year.html", context)


def _address(year: int, name: str) -> str:
    """Where a file of a year's release stands."""
    code = name.removeprefix(f"madang-{year}-")
    return f"/figures/{year}.json" if code == name else f"/figures/{year}/{code}"


def _shown_year(content: str, changed: Sequence[Difference]) -> dict[str, Any]:
    """A year's tables, and how they differ from what the tables say now."""
    frozen, labels, language = json.loads(content), queries.labels(), _language()
    year, found = frozen["year"], frozen["figures"]
    plain = [showing.plain(code, found[code], labels, language) for code in showing.SHOWN if found.get(code)]
    return {
        "year": year,
        "demand": showing.demand(found["demand"], labels, "", language) if found.get("demand") else [],
        "plain": plain,
        "changed": [_difference(one, labels, language) for one in changed[:DIFFERENCES]],
        "more": len(changed) > DIFFERENCES,
    }


def _difference(one: Difference, labels: showing.Labels, language: str) -> tuple[str, ...]:
    named = ", ".join(showing.name_of(name, key, labels, language) for name, key in one.named.items() if key)
    titles = _({**TABLES, "awards": AWARDS}[one.table].title), named, one.figure, _(FIGURES[one.figure].title)
    return *titles, _number(one.frozen), _number(one.now)


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def year_json(request: HttpRequest, year: int) -> HttpResponse:
    """A frozen year as the very text whose SHA-256 is published; it never changes, and its digest is its tag."""
    row = _year(year)
    return _released(request, row, releases.name_of(year), "application/json")


def _released(request: HttpRequest, row: Any, name: str, kind: str) -> HttpResponse:
    """A file of a frozen year, with its SHA-256 as its tag; saved under the name that the list of checksums has."""
    content = releases.file(row, name)
    if content is None:
        raise Http404
    answer = HttpResponse(content, content_type=kind)
    way = "inline" if name.endswith(".json") else "attachment"
    answer["Content-Disposition"] = f'{way}; filename="{name}"'
    tagged = condition(etag_func=lambda *_args, **_more: f'"{queries.digest(content)}"')
    return tagged(lambda _request: answer)(request)


def year_csv(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """One table of a frozen year as CSV, the list of awards too."""
    return _released(request, _year(year), releases.name_of(year, code, "csv"), sheets.CSV)


def year_parquet(request: HttpRequest, year: int, code: str) -> HttpResponse:
    """One table of a frozen year as Parquet, where that can be written."""
    return _released(request, _year(year), releases.name_of(year, code, "parquet"), parquet.PARQUET)


@conditional_page
def year_sums(request: HttpRequest, year: int) -> HttpResponse:
    """The SHA-256 of every file of a year's release, as `sha256sum --check` reads it."""
    lines = [f"{sha256}  {name}\n" for name, sha256 in releases.sums(_year(year))]
    answer = HttpResponse("".join(lines), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{releases.SUMS}"'
    return answer


@with_role(*READING_ROLES)
def staff_years(request: HttpRequest) -> HttpResponse:
    """The years that figures belong to, each with whether it is frozen."""
    row = queries.latest()
    frozen = {one.year: one for one in queries.frozen_years()}
    this_year = queries.this_year(request.now)
    over = [year for year in (queries.years(row.figures) if row else []) if year <= this_year]
    years = sorted({*frozen, *over}, reverse=True)
    context = {
        "years": [(year, frozen.get(year)) for year in years],
        "this_year": this_year,
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Figures of a year"), "")],
    }
    return render(request, "indicators/staff.html", context)


@with_role(*READING_ROLES)
def staff_year(request: HttpRequest, year: int) -> HttpResponse:
    """What a year would be frozen as, and the two halves of freezing it."""
    if not FIRST_YEAR <= year <= queries.this_year(request.now):
        raise Http404
    frozen = queries.frozen_years().filter(year=year).first()
    acts = {"draft": partial(actions.draft, year=year), "approve": partial(actions.freeze, year=year)}
    found = halves(request, ApprovalKind.FREEZE_FIGURES, year, **acts)
    if found.done:
        return redirect("staff-figures-year", year)
    last = queries.latest()
    content = frozen.content if frozen else queries.year_text(year, last.figures if last else {})
    context = {
        **_shown_year(content, queries.changes(content) if frozen else []),
        "row": frozen,
        "halves": None if frozen else found,
        "runs": year >= queries.this_year(request.now),
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (_("Figures of a year"), reverse("staff-figures")),
            (str(year), ""),
        ],
    }
    return render(request, "indicators/staff_year.html", context)


urlpatterns = [
    path("figures/", figures, name="figures"),
    path("figures.json", figures_json, name="figures-json"),
    path("figures/definitions/", definitions, name="figure-definitions"),
    path("figures/awards.csv", award_csv, name="award-list-csv"),
    path("figures/awards.parquet", award_parquet, name="award-list-parquet"),
    path("figures/awards.json", award_json, name="award-list-json"),
    path("figures/regions.svg", region_svg, name="figures-map"),
    path("figures/charts/<slug:name>.svg", chart_svg, name="figures-chart"),
    path("figures/<int:year>/", figures_year, name="figures-year"),
    path("figures/<int:year>.json", year_json, name="figures-year-json"),
    path("figures/<int:year>/SHA256SUMS", year_sums, name="figures-year-sums"),
    path("figures/<int:year>/<slug:code>.csv", year_csv, name="figures-year-csv"),
    path("figures/<int:year>/<slug:code>.parquet", year_parquet, name="figures-year-parquet"),
    path("figures/<slug:code>.csv", figure_csv, name="figure-csv"),
    path("figures/<slug:code>.parquet", figure_parquet, name="figure-parquet"),
    path("staff/figures/", staff_years, name="staff-figures"),
    path("staff/figures/<int:year>/", staff_year, name="staff-figures-year"),
]
