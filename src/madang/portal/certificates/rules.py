"""A certificate's number, and its code as people copy it."""

from __future__ import annotations

import secrets

# no letters that look like another
LETTERS, LENGTH, GROUP = "23456789ABCDEFGHJKMNPQRSTUVWXYZ", 16, 4
WHY_LIMIT = 300


def drawn_code() -> str:
    """A code that nobody can guess: 16 of 31 signs, some 79 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def plain_code(given: str) -> str:
    """A code as it was typed, without spaces and hyphens, in capitals."""
    return "".join(sign for sign in given.upper() if sign.isalnum())[: LENGTH + 1]


def grouped(code: str) -> str:
    """The code in groups of four."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def number_of(course: str, cohort: int, serial: int) -> str:
    """A certificate's number: course, cohort, serial within the cohort."""
    return f"{course}-{cohort}-{serial:04d}"
