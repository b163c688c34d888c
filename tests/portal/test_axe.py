"""Every page and every error page under axe-core's WCAG 2.2 AA rules: both languages, light and dark, wide and narrow.

The pages come from the test client, each as somebody who may see it, before the browser opens; the browser is then
given what came, with the real stylesheet and script. An ordinary run looks at each page in one way in turn, `make soak`
in all eight.
"""

from __future__ import annotations

import os
import shutil
from itertools import product
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.utils.translation import override
from factories import NOW
from portal.access_world import PEOPLE, make_world
from portal.test_access_table import EXPECTED, address
from portal.test_strangers import ROUTES

from madang.errors import Stale, Unavailable
from madang.portal import home
from madang.portal.actors import PUBLIC
from madang.portal.faces import RefusalMiddleware

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what holds is not described: a third of the time
}
LANGUAGES, THEMES, WIDTHS = ("ko", "en"), ("light", "dark"), (1280, 360)
WAYS = list(product(LANGUAGES, THEMES, WIDTHS))
# Who looks, of those who may: the one to whom the page shows most.
LOOKERS = ("owner", "manager", "assigned", "operator", "approver", "officer", "auditor", "public")
# A page that the table of access does not list yet; the table has a test of its own.
NOBODY = ("n" * len(PEOPLE),)
SITE = "http://madang.test"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def browser():
    """Debian's Chromium without a window."""
    executable = shutil.which("chromium")
    if executable is None:
        why = "there is no browser here; apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def looker(name: str) -> str | None:
    """Who looks at a page; None where nobody gets one by asking for it."""
    return next((who for who in LOOKERS if EXPECTED.get(name, NOBODY)[0][PEOPLE.index(who)] == "o"), None)


def pages() -> dict[tuple[str, str], str]:
    """The HTML of every page that can be asked for, and of every error page, by name and language."""
    world, found = make_world(), {}
    for route, name in ROUTES:
        who = looker(name)
        for language in LANGUAGES if who else ():
            answer = asked(world.people[who], address(world, route, name), language)
            if answer.streaming:
                # read to its end, which closes the file
                list(answer.streaming_content)
            elif b"</html>" in answer.content:
                # and not a part of a page, which a script puts into it
                found[name, language] = answer.content.decode()
    return found | errors()


def asked(person, url: str, language: str):
    client = Client()
    client.cookies["madang_language"] = language
    if person:
        client.force_login(person)
    return client.get(url)


def errors() -> dict[tuple[str, str], str]:
    """The error pages as the portal makes them."""
    found = {}
    for language in LANGUAGES:
        client = Client(enforce_csrf_checks=True)
        client.cookies["madang_language"] = language
        answers = {
            "404": client.get("/no-such/"),
            "403": client.post("/log-in/"),
            "413": sent_too_much(language),
            "refused": client.get("/invitations/nothing/"),
        }
        with override(language):
            answers |= {
                "409": _shown(Stale("application")),
                "503": _shown(Unavailable("down")),
                "500": home.broken(_request()),
                "400": home.unreadable(_request()),
            }
        found |= {(f"error {name}", language): answer.content.decode() for name, answer in answers.items()}
    return found


def sent_too_much(language: str):
    client = Client()
    client.cookies["madang_language"] = language
    return client.post("/log-in/", "x" * 6_000_000, content_type="application/x-www-form-urlencoded")


def _request():
    request = RequestFactory().get("/calls/")
    request.user, request.actor, request.now = AnonymousUser(), PUBLIC, NOW
    return request


def _shown(error: Exception):
    return RefusalMiddleware(lambda request: None).process_exception(_request(), error)


def look(browser, html: dict[tuple[str, str], str], ways) -> list[str]:
    """What is wrong with each page in the ways in which it is to be looked at, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    shown, found, axe = SimpleNamespace(html=""), [], Axe()
    page = browser.new_page(base_url=SITE, reduced_motion="reduce")
    page.route("**/*", lambda route: _answer(route, shown))
    for number, (name, language) in enumerate(sorted(html)):
        shown.html = html[name, language]
        for _, theme, width in [way for way in ways(number) if way[0] == language]:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)
            page.goto("/page/")
            wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
            faults = [f"{wide} px wider than the screen"] if wide > 0 else []
            faults += [
                f"{one['id']}: {one['nodes'][0]['html'][:160]} … {one['nodes'][0]['failureSummary'][:240]}"
                for one in axe.run(page, options=WCAG).response["violations"]
            ]
            found += [f"{name} ({language}, {theme}, {width}): {fault}" for fault in faults]
    return found


def _answer(route, shown) -> None:
    path = route.request.url.removeprefix(SITE)
    kept = finders.find(path.removeprefix("/static/").partition("?")[0]) if path.startswith("/static/") else None
    if path == "/page/":
        route.fulfill(body=shown.html, content_type="text/html; charset=utf-8")
    elif kept:
        route.fulfill(path=kept)
    else:
        route.fulfill(status=404, body="")


def turn(number: int):
    """One of the eight ways for each page, the next for the next: one of its two languages in one theme and width."""
    page, language = divmod(number, len(LANGUAGES))
    way = WAYS[page % len(WAYS)]
    # pages are sorted by name, each in English first
    return [way] if way[0] == sorted(LANGUAGES)[language] else []


def test_every_page_in_one_way_in_turn(browser_later):
    html, opened = browser_later
    assert len(html) > 200
    assert look(opened, html, turn) == []


@pytest.mark.soak
def test_every_page_in_every_way(browser_later):
    html, opened = browser_later
    assert look(opened, html, lambda number: WAYS) == []


@pytest.fixture
def browser_later(request):
    """The pages, and then the browser: while one is open, nothing may ask the database."""
    html = pages()
    return html, request.getfixturevalue("browser")
