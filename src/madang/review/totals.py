"""What comes after the sheets: a panel's consensus, bonus and penalty points kept apart, and steps put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from madang.errors import Refused
from madang.review.scores import Criterion, Rule, Score, Sheet, application_score, exact_total, round_milli


def consensus(
    criteria: Sequence[Criterion], sheets: Sequence[Sheet], agreed: Sheet, reasons: Mapping[str, str]
) -> Score:
    """The score of the sheet that a panel agreed on with its moderator, after each had scored independently.

    The spread is that of the independent sheets. Points below the lowest or above the highest that anyone gave need a
    reason, by criterion.

    Refused: as `application_score`; ``consensus_too_early`` (fewer than two independent sheets);
    ``consensus_incomplete`` (criterion); ``consensus_needs_reason`` (criterion, points, low, high).
    """
    before = application_score(criteria, sheets)
    if before.answered < 2:
        raise Refused("consensus_too_early", sheets=before.answered)
    for criterion in criteria:
        points = agreed.points.get(criterion.code)
        if points is None:
            raise Refused("consensus_incomplete", criterion=criterion.code)
        given = [one for sheet in sheets if (one := sheet.points.get(criterion.code)) is not None]
        outside = bool(given) and not min(given) <= points <= max(given)
        if outside and not reasons.get(criterion.code, "").strip():
            facts = {"points": points, "low": min(given), "high": max(given)}
            raise Refused("consensus_needs_reason", criterion=criterion.code, **facts)
    found = application_score(criteria, [agreed])
    return replace(found, spread_milli=before.spread_milli, answered=before.answered)


class Origin(StrEnum):
    """Who adds or takes points: `claimed` by the applicant and confirmed by an officer, or the `committee`."""

    CLAIMED = "claimed"
    COMMITTEE = "committee"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points above 0 (bonus) or below (penalty); a claim counts once `confirmed`, a committee gives a reason."""

    code: str
    points: int | Fraction
    origin: Origin
    reason: str = ""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A total with what was added and taken, each in thousandths and stored apart from the reviewers' points."""

    reviewed_milli: int
    claimed_milli: int
    bonus_milli: int
    penalty_milli: int
    total_milli: int


def adjusted(
    reviewed: Fraction,
    adjustments: Iterable[Adjustment],
    *,
    most_bonus: int,
    most_penalty: int | None = None,
    most_claimed: int = 0,
) -> Adjusted:
    """A reviewers' exact total with claims, bonus and penalty points, each capped as a sum; never below nothing.

    Claims have a cap of their own, apart from what a committee adds; those that nobody confirmed do not count.
    The total is rounded once, from exact values. Refused: ``adjustment_twice`` (adjustment) and
    ``adjustment_needs_reason`` (adjustment).
    """
    counting = list(adjustments)
    codes = [one.code for one in counting]
    for place, one in enumerate(counting):
        if one.code in codes[:place]:
            raise Refused("adjustment_twice", adjustment=one.code)
        if one.origin == Origin.COMMITTEE and not one.reason.strip():
            raise Refused("adjustment_needs_reason", adjustment=one.code)
    confirmed = [Fraction(one.points) for one in counting if one.origin == Origin.CLAIMED and one.confirmed]
    claimed = min(sum(confirmed, Fraction(0)), Fraction(most_claimed))
    points = [Fraction(one.points) for one in counting if one.origin == Origin.COMMITTEE]
    bonus = min(sum((one for one in points if one > 0), Fraction(0)), Fraction(most_bonus))
    penalty = -sum((one for one in points if one < 0), Fraction(0))
    penalty = penalty if most_penalty is None else min(penalty, Fraction(most_penalty))
    total = max(Fraction(0), reviewed + claimed + bonus - penalty)
    return Adjusted(*(round_milli(one) for one in (reviewed, claimed, bonus, penalty, total)))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the review (document, presentation, on-site) with its scoring table, rule and weight in the end."""

    code: str
    criteria: tuple[Criterion, ...]
    weight: int
    rule: Rule = Rule.MEAN


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the score table: thousandths of 100 by step (None: not reviewed in it), in all, and the place."""

    application: str
    steps: tuple[int | None, ...]
    total_milli: int | None
    place: int | None


def score_table(steps: Sequence[Step], sheets: Mapping[str, Mapping[str, Sequence[Sheet]]]) -> list[Row]:
    """All applications by step and in all, best first; `sheets` by application and step code.

    A step's score is out of 100, whatever points its table has; the total is their weighted mean, rounded once. Whoever
    lacks a step that has weight has no total and stands last; equals share a place and stand in order of ids.
    Refused: ``steps_without_weight``, and as `application_score`.
    """
    rows = []
    for application, given in sheets.items():
        total = in_all(steps, given)
        exact = [_percent(step, given.get(step.code, ())) for step in steps]
        in_steps = tuple(None if one is None else round_milli(one) for one in exact)
        rows.append(Row(application, in_steps, None if total is None else round_milli(total), None))
    return _placed(rows)


def in_all(steps: Sequence[Step], given: Mapping[str, Sequence[Sheet]]) -> Fraction | None:
    """One application's exact total of all its steps, out of 100; `given` holds its sheets by step code.

    None where a step that has weight was not scored. Refused: ``steps_without_weight``, and as `application_score`.
    """
    weight = sum(step.weight for step in steps)
    if weight <= 0 or any(step.weight < 0 for step in steps):
        raise Refused("steps_without_weight")
    exact = [_percent(step, given.get(step.code, ())) for step in steps if step.weight]
    weights = [step.weight for step in steps if step.weight]
    if None in exact:
        return None
    return Fraction(sum((one or 0) * share for one, share in zip(exact, weights, strict=True))) / weight


def _percent(step: Step, sheets: Sequence[Sheet]) -> Fraction | None:
    total = exact_total(step.criteria, sheets, step.rule)
    return None if total is None else total * 100 / sum(criterion.points for criterion in step.criteria)


def _placed(rows: list[Row]) -> list[Row]:
    order = sorted(rows, key=lambda row: (row.total_milli is None, -(row.total_milli or 0), row.application))
    totals = [row.total_milli for row in order]
    return [row if row.total_milli is None else replace(row, place=1 + totals.index(row.total_milli)) for row in order]
