"""Simulates smears by the thousand: what stopping early does to the grade, and what false alarms do to specificity.

A slide has so many bacilli a field on average; where they lie unevenly, a field's own average follows a gamma law of
the given `spread` (its variance over the square of its mean), so that counts follow the negative binomial law. The true
grade is what 100 fields of the same slide say.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from smear_reader.grading import ALL, FEW, SOME, Grade, grade, stops

Array = np.ndarray
RULES = ("ours", "at_the_counts", "at_every_field", "at_twenty_fields")
MEANS = (0.02, 0.07, 0.12, 0.5, 0.9, 1.1, 3.0, 8.0, 9.5, 10.5, 12.0, 20.0)
RATES = (0.4, 0.1, 0.05, 0.01, 0.005, 0.001, 0.0005, 0.0001)


@dataclass(frozen=True)
class Stopping:
    """How one rule did on slides of one mean: proportion graded otherwise than by all 100 fields, and fields read."""

    rule: str
    mean: float
    changed: float
    fields: float


@dataclass(frozen=True)
class Specificity:
    """Negative slides called positive by the machine alone at so many false alarms a field, in 100 fields."""

    false_alarms: float
    specificity: float


def fields_of(mean: float, slides: int, spread: float, rng: np.random.Generator) -> Array:
    """Bacilli in each of 100 fields of so many slides: slides x 100 whole numbers."""
    rates = np.full((slides, ALL), mean) if spread == 0 else rng.gamma(1 / spread, mean * spread, (slides, ALL))
    return rng.poisson(rates)


def graded(counts: Array, rule: str) -> tuple[Grade, int]:
    """(grade, fields read) of one slide under a rule; 100 fields at the latest.

    ours: looks up at 20, 50 and 100 fields and goes on where the count is near a limit. at_the_counts: looks up at the
    same counts and stops as soon as the table answers. at_every_field: stops after any field where the table answers.
    at_twenty_fields: always stops at 20 and grades by the mean, as a hurried reader does.
    """
    sums = np.cumsum(counts)
    if rule == "at_twenty_fields":
        found = grade(int(sums[FEW - 1]) * (ALL // FEW), ALL)
        return _sure(found), FEW
    for look in range(FEW, ALL + 1) if rule == "at_every_field" else (FEW, SOME, ALL):
        count = int(sums[look - 1])
        found = grade(count, look)
        if found is not None and (rule != "ours" or stops(count, look - 1, look)):
            return found, look
    raise AssertionError("a hundred fields always have a grade")


def _sure(found: Grade | None) -> Grade:
    assert found is not None
    return found


def stopping(mean: float, rule: str, *, slides: int = 2000, spread: float = 0.0, seed: int = 1) -> Stopping:
    """How a rule does on slides of one mean, against the grade of all 100 fields."""
    counts = fields_of(mean, slides, spread, np.random.default_rng([seed, int(mean * 1000)]))
    found = [graded(slide, rule) for slide in counts]
    whole = [grade(int(slide.sum()), ALL) for slide in counts]
    changed = sum(one != other for (one, _), other in zip(found, whole, strict=True))
    return Stopping(rule, mean, round(changed / slides, 4), round(sum(read for _, read in found) / slides, 1))


def specificity(false_alarms: float, *, slides: int = 20_000, spread: float = 0.0, seed: int = 1) -> Specificity:
    """How many of so many negative slides of 100 fields have no false alarm at all, so that the table says negative."""
    counts = fields_of(false_alarms, slides, spread, np.random.default_rng([seed, 7]))
    return Specificity(false_alarms, round(float((counts.sum(axis=1) == 0).mean()), 4))


def simulated(*, slides: int = 2000, spread: float = 0.0, seed: int = 1) -> dict[str, object]:
    """Everything that `smear-reader simulate` prints."""
    rows = [stopping(mean, rule, slides=slides, spread=spread, seed=seed) for mean in MEANS for rule in RULES]
    clean = [specificity(rate, slides=10 * slides, seed=seed) for rate in RATES]
    return {
        "slides": slides,
        "spread": spread,
        "seed": seed,
        "stopping": [asdict(row) for row in rows],
        "specificity": [asdict(row) for row in clean],
    }
