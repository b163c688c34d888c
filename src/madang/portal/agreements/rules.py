"""placeholder."""

from enum import StrEnum


class Side(StrEnum):
    BODY = "body"
    USER = "user"


class SigningMethod(StrEnum):
    CLICK = "click"
    SIGNED_FILE = "signed_file"


class PaperState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
