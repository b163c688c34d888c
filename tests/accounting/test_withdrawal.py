"""Withdrawing discounts and giving them back: nothing is lost, and nobody gives back what was not given."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.pricing import Days, Tariff, TariffKind, Vat
from madang.accounting.settlement import apportioned
from madang.accounting.statement import statement
from madang.accounting.withdrawal import Discounted, divided, repriced, same_share
from madang.values import Won

OWN = 99
discounts = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 10**9)), min_size=1, max_size=6)
shares = st.lists(st.lists(st.integers(1, 1000), min_size=1, max_size=4), min_size=3, max_size=3)
acts = st.lists(st.tuples(st.integers(1, 1000), st.booleans()), min_size=1, max_size=5)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6), st.integers(1, 10**9), st.data())
def test_what_follows_is_the_decided_share_of_each_line_whenever_it_comes(lefts, base, data):
    amount = data.draw(st.integers(1, base))
    lines = [Discounted(line, 0, left) for line, left in enumerate(lefts)]
    cut = data.draw(st.integers(0, len(lines)))
    found = same_share(lines, amount, base)
    assert found == same_share(lines[:cut], amount, base) + same_share(lines[cut:], amount, base)
    exact = sum(lefts) * amount
    assert exact - len(lefts) * base < sum(won for _, won in found) * base <= exact
    assert all(0 < won <= line.left for line, won in found)


UNTAXED = (Vat.NONE, Vat.ZERO)


def tariff(vat=Vat.ADDED) -> Tariff:
    return Tariff(
        "p",
        TariffKind.USED,
        Won(1),
        Won(1),
        Days(date(2026, 1, 1)),
        vat,
        100 if vat in (Vat.INCLUDED, Vat.ADDED) else 0,
    )


@given(discounts, shares, acts)
def test_books_balance_however_acts_withdraw_and_give_back(given_discounts, weights, acts):
    """Each act withdraws a part of what is left, and may be undone: lines, sources and statements go on to agree."""
    left = {line: won for line, (_, won) in enumerate(given_discounts)}
    place_of = {line: place for line, (place, _) in enumerate(given_discounts)}
    borne: dict[int, Counter[int]] = {}
    for place in set(place_of.values()):
        support = sum(won for line, won in left.items() if place_of[line] == place)
        borne[place] = Counter(dict(enumerate(apportioned(support, weights[place]))))
    before = (dict(left), {place: dict(by) for place, by in borne.items()})
    standing = []
    for permille, undone in acts:
        lines = [Discounted(line, place_of[line], won) for line, won in left.items() if won]
        amount = sum(one.left for one in lines) * permille // 1000
        if not amount:
            continue
        rows = divided(amount, lines, borne, OWN)
        assert sum(row.won for row in rows) == amount and all(row.won > 0 and row.source != OWN for row in rows)
        for row in rows:
            left[row.line] -= row.won
            borne[place_of[row.line]][row.source] -= row.won
        assert min(left.values()) >= 0 and all(min(by.values()) >= 0 for by in borne.values())
        standing.append((rows, undone))
    for place, by in borne.items():
        assert by.total() == sum(won for line, won in left.items() if place_of[line] == place)
    for rows, undone in standing:
        for row in rows if undone else ():
            left[row.line] += row.won
            borne[place_of[row.line]][row.source] += row.won
    if all(undone for _, undone in standing):
        assert (left, {place: dict(by) for place, by in borne.items()}) == before


def test_beyond_what_sources_bear_it_is_the_centres_own():
    rows = divided(100, [Discounted(1, "a", 100)], {"a": {7: 60, 8: 0}}, OWN)
    assert [tuple(row) for row in rows] == [(1, 7, 60), (1, OWN, 40)]
    with pytest.raises(ValueError, match="left of the discounts"):
        divided(101, [Discounted(1, "a", 100)], {}, OWN)


@pytest.mark.parametrize("vat", Vat)
@given(won=st.integers(1, 10**12))
def test_what_is_given_back_is_the_opposite_to_the_won_with_its_tax(vat, won):
    asked, back = repriced(tariff(vat), won), repriced(tariff(vat), -won)
    assert (asked.due, asked.discount, asked.subsidy, asked.list_price) == (won, -won, -won, 0)
    assert asked.payable == asked.supply + asked.vat
    total = statement([asked, back])
    assert not any((total.due, total.discount, total.subsidy, total.supply, total.vat, total.payable))
