"""The first page for the public, for a person and for staff: what there is, and what waits for whom."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from madang import __version__
from madang.portal.actors import READING_ROLES, Actor, Role
from madang.portal.faces import signed_in, with_role

# The pages of the body: words, name of the page, and the roles that it opens to.
_PLACES: list[tuple[Any, str, frozenset[Role]]] = [
    (_("Calls and drafts"), "staff-calls", READING_ROLES),
    (_("Texts of consents and pledges"), "consent-texts", READING_ROLES),
    (_("Intakes: screening, reviews, plans"), "staff-intakes", READING_ROLES),
    (_("Reviewers"), "reviewers", READING_ROLES),
    (_("Approvals"), "approvals", READING_ROLES),
    (_("Reports owed"), "owed-reports", READING_ROLES),
    (_("Pools and products"), "pools", READING_ROLES),
    (_("Tariffs and discounts"), "tariffs", READING_ROLES),
    (_("Statements"), "statements-staff", READING_ROLES),
    (_("Organisations"), "organisations", READING_ROLES),
    (_("People and roles"), "people", frozenset({Role.OPERATOR, Role.AUDITOR})),
    (_("Outbox"), "outbox", frozenset({Role.OPERATOR, Role.AUDITOR})),
    (_("Journal"), "journal", frozenset({Role.OPERATOR, Role.AUDITOR})),
]


def _gather(name: str, by: Actor, now: Any) -> list[Any]:
    """What the domains' `queries.<name>(by, now)` answer, for those domains that have one, in order of domain."""
    found: list[Any] = []
    for file in sorted(Path(__file__).parent.glob("*/queries.py")):
        function = getattr(importlib.import_module(f"madang.portal.{file.parent.name}.queries"), name, None)
        if function:
            found += function(by, now)
    return found


def front(request: HttpRequest) -> HttpResponse:
    """The public's first page: open calls and headline figures."""
    return render(request, "home/front.html", {"panels": _gather("front_panels", request.actor, request.now)})


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """A person's own page: what waits for them."""
    return render(request, "home/home.html", {"tasks": _gather("tasks", request.actor, request.now)})


@with_role(*READING_ROLES)
def staff(request: HttpRequest) -> HttpResponse:
    """The body's page: what waits for each role, and the way to everything."""
    tasks = _gather("staff_tasks", request.actor, request.now)
    places = [(label, reverse(name)) for label, name, roles in _PLACES if request.actor.has(*roles)]
    return render(request, "home/staff.html", {"tasks": tasks, "places": places})


def health(request: HttpRequest) -> JsonResponse:
    """For a monitor: the version, and that the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"version": __version__, "database": "answers"})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, in the person's language."""
    return render(request, "errors/404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403, such as a form that was open for too long; also Django's CSRF failure view."""
    return render(request, "errors/403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a bug, shown as one; without the request, whose context may be what broke."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)
