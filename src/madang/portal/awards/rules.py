"""How an award moves through its states, until when it can be answered, and what it grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from madang.errors import Refused
from madang.portal.resources.rules import Grain
from madang.values import SECONDS_PER_HOUR, Month, months_from


class AwardState(StrEnum):
    """`offered` waits for the applicant; `accepted` has an agreement to sign; only `in_force` runs anything."""

    HELD = "held"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    IN_FORCE = "in_force"
    ENDED = "ended"


@dataclass(frozen=True)
class Line:
    """`quantity` of a product (by row id) in `months` months from `first_month`; `seconds` of its pool in all."""

    product: int
    asked: int
    quantity: int
    first_month: str
    months: int
    seconds: int


@dataclass(frozen=True)
class Grant:
    """What one application (by row id) is to be given."""

    application: int
    organisation: int
    title: str
    lines: tuple[Line, ...]


def seconds_of(*, by_hour: bool, quantity: int, units: int, first_month: str, months: int, zone: ZoneInfo) -> int:
    """The pool seconds that a line grants: all seconds of its months, or the hours that it counts."""
    if by_hour:
        return quantity * units * SECONDS_PER_HOUR
    span = months_from(Month.parse(first_month), months)
    return quantity * units * sum(month.period(zone).seconds for month in span)


def in_halves(grain: str) -> bool:
    """Whether a line's computing can be granted in two instalments: what is held by the month cannot."""
    return grain == Grain.HOUR


def halfway(starts_on: date, ends_on: date) -> date | None:
    """The first day of the second half of the days [starts_on, ends_on); none where they cannot be halved."""
    found = starts_on + (ends_on - starts_on) // 2
    return found if starts_on < found else None


def first_half(seconds: int) -> int:
    """What is granted at once of a line in two instalments; a second that cannot be halved comes with it."""
    return seconds - seconds // 2


def days_of(lines: Iterable[Line]) -> tuple[date, date]:
    """The award's days [first, end): from its first month to the end of its last."""
    spans = [(Month.parse(line.first_month), Month.parse(line.first_month).plus(line.months)) for line in lines]
    first, end = min(start for start, _ in spans), max(end for _, end in spans)
    return date(first.year, first.number, 1), date(end.year, end.number, 1)


def accept_deadline(now: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The instant at which the last day for an answer is over, in the centre's zone: `days` days after today."""
    after = now.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(after, time.min, tzinfo=zone)


def check_answerable(state: str, accept_by: datetime | None, now: datetime) -> None:
    """An offer can be answered before its deadline, judged at the instant of the request."""
    if state != AwardState.OFFERED:
        raise Refused("award_not_offered")
    if accept_by is not None and now >= accept_by:
        raise Refused("award_deadline_passed", until=accept_by)


def jobs_until(ended_at: datetime, notice_hours: int) -> datetime:
    """The instant until which what runs under an award that has ended may go on."""
    return ended_at + timedelta(hours=notice_hours)


def beyond(ahead: Mapping[str, int], needed: int) -> dict[str, int]:
    """What of the units promised by month is more than `needed` in all: the last months first, none below nought."""
    spare, freed = sum(ahead.values()) - needed, {}
    for month in sorted(ahead, reverse=True):
        units = min(ahead[month], max(0, spare))
        if units:
            freed[month] = units
            spare -= units
    return freed


def number_of(call: str, intake: int, serial: int) -> str:
    """An award's number: call, intake, serial within the intake."""
    return f"{call}-{intake}-A{serial:04d}"
