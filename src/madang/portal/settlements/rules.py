"""Who settles a fiscal year, from when on, and what has to be true of it."""

from __future__ import annotations

from datetime import date

from madang.accounting.settlement import Item
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


def refuse_unless_entered_whole(item: Item, award: int | None, document: str) -> None:
    """An entry rests on a paper and names an award only where that is what was disallowed.

    Refuses ``entry_document_needed`` and ``entry_award_only_disallowed``.
    """
    if not document.strip():
        raise Refused("entry_document_needed", field="document")
    if award is not None and item != Item.DISALLOWED:
        raise Refused("entry_award_only_disallowed", field="award")


def refuse_unless_even(year: int, drafts_left: int, left: dict[str, int]) -> None:
    """A year is settled when no statement waits and every source, of which there are some, has 0 won left.

    Refuses ``settlement_drafts_left``, ``settlement_nothing`` and ``settlement_not_even`` (source, left).
    """
    if drafts_left:
        raise Refused("settlement_drafts_left", year=str(year), statements=drafts_left)
    if not left:
        raise Refused("settlement_nothing", year=str(year))
    for source, won in left.items():
        if won:
            raise Refused("settlement_not_even", source=source, left=f"{won:,}")


def refuse_unless_past(year: int, today: date) -> None:
    """Refuses ``settlement_year_runs``: a year is settled once it is over."""
    if year >= today.year:
        raise Refused("settlement_year_runs", year=str(year))
