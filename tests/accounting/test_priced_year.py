"""A published trace priced end to end, against a few lines of arithmetic that share no code with ours."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from madang.accounting.metering import Unit, UsageSlice, charges
from madang.accounting.pricing import Days, Discount, Stacking, Tariff, TariffKind, Vat
from madang.accounting.statement import lines, statement
from madang.values import Period, Won

TRACE = Path(__file__).parents[3] / "shared" / "data" / "traces" / "philly-jobs-82k.csv.gz"
SEOUL = ZoneInfo("Asia/Seoul")
CHANGE = date(2017, 11, 1)
BEFORE, AFTER, REFERENCE = 550, 613, 4_200
HALF = "ab"

pytestmark = [pytest.mark.soak, pytest.mark.skipif(not TRACE.exists(), reason="the published trace is not here")]


@pytest.fixture(scope="module")
def jobs() -> list[tuple[datetime, int, int, str]]:
    """Start, seconds, GPUs and virtual cluster of every job."""
    rows = csv.DictReader(io.StringIO(gzip.decompress(TRACE.read_bytes()).decode()))
    return [
        (datetime.fromisoformat(r["timestamp"]).replace(tzinfo=UTC), int(float(r["duration"])), int(r["num_gpus"]),
         r["cluster"]) for r in rows
    ]  # fmt: skip


def ours(jobs) -> dict[str, tuple[int, int, int, int]]:
    """By virtual cluster: reference price, list price, due and payable, through metering, lines and statement."""
    used: dict[str, Counter[date]] = defaultdict(Counter)
    for number, (start, seconds, gpus, owner) in enumerate(jobs):
        if seconds:
            period = Period(start, start + timedelta(seconds=seconds))
            job = UsageSlice("philly", str(number), owner, str(number), period, gpus, 0)
            for charge in charges(job, SEOUL, Unit.GPU_SECOND):
                used[owner][charge.day] += charge.amount
    terms = {
        "product": "p",
        "kind": TariffKind.USED,
        "reference": Won(REFERENCE),
        "vat": Vat.ADDED,
        "vat_permille": 100,
    }
    tariffs = [
        Tariff(price=Won(BEFORE), days=Days(date(2017, 1, 1), CHANGE), **terms),
        Tariff(price=Won(AFTER), days=Days(CHANGE), **terms),
    ]
    discounts = [Discount("half", "half", 500, Days(date(2017, 1, 1)), "Half.", "절반")]
    found = {}
    for owner, days in used.items():
        held = {"half"} if owner[0] in HALF else set()
        made = lines(
            product="p", amounts=days, tariffs=tariffs, discounts=discounts, attributes_on=lambda day, held=held: held,
            stacking=Stacking.BEST,
        )  # fmt: skip
        total = statement(line.quote for line in made)
        found[owner] = (total.reference, total.list_price, total.due, total.payable)
    return found


def by_hand(jobs) -> dict[str, tuple[int, int, int, int]]:
    """The same by plain arithmetic: seconds by cluster and month of Seoul, which is nine hours ahead all year."""
    seconds: Counter[tuple[str, str]] = Counter()
    for start, length, gpus, owner in jobs:
        at, end = start + timedelta(hours=9), start + timedelta(hours=9, seconds=length)
        while at < end:
            until = min(end, (at.replace(day=1, hour=0, minute=0, second=0) + timedelta(days=32)).replace(day=1))
            seconds[owner, f"{at:%Y-%m}"] += int((until - at).total_seconds()) * gpus
            at = until
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (owner, month), used in seconds.items():
        price = AFTER if month >= "2017-11" else BEFORE
        share = Fraction(1, 2) if owner[0] in HALF else 1
        won = [int(Fraction(used * each, 3600) * part + Fraction(1, 2)) for each, part in
               ((REFERENCE, 1), (price, 1), (price, share))]  # fmt: skip
        won.append(won[2] + int(Fraction(won[2], 10) + Fraction(1, 2)))
        totals[owner] = [old + new for old, new in zip(totals[owner], won, strict=True)]
    return {owner: (*sums,) for owner, sums in totals.items()}


def test_the_published_trace_is_priced_to_the_won_as_by_hand(jobs):
    found = ours(jobs)
    assert len(jobs) > 80_000 and len(found) == 15
    assert sum(due for _reference, _list, due, _payable in found.values()) > 0
    assert found == by_hand(jobs)
