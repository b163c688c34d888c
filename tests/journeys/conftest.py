"""What the journeys share: one running centre, one browser, and the people with their windows.

tests/conftest.py sees to it that all acts stay together in one process, in their order.
"""

from __future__ import annotations

import os
import shutil

import pytest

from journeys.running_centre import Centre
from journeys.screens import Screen, Sights
from journeys.things import written_by_people
from madang.compute.local import sandbox
from madang.demonstration.cast import DOMAIN, PASSWORD

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PEOPLE = {
    "reviewer2": "문평가",
    "reviewer3": "신평가",
    "rival": "한대표",
    "professor": "서교수",
    "typist": "오대표",
    "plain": "민대표",
    "shell": "Terminal Kim",
    "reader": "Reader Lee",
    "token1": "Token Han",
    "token2": "Token Seo",
    "judge1": "Judge Moon",
    "judge2": "Judge Shin",
}


def _missing(why: str) -> None:
    """Skips where the machine lacks something; where CI=true promises it, that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="package")
def centre(tmp_path_factory):
    """A centre that is really served, with its staff, prices and hours, and nobody's application yet."""
    code, facts = sandbox.trial()
    if code != "sandbox_works":
        _missing(f"jobs cannot be shut in here ({code}: {facts}); apt-get install bubblewrap")
    found = Centre(tmp_path_factory.mktemp("journey"))
    try:
        found.start()
        found.desk("prepare", people_of_the_journey=PEOPLE)
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="package")
def browser():
    """Debian's Chromium without a window."""
    executable = shutil.which("chromium")
    if executable is None:
        _missing("there is no browser here; apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def sights():
    """Every kind of page that the journeys came by."""
    return Sights(typed=written_by_people())


@pytest.fixture(scope="package")
def window(centre, browser, sights):
    """Opens a window, for nobody or for a person of the demonstration's staff; each person has one."""
    opened: dict[str, Screen] = {}

    def of(name: str = "") -> Screen:
        if name not in opened:
            opened[name] = Screen(browser, centre.url, sights)
            if name:
                opened[name].log_in(f"{name}@{DOMAIN}", PASSWORD)
        return opened[name]

    yield of
    for screen in opened.values():
        screen.close()


@pytest.fixture(scope="package")
def eyes(centre, browser, sights):
    """A window a person and language, opened when it is needed; pages are only looked at."""
    opened: dict[tuple[str, str], Screen] = {}

    def of(email: str, language: str = "ko") -> Screen:
        if (email, language) not in opened:
            screen = opened[email, language] = Screen(browser, centre.url, sights, language=language)
            if email:
                screen.log_in(email, PASSWORD)
            cookie = {"name": "madang_language", "value": language, "url": centre.url}
            screen.context.add_cookies([cookie])
        return opened[email, language]

    yield of
    for screen in opened.values():
        screen.close()


broken: list[str] = []


def _of_the_story(path):
    return path.name.startswith(("test_journey_1", "test_journey_4"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Notes the act at which a story stopped."""
    report = yield
    if report.failed and _of_the_story(item.path) and not broken:
        broken.append(item.name)
    return report


@pytest.fixture(autouse=True)
def _the_story_goes_on(request):
    """An act that comes after one that failed fails at once, in words, instead of failing for a reason of its own."""
    if _of_the_story(request.path) and broken:
        pytest.fail(f"the story stopped at {broken[0]}", pytrace=False)
