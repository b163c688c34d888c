"""Tells what runs the jobs how the machine is shared."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from madang.compute.protocol import ClassShares, Sharing
from madang.portal import backends
from madang.portal.shares import queries

_told: dict[Path, ClassShares] = {}


def tell_shares(now: datetime) -> int:
    """Tells the backend the shares when they changed, or when this worker has not told it yet."""
    shares, backend = queries.present(), backends.backend()
    if shares is not None and isinstance(backend, Sharing) and _told.get(backends.spool()) != shares:
        backend.share(shares)
        _told[backends.spool()] = shares
    return 0


EVERY = {tell_shares: 5.0}
