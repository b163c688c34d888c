"""What the rate of use in a rule of overbooking rests on: measured on the book, or stated by a person with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from madang.allocation.parts import OVERBOOKING
from madang.catalogues import translation
from madang.errors import Refused
from madang.portal import formats
from madang.values import SECONDS_PER_HOUR, Month

LONGEST_REASON = 500
# Measured on fewer awards than this, a rate says more about those few than about the next ones.
FEW_AWARDS = 5
Document = Mapping[str, Any]


class Source(StrEnum):
    """`ended`: awards that ran to their end; `quarters`: the last four whole quarters; `own`: a person's figure with a
    reason; `moved`: a number moved from a plan, to see what it does."""

    ENDED = "ended"
    QUARTERS = "quarters"
    OWN = "own"
    MOVED = "moved"


MEASURED = (Source.ENDED, Source.QUARTERS)


@dataclass(frozen=True)
class Measured:
    """Seconds of a pool's unit that so many awards used, of those granted, in whole months."""

    used: int
    granted: int
    awards: int
    first: str
    last: str

    @property
    def rate(self) -> int:
        """Thousandths, rounded up: whoever plans with it never takes use for smaller than it was."""
        return min(1000, -(-self.used * 1000 // self.granted))

    @property
    def few(self) -> bool:
        return self.awards < FEW_AWARDS


def measured_ground(source: str, found: Measured | None, on: date, pool: str) -> dict[str, Any]:
    """A measurement as it is kept beside the rule. Refused "rate_not_measured" where there is none of the pool."""
    if found is None:
        raise Refused("rate_not_measured", field="rate_from", pool=pool)
    return {"source": str(source), **asdict(found), "measured_on": on.isoformat()}


def own_ground(reason: str) -> dict[str, Any]:
    """A person's own figure. Refused "rate_without_reason" without one."""
    if not reason.strip():
        raise Refused("rate_without_reason", field="reason")
    return {"source": str(Source.OWN), "reason": reason.strip()[:LONGEST_REASON]}


def kept_grounds(rules: Sequence[Document], grounds: Document) -> dict[str, Any]:
    """The grounds of the rules of overbooking that there are, by their names. Refused as `own_ground`."""
    names = [str(rule["name"]) for rule in rules if rule["kind"] == OVERBOOKING]
    return {name: grounds.get(name) or own_ground("") for name in names}


def told(ground: Document, language: str) -> str:
    """What a rate rests on, in a sentence."""
    _ = translation(language).gettext
    if ground["source"] == Source.OWN:
        return _("The rate is an own figure: {reason}").format(reason=ground["reason"])
    if ground["source"] == Source.MOVED:
        return _("The rate was moved from a plan, to see what it does.")
    shown = {
        "used": formats.number(ground["used"] // SECONDS_PER_HOUR),
        "granted": formats.number(ground["granted"] // SECONDS_PER_HOUR),
        "awards": formats.number(ground["awards"]),
        "rate": formats.decimal(ground["used"] * 100, ground["granted"], 1),
        "first": formats.month(Month.parse(ground["first"]), language),
        "last": formats.month(Month.parse(ground["last"]), language),
        "day": formats.day(date.fromisoformat(ground["measured_on"]), language),
    }
    return _measured(_)[str(ground["source"])].format(**shown)


def _measured(_: Any) -> dict[str, str]:
    return {
        "ended": _(
            "The rate was measured on {day}: of {granted} unit-hours of {awards} awards that ran to their end from "
            "{first} to {last}, {used} were used ({rate} %)."
        ),
        "quarters": _(
            "The rate was measured on {day}: of {granted} unit-hours that {awards} awards held from {first} to {last}, "
            "{used} were used ({rate} %)."
        ),
    }
