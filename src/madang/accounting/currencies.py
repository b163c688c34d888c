"""Amounts of other currencies: whole minor units, written and read exactly, and what they come to in won.

An amount is a whole number of the smallest unit that ISO 4217 gives the currency: won of KRW, cents of USD. A published
rate is a fraction, and an amount becomes won by one exact product that is rounded once, half a won up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from madang.errors import Refused
from madang.values import divide_half_up

WON = "KRW"
# digits behind the point by ISO 4217 (list one, published 2024-06-25)
MINOR_DIGITS = {
    WON: 0, "JPY": 0, "VND": 0,
    "USD": 2, "EUR": 2, "GBP": 2, "CNY": 2, "CHF": 2, "CAD": 2, "AUD": 2, "SGD": 2, "HKD": 2, "TWD": 2, "INR": 2,
    "KWD": 3, "BHD": 3,
}  # fmt: skip
RATE_DIGITS = 6
# banks publish won for one unit, or for a hundred of a currency whose unit is small
PER = (1, 100)
MOST_DIGITS = 12
_WRITTEN = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)


def parse(text: str, currency: str, *, field: str = "") -> int:
    """Minor units of what somebody wrote: 1,234.5 of USD is 123450. Nothing is rounded.

    Refused: ``currency_unknown`` (currency), ``amount_unreadable`` (text), ``amount_too_fine`` (text, currency, digits)
    where it has more decimals than the currency; `field` is passed on.
    """
    if currency not in MINOR_DIGITS:
        raise Refused("currency_unknown", currency=currency, field=field)
    digits = MINOR_DIGITS[currency]
    whole, behind = _parts(text, "amount_unreadable", field)
    if len(behind) > digits:
        raise Refused("amount_too_fine", text=text.strip(), currency=currency, digits=digits, field=field)
    return int(whole + behind.ljust(digits, "0"))


def parse_rate(text: str, *, field: str = "") -> int:
    """A published rate in millionths of a won. Refused: ``rate_unreadable`` (text) for nought and for what is finer."""
    whole, behind = _parts(text, "rate_unreadable", field)
    rate = int(whole + behind[:RATE_DIGITS].ljust(RATE_DIGITS, "0"))
    if len(behind) > RATE_DIGITS or not rate:
        raise Refused("rate_unreadable", text=text.strip(), field=field)
    return rate


def _parts(text: str, code: str, field: str) -> tuple[str, str]:
    found = _WRITTEN.fullmatch(text.strip())
    whole = found[1].replace(",", "") if found else ""
    if found is None or len(whole) > MOST_DIGITS:
        raise Refused(code, text=text.strip(), field=field)
    return whole, found[2] or ""


def written(minor: int, currency: str) -> str:
    """An amount of at least nought as `parse` reads it, with all its decimals: 12.50 for 1250 of USD."""
    return _with_point(minor, MINOR_DIGITS[currency])


def _with_point(number: int, digits: int) -> str:
    whole, rest = divmod(number, 10**digits)
    return f"{whole:,}.{rest:0{digits}d}" if digits else f"{whole:,}"


@dataclass(frozen=True)
class Quoted:
    """A price in another currency with the rate it is converted by: `rate` millionths of a won for `per` units of it,
    published on `day` by `source`.

    Refused: ``currency_unknown``, ``rate_incomplete``.
    """

    currency: str
    minor: int
    rate: int
    per: int
    day: date
    source: str

    def __post_init__(self) -> None:
        if self.currency not in MINOR_DIGITS or self.currency == WON:
            raise Refused("currency_unknown", currency=self.currency, field="reference_currency")
        if self.minor < 0 or self.rate < 1 or self.per not in PER or not self.source.strip():
            raise Refused("rate_incomplete", currency=self.currency, field="rate")

    @property
    def won(self) -> int:
        """What it comes to, half a won rounded up."""
        return divide_half_up(self.minor * self.rate, 10 ** (MINOR_DIGITS[self.currency] + RATE_DIGITS) * self.per)

    @property
    def rate_written(self) -> str:
        """The rate as `parse_rate` reads it, without noughts at its end."""
        return _with_point(self.rate, RATE_DIGITS).rstrip("0").rstrip(".")
