"""The search for the best selection: prices first, then a good selection in stages, then as exact as is wanted."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from madang.allocation.selection.arrays import LARGEST, Arrays, Ints, trimmed
from madang.allocation.selection.canonical import ordered
from madang.allocation.selection.choices import Choices, Option, Part
from madang.allocation.selection.holding import Holding, held, mend, nothing
from madang.allocation.selection.linear import NARROW, Wanted
from madang.allocation.selection.prices import Prices
from madang.allocation.selection.relaxation import relaxed
from madang.allocation.selection.solving import solved
from madang.allocation.selection.stages import completed, greedy, rounded, staged
from madang.allocation.selection.standing import standing
from madang.errors import Refused

DEFAULT_WORK = 20_000
CAREFUL = 100  # millionths: below this gap quantities must be whole from the beginning
SMALL = 200  # options up to which HiGHS's tree alone is the shortest way
# Which trees are grown until the gap is reached: (up to which quantities are whole, for the bound alone). The last is
# grown only where the one before came to its end: what it lacks is then due to quantities that were rounded down.
MILD = ((0, True), (0, False), (NARROW, False), (LARGEST, False))
EXACT = ((NARROW, False), (LARGEST, False))
BOUNDING_NODES = 100
BOUNDING: dict[str, bool | int | float | str] = {  # a good selection is known: HiGHS need not look for one
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
}
PARTS = 200  # nodes for whole quantities of options that are settled
Held = tuple[int, tuple[int, ...]]  # which option, and the quantities of its parts
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Selection:
    """The best selection found, and how good it is.

    `chosen[r]`: (option, quantity of each of its parts) of request r, or nothing. `objective`: its worth. `proven`:
    what no selection exceeds, shown in whole numbers by `prices` (see `best`); `bound`: the same, or tighter where
    HiGHS's search tree says so in floating-point arithmetic, rounded outward. `verdicts[r]`: "in" or "out" where the
    prices prove that every (no) selection worth at least the objective serves request r; else "marginal".
    """

    chosen: tuple[Held | None, ...]
    objective: int
    bound: int
    proven: int
    prices: Prices
    verdicts: tuple[str, ...]


def best(
    choices: Choices,
    *,
    gap_millionths: int = 0,
    work: int = DEFAULT_WORK,
    start: Sequence[Held | None] | None = None,
    report: Report | None = None,
) -> Selection:
    """The selection of most worth that is found within all limits, its proven bound, and who is decided by it.

    `gap_millionths`: how far below the bound (in millionths of it) the search may end. `work`: at most so many nodes of
    each of its last search trees; there is no limit on time, one thread and one seed, so that it always does the same;
    the order of requests and rows plays no part. `start`: a selection known before, passed over where it does not fit.
    `report(objective, bound)` is called now and then. ``Refused("allocation_limits_contradict")`` where no selection
    keeps to all limits (only limits below zero can do that), ``Refused("allocation_nothing_found")`` where none was
    found within the work.

    How `prices` prove `proven`, with p[i] / d the price of row i and every number whole: rows are first divided by what
    their coefficients share (limits rounded down), and quantities cut to what a single request could get alone under
    the rows without a coefficient below zero. For an option with base worth w, base uses u and parts (v, m, q), let

        value = d*w - sum p[i]*u[i] + sum over parts of m * max(0, d*v - sum p[i]*q[i]).

    Every selection within the limits is worth at most (sum p[i]*limit[i] + sum over requests of max(0, the largest
    value of its options)) / d, rounded down: the Lagrangian bound (Geoffrion, 1974). To serve a request, or to leave it
    out, puts its own value (or 0) in the place of its largest: where that falls below the objective, it is decided.
    """
    cut, origin = trimmed(choices)
    arrays, places, rows = ordered(cut)
    first = given(arrays, places, origin, start) or nothing(arrays)
    if not first.fits:
        first = given(arrays, places, origin, _possible(choices, work)) or first
    search = _Search(arrays, gap_millionths, work, report, first)
    search.run()
    return _selection(search, places, rows, origin)


def given(arrays: Arrays, places: Ints, origin: list[list[int]], start: Sequence[Held | None] | None) -> Holding | None:
    """A selection known before as a holding; nothing where it does not fit."""
    if start is None:
        return None
    option = np.full(arrays.requests, -1)
    quantity = np.zeros(len(arrays.option), dtype=arrays.worth.dtype)
    for request, place in enumerate(places.tolist()):
        one = start[place]
        if one is None:
            continue
        if one[0] not in origin[place]:
            return None
        chosen = int(arrays.first[request]) + origin[place].index(one[0])
        option[request] = chosen
        quantity[arrays.parts[chosen] : arrays.parts[chosen + 1]] = one[1]
    found = held(arrays, option, quantity)
    return (
        found
        if found.fits and (quantity <= arrays.more[arrays.options :]).all() and min(quantity, default=0) >= 0
        else None
    )


def _possible(choices: Choices, work: int) -> list[Held | None]:
    """Some selection within limits of which some are below zero: the one that lacks nothing to them.

    What is lacking to a limit stands as the part of one more request; none can be better than to lack nothing.
    """
    short = {row: -limit for row, limit in enumerate(choices.limits) if limit < 0}
    lacking = tuple((Option((), 0, {}, (Part(-1, units, {row: -1}),)),) for row, units in short.items())
    worthless = tuple(tuple(_worthless(option) for option in options) for options in choices.requests)
    full: list[Held | None] = [None] * len(worthless)
    full += [(0, (units,)) for units in short.values()]
    found = best(Choices(worthless + lacking, choices.limits), work=work, start=full)
    if found.bound < 0:  # by the prices, or by a search tree that was gone through to its end
        raise Refused(
            "allocation_limits_contradict", rows=tuple(n for n, p in enumerate(found.prices.multipliers) if p)
        )
    if found.objective < 0:
        raise Refused("allocation_nothing_found", work=work)
    return list(found.chosen[: len(worthless)])


def _worthless(option: Option) -> Option:
    return replace(option, worth=0, parts=tuple(replace(part, worth=0) for part in option.parts))


class _Search:
    """The best holding and bounds so far."""

    def __init__(self, arrays: Arrays, gap: int, work: int, report: Report | None, first: Holding) -> None:
        self.arrays, self.gap, self.work, self.report = arrays, gap, work, report
        self.holding, self.objective = first, first.worth()
        self.stand = standing(arrays, Prices((0,) * len(arrays.limits), 1))
        self.bound = self.stand.bound
        self.unit = math.gcd(*arrays.worth.tolist()) or 1

    @property
    def close(self) -> bool:
        return (self.bound - self.objective) * 1_000_000 <= self.gap * max(self.bound, 0)

    def run(self) -> None:
        relaxation = relaxed(self.arrays, np.ones(self.arrays.options, dtype=bool))
        if relaxation is not None:
            self._price(relaxation.prices)
        self._offer(self.holding)
        self._offer(greedy(self.stand))
        if relaxation is not None and not self.close and self.arrays.options > SMALL:
            self._offer(staged(self.stand, relaxation))
        self._tell()
        ended = True
        for exact, bounding in MILD if self.gap >= CAREFUL else EXACT:
            if not self.close and (ended or exact != LARGEST):
                ended = self._branch(exact, bounding)
                self._tell()

    def _price(self, prices: Prices) -> None:
        found = standing(self.arrays, prices)
        if found.total * self.stand.prices.denominator < self.stand.total * found.prices.denominator:
            self.stand = found
            self.bound = self._whole(found.bound)

    def _whole(self, bound: int) -> int:
        """A bound rounded down to what sums of worth can come to."""
        return bound - bound % self.unit

    def _offer(self, holding: Holding) -> None:
        """Takes a holding that fits, or can be made to, and is worth more."""
        mend(holding)
        if not holding.fits:
            return
        holding = completed(holding, self.stand)
        worth = holding.worth()
        if worth > self.objective:
            self.holding, self.objective = holding, worth

    def _branch(self, exact: int, bounding: bool) -> bool:
        """HiGHS's search tree over what the prices leave open; whatever they close is in no selection as good. Whether
        the tree came to its end."""
        options, must = self.stand.open(self.objective)
        whole = np.ones(self.arrays.requests, dtype=bool)
        found = solved(
            self.arrays,
            Wanted(options, self.arrays.limits, whole, exact, must),
            self.holding,
            None if self.report is None else self._seen,
            **(BOUNDING if bounding else {}),
            mip_max_nodes=max(1, min(self.work, BOUNDING_NODES) if bounding else self.work),
            mip_rel_gap=self.gap / 1_000_000,
            mip_abs_gap=1e-6,
            mip_lp_age_limit=40,
            mip_pool_age_limit=100,
        )
        if found is None:
            return True
        self._offer(self._settled(found.taken) if not exact else rounded(self.arrays, found))
        if math.isfinite(found.bound):
            outward = math.floor(found.bound + abs(found.bound) * 1e-9 + 1e-6)
            self.bound = max(self.objective, min(self.bound, self._whole(outward)))
        return found.ended

    def _settled(self, taken: Ints) -> Holding:
        """The best whole quantities for the options that are taken."""
        every = np.ones(self.arrays.requests, dtype=bool)
        found = solved(self.arrays, Wanted(taken > 0.5, self.arrays.limits, every, NARROW), mip_max_nodes=PARTS)
        return rounded(self.arrays, found) if found is not None else self.holding

    def _seen(self, objective: float, bound: float) -> None:
        if self.report is not None:
            self.report(max(self.objective, math.floor(objective)), min(self.bound, math.floor(bound) + 1))

    def _tell(self) -> None:
        if self.report is not None:
            self.report(self.objective, self.bound)


def _selection(search: _Search, places: Ints, rows: Ints, origin: list[list[int]]) -> Selection:
    """What was found, in the caller's order and numbers."""
    arrays, holding = search.arrays, search.holding
    chosen: list[Held | None] = [None] * arrays.requests
    verdicts = [""] * arrays.requests
    said = search.stand.verdicts(search.objective)
    for request, place in enumerate(places.tolist()):
        verdicts[place] = said[request]
        option = int(holding.option[request])
        if option >= 0:
            quantities = holding.quantity[arrays.parts[option] : arrays.parts[option + 1]].tolist()
            chosen[place] = (origin[place][option - int(arrays.first[request])], tuple(quantities))
    multipliers = [0] * len(rows)
    for price, row in zip(search.stand.prices.multipliers, rows.tolist(), strict=True):
        multipliers[row] = price
    prices = Prices(tuple(multipliers), search.stand.prices.denominator)
    return Selection(tuple(chosen), search.objective, search.bound, search.stand.bound, prices, tuple(verdicts))
