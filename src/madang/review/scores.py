"""Works out an application's score from its reviewers' sheets, exactly, with one rounding at the very end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import isqrt

from madang.errors import Refused
from madang.values import divide_half_up

TRIM_FROM = 5
"""Korean committees drop the highest and the lowest total once five members have scored."""

TOTAL = "total"
"""Names the total where a shortfall is reported, so no criterion may have this code."""


class Rule(StrEnum):
    """How the totals of several reviewers become one."""

    MEAN = "mean"
    TRIMMED = "trimmed"


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something judged, worth up to `points` whole points; its mean must reach `minimum`, unless None or 0."""

    code: str
    points: int
    minimum: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one reviewer gave: by criterion code, points from 0 to the criterion's points.

    None, or a code left out, is a criterion skipped. A call that allows half points passes an exact Fraction.
    """

    reviewer: str
    points: Mapping[str, int | Fraction | None]


@dataclass(frozen=True, slots=True)
class Score:
    """An application's score in thousandths of a point.

    `total_milli` is out of the sum of all criteria's points, None where nobody scored. `per_criterion_milli` is the
    mean of those who answered that criterion, None where nobody did. `answered` counts the sheets with any answer, and
    `answered_permille` is the answered share of all their weight. `spread_milli` is the highest sheet's total less the
    lowest, before anything is dropped.
    """

    total_milli: int | None
    per_criterion_milli: Mapping[str, int | None]
    answered: int
    answered_permille: int
    spread_milli: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A minimum that was missed: of a criterion by its code or of the `TOTAL`; `got_milli` None if never scored."""

    code: str
    minimum: int
    got_milli: int | None


def application_score(
    criteria: Sequence[Criterion], sheets: Sequence[Sheet], rule: Rule = Rule.MEAN, trim_from: int = TRIM_FROM
) -> Score:
    """The score of one application; neither the order of sheets nor that of criteria matters.

    A sheet's total is its points over the weight it answered, scaled to the full weight, so that a skipped criterion
    lowers nothing and every reviewer counts the same; a sheet without answers does not count. `mean`: the mean of those
    totals. `trimmed`: exactly one highest and one lowest total are left out when at least `trim_from` (3 or more)
    count, also where several are equal. Criterion means always take in every answer: which of several equal totals is
    dropped must not decide whether a minimum is met. Halves are rounded up, once, to 1/1000 of a point.

    Refused: ``criteria_missing``, ``criterion_twice``, ``criterion_points_wrong``, ``criterion_unknown``,
    ``reviewer_twice``, ``points_out_of_range`` (reviewer, criterion, points, most).
    """
    exact = exact_total(criteria, sheets, rule, trim_from)
    totals = _totals(criteria, sheets)
    return Score(
        total_milli=_milli(exact),
        per_criterion_milli={criterion.code: _milli(_mean(_answers(criterion.code, sheets))) for criterion in criteria},
        answered=len(totals),
        answered_permille=_answered_permille(criteria, sheets),
        spread_milli=round_milli(totals[-1] - totals[0]) if totals else 0,
    )


def exact_total(
    criteria: Sequence[Criterion], sheets: Sequence[Sheet], rule: Rule = Rule.MEAN, trim_from: int = TRIM_FROM
) -> Fraction | None:
    """The total of `application_score` before it is rounded, for sums of several steps; None where nobody scored."""
    check_table(criteria)
    _check_sheets(criteria, sheets)
    if trim_from < 3:
        raise ValueError(f"nothing would be left of fewer than 3 totals, so trimming cannot start at {trim_from}")
    totals = _totals(criteria, sheets)
    return _mean(totals[1:-1] if rule == Rule.TRIMMED and len(totals) >= trim_from else totals)


def dropped(
    criteria: Sequence[Criterion], sheets: Sequence[Sheet], rule: Rule = Rule.MEAN, trim_from: int = TRIM_FROM
) -> tuple[str, str] | None:
    """Whose highest and whose lowest total `trimmed` leaves out, (highest, lowest); None where nothing is left out.

    Of several equal totals those of the first reviewer in order of ids are shown as left out, the highest before the
    lowest; the score is the same whichever it is.
    """
    counting = {sheet.reviewer: total for sheet in sheets if (total := sheet_total(criteria, sheet)) is not None}
    if rule != Rule.TRIMMED or len(counting) < trim_from:
        return None
    highest = min(counting, key=lambda name: (-counting[name], name))
    return highest, min(counting.keys() - {highest}, key=lambda name: (counting[name], name))


def _totals(criteria: Sequence[Criterion], sheets: Sequence[Sheet]) -> list[Fraction]:
    return sorted(total for sheet in sheets if (total := sheet_total(criteria, sheet)) is not None)


