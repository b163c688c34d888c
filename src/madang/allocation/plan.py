"""A plan: the whole problem, how it was solved, who gets how much, and what was proven about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from madang.allocation.document import award_json, read_award
from madang.allocation.parts import Award
from madang.allocation.policies import Fair, Policy, Portfolio, policy_from_json, policy_json
from madang.allocation.problem import Problem
from madang.errors import Refused
from madang.reading import Node, canonical

FORMAT = "madang-allocation-plan/3"
INVALID = "allocation_plan_invalid"

WHOLE = "whole"
REDUCED = "reduced"
KEPT = "kept"
REFUSED = "refused"
OUTCOMES = (WHOLE, REDUCED, KEPT, REFUSED)


class Grant(NamedTuple):
    """What one request gets: its id and the members of an `Award`."""

    request: str
    quantities: tuple[int, ...]
    option: int = 0
    later: int = 0
    spread: tuple[tuple[int, ...], ...] = ()

    @property
    def award(self) -> Award:
        return Award(self.quantities, self.option, self.later, self.spread)


class Solver(NamedTuple):
    """What solved a plan, and in which version."""

    name: str
    version: str


class Price(NamedTuple):
    """The price of one row of the proof: the row's name (docs/allocation.md), and a whole number over the proof's
    denominator."""

    row: tuple[str, ...]
    price: int


@dataclass(frozen=True)
class Proof:
    """Prices of the rows that prove, by weak duality and in whole numbers, that no plan is worth more than `proven`."""

    proven: int
    denominator: int
    prices: tuple[Price, ...]


@dataclass(frozen=True)
class Plan:
    """What `solve` proposes; never edited afterwards.

    `objective` and `bound` are in the policy's own measure for `portfolio`, else in thousandths of a point x weighted
    units x months; `bound` is None for policies that maximise nothing. `requests_hash`: what lots
    were drawn with. `outcomes`: every request → whole, reduced, kept
    (a fixed award) or refused. `reserve`: who was refused although above every minimum, next in line first. `marginal`:
    whom the proof does not decide and the published order settled. `factors`: of `scaled`, line series → millionths.
    `shares`: of `fair`, class → thousandths of its ask that it is sure to get. `commitment`: what was published of the
    seed before. `wall_ms`, the time the solve took, is no part of the plan's hash, nor of whether two plans are equal.
    """

    problem: Problem
    problem_hash: str
    requests_hash: str
    policy: Policy
    seed: int
    work_limit: int | None
    solver: Solver
    grants: tuple[Grant, ...]
    outcomes: Mapping[str, str]
    reserve: tuple[str, ...]
    objective: int
    bound: int | None = None
    proof: Proof | None = None
    marginal: tuple[str, ...] = ()
    factors: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    commitment: str | None = None
    wall_ms: int | None = field(default=None, compare=False)

    @property
    def gap(self) -> int | None:
        """How much better a plan could at most be, in millionths of the bound, rounded up; None without a bound."""
        if self.bound is None:
            return None
        return -(-(self.bound - self.objective) * 1_000_000 // self.bound) if self.bound > 0 else 0

    @property
    def proven(self) -> bool:
        """Whether no plan is better by more than the gap that the policy states; others have nothing to prove."""
        if not isinstance(self.policy, Portfolio | Fair):
            return True
        return self.gap is not None and self.gap <= self.policy.gap

    @cached_property
    def grant(self) -> Mapping[str, Grant]:
        return {grant.request: grant for grant in self.grants}

    def to_json(self) -> dict[str, object]:
        return {
            "format": FORMAT,
            "problem": self.problem.to_json(),
            "problem_hash": self.problem_hash,
            "requests_hash": self.requests_hash,
            "policy": policy_json(self.policy),
            "seed": self.seed,
            "commitment": self.commitment,
            "work_limit": self.work_limit,
            "solver": {"name": self.solver.name, "version": self.solver.version},
            "grants": [{"request": g.request, **award_json(g.award)} for g in self.grants],
            "outcomes": dict(self.outcomes),
            "reserve": list(self.reserve),
            "marginal": list(self.marginal),
            "factors": dict(self.factors),
            "shares": dict(self.shares),
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "proof": _proof_json(self.proof),
            "measured": {"wall_ms": self.wall_ms},
        }

    @classmethod
    def from_json(cls, obj: object, source: str = "-", *, problem: Problem | None = None) -> Plan:
        """Reads what `to_json` wrote; `Refused("allocation_plan_invalid", file, field, rule)` for anything else.

        `problem` is the document's problem where it was read already, with another plan of it. Only the shape is
        judged; whether the plan is right is for `madang.allocation.check`.
        """
        node = Node(obj, "", source, INVALID)
        if node.at("format").text() != FORMAT:
            node.at("format").refuse("format_is_not_known", known=FORMAT)
        node.only(*_MEMBERS)
        work, bound, measured = node.maybe("work_limit"), node.maybe("bound"), node.maybe("measured")
        wall = measured.maybe("wall_ms") if measured else None
        proof, commitment = node.maybe("proof"), node.maybe("commitment")
        return cls(
            problem=problem or _problem(node.at("problem")),
            problem_hash=node.at("problem_hash").text(),
            requests_hash=node.at("requests_hash").text(),
            policy=policy_from_json(node.at("policy").value, source, path="policy", code=INVALID),
            seed=node.at("seed").number(),
            work_limit=work.number() if work else None,
            solver=Solver(node.at("solver").at("name").text(), node.at("solver").at("version").text()),
            grants=tuple(_grant(part) for part in node.at("grants").elements()),
            outcomes={name: _outcome(member) for name, member in node.at("outcomes").members()},
            reserve=tuple(part.text() for part in node.at("reserve").elements()),
            objective=node.at("objective").number(),
            bound=bound.number() if bound else None,
            proof=_proof(proof) if proof else None,
            marginal=tuple(part.text() for part in node.at("marginal").elements()),
            factors=node.at("factors").numbers(),
            shares=node.at("shares").numbers(),
            commitment=commitment.text() if commitment else None,
            wall_ms=wall.number() if wall else None,
        )


_MEMBERS = (
    "format",
    "problem",
    "problem_hash",
    "requests_hash",
    "policy",
    "seed",
    "commitment",
    "work_limit",
    "solver",
    "grants",
    "outcomes",
    "reserve",
    "marginal",
    "factors",
    "shares",
    "objective",
    "bound",
    "gap",
    "proof",
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
    node.only("request", "quantities", "option", "later", "spread")
    return Grant(node.at("request").text(), *read_award(node))


def _outcome(node: Node) -> str:
    if node.text() not in OUTCOMES:
        node.refuse("outcome_is_not_known", known=", ".join(OUTCOMES))
    return node.text()


def _proof_json(proof: Proof | None) -> dict[str, object] | None:
    if proof is None:
        return None
    prices = [{"row": list(one.row), "price": one.price} for one in proof.prices]
    return {"proven": proof.proven, "denominator": proof.denominator, "prices": prices}


def _proof(node: Node) -> Proof:
    node.only("proven", "denominator", "prices")
    prices = []
    for part in node.at("prices").elements():
        part.only("row", "price")
        price = part.at("price")
        if price.number() < 0:
            price.refuse("must_not_be_below_zero")
        prices.append(Price(tuple(step.word() for step in part.at("row").elements()), price.number()))
    denominator = node.at("denominator")
    if denominator.number() < 1:
        denominator.refuse("must_be_above_zero")
    return Proof(node.at("proven").number(), denominator.number(), tuple(prices))
