"""How a review moves through its states."""

from __future__ import annotations

from enum import StrEnum


class AssignmentState(StrEnum):
    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    RECUSED = "recused"
    WITHDRAWN = "withdrawn"


class Interest(StrEnum):
    """The kinds of conflict of interest that a reviewer can declare."""

    SAME_ORGANISATION = "same_organisation"
    MEMBER = "member"
    RELATIVE = "relative"
    ADVICE = "advice"
    FINANCIAL = "financial"
    OTHER = "other"
