"""What a fee comes to: rates of the day, tax cut down, nothing kept back below the limit."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.honoraria import rules
from madang.portal.honoraria.rules import Fee, FeeLine, FeeWork, IncomeKind, Rate, Withholding
from madang.portal.honoraria.seeds.korean import RULES

OTHER, BUSINESS = (rule for rule, _source in RULES)
DAY = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("rule", "gross", "tax", "local"),
    [
        (OTHER, 125_000, 0, 0),  # an income of 50,000 exactly
        (OTHER, 125_001, 10_000, 1_000),
        (OTHER, 200_000, 16_000, 1_600),
        (OTHER, 123_456_789, 9_876_540, 987_650),
        (BUSINESS, 200_000, 6_000, 600),
        (BUSINESS, 333, 0, 0),  # nine won of tax are cut to none
        (OTHER, 0, 0, 0),
    ],
)
def test_what_is_kept_back_of_a_payment(rule, gross, tax, local):
    assert rules.withheld(gross, rule) == Fee(gross, tax, local)


RULE = st.builds(
    Withholding, st.just(DAY), st.just(IncomeKind.OTHER), *(st.integers(0, 1000) for _ in range(3)),
    st.integers(0, 10**6), st.sampled_from([1, 10, 100, 1000]),
)  # fmt: skip


@given(RULE, st.integers(0, 10**9), st.integers(0, 10**9))
def test_taxes_are_whole_units_below_the_payment_and_rise_with_it(rule, one, other):
    low, high = (rules.withheld(won, rule) for won in sorted((one, other)))
    for fee in (low, high):
        assert fee.tax_won % rule.cut_won == 0 == fee.local_won % rule.cut_won
        assert fee.tax_won * 1000 <= fee.gross_won * rule.tax_permille and fee.local_won <= fee.tax_won
    assert low.tax_won <= high.tax_won and low.local_won <= high.local_won


def test_the_row_that_began_last_counts_and_of_two_the_later():
    rates = [Rate(date(2026, 5, 1), 9, 9), Rate(DAY, 1, 1), Rate(date(2026, 1, 1), 2, 2), Rate(DAY, 3, 3)]
    assert rules.in_force(rates, DAY) == rates[3]
    assert rules.in_force(rates, date(2026, 3, 31)) == rates[2]
    assert rules.in_force(rates, date(2026, 5, 1)) == rates[0]
    assert rules.in_force(rates, date(2025, 12, 31)) is None


def test_work_is_paid_at_the_rate_of_its_day():
    rates = [Rate(date(2026, 1, 1), 10, 100), Rate(DAY, 20, 100)]
    work = [(FeeWork.SHEET, date(2026, 3, 31)), (FeeWork.SHEET, DAY), (FeeWork.SHEET, DAY), (FeeWork.DAY, DAY)]
    assert rules.lines(work, rates) == [
        FeeLine(FeeWork.DAY, 100, 1), FeeLine(FeeWork.SHEET, 10, 1), FeeLine(FeeWork.SHEET, 20, 2)
    ]  # fmt: skip
    with pytest.raises(Refused, match="fee_rate_missing"):
        rules.lines([(FeeWork.DAY, date(2025, 12, 31))], rates)


@given(st.lists(st.tuples(st.sampled_from(FeeWork), st.dates(DAY, date(2026, 12, 31))), max_size=20), st.randoms())
def test_the_order_of_work_and_who_else_worked_do_not_matter(work, random):
    rates = [Rate(DAY, 10, 100), Rate(date(2026, 8, 1), 20, 50)]
    shuffled = random.sample(work, len(work))
    assert rules.lines(shuffled, rates) == rules.lines(work, rates)
    assert sum(line.count for line in rules.lines(work, rates)) == len(work)


@pytest.mark.parametrize("wrong", [{"tax_permille": 1001}, {"free_won": -1}, {"cut_won": 7}, {"expense_permille": -1}])
def test_a_rule_that_cannot_be_is_refused(wrong):
    given = vars(OTHER) | wrong
    with pytest.raises(Refused, match="withholding_invalid"):
        rules.check_withholding(Withholding(**given))
    rules.check_withholding(OTHER)


def test_a_rate_below_nought_is_refused():
    rules.check_rate(Rate(DAY, 0, 0))
    with pytest.raises(Refused, match="fee_rate_invalid"):
        rules.check_rate(Rate(DAY, -1, 0))
