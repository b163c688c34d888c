"""What must hold between the parts of an allocation problem before it is solved; each fault names field and rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from madang.values import months_from

if TYPE_CHECKING:
    from madang.allocation.problem import Item, Pool, Problem, Product, Request, Rule

LARGEST = 10**9  # of any quantity, number of units or points: more than that is a slip of the pen
LONGEST = 120  # months
LANGUAGES = ("en", "ko")
PARAMS = {
    "minimum_score": {"score"},
    "minimum_criterion": {"criterion", "score"},
    "track_budget": {"track", "pool", "units"},
    "organisation_share": {"pool", "thousandths"},
}
MAY_SAY_WHERE = ("minimum_score", "minimum_criterion")


class Invalid(NamedTuple):
    """One thing that is wrong: where (a JSON path) and against which rule of the format."""

    field: str
    rule: str


def faults(problem: Problem) -> Iterator[Invalid]:
    """Every fault, in the order of the document; none for a valid problem."""
    pools = {pool.code: pool for pool in problem.pools}
    products = {product.code: product for product in problem.products}
    yield from _twice("pools", "code", (pool.code for pool in problem.pools))
    yield from _twice("products", "code", (product.code for product in problem.products))
    yield from _twice("requests", "id", (request.id for request in problem.requests))
    yield from _twice("rules", "name", (rule.name for rule in problem.rules))
    for index, pool in enumerate(problem.pools):
        yield from _pool(f"pools[{index}]", pool)
    for index, product in enumerate(problem.products):
        yield from _product(f"products[{index}]", product, pools)
    for index, rule in enumerate(problem.rules):
        yield from _rule(f"rules[{index}]", rule, pools)
    for index, request in enumerate(problem.requests):
        yield from _request(f"requests[{index}]", request, pools, products)
        yield from _criteria(f"requests[{index}].criteria", request, problem.rules)


def _twice(part: str, key: str, values: Iterable[str]) -> Iterator[Invalid]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield Invalid(f"{part}[{index}].{key}", "must_be_unique")
        seen.add(value)


def _within(path: str, value: object, low: int, high: int = LARGEST) -> Iterator[Invalid]:
    if isinstance(value, bool) or not isinstance(value, int):
        yield Invalid(path, "must_be_a_whole_number")
    elif value < low:
        yield Invalid(path, "must_be_above_zero" if low == 1 else "must_not_be_below_zero")
    elif value > high:
        yield Invalid(path, "is_too_large")


def _pool(path: str, pool: Pool) -> Iterator[Invalid]:
    if not pool.months:
        yield Invalid(f"{path}.months", "must_not_be_empty")
    for month, capacity in pool.months.items():
        at = f"{path}.months.{month}"
        yield from _within(f"{at}.physical", capacity.physical, 0)
        yield from _within(f"{at}.funded", capacity.funded, 0)
        yield from _within(f"{at}.held", capacity.held, 0)
        if capacity.funded > capacity.physical:
            yield Invalid(f"{at}.funded", "must_not_exceed_physical")


def _product(path: str, product: Product, pools: Mapping[str, Pool]) -> Iterator[Invalid]:
    if product.pool not in pools:
        yield Invalid(f"{path}.pool", "pool_is_not_known")
    yield from _within(f"{path}.units", product.units, 1)


def _request(
    path: str, request: Request, pools: Mapping[str, Pool], products: Mapping[str, Product]
) -> Iterator[Invalid]:
    yield from _within(f"{path}.score", request.score, 0)
    for name, points in request.criteria.items():
        yield from _within(f"{path}.criteria.{name}", points, 0)
    if not request.items:
        yield Invalid(f"{path}.items", "must_not_be_empty")
    for index, item in enumerate(request.items):
        yield from _item(f"{path}.items[{index}]", item, pools, products)
    if request.fixed is not None:
        yield from _fixed(f"{path}.fixed", request.fixed, request.items)


def _item(path: str, item: Item, pools: Mapping[str, Pool], products: Mapping[str, Product]) -> Iterator[Invalid]:
    yield from _within(f"{path}.asked", item.asked, 1)
    yield from _within(f"{path}.least", item.least, 0)
    if item.least > item.asked:
        yield Invalid(f"{path}.least", "must_not_exceed_asked")
    wrong = list(_within(f"{path}.months", item.months, 1, LONGEST))
    yield from wrong
    product = products.get(item.product)
    if product is None:
        yield Invalid(f"{path}.product", "product_is_not_known")
    elif product.pool in pools and not wrong:
        stated = pools[product.pool].months
        if not all(month in stated for month in months_from(item.first, item.months)):
            yield Invalid(f"{path}.months", "must_lie_in_the_pools_months")


def _fixed(path: str, fixed: tuple[int, ...], items: tuple[Item, ...]) -> Iterator[Invalid]:
    if len(fixed) != len(items):
        yield Invalid(path, "must_have_one_number_an_item")
    elif not any(fixed):
        yield Invalid(path, "must_give_something")
    for index, (quantity, item) in enumerate(zip(fixed, items, strict=False)):
        yield from _within(f"{path}[{index}]", quantity, 0)
        if quantity > item.asked:
            yield Invalid(f"{path}[{index}]", "must_not_exceed_asked")


def _rule(path: str, rule: Rule, pools: Mapping[str, Pool]) -> Iterator[Invalid]:
    for language in LANGUAGES:
        if not rule.sentence.get(language):
            yield Invalid(f"{path}.sentence.{language}", "is_missing")
    if rule.kind not in PARAMS:
        yield Invalid(f"{path}.kind", "kind_is_not_known")
        return
    yield from _params(f"{path}.params", rule)
    if "pool" in rule.params and rule.params["pool"] not in pools:
        yield Invalid(f"{path}.params.pool", "pool_is_not_known")


def _params(path: str, rule: Rule) -> Iterator[Invalid]:
    wanted = PARAMS[rule.kind]
    for name in sorted(wanted - rule.params.keys()):
        yield Invalid(f"{path}.{name}", "is_missing")
    for name, value in rule.params.items():
        if name == "where" and rule.kind in MAY_SAY_WHERE:
            continue
        if name not in wanted:
            yield Invalid(f"{path}.{name}", "is_not_known")
        elif name in ("score", "units", "thousandths"):
            most = 1000 if name == "thousandths" else LARGEST
            yield from _within(f"{path}.{name}", value, 0, most)
        elif not isinstance(value, str):
            yield Invalid(f"{path}.{name}", "must_be_text")


def _criteria(path: str, request: Request, rules: tuple[Rule, ...]) -> Iterator[Invalid]:
    """A criterion with a minimum must be answered by everyone to whom the rule applies and who is not fixed."""
    for rule in rules:
        if rule.kind != "minimum_criterion" or request.fixed is not None:
            continue
        applies = all(request.attributes.get(name) == value for name, value in rule.where().items())
        if applies and rule.text("criterion") not in request.criteria:
            yield Invalid(f"{path}.{rule.text('criterion')}", "is_missing")
