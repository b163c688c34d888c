"""Puts a decision's reason, and the nearest remedy, into words fit to be published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, override

from madang.allocation.reasons import Reason
from madang.allocation.sentences import sentence
from madang.portal.decisions.models import Decision
from madang.portal.decisions.rules import REVIEWS_MISSING
from madang.portal.decisions.sentences import MAY_OBJECT, OBJECTION, REASONS, REMEDIES


def reason(code: str, facts: Mapping[str, Any], language: str, names: Mapping[str, str]) -> str:
    """The reason in "en" or "ko"; `names` says how codes of pools, tracks and criteria read."""
    if code in REASONS:
        with override(language):
            return gettext(REASONS[code])
    return sentence(Reason(code, facts), language, names)


def reason_of(decision: Decision, language: str, names: Mapping[str, str]) -> str:
    """The reason of a stored decision."""
    return reason(decision.reason_code, decision.reason_facts, language, names)


def remedy(decision: Decision, language: str) -> str:
    """What the applicant can do next, by outcome and reason."""
    code = decision.outcome
    if decision.reason_code.startswith("below_minimum"):
        code = "below_minimum"
    elif decision.reason_code.startswith("ineligible"):
        code = "ineligible"
    elif decision.reason_code == REVIEWS_MISSING:
        code = REVIEWS_MISSING
    with override(language):
        objection = gettext(OBJECTION).format(days=decision.application.intake.objection_days)
        return f"{gettext(REMEDIES[code])} {objection}" if code in MAY_OBJECT else gettext(REMEDIES[code])
