"""Prints CPU time of conflicts, assignment and its proof on invented rounds of three sizes; run by hand."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import date

from madang.review.assign import assign
from madang.review.assignment import Application, Expertise, Problem, Reviewer
from madang.review.conflicts import Membership, Records, Subject, every_conflict, excluded
from madang.review.conflicts import Reviewer as Person
from madang.review.presets import KOREAN
from madang.review.proof import faults

SIZES = ((514, 120, 3), (1200, 250, 3), (2000, 400, 3))
TODAY = date(2026, 5, 11)


def round_of(applications: int, reviewers: int, each: int, rng: random.Random) -> Iterator[object]:
    """The conflicts of an invented round, and its problem: 20 fields, 300 organisations, bids on every twentieth."""
    fields = [f"f{place}" for place in range(20)]
    firms = [f"o{place}" for place in range(300)]
    names = [f"a{place:04}" for place in range(applications)]
    people = [f"r{place:03}" for place in range(reviewers)]
    persons = [Person(name, tuple(Membership(o, date(2015, 1, 1)) for o in rng.sample(firms, 3))) for name in people]
    found = every_conflict(
        persons, [Subject(name, frozenset(rng.sample(firms, 2))) for name in names], Records(), KOREAN, TODAY
    )
    yield found
    limit = each * applications * 6 // (5 * reviewers) + 1
    levels = [Expertise.KNOWLEDGEABLE, Expertise.KNOWLEDGEABLE, Expertise.EXPERT]
    yield Problem(
        tuple(Application(name, each, frozenset(rng.sample(fields, 2))) for name in names),
        tuple(Reviewer(name, limit, {one: rng.choice(levels) for one in rng.sample(fields, 3)}) for name in people),
        frozenset(pair for pair, every in found.items() if excluded(every)),
        {(a, r): rng.randint(-20, 20) for a in names for r in people if rng.random() < 0.05},
    )


def main() -> None:
    for size in SIZES:
        began = time.process_time()
        made = round_of(*size, random.Random(1))
        next(made)
        conflicts = time.process_time() - began
        problem = next(made)
        assert isinstance(problem, Problem)
        began = time.process_time()
        found = assign(problem)
        assigned = time.process_time() - began
        began = time.process_time()
        wrong = faults(problem, found)
        checked = time.process_time() - began
        print(
            f"{' × '.join(map(str, size))}: conflicts {conflicts:.1f} s  assign {assigned:.1f} s  "
            f"check {checked:.1f} s  cost {found.cost}  bound {found.bound}  faults {len(wrong)}"
        )


if __name__ == "__main__":
    main()
