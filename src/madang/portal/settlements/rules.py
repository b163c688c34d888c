"""Who settles a fiscal year, from when on, and what has to be true of it."""

from __future__ import annotations

from datetime import date

from madang.errors import Refused
from madang.portal.actors import Actor, Role

SETTLERS = (Role.PROGRAMME_MANAGER,)
FIRST_YEAR, LAST_YEAR = 2000, 2999


def refuse_unless_settling(by: Actor) -> None:
    """Entries are a programme manager's; a second person approves the settlement."""
    if not by.has(*SETTLERS):
        raise Refused("not_allowed_for_role")


def refuse_unless_year(year: int) -> None:
    """Refuses ``year_not_written`` for a number that is no year of ours."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused("year_not_written", year=str(year))


def refuse_unless_past(year: int, today: date) -> None:
    """Refuses ``settlement_year_runs``: a year is settled once it is over."""
    if year >= today.year:
        raise Refused("settlement_year_runs", year=str(year))
