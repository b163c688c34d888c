"""Covers an applicant's names in what they wrote: whole words, however they are spaced, hyphenated or capitalised."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from madang.portal.masks.seeds.korean import LEGAL_FORMS, PARTICLES, SYLLABLES

BAR = "███"
# a Hangul name of so many syllables is hardly ever the beginning of another word
PLAIN_SYLLABLES = 3
_ENGLISH_FORMS = r"(?:co|ltd|inc|corp|corporation|company|limited|llc|plc)"
_ENGLISH_FORM = re.compile(rf"(?:[\s,.]+{_ENGLISH_FORMS}\b\.?)+\s*$", re.IGNORECASE)
_FORMS = "|".join(map(re.escape, LEGAL_FORMS))
_START, _BETWEEN = r"(?<![^\W_])", r"[\s\-·.,&_]*"
_AFTER_LATIN = rf"(?![^\W_{SYLLABLES}])"
_AFTER_SHORT = rf"(?=(?:{'|'.join(PARTICLES)})?(?![^\W_]))"


@dataclass(frozen=True)
class Mask:
    """What covers one applicant's names; `pattern` is None where there is nothing to cover."""

    pattern: re.Pattern[str] | None = None

    def text(self, written: str) -> str:
        """A text with a bar in place of each name."""
        return self.pattern.sub(BAR, unicodedata.normalize("NFC", written)) if self.pattern else written

    def value(self, found: Any) -> Any:
        """The same for every text within plain values."""
        if isinstance(found, str):
            return self.text(found)
        if isinstance(found, dict):
            return {key: self.value(one) for key, one in found.items()}
        return [self.value(one) for one in found] if isinstance(found, list) else found


OPEN = Mask()


def mask(*, organisations: Iterable[str], people: Iterable[str] = (), literally: Iterable[str] = ()) -> Mask:
    """A mask over names of organisations (with and without their legal form), of people (family name first or last),
    and over what is written in one way only, such as addresses and numbers.
    """
    ways = {way for name in organisations for way in _organisation(_plain(name))}
    ways |= {way for name in people for way in _person(_plain(name))}
    ways |= {_START + re.escape(one) + _AFTER_LATIN for one in map(_plain, literally) if one}
    # the longest first, so that no end of a longer name is left standing
    found = "|".join(sorted(ways, key=lambda way: (-len(way), way)))
    return Mask(re.compile(found, re.IGNORECASE)) if found else OPEN


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _organisation(name: str) -> set[str]:
    """The name as it is registered, and what is left of it without its legal form."""
    short = _ENGLISH_FORM.sub("", re.sub(_FORMS, " ", name)).strip()
    return {rf"{_START}(?:(?:{_FORMS})\s*)?{_words(one)}" for one in {name, short} if _covers(one)}


def _person(name: str) -> set[str]:
    words = re.split(r"[\s,]+", name)
    turned = [" ".join(words[turn:] + words[:turn]) for turn in range(len(words))]
    return {_START + _words(one) for one in turned if _covers(name)}


def _covers(name: str) -> bool:
    """A single letter is no name that can be told from others, and signs are none."""
    return sum(letter.isalnum() for letter in name) > 1


def _words(name: str) -> str:
    """A name's letters with anything that parts words between them, and what must follow it."""
    parts = [part for part in re.split(r"[\s\-·.,&_]+", name) if part]
    written = _BETWEEN.join(_letters(part) for part in parts)
    last = name[-1]
    if not re.match(rf"[{SYLLABLES}]", last):
        return written + (_AFTER_LATIN if last.isalnum() else "")
    syllables = len(re.findall(rf"[{SYLLABLES}]", name))
    return written if syllables >= PLAIN_SYLLABLES else written + _AFTER_SHORT


def _letters(part: str) -> str:
    """Hangul may be written with a space between any two syllables."""
    return re.sub(rf"(?<=[{SYLLABLES}])(?=[{SYLLABLES}])", r"\\s?", re.escape(part))
