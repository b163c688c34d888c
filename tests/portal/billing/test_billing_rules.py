"""How statements are worked out, as values, with the figures of real Korean rounds."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.pricing import Days
from madang.errors import Refused
from madang.portal.billing.rules import (
    Holding,
    held_days,
    late_amounts,
    months_span,
    number,
    refuse_unless_over,
    totals,
    worked_out,
)
from madang.portal.prices.rules import Discount, Stacking, Tariff, TariffKind
from madang.values import Month, Won

APRIL, MAY = Month(2026, 4), Month(2026, 5)
START = Days(date(2026, 1, 1))
# A server with eight H200 as the national round priced it, 3.2 million won a month, beside a market of 40 million.
SERVER = Tariff("h200x8", TariffKind.RESERVED, Won(3_200_000), Won(40_000_000), START)
HOURS = Tariff("h100-hour", TariffKind.USED, Won(550), Won(4_200), START)
YOUNG = Discount("young", "young_firm", 500, START, "Half for young founders.", "청년기업 50%")
LOCAL = Discount("local", "local_firm", 500, START, "Half for local firms.", "지역기업 50%")
FREE = Discount("academia", "kind:university", 1000, START, "Free.", "대학 무상")


def work(amounts, tariffs=(SERVER,), held=(), stacking=Stacking.BEST):
    holding = Holding(1, 1, tariffs[0].product if tariffs else "h200x8", 1, amounts, stacking)
    return worked_out(
        holding, tariffs=list(tariffs), discounts=[YOUNG, LOCAL, FREE], attributes_on=lambda day: frozenset(held)
    )


def whole(month=MAY, quantity=2):
    return held_days(month=month, quantity=quantity, spans=[])


def test_two_servers_for_a_whole_month():
    line = work(whole())[0]

    assert (line.amount, line.quote.list_price, line.quote.due) == (62, 6_400_000, 6_400_000)
    assert line.quote.subsidy == 80_000_000 - 6_400_000


@pytest.mark.parametrize(
    ("held", "stacking", "due"),
    [
        ({"young_firm"}, Stacking.BEST, 3_200_000),
        ({"young_firm", "local_firm"}, Stacking.BEST, 3_200_000),
        ({"young_firm", "local_firm"}, Stacking.MULTIPLY, 1_600_000),
        ({"young_firm", "local_firm"}, Stacking.ADD, 0),
        ({"kind:university"}, Stacking.BEST, 0),
        ({"kind:company"}, Stacking.BEST, 6_400_000),
    ],
)
def test_discounts_by_what_an_organisation_holds(held, stacking, due):
    assert totals(work(whole(), held=held, stacking=stacking)).due == due


def test_an_award_that_starts_in_the_middle_pays_for_its_days():
    days = held_days(month=APRIL, quantity=1, spans=[(date(2026, 4, 16), None)])

    line = work(days)[0]

    assert (line.first_day, line.last_day, line.amount) == (date(2026, 4, 16), date(2026, 4, 30), 15)
    assert line.quote.due == 1_600_000


def test_the_day_of_the_start_counts_and_that_of_the_end_does_not():
    days = held_days(month=MAY, quantity=3, spans=[(date(2026, 5, 4), date(2026, 5, 6)), months_span("2026-05", 1)])

    assert days == {date(2026, 5, 4): 3, date(2026, 5, 5): 3}


def test_a_stretch_over_two_months_is_the_sum_of_its_parts():
    spans = [(date(2026, 4, 25), date(2026, 5, 11)), months_span("2026-04", 2)]
    parts = [held_days(month=month, quantity=1, spans=spans) for month in (APRIL, MAY)]

    assert [len(part) for part in parts] == [6, 10]
    assert [totals(work(part)).due for part in parts] == [640_000, 1_032_258]


def test_a_discount_that_ends_within_the_month_makes_two_lines():
    holding = Holding(1, 1, "h200x8", 1, whole(quantity=1), Stacking.BEST)
    worked = worked_out(
        holding,
        tariffs=[SERVER],
        discounts=[YOUNG],
        attributes_on=lambda day: frozenset({"young_firm"} if day < date(2026, 5, 11) else ()),
    )

    assert [(line.first_day.day, line.last_day.day, line.quote.due) for line in worked] == [
        (1, 10, 516_129),
        (11, 31, 2_167_742),
    ]


def test_a_change_of_price_within_the_month_makes_two_lines():
    old = Tariff(
        "h200x8", TariffKind.RESERVED, Won(3_200_000), Won(40_000_000), Days(date(2026, 1, 1), date(2026, 5, 16))
    )
    new = Tariff("h200x8", TariffKind.RESERVED, Won(6_400_000), Won(40_000_000), Days(date(2026, 5, 16)))

    assert [line.quote.due for line in work(whole(quantity=1), [old, new])] == [1_548_387, 3_303_226]


def test_days_without_a_price_stand_as_a_fault_and_not_as_nought():
    late = Tariff("h200x8", TariffKind.RESERVED, Won(3_200_000), Won(40_000_000), Days(date(2026, 5, 11)))

    worked = work(whole(quantity=1), [late])

    assert [(line.fault, line.amount, line.first_day.day, line.last_day.day) for line in worked] == [
        ("tariff_missing", 10, 1, 10),
        ("", 21, 11, 31),
    ]
    assert totals(worked).list_price == worked[1].quote.list_price


def test_without_any_price_all_of_it_is_a_fault():
    assert [line.fault for line in work(whole(), tariffs=())] == ["tariff_missing"]


def test_hours_are_priced_by_the_second():
    line = work({date(2026, 5, 3): 3_600, date(2026, 5, 9): 1}, [HOURS])[0]

    assert (line.quote.due, line.quote.reference) == (550, 4_201)


def test_late_use_is_billed_as_one_sum_of_its_month_and_never_below_nought():
    booked = {date(2026, 4, 7): 500, date(2026, 4, 9): -200, date(2026, 3, 1): -5, date(2026, 2, 28): 7}

    assert late_amounts(booked) == {date(2026, 2, 28): 7, date(2026, 4, 30): 300}


MONTHS = st.builds(Month, st.integers(2025, 2027), st.integers(1, 12))


@given(
    MONTHS,
    st.integers(1, 500),
    st.integers(-40, 40),
    st.integers(1, 80),
    st.sets(st.sampled_from(["young_firm", "local_firm", "kind:university"])),
    st.sampled_from(list(Stacking)),
    st.integers(0, 10**8),
)
def test_lines_add_up_and_nobody_is_owed(month, quantity, start, length, held, stacking, price):
    tariff = Tariff("h200x8", TariffKind.RESERVED, Won(price), Won(price * 9), Days(date(2026, 1, 1)))
    first = date(month.year, month.number, 1) + timedelta(days=start)
    days = held_days(month=month, quantity=quantity, spans=[(first, first + timedelta(days=length))])
    worked = work(days, [tariff], held, stacking)
    total = totals(worked)

    assert total.due == sum(line.quote.due for line in worked if line.quote) >= 0
    assert total.due == total.list_price - total.discount
    assert total.subsidy == total.reference - total.due
    assert total.payable == total.supply + total.vat
    assert sum(line.amount for line in worked) == quantity * len(days)
    assert all(line.quote is None or 0 <= line.quote.due <= line.quote.list_price for line in worked)


def test_a_month_is_issued_once_it_is_over():
    refuse_unless_over(MAY, date(2026, 6, 1))
    with pytest.raises(Refused, match="month_not_over"):
        refuse_unless_over(MAY, date(2026, 5, 31))


def test_numbers_sort_as_they_count():
    assert [number("2026-05", place) for place in (1, 12)] == ["2026-05-0001", "2026-05-0012"]
