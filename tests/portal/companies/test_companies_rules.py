"""Companies as values: names that compare, evidence and order of stages, progress, cohorts, years of support."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from factories import registration_number
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.companies import progress, rules, support
from madang.portal.companies.rules import STAGES, CompanyParticulars, CompanyStage, Step

TODAY = date(2026, 4, 1)
NUMBER = registration_number(7)
OFFICE = Step(CompanyStage.OFFICE, date(2025, 3, 1), "lease 7", False, NUMBER, "Gwangju 1", 4, date(2025, 3, 31))
C, V, M, P, L, OFF, G, X = STAGES


def step(stage, on, **more):
    return Step(stage, on, **({"evidence": "x"} | more))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("㈜마당", "주식회사 마당"), ("(주) 마당", "마당(주)"), ("주식회사마당", "마당 주식회사"), 
        ("（주）마당", "마당"),
        ("Madang Co., Ltd.", "MADANG Inc"), ("Madang Corporation", "madang"), ("유한회사 마당-1", "마당 1"),
        ("농업회사법인 주식회사 마당", "마당"),
    ],
)  # fmt: skip
def test_a_corporate_form_is_set_aside(one, other):
    assert rules.name_key(one) == rules.name_key(other) != ""


def test_a_name_that_is_nothing_but_a_form_stays_a_name():
    assert rules.name_key("주식회사") and rules.name_key("(주)") and rules.name_key("Co. Ltd.")
    assert rules.name_key("마당") != rules.name_key("마루") and rules.name_key("Coop") == "coop"


@given(st.text(max_size=20))
@settings(max_examples=40)
def test_a_key_of_any_text_is_the_key_of_its_key(name):
    key = rules.name_key(name)
    assert rules.name_key(key) == key and len(key) <= 120


def test_a_form_is_set_aside_as_often_as_it_stands():
    assert rules.name_key("농업회사법인 주식회사 주식회사 마당") == rules.name_key("마당 주식회사 (주)") == "마당"
    assert len(rules.name_key("\ufdfa" * 120)) == 120


def test_particulars_are_kept_clean():
    kept = rules.cleaned(CompanyParticulars(" ㈜  마당 ", "Ma  dang", f"{NUMBER[:3]}-{NUMBER[3:5]}-{NUMBER[5:]}"))
    assert kept == CompanyParticulars("㈜ 마당", "Ma dang", NUMBER)
    with pytest.raises(Refused, match="registration_number_check_digit"):
        rules.cleaned(CompanyParticulars("x", registration_number=NUMBER[:9] + str((int(NUMBER[9]) + 1) % 10)))
    with pytest.raises(Refused, match="company_text_too_long"):
        rules.cleaned(CompanyParticulars("x", field="y" * 61))


@pytest.mark.parametrize(
    ("given_step", "reached", "code"),
    [
        (step(V, TODAY), {V: TODAY}, "company_stage_reached"),
        (step(V, TODAY + timedelta(days=1)), {}, "company_day_ahead"),
        (step(V, date(2025, 1, 1)), {C: date(2025, 1, 2)}, "company_day_out_of_order"),
        (step(V, date(2025, 1, 3)), {L: date(2025, 1, 2)}, "company_day_out_of_order"),
        (step(M, date(2025, 1, 3)), {X: date(2025, 1, 2)}, "company_day_out_of_order"),
        (step(M, TODAY, evidence=" "), {}, "company_evidence_needed"),
        (step(M, TODAY, evidence="y" * 301), {}, "company_text_too_long"),
        (step(OFF, TODAY), {}, "company_office_incomplete"),
        (Step(OFF, TODAY, "x", False, "", "a", 3, TODAY), {}, "company_office_incomplete"),
        (Step(OFF, TODAY, "x", False, NUMBER, " ", 3, TODAY), {}, "company_office_incomplete"),
        (Step(OFF, TODAY, "x", False, NUMBER, "a", 0, TODAY), {}, "company_office_incomplete"),
        (Step(OFF, TODAY, "x", False, NUMBER, "a", 3, None), {}, "company_office_incomplete"),
        (Step(OFF, TODAY, "x", False, NUMBER, "a", 3, TODAY - timedelta(days=1)), {}, "company_staff_day"),
        (Step(OFF, TODAY, "x", False, "123", "a", 3, TODAY), {}, "registration_number_malformed"),
        (step(G, TODAY, staff=9, staff_on=TODAY), {C: TODAY}, "company_not_opened"),
        (step(G, TODAY, staff=4, staff_on=TODAY), {OFF: TODAY}, "company_not_grown"),
    ],
)  # fmt: skip
def test_what_a_stage_is_refused_for(given_step, reached, code):
    with pytest.raises(Refused, match=f"^{code}"):
        rules.checked(given_step, reached, TODAY, 4)


def test_a_stage_may_be_entered_late_between_others_and_needs_text_or_paper():
    reached = {C: date(2024, 1, 1), L: date(2024, 6, 1)}
    assert rules.checked(step(M, date(2024, 3, 1)), reached, TODAY).on == date(2024, 3, 1)
    assert rules.checked(step(M, date(2024, 3, 1), evidence="", filed=True), reached, TODAY).filed
    assert rules.checked(OFFICE, {}, TODAY) == OFFICE
    # what only an office has is kept of an office alone
    assert rules.checked(step(V, TODAY, number="x", address="y", staff=3), {}, TODAY) == step(V, TODAY)


def test_what_may_be_taken_back():
    with pytest.raises(Refused, match="company_last_stage"):
        rules.refuse_to_strike(C, {C: TODAY})
    with pytest.raises(Refused, match="company_grown"):
        rules.refuse_to_strike(OFF, {C: TODAY, OFF: TODAY, G: TODAY})
    rules.refuse_to_strike(OFF, {C: TODAY, OFF: TODAY})


@given(st.lists(st.tuples(st.sampled_from(STAGES), st.dates(date(2015, 1, 1), date(2027, 1, 1))), max_size=12))
def test_stages_that_were_let_in_are_in_order_whatever_was_tried(tries):
    reached = {}
    for stage, on in tries:
        more = {"number": NUMBER, "address": "a", "staff": 9, "staff_on": TODAY}
        try:
            kept = rules.checked(step(stage, on, **more), reached, TODAY, 4)
        except Refused:
            continue
        reached[kept.stage] = kept.on
    days = [reached[stage] for stage in STAGES if stage in reached]
    assert days == sorted(days) and all(day <= TODAY for day in days)
    if reached:
        assert rules.stands_at(reached)[1] == days[-1]


def test_companies_that_are_one_reached_a_stage_when_the_first_of_them_did():
    assert rules.joined([{C: date(2024, 1, 1)}, {C: date(2023, 1, 1), V: TODAY}]) == {C: date(2023, 1, 1), V: TODAY}
    assert [rules.following(stage) for stage in (C, X)] == [V, None]


def test_a_memorandum_is_never_counted_as_an_office_nor_an_office_as_a_memorandum():
    ways = [{M: TODAY}, {OFF: TODAY}, {M: TODAY, OFF: TODAY, X: TODAY}, {C: TODAY, L: TODAY}]
    assert progress.figures(ways) == progress.Figures(memoranda=2, offices=2, offices_now=1)


def test_passages_leave_out_who_passed_a_stage_over():
    day = date(2024, 1, 1)
    ways = [
        {C: day, V: day + timedelta(days=10), M: day + timedelta(days=20)},
        {C: day, M: day + timedelta(days=40), OFF: day + timedelta(days=440)},
        {C: day, V: day + timedelta(days=30)},
    ]
    found = {(one.start, one.end): one for one in progress.passages(ways)}
    assert found[C, V] == progress.Passage(C, V, 3, 2, 10)
    assert found[V, M] == progress.Passage(V, M, 2, 1, 10)
    assert found[M, OFF] == progress.Passage(M, OFF, 2, 1, 400)
    assert found[L, OFF] == progress.Passage(L, OFF, 0, 0, None)


def test_a_cohort_has_no_number_before_its_years_are_over():
    ways = [{M: date(2024, 3, 1), OFF: date(2024, 9, 1)}, {M: date(2024, 4, 15)}, {M: date(2025, 6, 1), OFF: TODAY},
            {C: TODAY}]  # fmt: skip
    assert progress.cohorts(ways, TODAY) == [
        progress.Cohort(2024, 2, (1, None, None), 1),
        progress.Cohort(2025, 1, (None, None, None), 1),
    ]


def test_support_has_at_least_ten_years_and_no_gap():
    rows = support.by_year({"computing_won": {2014: 5}, "entered_won": {2026: 7}, "gpu_seconds": {}}, 2026)
    assert [row.year for row in rows] == list(range(2026, 2013, -1))
    assert (rows[0].value_won, rows[-1].value_won, support.total(rows).value_won) == (7, 5, 12)
    assert [row.year for row in support.by_year({}, 2026)] == list(range(2026, 2016, -1))
