"""Finds who reviews what at the lowest cost, as a minimum-cost flow, and the prices that prove it.

The model. Every place of an application is a unit of flow that goes to a reviewer it may have, at the cost of that
sheet, and on to the sink at a cost that rises with each sheet of the reviewer, up to his limit. Coverage stays a flow,
because its groups are nested: from an application an arc leads to those who at least know the field, whose first two
units earn something, and from there one to the experts, whose first unit earns something. All is whole numbers, so
that the optimum of the flow is an assignment. Only reviewers who must not meet break the flow: it is solved without
them, and where two meet one of them is barred from that application and the flow mended; the bound, which keeps them
apart (`madang.review.proof`), says how far from the best that can be at most.

The search. Places are given out one by one, each along a shortest chain of exchanges under prices that move along
(Edmonds and Karp, "Theoretical improvements in algorithmic efficiency for network flow problems", 1972). The same
problem gives the same assignment in whatever order it is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NoReturn

import numpy as np

from madang.errors import Refused
from madang.review.assignment import Assignment, Expertise, Problem, cost
from madang.review.flow import BARRED, Flow, Shortage, Truth
from madang.review.proof import lower_bound


def assign(problem: Problem) -> Assignment:
    """The assignment of lowest cost, with the bound that its prices prove; without `apart` it is the optimum.

    Refused: ``reviewers_too_few_for_application`` (application, needed, available, conflicted) and
    ``review_places_too_few`` (applications: ids that compete, needed, possible: places they can get at most).
    """
    for name, facts in _too_few(problem):
        raise Refused("reviewers_too_few_for_application", application=name, **facts)
    search = _Search(problem)
    try:
        search.flow.settle()
    except Shortage as short:
        search.refuse(short)
    return _parted(search)


def _parted(search: _Search) -> Assignment:
    """What a settled search comes to once nobody meets whom he must not. Refused as `assign`."""
    try:
        search.part()
    except Shortage as short:
        search.refuse(short)
    chosen, prices = search.chosen(), search.prices()
    return Assignment(chosen, cost(search.problem, chosen), lower_bound(search.problem, prices), prices)


class Lack(StrEnum):
    """Why an application goes short: too few may have it at all, all of these are full, or they must not meet."""

    CONFLICTS = "conflicts"
    PLACES = "places"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Gap:
    """So many reviewers an application goes without, and why; `conflicted` are those with time whom a conflict bars."""

    application: str
    missing: int
    lack: Lack
    conflicted: int = 0


def assign_most(problem: Problem) -> tuple[Assignment, tuple[Gap, ...]]:
    """As `assign`, but where not all can have what they need some go short: as many places as can be are given out.

    Before one application goes short by two, those that compete with it go short by one. Only reviewers who must not
    meet may cost a place more than need be. Cost and bound are those of what is given out. Gaps are in order of ids.
    """
    gaps = [
        Gap(name, facts["needed"] - facts["available"], Lack.CONFLICTS, facts["conflicted"])
        for name, facts in _too_few(problem)
    ]
    problem = _shortened(problem, gaps)
    while True:
        search, lacking = _Search(problem), Counter[int]()
        search.flow.settle(lacking)
        more = [Gap(search.applications[row].id, count, Lack.PLACES) for row, count in lacking.items()]
        if not more:
            try:
                return _parted(search), tuple(sorted(gaps, key=lambda gap: (gap.application, gap.lack)))
            except Refused as refused:
                more = [Gap(_without_one(refused), 1, Lack.APART)]
        gaps, problem = gaps + more, _shortened(problem, more)


def _without_one(refused: Refused) -> str:
    """The application that does without one more, where only that reviewers must not meet stands in the way."""
    competing = refused.facts.get("applications")
    return str(min(competing)) if isinstance(competing, tuple) else str(refused.facts["application"])


def _shortened(problem: Problem, gaps: Sequence[Gap]) -> Problem:
    less: Counter[str] = Counter()
    for gap in gaps:
        less[gap.application] += gap.missing
    applications = tuple(replace(one, needed=one.needed - less[one.id]) for one in problem.applications)
    return replace(problem, applications=applications) if gaps else problem


def _too_few(problem: Problem) -> Iterator[tuple[str, dict[str, Any]]]:
    """Applications, by id, that fewer reviewers with time may have than they need."""
    begun = Counter(application for application, _ in problem.begun)
    loads = Counter(person for _, person in problem.begun)
    able = [one.id for one in problem.reviewers if one.limit > one.load + loads[one.id]]
    for application in sorted(problem.applications, key=lambda one: one.id):
        others = [person for person in able if (application.id, person) not in problem.begun]
        free = [person for person in others if (application.id, person) not in problem.conflicts]
        needed = application.needed - begun[application.id]
        if len(free) < needed:
            yield application.id, {"needed": needed, "available": len(free), "conflicted": len(others) - len(free)}


class _Search:
    """The flow of a problem, with what its rows and columns stand for: both in order of ids."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.applications = sorted(problem.applications, key=lambda one: one.id)
        self.reviewers = sorted(problem.reviewers, key=lambda one: one.id)
        self.row = {one.id: place for place, one in enumerate(self.applications)}
        self.column = {one.id: place for place, one in enumerate(self.reviewers)}
        self.begun = {(self.row[a], self.column[r]) for a, r in problem.begun}
        self.flow = self._flow()

    def _flow(self) -> Flow:
        weights, shape = self.problem.weights, (len(self.applications), len(self.reviewers))
        costs, level, begun = (
            np.full(shape, BARRED, dtype=np.int64),
            np.zeros(shape, dtype=np.int64),
            self._begun(shape),
        )
        for row, application in enumerate(self.applications):
            for place, one in self._row(self.problem.sheet_costs(application)):
                costs[row, place] = one
            for place, known in self._row(self.problem.expertise(application)):
                level[row, place] = known
        costs[begun] = BARRED
        loads = np.array([one.load for one in self.reviewers], dtype=np.int64) + begun.sum(axis=0)
        limits = np.array([one.limit for one in self.reviewers], dtype=np.int64)
        needed = np.array([one.needed for one in self.applications], dtype=np.int64) - begun.sum(axis=1)
        return Flow(
            cost=costs,
            level=level,
            needed=np.maximum(0, needed),
            first=np.maximum(0, 1 - (begun & (level == Expertise.EXPERT)).sum(axis=1)),
            familiar=np.maximum(0, 2 - (begun & (level > Expertise.NONE)).sum(axis=1)),
            worth=(weights.first_expert, weights.familiar),
            base=loads,
            # nobody needs more sheets than there are applications
            room=np.clip(limits - loads, 0, len(self.applications)),
            step=weights.load,
        )

    def _row(self, values: Mapping[str, int]) -> Iterator[tuple[int, int]]:
        return ((self.column[person], value) for person, value in values.items())

    def _begun(self, shape: tuple[int, int]) -> Truth:
        found = np.zeros(shape, dtype=np.bool_)
        for pair in self.begun:
            found[pair] = True
        return found

    def part(self) -> None:
        """Bars one of two who meet from the application, the one whom it costs less to do without, until none meet."""
        while meeting := self._meeting():
            row, people = meeting
            free = [place for place in people if (row, place) not in self.begun]
            dearest = max(free, key=lambda place: (self.flow.cost[row, place] + self.flow.prices[place], place))
            if (self.flow.cost[row] < BARRED).sum() <= self.flow.needed[row]:
                names = sorted(self.reviewers[place].id for place in people)
                raise Refused("reviewers_must_meet", application=self.applications[row].id, reviewers=tuple(names))
            self.flow.bar(row, dearest)

    def _meeting(self) -> tuple[int, tuple[int, int]] | None:
        for one, other in sorted(self.problem.apart):
            if one in self.column and other in self.column:
                people = self.column[one], self.column[other]
                for row in self._rows(people[0]) & self._rows(people[1]):
                    if not {(row, people[0]), (row, people[1])} <= self.begun:
                        return row, people
        return None

    def _rows(self, column: int) -> set[int]:
        chosen = np.flatnonzero(self.flow.chosen[:, column]).tolist()
        return {*chosen, *(row for row, place in self.begun if place == column)}

    def chosen(self) -> dict[str, tuple[str, ...]]:
        begun = self._begun(self.flow.chosen.shape) | self.flow.chosen
        return {
            one.id: tuple(self.reviewers[place].id for place in np.flatnonzero(begun[row]))
            for row, one in enumerate(self.applications)
        }

    def prices(self) -> dict[str, int]:
        above_sink = (self.flow.prices[:-1] - self.flow.prices[-1]).tolist()
        return {one.id: price for one, price in zip(self.reviewers, above_sink, strict=True)}

    def refuse(self, short: Shortage) -> NoReturn:
        raise Refused(
            "review_places_too_few",
            applications=tuple(self.applications[row].id for row in short.rows),
            needed=int(self.flow.needed[short.rows].sum()),
            possible=short.possible,
        )
