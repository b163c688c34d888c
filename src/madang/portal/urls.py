"""The portal's addresses: each domain's pages, and the API."""

from __future__ import annotations

import importlib
from pathlib import Path

from django.urls import include, path

from madang.portal import api, home, theme


def _pages() -> list[object]:
    found = []
    for file in sorted(Path(__file__).parent.glob("*/pages.py")):
        found += importlib.import_module(f"madang.portal.{file.parent.name}.pages").urlpatterns
    return found


urlpatterns = [
    path("", home.front, name="front"),
    path("home/", home.home, name="home"),
    path("staff/", home.staff, name="staff"),
    path("health/", home.health, name="health"),
    path("language/", include("django.conf.urls.i18n")),
    path("theme/", theme.choose, name="set-theme"),
    path("api/v1/", api.api.urls),
    *_pages(),
]
handler400 = "madang.portal.home.unreadable"
handler403 = "madang.portal.home.not_allowed"
handler404 = "madang.portal.home.not_found"
handler500 = "madang.portal.home.broken"
