"""When a repeated request may be answered from memory, and which answers are worth remembering."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

KEY_LIMIT = 128
KEPT = timedelta(hours=24)
# A first request that has not been answered after this long died with its process; its key may be used anew.
ABANDONED = timedelta(minutes=10)
API_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
BODY_LIMIT = 1024 * 1024


def well_formed(key: str) -> bool:
    """1 to 128 printable ASCII characters."""
    return 0 < len(key) <= KEY_LIMIT and key.isascii() and key.isprintable()


def digest(parts: Iterable[bytes]) -> str:
    """One mark of everything that makes two requests the same; each part is framed by its length."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def worth_keeping(status: int, *, api: bool) -> bool:
    """An API's answer below 500; of a page only a redirect, since any other one shows a form to be filled in again."""
    return status < 500 if api else 300 <= status < 400


def abandoned(begun_at: datetime, now: datetime) -> bool:
    """The first request is taken to be dead."""
    return begun_at + ABANDONED <= now
