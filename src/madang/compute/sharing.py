"""What a backend offers besides on a machine that others use too: jobs and accounts that the portal never saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@runtime_checkable
class Shared(Protocol):
    """Offered besides by a backend on which people start jobs of their awards without the portal too."""

    def outside(self, job: str) -> bool:
        """Whether a job that `usage` tells of was started without the portal."""
        ...


@dataclass(frozen=True)
class Joined:
    """An account that others keep on the machine, whose runs are charged to an award: those that began in a time.

    `source` is under what name its charges stand in the book; the time is half-open and may have no end.
    """

    account: str
    owner: str
    source: str
    since: datetime
    until: datetime | None = None


@runtime_checkable
class Joining(Protocol):
    """Offered besides by a backend that can meter accounts which it does not keep."""

    def join(self, accounts: Iterable[Joined]) -> None:
        """Replaces the accounts of others that `usage` tells of besides."""
        ...
