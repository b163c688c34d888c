"""How the command prints: tables as wide as their letters, JSON, amounts, instants, and progress no pipe sees."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

from madang.cli.language import language, say
from madang.portal import formats

_SAFE = {"\n", "\t"}


def plain(text: object) -> str:
    """Text that a terminal only shows: what came from elsewhere may hold nothing that it would obey."""
    return "".join(
        letter if letter in _SAFE or unicodedata.category(letter) not in {"Cc", "Cf"} else "\ufffd"
        for letter in str(text)
    )


def width(text: str) -> int:
    """How many columns a terminal needs: two for Hangul and other wide letters, none for combining marks."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in unicodedata.normalize("NFC", text)
    )


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """The text with blanks up to a width on the terminal."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()) -> str:
    """Columns under their heads, two blanks apart; those in `right` are set flush right."""
    cells = [[plain(cell).replace("\n", " ") for cell in row] for row in [heads, *rows]]
    widths = [max(width(row[column]) for row in cells) for column in range(len(heads))]
    lines = [
        "  ".join(padded(cell, widths[column], right=column in right) for column, cell in enumerate(row)).rstrip()
        for row in cells
    ]
    return "\n".join(lines)


def show(given: Any, found: Any, text: str) -> None:
    """Prints what was found as JSON where --json was given, else the text."""
    say(json.dumps(found, ensure_ascii=False, indent=2, default=_in_json) if given.json else text)


def _in_json(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def amount(seconds: int, unit: str) -> str:
    """A pool's seconds as hours of its unit."""
    return formats.gpu_hours(seconds, language()) if unit == "gpu" else formats.core_hours(seconds, language())


def instant(given: str | datetime | None) -> str:
    """An instant of the API on this machine's clock, to the minute; a dash for none."""
    if not given:
        return formats.NOTHING
    found = datetime.fromisoformat(given) if isinstance(given, str) else given
    return f"{found.astimezone():%Y-%m-%d %H:%M}"


def progress(text: str) -> None:
    """One line for a person who watches; nothing where standard error is no terminal."""
    if sys.stderr.isatty():
        say(plain(text), error=True)


def counting(total: int) -> Callable[[int], None]:
    """Told of each piece that was sent, shows a person who watches how far it is, in per cent of `total` bytes."""
    sent = shown = 0

    def told(piece: int) -> None:
        nonlocal sent, shown
        sent = min(sent + piece, total)
        now = sent * 100 // total if total else 100
        if now != shown and sys.stderr.isatty():
            shown = now
            print(f"\r{now} %", end="\n" if sent == total else "", file=sys.stderr, flush=True)

    return told
