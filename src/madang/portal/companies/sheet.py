"""What a list of companies says, and which of its rows are new, known, or perhaps known: values only, no table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from madang.errors import Refused
from madang.portal.companies import rules
from madang.portal.companies.rules import CompanyParticulars, CompanyStage, Step
from madang.portal.companies.seeds.headings import HEADINGS
from madang.portal.files.tables import day_in

ROWS_AT_MOST, HEADING_WITHIN = 5000, 10
# a decision on a possible match, beside the number of the company that it is
ANOTHER, SKIP = "another", "skip"
# stages that a list can tell of; that a company has grown needs two counts
TOLD = tuple(stage for stage in CompanyStage if stage is not CompanyStage.GROWN)


class CompanyVerdict(StrEnum):
    """What a row comes to."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    POSSIBLE = "possible"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class CompanyRow:
    """One row of a list: the company, and the stages that the row dates, in their order."""

    place: int
    given: CompanyParticulars
    steps: tuple[Step, ...]

    @property
    def numbers(self) -> frozenset[str]:
        """Every registration number in the row, that of the office too."""
        return frozenset({self.given.registration_number, *(step.number for step in self.steps)} - {""})


@dataclass(frozen=True)
class CompanyFault:
    """A row that cannot be used: which, a refusal's code, and its facts."""

    place: int
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CompanyList:
    """What a file holds."""

    rows: tuple[CompanyRow, ...]
    faults: tuple[CompanyFault, ...]


@dataclass(frozen=True)
class KnownCompany:
    """A company that stands for itself, with the names and numbers of all that were merged into it."""

    pk: int
    name: str
    keys: frozenset[str]
    numbers: frozenset[str]
    way: Mapping[CompanyStage, date]


