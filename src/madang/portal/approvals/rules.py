"""Which acts need two people, and who may play which half."""

from __future__ import annotations

from enum import StrEnum

from madang.portal.actors import Actor, Role


class ApprovalKind(StrEnum):
    PUBLISH_CALL = "publish_call"
    ADOPT_PLAN = "adopt_plan"
    PUBLISH_DECISIONS = "publish_decisions"
    END_AWARD = "end_award"
    CHANGE_TARIFF = "change_tariff"
    REFUND = "refund"
    CREDIT_NOTE = "credit_note"
    PAY_SUPPLIER = "pay_supplier"
    AGREE_EXPENSES = "agree_expenses"
    SETTLE_YEAR = "settle_year"
    FREEZE_FIGURES = "freeze_figures"
    PAY_REVIEWERS = "pay_reviewers"
    PAY_AID = "pay_aid"
    TAKE_BACK = "take_back"
    CLOSE_MONTH = "close_month"
    REOPEN_MONTH = "reopen_month"
    DECIDE_SANCTION = "decide_sanction"
    UPHOLD_SANCTION = "uphold_sanction"
    ANNUL_SANCTION = "annul_sanction"
    GRANT_SUPPLEMENT = "grant_supplement"
    MISCONDUCT = "misconduct"


class ApprovalState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


DRAFTING_ROLES = {kind: frozenset({Role.PROGRAMME_MANAGER}) for kind in ApprovalKind}
DECIDING_ROLES = {kind: frozenset({Role.APPROVER}) for kind in ApprovalKind}


def may_draft(by: Actor, kind: ApprovalKind) -> bool:
    """Holds the role that drafts acts of this kind."""
    return by.person is not None and by.has(*DRAFTING_ROLES[kind])


def may_decide(by: Actor, kind: ApprovalKind) -> bool:
    """Holds the role that decides on acts of this kind; that it is not the drafter is judged by the draft."""
    return by.person is not None and by.has(*DECIDING_ROLES[kind])
