"""The public figures as a page, CSV and JSON, for anyone."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from madang.portal import charts, sheets
from madang.portal.indicators import queries
from madang.portal.indicators.rules import DIMENSIONS, MEASURES, Cell, table, total
from madang.portal.indicators.sentences import FIGURES
from madang.portal.people.sentences import ORGANISATION_KINDS as KINDS
from madang.portal.templatetags.madang import in_language

ALL = [*FIGURES]


def _name(dimension: str, code: str, labels: dict[str, dict[str, Any]]) -> str:
    """What a code reads as: a call's or region's name, a kind of organisation."""
    if dimension == "kind":
        return _(KINDS.get(code, code))
    row = labels["region" if dimension == "region_today" else dimension].get(code)
    if row is None:
        return code
    return in_language(row, "name" if dimension.startswith("region") else "title")


def _tables(cells: list[Cell], labels: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    headings = {
        "call": _("By call"),
        "track": _("By track"),
        "kind": _("By kind of organisation"),
        "region": _("By region, as named on the day of the call"),
        "region_today": _("By region, as named today"),
    }
    return [
        {"title": title, "rows": [(_name(dimension, code, labels), counts) for code, counts in table(cells, dimension)]}
        for dimension, title in headings.items()
    ]


def _demand_chart(cells: list[Cell], labels: dict[str, dict[str, Any]], dimension: str, title: str) -> charts.Chart:
    rows = [
        (_name(dimension, code, labels), [counts.gpus_asked, counts.gpus_given])
        for code, counts in table(cells, dimension)
    ]
    return charts.grouped(
        title=title,
        description=_("GPUs asked for in submitted applications beside GPUs given by published decisions."),
        category=title,
        measure=_("GPUs"),
        series=[_("asked for"), _("given")],
        rows=[row for row in rows if any(row[1])],
    )


def _use_rows(figures: dict[str, Any], labels: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    pools = labels["pool"]
    return [
        {**row, "name": in_language(pools[row["pool"]], "name") if row["pool"] in pools else row["pool"]}
        for row in figures["use"]
    ]


def _reported_rows(
    figures: dict[str, Any], cells: list[Cell], labels: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """Each reported figure beside our own for the same call and kind."""
    found = []
    for row in figures["reported"]:
        ours = total(cell for cell in cells if cell.call == row["call"] and row["kind"] in ("", cell.kind))
        who = _(KINDS[row["kind"]]) if row["kind"] else _("all")
        what = _measure_names()[row["measure"]]
        found.append(
            {
                **row,
                "who": who,
                "what": what,
                "ours": getattr(ours, row["measure"]),
                "name": _name("call", row["call"], labels),
            }
        )
    return found


def _measure_names() -> dict[str, str]:
    return {
        "applications": _("Applications"),
        "awards": _("Awards"),
        "gpus_asked": _("GPUs asked for"),
        "gpus_given": _("GPUs given"),
    }


def figures(request: HttpRequest) -> HttpResponse:
    """The page: every figure with its definition, chart and table."""
    row = queries.latest()
    if row is None:
        return render(request, "indicators/figures.html", {"nothing": True, "calls": []})
    labels = queries.labels()
    call = request.GET.get("call", "")
    everything = queries.demand_of(row.figures)
    cells = [cell for cell in everything if not call or cell.call == call]
    context = {
        "total": total(cells),
        "tables": _tables(cells, labels),
        "charts": [
            _demand_chart(cells, labels, "kind", _("By kind of organisation")),
            _demand_chart(cells, labels, "region", _("By region, as named on the day of the call")),
        ]
        if any(cell.counts.gpus_asked for cell in cells)
        else [],
        "supported": row.figures["supported"],
        "use": _use_rows(row.figures, labels),
        "companies": row.figures.get("companies"),
        "value": row.figures["value"],
        "value_total": sum(one["subsidy_won"] for one in row.figures["value"]),
        "reported": _reported_rows(row.figures, everything, labels),
        "definitions": {code: {"title": _(title), "text": _(text)} for code, (title, text) in FIGURES.items()},
        "worked_out_at": row.worked_out_at,
        "calls": [(code, in_language(one, "title")) for code, one in sorted(labels["call"].items())],
        "chosen": call,
    }
    return render(request, "indicators/figures.html", context)


def figures_json(request: HttpRequest) -> JsonResponse:
    """Everything, with definitions, as one JSON document."""
    row = queries.latest()
    if row is None:
        raise Http404
    definitions = {code: {"title": _(title), "definition": _(text)} for code, (title, text) in FIGURES.items()}
    body = {"worked_out_at": row.worked_out_at, "definitions": definitions, "figures": row.figures}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})


def figure_csv(request: HttpRequest, code: str) -> HttpResponse:
    """One figure as CSV; `?bom=1` adds the mark that a Korean spreadsheet looks for."""
    row = queries.latest()
    if row is None or code not in FIGURES:
        raise Http404
    rows = row.figures[code] if isinstance(row.figures[code], list) else [row.figures[code]]
    columns = [*DIMENSIONS, *MEASURES] if code == "demand" else list(rows[0]) if rows else []
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    text = sheets.comma_separated(lines, bom=request.GET.get("bom") == "1")
    response = HttpResponse(text, content_type=sheets.CSV)
    response["Content-Disposition"] = f'attachment; filename="madang-{code}.csv"'
    return response


urlpatterns = [
    path("figures/", figures, name="figures"),
    path("figures.json", figures_json, name="figures-json"),
    path("figures/<slug:code>.csv", figure_csv, name="figure-csv"),
]
