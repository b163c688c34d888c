"""What holds on a day, and previews of a price, as values."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.pricing import Days
from madang.errors import Refused
from madang.portal.prices.rules import (
    Discount,
    Held,
    Stacking,
    Tariff,
    TariffKind,
    TariffStanding,
    amounts_asked,
    attributes_on,
    kind_for,
    preview,
    refuse_issued,
    standing,
)
from madang.values import Month, Won

MAY, JUNE = Month(2026, 5), Month(2026, 6)
H200 = Tariff("h200x8", TariffKind.RESERVED, Won(3_200_000), Won(40_000_000), Days(date(2026, 1, 1)))
YOUNG = Discount("young", "young_firm", 500, Days(date(2026, 1, 1)), "Half for young founders.", "청년기업 50%")
FREE = Discount("academia", "kind:university", 1000, Days(date(2026, 1, 1)), "Free for universities.", "대학 무상")


def shown(attributes=frozenset(), tariffs=(H200,), months=(MAY,), quantity=2):
    amounts = amounts_asked("month", quantity, months)
    return preview(
        product="h200x8",
        amounts=amounts,
        tariffs=list(tariffs),
        discounts=[YOUNG, FREE],
        attributes=dict.fromkeys(amounts, frozenset(attributes)),
        stacking=Stacking.BEST,
    )


def test_two_h200_servers_for_two_months_at_list_price():
    total = shown(months=(MAY, JUNE)).total

    assert (total.list_price, total.discount, total.due) == (12_800_000, 0, 12_800_000)
    assert total.subsidy == 160_000_000 - 12_800_000


def test_a_young_firm_pays_half_and_a_university_nothing():
    assert shown({"young_firm"}).total.due == 3_200_000
    assert shown({"kind:university"}).total.due == 0
    assert shown({"kind:university"}).total.subsidy == 80_000_000


def test_days_without_a_price_are_named_and_not_priced_at_nought():
    until_june = Tariff(
        "h200x8", TariffKind.RESERVED, Won(3_200_000), Won(40_000_000), Days(date(2026, 1, 1), date(2026, 6, 1))
    )

    asked = shown(tariffs=[until_june], months=(MAY, JUNE))

    assert not asked.whole
    assert asked.unpriced == tuple(date(2026, 6, 1) + timedelta(days=n) for n in range(30))
    assert asked.total.list_price == 6_400_000


def test_hours_are_asked_for_as_a_whole():
    assert amounts_asked("hour", 500, [MAY, JUNE]) == {date(2026, 5, 1): 1_800_000}
    assert amounts_asked("hour", 500, []) == {}
    assert kind_for("hour") is TariffKind.USED and kind_for("month") is TariffKind.RESERVED


@given(st.integers(1, 64), st.lists(st.sampled_from([MAY, JUNE, Month(2026, 7)]), unique=True, min_size=1))
def test_whole_months_cost_the_monthly_price_exactly(quantity, months):
    assert shown(quantity=quantity, months=sorted(months)).total.list_price == quantity * 3_200_000 * len(months)


def test_the_latest_verdict_of_a_day_counts():
    given = [
        Held("young_firm", True, date(2026, 1, 1), date(2027, 1, 1)),
        Held("young_firm", False, date(2026, 5, 10), date(2027, 1, 1)),
        Held("local_firm", True, date(2026, 6, 1), date(2026, 7, 1)),
    ]

    assert attributes_on("company", given, date(2026, 5, 9)) == {"kind:company", "young_firm"}
    assert attributes_on("company", given, date(2026, 5, 10)) == {"kind:company"}
    assert attributes_on("company", given, date(2026, 6, 30)) == {"kind:company", "local_firm"}
    assert attributes_on("company", given, date(2026, 7, 1)) == {"kind:company"}


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"approved": False, "rejected": False}, TariffStanding.WAITING),
        ({"approved": False, "rejected": True}, TariffStanding.REJECTED),
        ({"starts_on": date(2026, 6, 1)}, TariffStanding.PLANNED),
        ({"ends_on": date(2026, 5, 2)}, TariffStanding.IN_FORCE),
        ({"ends_on": date(2026, 5, 1)}, TariffStanding.ENDED),
    ],
    ids=str,
)
def test_where_a_tariff_stands(given, where):
    usual = {
        "approved": True,
        "rejected": False,
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "day": date(2026, 5, 1),
    }

    assert standing(**(usual | given)) is where


def test_a_price_starts_after_the_months_that_are_issued():
    refuse_issued(date(2026, 5, 1), ["2026-03", "2026-04"])
    refuse_issued(date(2026, 5, 1), [])
    with pytest.raises(Refused, match="price_starts_in_issued_month"):
        refuse_issued(date(2026, 4, 30), ["2026-03", "2026-04"])
