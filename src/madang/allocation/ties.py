"""The order in which requests stand: the published list of keys, with a lottery that anyone can draw again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from madang.allocation import policies
from madang.allocation.problem import MINIMUM_CRITERION, Problem, Request, problem_hash

Key = tuple[object, ...]


def order(problem: Problem, ties: tuple[str, ...], seed: int) -> list[Request]:
    """Every request, best first. The lottery is the last key even where the list does not name it."""
    digest = problem_hash(problem)
    read = _reader(problem, ties, digest, seed)
    return sorted(problem.requests, key=lambda r: (*read(r), ticket(digest, seed, r.id), r.id))


def ticket(digest: str, seed: int, request: str) -> str:
    """The lottery number of a request: SHA-256 of "problem hash, line feed, seed, line feed, id"; the smallest wins."""
    return hashlib.sha256(f"{digest}\n{seed}\n{request}".encode()).hexdigest()


def asked(problem: Problem, request: Request) -> int:
    """What a request asks for in all, in pool units x months."""
    return amount(problem, request, tuple(item.asked for item in request.items))


def amount(problem: Problem, request: Request, quantities: tuple[int, ...]) -> int:
    """What `quantities` of a request's items come to, in pool units x months."""
    return sum(
        quantity * problem.product[item.product].units * item.months
        for item, quantity in zip(request.items, quantities, strict=True)
    )


def criteria(problem: Problem) -> tuple[str, ...]:
    """The criteria in the order in which rules with a minimum name them, then the others by name."""
    named = [rule.text("criterion") for rule in problem.rules if rule.kind == MINIMUM_CRITERION]
    others = sorted({name for request in problem.requests for name in request.criteria})
    return tuple(dict.fromkeys([*named, *others]))


def _reader(problem: Problem, ties: tuple[str, ...], digest: str, seed: int) -> Callable[[Request], Key]:
    names = criteria(problem)

    def one(request: Request, key: str) -> object:
        if key == policies.SCORE:
            return -request.score
        if key == policies.SMALLER_ASK:
            return asked(problem, request)
        if key == policies.LOTTERY:
            return ticket(digest, seed, request.id)
        wanted = names if key == policies.CRITERIA else (key.removeprefix(policies.CRITERION),)
        return tuple(-request.criteria.get(name, 0) for name in wanted)

    return lambda request: tuple(one(request, key) for key in ties)
