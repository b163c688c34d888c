"""What a backend can say besides of a period as a whole: how much each account used of it by its own records."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from madang.accounting.metering import Unit
from madang.values import Period


class Total(NamedTuple):
    """What one account used in a period: whole GPU-seconds of its runs with GPUs, core-seconds of those without."""

    source: str
    account: str
    unit: Unit
    seconds: int


@runtime_checkable
class Totalling(Protocol):
    """Offered besides by a backend that can add up its own records, so that a month's books are checked against it."""

    def totals(self, period: Period) -> list[Total]:
        """What each account used from `period`'s start to its end, by the records as they are now."""
        ...
