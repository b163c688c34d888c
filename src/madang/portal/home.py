"""The first page for the public, for a person and for staff: what there is, and what waits for whom."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from madang import __version__
from madang.portal.actors import READING_ROLES, Actor
from madang.portal.faces import signed_in, with_role


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
    return render(request, "home/staff.html", {"tasks": _gather("staff_tasks", request.actor, request.now)})


def health(request: HttpRequest) -> JsonResponse:
    """For a monitor: the version, and that the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"version": __version__, "database": "answers"})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, in the person's language."""
    return render(request, "errors/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a bug, shown as one."""
    return render(request, "errors/500.html", status=500)
