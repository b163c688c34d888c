"""What a booking is charged for: no second and no won is lost at midnight, at a change of price, or of a part of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.pricing import Days, Stacking, Tariff, TariffKind, Vat
from madang.portal.fees.rules import FeeTerms, amounts, billed_in, percent_cancelled
from madang.portal.prices.rules import preview
from madang.values import Month, Period, Won, divide_half_up

SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")
START = datetime(2026, 10, 20, tzinfo=UTC)
quarters = st.integers(0, 30 * 96)
lengths = st.integers(1, 12 * 96)


def period(start: int, length: int) -> Period:
    return Period(START + timedelta(minutes=15 * start), START + timedelta(minutes=15 * (start + length)))


@given(start=quarters, length=lengths, zone=st.sampled_from([SEOUL, NEW_YORK]), percent=st.integers(0, 100),
       facilities=st.integers(1, 4))  # fmt: skip
def test_the_days_of_a_booking_sum_to_it(start, length, zone, percent, facilities):
    found = amounts(period(start, length), "hour", zone, percent=percent, facilities=facilities)
    assert sum(found.values()) == length * 900 * facilities * percent // 100
    assert list(found) == sorted(found) and min(found.values()) >= 0


@given(start=quarters, length=lengths, change=st.integers(-2, 45), prices=st.tuples(*[st.integers(0, 99_999)] * 2))
def test_each_instant_has_the_price_of_its_day(start, length, change, prices):
    wanted, turn = period(start, length), date(2026, 10, 18) + timedelta(days=change)
    spans = (Days(date(2026, 1, 1), turn), Days(turn))
    tariffs = [
        Tariff("sim", TariffKind.USED, Won(price), Won(0), days, Vat.ADDED, 100)
        for price, days in zip(prices, spans, strict=True)
    ]
    given = {"tariffs": tariffs, "discounts": [], "attributes": {}, "stacking": Stacking.BEST}
    shown = preview(product="sim", amounts=amounts(wanted, "hour", SEOUL), **given)

    at = datetime(turn.year, turn.month, turn.day, tzinfo=SEOUL)
    parts = [max(timedelta(), min(wanted.end, at) - wanted.start), max(timedelta(), wanted.end - max(wanted.start, at))]
    seconds = [round(part.total_seconds()) for part in parts]
    assert sum(seconds) == length * 900 and shown.whole
    for price, booked, days in zip(prices, seconds, spans, strict=True):
        mine = [line for line in shown.lines if line.tariff.days == days]
        assert sum(line.amount for line in mine) == booked
        # a line is rounded once, and one more only where a month ends
        exact = divide_half_up(price * booked, 3600)
        assert abs(sum(line.quote.due for line in mine) - exact) <= max(0, len(mine) - 1)
    assert shown.total.payable == sum(line.quote.payable for line in shown.lines)
    assert shown.total.payable == shown.total.supply + shown.total.vat


@pytest.mark.parametrize(("zone", "clocks"), [(SEOUL, 24), (NEW_YORK, 25)])
def test_a_day_is_a_day_whatever_the_clocks_do(zone, clocks):
    day = Period(datetime(2026, 11, 1, tzinfo=zone), datetime(2026, 11, 2, tzinfo=zone))
    assert amounts(day, "day", zone) == {date(2026, 11, 1): 86_400}
    assert amounts(day, "hour", zone) == {date(2026, 11, 1): clocks * 3600}
    assert amounts(day, "day", zone, percent=30, facilities=2) == {date(2026, 11, 1): 51_840}


def test_a_booking_until_midnight_belongs_to_the_month_that_ends():
    midnight = datetime(2026, 11, 1, tzinfo=SEOUL)
    assert billed_in(Period(midnight - timedelta(hours=2), midnight), SEOUL) == Month(2026, 10)
    assert billed_in(Period(midnight - timedelta(hours=2), midnight + timedelta(minutes=15)), SEOUL) == Month(2026, 11)


@pytest.mark.parametrize(
    ("own", "held", "hours", "percent"),
    [(True, True, 24, 0), (True, True, 23, 50), (True, True, -1, 50), (False, True, 1, 0), (True, False, 1, 0)],
)
def test_only_ones_own_late_cancellation_costs(own, held, hours, percent):
    terms = FeeTerms(missed=100, late=50, late_hours=24)
    assert percent_cancelled(terms, own=own, held=held, starts_at=START + timedelta(hours=hours), now=START) == percent
