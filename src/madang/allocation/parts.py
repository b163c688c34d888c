"""The parts of an allocation problem as values: pools with capacity by month, products, requests and named rules.

All numbers are whole. Points are thousandths of a point. Whether parts fit together is asked in `validation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from madang.values import Month

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


class Parts(NamedTuple):
    """All that a problem is made of."""

    pools: tuple[Pool, ...]
    products: tuple[Product, ...]
    requests: tuple[Request, ...]
    rules: tuple[Rule, ...] = ()
    reference: Reference | None = None


def asked_award(request: Request, option: int = 0) -> tuple[int, ...]:
    """The quantities that an alternative asks for, item by item."""
    return tuple(item.asked for item in request.options[option].items)
