"""Where a month stands, what a check compares, and how two records of the same month are told apart."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.metering import Unit, UsageSlice
from madang.compute.protocol import UsageBatch
from madang.compute.slurm.sacct import Held, Run, Unreadable
from madang.compute.slurm.slicing import Meter, Share, slices_of
from madang.compute.slurm.totals import totals
from madang.errors import Refused
from madang.portal.months import rules
from madang.portal.months.rules import MonthState, compared, digest
from madang.portal.months.totals import reported
from madang.values import Month

MAY = Month(2026, 5)
PLACES = st.tuples(st.sampled_from(["site", "other"]), st.sampled_from(["award:1", "award:2"]), st.just("gpu"))
BOOKS = st.dictionaries(PLACES, st.integers(1, 100))


@pytest.mark.parametrize(
    ("day", "closed", "issued", "expected"),
    [
        (date(2026, 5, 31), False, False, MonthState.RUNNING),
        (date(2026, 6, 1), False, False, MonthState.GRACE),
        (date(2026, 6, 5), False, False, MonthState.GRACE),
        (date(2026, 6, 6), False, False, MonthState.TO_CLOSE),
        (date(2026, 6, 6), True, False, MonthState.CLOSED),
        (date(2026, 6, 6), True, True, MonthState.ISSUED),
    ],
)
def test_a_month_runs_waits_and_is_closed(day, closed, issued, expected):
    assert rules.state(MAY, day, 5, closed=closed, issued=issued) is expected


@given(BOOKS, BOOKS)
def test_a_check_names_every_place_that_either_side_knows_and_the_digest_tells_books_apart(booked, other):
    lines = compared(booked, other)
    assert {line[:3] for line in lines} == booked.keys() | other.keys()
    assert sum(line.booked for line in lines) == sum(booked.values())
    assert sum(line.reported for line in lines) == sum(other.values())
    assert (digest(booked) == digest(other)) == (booked == other)


@pytest.mark.parametrize("number", [0, 202600, 202613, 99, 999912])
def test_a_number_that_is_no_month_is_refused(number):
    with pytest.raises(Refused, match="month_unknown"):
        rules.month_of(number)
    assert rules.month_of(rules.number_of("2026-05")) == "2026-05"


def run_of(start, seconds, held, *, submit=0, end=True, account="a"):
    return Run("site", "1", "1", account, "gpu", "COMPLETED", submit, start, (start + seconds) * end, seconds, 0, held)


HELD = st.builds(Held, st.integers(1, 64), st.sampled_from([(), (("h100", 4),), (("1g.10gb", 3), ("h100", 1))]))
START = int(datetime(2026, 4, 30, 20, tzinfo=UTC).timestamp())


@given(st.lists(st.tuples(st.integers(0, 40 * 86_400), st.integers(1, 90_000), HELD), max_size=5))
def test_the_sum_over_runs_is_what_the_slices_come_to(found):
    """Two ways to one figure: sacct's runs cut to the month at once, and slices of days as the import posts them."""
    period = MAY.period(UTC)
    meter = Meter(UTC, datetime(2026, 1, 1, tzinfo=UTC), {"1g.10gb": Share("h100", 1, 7)})
    runs = [run_of(START + at, seconds, held) for at, seconds, held in found]
    pieces = [
        UsageSlice(
            one.source, f"{place} {one.key}", one.account, one.job, one.period, one.gpus, one.cores, one.gpu_type,
            one.gpus_per,
        )
        for place, run in enumerate(runs)
        for one in slices_of(run, meter, "a")
    ]  # fmt: skip

    class Told:
        def usage(self, since=""):
            return UsageBatch(pieces, "1", more=False)

    direct = {(one.source, one.account, "gpu" if one.unit == Unit.GPU_SECOND else "core"): one.seconds
              for one in totals([*runs, Unreadable(2, "x")], meter, period)}  # fmt: skip
    assert direct == reported(Told(), period)


def test_runs_of_others_and_of_before_count_nothing():
    meter = Meter(UTC, datetime(2026, 5, 3, tzinfo=UTC), owner=lambda account: "a" if account == "ours" else None)
    gpus = Held(8, (("h100", 2),))
    at = int(datetime(2026, 5, 4, tzinfo=UTC).timestamp())
    runs = [
        run_of(at, 10, gpus, account="ours"),
        run_of(at, 10, gpus),
        run_of(at - 2 * 86_400, 10, gpus, account="ours"),
    ]
    assert [one.seconds for one in totals(runs, meter, MAY.period(UTC))] == [20]
    paid = replace(meter, joined=lambda account, begin: ("award:7", "joined:1"))
    found = [(one.source, one.account, one.seconds) for one in totals(runs, paid, MAY.period(UTC))]
    assert sorted(found)[0] == ("joined:1", "award:7", 20) and len(found) == 2
