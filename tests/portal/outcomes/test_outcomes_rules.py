"""Outcome reports as values: schedule without gaps, evidence, DOIs, reminders, and which sums are published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.outcomes.rules import (
    Entry,
    OutcomeKind,
    checked,
    months_after,
    plain_doi,
    released,
    reminder,
    schedule,
    shown,
    spans,
    year_of,
)

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
PAPER = Entry(OutcomeKind.PAPER_SCI, 1, "A paper", "10.1234/abc.5")


@given(start=DAYS, length=st.integers(0, 900), months=st.sets(st.integers(1, 60), max_size=10))
def test_the_reports_of_an_award_have_neither_gap_nor_overlap(start, length, months):
    ended = start + timedelta(days=length)
    found = spans(start, ended, schedule(months))
    assert [span.months for span in found] == sorted(months)
    assert [span.from_on for span in found] == [start, *(span.until_on for span in found)][: len(found)]
    assert all(span.from_on < span.until_on < span.due_on for span in found)
    assert all(span.year == year_of(span.until_on) for span in found)


def test_months_end_where_the_month_does_and_a_report_until_new_year_is_of_the_old_one():
    assert months_after(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert (year_of(date(2026, 1, 1)), year_of(date(2026, 1, 2))) == (2025, 2026)
    assert schedule([12, 6, 12]) == (6, 12)
    for wrong in ([0], [61], range(1, 12)):
        with pytest.raises(Refused, match="outcome_schedule_wrong"):
            schedule(wrong)


@pytest.mark.parametrize(
    "written",
    ["10.1234/ABC.5", " https://doi.org/10.1234/abc.5", "doi: 10.1234/abc.5", "http://dx.doi.org/10.1234/abc.5"],
)
def test_a_doi_is_one_however_it_is_written(written):
    assert plain_doi(written) == "10.1234/abc.5"


@pytest.mark.parametrize(
    "wrong", ["10.12/a", "11.1234/a", "10.1234/", "10.1234/a b", "10.1234/<b>", "https://x.example"]
)
def test_what_is_no_doi_is_refused(wrong):
    with pytest.raises(Refused, match="outcome_doi_wrong"):
        plain_doi(wrong)


@pytest.mark.parametrize(
    "entry, filed, code",
    [
        (Entry(OutcomeKind.HIRES, 0, "x"), True, "outcome_amount_wrong"),
        (Entry(OutcomeKind.MODEL, 2, "x"), True, "outcome_amount_wrong"),
        (Entry(OutcomeKind.MODEL, 1, "  "), True, "outcome_what_needed"),
        (Entry(OutcomeKind.MODEL, 1, "x"), False, "outcome_evidence_needed"),
        (Entry(OutcomeKind.MODEL, 1, "x", "10.1234/a"), True, "outcome_doi_of_paper"),
    ],
)
def test_an_outcome_has_an_amount_words_and_evidence(entry, filed, code):
    with pytest.raises(Refused, match=code):
        checked(entry, filed=filed)


def test_a_paper_needs_no_file_and_money_may_be_large():
    assert checked(PAPER, filed=False) == PAPER
    assert checked(Entry(OutcomeKind.REVENUE, 10**12, " sales "), filed=True).what == "sales"


def test_reminders_come_once_each_and_never_backwards():
    until, due = date(2026, 1, 1), date(2026, 1, 31)
    days = [date(2025, 12, 31), until, date(2026, 1, 23), date(2026, 1, 24), due, date(2026, 2, 1), date(2026, 3, 1)]
    told, written = 0, []
    for day in days:
        now = reminder(told, until, due, day)
        told = now or told
        written.append(now)
    assert written == [0, 1, 0, 2, 0, 3, 0]


@given(amounts=st.lists(st.integers(0, 10**12), max_size=12), least=st.integers(3, 6), more=st.integers(0, 5))
def test_a_published_sum_leaves_the_largest_open_to_the_second_largest(amounts, least, more):
    found = shown(amounts, len(amounts) + more, least)
    some = sorted((one for one in amounts if one), reverse=True)
    if found is None:
        return
    assert found == sum(amounts) and len(amounts) + more >= least
    assert not some or len(some) >= least
    # what the second largest can tell at most of the largest: the sum less its own
    assert not some or (found - some[1] - some[0]) * 10 >= some[0]


def test_what_is_withheld_and_what_is_shown():
    assert shown([10, 9, 8, 7, 6], 5, 5) == 40
    assert shown([10, 9, 8, 7], 9, 5) is None
    assert shown([10**9, 1, 1, 1, 1], 5, 5) is None
    assert (shown([], 5, 5), shown([], 4, 5)) == (0, None)
    assert (released(2025, date(2026, 6, 30)), released(2025, date(2026, 7, 1))) == (False, True)
