"""Which acts need two people, and who may play which half."""

from __future__ import annotations

from enum import StrEnum

from madang.portal.actors import Role


class ApprovalKind(StrEnum):
    PUBLISH_CALL = "publish_call"
    ADOPT_PLAN = "adopt_plan"
    PUBLISH_DECISIONS = "publish_decisions"
    END_AWARD = "end_award"
    CHANGE_TARIFF = "change_tariff"


class ApprovalState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


DRAFTING_ROLES = {kind: frozenset({Role.PROGRAMME_MANAGER}) for kind in ApprovalKind}
DECIDING_ROLES = {kind: frozenset({Role.APPROVER}) for kind in ApprovalKind}
