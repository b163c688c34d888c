"""Every page and every error page under axe-core's WCAG 2.2 AA rules: both languages, light and dark, wide and narrow.

The pages come from the test client, each as somebody who may see it, before the browser opens; the browser is then
given what came, with the real stylesheet and script. An ordinary run looks at each page in one way in turn, `make soak`
in all eight.
"""

from __future__ import annotations

import os
import shutil
from itertools import product

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


def pages(ways) -> list[tuple[str, tuple, str]]:
    """Every page that can be asked for and every error page: name, a way to look at it, and its HTML in that way."""
    world, found = make_world(), []
    for number, (route, name) in enumerate(ROUTES):
        who = looker(name)
        for way in ways(number) if who else ():
            answer = asked(world.people[who], address(world, route, name), way[0])
            if answer.streaming:
                # read to its end, which closes the file
                list(answer.streaming_content)
            elif b"</html>" in answer.content:
                # and not a part of a page, which a script puts into it
                found.append((name, way, answer.content.decode()))
    told = {language: errors(language) for language in LANGUAGES}
    for number, name in enumerate(told[LANGUAGES[0]]):
        found += [(f"error {name}", way, told[way[0]][name]) for way in ways(number)]
    return found


def asked(person, url: str, language: str):
    client = Client()
    client.cookies["madang_language"] = language
    if person:
        client.force_login(person)
    return client.get(url)


def errors(language: str) -> dict[str, str]:
    """The error pages as the portal makes them."""
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
    return {name: answer.content.decode() for name, answer in answers.items()}


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


# Puts another page into the window that has axe already, which takes half the time of going there and loading axe anew.
SHOW = """html => new Promise(shown => {
    document.open();
    window.addEventListener("load", () => shown(), { once: true });
    document.write(html);
    document.close();
})"""
JUDGE = "options => axe.run(document, options).then(found => found.violations)"


def look(browser, looked) -> list[str]:
    """What is wrong with each page in the way in which it is looked at, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    page = browser.new_page(base_url=SITE, reduced_motion="reduce")
    page.route("**/*", _answer)
    page.goto("/page/")
    page.evaluate(Axe().axe_script)
    for name, (language, theme, width), html in looked:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        page.evaluate(SHOW, html)
        wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        faults = [f"{wide} px wider than the screen"] if wide > 0 else []
        faults += [
            f"{one['id']}: {one['nodes'][0]['html'][:160]} … {one['nodes'][0]['failureSummary'][:240]}"
            for one in page.evaluate(JUDGE, WCAG)
        ]
        found += [f"{name} ({language}, {theme}, {width}): {fault}" for fault in faults]
    return found


def _answer(route) -> None:
    path = route.request.url.removeprefix(SITE)
    kept = finders.find(path.removeprefix("/static/").partition("?")[0]) if path.startswith("/static/") else None
    if path == "/page/":
        route.fulfill(body="<!doctype html><title>-</title>", content_type="text/html; charset=utf-8")
    elif kept:
        route.fulfill(path=kept)
    else:
        route.fulfill(status=404, body="")


def turn(number: int):
    """One of the eight ways for each page, the next for the next."""
    return [WAYS[number % len(WAYS)]]


def test_every_page_in_one_way_in_turn(request):
    looked = pages(turn)
    # the browser comes after the pages: while one is open, nothing may ask the database
    assert len(looked) > 250
    assert look(request.getfixturevalue("browser"), looked) == []


def test_a_fault_is_found_and_told(browser):
    bad = "<html lang='en'><head><title>x</title></head><body><main><img src='/static/x.png'><p style='width:9000px'>x"
    told = look(browser, [("bad", WAYS[0], bad), ("good", WAYS[4], bad.replace("<img", "<br").replace("9000", "9"))])
    assert [one.split(": ")[0] for one in told] == ["bad (ko, light, 1280)"] * 2
    assert "wider than the screen" in told[0] and "image-alt" in told[1]


@pytest.mark.soak
def test_every_page_in_every_way(request):
    looked = pages(lambda number: WAYS)
    assert look(request.getfixturevalue("browser"), looked) == []
