"""What persons and organisations are: kinds, the registration number's check digit, regions by date, attempts."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from madang.errors import Refused


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


class Sector(StrEnum):
    """A company's main business, as its registration has it; sections of the Korean Standard Industrial Classification
    (11th revision) by their letters, those with few applicants together; other bodies have none.
    """

    AGRICULTURE = "agriculture"
    MANUFACTURING = "manufacturing"
    ENERGY = "energy"
    CONSTRUCTION = "construction"
    TRADE = "trade"
    TRANSPORT = "transport"
    INFORMATION = "information"
    FINANCE = "finance"
    SCIENCE = "science"
    EDUCATION = "education"
    HEALTH = "health"
    CULTURE = "culture"
    OTHER = "other"
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


# --- names ---

NAME_LIMIT = 80
ORGANISATION_NAME_LIMIT = 120


def clean_name(name: str, limit: int = NAME_LIMIT) -> str:
    """A name as it is kept: composed Hangul, single spaces. Refused when empty, too long or unfit for a mail's head."""
    kept = " ".join(unicodedata.normalize("NFC", name).split(" ")).strip()
    if not kept:
        raise Refused("name_empty", field="name")
    if len(kept) > limit or not kept.isprintable() or "<" in kept or ">" in kept:
        raise Refused("name_malformed", field="name", limit=limit)
    return " ".join(kept.split())


def clean_email(email: str) -> str:
    """An e-mail address as it is kept and compared: without spaces around it, in lower case."""
    return email.strip().lower()


# --- business registration number ---

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63"


def check_digit(nine: Sequence[int]) -> int:
    """The tenth digit that belongs to the first nine of a Korean business registration number."""
    total = sum(weight * digit for weight, digit in zip(_WEIGHTS, nine, strict=True)) + 5 * nine[8] // 10
    return -total % 10


def registration_number(text: str) -> str:
    """The ten digits of a number as a person writes it: with or without hyphens and spaces, full-width too.

    Refused: "registration_number_malformed", "registration_number_check_digit". That a number is well formed says
    nothing about whether it was ever given. 000-00-00000 passes the arithmetic and is refused by name.
    """
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(letter for letter in plain if letter not in _HYPHENS and not letter.isspace())
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()) or digits == "0" * 10:
        raise Refused("registration_number_malformed", field="registration_number")
    numbers = [int(digit) for digit in digits]
    if numbers[9] != check_digit(numbers[:9]):
        raise Refused("registration_number_check_digit", field="registration_number")
    return digits


def hyphenated(number: str) -> str:
    """1234567891 as people read it: 123-45-67891."""
    return f"{number[:3]}-{number[3:5]}-{number[5:]}"


# --- regions ---


@dataclass(frozen=True)
class RegionSpan:
    """A region between two days, [starts_on, ends_on), and the code of the one that followed it."""

    code: str
    starts_on: date
    ends_on: date | None = None
    successor: str | None = None

    def in_force(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def region_at(code: str, day: date, regions: Mapping[str, RegionSpan]) -> str:
    """The region that a place in `code` belongs to on a day: the last of its successors that has begun by then.

    Before its own first day a region stands for itself: which of its forerunners a place lay in is not known from it
    (see `forerunners_at`).
    """
    span = regions[code]
    while span.ends_on is not None and span.ends_on <= day and span.successor is not None:
        span = regions[span.successor]
    return span.code


def forerunners_at(code: str, day: date, regions: Mapping[str, RegionSpan]) -> frozenset[str]:
    """All regions in force on a day that this one came from or is: where a place in `code` may have lain then."""
    now = region_at(code, day, regions)
    if regions[now].in_force(day):
        return frozenset({now})
    before = [span.code for span in regions.values() if span.successor == now and span.code != now]
    return frozenset(one for origin in before for one in forerunners_at(origin, day, regions))


# --- verdicts and ages ---


@dataclass(frozen=True)
class Finding:
    """A verdict as rules see it: what was found, and for which days [valid_from, valid_until)."""

    attribute: Attribute
    holds: bool
    valid_from: date
    valid_until: date


def holds_on(findings: Iterable[Finding], attribute: Attribute, day: date) -> bool | None:
    """What the latest finding that is valid on a day says; None when nothing valid was found."""
    valid = [one for one in findings if one.attribute is attribute and one.valid_from <= day < one.valid_until]
    return max(valid, key=lambda one: one.valid_from).holds if valid else None


def years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes 1 March in a year without one."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def at_most_years_old(founded_on: date, day: date, years: int) -> bool:
    """Founded on or before `day` and not more than `years` years ago; the anniversary itself still counts."""
    return founded_on <= day <= years_after(founded_on, years)


# --- attempts to log in ---

ATTEMPTS_WINDOW = timedelta(minutes=15)
# One mail of a kind to one address in so many seconds, however often it is asked for.
MAIL_EVERY = 600
# Mails that anybody can ask for, to whatever address, from one network address within the same time.
MAILS_FROM_ADDRESS = 20
# Many people of one house share one address, so an address may fail more often than an account.
ADDRESS_FACTOR = 5


def attempt_place(digest: str, number: int) -> int:
    """The id of the row in which the attempt with this number under a digest is kept: the same for everybody."""
    found = hashlib.sha256(f"{digest}/{number}".encode()).digest()
    return int.from_bytes(found[:8], "big") >> 1


def wait_until(failures: Iterable[datetime], now: datetime, tries: int) -> datetime | None:
    """When the next attempt is allowed after `tries` failures within 15 minutes; None when it is allowed now."""
    recent = sorted(failed for failed in failures if failed > now - ATTEMPTS_WINDOW)
    return recent[-tries] + ATTEMPTS_WINDOW if len(recent) >= tries else None


def minutes_until(instant: datetime, now: datetime) -> int:
    """Whole minutes to wait, rounded up, at least one."""
    return max(1, -(-(instant - now) // timedelta(minutes=1)))


# --- tokens and links ---

TOKEN_PREFIX = "mdg_"  # noqa: S105 - the visible start of every token, no secret
TOKEN_DAYS = 366


class TokenScope(StrEnum):
    """What a token is good for: everything that its holder may do, or reading alone."""

    FULL = "full"
    READ = "read"


TOKENS_IN_FORCE = 20
INVITATION_LIFE = timedelta(days=14)
CONFIRMATION_LIFE = timedelta(days=3)
RESET_LIFE = timedelta(hours=3)
