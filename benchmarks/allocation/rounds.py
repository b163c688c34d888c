"""Draws a large round as pure choices: four pools, twelve months, start windows, alternatives and twelve rules."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from madang.allocation.selection import Choices, Option, Part

MONTHS = 12
# pool -> (units one product takes, reference units of one unit in thousandths, part of the demand)
POOLS = {"h200": (8, 1000, 38), "b200": (8, 2200, 32), "a100": (1, 250, 18), "l40s": (1, 120, 12)}
TRACKS = {"academia": 60, "industry": 30, "institute": 10}
FIELDS = ("language", "vision", "biology", "climate", "robots")
DURATIONS = (2, 3, 4, 6, 6, 9, 12)
OVERSUBSCRIBED = 3.25  # 13,712 GPUs asked for 4,224 in spring 2026
RESERVE, POINTS_OUTSIDE, LINE, CRITERION = 200, 2_000, 60_000, 22_000


@dataclass(frozen=True)
class Asked:
    """What one item asks in one alternative: a pool, so many products a month, at least so many."""

    pool: str
    asked: int
    least: int


@dataclass(frozen=True)
class Applicant:
    """One request of the round: how many months from which starts, and its alternatives in order of preference."""

    score: int
    criterion: int
    organisation: int
    track: str
    field: str
    outside: bool
    youth: bool
    starts: tuple[int, ...]
    months: int
    alternatives: tuple[tuple[Asked, ...], ...]

    @property
    def eligible(self) -> bool:
        return self.points >= LINE and self.criterion >= CRITERION

    @property
    def points(self) -> int:
        return self.score + (POINTS_OUTSIDE if self.outside else 0)


def reference(asked: Asked, quantity: int) -> int:
    """Thousandths of the reference unit a month."""
    units, worth, _ = POOLS[asked.pool]
    return units * worth * quantity


def item(rng: random.Random, pool: str) -> Asked:
    asked = (
        min(32, 1 + int(1.5 * rng.paretovariate(0.9)))
        if POOLS[pool][0] > 1
        else min(96, int(4 * rng.paretovariate(0.9)))
    )
    return Asked(pool, asked, asked if rng.random() < 0.5 else (asked + 1) // 2)


def other(rng: random.Random, asked: Asked) -> Asked:
    """About as much compute in another pool."""
    pool = rng.choice([code for code in POOLS if code != asked.pool])
    one = reference(Asked(pool, 1, 1), 1)
    quantity = max(1, round(reference(asked, asked.asked) / one))
    return Asked(pool, quantity, quantity if asked.least == asked.asked else (quantity + 1) // 2)


def applicant(rng: random.Random, requests: int) -> Applicant:
    months = rng.choice(DURATIONS)
    first = rng.randrange(0, 5)
    starts = tuple(s for s in range(first, first + 1 + rng.randrange(8)) if s + months <= MONTHS) or (MONTHS - months,)
    pools, weights = list(POOLS), [part for _, _, part in POOLS.values()]
    items = [item(rng, rng.choices(pools, weights)[0])]
    if rng.random() < 0.06:
        items.append(item(rng, rng.choice([code for code in POOLS if code != items[0].pool])))
    alternatives = [tuple(items)]
    if rng.random() < 1 / 3:
        alternatives.append(tuple(other(rng, each) for each in items[:1]))
    return Applicant(
        score=rng.randint(50_000, 96_000),
        criterion=rng.randint(20_000, 40_000),
        organisation=int(rng.paretovariate(0.9)) % max(2, requests // 3),
        track=rng.choices(list(TRACKS), list(TRACKS.values()))[0],
        field=rng.choice(FIELDS),
        outside=rng.random() < 0.35,
        youth=rng.random() < 0.15,
        starts=starts,
        months=months,
        alternatives=tuple(alternatives),
    )


@dataclass
class Rows:
    """Rows by name, and their limits; twelve rules over every pool and month."""

    number: dict[object, int] = field(default_factory=dict)
    limits: list[int] = field(default_factory=list)

    def add(self, name: object, limit: int) -> None:
        self.number[name] = len(self.limits)
        self.limits.append(limit)


def capacities(applicants: list[Applicant]) -> dict[str, int]:
    """Units a month of each pool, so that the first wishes oversubscribe it as in spring 2026."""
    demand = dict.fromkeys(POOLS, 0)
    for each in applicants:
        for asked in each.alternatives[0]:
            demand[asked.pool] += asked.asked * POOLS[asked.pool][0] * each.months
    return {code: round(units / MONTHS / OVERSUBSCRIBED) for code, units in demand.items()}


def rows(applicants: list[Applicant], available: dict[str, int]) -> Rows:
    found = Rows()
    whole = sum(POOLS[code][1] * units * MONTHS for code, units in available.items())
    for code, units in available.items():
        for month in range(MONTHS):
            found.add(("pool", code, month), units)
            found.add(("industry", code, month), units * 35 // 100)
        found.add(("institute", code), units * MONTHS * 15 // 100)
    for organisation in sorted({each.organisation for each in applicants}):
        for code, units in available.items():
            found.add(("organisation", organisation, code), units * MONTHS * 5 // 100)
        found.add(("group", organisation), whole * 4 // 100)
    found.add(("outside",), 0)
    found.add(("youth",), 0)
    number = {name: sum(each.field == name for each in applicants) for name in FIELDS}
    for one in FIELDS:
        for two in FIELDS:
            if one != two:
                found.add(("band", one, two), 120 * number[one] * number[two] // 1000)
    return found


def uses(found: Rows, each: Applicant, asked: Asked, start: int, quantity: int) -> dict[int, int]:
    """What so many products of an item use of every row."""
    units = POOLS[asked.pool][0] * quantity
    used = {found.number["pool", asked.pool, m]: units for m in range(start, start + each.months)}
    if each.track == "industry":
        used |= {found.number["industry", asked.pool, m]: units for m in range(start, start + each.months)}
    if each.track == "institute":
        used[found.number["institute", asked.pool]] = units * each.months
    used[found.number["organisation", each.organisation, asked.pool]] = units * each.months
    size = reference(asked, quantity) * each.months
    used[found.number["group", each.organisation]] = size
    used[found.number["outside",]] = size * (400 - (1000 if each.outside else 0)) // 1000
    used[found.number["youth",]] = size * (120 - (1000 if each.youth else 0)) // 1000
    return used


def option(found: Rows, number: dict[str, int], each: Applicant, way: int, start: int) -> Option:
    base: dict[int, int] = {}
    worth, parts = 0, []
    for asked in each.alternatives[way]:
        for row, units in uses(found, each, asked, start, asked.least).items():
            base[row] = base.get(row, 0) + units
        one = each.points * reference(asked, 1) * each.months // 1000
        worth += one * asked.least
        if asked.asked > asked.least:
            parts.append(Part(one, asked.asked - asked.least, uses(found, each, asked, start, 1)))
    for other_field in FIELDS:
        if other_field != each.field:
            base[found.number["band", each.field, other_field]] = number[other_field]
            base[found.number["band", other_field, each.field]] = -number[other_field]
    return Option((way, start), worth, base, tuple(parts))


def drawn(requests: int, seed: int) -> list[Applicant]:
    rng = random.Random(seed)
    return [applicant(rng, requests) for _ in range(requests)]


def points(requests: int, seed: int = 2026) -> list[int]:
    """The points of each request, thousandths."""
    return [each.points for each in drawn(requests, seed)]


def choices(requests: int, seed: int = 2026) -> Choices:
    """The round as choices: rows for pools by month less the reserve, budgets, shares, at-least shares and bands."""
    applicants = drawn(requests, seed)
    available = {code: units * (1000 - RESERVE) // 1000 for code, units in capacities(applicants).items()}
    found = rows(applicants, available)
    number = {name: sum(each.field == name for each in applicants) for name in FIELDS}
    options = [
        tuple(option(found, number, each, way, s) for way in range(len(each.alternatives)) for s in each.starts)
        if each.eligible
        else ()
        for each in applicants
    ]
    return Choices(tuple(options), tuple(found.limits))
