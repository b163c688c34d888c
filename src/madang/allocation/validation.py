"""What must hold between the parts of an allocation problem before it is solved; each fault names field and rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from madang.allocation.parts import Alternative, Item, Parts, Pool, Product, Request, Rule
from madang.values import months_from

LARGEST = 10**9  # of any quantity, number of units or points: more than that is a slip of the pen
LONGEST = 120  # months
MOST_OPTIONS = 20  # alternatives of one request
LANGUAGES = ("en", "ko")
# what each kind of rule must say, and what it may
PARAMS: Mapping[str, tuple[set[str], set[str]]] = {
    "minimum_score": ({"score"}, {"where"}),
    "minimum_criterion": ({"criterion", "score"}, {"where"}),
    "preference": ({"points"}, {"where"}),
    "reserve": ({"pool", "thousandths"}, set()),
    "budget": ({"units"}, {"pool", "where", "each"}),
    "share_at_most": ({"holder", "thousandths"}, {"pool", "where"}),
    "share_at_least": ({"where", "thousandths"}, {"pool"}),
    "success_band": ({"attribute", "thousandths"}, {"where"}),
    "no_envy": (set(), {"attribute"}),
    "overbooking": ({"pool", "thousandths", "rate", "risk"}, set()),
}
RANGES = {
    "score": (0, LARGEST),
    "units": (0, LARGEST),
    "points": (-LARGEST, LARGEST),
    "thousandths": (0, 1000),
    "rate": (0, 1000),
    "risk": (0, 1000),
}


class Invalid(NamedTuple):
    """One thing that is wrong: where (a JSON path) and against which rule of the format."""

    field: str
    rule: str


def faults(problem: Parts) -> Iterator[Invalid]:
    """Every fault, in the order of the document; none for a valid problem."""
    pools = {pool.code: pool for pool in problem.pools}
    products = {product.code: product for product in problem.products}
    yield from _twice("pools", "code", (pool.code for pool in problem.pools))
    yield from _twice("products", "code", (product.code for product in problem.products))
    yield from _twice("requests", "id", (request.id for request in problem.requests))
    yield from _twice("rules", "name", (rule.name for rule in problem.rules))
    for index, pool in enumerate(problem.pools):
        yield from _pool(f"pools[{index}]", pool)
    yield from _reference(problem)
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
        known = {0: "must_not_be_below_zero", 1: "must_be_above_zero"}
        yield Invalid(path, known.get(low, "is_too_small"))
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


def _reference(problem: Parts) -> Iterator[Invalid]:
    """A reference unit says of every pool, and of nothing else, how much a unit of it counts."""
    if problem.reference is None:
        return
    codes = {pool.code for pool in problem.pools}
    for code in sorted(codes - problem.reference.thousandths.keys()):
        yield Invalid(f"reference.thousandths.{code}", "is_missing")
    for code, value in problem.reference.thousandths.items():
        if code not in codes:
            yield Invalid(f"reference.thousandths.{code}", "pool_is_not_known")
        yield from _within(f"reference.thousandths.{code}", value, 1)


def _product(path: str, product: Product, pools: Mapping[str, Pool]) -> Iterator[Invalid]:
    if product.pool not in pools:
        yield Invalid(f"{path}.pool", "pool_is_not_known")
    yield from _within(f"{path}.units", product.units, 1)


def _request(
    path: str, request: Request, pools: Mapping[str, Pool], products: Mapping[str, Product]
) -> Iterator[Invalid]:
    yield from _within(f"{path}.score", request.score, 0)
    yield from _within(f"{path}.error", request.error, 0)
    for name, points in request.criteria.items():
        yield from _within(f"{path}.criteria.{name}", points, 0)
    if not request.options:
        yield Invalid(f"{path}.options", "must_not_be_empty")
    if len(request.options) > MOST_OPTIONS:
        yield Invalid(f"{path}.options", "is_too_large")
    for index, option in enumerate(request.options):
        yield from _option(f"{path}.options[{index}]", option, pools, products)
    if request.fixed is not None and request.options:
        yield from _fixed(f"{path}.fixed", request)


def _option(
    path: str, option: Alternative, pools: Mapping[str, Pool], products: Mapping[str, Product]
) -> Iterator[Invalid]:
    if not option.items:
        yield Invalid(f"{path}.items", "must_not_be_empty")
    wrong = list(_within(f"{path}.later", option.later, 0, LONGEST))
    yield from wrong
    for index, item in enumerate(option.items):
        yield from _item(f"{path}.items[{index}]", item, 0 if wrong else option.later, pools, products)


def _item(
    path: str, item: Item, later: int, pools: Mapping[str, Pool], products: Mapping[str, Product]
) -> Iterator[Invalid]:
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
        if not all(month in stated for month in months_from(item.first, item.months + later)):
            yield Invalid(f"{path}.months", "must_lie_in_the_pools_months")


def _fixed(path: str, request: Request) -> Iterator[Invalid]:
    fixed = request.fixed
    assert fixed is not None
    if not 0 <= fixed.option < len(request.options):
        yield Invalid(f"{path}.option", "option_is_not_known")
        return
    option = request.options[fixed.option]
    yield from _within(f"{path}.later", fixed.later, 0, option.later)
    if len(fixed.quantities) != len(option.items):
        yield Invalid(f"{path}.quantities", "must_have_one_number_an_item")
    elif not any(fixed.quantities):
        yield Invalid(f"{path}.quantities", "must_give_something")
    elif not spread_fits(option.items, fixed.quantities, fixed.spread):
        yield Invalid(f"{path}.spread", "must_add_up_to_the_quantities")
    for index, (quantity, item) in enumerate(zip(fixed.quantities, option.items, strict=False)):
        yield from _within(f"{path}.quantities[{index}]", quantity, 0)
        if quantity > item.asked:
            yield Invalid(f"{path}.quantities[{index}]", "must_not_exceed_asked")


def spread_fits(items: tuple[Item, ...], quantities: tuple[int, ...], spread: tuple[tuple[int, ...], ...]) -> bool:
    """Whether amounts by month are there exactly for the items with a total, none below zero, and add up to them."""
    if not any(item.total for item in items):
        return spread == ()
    if len(spread) != len(items):
        return False
    for item, quantity, amounts in zip(items, quantities, spread, strict=True):
        wanted = item.months if item.total else 0
        if len(amounts) != wanted or (item.total and (min(amounts) < 0 or sum(amounts) != quantity)):
            return False
    return True


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
    wanted, may = PARAMS[rule.kind]
    for name in sorted(wanted - rule.params.keys()):
        yield Invalid(f"{path}.{name}", "is_missing")
    for name, value in rule.params.items():
        if name not in wanted | may:
            yield Invalid(f"{path}.{name}", "is_not_known")
        elif name == "where":
            if not value and name in wanted:
                yield Invalid(f"{path}.{name}", "must_not_be_empty")
        elif name in RANGES:
            low, high = (1000, LARGEST) if (rule.kind, name) == ("overbooking", "thousandths") else RANGES[name]
            yield from _within(f"{path}.{name}", value, low, high)
        elif not isinstance(value, str):
            yield Invalid(f"{path}.{name}", "must_be_text")
        elif name == "each" and value not in ("month", "window"):
            yield Invalid(f"{path}.{name}", "each_is_not_known")


def _criteria(path: str, request: Request, rules: tuple[Rule, ...]) -> Iterator[Invalid]:
    """A criterion with a minimum must be answered by everyone to whom the rule applies and who is not fixed."""
    for rule in rules:
        if rule.kind != "minimum_criterion" or request.fixed is not None:
            continue
        if request.matches(rule.where()) and rule.text("criterion") not in request.criteria:
            yield Invalid(f"{path}.{rule.text('criterion')}", "is_missing")
