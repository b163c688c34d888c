"""Lots that anyone can draw again: a seed committed to before, and a ticket for everyone who takes part."""

from __future__ import annotations

import hashlib


def ticket(digest: str, seed: int, name: str) -> str:
    """The lot of one who takes part: SHA-256 of "digest, line feed, seed, line feed, name"; the smallest comes first.

    `digest` is that of what the draw is about, published before the seed is revealed.
    """
    return hashlib.sha256(f"{digest}\n{seed}\n{name}".encode()).hexdigest()


def commitment(seed: int) -> str:
    """What is published before a draw: SHA-256 (hexadecimal) of the seed written in decimal."""
    return hashlib.sha256(str(seed).encode()).hexdigest()


def combined(secret: int, outside: str) -> int:
    """The seed that comes of a committed secret and a value that nobody controls, such as that day's lottery numbers.

    SHA-256 of "secret, line feed, value", read as a number. Whoever knows the secret cannot choose the value, and
    whoever learns the value first does not know the secret.
    """
    return int(hashlib.sha256(f"{secret}\n{outside}".encode()).hexdigest(), 16)
