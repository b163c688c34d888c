"""Solves a stored plan again from its own input, policy and seed, and says whether the same comes out."""

from __future__ import annotations

from dataclasses import dataclass

from madang.allocation.plan import Grant, Plan, Solver
from madang.allocation.solve import installed, solve


@dataclass(frozen=True)
class Difference:
    """One thing that came out otherwise: an id of a request or the name of a figure, before and now, as text."""

    what: str
    before: str
    now: str


@dataclass(frozen=True)
class Replayed:
    """`same`: grants, outcomes, reserve list, objective, bound and hash are equal, whatever the solver's version.

    `recorded` and `installed` are the two solvers; `solver_differs` says that a difference may come from that.
    """

    same: bool
    plan: Plan
    differences: tuple[Difference, ...]
    recorded: Solver
    installed: Solver

    @property
    def solver_differs(self) -> bool:
        return self.recorded != self.installed


def replay(plan: Plan) -> Replayed:
    """Raises what `solve` raises."""
    again = solve(plan.problem, plan.policy, seed=plan.seed, work_limit=plan.work_limit, commitment=plan.commitment)
    differences = tuple(_differences(plan, again))
    return Replayed(not differences, again, differences, plan.solver, installed(plan.policy))


def _differences(before: Plan, now: Plan) -> list[Difference]:
    found = []
    for name in sorted({*before.grant, *now.grant}):
        old, new = before.grant.get(name), now.grant.get(name)
        if old != new:
            found.append(Difference(name, _text(old), _text(new)))
    for figure in (
        "problem_hash",
        "requests_hash",
        "objective",
        "bound",
        "outcomes",
        "reserve",
        "marginal",
        "factors",
        "shares",
    ):
        old_value, new_value = getattr(before, figure), getattr(now, figure)
        if old_value != new_value:
            found.append(Difference(figure, str(old_value), str(new_value)))
    return found


def _text(grant: Grant | None) -> str:
    """An award in short: its quantities; where it is not the first alternative as asked, which and how much later."""
    if grant is None:
        return "-"
    text = ", ".join(str(quantity) for quantity in grant.quantities)
    return f"{text} [{grant.option + 1}, +{grant.later}]" if grant.option or grant.later else text
