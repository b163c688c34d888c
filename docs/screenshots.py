"""Takes the tour's pictures of a demonstration centre that is being served: `python docs/screenshots.py http://127.0.0.1:8000`."""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

# As `madang demo` prints them.
DOMAIN, PASSWORD = "madang.example", "madang-demo-2026"
PICTURES = Path(__file__).with_name("pictures")
SIZE = {"width": 1280, "height": 900}
MOST_BYTES = 200_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
Way = Callable[[Page], None]


def at(path: str) -> Way:
    """The page at an address."""
    return lambda page: _go(page, path)


def through(path: str, *links: str) -> Way:
    """The page at an address, then one link after another: each the first whose address fits the pattern."""

    def walk(page: Page) -> None:
        _go(page, path)
        for pattern in links:
            found = [one.get_attribute("href") or "" for one in page.locator("main a").all()]
            fitting = [href for href in found if re.search(pattern, href)]
            if not fitting:
                raise SystemExit(f"{page.url}: no link fits {pattern}")
            _go(page, fitting[0])

    return walk


def _go(page: Page, path: str) -> None:
    answer = page.goto(path)
    if answer is None or answer.status != 200:
        raise SystemExit(f"{path}: {answer.status if answer else 'no answer'}")


def scrolled(way: Way, selector: str) -> Way:
    """The same page, from an element on."""

    def walk(page: Page) -> None:
        way(page)
        page.locator(selector).first.evaluate("one => one.scrollIntoView({behavior: 'instant'})")

    return walk


def drawn(way: Way) -> Way:
    """The same page once the worker has drawn its charts."""

    def walk(page: Page) -> None:
        for _ in range(20):
            way(page)
            if page.locator("figure.chart:not(:has(.drawing))").count() == 0:
                return
            page.wait_for_timeout(1000)
        raise SystemExit(f"{page.url}: nobody draws its charts; is a worker running?")

    return walk


# The picture's name, who looks (nobody without a name), the language, and the way to the page.
SHOTS: list[tuple[str, str, str, Way]] = [
    ("01-front-ko", "", "ko", at("/")),
    ("02-call-ko", "", "ko", through("/calls/", r"^/calls/local-cores/")),
    ("03-call-draft-en", "approver", "en", at("/staff/approvals/")),
    ("04-application-ko", "owner", "ko", through("/applications/", r"^/applications/\d+/$")),
    ("05-receipt-en", "owner", "en", through("/applications/", r"/receipt/$")),
    ("06-screening-ko", "screening", "ko", at("/staff/intakes/{spring}/applications/")),
    ("07-demand-en", "manager", "en", drawn(at("/staff/intakes/{spring}/"))),
    ("08-ranking-ko", "manager", "ko", at("/staff/intakes/{spring}/ranking/")),
    ("09-plans-compared-en", "manager", "en", at("/staff/intakes/{spring}/plans/compare/?plan={first}&plan={second}")),
    ("10-results-ko", "", "ko", at("/calls/spring-2026/results/")),
    ("11-agreement-en", "owner", "en", through("/awards/", r"^/awards/[^/]+/$", r"^/agreements/[^/]+/$")),
    ("12-job-ko", "engineer", "ko", scrolled(through("/jobs/", r"^/jobs/\d+/$"), "#progress")),
    ("13-statement-en", "owner", "en", through("/statements/", r"^/statements/\d+/$")),
    ("14-figures-ko", "", "ko", scrolled(drawn(at("/figures/?call=spring-2026")), "dl.figures")),
    ("15-journal-en", "auditor", "en", at("/journal/")),
    (
        "16-minutes-ko",
        "manager",
        "ko",
        through("/staff/intakes/{trial}/committees/", r"^/staff/committees/\d+/$", r"^/meetings/\d+/$", r"/minutes/"),
    ),
    ("17-simulator-en", "owner", "en", at("/facilities/SIM-DIL/")),
    ("18-companies-ko", "manager", "ko", at("/staff/companies/progress/")),
]


def numbers(browser: Browser, address: str) -> dict[str, str]:
    """The ids that the pictures of the spring round need, found as the programme manager finds them."""
    page = window(browser, address, "manager", "en")
    _go(page, "/staff/calls/spring-2026/manage/")
    spring = re.search(r"/staff/intakes/(\d+)/", page.content())
    if spring is None:
        raise SystemExit("there is no spring round here; is it the demonstration centre?")
    _go(page, "/staff/calls/local-cores/manage/")
    trial = re.search(r"/staff/intakes/(\d+)/", page.content())
    assert trial is not None
    _go(page, f"/staff/intakes/{spring[1]}/plans/")
    plans = [one.get_attribute("value") or "" for one in page.locator('[name="plan"]').all()]
    page.context.close()
    return {"spring": spring[1], "trial": trial[1], "first": plans[0], "second": plans[1]}


def window(browser: Browser, address: str, name: str, language: str) -> Page:
    """A browser window in a language, logged in where a name is given."""
    context = browser.new_context(viewport=SIZE, base_url=address, locale={"ko": "ko-KR", "en": "en-GB"}[language])
    context.add_cookies([{"name": "madang_language", "value": language, "url": address}])
    page = context.new_page()
    if name:
        _go(page, "/log-in/")
        page.fill('[name="email"]', f"{name}@{DOMAIN}")
        page.fill('[name="password"]', PASSWORD)
        with page.expect_navigation():
            page.press('[name="password"]', "Enter")
        # A person's own language comes with the log-in; the picture has its own.
        context.add_cookies([{"name": "madang_language", "value": language, "url": address}])
    return page


def take(browser: Browser, address: str, shot: tuple[str, str, str, Way], ids: dict[str, str]) -> int:
    """Takes one picture; gives its size in bytes."""
    name, who, language, way = shot
    page = window(browser, address, who, language)
    goto = page.goto
    page.goto = lambda path, **given: goto(re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], path), **given)  # type: ignore[method-assign]
    way(page)
    path, height = PICTURES / f"{name}.png", SIZE["height"]
    # A page full of small letters is cropped until it is small enough for a repository.
    while len(page.screenshot(path=path)) > MOST_BYTES:
        height -= 100
        page.set_viewport_size({**SIZE, "height": height})
    page.context.close()
    return path.stat().st_size


def main() -> None:
    """Takes all pictures, or those whose names begin as given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="where the demonstration centre is served")
    parser.add_argument("begins", nargs="*", help="only pictures whose names begin so")
    given = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        ids = numbers(browser, given.address)
        for shot in SHOTS:
            if not given.begins or shot[0].startswith(tuple(given.begins)):
                size = take(browser, given.address, shot, ids)
                print(f"{shot[0]}: {size:,} bytes")
        browser.close()


if __name__ == "__main__":
    main()
