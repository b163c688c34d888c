"""Conflicts are found on the day they hold, under the tradition that the call chose."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.review.conflicts import (
    KOREAN,
    PLAIN,
    PRESETS,
    Conflict,
    Declaration,
    Ground,
    Membership,
    Reviewer,
    Severity,
    Subject,
    conflicts,
    excluded,
    years_after,
)

TODAY = date(2026, 5, 11)
SUBJECT = Subject("a1", frozenset({"lab", "firm"}), frozenset({"kim", "lee"}), frozenset({"firm.example"}))


def grounds(reviewer, preset=KOREAN, declarations=(), on=TODAY, subject=SUBJECT):
    return [(found.ground, found.severity) for found in conflicts(reviewer, subject, declarations, preset, on)]


def at(organisation, start=date(2010, 3, 1), end=None):
    return Reviewer("park", (Membership(organisation, start, end),))


def test_a_stranger_has_no_conflict():
    stranger = Reviewer("park", (Membership("other", date(2010, 1, 1)),), frozenset({"other.example"}))
    for preset in PRESETS.values():
        assert grounds(stranger, preset) == []


def test_ones_own_application_excludes_everywhere():
    for preset in PRESETS.values():
        found = conflicts(Reviewer("kim"), SUBJECT, [], preset, TODAY)
        assert found == [Conflict(Ground.MEMBER, Severity.EXCLUDES, {"application": "a1"})]
        assert excluded(found)


def test_the_same_organisation_excludes_in_the_korean_preset_and_warns_in_the_plain_one():
    assert grounds(at("lab")) == [(Ground.SAME_ORGANISATION, Severity.EXCLUDES)]
    assert grounds(at("lab"), PLAIN) == [(Ground.SAME_ORGANISATION, Severity.WARNS)]
    assert not excluded(conflicts(at("lab"), SUBJECT, [], PLAIN, TODAY))


@pytest.mark.parametrize(
    ("end", "barred"),
    [
        (date(2026, 5, 11), True),  # left yesterday
        (date(2023, 5, 12), True),  # the last day was 11 May 2023, and three years end with 11 May 2026
        (date(2023, 5, 11), False),
        (date(2020, 1, 1), False),
    ],
)
def test_a_former_organisation_bars_for_three_years(end, barred):
    expected = [(Ground.FORMER_ORGANISATION, Severity.EXCLUDES)] if barred else []
    assert grounds(at("lab", end=end)) == expected
    assert grounds(at("lab", end=end), PLAIN) == []


def test_a_membership_that_ends_later_holds_today_and_one_that_starts_later_does_not():
    assert grounds(at("lab", end=date(2026, 5, 12))) == [(Ground.SAME_ORGANISATION, Severity.EXCLUDES)]
    assert grounds(at("lab", start=date(2026, 5, 12))) == []


def test_a_sanction_bars_for_three_years_from_its_day():
    for day, barred in [(date(2023, 5, 12), True), (date(2023, 5, 11), False), (date(2026, 5, 12), False)]:
        assert excluded(conflicts(Reviewer("park", sanctioned_on=(day,)), SUBJECT, [], KOREAN, TODAY)) is barred


@pytest.mark.parametrize(
    ("made", "korean", "plain"),
    [
        (Declaration("park", Ground.RELATIVE, person="kim"), Severity.EXCLUDES, Severity.EXCLUDES),
        (Declaration("park", Ground.RELATIVE, application="a1", ended=date(1999, 1, 1)), "excludes", "excludes"),
        (Declaration("park", Ground.ADVICE, organisation="firm", ended=date(2024, 1, 1)), "excludes", "warns"),
        (Declaration("park", Ground.ADVICE, organisation="firm", ended=date(2023, 5, 11)), None, None),
        (Declaration("park", Ground.FINANCIAL, organisation="firm"), "excludes", "excludes"),
        (Declaration("park", Ground.FINANCIAL, organisation="firm", ended=TODAY), None, None),
        (Declaration("park", Ground.SUPERVISION, person="lee", ended=date(2022, 1, 1)), "warns", "excludes"),
        (Declaration("park", Ground.COAUTHOR, person="lee", ended=date(2024, 5, 11)), None, None),
        (Declaration("park", Ground.RECUSAL, application="a1"), "excludes", "excludes"),
        (Declaration("park", Ground.OTHER, application="a1"), "warns", "warns"),
        (Declaration("choi", Ground.RELATIVE, application="a1"), None, None),
        (Declaration("park", Ground.RELATIVE, application="a2"), None, None),
        (Declaration("park", Ground.RELATIVE), None, None),
    ],
)
def test_what_is_declared_counts_by_its_rule(made, korean, plain):
    for preset, severity in [(KOREAN, korean), (PLAIN, plain)]:
        expected = [(made.ground, severity)] if severity else []
        assert grounds(Reviewer("park"), preset, [made]) == expected


def test_an_empty_id_matches_nothing():
    nobody = Subject("", frozenset({""}), frozenset({""}))
    assert grounds(Reviewer("park"), declarations=[Declaration("park", Ground.RELATIVE)], subject=nobody) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "match"),
    [
        ("firm.example", "firm.example", True),
        ("cs.firm.example", "firm.example", True),
        ("firm.example", "Lab.Firm.example", True),
        ("notfirm.example", "firm.example", False),
        ("naver.com", "naver.com", False),
        ("kaist.ac.kr", "ac.kr", False),
    ],
)
def test_an_e_mail_domain_is_a_possible_match(mine, theirs, match):
    reviewer = Reviewer("park", domains=frozenset({mine}))
    found = conflicts(reviewer, Subject("a1", frozenset({"firm"}), domains=frozenset({theirs})), [], KOREAN, TODAY)
    facts = {"domain": mine.lower(), "other_domain": theirs.lower()}
    assert found == ([Conflict(Ground.POSSIBLE_MATCH, Severity.WARNS, facts)] if match else [])


def test_a_possible_match_is_not_said_beside_a_certain_one():
    reviewer = Reviewer("park", (Membership("firm", date(2020, 1, 1)),), frozenset({"firm.example"}))
    assert grounds(reviewer) == [(Ground.SAME_ORGANISATION, Severity.EXCLUDES)]


def test_what_excludes_comes_first_with_its_facts():
    made = [Declaration("park", Ground.OTHER, person="kim")]
    found = conflicts(at("lab", end=date(2025, 1, 1)), SUBJECT, made, KOREAN, TODAY)
    assert found == [
        Conflict(Ground.FORMER_ORGANISATION, Severity.EXCLUDES, {"organisation": "lab", "ended": "2025-01-01"}),
        Conflict(Ground.OTHER, Severity.WARNS, {"person": "kim"}),
    ]


def test_no_bar_ends_a_day_early_in_a_leap_year():
    assert years_after(date(2024, 2, 29), 3) == date(2027, 3, 1)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert years_after(date(2023, 5, 11), 3) == TODAY


days = st.dates(date(2015, 1, 1), date(2030, 1, 1))
preset_choice = st.sampled_from(list(PRESETS.values()))


@given(days, st.integers(1, 4000), preset_choice, days)
def test_a_longer_stay_never_frees_a_reviewer(start, length, preset, on):
    shorter, longer = (at("lab", start, start + timedelta(days=length + more)) for more in (0, 30))
    if excluded(conflicts(shorter, SUBJECT, [], preset, on)):
        assert excluded(conflicts(longer, SUBJECT, [], preset, on))


@given(st.lists(st.sampled_from(list(Ground)), max_size=4), preset_choice, st.randoms())
def test_the_order_of_declarations_does_not_matter(declared, preset, random):
    made = [Declaration("park", ground, application="a1") for ground in declared]
    mixed = list(made)
    random.shuffle(mixed)
    assert conflicts(Reviewer("park"), SUBJECT, made, preset, TODAY) == conflicts(
        Reviewer("park"), SUBJECT, mixed, preset, TODAY
    )
