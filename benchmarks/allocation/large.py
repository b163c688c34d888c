"""Draws a large round: four pools, twelve months, start windows, alternatives, totals and twelve rules; as a problem,
or as the choices that the search is given."""

from __future__ import annotations

import random

from madang.allocation import ties
from madang.allocation.columns import columns
from madang.allocation.lines import with_fixed
from madang.allocation.policies import Portfolio
from madang.allocation.portfolio import value
from madang.allocation.problem import Problem
from madang.allocation.ranking import candidates
from madang.allocation.selection import Choices

MONTHS = [f"{2026 + (3 + n) // 12}-{(3 + n) % 12 + 1:02d}" for n in range(12)]
# pool -> (unit, units of one product, thousandths of the reference unit, part of the demand)
POOLS = {
    "h200": ("gpu", 8, 1000, 38),
    "b200": ("gpu", 8, 2200, 32),
    "a100": ("gpu", 1, 250, 18),
    "hours": ("gpu_hour", 1, 2, 12),
}
TRACKS = {"academia": 60, "industry": 30, "institute": 10}
FIELDS = ("language", "vision", "biology", "climate", "robots")
LENGTHS = (2, 3, 4, 6, 6, 9, 12)
OVERSUBSCRIBED = 3.25  # 13,712 GPUs asked for 4,224 in spring 2026
ALTERNATIVES, WHOLE = 1 / 3, 1 / 2  # how many have a second alternative, how many ask for all or nothing


def item(rng: random.Random, pool: str, start: int, months: int) -> dict[str, object]:
    if pool == "hours":
        asked, total = 500 * min(80, int(4 * rng.paretovariate(0.9))) * months, True
    elif pool == "a100":
        asked, total = min(96, int(4 * rng.paretovariate(0.9))), False
    else:
        asked, total = min(32, 1 + int(1.5 * rng.paretovariate(0.9))), False
    least = asked if rng.random() < WHOLE else (asked + 1) // 2
    found = {"product": f"{pool}-product", "asked": asked, "least": least, "first": MONTHS[start], "months": months}
    return {**found, "total": total}


def options(rng: random.Random) -> list[dict[str, object]]:
    months = rng.choice(LENGTHS)
    start = min(rng.randrange(5), 12 - months)
    later = min(rng.randrange(8), 12 - months - start)
    pool = rng.choices(list(POOLS), [part for *_, part in POOLS.values()])[0]
    found = [{"items": [item(rng, pool, start, months)], "later": 0 if pool == "hours" else later}]
    if rng.random() < ALTERNATIVES:
        other = rng.choice([code for code in ("h200", "b200", "a100") if code != pool])
        found.append({"items": [item(rng, other, start, months)], "later": later})
    return found


def request(rng: random.Random, number: int, requests: int) -> dict[str, object]:
    attributes = {
        "track": rng.choices(list(TRACKS), list(TRACKS.values()))[0],
        "field": rng.choice(FIELDS),
        "region": "outside" if rng.random() < 0.35 else "capital",
        "youth": "yes" if rng.random() < 0.15 else "no",
    }
    return {
        "id": f"r{number:05d}",
        "organisation": f"o{int(rng.paretovariate(0.9)) % max(2, requests // 3):05d}",
        "score": rng.randint(50_000, 96_000),
        "error": rng.randint(500, 2_500),
        "criteria": {"impact": rng.randint(20_000, 40_000)},
        "options": options(rng),
        "attributes": attributes,
    }


def rules() -> list[dict[str, object]]:
    def rule(name: str, kind: str, en: str, ko: str, **params: object) -> dict[str, object]:
        return {"name": name, "kind": kind, "sentence": {"en": en, "ko": ko}, "params": params}

    outside, industry = {"region": "outside"}, {"track": "industry"}
    return [
        rule("line", "minimum_score", "At least 60 points.", "총점이 60점 이상이어야 합니다.", score=60_000),
        rule("impact", "minimum_criterion", "At least 22 for impact.", "파급효과가 22점 이상이어야 합니다.",
             criterion="impact", score=22_000),
        rule("bonus", "preference", "2 points outside the capital.", "비수도권에 가점 2점을 줍니다.",
             points=2_000, where=outside),
        rule("kept-h200", "reserve", "20 % stays in reserve.", "20%를 예비로 남깁니다.", pool="h200", thousandths=200),
        rule("kept-b200", "reserve", "20 % stays in reserve.", "20%를 예비로 남깁니다.", pool="b200", thousandths=200),
        rule("industry", "budget", "A budget for industry.", "산업계 배정 한도를 둡니다.", where=industry, units=0),
        rule("one-h200", "share_at_most", "At most 5 % each.", "한 기관에 5%까지 배정합니다.",
             holder="organisation", pool="h200", thousandths=50),
        rule("one", "share_at_most", "At most 4 % each.", "한 기관에 4%까지 배정합니다.",
             holder="organisation", thousandths=40),
        rule("tracks", "share_at_most", "At most 70 % to a track.", "한 분야에 70%까지 배정합니다.",
             holder="track", thousandths=700),
        rule("outside", "share_at_least", "40 % outside the capital.", "비수도권에 40% 이상 배정합니다.",
             where=outside, thousandths=400),
        rule("youth", "share_at_least", "12 % to young firms.", "청년기업에 12% 이상 배정합니다.",
             where={"youth": "yes"}, thousandths=120),
        rule("band", "success_band", "Fields fare alike.", "연구 분야의 선정률을 고르게 합니다.",
             attribute="field", thousandths=120),
    ]  # fmt: skip


def generate(*, requests: int = 1200, seed: int = 2026, oversubscribed: float = OVERSUBSCRIBED) -> dict[str, object]:
    """A problem as JSON: the first wishes oversubscribe its capacity, by default as in spring 2026."""
    rng = random.Random(seed)
    drawn = [request(rng, number, requests) for number in range(requests)]
    demand = dict.fromkeys(POOLS, 0)
    for one in drawn:
        for asked in one["options"][0]["items"]:
            pool = asked["product"].removesuffix("-product")
            demand[pool] += asked["asked"] * POOLS[pool][1] * (1 if asked["total"] else asked["months"])
    units = {code: round(wanted / 12 / oversubscribed) for code, wanted in demand.items()}
    ruled = rules()
    weighed = sum(POOLS[code][2] * n for code, n in units.items())
    ruled[5]["params"]["units"] = weighed * 35 // 100
    return {
        "format": "madang-allocation-problem/2",
        "pools": [
            {
                "code": code,
                "unit": POOLS[code][0],
                "months": {month: {"physical": n, "funded": n, "held": 0} for month in MONTHS},
            }
            for code, n in units.items()
        ],
        "products": [{"code": f"{code}-product", "pool": code, "units": one[1]} for code, one in POOLS.items()],
        "requests": drawn,
        "rules": ruled,
        "reference": {"name": "H200", "thousandths": {code: one[2] for code, one in POOLS.items()}},
    }


def choices(requests: int, seed: int = 2026) -> Choices:
    """The same round as pure choices, its requests in the published order: the best placed first."""
    problem = Problem.from_json(generate(requests=requests, seed=seed))
    order = ties.order(problem, Portfolio().ties, 0)
    room, _ = with_fixed(problem)
    return columns(problem, candidates(problem, order), room, value(problem, Portfolio())).choices
