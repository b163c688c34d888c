"""What a file of experts says: cells into experts with their posts, or into faults that name their row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from madang.errors import Refused
from madang.portal.experts.rules import LONG_AGO, Listed, Post
from madang.portal.experts.seeds.headings import HEADINGS, LANGUAGES
from madang.portal.files.tables import day_in
from madang.portal.people.rules import NAME_LIMIT, ORGANISATION_NAME_LIMIT, clean_email, clean_name, registration_number

HEADING_WITHIN = 10
ROWS_AT_MOST = 5000
FIELD_LIMIT, FIELDS_AT_MOST = 30, 30
LOAD_AT_MOST = 1000
DEPARTMENT_LIMIT = 80
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_SEPARATORS = re.compile(r"[;,/、\n]")


@dataclass(frozen=True)
class RosterFault:
    """A row that cannot be used: which, a code with a sentence, and what stands there."""

    place: int
    code: str
    value: str


@dataclass(frozen=True)
class Roster:
    """What a file holds: experts by their first row, and faults."""

    experts: tuple[Listed, ...]
    faults: tuple[RosterFault, ...]


class _Unusable(Exception):
    """A cell that cannot be used: its code and what stands there."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(code)
        self.code, self.value = code, value


def read(rows: Sequence[Sequence[str]], regions: Mapping[str, str]) -> Roster:
    """The experts of a file whose heading row names at least name and e-mail address, in Korean or English.

    `regions` maps every way to write a region, without spaces, to its code. Several rows with one address are one
    expert with several posts; an empty cell says nothing. Refused: ``experts_heading_missing``,
    ``experts_too_many_rows`` (most).
    """
    if len(rows) > ROWS_AT_MOST:
        raise Refused("experts_too_many_rows", field="file", most=ROWS_AT_MOST)
    heading, where = _heading(rows)
    experts: dict[str, Listed] = {}
    faults: list[RosterFault] = []
    for place, row in enumerate(rows[heading + 1 :], start=heading + 2):
        cells = {name: " ".join(row[at].split()) if at < len(row) else "" for name, at in where.items()}
        if not any(cells.values()):
            continue
        try:
            one = _listed(place, cells, regions)
            experts[one.email] = _joined(experts[one.email], one) if one.email in experts else one
        except _Unusable as wrong:
            faults.append(RosterFault(place, wrong.code, wrong.value[:120]))
    return Roster(tuple(experts.values()), tuple(faults))


def _heading(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    for number, row in enumerate(rows[:HEADING_WITHIN]):
        where: dict[str, int] = {}
        for at, cell in enumerate(row):
            name = HEADINGS.get("".join(cell.split()).casefold())
            if name is not None:
                where.setdefault(name, at)
        if {"name", "email"} <= where.keys():
            return number, where
    raise Refused("experts_heading_missing", field="file")


def _listed(place: int, cells: Mapping[str, str], regions: Mapping[str, str]) -> Listed:
    email = clean_email(cells["email"])
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise _Unusable("expert_email_unreadable", cells["email"])
    return Listed(
        place=place,
        name=_name(cells["name"]),
        email=email,
        fields=_fields(cells.get("fields", "")),
        languages=_languages(cells.get("languages", "")),
        region=_region(cells.get("region", ""), regions),
        load_limit=_load(cells.get("load_limit", "")),
        other_names=tuple(_name(one) for one in _parts(cells.get("other_names", ""))),
        posts=_posts(cells),
    )


def _parts(cell: str) -> list[str]:
    return [part for one in _SEPARATORS.split(cell) if (part := " ".join(one.split()))]


def _name(cell: str, limit: int = NAME_LIMIT) -> str:
    try:
        return clean_name(cell, limit)
    except Refused as refused:
        raise _Unusable("expert_name_unusable", cell) from refused


def _fields(cell: str) -> tuple[str, ...]:
    found = sorted({part.lower() for part in _parts(cell)})
    if len(found) > FIELDS_AT_MOST or any(len(one) > FIELD_LIMIT for one in found):
        raise _Unusable("expert_fields_too_long", cell)
    return tuple(found)


def _languages(cell: str) -> tuple[str, ...]:
    found = set()
    for part in _parts(cell):
        code = LANGUAGES.get(part.casefold())
        if code is None:
            raise _Unusable("expert_language_unknown", part)
        found.add(code)
    return tuple(sorted(found))


def _region(cell: str, regions: Mapping[str, str]) -> str:
    if cell and "".join(cell.split()) not in regions:
        raise _Unusable("expert_region_unknown", cell)
    return regions["".join(cell.split())] if cell else ""


def _load(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdecimal()) or not 1 <= int(cell[:9]) <= LOAD_AT_MOST:
        raise _Unusable("expert_limit_unusable", cell)
    return int(cell)


def _posts(cells: Mapping[str, str]) -> tuple[Post, ...]:
    name, number = cells.get("organisation", ""), cells.get("registration_number", "")
    since, until = (_day(cells.get(name, "")) for name in ("since", "until"))
    if not name:
        if number or since or until:
            raise _Unusable("expert_post_without_name", number or str(since or until))
        return ()
    if number:
        try:
            number = registration_number(number)
        except Refused as refused:
            raise _Unusable("expert_number_wrong", number) from refused
    if until is not None and until <= (since or LONG_AGO):
        raise _Unusable("expert_post_ends_early", f"{since or ''} – {until}")
    department = cells.get("department", "")[:DEPARTMENT_LIMIT]
    return (Post(_name(name, ORGANISATION_NAME_LIMIT), number, since or LONG_AGO, until, department),)


def _day(cell: str) -> date | None:
    if not cell:
        return None
    found = day_in(cell)
    if found is None:
        raise _Unusable("expert_day_unreadable", cell)
    return found


def _joined(first: Listed, more: Listed) -> Listed:
    """One expert of two rows: posts are added, and what both rows say must be the same."""
    given = {name: getattr(more, name) or getattr(first, name) for name in ("fields", "languages", "region")}
    limit = more.load_limit or first.load_limit
    differ = more.name != first.name or limit != (first.load_limit or limit)
    if differ or any(value != (getattr(first, name) or value) for name, value in given.items()):
        raise _Unusable("expert_rows_differ", more.email)
    names = tuple(dict.fromkeys((*first.other_names, *more.other_names)))
    posts = tuple(dict.fromkeys((*first.posts, *more.posts)))
    return replace(first, load_limit=limit, other_names=names, posts=posts, **given)
