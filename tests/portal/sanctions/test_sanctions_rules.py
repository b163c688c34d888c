"""What a surcharge comes to, when an act can be answered, decided and appealed, and how its state reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.receipts.matching import Money, Owed, demand_number, demands_in, proposals
from madang.portal.sanctions import rules
from madang.portal.sanctions.rules import SanctionState, Terms

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LAW = Terms(10, 30, 30, 5000, 3000, 2000, 60)


@given(base=st.integers(1, 10**15), rate=st.integers(1, 5000))
def test_a_surcharge_is_never_a_won_too_much_and_never_two_too_little(base, rate):
    won = rules.surcharge(base, rate)
    assert won * 1000 <= base * rate < (won + 1) * 1000


def test_each_ground_has_its_rate_and_a_breach_has_none():
    assert [rules.permille(LAW, one) for one in ("false_claim", "excess_claim", "other_use")] == [5000, 3000, 2000]
    with pytest.raises(Refused, match="sanction_ground_without_rate"):
        rules.permille(LAW, "breach")


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(9, 30, 30, 0, 0, 0, 60), "sanction_terms_days"),
        (Terms(10, 30, 366, 0, 0, 0, 60), "sanction_terms_days"),
        (Terms(10, 30, 30, 5001, 0, 0, 60), "sanction_terms_rates"),
        (Terms(10, 30, 30, 0, 0, 0, 61), "sanction_terms_months"),
    ],
)
def test_terms_leave_ten_days_and_stay_below_five_times_and_five_years(terms, code):
    with pytest.raises(Refused, match=code):
        rules.check_terms(terms)
    rules.check_terms(LAW)


@pytest.mark.parametrize("state", SanctionState)
def test_nothing_is_decided_before_the_time_to_answer_is_over(state):
    heard = state in rules.HEARD
    with pytest.raises(Refused):
        rules.check_decidable(state, NOW + DAY, NOW)
    if heard:
        rules.check_decidable(state, NOW, NOW)
    else:
        with pytest.raises(Refused):
            rules.check_decidable(state, NOW, NOW)


def test_an_appeal_is_made_once_and_in_time():
    rules.check_appealable("decided", NOW + DAY, NOW)
    for state, until, code in (
        ("decided", NOW, "appeal_late"), ("upheld", NOW + DAY, "appealed"), ("noticed", None, "not_decided"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=code):
            rules.check_appealable(state, until, NOW)


def test_a_month_without_that_day_ends_on_its_last():
    assert rules.months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert rules.months_after(date(2024, 2, 29), 60) == date(2029, 2, 28)


def test_what_is_over_reads_as_ended_and_silence_as_unanswered():
    def shown(state, **given):
        known = {"answer_by": NOW, "amount": None, "received": 0, "ends_on": None, "at": NOW, "today": NOW.date()}
        return rules.shown(state, **(known | given))

    assert shown("noticed") == "unanswered"
    assert shown("noticed", answer_by=NOW + DAY) == "noticed"
    assert shown("upheld", ends_on=NOW.date()) == "ended"
    assert shown("decided", ends_on=NOW.date() + DAY) == "decided"
    assert (shown("decided", amount=5, received=5), shown("annulled", amount=5)) == ("ended", "annulled")


def test_a_text_that_names_a_demand_pays_no_statement():
    owed = [Owed(1, "2026-05-0001", 7, ("Hanbit",), 100, date(2026, 6, 1))]
    named = Money(1, date(2026, 6, 1), 100, "Hanbit", f"Ｓ-{17:06d}")
    assert demands_in(named.text) == {17} and demand_number(17) == "S-000017"
    assert demands_in("AS-000017 S-12345") == frozenset()
    assert proposals([named], owed) == []
    assert proposals([Money(1, date(2026, 6, 1), 100, "Hanbit", "")], owed)
