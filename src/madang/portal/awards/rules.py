"""placeholder."""

from enum import StrEnum


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
