"""Finds names that may be one person's: spelt with or without hyphens, accents or spaces, family name first or last."""

from __future__ import annotations

import unicodedata


def spellings(name: str) -> frozenset[str]:
    """Every way in which the words of a name run together when the family name may come first or last.

    Case, accents, full-width letters, spaces and signs do not matter: "Cheol-Su Kim", "KIM, Cheolsu" and "Kim Cheol Su"
    share a spelling, and so do "김 철수" and "김철수". Hangul and Latin letters share none: whoever
    writes his name in both gives both. Nothing comes of a name without letters or digits.
    """
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if unicodedata.category(sign) != "Mn")
    words = _words(unicodedata.normalize("NFC", plain).casefold())
    return frozenset("".join(words[turn:] + words[:turn]) for turn in range(len(words)))


def _words(text: str) -> list[str]:
    # A hyphen or a dot joins or shortens, a space or a comma parts: "Cheol-Su" is one word, "Kim, Cheol" are two.
    spaced = "".join(" " if sign.isspace() or sign == "," else sign for sign in text)
    kept = ("".join(sign for sign in word if sign.isalnum()) for word in spaced.split())
    return [word for word in kept if word]


def possibly_same(one: str, other: str) -> bool:
    """Whether two names may be the same person's; certain it never is, as names are shared."""
    return bool(spellings(one) & spellings(other))
