"""What an assignment of reviewers is asked to be, what it costs, and what it changes: values without any search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from functools import cached_property

from madang.errors import Refused

Pair = tuple[str, str]
"""(application, reviewer)"""


MOST_WEIGHT = 1_000_000


class Expertise(IntEnum):
    """How well a reviewer knows a field, or an application by its best known field."""

    NONE = 0
    KNOWLEDGEABLE = 1
    EXPERT = 2


@dataclass(frozen=True, slots=True)
class Application:
    """Something to be reviewed by `needed` different reviewers, those who have begun among them."""

    id: str
    needed: int
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A reviewer with the most sheets he takes, those in hand from elsewhere (`load`) among them, and his fields."""

    id: str
    limit: int
    fields: Mapping[str, Expertise] = field(default_factory=dict)
    load: int = 0


@dataclass(frozen=True, slots=True)
class Weights:
    """What things cost, in one made-up whole unit; the default is an expert's sheet given to someone 1.5 sheets freer.

    `load`: each further sheet of a reviewer costs this much more than the one before. `unfamiliar` and `knowledgeable`:
    a sheet given to someone who is no expert. `bid`: from the most to the least wanted. `first_expert`: what it is
    worth that an application has an expert; `familiar`: the same for each of the first two who at least know the field.
    `taken_away`: what it costs to take back a sheet that is given out and not begun.
    """

    load: int = 100
    unfamiliar: int = 120
    knowledgeable: int = 40
    bid: int = 60
    first_expert: int = 150
    familiar: int = 60
    taken_away: int = 200


