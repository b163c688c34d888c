"""Reads the forms of a page as a browser would, and fills them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from django.core.files.uploadedfile import SimpleUploadedFile

PLAUSIBLE = {
    "number": "1", "date": "2026-05-01", "month": "2026-05", "datetime-local": "2026-05-01T12:00",
    "email": "x@test.example", "password": "a long enough sentence", "checkbox": "on",
}  # fmt: skip


@dataclass
class PageForm:
    """Where a form goes, and its fields: name -> (kind, value that stands there, values to choose from)."""

    url: str
    method: str
    fields: dict[str, tuple[str, str, list[str]]] = field(default_factory=dict)

    def filled(self) -> dict[str, object]:
        """Every field with what stands there, or else with something that fits its kind."""
        found: dict[str, object] = {}
        for name, (kind, value, choices) in self.fields.items():
            if kind == "file":
                found[name] = SimpleUploadedFile("paper.pdf", b"%PDF-1.7 x")
            else:
                found[name] = value or next(filter(None, choices), "") or PLAUSIBLE.get(kind, "Some text")
        return found


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms, self.select = page, [], ""

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").lower()
            self.forms.append(PageForm(urljoin(self.page, given.get("action") or self.page), method))
        elif self.forms and tag in ("input", "textarea", "select", "button") and given.get("name"):
            self._field(tag, given)
        elif self.forms and tag == "option" and self.select:
            self.forms[-1].fields[self.select][2].append(given.get("value", ""))

    def _field(self, tag, given):
        fields, name = self.forms[-1].fields, given["name"]
        kind = given.get("type", "text") if tag == "input" else tag
        self.select = name if tag == "select" else ""
        if kind == "radio" and name in fields:
            return
        fields.setdefault(name, (kind, given.get("value", ""), []))

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = ""


def forms_of(url: str, html: str) -> list[PageForm]:
    """The forms of a page that are posted, without those of the page skeleton."""
    reader = _Reader(url)
    reader.feed(html)
    own = [one for one in reader.forms if one.method == "post"]
    return [one for one in own if not one.url.startswith(("/language/", "/theme/", "/log-out/"))]
