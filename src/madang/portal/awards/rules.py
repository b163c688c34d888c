"""How plans, decisions, awards and agreements move through their states."""

from __future__ import annotations

from enum import StrEnum


class PlanState(StrEnum):
    """`solving` is being worked on; `failed` ended without a plan; only a `checked` plan can be adopted."""

    SOLVING = "solving"
    CHECKED = "checked"
    FAULTY = "faulty"
    FAILED = "failed"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"


class Outcome(StrEnum):
    AWARDED = "awarded"
    RESERVE = "reserve"
    REFUSED = "refused"


class AwardState(StrEnum):
    """`offered` waits for the applicant; `accepted` has an agreement to sign; only `in_force` runs anything."""

    HELD = "held"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    IN_FORCE = "in_force"
    ENDED = "ended"


class Side(StrEnum):
    BODY = "body"
    USER = "user"


class SigningMethod(StrEnum):
    CLICK = "click"
    SIGNED_FILE = "signed_file"
