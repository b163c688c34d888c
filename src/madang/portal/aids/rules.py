"""What a month comes to in aid, to a learner or to who hired one, and what of it is not yet paid, in whole won."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.outcomes.rules import shown

WON_MOST = 100_000_000


class AidKind(StrEnum):
    """Living aid goes to learners, for attendance; wage aid to the companies that hired graduates, for their wages."""

    LIVING = "living"
    WAGE = "wage"


class AidUnit(StrEnum):
    """What the aid is paid for: a day on which the learner came, or the month."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True)
class AidTerms:
    """What a cohort pays from a month on: so many won a unit, at most so many a month, out of a funding source.

    Nothing for a month of whose lessons less than `attendance_least` per cent were attended.
    """

    first_month: str
    unit: AidUnit
    won: int
    month_most_won: int
    attendance_least: int
    source: int


@dataclass(frozen=True)
class Attended:
    """Of one learner and one month: days with a lesson that they came to, minutes that they came, minutes held."""

    days: int = 0
    came: int = 0
    held: int = 0


# one learner, one month, one funding source, and the organisation that gets it, or 0 for the learner
Key = tuple[int, str, int, int]


@dataclass(frozen=True, order=True)
class AidLine:
    """Won for a learner and month, out of a source; below nought where too much was paid before.

    `organisation` is who hired them and gets it; 0 where the learner does.
    """

    learner: int
    of_month: str
    source: int
    organisation: int
    amount: int


def refuse_unless_setting(by: Actor) -> None:
    """Terms and lists of aid are a programme manager's."""
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")


def check_terms(given: AidTerms) -> None:
    """Refused: ``aid_terms_invalid`` (field)."""
    for name in ("won", "month_most_won"):
        if not 1 <= getattr(given, name) <= WON_MOST:
            raise Refused("aid_terms_invalid", field=name)
    if not 0 <= given.attendance_least <= 100:
        raise Refused("aid_terms_invalid", field="attendance_least")


def in_force(terms: Iterable[AidTerms], month: str) -> AidTerms | None:
    """The terms that count for a month: of those that have begun the ones that began last; of two, the later set."""
    found: AidTerms | None = None
    for one in terms:
        if one.first_month <= month and (found is None or one.first_month >= found.first_month):
            found = one
    return found


def due_won(attended: Attended, terms: AidTerms) -> int:
    """What a month of attendance comes to; nothing for who never came."""
    if not attended.came or attended.came * 100 < attended.held * terms.attendance_least:
        return 0
    won = terms.won * attended.days if terms.unit is AidUnit.DAY else terms.won
    return min(won, terms.month_most_won)


def lines(due: Mapping[Key, int], paid: Mapping[Key, int]) -> list[AidLine]:
    """What is still to be paid, or to be taken back, so that everybody has had what is due."""
    found = (AidLine(*key, due.get(key, 0) - paid.get(key, 0)) for key in due.keys() | paid.keys())
    return sorted(line for line in found if line.amount)


def published(sums: Mapping[tuple[int, int], int], least: int) -> dict[str, int | None]:
    """What may be published of a year's won by learner and who hired them (0 for nobody).

    None of living aid where fewer than `least` learners got any; none of wage aid where fewer than `least` graduates or
    companies stand behind it; and none of either where who got second most could work the largest amount out.
    """
    living = [won for (_learner, to), won in sums.items() if not to and won > 0]
    wages: dict[int, int] = {}
    for (_learner, to), won in sums.items():
        if to:
            wages[to] = wages.get(to, 0) + won
    graduates = len({learner for (learner, to), won in sums.items() if to and won > 0})
    companies = sum(won > 0 for won in wages.values())
    living_told = shown(living, len(living), least) is not None
    whole = sum(won for (_learner, to), won in sums.items() if not to)
    wage_won = shown([won for won in wages.values() if won > 0], companies, least) if graduates >= least else None
    return {
        "learners_aided": len(living) if living_told else None,
        "living_aid_won": whole if living_told else None,
        "companies_aided": companies if wage_won is not None else None,
        "graduates_aided": graduates if wage_won is not None else None,
        "wage_aid_won": wage_won,
    }
