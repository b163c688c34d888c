"""The outcomes of a decision, and what a solved plan says of each application in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from madang.allocation.plan import KEPT, REFUSED, Plan
from madang.errors import Refused
from madang.portal.plans.budgets import REVIEW_GROUP


class Outcome(StrEnum):
    AWARDED = "awarded"
    RESERVE = "reserve"
    REFUSED = "refused"


# Reasons that no solver gives: what kept an application out of the problem altogether.
INELIGIBLE = "ineligible"
INELIGIBLE_AT_AWARD = "ineligible_at_award"
REVIEWS_MISSING = "reviews_missing"


@dataclass(frozen=True)
class Verdict:
    """What was decided for one application, with the reason as code and facts."""

    outcome: Outcome
    reason_code: str
    reason_facts: Mapping[str, Any]
    reserve_place: int | None = None
    score_milli: int | None = None
    criteria_milli: Mapping[str, int] | None = None
    rank: int | None = None
    among: int | None = None

    def columns(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "reason_code": self.reason_code,
            "reason_facts": dict(self.reason_facts),
            "reserve_place": self.reserve_place,
            "score_milli": self.score_milli,
            "criteria_milli": dict(self.criteria_milli or {}),
            "rank": self.rank,
            "among": self.among,
        }


def verdicts(plan: Plan, reasons: Mapping[str, Mapping[str, Any]]) -> dict[str, Verdict]:
    """The verdict for every request that the plan decides anew; awards that it keeps are not decided again.

    `rank` is the place by score among all requests of the plan, equals sharing a place; where applicants review each
    other among those of the review group.
    """
    classes: dict[str, list[int]] = {}
    for request in plan.problem.requests:
        classes.setdefault(request.attributes.get(REVIEW_GROUP, ""), []).append(request.score)
    reserve = {name: place for place, name in enumerate(plan.reserve, start=1)}
    found = {}
    for request in plan.problem.requests:
        outcome = plan.outcomes[request.id]
        if outcome == KEPT:
            continue
        reason, among = reasons[request.id], classes[request.attributes.get(REVIEW_GROUP, "")]
        found[request.id] = Verdict(
            outcome=_outcome(outcome, request.id in reserve),
            reason_code=reason["code"],
            reason_facts=reason["facts"],
            reserve_place=reserve.get(request.id),
            score_milli=request.score,
            criteria_milli=request.criteria,
            rank=sum(score > request.score for score in among) + 1,
            among=len(among),
        )
    return found


def _outcome(outcome: str, reserve: bool) -> Outcome:
    if outcome != REFUSED:
        return Outcome.AWARDED
    return Outcome.RESERVE if reserve else Outcome.REFUSED


def check_publishable(adopted: bool, unpublished: int) -> None:
    """There is an adopted plan with something that was not published yet."""
    if not adopted:
        raise Refused("no_plan_adopted")
    if not unpublished:
        raise Refused("nothing_to_publish")
