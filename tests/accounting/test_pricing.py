"""Prices come out to the won, with the published tariffs of real programmes as fixed points."""

from dataclasses import fields, replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.pricing import (
    Days,
    Discount,
    Quote,
    Stacking,
    Tariff,
    TariffKind,
    Vat,
    applying,
    counted,
    days_in,
    priced_units,
    quote,
    refuse_overlap,
    share_due,
    steps,
    tariff_on,
)
from madang.errors import Refused
from madang.values import Month, Won

APRIL, FEBRUARY = Month(2026, 4), Month(2026, 2)
ALL_YEAR = Days(date(2026, 1, 1), date(2027, 1, 1))
H100 = Tariff("H100", TariffKind.RESERVED, Won(400_000), Won(2_800_000), ALL_YEAR)
H200_SERVER = Tariff("H200x8", TariffKind.RESERVED, Won(3_200_000), Won(22_400_000), ALL_YEAR)
GPU_HOUR = Tariff("H100-hour", TariffKind.USED, Won(550), Won(3_900), ALL_YEAR)


def discount(name, rate, attribute="young_firm", days=ALL_YEAR):
    return Discount(name, attribute, rate, days, f"{name} pays less.", f"{name} 감면")


YOUNG = discount("young", 500)
LOCAL = discount("local", 500, "local_firm")
ACADEMIA = discount("academia", 1000, "university")

moneys = st.integers(0, 10**9).map(Won)
months = st.builds(Month, st.integers(2020, 2032), st.integers(1, 12))
tariffs = st.builds(
    Tariff,
    st.just("H100"),
    st.sampled_from(list(TariffKind)),
    moneys,
    moneys,
    st.just(ALL_YEAR),
    st.sampled_from([Vat.INCLUDED, Vat.ADDED]),
    st.sampled_from([0, 100, 77]),
)
discount_lists = st.lists(st.builds(discount, st.text("abc", min_size=1, max_size=3), st.integers(0, 1000)), max_size=4)
stackings = st.sampled_from(list(Stacking))
amounts = st.integers(0, 10**8)


def price(tariff, amount, discounts=(), *, month=APRIL, stacking=Stacking.BEST):
    return quote(tariff=tariff, amount=amount, month=month, discounts=discounts, stacking=stacking)


def test_a_young_local_firm_pays_half_where_discounts_do_not_stack():
    found = price(H100, 8 * 30, [YOUNG, LOCAL])
    assert (found.list_price, found.due, found.discount) == (3_200_000, 1_600_000, 1_600_000)
    assert (found.reference, found.subsidy) == (22_400_000, 20_800_000)
    assert (found.supply, found.vat, found.payable) == (1_600_000, 0, 1_600_000)


@pytest.mark.parametrize(
    ("stacking", "due"), [(Stacking.BEST, 1_600_000), (Stacking.ADD, 0), (Stacking.MULTIPLY, 800_000)]
)
def test_stacking_decides_what_two_halves_come_to(stacking, due):
    assert price(H200_SERVER, 30, [YOUNG, LOCAL], stacking=stacking).due == due


def test_academia_pays_nothing_and_all_of_it_is_support():
    found = price(H200_SERVER, 2 * 30, [ACADEMIA])
    assert (found.due, found.subsidy) == (0, 44_800_000)


def test_a_part_of_a_month_costs_its_days_of_that_month():
    assert price(H100, 10).due == 133_333
    assert price(H100, 10, month=FEBRUARY).due == 142_857
    assert days_in(Month(2028, 2)) == 29


def test_use_is_priced_by_the_hour_to_the_second():
    assert price(GPU_HOUR, 3600).due == 550
    assert price(GPU_HOUR, 3599).due == 550
    assert price(GPU_HOUR, 3596).due == 549
    assert price(GPU_HOUR, 10**6).due == 152_778


