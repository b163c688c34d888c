"""A month's days become lines under one set of terms each, and totals are sums of lines."""

from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.pricing import Days, Discount, Quote, Stacking, Tariff, TariffKind, Vat
from madang.accounting.statement import lines, statement
from madang.errors import Refused
from madang.values import Month, Won

SERVER = Tariff("H200x8", TariffKind.RESERVED, Won(3_200_000), Won(22_400_000), Days(date(2026, 1, 1)))
HOURS = Tariff("H200", TariffKind.USED, Won(547), Won(3_889), Days(date(2026, 1, 1)), Vat.ADDED, 100)
YOUNG = Discount("young", "young_firm", 500, Days(date(2026, 1, 1)), "Young firms pay half.", "청년기업은 50% 감면")


def held(first, last, quantity=1):
    return {first + timedelta(days=day): quantity for day in range((last - first).days + 1)}


def make(amounts, tariff=SERVER, *, discounts=(YOUNG,), attributes_on=lambda day: {"young_firm"}, others=()):
    return lines(
        product=tariff.product,
        amounts=amounts,
        tariffs=[tariff, *others],
        discounts=discounts,
        attributes_on=attributes_on,
        stacking=Stacking.BEST,
    )


def test_two_months_of_four_servers_at_half_price():
    found = make(held(date(2026, 4, 1), date(2026, 5, 31), 4))
    assert [(line.month, line.amount, line.quote.due) for line in found] == [
        (Month(2026, 4), 120, 6_400_000),
        (Month(2026, 5), 124, 6_400_000),
    ]
    total = statement(line.quote for line in found)
    assert (total.reference, total.list_price, total.due) == (179_200_000, 25_600_000, 12_800_000)
    assert (total.discount, total.subsidy, total.payable) == (12_800_000, 166_400_000, 12_800_000)


def test_terms_that_change_within_a_month_make_another_line():
    found = make(
        held(date(2026, 4, 1), date(2026, 4, 30)),
        attributes_on=lambda day: {"young_firm"} if day < date(2026, 4, 11) else set(),
    )
    assert [(line.first_day.day, line.last_day.day, line.discounts, line.quote.due) for line in found] == [
        (1, 10, (YOUNG,), 533_333),
        (11, 30, (), 2_133_333),
    ]


def test_a_line_names_only_the_discounts_that_count():
    local = replace(YOUNG, name="local", attribute="local_firm", rate_permille=400)
    [line] = make(
        {date(2026, 4, 1): 1}, discounts=[local, YOUNG], attributes_on=lambda day: {"young_firm", "local_firm"}
    )
    assert line.discounts == (YOUNG,)


def test_a_new_tariff_makes_another_line():
    old = replace(SERVER, days=Days(date(2026, 1, 1), date(2026, 4, 16)))
    new = replace(SERVER, price=Won(6_400_000), days=Days(date(2026, 4, 16)))
    found = make(held(date(2026, 4, 1), date(2026, 4, 30)), old, others=[new], discounts=())
    assert [line.quote.due for line in found] == [1_600_000, 3_200_000]


def test_a_month_used_by_the_second_is_rounded_once_for_the_line():
    found = make({date(2026, 4, day): 1 for day in range(1, 31)}, HOURS, discounts=())
    assert [line.amount for line in found] == [30]
    assert found[0].quote.due == 5  # 547 x 30 / 3600 = 4.56; thirty roundings of 0.15 would give nothing


def test_days_without_use_need_no_tariff_and_give_no_line():
    assert make({date(2020, 1, 1): 0}) == []
    assert statement([]) == Quote(*[Won(0)] * len(fields(Quote)))


def test_days_below_zero_or_without_a_tariff_are_refused():
    for amounts, code in [
        ({date(2026, 4, 1): 5, date(2026, 4, 2): -1}, "amount_negative"),
        ({date(2025, 4, 1): 5}, "tariff_missing"),
    ]:
        with pytest.raises(Refused) as refused:
            make(amounts)
        assert refused.value.code == code


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.dictionaries(days, st.integers(0, 10**7), max_size=40), st.sets(days, max_size=20))
def test_lines_cover_all_that_was_used_once_and_totals_add_up(amounts, young_days):
    found = make(amounts, HOURS, attributes_on=lambda day: {"young_firm"} if day in young_days else set())
    assert sum(line.amount for line in found) == sum(amounts.values())
    assert all(earlier.last_day < later.first_day for earlier, later in pairwise(found))
    assert all(line.month == Month(line.last_day.year, line.last_day.month) for line in found)
    total = statement(line.quote for line in found)
    assert total.due + total.discount == total.list_price
    assert total.reference - total.due == total.subsidy
    assert total.supply + total.vat == total.payable == sum(line.quote.payable for line in found)


def test_the_example_of_the_documentation():
    [line] = make(held(date(2026, 4, 1), date(2026, 4, 10), 4))
    cost = line.quote
    assert (cost.list_price, cost.due, cost.discount) == (4_266_667, 2_133_333, 2_133_334)
    assert (cost.reference, cost.subsidy) == (29_866_667, 27_733_334)
