"""The pages of forecasts: how good estimated starts were, what a plan would do to the queues, the policy bench."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from madang.portal.faces import signed_in
from madang.portal.forecasts import pictures, queries
from madang.portal.forecasts.rules import SHARE_WITHIN, Basis


@signed_in
def estimates(request: HttpRequest) -> HttpResponse:
    """How estimates are made, and how good they were by month."""
    rows = queries.quality(request.actor)
    ranged = [row for row in rows if row.basis == Basis.HISTORY]
    limited = [row for row in rows if row.basis == Basis.LIMITS]
    context = {
        "latest": ranged[0] if ranged else None,
        "tables": [(basis, kind) for basis, kind in ((ranged, "history"), (limited, "limits")) if basis],
        "charts": [pictures.quality(ranged, SHARE_WITHIN)] if len(ranged) > 1 else [],
        "share": SHARE_WITHIN,
        "in_full": request.actor.reads_everything,
    }
    return render(request, "forecasts/estimates.html", context)


urlpatterns = [
    path("jobs/estimates/", estimates, name="estimates"),
]
