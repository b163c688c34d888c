"""Makes the scores of lenient and strict, of wide and narrow reviewers comparable, with how sure that is.

The model: a reviewer's total is m + b + (1 + g) t + e, with t what the application is worth beyond the mean m, b the
reviewer's leniency, g how much wider than others he spreads his totals, and e noise; t, b, g and e are normal with
variances that are estimated from the panel itself (empirical Bayes), so that b and g come out near nothing where
reviewers do not differ. They are found by expectation and maximisation with t and (b, g) taken as independent given
the totals (a variational approximation: Jordan, Ghahramani, Jaakkola and Saul, "An introduction to variational methods
for graphical models", 1999). That scores are a sum of what is judged and who judges is the additive model of reviewer
bias (Roos, Rothe and Scheuermann, "How to calibrate the scores of biased reviewers by quadratic programming", 2011).

A calibrated score is the mean of the corrected totals, so that without bias it is the plain mean; reviewers are shrunk
towards the others, applications are not. Its standard error holds the noise and what is not known of the reviewers.
Floating point stays inside: what leaves is rounded once, to whole thousandths, and that is what is stored and compared.
Where applicants review each other this must not be used: it would let one's own scores move one's own rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from madang.errors import Refused

Real = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]

ROUNDS = 400
LEAST_REVIEWERS, LEAST_APPLICATIONS = 3, 10


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One application's mean of totals as given and as calibrated, with its standard error, in thousandths."""

    raw_milli: int
    score_milli: int
    error_milli: int


@dataclass(frozen=True, slots=True)
class Leaning:
    """What one reviewer's totals say of him: points above others (thousandths) and spread (1000: as wide as others)."""

    sheets: int
    offset_milli: int
    offset_error_milli: int
    scale_permille: int
    scale_error_permille: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """All applications and reviewers by id, in order of ids, and the noise of a single total in thousandths."""

    applications: Mapping[str, Calibrated]
    reviewers: Mapping[str, Leaning]
    noise_milli: int


def calibrate(totals: Mapping[tuple[str, str], int]) -> Calibration:
    """Calibrates totals in thousandths of a point by (application, reviewer); their order does not matter.

    Refused: ``calibration_too_small`` (applications, reviewers: how many there are), ``calibration_disconnected``
    (groups: how many groups of reviewers no application links; smallest: the ids of the smallest) and
    ``calibration_too_thin`` (sheets, needed): fewer than two spare totals for each reviewer, beyond one for each
    application.
    """
    pairs = sorted(totals)
    applications, reviewers = sorted({a for a, _ in pairs}), sorted({r for _, r in pairs})
    _refuse_thin(pairs, applications, reviewers)
    place = {name: n for n, name in enumerate(applications)}, {name: n for n, name in enumerate(reviewers)}
    panel = _Panel(
        np.array([totals[pair] / 1000 for pair in pairs]),
        np.array([place[0][application] for application, _ in pairs]),
        np.array([place[1][reviewer] for _, reviewer in pairs]),
    )
    panel.fit()
    return panel.found(applications, reviewers)


def _refuse_thin(pairs: list[tuple[str, str]], applications: list[str], reviewers: list[str]) -> None:
    if len(applications) < LEAST_APPLICATIONS or len(reviewers) < LEAST_REVIEWERS:
        raise Refused("calibration_too_small", applications=len(applications), reviewers=len(reviewers))
    groups = _groups(pairs)
    if len(groups) > 1:
        smallest = sorted(groups, key=len)[0]
        raise Refused("calibration_disconnected", groups=len(groups), smallest=tuple(smallest))
    needed = len(applications) + 2 * len(reviewers)
    if len(pairs) < needed:
        raise Refused("calibration_too_thin", sheets=len(pairs), needed=needed)


