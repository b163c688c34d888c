"""Begins a person's session in the browser, for every page that lets somebody in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

_BACKEND = "django.contrib.auth.backends.ModelBackend"


def enter(request: HttpRequest, person: Any, to: str) -> HttpResponse:
    """Begins a person's session and goes on in their language."""
    login(request, person, backend=_BACKEND)
    response = HttpResponseRedirect(to)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        person.language,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
    return response
