"""How a call moves through its states and what its tracks may ask."""

from __future__ import annotations

from enum import StrEnum


class CallKind(StrEnum):
    REGULAR = "regular"
    ADDITIONAL = "additional"
    ROLLING = "rolling"
    BETA = "beta"


class CallState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class IntakeState(StrEnum):
    """Where an intake stands. `planned` and `open` follow the clock; the rest are moved by dates or by the operator."""

    PLANNED = "planned"
    OPEN = "open"
    SCREENING = "screening"
    IN_REVIEW = "in_review"
    DECIDED = "decided"
    CLOSED = "closed"


class ReferenceDate(StrEnum):
    """The day on which a fact about an applicant is judged."""

    ANNOUNCEMENT = "announcement"
    DEADLINE = "deadline"
    AWARD = "award"


class EligibilityKind(StrEnum):
    """What a rule looks at; `parameters` by kind stand beside each."""

    ORGANISATION_KIND = "organisation_kind"  # kinds: [..]
    REGION = "region"  # regions: [codes]
    OUTSIDE_CAPITAL = "outside_capital"  # no parameters
    AGE_AT_MOST = "age_at_most"  # years: int
    RUNNING_AWARDS_AT_MOST = "running_awards_at_most"  # awards: int
    NO_OVERDUE_REPORT = "no_overdue_report"  # no parameters
    ONE_PER_ORGANISATION = "one_per_organisation"  # no parameters; within the call
