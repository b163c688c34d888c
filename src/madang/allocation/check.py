"""The independent judge of a plan: finds every rule of the problem or policy that it breaks, in whole numbers.

It shares no code with the solver: it knows problems and plans only as values and works out everything for itself
(`check`, `check_limits`, `check_policies`, `check_proof`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from madang.allocation.check_limits import Fault, Tally
from madang.allocation.check_policies import ordered, policy_faults, reserve_list
from madang.allocation.check_proof import proof_faults, worth
from madang.allocation.parts import Request
from madang.allocation.plan import KEPT, REDUCED, REFUSED, WHOLE, Grant, Plan
from madang.allocation.problem import Problem

__all__ = ["Fault", "check"]


def check(problem: Problem, plan: Plan) -> list[Fault]:
    """Every fault of `plan` as an answer to `problem`; an empty list for a plan that may be adopted.

    Codes: problem_differs, hash_differs, commitment_broken, grant_unknown, grant_repeated, grant_misshapen,
    option_unknown, start_unknown, spread_wrong, grant_empty, above_asked, below_least, fixed_changed, below_minimum,
    over_capacity, over_reserve, over_budget, over_share, below_share, outside_band, envy, risk_exceeded,
    rule_not_kept_by_policy, not_whole, order_broken, factor_wrong, scaled_wrong, room_left, share_not_reached,
    objective_wrong, bound_wrong, proof_wrong, marginal_wrong, outcome_wrong, reserve_wrong.
    """
    return list(_Judge(problem, plan).faults())


class _Judge:
    def __init__(self, problem: Problem, plan: Plan) -> None:
        self.problem = problem
        self.plan = plan
        self.requests = {request.id: request for request in problem.requests}
        self.hash, self.asks = _hashes(problem)
        self.tally = Tally(problem)
        self.given = {
            grant.request: grant for grant in plan.grants if grant.request in self.requests and not self._shape(grant)
        }

    def faults(self) -> Iterator[Fault]:
        yield from self._identity()
        yield from self._grants()
        for request in self.problem.requests:
            yield from self._amounts(request)
        yield from self.tally.faults({name: grant.award for name, grant in self.given.items()})
        order = ordered(self.problem, self.plan, self.asks)
        yield from policy_faults(self.problem, self.plan, self.given, order, self.asks)
        yield from self._figures()
        yield from self._answers(order)
        yield from proof_faults(self.problem, self.plan, self.given, order)

    def _identity(self) -> Iterator[Fault]:
        if self.plan.problem != self.problem:
            yield Fault("problem_differs")
        for stated, found in ((self.plan.problem_hash, self.hash), (self.plan.requests_hash, self.asks)):
            if stated != found:
                yield Fault("hash_differs", {"stated": stated, "found": found})
        if self.plan.commitment is not None:
            found = hashlib.sha256(str(self.plan.seed).encode()).hexdigest()
            if found != self.plan.commitment:
                yield Fault("commitment_broken", {"stated": self.plan.commitment, "found": found})

    def _shape(self, grant: Grant) -> str:
        """What keeps an award from being read at all: the code of a fault, or nothing."""
        request = self.requests[grant.request]
        if not 0 <= grant.option < len(request.options):
            return "option_unknown"
        option = request.options[grant.option]
        if len(grant.quantities) != len(option.items) or min(grant.quantities) < 0:
            return "grant_misshapen"
        if not 0 <= grant.later <= option.later:
            return "start_unknown"
        totals = [item.total for item in option.items]
        if len(grant.spread) != (len(totals) if any(totals) else 0):
            return "spread_wrong"
        for item, quantity, amounts in zip(option.items, grant.quantities, grant.spread, strict=False):
            if len(amounts) != (item.months if item.total else 0):
                return "spread_wrong"
            if item.total and (min(amounts) < 0 or sum(amounts) != quantity):
                return "spread_wrong"
        return ""

    def _grants(self) -> Iterator[Fault]:
        for name, times in Counter(grant.request for grant in self.plan.grants).items():
            if times > 1:
                yield Fault("grant_repeated", {"request": name, "times": times})
        for grant in self.plan.grants:
            if grant.request not in self.requests:
                yield Fault("grant_unknown", {"request": grant.request})
            elif wrong := self._shape(grant):
                yield Fault(wrong, {"request": grant.request})
            elif not any(grant.quantities):
                yield Fault("grant_empty", {"request": grant.request})

    def _amounts(self, request: Request) -> Iterator[Fault]:
        grant = self.given.get(request.id)
        if request.fixed is not None:
            if grant is None or grant.award != request.fixed:
                got = list(grant.quantities) if grant else []
                yield Fault(
                    "fixed_changed", {"request": request.id, "fixed": list(request.fixed.quantities), "given": got}
                )
            return
        if grant is None:
            return
        items = request.options[grant.option].items
        for index, (quantity, item) in enumerate(zip(grant.quantities, items, strict=True)):
            facts: dict[str, object] = {"request": request.id, "item": index, "given": quantity}
            if quantity > item.asked:
                yield Fault("above_asked", {**facts, "asked": item.asked})
            if quantity < item.least:
                yield Fault("below_least", {**facts, "least": item.least})
        for rule in self.tally.failed(request):
            yield Fault("below_minimum", {"request": request.id, "rule": rule.name})

    def _figures(self) -> Iterator[Fault]:
        total = worth(self.problem, self.plan.policy, {name: grant.award for name, grant in self.given.items()})
        if total != self.plan.objective:
            yield Fault("objective_wrong", {"stated": self.plan.objective, "found": total})
        if self.plan.bound is not None and self.plan.bound < total:
            yield Fault("bound_wrong", {"stated": self.plan.bound, "found": total})

    def _answers(self, order: Sequence[Request]) -> Iterator[Fault]:
        for request in self.problem.requests:
            found, stated = self._outcome(request), self.plan.outcomes.get(request.id)
            if found != stated:
                yield Fault("outcome_wrong", {"request": request.id, "stated": stated, "found": found})
        for name in self.plan.outcomes.keys() - self.requests.keys():
            yield Fault("outcome_wrong", {"request": name, "stated": self.plan.outcomes[name], "found": None})
        served = reserve_list(self.problem, self.plan, order, self.asks)
        reserve = [r.id for r in served if self._outcome(r) == REFUSED]
        if reserve != list(self.plan.reserve):
            yield Fault("reserve_wrong", {"stated": list(self.plan.reserve), "found": reserve})

    def _outcome(self, request: Request) -> str:
        if request.fixed is not None:
            return KEPT
        grant = self.given.get(request.id)
        if grant is None:
            return REFUSED
        asked = tuple(item.asked for item in request.options[grant.option].items)
        return WHOLE if grant.quantities == asked else REDUCED


def _hashes(problem: Problem) -> tuple[str, str]:
    """The hash of the problem, and that of who takes part and what they ask, which lots are drawn with."""
    whole: dict[str, Any] = problem.to_json()
    asks = [{name: one[name] for name in ("id", "organisation", "options")} for one in whole["requests"]]
    texts = (json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for one in (whole, asks))
    found = [hashlib.sha256(text.encode("utf-8")).hexdigest() for text in texts]
    return found[0], found[1]
