"""Who may say who funds what, and what the parts of a pool's funding come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role

FUNDERS = (Role.PROGRAMME_MANAGER,)
WHOLE = 1000  # permille
OWN = "own"  # the body's own money: what nobody else is named for


class SourceKind(StrEnum):
    """Whose money it is."""

    NATIONAL = "national"
    LOCAL = "local"
    OWN = "own"
    OTHER = "other"


def refuse_unless_funding(by: Actor) -> None:
    """Who funds what is kept by a programme manager."""
    if not by.has(*FUNDERS):
        raise Refused("not_allowed_for_role")


def refuse_unless_whole(parts: Mapping[str, int]) -> None:
    """Refuses ``funding_not_whole`` (total) unless the parts, in permille, are above nought and sum to the whole."""
    total = sum(parts.values())
    if total != WHOLE or min(parts.values()) < 1:
        raise Refused("funding_not_whole", total=f"{total // 10}.{total % 10}")


def refuse_issued(first_month: str, issued: Sequence[str]) -> None:
    """Refuses ``funding_month_issued`` (month, issued): statements up to `issued` have their support already."""
    if issued and first_month <= max(issued):
        raise Refused("funding_month_issued", month=first_month, issued=max(issued), field="first_month")
