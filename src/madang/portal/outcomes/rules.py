"""What an outcome report says and when it is due: kinds, schedule, evidence, who may do what, what is published."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.values import Month

KEEPERS = (Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER)
DAYS_TO_WRITE, DAYS_TO_MEND, DAYS_LAST_CALL = 30, 14, 7
# the months after its end of a report that comes before it
INTERIM = 0
MOST_MONTHS, MOST_REPORTS, MOST_ITEMS = 60, 10, 200
WHAT_LIMIT, DOI_LIMIT, REASON_LIMIT = 200, 200, 1000
# how often the registry of DOIs is asked in vain before a person looks
MOST_TRIES = 5
MOST_PEOPLE, MOST_WON = 100_000, 10**15
# The largest contributor is not to be known better than to a tenth by the second largest.
CLOSEST_PERCENT = 10


class OutcomeKind(StrEnum):
    """What came of an award. Money is in won, people are counted; everything else is one thing an entry."""

    HIRES = "hires"
    REVENUE = "revenue"
    INVESTMENT = "investment"
    PATENT_FILED = "patent_filed"
    PATENT_GRANTED = "patent_granted"
    PAPER_DOMESTIC = "paper_domestic"
    PAPER_SCI = "paper_sci"
    PAPER_INTERNATIONAL = "paper_international"
    MODEL = "model"
    OFFICE = "office"


class OutcomeState(StrEnum):
    """Where one version of a report stands; what is to be mended goes on as the next version."""

    DRAFT = "draft"
    HANDED_IN = "handed_in"
    ACCEPTED = "accepted"
    MEND = "mend"


PAPERS = frozenset({OutcomeKind.PAPER_DOMESTIC, OutcomeKind.PAPER_SCI, OutcomeKind.PAPER_INTERNATIONAL})
MONEY = frozenset({OutcomeKind.REVENUE, OutcomeKind.INVESTMENT})
MOST = {OutcomeKind.HIRES: MOST_PEOPLE} | dict.fromkeys(MONEY, MOST_WON)


@dataclass(frozen=True)
class Entry:
    """One outcome: its kind, how much (people, won, or 1), what it is, and a DOI where it is a paper."""

    kind: OutcomeKind
    amount: int
    what: str
    doi: str = ""


@dataclass(frozen=True)
class OutcomeSpan:
    """One report of an award: what happened on [from_on, until_on), due on `due_on`."""

    months: int
    from_on: date
    until_on: date
    due_on: date

    @property
    def year(self) -> int:
        """The calendar year of its last day, under which its figures are published."""
        return year_of(self.until_on)


def year_of(until_on: date) -> int:
    """The calendar year of the last day before a day."""
    return (until_on - timedelta(days=1)).year


def months_after(day: date, months: int) -> date:
    """The same day some months later; the last day of a month that is too short for it."""
    month = Month(day.year, day.month).plus(months)
    return date(month.year, month.number, min(day.day, monthrange(month.year, month.number)[1]))


def schedule(given: Iterable[int]) -> tuple[int, ...]:
    """After how many months a call's reports are due, in order and each once; empty for none.

    Refused: ``outcome_schedule_wrong`` (most, reports).
    """
    months = tuple(sorted(set(given)))
    if len(months) > MOST_REPORTS or any(not 1 <= one <= MOST_MONTHS for one in months):
        raise Refused("outcome_schedule_wrong", field="months", most=MOST_MONTHS, reports=MOST_REPORTS)
    return months


def interim(starts_on: date, report_on: date) -> OutcomeSpan:
    """The report of an award in two instalments, from its beginning to the day before `report_on`."""
    return OutcomeSpan(INTERIM, starts_on, report_on, report_on + timedelta(days=DAYS_TO_WRITE))


def spans(starts_on: date, ended_on: date, months: Sequence[int]) -> list[OutcomeSpan]:
    """The reports of an award that ended: the first from its beginning, each other from where the last one stopped.

    They have neither gap nor overlap, so nothing is counted twice. `months` comes from `schedule`.
    """
    found, first = [], min(starts_on, ended_on)
    for one in months:
        until = months_after(ended_on, one)
        found.append(OutcomeSpan(one, first, until, until + timedelta(days=DAYS_TO_WRITE)))
        first = until
    return found


def plain_doi(given: str) -> str:
    """A DOI without its resolver, in small letters since case does not count; empty stays empty.

    Shape: ``10.``, 4 to 9 digits, a slash and a name (the DOI Handbook, section 2.2; Crossref's pattern for current
    DOIs). Whether it exists is not asked here. Refused: ``outcome_doi_wrong``.
    """
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", given.strip(), flags=re.IGNORECASE).lower()
    if bare and (len(bare) > DOI_LIMIT or not re.fullmatch(r"10\.[0-9]{4,9}/[-._;()/:a-z0-9]+", bare)):
        raise Refused("outcome_doi_wrong", field="doi")
    return bare


def checked(given: Entry, *, filed: bool) -> Entry:
    """The entry as it is kept: its amount in range, said what it is, with a file or, for a paper, a DOI.

    Refused: ``outcome_amount_wrong`` (most), ``outcome_what_needed`` (most), ``outcome_doi_wrong``,
    ``outcome_doi_of_paper``, ``outcome_evidence_needed``.
    """
    most = MOST.get(given.kind, 1)
    if not 1 <= given.amount <= most:
        raise Refused("outcome_amount_wrong", field="amount", most=most)
    what, doi = given.what.strip(), plain_doi(given.doi)
    if not 1 <= len(what) <= WHAT_LIMIT:
        raise Refused("outcome_what_needed", field="what", most=WHAT_LIMIT)
    if doi and given.kind not in PAPERS:
        raise Refused("outcome_doi_of_paper", field="doi")
    if not (filed or doi):
        raise Refused("outcome_evidence_needed", field="file")
    return Entry(given.kind, given.amount, what, doi)


def check_member(by: Actor, organisation: int) -> None:
    """Only the organisation's own people write its reports."""
    if not by.member_of(organisation):
        raise Refused("not_allowed_for_role")


def check_keeper(by: Actor, organisation: int) -> None:
    """Screening officers and programme managers look at reports, and nobody at those of their own organisation."""
    if not by.has(*KEEPERS):
        raise Refused("not_allowed_for_role")
    if by.member_of(organisation):
        raise Refused("outcome_own_organisation")


def reminder(told: int, until_on: date, due_on: date, today: date) -> int:
    """Which reminder has to be written now: 1 once the time is over, 2 a week before it is due, 3 when it is late.

    0 where the last one that was written, `told`, is still the right one.
    """
    right = 0
    if today >= until_on:
        right = 1
    if today >= due_on - timedelta(days=DAYS_LAST_CALL):
        right = 2
    if today > due_on:
        right = 3
    return right if right > told else 0


def released(year: int, today: date) -> bool:
    """Whether the figures of a year are published: from July of the next year, once reports have been looked at."""
    return today >= date(year + 1, 7, 1)


def shown(amounts: Sequence[int], organisations: int, least: int) -> int | None:
    """The sum of what `organisations` organisations reported, one amount each that has any; None where it is withheld.

    Withheld below `least` organisations, or below `least` that had any; and where the second largest could work the
    largest out to within 10 percent (the p% rule: A. Hundepool et al., *Statistical Disclosure Control*, 2012, ch. 4).
    """
    ordered = sorted((one for one in amounts if one), reverse=True)
    if organisations < least or 0 < len(ordered) < least:
        return None
    rest = sum(ordered[2:])
    if ordered and rest * 100 < ordered[0] * CLOSEST_PERCENT:
        return None
    return sum(ordered)
