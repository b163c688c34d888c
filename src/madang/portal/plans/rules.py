"""placeholder."""

from enum import StrEnum


class PlanState(StrEnum):
    """`solving` is being worked on; `failed` ended without a plan; only a `checked` plan can be adopted."""

    SOLVING = "solving"
    CHECKED = "checked"
    FAULTY = "faulty"
    FAILED = "failed"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"
