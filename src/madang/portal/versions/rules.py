"""What changed between two submitted versions of an application, as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any, NamedTuple

# Words are compared within a changed passage up to this many; a longer one is shown as a whole, old and new.
MOST_WORDS = 600
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_WORDS = re.compile(r"\s+|[^\s]+")


class Fate(StrEnum):
    """What became of a piece: it stands in both versions, in the old one only, or in the new one only."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


class Piece(NamedTuple):
    """A stretch of text and what became of it."""

    fate: Fate
    text: str


@dataclass(frozen=True)
class Changes:
    """Only what differs. `texts` maps section codes (and "title") to pieces; `asks` and `files` come in pairs."""

    texts: Mapping[str, Sequence[Piece]]
    asks: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]
    files: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]
    consents: Sequence[tuple[Fate, str]]

    @property
    def any(self) -> bool:
        return bool(self.texts or self.asks or self.files or self.consents)


def compared(old: str, new: str) -> list[Piece]:
    """Both texts in one: the pieces that are not new make the old one, those that are not gone the new one."""
    pieces: list[Piece] = []
    before, after = _LINES.findall(old), _LINES.findall(new)
    for one, other in _passages(before, after):
        words, others = _WORDS.findall(one), _WORDS.findall(other)
        if one == other or max(len(words), len(others)) > MOST_WORDS:
            pieces += _pieces(one, other)
        else:
            for word, another in _passages(words, others):
                pieces += _pieces(word, another)
    return _joined(pieces)


def _passages(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[str, str]]:
    for _, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield "".join(old[i:j]), "".join(new[k:m])


def _pieces(old: str, new: str) -> list[Piece]:
    if old == new:
        return [Piece(Fate.SAME, old)]
    return [piece for piece in (Piece(Fate.GONE, old), Piece(Fate.NEW, new)) if piece.text]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Neighbours of one fate as one piece."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].fate == piece.fate:
            found[-1] = Piece(piece.fate, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """What differs between two contents as submitted; a part that one of them lacks counts as empty."""
    before, after = _texts(old), _texts(new)
    codes = dict.fromkeys([*before, *after])
    differing = [code for code in codes if before.get(code, "") != after.get(code, "")]
    given, now = _consents(old), _consents(new)
    return Changes(
        texts={code: compared(before.get(code, ""), after.get(code, "")) for code in differing},
        asks=_pairs(old.get("asks", []), new.get("asks", []), "product"),
        files=_pairs(old.get("files", []), new.get("files", []), "name"),
        consents=[(Fate.GONE, code) for code in given if code not in now]
        + [(Fate.NEW, code) for code in now if code not in given],
    )


def _texts(content: Mapping[str, Any]) -> dict[str, str]:
    return {"title": content.get("title", ""), **content.get("sections", {})}


def _consents(content: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(one["code"] for one in content.get("consents", [])))


def _pairs(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], name: str
) -> list[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """Old and new of each thing of one name that differs; where a name comes twice, in the order of coming."""
    before, after = _numbered(old, name), _numbered(new, name)
    pairs = [(before.get(key), after.get(key)) for key in dict.fromkeys([*before, *after])]
    return [(one, other) for one, other in pairs if one != other]


def _numbered(things: Iterable[Mapping[str, Any]], name: str) -> dict[tuple[str, int], Mapping[str, Any]]:
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for thing in things:
        count = sum(known == thing[name] for known, _ in found)
        found[thing[name], count] = thing
    return found
