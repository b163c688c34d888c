"""What a centre has: units of a pool, ways a product is counted, what a month's capacity leaves free, who sets it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.values import Month


class PoolUnit(StrEnum):
    """What one unit of a pool is; its use is metered in that unit's seconds. `item`: a facility that is booked."""

    GPU = "gpu"
    CORE = "core"
    ITEM = "item"


class Grain(StrEnum):
    """How a product is asked for: so many of it by the month, or hours of the pool; a facility by the hour or day."""

    MONTH = "month"
    HOUR = "hour"
    DAY = "day"


MANAGERS = (Role.OPERATOR, Role.PROGRAMME_MANAGER)


@dataclass(frozen=True)
class Capacity:
    """Units of a pool in one month: those that stand there, those with operating money, those promised to awards.

    `version` is that of the stored month, None where nothing is stored for it yet.
    """

    physical: int = 0
    funded: int = 0
    committed: int = 0
    version: int | None = None

    @property
    def free(self) -> int:
        """What can still be promised."""
        return self.funded - self.committed


def refuse_unless_manager(by: Actor) -> None:
    """Capacity and products are set by the operator or a programme manager."""
    if not by.has(*MANAGERS):
        raise Refused("not_allowed_for_role")


def refuse_unit(unit: PoolUnit, grain: Grain, *, backend_type: str, runs_jobs: bool) -> None:
    """Refuses ``pool_of_facilities``: facilities alone are sold by the day, never by the month, and run no jobs."""
    facilities = unit == PoolUnit.ITEM
    if (grain == Grain.DAY and not facilities) or (facilities and (grain == Grain.MONTH or backend_type or runs_jobs)):
        raise Refused("pool_of_facilities", field="grain")


def refuse_capacity(month: str, wanted: Capacity) -> None:
    """Refuses a month that is not one, and figures that cannot stand together, before the table does."""
    written_month(month)
    if wanted.funded < 0 or wanted.physical < wanted.funded:
        raise Refused("funded_above_physical", month=month, funded=wanted.funded, physical=wanted.physical)


def shown_months(stored: list[str], now: Month, ahead: int = 6) -> list[str]:
    """The months of a table without gaps: from the first stored (at most a year back) to the last, or ahead."""
    first = max(min([*stored, str(now)]), str(now.plus(-12)))
    last = max([*stored, str(now.plus(ahead))])
    start = Month.parse(first)
    return [str(start.plus(step)) for step in range(start.until(Month.parse(last)) + 1)]


def months_between(first: str, last: str) -> list[str]:
    """The months from `first` to `last`, both counted; none where `last` is earlier. Refused: ``month_not_written``."""
    start, end = written_month(first), written_month(last)
    return [str(start.plus(step)) for step in range(start.until(end) + 1)]


def written_month(text: str, **field: str) -> Month:
    """The month that somebody wrote as 2026-03. Refused: ``month_not_written`` (month, and `field` where given)."""
    try:
        return Month.parse(text)
    except ValueError:
        raise Refused("month_not_written", month=text, **field) from None
