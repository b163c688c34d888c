"""Times the public figures' pages and files in a centre that has published for five years.

Run: python benchmarks/portal/five_years.py. Draws five years of published tables (60 months, six pools, thirty calls
divided by all that is published, four frozen years) into an empty centre in a folder of its own, since a page reads
published rows and nothing else. Server time as in time_pages.py. Promise: at most 50 ms of the processor a page.
"""

from __future__ import annotations

import random
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from generate import SEED, prepare
from time_pages import measured

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
YEARS, CALLS_A_YEAR, POOLS, MOST_MS = range(2022, 2027), 6, 6, 50
KINDS = ("company", "university", "research_institute", "public_body")
SIZES = ("micro", "small", "medium", "mid_sized", "large")
SECTORS = ("manufacturing", "information", "science", "health", "other", "none")
TRACKS = ("general", "young", "local")


def months() -> list[str]:
    return [f"{year}-{month:02d}" for year in YEARS for month in range(1, 13)]


def _counts(rng: random.Random, part: int) -> dict[str, Any]:
    """One row of demand; a sixth of the parts is withheld."""
    awards, hidden = rng.randint(0, 40 // part), part > 1 and rng.random() < 1 / 6
    asked = awards + rng.randint(5, 60)
    shown = {"applications": None if hidden else asked, "gpus_asked": None if hidden else asked * 16}
    return {**shown, "awards": awards, "gpus_given": awards * 16, "complete": int(not hidden)}


def demand(rng: random.Random, regions: list[str]) -> list[dict[str, Any]]:
    """Every call by everything that divides it."""
    found = []
    for year in YEARS:
        for number in range(CALLS_A_YEAR):
            call = f"call-{year}-{number}"
            parts = [("", ""), *(("kind", one) for one in KINDS), *(("size", one) for one in SIZES)]
            parts += [("sector", one) for one in SECTORS]
            parts += [("track", f"{call}/{one}") for one in TRACKS]
            parts += [(by, one) for by in ("region", "region_today") for one in regions]
            for by, category in parts:
                row = {"year": year, "call": call, "by": by, "category": category}
                found.append(row | _counts(rng, 1 if not by else 4))
    return found


def tables(rng: random.Random, regions: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Five years of every published table: what orders rows as the portal does, and any number in each figure."""
    from madang.portal.indicators.sentences import TABLES

    places: dict[str, list[dict[str, Any]]] = {
        "use": [{"pool": f"pool-{n}", "unit": "gpu", "month": month} for month in months() for n in range(POOLS)],
        "availability": [
            {"resource": kind, "unit": "gpu", "month": month} for month in months() for kind in ("H200", "B200")
        ],
        "waits": [{"month": month} for month in months()[-12:]],
        "conflicts": [{"year": year, "call": f"call-{year}-{n}"} for year in YEARS for n in range(CALLS_A_YEAR)],
        "take_backs": [{"year": year, "unit": unit} for year in YEARS for unit in ("core", "gpu")],
        "reported": [],
        "demand": [],
    }
    alone = {("year",): [{"year": year} for year in (0, *YEARS)], ("month",): [{"month": month} for month in months()]}
    found = {
        code: [
            place | {column: rng.randint(1, 10**9) for column in one.columns}
            for place in places.get(code, alone.get(one.by, []))
        ]
        for code, one in TABLES.items()
    }
    return found | {"demand": demand(rng, regions)}


def build() -> None:
    """An empty centre with calls, tracks and pools to name, five years of tables and the frozen years."""
    from storing import write

    from madang.portal.approvals.models import Approval
    from madang.portal.calls.models import Call, Track
    from madang.portal.centre import setup
    from madang.portal.indicators import queries
    from madang.portal.indicators.models import FigureSet, YearFigures
    from madang.portal.people.models import Person, Region
    from madang.portal.resources.models import Pool

    setup.set_up(NOW)
    person, second = (Person.objects.create(email=f"{n}@bench.example", name=n, created_at=NOW) for n in "ab")
    write(Pool, "code name_ko name_en unit created_at", [(f"pool-{n}", "풀", "Pool", "gpu", NOW) for n in range(POOLS)])
    calls = [
        (f"call-{year}-{n}", f"{year}년 {n}차", f"Call {n} of {year}") for year in YEARS for n in range(CALLS_A_YEAR)
    ]
    rows = [(*call, "closed", "regular", "", "", NOW, NOW, person.pk) for call in calls]
    write(Call, "code title_ko title_en state kind summary_ko summary_en published_at created_at drafted_by", rows)
    for call in Call.objects.all():
        write(
            Track,
            "call code title_ko title_en first_month last_month",
            [(call.pk, code, code, code, "2022-01", "2026-12") for code in TRACKS],
        )
    drawn = tables(random.Random(SEED), sorted(Region.objects.values_list("code", flat=True)))
    FigureSet.objects.create(worked_out_at=NOW, figures=drawn)
    for year in YEARS[:-1]:
        text = queries.year_text(year, drawn)
        approval = Approval.objects.create(
            kind="freeze_figures", subject=str(year), state="approved", document_number=f"D-{year}", facts={},
            drafted_by=person, drafted_at=NOW, decided_by=second, decided_at=NOW,
        )  # fmt: skip
        YearFigures.objects.create(
            year=year, content=text, sha256=queries.digest(text), approval=approval, frozen_at=NOW
        )
    print(f"{sum(map(len, drawn.values())):,} rows in {len(drawn)} tables, as of {date(2026, 11, 2)}")


def main() -> int:
    """Measures each page and file; 1 where one is slower than promised or does not answer."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        build()
        from journey import Page

        wrong = 0
        print(f"{'page':<28} {'ko ms':>7} {'en ms':>7} {'cpu ms':>7} {'queries':>8} {'bytes':>9}")
        for address in (
            "/", "/figures/", "/figures/?call=call-2026-1", "/figures/definitions/", "/figures/2025/",
            "/figures/2025.json", "/figures.json", "/figures/demand.csv", "/figures/regions.svg",
        ):  # fmt: skip
            row = measured(Page(None, address, address))
            slow = row.processor > MOST_MS or row.statuses != {200}
            wrong += slow
            figures = f"{row.korean:7.1f} {row.english:7.1f} {row.processor:7.1f} {row.queries:8} {row.size:9}"
            print(f"{address:<28} {figures}{'  SLOW' * slow}", flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
