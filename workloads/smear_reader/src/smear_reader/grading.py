"""The grade of a smear by the WHO/IUATLD table, and how sure it is given what the detector is known to miss and invent.

Table (WHO, "Laboratory services in tuberculosis control, part II: microscopy", 1998; IUATLD technical guide, 2000): no
bacilli in 100 fields is negative; 1 to 9 in 100 fields is scanty, with the count; 10 to 99 in 100 fields is 1+; 1 to 10
a field in at least 50 fields is 2+; more than 10 a field in at least 20 fields is 3+. Verdicts are whole-number
comparisons; the interval is sampled from what calibration measured and is the only place where a float is used.

A camera shows less of the slide than an eyepiece does, so fields are counted by area: `fields` may be a fraction, the
area read over that of the reference field.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np

FEW, SOME, ALL = 20, 50, 100
COUNTS = (FEW, SOME, ALL)
CLEAR = 6  # squared standard deviations from a limit
Array = np.ndarray


class Grade(StrEnum):
    """What a laboratory reports, from least to most."""

    NEGATIVE = "negative"
    SCANTY = "scanty"
    ONE = "1+"
    TWO = "2+"
    THREE = "3+"


ORDER = tuple(Grade)


def grade(count: int, fields: int | Fraction) -> Grade | None:
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


def stops(count: int, before: int | Fraction, after: int | Fraction) -> bool:
    """Whether reading may stop at a field that brought the fields read from `before` to `after`.

    A reader looks up only where 20, 50 or 100 fields are reached: looking after every field and stopping at the first
    that fits would favour high grades. Even so 20 fields at a mean of 9.5 give 3+ in every fifth slide that 100 fields
    call 2+; so at 20 and 50 fields reading goes on unless the count is clear of the next grade's limit (`clear`).
    """
    reached = [step for step in COUNTS if before < step <= after]
    if not reached or grade(count, after) is None:
        return False
    return after >= ALL or clear(count, after)


def clear(count: int, fields: int | Fraction) -> bool:
    """Whether a count is at least two and a half standard deviations (of a Poisson count) from 1 and 10 a field."""
    return all((count - limit * fields) ** 2 >= CLEAR * limit * fields for limit in (1, 10))


def fields_to_read(count: int, fields: int | Fraction) -> int | Fraction:
    """How many fields more until the table can answer at the earliest; 0 where it does."""
    if grade(count, fields) is not None:
        return 0
    return next(step - fields for step in COUNTS if step > fields)


@dataclass(frozen=True)
class Measured:
    """What calibration found: `found` of so many true `bacilli`, and so many `false` alarms in clean `fields`.

    `by_slide`: (false alarms, fields) of each clean slide, where they are known; slides differ by more than chance.
    """

    found: int
    bacilli: int
    false: int
    fields: int | Fraction
    by_slide: tuple[tuple[int, int | Fraction], ...] = ()


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
    count: int, fields: int | Fraction, measured: Measured, *, level: float = 0.95, draws: int = 20_000, seed: int = 0
) -> Estimate:
    """The bacilli that are likely to be in 100 fields when the machine alone counted `count` in `fields`.

    Recall is drawn from Beta(found + 1/2, missed + 1/2), false alarms a field from Gamma(false + 1/2) / fields, and
    the detections expected from Gamma(count + 1/2) / fields (Jeffreys's priors for a proportion and for Poisson
    rates). Where clean slides differ by more than Poisson's law allows, the next slide's false alarms are drawn from a
    gamma law with the variance between them (by moments, slides drawn again with replacement). The true rate is then
    (detections - false alarms) / recall, not below zero. Seeded: the same call, the same answer.
    """
    if fields <= 0 or measured.fields <= 0 or measured.bacilli <= 0:
        raise ValueError("an estimate needs fields that were read, and a calibration with bacilli and clean fields")
    rng = np.random.default_rng(seed)
    recall = rng.beta(measured.found + 0.5, measured.bacilli - measured.found + 0.5, draws)
    false = _false_alarms(measured, rng, draws)
    seen = rng.gamma(count + 0.5, 1.0, draws) / float(fields)
    rate = 100 * np.maximum(seen - false, 0.0) / recall
    low, middle, high = (float(value) for value in np.quantile(rate, [(1 - level) / 2, 0.5, (1 + level) / 2]))
    return Estimate(middle, low, high, of_rate(low), of_rate(high))


def _false_alarms(measured: Measured, rng: np.random.Generator, draws: int) -> Array:
    """False alarms a field on a slide not seen yet, drawn so many times."""
    if len(measured.by_slide) < 2:
        return rng.gamma(measured.false + 0.5, 1.0, draws) / float(measured.fields)
    counts, areas = (np.array([float(pair[k]) for pair in measured.by_slide]) for k in (0, 1))
    again = rng.integers(0, len(counts), (draws, len(counts)))
    false, fields = counts[again], areas[again]
    rate = rng.gamma(false.sum(1) + 0.5) / fields.sum(1)
    expected = rate[:, None] * fields
    spread = ((false - expected) ** 2 - expected).sum(1) / (expected**2).sum(1)
    shape = 1 / np.clip(spread, 1e-3, 25.0)
    return np.asarray(np.where(spread > 1e-3, rng.gamma(shape) * rate / shape, rate))


def of_rate(per_hundred: float) -> Grade:
    """The grade that so many bacilli in 100 fields stand for; less than half a bacillus is none."""
    if per_hundred < 0.5:
        return Grade.NEGATIVE
    for limit, found in ((9.5, Grade.SCANTY), (99.5, Grade.ONE), (1000.5, Grade.TWO)):
        if per_hundred < limit:
            return found
    return Grade.THREE
