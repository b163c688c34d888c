"""What bounds a subsidy: the part that everyone pays, and ceilings over several years."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.limits import Bounded, Limit, LimitKind, ceilings, room, self_pay, under_ceilings
from madang.accounting.pricing import Days, Discount, Stacking, Tariff, TariffKind, Vat, quote
from madang.accounting.statement import lines
from madang.errors import Refused
from madang.values import Month, Won

YEAR = Days(date(2026, 1, 1), date(2027, 1, 1))
DAY = date(2026, 4, 1)
SERVER = Tariff("H200x8", TariffKind.RESERVED, Won(3_000_000), Won(20_000_000), Days(date(2020, 1, 1)))
FREE = Discount("free", "kind:university", 1000, Days(date(2020, 1, 1)), "Universities pay nothing.", "대학 무상")


def limit(name="l", kind=LimitKind.CEILING, figure=100, years=3, attribute="", days=YEAR):
    return Limit(name, kind, attribute, figure, years if kind == LimitKind.CEILING else 0, days, "So.", "그렇다.")


def part(name, figure, **given):
    return limit(name, LimitKind.SELF_PAY, figure, **given)


def cost(amount=30, rate=0, tariff=SERVER):
    off = [Discount("off", "x", rate, Days(date(2020, 1, 1)), "Off.", "감면")]
    return quote(tariff=tariff, amount=amount, month=Month(2026, 4), discounts=off, stacking=Stacking.BEST)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"figure": 0}, "limit_figure_wrong"),
        ({"figure": -5}, "limit_figure_wrong"),
        ({"kind": LimitKind.SELF_PAY, "figure": 1001}, "limit_figure_wrong"),
        ({"years": 0}, "limit_years_wrong"),
        ({"years": 11}, "limit_years_wrong"),
    ],
)
def test_a_limit_that_means_nothing_is_refused(given, code):
    with pytest.raises(Refused) as refused:
        limit(**given)
    assert refused.value.code == code


def test_of_several_self_pay_parts_the_largest_counts_for_whom_and_when_it_is_for():
    parts = [part("a", 100), part("b", 300, attribute="young_firm"), part("c", 900, days=Days(date(2027, 1, 1)))]
    assert self_pay(parts, {"young_firm"}, DAY).name == "b"
    assert self_pay(parts, frozenset(), DAY).name == "a"
    assert self_pay(parts, frozenset(), date(2025, 12, 31)) is None
    assert self_pay([limit()], frozenset(), DAY) is None


def test_a_self_pay_part_of_a_tenth_leaves_a_tenth_of_what_would_be_free():
    def line(limits):
        [found] = lines(
            product="H200x8",
            amounts={DAY: 30},
            tariffs=[SERVER],
            discounts=[FREE],
            attributes_on=lambda day: {"kind:university"},
            stacking=Stacking.BEST,
            limits=limits,
        )
        return found

    assert (line([]).quote.due, line([]).limit) == (0, None)
    assert (line([part("a", 100)]).quote.due, line([part("a", 100)]).limit.name) == (300_000, "a")


def test_a_self_pay_part_that_begins_within_the_month_makes_another_line():
    found = lines(
        product="H200x8",
        amounts={date(2026, 4, day): 1 for day in range(1, 31)},
        tariffs=[SERVER],
        discounts=[FREE],
        attributes_on=lambda day: {"kind:university"},
        stacking=Stacking.BEST,
        limits=[part("a", 100, days=Days(date(2026, 4, 16)))],
    )
    assert [(line.first_day.day, line.quote.due) for line in found] == [(1, 0), (16, 150_000)]


def test_the_room_under_a_ceiling_counts_its_years():
    supported = {2023: 50, 2024: 20, 2025: 30, 2026: 10, 2027: 1000}
    assert room(limit(figure=100, years=3), supported, 2026) == 40
    assert room(limit(figure=100, years=1), supported, 2026) == 90
    assert room(limit(figure=100, years=4), supported, 2026) == -10


def test_what_is_above_the_room_is_taken_from_the_discount_and_never_from_more():
    half = Bounded(SERVER, cost(rate=500), [limit(figure=39_000_000)])  # due 1,500,000, support 18,500,000
    found = under_ceilings([half, half, half], {2025: 1_000_000}, 2026)
    assert [cut.quote.due for cut in found] == [1_500_000, 1_500_000, 3_000_000]
    assert [cut.ceiling and cut.ceiling.name for cut in found] == [None, None, "l"]
    # 1,000,000 of the second line's discount is above the room
    tight = Bounded(SERVER, cost(rate=500), [limit(figure=37_000_000)])
    assert [cut.quote.due for cut in under_ceilings([tight, tight], {2025: 1_000_000}, 2026)] == [1_500_000, 2_500_000]


def test_the_tightest_of_several_ceilings_counts():
    both = [limit("wide", figure=100_000_000), limit("tight", figure=18_000_000, years=1)]
    [cut] = under_ceilings([Bounded(SERVER, cost(rate=500), both)], {2025: 81_500_000}, 2026)
    assert (cut.quote.due, cut.ceiling.name) == (2_000_000, "tight")


def test_the_tax_follows_what_is_due_under_a_ceiling():
    taxed = Tariff("H200", TariffKind.USED, Won(1_100), Won(4_000), Days(date(2020, 1, 1)), Vat.INCLUDED, 100)
    line = Bounded(taxed, cost(3600, 500, taxed), [limit(figure=1)])
    [cut] = under_ceilings([line], {}, 2026)
    assert (cut.quote.due, cut.quote.supply, cut.quote.vat, cut.quote.payable) == (1_100, 1_000, 100, 1_100)


def test_ceilings_are_found_by_name_for_whom_they_bind():
    found = ceilings([limit("b"), limit("a"), limit("c", attribute="young_firm"), part("d", 5)], frozenset(), DAY)
    assert [one.name for one in found] == ["a", "b"]


costs = st.builds(cost, st.integers(0, 3_000), st.integers(0, 1000))
limited = st.lists(st.builds(lambda figure, years: limit(f"{figure}/{years}", figure=figure, years=years),
                             st.integers(1, 10**11), st.integers(1, 4)), max_size=3)  # fmt: skip


@given(
    st.lists(st.tuples(costs, limited), max_size=6), st.dictionaries(st.integers(2022, 2026), st.integers(0, 10**10))
)
def test_a_ceiling_loses_no_won_and_takes_no_more_than_the_discount(given_lines, supported):
    bounded = [Bounded(SERVER, one, binding) for one, binding in given_lines]
    cut = under_ceilings(bounded, supported, 2026)
    assert len(cut) == len(bounded)
    so_far = dict(supported)
    for before, after in zip(bounded, cut, strict=True):
        assert before.quote.due <= after.quote.due <= before.quote.list_price
        assert after.quote.due + after.quote.discount == after.quote.list_price
        assert after.quote.due + after.quote.subsidy == after.quote.reference
        assert (after.ceiling is not None) == (after.quote != before.quote)
        so_far[2026] = so_far.get(2026, 0) + after.quote.subsidy
        # after a line no ceiling is exceeded, unless nothing is left of its discount to take
        assert after.quote.discount == 0 or all(room(one, so_far, 2026) >= 0 for one in before.ceilings)
    assert under_ceilings(bounded, supported, 2026) == cut