@dataclass(frozen=True)
class Problem:
    """Who may review what. Ids are unique; `conflicts` exclude.

    `bids` are whole numbers, above 0 wanted, below 0 unwanted, absent 0; only their order within a reviewer counts.
    `apart` are pairs of reviewers who must not meet on one application. `begun` sheets stay; `given` sheets, not begun,
    stay where it costs less than `taken_away`, and go where a conflict has come up.

    Refused: ``review_problem_invalid`` (rule, named).
    """

    applications: tuple[Application, ...]
    reviewers: tuple[Reviewer, ...]
    conflicts: frozenset[Pair] = frozenset()
    bids: Mapping[Pair, int] = field(default_factory=dict)
    apart: frozenset[Pair] = frozenset()
    begun: frozenset[Pair] = frozenset()
    given: frozenset[Pair] = frozenset()
    weights: Weights = Weights()

    def __post_init__(self) -> None:
        for every in (self.applications, self.reviewers):
            twice = [name for name, count in Counter(one.id for one in every).items() if count > 1]
            _refuse(min(twice, default=None), "id_twice")
        wrong = [name for name, value in asdict(self.weights).items() if not 0 <= value <= MOST_WEIGHT]
        _refuse(min(wrong, default=None), "weight_out_of_range")
        wrong = [one.id for one in self.applications if one.needed < 0]
        wrong += [one.id for one in self.reviewers if one.limit < 0 or one.load < 0]
        _refuse(min(wrong, default=None), "number_below_zero")
        applications, reviewers = {one.id for one in self.applications}, {one.id for one in self.reviewers}
        for pair in sorted(self.begun):
            known = pair[0] in applications and pair[1] in reviewers
            _refuse(None if known else " ".join(pair), "begun_is_not_known")
            _refuse(" ".join(pair) if pair in self.conflicts else None, "begun_in_conflict")

    @cached_property
    def wishes(self) -> Mapping[Pair, int]:
        """What each bid adds to the cost of a sheet, from 0 (the most wanted) to `bid`; without one it is half of it.

        Only the rank of a bid among the reviewer's own counts, so that nobody outweighs others by large numbers.
        """
        own: dict[str, set[int]] = {}
        for (_, reviewer), bid in self.bids.items():
            own.setdefault(reviewer, set()).add(bid)
        steps = {
            (reviewer, bid): _wish(bid, [other for other in bids if bid * other > 0], self.weights.bid)
            for reviewer, bids in own.items()
            for bid in bids
        }
        return {pair: steps[pair[1], bid] for pair, bid in self.bids.items()}

    @cached_property
    def _knowing(self) -> dict[str, dict[str, Expertise]]:
        """By field, how well reviewers know it; only those who know it at all."""
        found: dict[str, dict[str, Expertise]] = {}
        for one in self.reviewers:
            for name, level in one.fields.items():
                if level:
                    found.setdefault(name, {})[one.id] = level
        return found

    @cached_property
    def _about(self) -> dict[str, tuple[list[str], dict[str, int], list[str]]]:
        """By application: who is barred, how bids shift what a sheet costs, and to whom one is given."""
        found: dict[str, tuple[list[str], dict[str, int], list[str]]] = {
            one.id: ([], {}, []) for one in self.applications
        }
        nothing: tuple[list[str], dict[str, int], list[str]] = [], {}, []
        for application, person in self.conflicts:
            found.get(application, nothing)[0].append(person)
        for (application, person), wish in self.wishes.items():
            found.get(application, nothing)[1][person] = wish - self.weights.bid // 2
        for application, person in self.given:
            found.get(application, nothing)[2].append(person)
        return found

    def expertise(self, application: Application) -> dict[str, Expertise]:
        """How well each reviewer knows an application, by id; only those who know it at all."""
        found: dict[str, Expertise] = {}
        for name in application.fields:
            for person, level in self._knowing.get(name, {}).items():
                found[person] = max(level, found.get(person, level))
        return found

    @cached_property
    def _stranger(self) -> dict[str, int]:
        """What a sheet costs that nothing is known of, by reviewer."""
        return dict.fromkeys((one.id for one in self.reviewers), self.weights.unfamiliar + self.weights.bid // 2)

    def sheet_costs(self, application: Application) -> dict[str, int]:
        """What each reviewer's sheet on an application costs by itself; whoever is barred from it is left out."""
        weights, found = self.weights, dict(self._stranger)
        fit = {Expertise.KNOWLEDGEABLE: weights.knowledgeable, Expertise.EXPERT: 0}
        for person, level in self.expertise(application).items():
            found[person] += fit[level] - weights.unfamiliar
        barred, shifts, given = self._about[application.id]
        for person, shift in shifts.items():
            if person in found:
                found[person] += shift
        for person in given:
            if person in found:
                found[person] -= weights.taken_away
        for person in barred:
            found.pop(person, None)
        return found

    def covered(self, experts: int, familiar: int) -> int:
        """What it is worth that an application has so many experts and so many who at least know the field."""
        return self.weights.first_expert * min(1, experts) + self.weights.familiar * min(2, familiar)


def _refuse(named: str | None, rule: str) -> None:
    if named is not None:
        raise Refused("review_problem_invalid", rule=rule, named=named)


def _wish(bid: int, same_side: list[int], most: int) -> int:
    """Ranks a bid among its reviewer's bids on the same side of 0."""
    if bid == 0:
        return most // 2
    place, count = sum(abs(other) <= abs(bid) for other in same_side), len(same_side)
    return most // 2 - most // 2 * place // count if bid > 0 else most // 2 + (most - most // 2) * place // count


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who reviews what, application -> reviewers in order of ids; its cost, and what no assignment can cost less than.

    `prices` prove the bound: what a sheet of each reviewer was worth. Where `bound` is `cost`, nothing is better.
    """

    chosen: Mapping[str, tuple[str, ...]]
    cost: int
    bound: int
    prices: Mapping[str, int]

    @property
    def proven(self) -> bool:
        return self.cost == self.bound


@dataclass(frozen=True, slots=True)
class Changes:
    """What an operator confirms: sheets to give out, to take back (not begun), and those that stay."""

    added: tuple[Pair, ...]
    removed: tuple[Pair, ...]
    kept: tuple[Pair, ...]


def changes(problem: Problem, chosen: Mapping[str, Collection[str]]) -> Changes:
    """What an assignment changes of what was begun and given, each in order of ids."""
    before, after = problem.begun | problem.given, set(pairs(chosen))
    added, removed, kept = (tuple(sorted(found)) for found in (after - before, before - after, after & before))
    return Changes(added, removed, kept)


def pairs(chosen: Mapping[str, Iterable[str]]) -> list[Pair]:
    """An assignment as (application, reviewer)."""
    return [(application, reviewer) for application, people in chosen.items() for reviewer in people]


def cost(problem: Problem, chosen: Mapping[str, Collection[str]]) -> int:
    """What an assignment costs by the problem's weights: sheets, rising loads, less what coverage is worth."""
    total = 0
    for application in problem.applications:
        people, costs, known = chosen[application.id], problem.sheet_costs(application), problem.expertise(application)
        total += sum(costs[reviewer] for reviewer in people)
        experts = sum(known.get(reviewer) == Expertise.EXPERT for reviewer in people)
        total -= problem.covered(experts, sum(reviewer in known for reviewer in people))
    sheets = Counter(reviewer for _, reviewer in pairs(chosen))
    return total + sum(load_cost(problem, one, sheets[one.id]) for one in problem.reviewers)


def load_cost(problem: Problem, reviewer: Reviewer, sheets: int) -> int:
    """What a reviewer's load costs: the sheet after n others costs n times the weight."""
    return problem.weights.load * (sheets * reviewer.load + sheets * (sheets - 1) // 2)
