"""Whose address counts when a reverse proxy stands before the portal."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def client_address(forwarded: str, connected: str) -> str:
    """The last address in X-Forwarded-For, which our own proxy wrote; those before it are the client's claim."""
    return forwarded.rpartition(",")[2].strip() or connected


class ProxyMiddleware:
    """Puts the client's address into REMOTE_ADDR where MADANG_BEHIND_PROXY says that one proxy stands before us."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MADANG_BEHIND_PROXY:
            forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
            request.META["REMOTE_ADDR"] = client_address(forwarded, request.META.get("REMOTE_ADDR", ""))
        return self.get_response(request)
