"""The grade of a smear by the WHO/IUATLD table, and how sure it is given what the detector is known to miss and invent.

Table (WHO, "Laboratory services in tuberculosis control, part II: microscopy", 1998; IUATLD technical guide, 2000): no
bacilli in 100 fields is negative; 1 to 9 in 100 fields is scanty, with the count; 10 to 99 in 100 fields is 1+; 1 to 10
a field in at least 50 fields is 2+; more than 10 a field in at least 20 fields is 3+. Verdicts are whole-number
comparisons; the interval is sampled from what calibration measured and is the only place where a float is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

FEW, SOME, ALL = 20, 50, 100
COUNTS = (FEW, SOME, ALL)


class Grade(StrEnum):
    """What a laboratory reports, from least to most."""

    NEGATIVE = "negative"
    SCANTY = "scanty"
    ONE = "1+"
    TWO = "2+"
    THREE = "3+"


ORDER = tuple(Grade)


def grade(count: int, fields: int) -> Grade | None:
    """The grade of `count` bacilli in `fields` readable fields; None while the table asks for more fields.

    Above 100 fields the rates per 100 fields decide. ``ValueError`` for negative numbers.
    """
    if count < 0 or fields < 0:
        raise ValueError("bacilli and fields are counted from zero")
    if fields >= FEW and count > 10 * fields:
        return Grade.THREE
    if fields >= SOME and fields <= count:
        return Grade.TWO
    if fields < ALL:
        return None
    if count == 0:
        return Grade.NEGATIVE
    return Grade.SCANTY if 100 * count < 10 * fields else Grade.ONE


def fields_to_read(count: int, fields: int) -> int:
    """How many fields more until the table can answer at the earliest; 0 where it does.

    A reader stops only at 20, 50 and 100 fields: looking after every field and stopping at the first that fits would
    favour high grades.
    """
    if fields in COUNTS and grade(count, fields) is not None:
        return 0
    return next((step - fields for step in COUNTS if step > fields), 0)


@dataclass(frozen=True)
class Measured:
    """What calibration found: `found` of so many true `bacilli`, and so many `false` alarms in clean `fields`."""

    found: int
    bacilli: int
    false: int
    fields: int


@dataclass(frozen=True)
class Estimate:
    """Bacilli in 100 fields: the middle, and the ends of the interval; the grades at its ends."""

    middle: float
    low: float
    high: float
    least: Grade
    most: Grade

    @property
    def spans_negative(self) -> bool:
        return self.least == Grade.NEGATIVE and self.most != Grade.NEGATIVE


def estimate(
    count: int, fields: int, measured: Measured, *, level: float = 0.95, draws: int = 20_000, seed: int = 0
) -> Estimate:
    """The bacilli that are likely to be in 100 fields when the machine alone counted `count` in `fields`.

    Recall is drawn from Beta(found + 1/2, missed + 1/2), false alarms a field from Gamma(false + 1/2) / fields, and the
    detections expected from Gamma(count + 1/2) / fields (Jeffreys's priors for a proportion and for Poisson rates);
    the true rate is then (detections - false alarms) / recall, not below zero. Seeded: the same call, the same answer.
    """
    if fields <= 0 or measured.fields <= 0 or measured.bacilli <= 0:
        raise ValueError("an estimate needs fields that were read, and a calibration with bacilli and clean fields")
    rng = np.random.default_rng(seed)
    recall = rng.beta(measured.found + 0.5, measured.bacilli - measured.found + 0.5, draws)
    false = rng.gamma(measured.false + 0.5, 1.0, draws) / measured.fields
    seen = rng.gamma(count + 0.5, 1.0, draws) / fields
    rate = 100 * np.maximum(seen - false, 0.0) / recall
    low, middle, high = (float(value) for value in np.quantile(rate, [(1 - level) / 2, 0.5, (1 + level) / 2]))
    return Estimate(middle, low, high, of_rate(low), of_rate(high))


def of_rate(per_hundred: float) -> Grade:
    """The grade that so many bacilli in 100 fields stand for; less than half a bacillus is none."""
    if per_hundred < 0.5:
        return Grade.NEGATIVE
    for limit, found in ((9.5, Grade.SCANTY), (99.5, Grade.ONE), (1000.5, Grade.TWO)):
        if per_hundred < limit:
            return found
    return Grade.THREE