def _groups(pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Reviewers that shared applications link, directly or through others."""
    by_application: dict[str, list[str]] = {}
    for application, reviewer in pairs:
        by_application.setdefault(application, []).append(reviewer)
    leader = {reviewer: reviewer for _, reviewer in pairs}

    def head(one: str) -> str:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for first, *others in by_application.values():
        for other in others:
            leader[head(other)] = head(first)
    groups: dict[str, list[str]] = {}
    for reviewer in sorted(leader):
        groups.setdefault(head(reviewer), []).append(reviewer)
    return list(groups.values())


class _Panel:
    """The totals (n) with the places of their applications and reviewers, and the parameters of the model."""

    def __init__(self, totals: Real, whose: Whole, by: Whole) -> None:
        self.totals, self.whose, self.by = totals, whose, by
        self.applications, self.reviewers = int(whose.max()) + 1, int(by.max()) + 1
        spread = max(float(totals.var()), 1e-6)
        self.mean = float(totals.mean())
        self.worth_variance = self.noise = spread / 2
        self.bias_variance, self.scale_variance = spread / 4, 0.04
        self.bias, self.scale = np.zeros(self.reviewers), np.zeros(self.reviewers)
        self.sure = np.zeros((3, self.reviewers))  # variance of the bias, of the scale, and their covariance

    def fit(self) -> None:
        for _ in range(ROUNDS):
            worth, doubt = self._judge_applications()
            self._judge_reviewers(worth, doubt)
            self._learn(worth, doubt)

    def _per_application(self, values: Real) -> Real:
        return np.bincount(self.whose, values, self.applications).astype(np.float64)

    def _per_reviewer(self, values: Real) -> Real:
        return np.bincount(self.by, values, self.reviewers).astype(np.float64)

    def _judge_applications(self) -> tuple[Real, Real]:
        """What each application is worth beyond the mean, and the variance of that."""
        slope = 1 + self.scale[self.by]
        weight = slope**2 + self.sure[1][self.by]
        precision = 1 / self.worth_variance + self._per_application(weight) / self.noise
        left = slope * (self.totals - self.mean - self.bias[self.by]) - self.sure[2][self.by]
        return self._per_application(left) / self.noise / precision, 1 / precision

    def _judge_reviewers(self, worth: Real, doubt: Real) -> None:
        value, square = worth[self.whose], worth[self.whose] ** 2 + doubt[self.whose]
        beyond = self.totals - self.mean
        one = self._per_reviewer(np.ones_like(value)) / self.noise + 1 / self.bias_variance
        both = self._per_reviewer(value) / self.noise
        two = self._per_reviewer(square) / self.noise + 1 / self.scale_variance
        right_one = self._per_reviewer(beyond - value) / self.noise
        right_two = self._per_reviewer(beyond * value - square) / self.noise
        whole = one * two - both**2
        self.bias = (two * right_one - both * right_two) / whole
        self.scale = (one * right_two - both * right_one) / whole
        self.sure = np.stack([two / whole, one / whole, -both / whole])

    def _learn(self, worth: Real, doubt: Real) -> None:
        """The variances and the mean that make the totals likeliest, given what was judged."""
        self.worth_variance = max(float((worth**2 + doubt).mean()), 1e-9)
        self.bias_variance = max(float((self.bias**2 + self.sure[0]).mean()), 1e-9)
        self.scale_variance = max(float((self.scale**2 + self.sure[1]).mean()), 1e-9)
        value, slope = worth[self.whose], 1 + self.scale[self.by]
        self.mean = float((self.totals - self.bias[self.by] - slope * value).mean())
        error = (self.totals - self.mean - self.bias[self.by] - slope * value) ** 2
        square = value**2 + doubt[self.whose]
        error += slope**2 * doubt[self.whose] + self.sure[0][self.by] + self.sure[1][self.by] * square
        error += 2 * self.sure[2][self.by] * value
        self.noise = max(float(error.mean()), 1e-9)

    def found(self, applications: list[str], reviewers: list[str]) -> Calibration:
        slope = 1 + self.scale[self.by]
        weight = np.maximum(slope, 0.2)  # a reviewer who hardly tells applications apart still counts a little
        whole = self._per_application(weight**2)
        worth = self._per_application(weight * (self.totals - self.mean - self.bias[self.by])) / whole
        unsure = self.sure[0][self.by] + 2 * self.sure[2][self.by] * worth[self.whose]
        unsure += self.sure[1][self.by] * worth[self.whose] ** 2
        variance = self._per_application(weight**2 * (self.noise + np.maximum(unsure, 0))) / whole**2
        raw = self._per_application(self.totals) / self._per_application(np.ones_like(self.totals))
        sheets = np.bincount(self.by, minlength=self.reviewers)
        return Calibration(
            {
                name: Calibrated(_milli(raw[n]), _milli(self.mean + worth[n]), _milli(variance[n] ** 0.5))
                for n, name in enumerate(applications)
            },
            {
                name: Leaning(
                    int(sheets[n]),
                    _milli(self.bias[n]),
                    _milli(self.sure[0][n] ** 0.5),
                    _milli(1 + self.scale[n]),
                    _milli(self.sure[1][n] ** 0.5),
                )
                for n, name in enumerate(reviewers)
            },
            _milli(self.noise**0.5),
        )


def _milli(value: float) -> int:
    """The one rounding: to a whole thousandth, halves up."""
    return int(np.floor(float(value) * 1000 + 0.5))


def would_change(found: Mapping[str, Calibrated], places: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who would come in and who go out if the best `places` were taken by calibrated instead of raw scores.

    Equals stand in order of ids in both. Each in order of ids.
    """
    raw = set(sorted(found, key=lambda name: (-found[name].raw_milli, name))[:places])
    new = set(sorted(found, key=lambda name: (-found[name].score_milli, name))[:places])
    return tuple(sorted(new - raw)), tuple(sorted(raw - new))
