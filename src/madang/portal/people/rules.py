"""What persons and organisations are: kinds, the registration number's check digit, regions by date, passwords tried."""

from __future__ import annotations

from enum import StrEnum


class OrganisationKind(StrEnum):
    COMPANY = "company"
    UNIVERSITY = "university"
    RESEARCH_INSTITUTE = "research_institute"
    PUBLIC_BODY = "public_body"


class SizeClass(StrEnum):
    """As certified, never computed from sales; bodies other than companies have none."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    MID_SIZED = "mid_sized"
    LARGE = "large"
    NONE = "none"


class Attribute(StrEnum):
    """What a verdict says of an organisation; discounts and eligibility rules name these."""

    YOUNG_FIRM = "young_firm"
    START_UP = "start_up"
    LOCAL_FIRM = "local_firm"


class InvitationState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