def test_half_a_won_is_rounded_up_once():
    odd = replace(H100, price=Won(1), reference=Won(3))
    found = price(odd, 15)
    assert (found.list_price, found.due, found.reference) == (1, 1, 2)
    assert price(odd, 15, [YOUNG]).due == 0


def test_tax_lies_on_top_or_inside():
    on_top = price(replace(H100, vat=Vat.ADDED, vat_permille=100), 30)
    assert (on_top.due, on_top.supply, on_top.vat, on_top.payable) == (400_000, 400_000, 40_000, 440_000)
    inside = price(replace(H100, vat=Vat.INCLUDED, vat_permille=100), 30)
    assert (inside.due, inside.supply, inside.vat, inside.payable) == (400_000, 363_636, 36_364, 400_000)


@given(tariffs, amounts, months, discount_lists, stackings)
def test_what_is_due_lies_between_nothing_and_the_list_price(tariff, amount, month, discounts, stacking):
    found = price(tariff, amount, discounts, month=month, stacking=stacking)
    assert 0 <= found.due <= found.list_price
    assert found.due + found.discount == found.list_price
    assert found.due + found.subsidy == found.reference
    assert found.supply + found.vat == found.payable and found.vat >= 0
    assert found.payable >= found.due
    assert all(type(getattr(found, field.name)) is int for field in fields(Quote))


@given(tariffs, amounts, discount_lists, stackings, st.randoms())
def test_the_order_of_discounts_changes_nothing(tariff, amount, discounts, stacking, random):
    shuffled = list(discounts)
    random.shuffle(shuffled)
    assert price(tariff, amount, shuffled, stacking=stacking) == price(tariff, amount, discounts, stacking=stacking)


@given(tariffs, amounts, discount_lists, stackings)
def test_what_does_not_count_has_no_effect(tariff, amount, discounts, stacking):
    fewer = counted(discounts, stacking)
    assert price(tariff, amount, fewer, stacking=stacking) == price(tariff, amount, discounts, stacking=stacking)


@given(discount_lists)
def test_adding_takes_at_least_as_much_as_multiplying_and_that_as_the_best(discounts):
    stackings = Stacking.BEST, Stacking.ADD, Stacking.MULTIPLY
    best, added, multiplied = (share_due(discounts, stacking) for stacking in stackings)
    assert 0 <= added <= multiplied <= best <= 1


@given(months, st.integers(1, 600), moneys, st.data())
def test_a_month_split_into_days_adds_up_exactly(month, quantity, won, data):
    whole = won * priced_units(TariffKind.RESERVED, quantity * days_in(month), month)
    assert whole == won * quantity
    cut = data.draw(st.integers(0, days_in(month)))
    parts = [cut] + [1] * (days_in(month) - cut)
    assert sum(won * priced_units(TariffKind.RESERVED, quantity * days, month) for days in parts) == whole


@given(st.lists(amounts, max_size=5), moneys)
def test_hours_split_into_seconds_add_up_exactly(parts, won):
    units = [priced_units(TariffKind.USED, part, APRIL) for part in parts]
    assert sum(won * unit for unit in units) == won * Fraction(sum(parts), 3600)


@given(tariffs, amounts, amounts, discount_lists, stackings)
def test_more_use_never_costs_less(tariff, amount, more, discounts, stacking):
    less = price(tariff, amount, discounts, stacking=stacking)
    assert price(tariff, amount + more, discounts, stacking=stacking).due >= less.due


def test_the_tariff_of_a_day_is_the_one_in_force():
    rise = replace(H100, price=Won(500_000), days=Days(date(2027, 1, 1)))
    assert tariff_on([H100, rise, GPU_HOUR], "H100", date(2026, 12, 31)) is H100
    assert tariff_on([H100, rise, GPU_HOUR], "H100", date(2027, 1, 1)) is rise


def test_a_day_with_no_tariff_or_with_two_is_refused():
    for found, code in [([], "tariff_missing"), ([H100, H100], "tariffs_overlap")]:
        with pytest.raises(Refused) as refused:
            tariff_on([*found, GPU_HOUR], "H100", date(2026, 4, 1))
        assert (refused.value.code, refused.value.facts["day"]) == (code, date(2026, 4, 1))


