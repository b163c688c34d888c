"""The problem of an allocation as data: pools with capacity by month, products, requests and named rules.

All numbers are whole. Points are thousandths of a point. A problem is valid once it exists: building one, from Python
or from JSON, raises ``Refused("allocation_problem_invalid", file, field, rule)`` at the first thing that is wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from madang.allocation import validation
from madang.allocation.reading import Node, canonical
from madang.errors import Refused
from madang.values import Month

FORMAT = "madang-allocation-problem/1"
INVALID = "allocation_problem_invalid"

MINIMUM_SCORE = "minimum_score"
MINIMUM_CRITERION = "minimum_criterion"
TRACK_BUDGET = "track_budget"
ORGANISATION_SHARE = "organisation_share"


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
class Product:
    """What can be asked for; one of it takes `units` of its pool in each of its months."""

    code: str
    pool: str
    units: int


@dataclass(frozen=True)
class Item:
    """So many of a product from `first` for `months` months; below `least` of it the award is of no use.

    A `least` of 0 means that the request is still useful without this item.
    """

    product: str
    asked: int
    least: int
    first: Month
    months: int


@dataclass(frozen=True)
class Request:
    """One application. `fixed` holds the quantities, item by item, of an award that is accepted and must stay."""

    id: str
    organisation: str
    score: int
    criteria: Mapping[str, int]
    items: tuple[Item, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    fixed: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Rule:
    """A named rule with the sentence it is published under; `params` by kind (docs/allocation.md):

    - minimum_score: score, where (optional, attribute → value: to whom it applies)
    - minimum_criterion: criterion, score, where (optional)
    - track_budget: track, pool, units (each month)
    - organisation_share: pool, thousandths (of the pool's available unit-months over its window)
    """

    name: str
    kind: str
    sentence: Mapping[str, str]
    params: Mapping[str, int | str | Mapping[str, str]]

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


@dataclass(frozen=True)
class Problem:
    """Pools, products and requests are kept sorted by code or id: the order they were given in cannot matter."""

    pools: tuple[Pool, ...]
    products: tuple[Product, ...]
    requests: tuple[Request, ...]
    rules: tuple[Rule, ...] = ()

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

    @classmethod
    def from_json(cls, obj: object, source: str = "-") -> Problem:
        """Reads the format of docs/allocation-problem.schema.json; `source` is the file named in a refusal."""
        node = Node(obj, "", source, INVALID)
        node.only("format", "pools", "products", "requests", "rules")
        if node.at("format").text() != FORMAT:
            node.at("format").refuse("format_is_not_known", known=FORMAT)
        rules = node.maybe("rules")
        parts = (
            tuple(_pool(part) for part in node.at("pools").elements()),
            tuple(_product(part) for part in node.at("products").elements()),
            tuple(_request(part) for part in node.at("requests").elements()),
            tuple(_rule(part) for part in rules.elements()) if rules else (),
        )
        try:
            return cls(*parts)
        except Refused as refused:
            raise Refused(refused.code, **{**refused.facts, "file": source}) from None

    def to_json(self) -> dict[str, object]:
        return {
            "format": FORMAT,
            "pools": [_pool_json(pool) for pool in self.pools],
            "products": [{"code": p.code, "pool": p.pool, "units": p.units} for p in self.products],
            "requests": [_request_json(request) for request in self.requests],
            "rules": [
                {"name": r.name, "kind": r.kind, "sentence": dict(r.sentence), "params": _params_json(r.params)}
                for r in self.rules
            ],
        }


def problem_hash(problem: Problem) -> str:
    """SHA-256 (hexadecimal) of the problem's canonical JSON: members sorted, no spaces, UTF-8."""
    return hashlib.sha256(canonical(problem.to_json())).hexdigest()


def _pool(node: Node) -> Pool:
    node.only("code", "unit", "months")
    months: dict[Month, MonthCapacity] = {}
    for text, member in node.at("months").members():
        member.only("physical", "funded", "held")
        held = member.maybe("held")
        months[member.as_month(text)] = MonthCapacity(
            member.at("physical").number(), member.at("funded").number(), held.number() if held else 0
        )
    return Pool(node.at("code").text(), node.at("unit").text(), months)


def _product(node: Node) -> Product:
    node.only("code", "pool", "units")
    return Product(node.at("code").text(), node.at("pool").text(), node.at("units").number())


def _item(node: Node) -> Item:
    node.only("product", "asked", "least", "first", "months")
    asked, least = node.at("asked").number(), node.maybe("least")
    return Item(
        product=node.at("product").text(),
        asked=asked,
        least=least.number() if least else asked,
        first=node.at("first").month(),
        months=node.at("months").number(),
    )


def _request(node: Node) -> Request:
    node.only("id", "organisation", "score", "criteria", "items", "attributes", "fixed")
    criteria, attributes, fixed = node.maybe("criteria"), node.maybe("attributes"), node.maybe("fixed")
    return Request(
        id=node.at("id").text(),
        organisation=node.at("organisation").text(),
        score=node.at("score").number(),
        criteria=criteria.numbers() if criteria else {},
        items=tuple(_item(part) for part in node.at("items").elements()),
        attributes=attributes.texts() if attributes else {},
        fixed=tuple(part.number() for part in fixed.elements()) if fixed else None,
    )


def _rule(node: Node) -> Rule:
    node.only("name", "kind", "sentence", "params")
    params: dict[str, int | str | Mapping[str, str]] = {}
    for name, member in node.at("params").members():
        if name == "where":
            params[name] = member.texts()
        elif name in ("criterion", "track", "pool"):
            params[name] = member.text()
        else:
            params[name] = member.number()
    return Rule(node.at("name").text(), node.at("kind").text(), node.at("sentence").texts(), params)


def _pool_json(pool: Pool) -> dict[str, object]:
    months = {
        str(month): {"physical": capacity.physical, "funded": capacity.funded, "held": capacity.held}
        for month, capacity in sorted(pool.months.items())
    }
    return {"code": pool.code, "unit": pool.unit, "months": months}


def _request_json(request: Request) -> dict[str, object]:
    items = [
        {"product": i.product, "asked": i.asked, "least": i.least, "first": str(i.first), "months": i.months}
        for i in request.items
    ]
    written: dict[str, object] = {
        "id": request.id,
        "organisation": request.organisation,
        "score": request.score,
        "criteria": dict(request.criteria),
        "items": items,
        "attributes": dict(request.attributes),
    }
    if request.fixed is not None:
        written["fixed"] = list(request.fixed)
    return written


def _params_json(params: Mapping[str, int | str | Mapping[str, str]]) -> dict[str, object]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in params.items()}
