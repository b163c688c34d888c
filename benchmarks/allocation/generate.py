"""Draws a problem shaped like the spring-2026 round: 514 applications ask 1,714 eight-GPU servers, 528 are there."""

from __future__ import annotations

import argparse
import json
import random

ASKED = {"academia": 1075, "industry": 470, "institute": 169}
APPLICATIONS = {"academia": 310, "industry": 154, "institute": 50}
SERVERS = {"h200": 287, "b200": 241}
DURATIONS = (3, 6, 6, 9, 12)


def asks(rng: random.Random, count: int, total: int) -> list[int]:
    """`count` asks of 2 to 32 servers, many small and few large, that come to exactly `total`."""
    drawn = [2] * count
    weights = [rng.paretovariate(1.1) for _ in range(count)]
    while sum(drawn) < total:
        index = rng.choices(range(count), weights)[0]
        if drawn[index] < 32:
            drawn[index] += 1
    return drawn


def request(rng: random.Random, number: int, kind: str, servers: int, shape: argparse.Namespace) -> dict[str, object]:
    pool = rng.choices(list(shape.servers), list(shape.servers.values()))[0]
    start, months = rng.randrange(shape.starts), rng.choice(DURATIONS)
    months = min(months, 12 - start)
    points = {"impact": rng.randint(20_000, 40_000), "readiness": rng.randint(14_000, 30_000)}
    least = servers if shape.whole else max(1, (servers + 1) // 2)
    first = f"{2026 + (3 + start) // 12}-{(3 + start) % 12 + 1:02d}"
    return {
        "id": f"r{number:05d}",
        "organisation": f"o{rng.randrange(shape.requests // 2):05d}",
        "score": sum(points.values()) + rng.randint(15_000, 30_000),
        "criteria": points,
        "options": [
            {"items": [{"product": f"{pool}x8", "asked": servers, "least": least, "first": first, "months": months}]}
        ],
        "attributes": {"track": kind, "kind": kind, "region": rng.choice(["capital", "outside"])},
    }


def rules(shape: argparse.Namespace) -> list[dict[str, object]]:
    def rule(name: str, kind: str, en: str, ko: str, **params: object) -> dict[str, object]:
        return {"name": name, "kind": kind, "sentence": {"en": en, "ko": ko}, "params": params}

    found = [rule("line", "minimum_score", "At least 60 points.", "총점 60점 이상이어야 합니다.", score=60_000)]
    found.append(
        rule("impact", "minimum_criterion", "At least 22 for impact.", "파급효과 22점 이상이어야 합니다.",
             criterion="impact", score=22_000)
    )  # fmt: skip
    for pool, servers in shape.servers.items():
        found.append(
            rule(f"share-{pool}", "share_at_most", "At most 5 % to one organisation.",
                 "한 기관에는 전체의 5%까지만 배정합니다.", holder="organisation", pool=pool, thousandths=50)
        )  # fmt: skip
        if shape.budgets:
            units = servers * 8 * 2 // 5
            found.append(
                rule(f"industry-{pool}", "budget", "Industry gets at most 40 %.",
                     "산업계 분야에는 40%까지만 배정합니다.", where={"track": "industry"}, pool=pool, units=units)
            )  # fmt: skip
    return found


def generate(
    *, requests: int = 514, starts: int = 1, pools: int = 2, whole: bool = False, budgets: bool = True, seed: int = 2026
) -> dict[str, object]:
    """A problem as JSON. Other numbers of requests keep the proportions of demand, capacity and kinds."""
    rng = random.Random(seed)
    scale = requests / 514
    servers = {"h200": 528} if pools == 1 else SERVERS
    servers = {code: round(count * scale) for code, count in servers.items()}
    shape = argparse.Namespace(requests=requests, starts=starts, servers=servers, whole=whole, budgets=budgets)
    drawn = []
    for kind, count in APPLICATIONS.items():
        size = round(count * scale) if kind != "institute" else requests - len(drawn)
        drawn += [(kind, ask) for ask in asks(rng, size, max(round(ASKED[kind] * scale), 2 * size))]
    months = [f"{2026 + (3 + i) // 12}-{(3 + i) % 12 + 1:02d}" for i in range(12)]
    return {
        "format": "madang-allocation-problem/2",
        "pools": [
            {
                "code": code,
                "unit": "gpu",
                "months": {m: {"physical": 8 * n, "funded": 8 * n, "held": 0} for m in months},
            }
            for code, n in servers.items()
        ],
        "products": [{"code": f"{code}x8", "pool": code, "units": 8} for code in servers],
        "requests": [request(rng, i, kind, ask, shape) for i, (kind, ask) in enumerate(drawn)],
        "rules": rules(shape),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=514)
    parser.add_argument("--starts", type=int, default=1, help="in how many different months awards may start")
    parser.add_argument("--pools", type=int, choices=(1, 2), default=2)
    parser.add_argument("--whole", action="store_true", help="every request is all or nothing")
    parser.add_argument("--seed", type=int, default=2026)
    given = parser.parse_args()
    problem = generate(
        requests=given.requests, starts=given.starts, pools=given.pools, whole=given.whole, seed=given.seed
    )
    print(json.dumps(problem, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
