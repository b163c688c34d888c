"""The worker's part of learners: what a class shares of an award ends with the term."""

from __future__ import annotations

from datetime import datetime

from madang.portal.learners import terms


def end_terms(now: datetime) -> int:
    """Ends the parts of an award of classes whose last day is over."""
    return sum(terms.end(now=now, cohort=cohort) for cohort in terms.over(now))


EVERY = {end_terms: 600.0}
