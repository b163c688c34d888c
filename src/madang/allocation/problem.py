"""The problem of an allocation as data: pools with capacity by month, products, requests and named rules.

All numbers are whole. Points are thousandths of a point. A problem is valid once it exists: building one, from Python
or from JSON, raises ``Refused("allocation_problem_invalid", file, field, rule)`` at the first thing that is wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from madang.allocation import validation
from madang.errors import Refused
from madang.reading import canonical
from madang.values import Month, months_from

FORMAT = "madang-allocation-problem/2"
INVALID = "allocation_problem_invalid"

MINIMUM_SCORE = "minimum_score"
MINIMUM_CRITERION = "minimum_criterion"
PREFERENCE = "preference"
RESERVE = "reserve"
BUDGET = "budget"
SHARE_AT_MOST = "share_at_most"
SHARE_AT_LEAST = "share_at_least"
SUCCESS_BAND = "success_band"
NO_ENVY = "no_envy"
OVERBOOKING = "overbooking"
MINIMUMS = (MINIMUM_SCORE, MINIMUM_CRITERION)
# What only a choice of all awards together can keep: a list that is walked in turn cannot look ahead.
TOGETHER = (SHARE_AT_LEAST, SUCCESS_BAND, NO_ENVY)
ORGANISATION = "organisation"
EACH_MONTH, WINDOW = "month", "window"


@dataclass(frozen=True)
class MonthCapacity:
    """One pool in one month, in the pool's units: what stands there, what is paid for, what running awards hold."""

    physical: int
    funded: int
    held: int = 0

    @property
    def available(self) -> int:
        """What can still be given: funded less held, and never below zero."""
        return max(0, self.funded - self.held)


@dataclass(frozen=True)
class Pool:
    """Accelerators of one type, counted in `unit` (gpu, server, core, gpu_hour, core_hour, petaflops)."""

    code: str
    unit: str
    months: Mapping[Month, MonthCapacity]

    @property
    def available(self) -> int:
        """Unit-months that can be given over the pool's whole window."""
        return sum(capacity.available for capacity in self.months.values())


@dataclass(frozen=True)
class Reference:
    """The unit in which different pools are compared ("H100"): thousandths of it that one unit of each pool counts."""

    name: str
    thousandths: Mapping[str, int]


@dataclass(frozen=True)
class Product:
    """What can be asked for; one of it takes `units` of its pool in each of its months."""

    code: str
    pool: str
    units: int


@dataclass(frozen=True)
class Item:
    """So many of a product in each of `months` months from `first`; below `least` of it the award is of no use.

    A `least` of 0 means that the request is still useful without this item. With `total`, `asked` and `least` are for
    the whole window, as GPU-hours are asked for, and the plan says how much falls into which month.
    """

    product: str
    asked: int
    least: int
    first: Month
    months: int
    total: bool = False


@dataclass(frozen=True)
class Alternative:
    """One way in which a request can be served: all its items together, up to `later` months later than they say."""

    items: tuple[Item, ...]
    later: int = 0


class Award(NamedTuple):
    """What a request gets: `quantities`, one for each item of its alternative `option`, `later` months after the first.

    `spread` has for each item with a total its amounts by month (their sum is the quantity), and nothing for the
    others; it is empty where no item has a total.
    """

    quantities: tuple[int, ...]
    option: int = 0
    later: int = 0
    spread: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Request:
    """One application. `options` are its alternatives in order of preference; `error` is the standard error of its
    score, in thousandths of a point; `fixed` is an award that is accepted and must stay."""

    id: str
    organisation: str
    score: int
    criteria: Mapping[str, int]
    options: tuple[Alternative, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    fixed: Award | None = None
    error: int = 0

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of the alternative that it would like best."""
        return self.options[0].items

    def holder(self, attribute: str) -> str | None:
        """The value of an attribute; `organisation` is one."""
        return self.organisation if attribute == ORGANISATION else self.attributes.get(attribute)

    def matches(self, where: Mapping[str, str]) -> bool:
        """Whether every attribute named has the value named."""
        return all(self.holder(name) == value for name, value in where.items())


@dataclass(frozen=True)
class Rule:
    """A named rule with the sentence it is published under; docs/allocation.md lists the kinds and their `params`."""

    name: str
    kind: str
    sentence: Mapping[str, str]
    params: Mapping[str, int | str | Mapping[str, str]] = field(default_factory=dict)

    def number(self, name: str) -> int:
        value = self.params[name]
        assert isinstance(value, int)
        return value

    def text(self, name: str) -> str:
        value = self.params[name]
        assert isinstance(value, str)
        return value

    def where(self) -> Mapping[str, str]:
        value = self.params.get("where", {})
        assert isinstance(value, Mapping)
        return value

    @property
    def pool(self) -> str | None:
        """The pool it is about, or None where it is about all of them in the reference unit."""
        value = self.params.get("pool")
        assert value is None or isinstance(value, str)
        return value

    @property
    def by_month(self) -> bool:
        """Whether a budget holds in each month, and not over the window."""
        return self.params.get("each", EACH_MONTH) == EACH_MONTH


@dataclass(frozen=True)
class Problem:
    """Pools, products and requests are kept sorted by code or id: the order they were given in cannot matter."""

    pools: tuple[Pool, ...]
    products: tuple[Product, ...]
    requests: tuple[Request, ...]
    rules: tuple[Rule, ...] = ()
    reference: Reference | None = None

    def __post_init__(self) -> None:
        for fault in validation.faults(self):
            raise Refused(INVALID, file=None, field=fault.field, rule=fault.rule)
        object.__setattr__(self, "pools", tuple(sorted(self.pools, key=lambda pool: pool.code)))
        object.__setattr__(self, "products", tuple(sorted(self.products, key=lambda product: product.code)))
        object.__setattr__(self, "requests", tuple(sorted(self.requests, key=lambda request: request.id)))

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
        from madang.allocation.document import asks

        return hashlib.sha256(canonical(asks(self))).hexdigest()

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
        from madang.allocation.document import read

        return read(obj, source)

    def to_json(self) -> dict[str, object]:
        from madang.allocation.document import written

        return written(self)


def asked_award(request: Request, option: int = 0) -> tuple[int, ...]:
    """The quantities that an alternative asks for, item by item."""
    return tuple(item.asked for item in request.options[option].items)


def problem_hash(problem: Problem) -> str:
    """SHA-256 (hexadecimal) of the problem's canonical JSON: members sorted, no spaces, UTF-8."""
    return hashlib.sha256(canonical(problem.to_json())).hexdigest()
