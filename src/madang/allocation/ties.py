"""The order in which requests stand: the published list of keys, with a lottery that anyone can draw again."""

from __future__ import annotations

from collections.abc import Callable

from madang import lots
from madang.allocation import policies
from madang.allocation.parts import MINIMUM_CRITERION, Award, Request, asked_award
from madang.allocation.problem import Problem

Key = tuple[object, ...]


def order(problem: Problem, ties: tuple[str, ...], seed: int) -> list[Request]:
    """Every request, best first. The lottery is the last key even where the list does not name it."""
    return sorted(problem.requests, key=place(problem, ties, seed))


def place(problem: Problem, ties: tuple[str, ...], seed: int) -> Callable[[Request], Key]:
    """The key by which requests are sorted, the smallest first."""
    read = _reader(problem, ties, seed)
    return lambda r: (*read(r), ticket(problem, seed, r.id), r.id)


def ticket(problem: Problem, seed: int, request: str) -> str:
    """The lot of a request, drawn with the hash of who takes part and what they ask; the smallest wins."""
    return lots.ticket(problem.requests_hash, seed, request)


def asked(problem: Problem, request: Request, option: int = 0) -> int:
    """What a request asks for in all by one of its alternatives, in weighted pool units x months."""
    return amount(problem, request, Award(asked_award(request, option), option))


def amount(problem: Problem, request: Request, award: Award) -> int:
    """What an award comes to, in weighted pool units x months; the weight is 1 where the problem has no reference."""
    found = 0
    for item, quantity in zip(request.options[award.option].items, award.quantities, strict=True):
        product = problem.product[item.product]
        found += quantity * product.units * problem.weight(product.pool) * (1 if item.total else item.months)
    return found


def criteria(problem: Problem) -> tuple[str, ...]:
    """The criteria in the order in which rules with a minimum name them, then the others by name."""
    named = [rule.text("criterion") for rule in problem.rules if rule.kind == MINIMUM_CRITERION]
    others = sorted({name for request in problem.requests for name in request.criteria})
    return tuple(dict.fromkeys([*named, *others]))


def _reader(problem: Problem, ties: tuple[str, ...], seed: int) -> Callable[[Request], Key]:
    names = criteria(problem)

    def one(request: Request, key: str) -> object:
        if key == policies.SCORE:
            return -problem.points_of(request)
        if key == policies.SMALLER_ASK:
            return asked(problem, request)
        if key == policies.LOTTERY:
            return ticket(problem, seed, request.id)
        wanted = names if key == policies.CRITERIA else (key.removeprefix(policies.CRITERION),)
        return tuple(-request.criteria.get(name, 0) for name in wanted)

    return lambda request: tuple(one(request, key) for key in ties)
