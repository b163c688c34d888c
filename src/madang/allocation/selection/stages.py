"""Finds a good holding in stages: the requests of most worth are decided first, with all smaller ones as mixtures."""

from __future__ import annotations

import numpy as np

from madang.allocation.selection.arrays import Arrays, Ints
from madang.allocation.selection.holding import Holding, fill, held, nothing, raise_parts
from madang.allocation.selection.linear import NARROW, Wanted
from madang.allocation.selection.prices import summed
from madang.allocation.selection.relaxation import Relaxed
from madang.allocation.selection.solving import Found, solved
from madang.allocation.selection.standing import Standing

# How many of the requests of most worth are whole in each stage but the last, where all are. Measured on rounds whose
# asks are as unequal as real ones: deciding the hundred largest first loses less than rounding all at once.
STAGES = (100, 320, 640)
STAGE_GAP = 0.001  # how exactly each stage is solved; each decides only what the next must keep
FIRST_GAP = 0.0015  # the same for the first stage, whose mixtures are of little weight
STAGE_NODES = 20
CORE = 7000  # options that are open at all: those that the prices leave most in doubt
NEARLY = 1e-4


def staged(stand: Standing, relaxed: Relaxed) -> Holding:
    """A holding that keeps to all limits where one is found; else one that does not fit."""
    arrays = stand.arrays
    core = _core(stand, relaxed)
    settled = _rounded(arrays, relaxed.taken, relaxed.quantity, ~core)
    options = core[arrays.owner]
    rank = _by_worth(arrays, core)
    found = None
    for count in (*(n for n in STAGES if n < core.sum()), int(core.sum())):
        whole = core & (rank < count)
        exact = NARROW if count == core.sum() else 0
        wanted = Wanted(options, settled.left, whole, exact)
        gap = FIRST_GAP if count == STAGES[0] else STAGE_GAP
        found = solved(arrays, wanted, mip_max_nodes=STAGE_NODES, mip_rel_gap=gap)
        if found is None:
            return settled
        options = options & ~(whole[arrays.owner] & (found.taken < 0.5))
    return _joined(settled, core, found) if found is not None else settled


def greedy(stand: Standing) -> Holding:
    """Options in the order of what they bring for what they pay, given while they fit."""
    order = np.argsort(-_efficiency(stand), kind="stable").tolist()
    holding = nothing(stand.arrays)
    while fill(holding, order):
        pass
    return holding


def completed(holding: Holding, stand: Standing) -> Holding:
    """The holding with what still fits: more of the parts that it has, then options of requests that have none."""
    found = holding.copy()
    for option in found.option[found.option >= 0].tolist():
        raise_parts(found, option)
    order = [o for o in np.argsort(-_efficiency(stand), kind="stable").tolist() if stand.arrays.worth[o] >= 0]
    while fill(found, order):
        pass
    return found


def _efficiency(stand: Standing) -> Ints:
    """By option: worth for each unit of price paid, all its parts taken."""
    arrays = stand.arrays
    part = arrays.worth[arrays.options :].astype(float) * arrays.more[arrays.options :].astype(float)
    worth = arrays.worth[: arrays.options].astype(float) + summed(part, arrays.parts)
    paid = worth - stand.option.astype(float) / stand.prices.denominator
    found: Ints = worth / np.maximum(paid, 1.0)
    return found


def _core(stand: Standing, relaxed: Relaxed) -> Ints:
    """A mask of the requests that the relaxation leaves in pieces or the prices nearly leave either way."""
    arrays = stand.arrays
    counts = np.diff(arrays.first)
    best = np.full(arrays.requests, -np.inf)
    np.maximum.at(best, arrays.owner, stand.option.astype(float))
    doubt = np.where(counts > 0, np.abs(best), np.inf)
    broken = np.abs(relaxed.taken - np.rint(relaxed.taken)) > NEARLY
    torn = np.abs(relaxed.quantity - np.rint(relaxed.quantity)) > NEARLY
    doubt[arrays.owner[broken]] = -1.0
    doubt[arrays.owner[arrays.option[torn]]] = -1.0
    order = np.argsort(doubt, kind="stable")
    core = np.zeros(arrays.requests, dtype=bool)
    core[order[np.cumsum(counts[order]) <= CORE]] = True
    core[doubt < 0] = True
    return core & (counts > 0)


def _by_worth(arrays: Arrays, core: Ints) -> Ints:
    """The place of each request of the core, the largest worth first."""
    part = arrays.worth[arrays.options :].astype(float) * arrays.more[arrays.options :].astype(float)
    option = arrays.worth[: arrays.options].astype(float) + summed(np.maximum(part, 0.0), arrays.parts)
    most = np.zeros(arrays.requests)
    np.maximum.at(most, arrays.owner, option)
    rank = np.empty(arrays.requests, dtype=np.int64)
    rank[np.argsort(np.where(core, -most, np.inf), kind="stable")] = np.arange(arrays.requests)
    return rank


def _rounded(arrays: Arrays, taken: Ints, quantity: Ints, which: Ints) -> Holding:
    """The holding of what is taken at least by half, for some requests (a mask)."""
    option = np.full(arrays.requests, -1)
    chosen = np.flatnonzero((taken > 0.5) & which[arrays.owner])
    option[arrays.owner[chosen]] = chosen
    has = option[arrays.owner[arrays.option]] == arrays.option
    whole = np.where(has, np.floor(quantity + NEARLY), 0).astype(np.int64)
    return held(arrays, option, np.minimum(whole.astype(arrays.more.dtype), arrays.more[arrays.options :]))


def _joined(settled: Holding, core: Ints, found: Found) -> Holding:
    """What was settled beforehand, and for the core what a model found."""
    arrays = settled.arrays
    inner = rounded(arrays, found, core)
    option = np.where(core, inner.option, settled.option)
    return held(arrays, option, np.where(core[arrays.owner[arrays.option]], inner.quantity, settled.quantity))


def rounded(arrays: Arrays, found: Found, which: Ints | None = None) -> Holding:
    """What a model found as whole numbers, quantities rounded down."""
    every = np.ones(arrays.requests, dtype=bool)
    return _rounded(arrays, found.taken, found.quantity, every if which is None else which)
