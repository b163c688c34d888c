"""Every kind of page that the journeys came by: for everybody, on a phone, in the dark, whole in both languages."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from journeys.screens import CATALOGUES, NARROW, WIDE, violations

pytestmark = pytest.mark.browser
# What a narrow screen can spoil; the rest is judged on the way and, of every page in one way in turn, by test_axe.
ON_A_PHONE = {
    "runOnly": {
        "type": "rule",
        "values": [
            "target-size",
            "scrollable-region-focusable",
            "meta-viewport",
            "link-name",
            "button-name",
            "summary-name",
        ],
    }
}
HANGUL = re.compile(r"[가-힣]+")
# Addresses that the story must have come by: one of every domain that has pages.
VISITED = {
    "/", "/home/", "/staff/", "/calls/", "/calls/#/", "/figures/", "/applications/", "/applications/#/",
    "/applications/#/receipt/", "/staff/calls/#/manage/", "/staff/intakes/", "/staff/applications/#/", "/reviews/",
    "/reviews/#/", "/staff/intakes/#/ranking/", "/staff/plans/#/", "/staff/intakes/#/plans/compare/",
    "/staff/intakes/#/decisions/", "/calls/#/results/", "/awards/", "/awards/#/", "/agreements/#/", "/jobs/",
    "/jobs/new/", "/jobs/#/", "/statements/", "/statements/#/", "/journal/", "/me/", "/me/messages/", "/log-in/",
    "/organisations/", "/organisations/#/", "/staff/approvals/", "/staff/tariffs/", "/staff/pools/", "/prices/",
    "/jobs/estimates/", "/staff/plans/#/effects/", "/staff/bench/", "/staff/bench/#/",
}  # fmt: skip


def test_the_story_came_by_every_domain(sights):
    assert VISITED - sights.seen.keys() == set()


def test_axe_found_nothing_on_the_way(sights):
    assert sights.faults == []


def test_on_a_phone_nothing_is_cut_off_and_axe_finds_nothing(sights, eyes):
    found = []
    for seen in sights.unlooked("phone"):
        page = eyes(seen.email).page
        page.set_viewport_size(NARROW)
        page.goto(seen.address)
        wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        found += [f"{seen.address}: {wide} px wider than the screen"] if wide > 0 else []
        found += [f"{seen.address}: {fault}" for fault in violations(page, ON_A_PHONE)]
        page.set_viewport_size(WIDE)
    assert found == []


def test_in_the_dark_everything_can_be_read(sights, eyes):
    found = []
    for seen in sights.unlooked("dark"):
        page = eyes(seen.email).page
        page.emulate_media(color_scheme="dark")
        page.goto(seen.address)
        contrast = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
        found += [f"{seen.address}: {fault}" for fault in violations(page, contrast)]
        page.emulate_media(color_scheme="light")
    assert found == []


def test_english_pages_are_in_english(sights, eyes):
    found = {}
    for seen in sights.unlooked("english"):
        screen = eyes(seen.email, "en").go(seen.address)
        assert screen.page.locator("html").get_attribute("lang") == "en"
        assert screen.page.locator("h1").count() == 1, seen.address
        if hangul := HANGUL.findall(screen.own_words()):
            found[seen.address] = hangul[:8]
    assert found == {}


def sentences() -> dict[str, str]:
    """English sentences of the catalogues without figures in them, each with its Korean."""
    found = {}
    for path in sorted((Path(CATALOGUES) / "ko").glob("*.po")):
        with path.open("rb") as file:
            for entry in read_po(file):
                text = entry.id if isinstance(entry.id, str) else ""
                if len(text.split()) >= 3 and not re.search(r"[{%<]", text) and entry.string != text:
                    found[text] = str(entry.string)
    return found


def test_korean_pages_are_in_korean(sights):
    known, pages = sentences(), list(sights.seen.values())
    assert len(known) > 300
    found = {seen.kind: [text for text in known if text in seen.words] for seen in pages}
    assert {kind: texts for kind, texts in found.items() if texts} == {}
    translated = sum(any(text in seen.words for seen in pages) for text in set(known.values()))
    assert translated > 150
