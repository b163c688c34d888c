"""The problem of an allocation: its parts, found to fit together.

A problem is valid once it exists: building one, from Python or from JSON, raises
``Refused("allocation_problem_invalid", file, field, rule)`` at the first thing that is wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from madang.allocation import document, validation
from madang.allocation.parts import INVALID, PREFERENCE, Award, Parts, Pool, Product, Reference, Request, Rule
from madang.errors import Refused
from madang.reading import canonical
from madang.values import Month, months_from


@dataclass(frozen=True)
class Problem:
    """Pools, products and requests are kept sorted by code or id: the order they were given in cannot matter."""

    pools: tuple[Pool, ...]
    products: tuple[Product, ...]
    requests: tuple[Request, ...]
    rules: tuple[Rule, ...] = ()
    reference: Reference | None = None

    def __post_init__(self) -> None:
        for fault in validation.faults(self.parts):
            raise Refused(INVALID, file=None, field=fault.field, rule=fault.rule)
        object.__setattr__(self, "pools", tuple(sorted(self.pools, key=lambda pool: pool.code)))
        object.__setattr__(self, "products", tuple(sorted(self.products, key=lambda product: product.code)))
        object.__setattr__(self, "requests", tuple(sorted(self.requests, key=lambda request: request.id)))

    @property
    def parts(self) -> Parts:
        """What it is made of."""
        return Parts(self.pools, self.products, self.requests, self.rules, self.reference)

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """Every month in which some pool has capacity stated, in order."""
        return tuple(sorted({month for pool in self.pools for month in pool.months}))

    @cached_property
    def pool(self) -> Mapping[str, Pool]:
        return {pool.code: pool for pool in self.pools}

    @cached_property
    def product(self) -> Mapping[str, Product]:
        return {product.code: product for product in self.products}

    @cached_property
    def request(self) -> Mapping[str, Request]:
        return {request.id: request for request in self.requests}

    @cached_property
    def rule(self) -> Mapping[str, Rule]:
        return {rule.name: rule for rule in self.rules}

    def weight(self, pool: str) -> int:
        """What one unit of a pool counts when pools are compared: thousandths of the reference unit, 1 without one."""
        return self.reference.thousandths[pool] if self.reference else 1

    @cached_property
    def requests_hash(self) -> str:
        """What lots are drawn with: SHA-256 (hexadecimal) of who takes part and what they ask, as canonical JSON.

        Neither rules nor pools nor scores play a part, so that whoever moves one of them draws no lot anew.
        """
        return hashlib.sha256(canonical(document.asks(self.requests))).hexdigest()

    @cached_property
    def points(self) -> Mapping[str, int]:
        """What requests stand by: score and the points that preferences add or take, never below zero."""
        return {request.id: self._points(request) for request in self.requests}

    def points_of(self, request: Request) -> int:
        """The points of a request, which need not be one of the problem's own ("what if it had scored more")."""
        return self.points[request.id] if self.request.get(request.id) is request else self._points(request)

    def preferred(self, request: Request) -> int:
        """The points that preferences add to a request's score, or take."""
        return sum(r.number("points") for r in self.rules if r.kind == PREFERENCE and request.matches(r.where()))

    def _points(self, request: Request) -> int:
        return max(0, request.score + self.preferred(request))

    def drawn(self, request: Request, award: Award) -> Mapping[tuple[str, Month], int]:
        """What an award takes: (pool, month) → units."""
        found: dict[tuple[str, Month], int] = {}
        for index, (item, quantity) in enumerate(
            zip(request.options[award.option].items, award.quantities, strict=True)
        ):
            product = self.product[item.product]
            amounts = award.spread[index] if item.total else (quantity,) * item.months
            for month, amount in zip(months_from(item.first.plus(award.later), item.months), amounts, strict=True):
                if amount:
                    key = product.pool, month
                    found[key] = found.get(key, 0) + amount * product.units
        return found

    @classmethod
    def from_json(cls, obj: object, source: str = "-") -> Problem:
        """Reads the format of docs/allocation-problem.schema.json; `source` is the file named in a refusal."""
        parts = document.read(obj, source)
        try:
            return cls(*parts)
        except Refused as refused:
            raise Refused(refused.code, **{**refused.facts, "file": source}) from None

    def to_json(self) -> dict[str, object]:
        """Its document: every default is written out, so that equal problems have equal documents."""
        return document.written(self.parts)


def problem_hash(problem: Problem) -> str:
    """SHA-256 (hexadecimal) of the problem's canonical JSON: members sorted, no spaces, UTF-8."""
    return hashlib.sha256(canonical(problem.to_json())).hexdigest()
