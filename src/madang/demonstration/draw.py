"""Draws the round's applications from one seed so that the published totals hold exactly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from madang.demonstration import names, press

SEED = 20260303
MONTHS = (6, 9, 12)
REGIONS = (
    "seoul", "gyeonggi", "incheon", "daejeon", "busan", "daegu", "gwangju", "ulsan", "sejong", "gangwon", "chungbuk",
    "chungnam", "jeonbuk", "jeonnam", "gyeongbuk", "gyeongnam", "jeju",
)  # fmt: skip
# About half of Korean firms of this kind sit in the capital area; the rest is spread over the other regions.
_REGION_WEIGHTS = (30, 18, 3, 9, 5, 4, 8, 3, 1, 2, 3, 3, 3, 2, 2, 2, 1)


@dataclass(frozen=True)
class Applicant:
    """A generated organisation; `region` is a code of the regions of the day."""

    kind: str
    named: names.Named
    region: str
    founded_year: int
    size_class: str
    young: bool


@dataclass(frozen=True)
class Drawn:
    """A generated application: servers asked and the least that is useful, months, and the marks reviewers will give.

    `marks` has one row a reviewer, one whole number of points a criterion.
    """

    applicant: int
    product: str
    servers: int
    least: int
    months: int
    title: str
    field: str
    marks: tuple[tuple[int, ...], ...]


def spread(total: int, limits: Sequence[tuple[int, int]], draw: random.Random) -> list[int]:
    """Whole numbers within their (low, high) limits that add up to `total`, drawn with a long tail.

    ValueError where no such numbers exist. Each unit above the lows goes to a place by weight, while it has room.
    """
    amounts = [low for low, _ in limits]
    rest = total - sum(amounts)
    if rest < 0 or total > sum(high for _, high in limits):
        raise ValueError(f"{total} cannot be spread over {len(limits)} places within their limits")
    weights = [draw.lognormvariate(0.0, 1.3) for _ in limits]
    while rest:
        place = draw.choices(range(len(limits)), weights)[0]
        if amounts[place] == limits[place][1]:
            weights[place] = 0.0
            continue
        amounts[place] += 1
        rest -= 1
    return amounts


def applicants(draw: random.Random) -> list[Applicant]:
    """Companies apply once each; a university or an institute sends several projects."""
    serials = {
        "university": range(1, 65),
        "company": range(1, press.APPLICATIONS_BY_KIND["company"] + 1),
        "research_institute": range(501, 515),
    }
    return [_applicant(kind, serial, draw) for kind, numbers in serials.items() for serial in numbers]


def _applicant(kind: str, serial: int, draw: random.Random) -> Applicant:
    founded = draw.randint(2013, 2025) if kind == "company" else draw.randint(1950, 2010)
    size = draw.choices(["micro", "small", "medium", "mid_sized"], [3, 5, 3, 1])[0] if kind == "company" else "none"
    return Applicant(
        kind=kind,
        named=names.organisation(kind, serial, draw),
        region=draw.choices(REGIONS, _REGION_WEIGHTS)[0],
        founded_year=founded,
        size_class=size,
        young=kind == "company" and founded >= 2019 and draw.random() < 0.45,
    )


def round_of_spring_2026(
    points: Sequence[int], reviewers_each: int, seed: int = SEED
) -> tuple[list[Applicant], list[Drawn]]:
    """The applicants and their 514 applications; `points` are the most that each criterion gives.

    Servers by kind add up to the published totals whatever the seed.
    """
    draw = random.Random(seed)
    firms = applicants(draw)
    drawn: list[Drawn] = []
    for kind, count in press.APPLICATIONS_BY_KIND.items():
        places = [index for index, firm in enumerate(firms) if firm.kind == kind]
        chosen = places if len(places) == count else [draw.choice(places) for _ in range(count)]
        products = draw.choices(["h200", "b200"], [58, 42], k=count)
        asked = spread(press.SERVERS_ASKED_BY_KIND[kind], [press.LIMITS[product] for product in products], draw)
        rows = zip(chosen, products, asked, strict=True)
        drawn += [_drawn(place, product, servers, points, reviewers_each, draw) for place, product, servers in rows]
    draw.shuffle(drawn)
    return firms, drawn


def _drawn(
    place: int, product: str, servers: int, points: Sequence[int], reviewers_each: int, draw: random.Random
) -> Drawn:
    title, field = names.project(draw)
    given = marks(points, reviewers_each, draw)
    least = max(press.LIMITS[product][0], (servers + 1) // 2)
    return Drawn(place, product, servers, least, draw.choice(MONTHS), title, field, given)


def marks(points: Sequence[int], reviewers_each: int, draw: random.Random) -> tuple[tuple[int, ...], ...]:
    """What reviewers give one application: a row a reviewer, a whole number of points a criterion."""
    merit = min(0.97, max(0.35, draw.gauss(0.74, 0.10)))
    return tuple(tuple(_mark(merit, most, draw) for most in points) for _ in range(reviewers_each))


def _mark(merit: float, most: int, draw: random.Random) -> int:
    return round(most * min(1.0, max(0.1, merit + draw.gauss(0.0, 0.06))))
