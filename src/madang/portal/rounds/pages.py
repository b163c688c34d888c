"""The overview of one round for staff and auditors: where it stands, what comes next and who may do it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES
from madang.portal.faces import one, with_role
from madang.portal.rounds import queries, showing
from madang.portal.rounds.rules import steps
from madang.portal.rounds.sentences import STEPS
from madang.portal.templatetags.madang import in_language


@with_role(*READING_ROLES)
def overview(request: HttpRequest, intake: int) -> HttpResponse:
    """One round: its steps, its dates, its figures, and what comes next."""
    row = one(queries.intakes(request.actor), pk=intake)
    standing = queries.standings(request.actor, [row], request.now)[row.pk]
    title = _("{call}, intake {number}").format(call=in_language(row.call, "title"), number=row.number)
    context = {
        "intake": row,
        "title": title,
        "state": standing.state,
        "standing": standing,
        "steps": [(_(STEPS[step]), where) for step, where in steps(standing)],
        "next": showing.shown(request.actor, row, standing),
        "crumbs": [(_("Work of the centre"), reverse("staff")), (title, "")],
    }
    return render(request, "rounds/round.html", context)


urlpatterns = [path("staff/intakes/<int:intake>/overview/", overview, name="intake-round")]