@dataclass(frozen=True)
class Judged:
    """A row with its verdict, which company it is (or which it may be), and earlier rows of the file it may be.

    `steps`: the stages of the row that the company does not have yet.
    """

    row: CompanyRow
    verdict: CompanyVerdict
    known: KnownCompany | None = None
    perhaps: tuple[KnownCompany, ...] = ()
    rows: tuple[int, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def numbered(self) -> bool:
        """Whether a registration number says that it is one of those, so that it cannot be another."""
        return any(one.numbers & self.row.numbers for one in self.perhaps)


def read(rows: Sequence[Sequence[str]], source: str, today: date) -> CompanyList:
    """The companies of a list whose heading row names at least the company, in Korean or English.

    `source` says where the list is from: it stands as the evidence of each row that names none. Refused:
    ``companies_heading_missing``, ``companies_too_many_rows`` (most), ``companies_none``.
    """
    if len(rows) > ROWS_AT_MOST:
        raise Refused("companies_too_many_rows", field="file", most=ROWS_AT_MOST)
    heading, where = _heading(rows)
    found: list[CompanyRow] = []
    faults: list[CompanyFault] = []
    numbers: dict[str, int] = {}
    for place, row in enumerate(rows[heading + 1 :], start=heading + 2):
        cells = {name: " ".join(row[at].split()) if at < len(row) else "" for name, at in where.items()}
        if not any(cells.values()):
            continue
        try:
            one = _row(place, cells, source, today)
            for number in sorted(one.numbers):
                if number in numbers:
                    raise Refused("company_row_twice", row=numbers[number])
            numbers |= dict.fromkeys(one.numbers, place)
            found.append(one)
        except Refused as refused:
            facts = {name: value for name, value in refused.facts.items() if name != "field"}
            faults.append(CompanyFault(place, refused.code, facts))
    if not found and not faults:
        raise Refused("companies_none", field="file")
    return CompanyList(tuple(found), tuple(faults))


def _heading(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows[:HEADING_WITHIN]):
        where: dict[str, int] = {}
        for at, cell in enumerate(row):
            name = HEADINGS.get("".join(cell.split()).casefold())
            if name is not None:
                where.setdefault(name, at)
        if "name" in where and len(where) > 1:
            return number, where
    raise Refused("companies_heading_missing", field="file")


def _row(place: int, cells: Mapping[str, str], source: str, today: date) -> CompanyRow:
    texts = ("name", "name_en", "registration_number", "field", "contact")
    given = rules.cleaned(CompanyParticulars(**{name: cells.get(name, "") for name in texts}))
    evidence = cells.get("evidence") or source
    steps: list[Step] = []
    for stage in TOLD:
        if cells.get(f"{stage}_on"):
            step = _step(stage, cells, given.registration_number, evidence)
            steps.append(rules.checked(step, {one.stage: one.on for one in steps}, today))
    if not steps:
        raise Refused("company_row_undated")
    return CompanyRow(place, given, tuple(steps))


def _step(stage: CompanyStage, cells: Mapping[str, str], number: str, evidence: str) -> Step:
    on = _day(cells[f"{stage}_on"])
    if stage is not CompanyStage.OFFICE:
        return Step(stage, on, evidence)
    staff = cells.get("staff", "").replace(",", "")
    counted = int(staff) if staff.isascii() and staff.isdecimal() and len(staff) < 8 else None
    staff_on = _day(cells["staff_on"]) if cells.get("staff_on") else None
    number = cells.get("office_number", "") or number
    return Step(stage, on, evidence, False, number, cells.get("office_address", ""), counted, staff_on)


def _day(cell: str) -> date:
    found = day_in(cell)
    if found is None:
        raise Refused("company_day_unreadable", value=cell[:40])
    return found


def judged(rows: Sequence[CompanyRow], known: Collection[KnownCompany], decided: Mapping[int, str],
           today: date) -> tuple[list[Judged], list[CompanyFault]]:  # fmt: skip
    """Every row with its verdict under the decisions made so far (row -> `ANOTHER`, `SKIP`, or a company's number).

    The same registration number and the same name, corporate forms apart, is the same company, and so is one that
    already has everything that the row dates. Anything less is for a person to tell apart: the number of one with the
    name of another, the name alone, an earlier row with the name. A row that contradicts the company that it is (a
    stage on another day, an order that cannot be) is a fault. Refused: ``company_decision_unknown`` (row).
    """
    by_number = {number: one for one in known for number in one.numbers}
    by_key: dict[str, list[KnownCompany]] = {}
    for one in known:
        for key in one.keys:
            by_key.setdefault(key, []).append(one)
    found: list[Judged] = []
    faults: list[CompanyFault] = []
    earlier: dict[str, list[int]] = {}
    for row in rows:
        key = rules.name_key(row.given.name)
        numbered = [by_number[number] for number in sorted(row.numbers) if number in by_number]
        perhaps = tuple({one.pk: one for one in (*numbered, *by_key.get(key, []))}.values())
        one = _judged(row, key, perhaps, tuple(earlier.get(key, ())), decided.get(row.place, ""))
        earlier.setdefault(key, []).append(row.place)
        try:
            found.append(_with_steps(one, today))
        except Refused as refused:
            facts = {name: value for name, value in refused.facts.items() if name != "field"}
            faults.append(CompanyFault(row.place, refused.code, facts))
    return found, faults


def _holds(known: KnownCompany, row: CompanyRow) -> bool:
    """Whether the company has everything that the row says, so that bringing it in would change nothing."""
    days = all(known.way.get(step.stage) == step.on for step in row.steps)
    return days and row.numbers <= known.numbers


def _judged(row: CompanyRow, key: str, perhaps: tuple[KnownCompany, ...], rows: tuple[int, ...], said: str) -> Judged:
    same = [one for one in perhaps if key in one.keys]
    held = [one for one in same if _holds(one, row)]
    if held:
        return Judged(row, CompanyVerdict.UNCHANGED, held[0])
    certain = [one for one in same if one.numbers & row.numbers]
    if len(certain) == 1 and not [one for one in perhaps if one.numbers & row.numbers and one not in certain]:
        return Judged(row, CompanyVerdict.CHANGED, certain[0])
    if not perhaps and not rows:
        return Judged(row, CompanyVerdict.NEW)
    open_ = Judged(row, CompanyVerdict.POSSIBLE, perhaps=perhaps, rows=rows)
    if said == SKIP:
        return Judged(row, CompanyVerdict.SKIPPED)
    if said == ANOTHER and not open_.numbered:
        return Judged(row, CompanyVerdict.NEW)
    chosen = [one for one in perhaps if str(one.pk) == said]
    if chosen:
        return Judged(row, CompanyVerdict.CHANGED, chosen[0])
    if said:
        raise Refused("company_decision_unknown", row=row.place)
    return open_


def _with_steps(one: Judged, today: date) -> Judged:
    """The judged row with the stages that it adds, if they fit those that the company has."""
    if one.verdict is not CompanyVerdict.CHANGED or one.known is None:
        return one
    reached, steps = dict(one.known.way), []
    for step in one.row.steps:
        if step.stage in reached:
            if reached[step.stage] != step.on:
                raise Refused("company_row_differs", day=reached[step.stage].isoformat(), given=step.on.isoformat())
            continue
        steps.append(rules.checked(step, reached, today))
        reached[step.stage] = step.on
    verdict = one.verdict if steps or not one.row.numbers <= one.known.numbers else CompanyVerdict.UNCHANGED
    return Judged(one.row, verdict, one.known, one.perhaps, one.rows, tuple(steps))