def test_overlapping_tariffs_are_refused_and_touching_ones_are_not():
    touching = replace(H100, days=Days(date(2027, 1, 1)))
    refuse_overlap([touching, GPU_HOUR, H100])
    with pytest.raises(Refused) as refused:
        refuse_overlap([touching, replace(H100, days=Days(date(2025, 1, 1)))])
    assert (refused.value.code, refused.value.facts["day"]) == ("tariffs_overlap", date(2027, 1, 1))


def test_a_discount_needs_its_attribute_and_its_day():
    ended = discount("ended", 900, days=Days(date(2025, 1, 1), date(2026, 4, 1)))
    offered = [YOUNG, LOCAL, ACADEMIA, ended]
    assert applying(offered, {"young_firm", "local_firm"}, date(2026, 4, 1)) == [LOCAL, YOUNG]
    assert applying(offered, {"young_firm"}, date(2026, 3, 31)) == [ended, YOUNG]
    assert applying(offered, set(), date(2026, 4, 1)) == []


def test_under_best_only_the_first_of_the_largest_counts():
    assert counted([YOUNG, discount("small", 100), LOCAL], Stacking.BEST) == [LOCAL]
    assert counted([YOUNG, LOCAL], Stacking.ADD) == [LOCAL, YOUNG]
    assert counted([], Stacking.BEST) == []


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: replace(H100, price=Won(-1)), "price_negative"),
        (lambda: replace(H100, reference=Won(-1)), "price_negative"),
        (lambda: replace(H100, vat_permille=100), "vat_rate_wrong"),
        (lambda: replace(H100, vat=Vat.ADDED, vat_permille=-1), "vat_rate_wrong"),
        (lambda: discount("x", 1001), "discount_rate_wrong"),
        (lambda: discount("x", -1), "discount_rate_wrong"),
        (lambda: Days(date(2026, 1, 1), date(2026, 1, 1)), "days_end_before_start"),
        (lambda: price(H100, -1), "amount_negative"),
    ],
)
def test_what_cannot_be_a_price_is_refused(make, code):
    with pytest.raises(Refused) as refused:
        make()
    assert refused.value.code == code


def ordered(name, rate, after=""):
    return replace(discount(name, rate), after=after)


def test_in_order_each_step_is_taken_off_what_the_step_before_left():
    given = [
        ordered("local", 100, after="young"),
        ordered("young", 500),
        ordered("kind", 200),
        ordered("x", 500, "local"),
    ]
    assert [[one.name for one in step] for step in steps(given)] == [["kind", "young"], ["local"], ["x"]]
    # 1 - 0.5 - 0.2 = 0.3; less a tenth of it 0.27; half of that 0.135
    assert share_due(given, Stacking.IN_ORDER) == Fraction(135, 1000)


def test_a_discount_after_one_that_does_not_apply_is_of_the_first_step():
    assert share_due([ordered("local", 100, after="young")], Stacking.IN_ORDER) == Fraction(9, 10)


@pytest.mark.parametrize("circle", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a", "d": ""}])
def test_a_circle_of_discounts_is_refused(circle):
    with pytest.raises(Refused) as refused:
        share_due([ordered(name, 100, after) for name, after in circle.items()], Stacking.IN_ORDER)
    assert refused.value.code == "discounts_in_circle"


@given(discount_lists)
def test_in_order_without_any_order_is_adding_and_a_chain_is_multiplying(discounts):
    assert share_due(discounts, Stacking.IN_ORDER) == share_due(discounts, Stacking.ADD)
    chain = [replace(one, name=f"n{place}", after=f"n{place - 1}") for place, one in enumerate(discounts)]
    assert share_due(chain, Stacking.IN_ORDER) == share_due(chain, Stacking.MULTIPLY)
