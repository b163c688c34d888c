"""The page of the outbox: what was sent, what waits, what could not be sent, and why."""

from __future__ import annotations

from django.contrib import messages as said
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.portal.actors import Role
from madang.portal.faces import one, with_role
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions, queries, sentences
from madang.portal.outbox.rules import MessageState

PER_PAGE = 50
_TONES = {MessageState.WAITING: "warning", MessageState.SENT: "success", MessageState.FAILED: "danger"}


@with_role(Role.OPERATOR, Role.AUDITOR)
def outbox(request: HttpRequest) -> HttpResponse:
    """All messages without their texts; those that failed first when asked for. Looking is logged."""
    rows = queries.messages(request.actor)
    only = request.GET.get("state", "")
    if only in list(MessageState):
        rows = rows.filter(state=only)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    journal.read(by=request.actor, now=request.now, what="search", kind="message", subject="all")
    context = {
        "page": page,
        "rows": [(row, _TONES[MessageState(row.state)], _(sentences.STATES[row.state])) for row in page],
        "states": [(state.value, _(sentences.STATES[state])) for state in MessageState],
        "only": only,
        "counts": queries.counts(request.actor),
        "may_try": request.actor.has(Role.OPERATOR),
    }
    return render(request, "outbox/outbox.html", context)


@require_POST
@with_role(Role.OPERATOR)
def try_again(request: HttpRequest, message: int) -> HttpResponse:
    """Has a failed message tried again from the beginning."""
    one(queries.messages(request.actor), pk=message)
    actions.try_again(by=request.actor, now=request.now, message=message)
    said.success(request, _("The message will be tried again."))
    return redirect("outbox")


urlpatterns = [
    path("staff/outbox/", outbox, name="outbox"),
    path("staff/outbox/<int:message>/again/", try_again, name="try-again"),
]
