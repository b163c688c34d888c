"""How an application moves through its states."""

from __future__ import annotations

from enum import StrEnum


class ApplicationState(StrEnum):
    """`draft` was never submitted; `reopened` was submitted and is being edited, its last submission stays in force."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


class CheckStage(StrEnum):
    SUBMISSION = "submission"
    AWARD = "award"
