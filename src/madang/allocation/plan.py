"""A plan: the whole problem, how it was solved, who gets how much, and what was proven about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from madang.allocation.policies import Policy, Portfolio, policy_from_json, policy_json
from madang.allocation.problem import Problem
from madang.allocation.reading import Node, canonical
from madang.errors import Refused

FORMAT = "madang-allocation-plan/1"
INVALID = "allocation_plan_invalid"

WHOLE = "whole"
REDUCED = "reduced"
KEPT = "kept"
REFUSED = "refused"
OUTCOMES = (WHOLE, REDUCED, KEPT, REFUSED)


class Grant(NamedTuple):
    """What one request gets: one whole quantity for each of its items, in their order."""

    request: str
    quantities: tuple[int, ...]


class Solver(NamedTuple):
    """What solved a plan, and in which version."""

    name: str
    version: str


@dataclass(frozen=True)
class Plan:
    """What `solve` proposes; never edited afterwards.

    `objective` and `bound` are in thousandths of a point x pool units x months, whatever the policy; `bound` is proven
    by the solver (in its floating-point arithmetic) and None for `rank`, which maximises nothing. `outcomes`: every
    request → whole, reduced, kept (a fixed award) or refused. `reserve`: who was refused although above every minimum,
    next in line first. `wall_ms`, the time the solve took, is no part of the plan's hash, nor of whether two plans are
    equal.
    """

    problem: Problem
    problem_hash: str
    policy: Policy
    seed: int
    work_limit: int | None
    solver: Solver
    grants: tuple[Grant, ...]
    outcomes: Mapping[str, str]
    reserve: tuple[str, ...]
    objective: int
    bound: int | None = None
    wall_ms: int | None = field(default=None, compare=False)

    @property
    def gap(self) -> int | None:
        """How much better a plan could at most be, in millionths of the bound, rounded up; None without a bound."""
        if self.bound is None:
            return None
        return -(-(self.bound - self.objective) * 1_000_000 // self.bound) if self.bound > 0 else 0

    @property
    def proven(self) -> bool:
        """Whether no plan is better by more than the gap that the policy states; `rank` has nothing to prove."""
        return not isinstance(self.policy, Portfolio) or (self.gap is not None and self.gap <= self.policy.gap)

    @cached_property
    def grant(self) -> Mapping[str, Grant]:
        return {grant.request: grant for grant in self.grants}

    def to_json(self) -> dict[str, object]:
        return {
            "format": FORMAT,
            "problem": self.problem.to_json(),
            "problem_hash": self.problem_hash,
            "policy": policy_json(self.policy),
            "seed": self.seed,
            "work_limit": self.work_limit,
            "solver": {"name": self.solver.name, "version": self.solver.version},
            "grants": [{"request": g.request, "quantities": list(g.quantities)} for g in self.grants],
            "outcomes": dict(self.outcomes),
            "reserve": list(self.reserve),
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "measured": {"wall_ms": self.wall_ms},
        }

    @classmethod
    def from_json(cls, obj: object, source: str = "-", *, problem: Problem | None = None) -> Plan:
        """Reads what `to_json` wrote; `Refused("allocation_plan_invalid", file, field, rule)` for anything else.

        `problem` is the document's problem where it was read already, with another plan of it. Only the shape is
        judged; whether the plan is right is for `madang.allocation.check`.
        """
        node = Node(obj, "", source, INVALID)
        node.only(*_MEMBERS)
        if node.at("format").text() != FORMAT:
            node.at("format").refuse("format_is_not_known", known=FORMAT)
        work, bound, measured = node.maybe("work_limit"), node.maybe("bound"), node.maybe("measured")
        wall = measured.maybe("wall_ms") if measured else None
        return cls(
            problem=problem or _problem(node.at("problem")),
            problem_hash=node.at("problem_hash").text(),
            policy=policy_from_json(node.at("policy").value, source, path="policy", code=INVALID),
            seed=node.at("seed").number(),
            work_limit=work.number() if work else None,
            solver=Solver(node.at("solver").at("name").text(), node.at("solver").at("version").text()),
            grants=tuple(_grant(part) for part in node.at("grants").elements()),
            outcomes={name: _outcome(member) for name, member in node.at("outcomes").members()},
            reserve=tuple(part.text() for part in node.at("reserve").elements()),
            objective=node.at("objective").number(),
            bound=bound.number() if bound else None,
            wall_ms=wall.number() if wall else None,
        )


_MEMBERS = (
    "format",
    "problem",
    "problem_hash",
    "policy",
    "seed",
    "work_limit",
    "solver",
    "grants",
    "outcomes",
    "reserve",
    "objective",
    "bound",
    "gap",
    "measured",
)


def plan_hash(plan: Plan) -> str:
    """SHA-256 (hexadecimal) of the plan's canonical JSON without what was measured (the wall time)."""
    written = plan.to_json()
    del written["measured"]
    return hashlib.sha256(canonical(written)).hexdigest()


def _problem(node: Node) -> Problem:
    try:
        return Problem.from_json(node.value, node.source)
    except Refused as refused:
        facts = {**refused.facts, "field": f"problem.{refused.facts['field']}"}
        raise Refused(INVALID, **facts) from None


def _grant(node: Node) -> Grant:
    node.only("request", "quantities")
    return Grant(node.at("request").text(), tuple(part.number() for part in node.at("quantities").elements()))


def _outcome(node: Node) -> str:
    if node.text() not in OUTCOMES:
        node.refuse("outcome_is_not_known", known=", ".join(OUTCOMES))
    return node.text()
