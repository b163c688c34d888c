"""An exchange as pages show it: the proposal by group, who reviews what, and whether anything changed since."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.applications.models import Application
from madang.portal.exchanges.models import PeerExchange
from madang.portal.exchanges.standing import standing
from madang.portal.people.models import Person


@dataclass(frozen=True)
class Line:
    """One application of a proposal: its group, who reviews for it, and who is to review it."""

    file: Application
    group: int
    person: Person
    reviewers: list[str]


@dataclass(frozen=True)
class Proposed:
    """A proposal in lines by group, with the size of each group and the fewest and most sheets of a person."""

    lines: list[Line]
    groups: list[tuple[int, int]]
    fewest: int
    most: int
    stale: bool
    fault: str = ""


def proposed(row: PeerExchange, now: datetime) -> Proposed | None:
    """What a proposal would give out; None where none was worked out or its sheets are out."""
    if row.pk is None or row.confirmed_at is not None:
        return None
    try:
        found = standing(row, now)
    except Refused as refused:
        return Proposed([], [], 0, 0, stale=True, fault=refusals.sentence(refused))
    if found.sha256 != row.basis_sha256:
        return Proposed([], [], 0, 0, stale=True)
    names = {str(person.pk): person.name for person in found.people.values()}
    groups, chosen = row.content["groups"], row.content["chosen"]
    lines = [
        Line(file, groups[str(pk)], found.people[pk], sorted(names[one] for one in chosen[str(pk)]))
        for pk, file in found.files.items()
    ]
    loads = Counter(one for whom in chosen.values() for one in whom)
    every = [loads[name] for name in names]
    sizes = sorted(Counter(groups.values()).items())
    lines.sort(key=lambda line: (line.group, line.file.number or ""))
    return Proposed(lines, sizes, min(every, default=0), max(every, default=0), stale=False)
