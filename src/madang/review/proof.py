"""Judges an assignment without the search that found it: every rule by itself, and the bound that its prices prove.

Any prices of the reviewers' sheets bound the cost of all assignments from below (Lagrangian duality: Held and Karp,
"The traveling-salesman problem and minimum spanning trees: part II", 1971): let every application choose the cheapest
reviewers at these prices, and every reviewer the load that pays best, each for itself. For the right prices the bound
meets the cost, as the assignment is a flow with whole numbers. Nothing here is rounded, and nothing is random.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import accumulate

from madang.review.assignment import Application, Assignment, Expertise, Problem, Reviewer, cost, load_cost, pairs


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that an assignment breaks, with the ids (application, reviewer, other) and numbers it is about."""

    code: str
    facts: Mapping[str, str | int]


def faults(problem: Problem, assignment: Assignment) -> list[Fault]:
    """Every rule that an assignment breaks, and whether cost and bound are what it says; empty if all is well.

    Codes: ``wrong_number`` (needed, given), ``conflict``, ``over_limit`` (limit, given), ``meets`` (other),
    ``begun_taken_away``, ``not_known``, ``cost_wrong`` (said, is), ``bound_wrong``.
    """
    known = {one.id for one in problem.applications}, {one.id for one in problem.reviewers}
    given = set(pairs(assignment.chosen))
    strangers = [pair for pair in sorted(given) if pair[0] not in known[0] or pair[1] not in known[1]]
    if strangers or set(assignment.chosen) != known[0] or set(assignment.prices) != known[1]:
        return [Fault("not_known", {"application": a, "reviewer": r}) for a, r in strangers] or [Fault("not_known", {})]
    found = _places(problem, assignment.chosen) + _people(problem, given)
    found += [_about("conflict", pair) for pair in sorted(given & problem.conflicts)]
    found += [_about("begun_taken_away", pair) for pair in sorted(problem.begun - given)]
    return found or _figures(problem, assignment)


def _about(code: str, pair: tuple[str, str]) -> Fault:
    return Fault(code, {"application": pair[0], "reviewer": pair[1]})


def _places(problem: Problem, chosen: Mapping[str, Collection[str]]) -> list[Fault]:
    found = []
    begun = Counter(application for application, _ in problem.begun)
    for one in problem.applications:
        people, needed = chosen[one.id], max(one.needed, begun[one.id])
        if len(people) != needed or len(set(people)) != needed:
            found.append(Fault("wrong_number", {"application": one.id, "needed": needed, "given": len(people)}))
        met = [(a, b) for a, b in sorted(problem.apart) if a in people and b in people]
        # two who have both begun were put together by someone before
        met = [(a, b) for a, b in met if not {(one.id, a), (one.id, b)} <= problem.begun]
        found += [Fault("meets", {"application": one.id, "reviewer": a, "other": b}) for a, b in met]
    return found


def _people(problem: Problem, given: set[tuple[str, str]]) -> list[Fault]:
    sheets, begun = Counter(person for _, person in given), Counter(person for _, person in problem.begun)
    return [
        Fault("over_limit", {"reviewer": one.id, "limit": one.limit, "given": sheets[one.id] + one.load})
        for one in problem.reviewers
        if sheets[one.id] > max(one.limit - one.load, begun[one.id])
    ]


def _figures(problem: Problem, assignment: Assignment) -> list[Fault]:
    found, real = [], cost(problem, assignment.chosen)
    if real != assignment.cost:
        found.append(Fault("cost_wrong", {"said": assignment.cost, "is": real}))
    bound = lower_bound(problem, assignment.prices)
    if bound != assignment.bound:
        found.append(Fault("bound_wrong", {"said": assignment.bound, "is": bound}))
    return found


def lower_bound(problem: Problem, prices: Mapping[str, int]) -> int:
    """What no assignment that keeps the rules can cost less than, as these prices of reviewers' sheets prove.

    The sum over applications of the cheapest choice at these prices, with its coverage, and over reviewers of the load
    that pays best. Whoever must not meet is kept apart within each application's choice.
    """
    rivals: dict[str, set[str]] = {}
    for one, other in problem.apart:
        rivals.setdefault(one, set()).add(other)
        rivals.setdefault(other, set()).add(one)
    begun: dict[str, set[str]] = {}
    for application, person in problem.begun:
        begun.setdefault(application, set()).add(person)
    total = sum(_Choice(problem, one, prices, begun.get(one.id, set()), rivals).best() for one in problem.applications)
    loads = Counter(person for _, person in problem.begun)
    return total + sum(_best_load(problem, one, prices[one.id], loads[one.id]) for one in problem.reviewers)


def _best_load(problem: Problem, one: Reviewer, price: int, begun: int) -> int:
    most = max(one.limit - one.load, begun)
    return min(load_cost(problem, one, sheets) - price * sheets for sheets in range(begun, most + 1))


class _Choice:
    """The cheapest choice of reviewers for one application at given prices."""

    def __init__(
        self,
        problem: Problem,
        application: Application,
        prices: Mapping[str, int],
        begun: set[str],
        rivals: Mapping[str, set[str]],
    ) -> None:
        known = problem.expertise(application)
        self.problem, self.begun, self.rivals = problem, begun, rivals
        self.wanted = max(0, application.needed - len(begun))
        costs = problem.sheet_costs(application)
        self.fixed = sum(costs[person] + prices[person] for person in begun)
        self.had = [sum(known.get(person, Expertise.NONE) == level for person in begun) for level in Expertise]
        barred = begun.union(*(rivals.get(person, set()) for person in begun))
        self.groups: list[list[tuple[int, str]]] = [[], [], []]
        for person, single in costs.items():
            if person not in barred:
                self.groups[known.get(person, Expertise.NONE)].append((single + prices[person], person))
        for group in self.groups:
            group.sort()

    def best(self, without: frozenset[str] = frozenset()) -> int:
        """Branches on two who must not meet, should the cheapest choice take both: one of them is left out."""
        total, people = self._cheapest(without)
        for person in people:
            for other in self.rivals.get(person, set()) & set(people):
                return min(self.best(without | {person}), self.best(without | {other}))
        return total

    def _cheapest(self, without: frozenset[str]) -> tuple[int, list[str]]:
        # Of those who know an application equally well the cheapest are taken; how many of each is tried out.
        groups = [
            [one for one in group[: self.wanted + len(without)] if one[1] not in without] for group in self.groups
        ]
        sums = [list(accumulate((price for price, _ in group), initial=0)) for group in groups]
        splits = [
            (sums[0][none] + sums[1][some] + sums[2][full] - self._covered(some, full), (none, some, full))
            for full in range(min(self.wanted, len(groups[2])) + 1)
            for some in range(min(self.wanted - full, len(groups[1])) + 1)
            if (none := self.wanted - full - some) <= len(groups[0])
        ]
        if not splits:  # not even enough people: whatever bound is stated here holds for the assignments there are
            return 1 << 60, []
        total, counts = min(splits)
        people = [person for group, count in zip(groups, counts, strict=True) for _, person in group[:count]]
        return total + self.fixed, people

    def _covered(self, some: int, full: int) -> int:
        return self.problem.covered(self.had[2] + full, self.had[1] + self.had[2] + some + full)
