"""The order in which requests stand: the published list of keys, with a lottery that anyone can draw again."""

from __future__ import annotations

from collections.abc import Callable

from madang.allocation import policies
from madang.allocation.problem import MINIMUM_CRITERION, Award, Problem, Request, asked_award, problem_hash
from madang.lots import commitment as commitment
from madang.lots import ticket as ticket

Key = tuple[object, ...]


def order(problem: Problem, ties: tuple[str, ...], seed: int, *, digest: str = "") -> list[Request]:
    """Every request, best first. The lottery is the last key even where the list does not name it.

    `digest`: the problem hash that the lottery is drawn with, where it is not the problem's own (a question "what if"
    keeps the lots as they were drawn).
    """
    key = place(problem, ties, seed, digest=digest)
    return sorted(problem.requests, key=key)


def place(problem: Problem, ties: tuple[str, ...], seed: int, *, digest: str = "") -> Callable[[Request], Key]:
    """The key by which requests are sorted, the smallest first."""
    drawn = digest or problem_hash(problem)
    read = _reader(problem, ties, drawn, seed)
    return lambda r: (*read(r), ticket(drawn, seed, r.id), r.id)


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


def _reader(problem: Problem, ties: tuple[str, ...], digest: str, seed: int) -> Callable[[Request], Key]:
    names = criteria(problem)

    def one(request: Request, key: str) -> object:
        if key == policies.SCORE:
            return -problem.points_of(request)
        if key == policies.SMALLER_ASK:
            return asked(problem, request)
        if key == policies.LOTTERY:
            return ticket(digest, seed, request.id)
        wanted = names if key == policies.CRITERIA else (key.removeprefix(policies.CRITERION),)
        return tuple(-request.criteria.get(name, 0) for name in wanted)

    return lambda request: tuple(one(request, key) for key in ties)
