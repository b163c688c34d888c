"""Amounts of currencies with and without minor units: exact both ways, and rounded once on the way to won."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.currencies import MINOR_DIGITS, PER, Quoted, parse, parse_rate, written
from madang.errors import Refused

CURRENCIES = st.sampled_from(sorted(MINOR_DIGITS))
DAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.34", "USD", 1234), ("12.3", "EUR", 1230), ("1,234", "JPY", 1234), (" 7 ", "KRW", 7), ("0.001", "KWD", 1)],
)
def test_what_is_written_is_read_exactly(text, currency, minor):
    assert parse(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        *(("12.5", "KRW", "amount_too_fine"), ("12.0", "JPY", "amount_too_fine"), ("1.234", "USD", "amount_too_fine")),
        *(
            ("-1", "USD", "amount_unreadable"),
            ("12,34", "EUR", "amount_unreadable"),
            ("1e3", "USD", "amount_unreadable"),
        ),
        *(
            ("", "KRW", "amount_unreadable"),
            ("１２", "KRW", "amount_unreadable"),
            ("9" * 13, "KRW", "amount_unreadable"),
        ),
        ("1", "XXX", "currency_unknown"),
    ],
)
def test_what_a_currency_cannot_hold_is_refused(text, currency, code):
    with pytest.raises(Refused, match=code):
        parse(text, currency)


@pytest.mark.parametrize("text", ["0", "1.0000001", "-3", "x"])
def test_a_rate_is_above_nought_and_of_six_decimals(text):
    assert parse_rate("1,380.5") == 1_380_500_000
    with pytest.raises(Refused, match="rate_unreadable"):
        parse_rate(text)


@given(st.integers(0, 10**11), CURRENCIES)
def test_an_amount_is_read_as_it_was_written(minor, currency):
    assert parse(written(minor, currency), currency) == minor


@given(
    st.integers(0, 10**12), st.integers(1, 10**10), st.sampled_from(PER), CURRENCIES.filter(lambda one: one != "KRW")
)
def test_won_is_the_nearest_to_the_exact_product(minor, rate, per, currency):
    quoted = Quoted(currency, minor, rate, per, DAY, "bank")
    exact = Fraction(minor, 10 ** MINOR_DIGITS[currency]) * Fraction(rate, 10**6) / per
    assert -Fraction(1, 2) < quoted.won - exact <= Fraction(1, 2)
    assert parse_rate(quoted.rate_written) == rate


@pytest.mark.parametrize("wrong", [{"currency": "KRW"}, {"rate": 0}, {"per": 10}, {"source": " "}, {"minor": -1}])
def test_a_price_without_its_rate_is_refused(wrong):
    given = {"currency": "USD", "minor": 1, "rate": 1, "per": 1, "day": DAY, "source": "bank"}
    with pytest.raises(Refused):
        Quoted(**given | wrong)
