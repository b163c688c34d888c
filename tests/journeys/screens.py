"""A person at a browser: goes to pages, fills in forms, presses buttons; every page seen is kept and judged by axe."""

from __future__ import annotations

import gettext
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page

import madang

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
MILLISECONDS = 8_000
CATALOGUES = Path(madang.__file__).parent / "locale"
# A page that shows something once, that is the answer to a form, or that is there for a while only.
GONE = re.compile(
    r"^/(sign-up|invitations|first-operator)/.+|/accept/$|/suggestion/$|/hand-over/$|^/staff/calls/#/(?!manage)|no-such"
)


@dataclass(frozen=True)
class Seen:
    """One kind of page as somebody saw it: the address with numbers left out, a real address, who, and its words."""

    kind: str
    address: str
    email: str
    words: str


@dataclass
class Sights:
    """All pages of a journey, each kind once; what people typed is data, in whatever language."""

    seen: dict[str, Seen] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    looked: dict[str, set[str]] = field(default_factory=dict)

    def unlooked(self, how: str) -> list[Seen]:
        """The pages that nobody has looked at in this way yet; they count as looked at from now on."""
        before = self.looked.setdefault(how, set())
        found = [seen for kind, seen in sorted(self.seen.items()) if kind not in before and not GONE.search(kind)]
        before.update(seen.kind for seen in found)
        return found


def kind_of(path: str) -> str:
    """`/awards/CORES-1-A001/?page=2` is `/awards/#/`: pages that differ in their rows only are of one kind."""
    plain = re.sub(r"\?.*|#.*", "", path)
    return "/".join("#" if re.search(r"\d|[A-Z]|%", part) or len(part) > 30 else part for part in plain.split("/"))


def violations(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """What axe-core holds against the page, one line each."""
    found = Axe().run(page, options=rules or {"runOnly": {"type": "tag", "values": WCAG}})
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:160]} … {one['nodes'][0]['failureSummary'][:300]}"
        for one in found.response["violations"]
    ]


class Screen:
    """One person's browser window."""

    def __init__(self, browser: Browser, url: str, sights: Sights, *, language: str = "ko", script: bool = True):
        self.context = browser.new_context(
            viewport=WIDE,
            locale={"ko": "ko-KR", "en": "en-GB"}[language],
            timezone_id="Asia/Seoul",
            base_url=url,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(MILLISECONDS)
        self.page, self.url, self.sights, self.script, self.email = self.context.new_page(), url, sights, script, ""
        self.broken: list[str] = []
        self.word = gettext.translation("django", CATALOGUES, [language], fallback=language == "en").gettext
        self.page.on("response", lambda answer: answer.status >= 500 and self.broken.append(answer.url))
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))

    def go(self, path: str, status: int = 200) -> Screen:
        """Opens an address and looks at the page."""
        answer = self.page.goto(path)
        assert answer.status == status, f"{path}: {answer.status}\n{self.words[:800]}"
        return self.look() if status == 200 else self

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.url)

    @property
    def words(self) -> str:
        """All words on the page, also those in closed parts of it and those that only a screen reader says."""
        return self.page.locator("html").text_content() or ""

    def own_words(self) -> str:
        """The words on the page but for parts marked as of another language, language names, logs, what people wrote.

        A page whose heading is in another language, such as a mail, has its title from there too.
        """
        words = self.page.evaluate(
            """() => { const whole = document.documentElement.cloneNode(true);
                 const other = `[lang]:not([lang=${document.documentElement.lang}])`;
                 if (whole.querySelector(`h1${other}`)) whole.querySelector("title").remove();
                 whole.querySelectorAll(`${other}, pre, select[name$=language]`).forEach(one => one.remove());
                 return whole.textContent; }"""
        )
        for text in sorted(self.sights.typed, key=len, reverse=True):
            words = words.replace(text, " ")
        return words

    @property
    def main(self) -> str:
        return self.page.locator("main").inner_text()

    def look(self) -> Screen:
        """Notes a page of a kind not seen yet, and lets axe judge it."""
        assert not self.broken, self.broken
        kind = kind_of(self.path)
        if self.script and kind not in self.sights.seen:
            self.page.wait_for_load_state("load")
            self.sights.seen[kind] = Seen(kind, self.path, self.email, self.own_words())
            self.sights.faults += [f"{self.path}: {fault}" for fault in violations(self.page)]
        return self

    def says(self, *texts: str) -> Screen:
        """The page's main part holds each text, in the window's language where it is one of the portal's own."""
        words = re.sub(r"\s+", " ", self.page.locator("main").text_content() or "")
        for text in map(self.word, texts):
            assert text in words, f"{self.path} does not say {text!r}:\n{words[:1500]}"
        return self

    def fill(self, **values: Any) -> Screen:
        """Fills in fields by their names (`__` stands for a hyphen); True ticks."""
        for name, value in values.items():
            self.fill_one(name.replace("__", "-"), value)
        return self

    def fill_one(self, name: str, value: Any) -> None:
        """Fills in one field, whatever it is."""
        found = self.page.locator(f'main [name="{name}"]:not([type=hidden])')
        kind = found.first.evaluate("one => one.type") if self.script else found.first.get_attribute("type")
        if kind in {"radio", "checkbox"}:
            wanted = found if isinstance(value, bool) else self.page.locator(f'main [name="{name}"][value="{value}"]')
            wanted.set_checked(bool(value))
        elif found.first.evaluate("one => one.tagName") == "SELECT":
            found.select_option(str(value))
        elif kind == "file":
            found.set_input_files(value)
        else:
            found.fill(str(value))
            self.sights.typed.add(str(value))

    def press(self, text: str, *, within: str = "main") -> Screen:
        """Presses the first button that begins with the text, and looks at the page that comes."""
        return self._click("button", rf"^\s*{re.escape(self.word(text))}", within)

    def follow(self, text: str, *, within: str = "main") -> Screen:
        """Follows the first link that has the text in it."""
        return self._click("link", re.escape(self.word(text)), within)

    def follow_to(self, part: str) -> Screen:
        """Follows the first link of the main part whose address has `part` in it."""
        with self.page.expect_navigation():
            self.page.locator(f'main a[href*="{part}"]').first.click()
        return self.look()

    def _click(self, role: str, name: str, within: str) -> Screen:
        found = self.page.locator(within).get_by_role(role, name=re.compile(name)).first
        try:
            with self.page.expect_navigation():
                found.click()
        except Error as error:
            raise AssertionError(
                f"{self.path}: no {role} {name!r} leads on\n{self.main[:1200]}\n…\n{self.main[-1200:]}\n{error}"
            ) from error
        return self.look()

    def log_in(self, email: str, password: str) -> Screen:
        """Logs in; the page comes that the person wanted to see, else their own."""
        self.go("/log-in/")
        self.email = email
        self.page.fill('[name="email"]', email)
        self.page.fill('[name="password"]', password)
        with self.page.expect_navigation():
            self.page.press('[name="password"]', "Enter")
        assert "/log-in/" not in self.page.url, self.main
        return self.look()

    def tab_to(self, selector: str, most: int = 200) -> None:
        """Goes on by Tab alone until the element has the focus."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{self.path}: Tab never comes to {selector}")

    def close(self) -> None:
        self.context.close()
