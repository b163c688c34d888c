"""Writes HTML so that no text can become markup by accident: everything is escaped unless it was made here."""

from __future__ import annotations

from html import escape


class Markup(str):
    """HTML that was made by `tag` or is known to be safe."""

    __slots__ = ()


EMPTY = {"img", "input", "link", "meta", "br"}
Part = str | int | None


def tag(name: str, /, *inside: Part, **attributes: str | int | bool | None) -> Markup:
    """An element; text inside is escaped. `class_` and `for_` lose their line, other lines become hyphens."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in EMPTY:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(*inside)}</{name}>")


def joined(*parts: Part) -> Markup:
    """Parts one after the other; None is nothing."""
    return Markup("".join(p if isinstance(p, Markup) else escape(str(p)) for p in parts if p is not None))


def _attribute(key: str, value: str | int | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def page(language: str, title: str, head: Markup, body: Markup) -> str:
    """A whole document."""
    inside = joined(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        head,
    )
    return f"<!doctype html>\n{tag('html', tag('head', inside), tag('body', body), lang=language)}\n"
