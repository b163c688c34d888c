"""Gives each group of applicants who review each other a budget of its own, in proportion to what it asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from madang.allocation.parts import BUDGET, EACH_MONTH, WINDOW, Request, Rule
from madang.allocation.problem import Problem
from madang.catalogues import translation

# The attribute of requests that names their review group.
REVIEW_GROUP = "review_group"


def group_code(track: str, number: int) -> str:
    """How a review group is called in a problem."""
    return f"{track}-group-{number}"


def with_budgets(problem: Problem, tracks: Mapping[str, Mapping[str, str]]) -> Problem:
    """The problem with a budget for every pool and review group; `tracks`: titles of tracks by code and language.

    A group's part of a pool is what it asks for, of all that is asked for. Where the pool can give the same in every
    month the budget is one for each month, so that groups never compete; else one for the whole window.
    """
    asked = _asked(problem)
    groups = sorted({r.attributes[REVIEW_GROUP] for r in problem.requests if REVIEW_GROUP in r.attributes})
    found = []
    for pool in problem.pools:
        whole = sum(units for (code, _), units in asked.items() if code == pool.code)
        levels = {month.available for month in pool.months.values()}
        each, limit = (EACH_MONTH, min(levels)) if len(levels) == 1 else (WINDOW, pool.available)
        for group in groups:
            part = asked.get((pool.code, group), 0)
            if part:
                units, where = limit * part // whole, {REVIEW_GROUP: group}
                params = {"units": units, "pool": pool.code, "each": each, "where": where}
                track, _, number = group.rpartition("-group-")
                sentence = _sentence(tracks[track], number, pool.code, units, each)
                found.append(Rule(f"{group}-{pool.code}", BUDGET, sentence, params))
    return replace(problem, rules=(*problem.rules, *found)) if found else problem


def _asked(problem: Problem) -> dict[tuple[str, str], int]:
    """Unit-months asked for in the first alternative, by pool and review group ("" for requests without one)."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for request in problem.requests:
        for pool, units in _of(problem, request):
            found[pool, request.attributes.get(REVIEW_GROUP, "")] += units
    return found


def _of(problem: Problem, request: Request) -> Iterable[tuple[str, int]]:
    for item in request.items:
        product = problem.product[item.product]
        yield product.pool, item.asked * product.units * item.months


def _sentence(titles: Mapping[str, str], number: str, pool: str, units: int, each: str) -> dict[str, str]:
    return {
        language: _text(language, each).format(track=titles[language], number=number, pool=pool, units=units)
        for language in ("en", "ko")
    }


def _text(language: str, each: str) -> str:
    if each == EACH_MONTH:
        return translation(language).gettext(
            "Review group {number} of {track} gets at most {units} of {pool} in each month, its part of all asked."
        )
    return translation(language).gettext(
        "Review group {number} of {track} gets at most {units} of {pool} over all months, its part of all asked."
    )
