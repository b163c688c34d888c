"""Suggests who reviews what: never across a conflict, within everyone's load limit, and found whenever one exists.

Each place goes to the reviewer of a fitting field, then of the smallest load. Where no free reviewer is left, a chain
of exchanges along an augmenting path frees one (Ford and Fulkerson, 1956), so that no suggestion is found only where
none exists; the applications on the paths searched then say why (a minimum cut). At the end loads are levelled: as long
as a chain of exchanges, none to a worse field, leads from a reviewer to one with at least two fewer, it is carried out
(cost-reducing paths: Harvey, Ladner, Lovász and Tamir, "Semi-matchings for bipartite graphs and load balancing", 2003).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from madang.errors import Refused


@dataclass(slots=True)
class _Table:
    allowed: dict[str, list[str]]
    limits: Mapping[str, int]
    fits: AbstractSet[tuple[str, str]]
    chosen: dict[str, set[str]]
    held: dict[str, set[str]] = field(default_factory=dict)

    def load(self, reviewer: str) -> int:
        return len(self.held[reviewer])

    def free(self, reviewer: str) -> bool:
        return self.load(reviewer) < self.limits[reviewer]

    def give(self, application: str, reviewer: str) -> None:
        self.chosen[application].add(reviewer)
        self.held[reviewer].add(application)

    def take(self, application: str, reviewer: str) -> None:
        self.chosen[application].remove(reviewer)
        self.held[reviewer].remove(application)


def suggest(
    *,
    applications: Collection[str],
    reviewers: Collection[str],
    per_application: int,
    load_limits: Mapping[str, int],
    conflicts: AbstractSet[tuple[str, str]] = frozenset(),
    application_fields: Mapping[str, AbstractSet[str]] | None = None,
    reviewer_fields: Mapping[str, AbstractSet[str]] | None = None,
) -> dict[str, tuple[str, ...]]:
    """Gives every application `per_application` different reviewers, as application -> reviewers in order of ids.

    `load_limits` is the most that each reviewer takes (none where missing); `conflicts` are (application, reviewer)
    pairs that exclude. Fields are a preference, not a bar; without them the sum of squared loads is the smallest there
    is. The same input gives the same suggestion in whatever order it comes.

    Refused: ``reviewers_too_few_for_application`` (application, needed, available, conflicted) and
    ``review_places_too_few`` (applications: ids that compete, needed, possible: places they can get at most).
    """
    names = sorted(set(applications))
    people = sorted({name for name in reviewers if load_limits.get(name, 0) > 0})
    allowed = {name: [person for person in people if (name, person) not in conflicts] for name in names}
    _refuse_too_few(allowed, people, per_application)
    table = _Table(
        allowed=allowed,
        limits=load_limits,
        fits=_fits(allowed, application_fields or {}, reviewer_fields or {}),
        chosen={name: set() for name in names},
        held={person: set() for person in people},
    )
    for name in names:
        for _place in range(per_application):
            if not _place_directly(table, name):
                _place_by_exchange(table, name, per_application)
    _level(table)
    return {name: tuple(sorted(chosen)) for name, chosen in table.chosen.items()}


def _refuse_too_few(allowed: Mapping[str, list[str]], people: list[str], needed: int) -> None:
    for application, free in allowed.items():
        if len(free) < needed:
            raise Refused(
                "reviewers_too_few_for_application",
                application=application,
                needed=needed,
                available=len(free),
                conflicted=len(people) - len(free),
            )


def _fits(
    allowed: Mapping[str, list[str]],
    application_fields: Mapping[str, AbstractSet[str]],
    reviewer_fields: Mapping[str, AbstractSet[str]],
) -> set[tuple[str, str]]:
    nothing: frozenset[str] = frozenset()
    return {
        (application, person)
        for application, people in allowed.items()
        for person in people
        if application_fields.get(application, nothing) & reviewer_fields.get(person, nothing)
    }


def _place_directly(table: _Table, application: str) -> bool:
    open_to = [
        person
        for person in table.allowed[application]
        if person not in table.chosen[application] and table.free(person)
    ]
    if not open_to:
        return False
    best = min(open_to, key=lambda person: ((application, person) not in table.fits, table.load(person), person))
    table.give(application, best)
    return True


def _place_by_exchange(table: _Table, wanting: str, needed: int) -> None:
    """Searches breadth first from `wanting`: a full reviewer hands an application on to someone else, and so on."""
    came_from: dict[str, str] = {}  # reviewer -> the application that would take him
    handed_by: dict[str, str] = {}  # application -> the full reviewer that would hand it on
    waiting = deque([wanting])
    while waiting:
        application = waiting.popleft()
        for person in table.allowed[application]:
            if person in table.chosen[application] or person in came_from:
                continue
            came_from[person] = application
            if table.free(person):
                _exchange(table, person, came_from, handed_by)
                return
            for other in sorted(table.held[person]):
                if other != wanting and other not in handed_by:
                    handed_by[other] = person
                    waiting.append(other)
    _refuse_shortage(table, {wanting, *handed_by}, set(came_from), needed)


def _exchange(table: _Table, free: str, came_from: Mapping[str, str], handed_by: Mapping[str, str]) -> None:
    person: str | None = free
    while person is not None:
        application = came_from[person]
        giver = handed_by.get(application)
        if giver is not None:
            table.take(application, giver)
        table.give(application, person)
        person = giver


def _refuse_shortage(table: _Table, competing: set[str], full: set[str], needed: int) -> None:
    # Every reviewer outside `full` whom a competing application may have, it already has: so this is the minimum cut.
    outside = sum(len(set(table.allowed[application]) - full) for application in competing)
    raise Refused(
        "review_places_too_few",
        applications=tuple(sorted(competing)),
        needed=needed * len(competing),
        possible=outside + sum(table.limits[person] for person in full),
    )


def _level(table: _Table) -> None:
    moved = True
    while moved:
        moved = False
        for person in sorted(table.held, key=lambda name: (-table.load(name), name)):
            while _hand_on(table, person):
                moved = True


def _hand_on(table: _Table, giving: str) -> bool:
    """Takes one application off `giving`, along a chain to someone with at least two fewer, if there is one."""
    aim = table.load(giving) - 2
    if aim < min(map(table.load, table.held)):
        return False
    came_from: dict[str, tuple[str, str]] = {}  # reviewer -> (who hands him an application, which)
    waiting = deque([giving])
    while waiting:
        person = waiting.popleft()
        for application in sorted(table.held[person]):
            for taker in table.allowed[application]:
                if taker == giving or taker in came_from or not _may_take(table, application, person, taker):
                    continue
                came_from[taker] = person, application
                if table.load(taker) <= aim and table.free(taker):
                    _pass_along(table, giving, taker, came_from)
                    return True
                waiting.append(taker)
    return False


def _may_take(table: _Table, application: str, holder: str, taker: str) -> bool:
    worse = (application, holder) in table.fits and (application, taker) not in table.fits
    return taker not in table.chosen[application] and not worse


def _pass_along(table: _Table, giving: str, last: str, came_from: Mapping[str, tuple[str, str]]) -> None:
    taker = last
    while taker != giving:
        holder, application = came_from[taker]
        table.take(application, holder)
        table.give(application, taker)
        taker = holder
