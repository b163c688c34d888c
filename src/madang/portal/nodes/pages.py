"""The staff's page of nodes: which are out of service and why, what was there by day, and how much of it was used."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madang.portal import sheets
from madang.portal.cluster import bringing
from madang.portal.faces import with_role
from madang.portal.nodes import queries, showing
from madang.portal.nodes.rules import FIRST_YEAR, LAST_YEAR, OLD, READERS, days_of, month_of
from madang.values import Month

NODES = gettext_lazy("Nodes and capacity")
PER_PAGE = 50


@with_role(*READERS)
def nodes(request: HttpRequest) -> HttpResponse:
    """What is out of service now, and of one month: what was there, what of it was used, and what happened."""
    read = queries.last_reading(request.actor)
    month = month_of(request.GET.get("month", "")) or Month.of(request.now, settings.MADANG_ZONE)
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (NODES, "")],
        "on_slurm": bringing.on_slurm(),
        "read": read,
        "old": read is not None and request.now - read.until > OLD,
        "out": [showing.stretch(row, request.now) for row in queries.out_now(request.actor)],
        "month": month,
        "before": month.plus(-1),
        "after": month.plus(1),
        "page": _happened(request, month),
        "years": queries.years(request.actor),
        **_shown_month(request, month),
    }
    return render(request, "nodes/nodes.html", context)


def _shown_month(request: HttpRequest, month: Month) -> dict[str, Any]:
    """The month in all by resource, and the days of the resource that was chosen."""
    rows = queries.days(request.actor, *days_of(month))
    uses = queries.by_resource(rows)
    asked = request.GET.get("of", "")
    chosen = next((use for use in uses if showing.code_of(use) == asked), uses[0] if uses else None)
    if chosen is None:
        return {}
    days = [(day, use) for day, use in rows if (use.unit, use.kind) == (chosen.unit, chosen.kind)]
    return {
        "uses": [(showing.code_of(use), showing.name_of(use), use) for use in uses],
        "code": showing.code_of(chosen),
        "name": showing.name_of(chosen),
        "days": days,
        "chart": showing.chart(days, showing.name_of(chosen)),
    }


def _happened(request: HttpRequest, month: Month) -> Page:
    """A page of the stretches of a month, as they are shown."""
    page = Paginator(queries.in_month(request.actor, month), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [showing.stretch(row, request.now) for row in page.object_list]
    return page


@with_role(*READERS)
def days_file(request: HttpRequest, year: int) -> HttpResponse:
    """The days of a year as comma-separated text, all amounts in seconds; `?bom=1` for a Korean spreadsheet."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    rows = queries.days(request.actor, date(year, 1, 1), date(year, 12, 31))
    text = sheets.comma_separated(showing.file(rows), bom=request.GET.get("bom") == "1")
    response = HttpResponse(text, content_type=sheets.CSV)
    response["Content-Disposition"] = f'attachment; filename="capacity-{year}.csv"'
    return response


urlpatterns = [
    path("staff/nodes/", nodes, name="nodes"),
    path("staff/nodes/<int:year>.csv", days_file, name="nodes-file"),
]