def errors(criteria: Sequence[Criterion], sheets: Mapping[str, Sequence[Sheet]]) -> dict[str, int]:
    """The standard error of each application's score, in thousandths of a point, by its id.

    Two or three sheets say little about how far reviewers of one application lie apart, so the variance within
    applications is pooled over all of them (the within-group mean square of a one-way analysis of variance: Fisher,
    *Statistical Methods for Research Workers*, 1925) and divided by the number of sheets. 0 for all where no
    application has two sheets; an application without any is left out.
    """
    totals = {name: _totals(criteria, every) for name, every in sheets.items()}
    freedom = sum(len(found) - 1 for found in totals.values() if found)
    squares = sum((_squares(found) for found in totals.values() if found), Fraction(0))
    variance = squares / freedom if freedom else Fraction(0)
    return {
        name: isqrt(int(variance * 1_000_000 / len(found)))  # rounded down to a thousandth
        for name, found in totals.items()
        if found
    }


def deviation(criteria: Sequence[Criterion], sheets: Sequence[Sheet]) -> int:
    """The standard deviation of the sheets' totals (divided by one fewer), in thousandths of a point; 0 below two."""
    totals = _totals(criteria, sheets)
    return isqrt(int(_squares(totals) * 1_000_000 / (len(totals) - 1))) if len(totals) > 1 else 0


def _squares(totals: Sequence[Fraction]) -> Fraction:
    """The sum of squared distances from the mean."""
    return sum((total * total for total in totals), Fraction(0)) - sum(totals, Fraction(0)) ** 2 / len(totals)


def sheet_total(criteria: Sequence[Criterion], sheet: Sheet) -> Fraction | None:
    """One sheet's exact total in points, scaled from the weight it answered to the full weight; None if it is empty."""
    answered = [criterion for criterion in criteria if sheet.points.get(criterion.code) is not None]
    if not answered:
        return None
    given = sum(sheet.points[criterion.code] or 0 for criterion in answered)
    return Fraction(given * _weight(criteria), _weight(answered))


def shortfalls(criteria: Sequence[Criterion], score: Score, minimum_total: int | None = None) -> list[Shortfall]:
    """The minimums missed, criteria in their order, the total last; empty if all are met.

    Compared are the rounded thousandths, so that what is published never contradicts the verdict. A criterion with a
    minimum that nobody scored is missed: what must be reached cannot be left open.
    """
    asked = [(c.code, c.minimum, score.per_criterion_milli[c.code]) for c in criteria]
    asked.append((TOTAL, minimum_total, score.total_milli))
    return [
        Shortfall(code, minimum, got)
        for code, minimum, got in asked
        if minimum and (got is None or got < minimum * 1000)
    ]


def check_table(criteria: Sequence[Criterion]) -> None:
    """Refuses a scoring table that makes no sense, as `application_score` does."""
    if not criteria:
        raise Refused("criteria_missing")
    codes = [criterion.code for criterion in criteria]
    for place, criterion in enumerate(criteria):
        if criterion.code in codes[:place] or criterion.code == TOTAL:
            raise Refused("criterion_twice", criterion=criterion.code)
        if criterion.points <= 0 or not 0 <= (criterion.minimum or 0) <= criterion.points:
            raise Refused(
                "criterion_points_wrong",
                criterion=criterion.code,
                points=criterion.points,
                minimum=criterion.minimum,
            )


def _check_sheets(criteria: Sequence[Criterion], sheets: Sequence[Sheet]) -> None:
    most = {criterion.code: criterion.points for criterion in criteria}
    seen: set[str] = set()
    for sheet in sheets:
        if sheet.reviewer in seen:
            raise Refused("reviewer_twice", reviewer=sheet.reviewer)
        seen.add(sheet.reviewer)
        for code, points in sheet.points.items():
            if code not in most:
                raise Refused("criterion_unknown", reviewer=sheet.reviewer, criterion=code)
            if points is not None and not 0 <= points <= most[code]:
                raise Refused(
                    "points_out_of_range",
                    reviewer=sheet.reviewer,
                    criterion=code,
                    points=points,
                    most=most[code],
                )


def _answers(code: str, sheets: Sequence[Sheet]) -> list[int | Fraction]:
    return [points for sheet in sheets if (points := sheet.points.get(code)) is not None]


def _answered_permille(criteria: Sequence[Criterion], sheets: Sequence[Sheet]) -> int:
    counting = [sheet for sheet in sheets if any(points is not None for points in sheet.points.values())]
    if not counting:
        return 0
    answered = sum(criterion.points * len(_answers(criterion.code, counting)) for criterion in criteria)
    return divide_half_up(1000 * answered, _weight(criteria) * len(counting))


def _weight(criteria: Sequence[Criterion]) -> int:
    return sum(criterion.points for criterion in criteria)


def _mean(values: Sequence[int | Fraction]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None


def _milli(exact: Fraction | None) -> int | None:
    return None if exact is None else round_milli(exact)


def round_milli(exact: Fraction) -> int:
    """Thousandths, halves rounded up: the one rounding, done last."""
    return divide_half_up(1000 * exact.numerator, exact.denominator)
