"""What is published of the plan behind decisions: its policy, its rules' sentences, how close calls were settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from madang.portal.plans.outline import Outline
from madang.portal.plans.telling import policy_name
from madang.portal.policies import queries, wording


def followed(plans: Sequence[Any], language: str) -> list[tuple[Any, str, list[str], Outline | None]]:
    """For each plan of one call: itself, the name of its policy, what it says sentence by sentence, its outline."""
    terms = queries.terms(plans[0].intake) if plans else queries.Terms()
    return [(plan, policy_name(plan), *_told(plan, terms, language)) for plan in plans]


def _told(plan: Any, terms: queries.Terms, language: str) -> tuple[list[str], Outline | None]:
    reference = plan.own.reference if plan.own else None
    found = Outline.from_json(plan.outline) if plan.outline else None
    told = [
        wording.policy_sentence(plan.policy, language),
        wording.objective_sentence(plan.policy, reference, terms, language),
        wording.ties_sentence(plan.policy, terms, language),
        *wording.published(found.rules if found else [], plan.own.rates if plan.own else {}, language),
    ]
    return told, found
