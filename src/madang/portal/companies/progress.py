"""How companies get on: memoranda and offices counted apart, passages between stages, cohorts by year; values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median_low

from madang.portal.companies.rules import STAGES, CompanyStage

Way = Mapping[CompanyStage, date]
PAIRS = (
    *pairwise(STAGES[:7]),
    (CompanyStage.MEMORANDUM, CompanyStage.OFFICE),
    (CompanyStage.OFFICE, CompanyStage.LEFT),
)
# (years, days) by which a cohort is asked how many have opened an office
WITHIN = ((1, 365), (2, 730), (3, 1095))


@dataclass(frozen=True)
class Figures:
    """Companies with a memorandum, with an opened office, and of these those that have not left. Never added up."""

    memoranda: int
    offices: int
    offices_now: int


def figures(ways: Iterable[Way]) -> Figures:
    """Counts companies that stand for themselves; those that became one are one way."""
    memoranda = offices = here = 0
    for way in ways:
        memoranda += CompanyStage.MEMORANDUM in way
        offices += CompanyStage.OFFICE in way
        here += CompanyStage.OFFICE in way and CompanyStage.LEFT not in way
    return Figures(memoranda, offices, here)


@dataclass(frozen=True)
class Passage:
    """From one stage to another: how many reached the first, how many of these the second, and in how many days.

    `days` is the lower median over those that reached both; None where nobody did.
    """

    start: CompanyStage
    end: CompanyStage
    started: int
    arrived: int
    days: int | None


def passages(ways: Sequence[Way]) -> list[Passage]:
    """The passages of `PAIRS`; who passed a stage over counts neither for it nor against it."""
    found = []
    for start, end in PAIRS:
        began = [way for way in ways if start in way]
        took = [(way[end] - way[start]).days for way in began if end in way and way[end] >= way[start]]
        found.append(Passage(start, end, len(began), len(took), median_low(took) if took else None))
    return found


@dataclass(frozen=True)
class Cohort:
    """Companies whose memorandum is of one year; `within`: how many had an office within 1, 2, 3 years of theirs.

    None where the years are not over for all of them; `so_far` counts every office until now.
    """

    year: int
    memoranda: int
    within: tuple[int | None, ...]
    so_far: int


def cohorts(ways: Iterable[Way], today: date) -> list[Cohort]:
    """By year of the memorandum, oldest first. An office opened before its memorandum counts as opened at once."""
    years: dict[int, list[Way]] = {}
    for way in ways:
        if CompanyStage.MEMORANDUM in way:
            years.setdefault(way[CompanyStage.MEMORANDUM].year, []).append(way)
    return [_cohort(year, years[year], today) for year in sorted(years)]


def _cohort(year: int, ways: Sequence[Way], today: date) -> Cohort:
    signed, opened = CompanyStage.MEMORANDUM, CompanyStage.OFFICE
    took = [(way[opened] - way[signed]).days for way in ways if opened in way]
    age = min((today - way[signed]).days for way in ways)
    within = tuple(sum(days <= most for days in took) if age >= most else None for _years, most in WITHIN)
    return Cohort(year, len(ways), within, len(took))
