"""Conflicts are found on the day they hold, under the tradition that the call chose."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.review.conflicts import (
    Challenge,
    Conflict,
    Declaration,
    Membership,
    Records,
    Resolution,
    Reviewer,
    Subject,
    conflicts,
    difference,
    every_conflict,
    excluded,
    years_after,
)
from madang.review.names import possibly_same
from madang.review.presets import INTERNATIONAL, KOREAN, PRESETS, Ground, Severity

TODAY = date(2026, 5, 11)
SUBJECT = Subject("a1", frozenset({"lab", "firm"}), frozenset({"kim", "lee"}), frozenset({"firm.example"}))


def found_between(reviewer, preset=KOREAN, on=TODAY, subject=SUBJECT, **records):
    return conflicts(reviewer, subject, Records(**records), preset, on)


def grounds(reviewer, preset=KOREAN, **more):
    return [(found.ground, found.severity) for found in found_between(reviewer, preset, **more)]


def at(organisation, start=date(2010, 3, 1), end=None):
    return Reviewer("park", (Membership(organisation, start, end),))


def test_a_stranger_has_no_conflict():
    stranger = Reviewer("park", (Membership("other", date(2010, 1, 1)),), frozenset({"other.example"}))
    for preset in PRESETS.values():
        assert grounds(stranger, preset) == []


def test_ones_own_application_excludes_everywhere():
    for preset in PRESETS.values():
        found = found_between(Reviewer("kim"), preset)
        assert found == [Conflict(Ground.MEMBER, Severity.EXCLUDES, {"application": "a1"})]
        assert excluded(found)


def test_the_same_organisation_excludes_in_the_korean_preset_and_warns_in_the_international_one():
    assert grounds(at("lab")) == [(Ground.SAME_ORGANISATION, Severity.EXCLUDES)]
    assert grounds(at("lab"), INTERNATIONAL) == [(Ground.SAME_ORGANISATION, Severity.WARNS)]
    assert not excluded(found_between(at("lab"), INTERNATIONAL))


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
    assert grounds(at("lab", end=end), INTERNATIONAL) == []


def test_a_membership_that_ends_later_holds_today_and_one_that_starts_later_does_not():
    assert grounds(at("lab", end=date(2026, 5, 12))) == [(Ground.SAME_ORGANISATION, Severity.EXCLUDES)]
    assert grounds(at("lab", start=date(2026, 5, 12))) == []


def test_a_sanction_bars_for_three_years_from_its_day():
    for day, barred in [(date(2023, 5, 12), True), (date(2023, 5, 11), False), (date(2026, 5, 12), False)]:
        assert excluded(found_between(Reviewer("park", sanctioned_on=(day,)))) is barred


@pytest.mark.parametrize(
    ("made", "korean", "international"),
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
def test_what_is_declared_counts_by_its_rule(made, korean, international):
    for preset, severity in [(KOREAN, korean), (INTERNATIONAL, international)]:
        expected = [(made.ground, severity)] if severity else []
        assert grounds(Reviewer("park"), preset, declarations=[made]) == expected


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
    found = found_between(reviewer, subject=Subject("a1", frozenset({"firm"}), domains=frozenset({theirs})))
    facts = {"domain": mine.lower(), "other_domain": theirs.lower()}
    assert found == ([Conflict(Ground.POSSIBLE_MATCH, Severity.OPEN, facts)] if match else [])


def test_a_possible_match_is_not_said_beside_a_certain_one():
    reviewer = Reviewer("park", (Membership("firm", date(2020, 1, 1)),), frozenset({"firm.example"}))
    assert grounds(reviewer) == [(Ground.SAME_ORGANISATION, Severity.EXCLUDES)]


def test_what_excludes_comes_first_with_its_facts():
    made = [Declaration("park", Ground.OTHER, person="kim")]
    left = {"organisation": "lab", "ended": "2025-01-01"}
    assert found_between(at("lab", end=date(2025, 1, 1)), declarations=made) == [
        Conflict(Ground.FORMER_ORGANISATION, Severity.EXCLUDES, left, until=date(2028, 1, 1)),
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
    if excluded(found_between(shorter, preset, on)):
        assert excluded(found_between(longer, preset, on))


@given(st.lists(st.sampled_from(list(Ground)), max_size=4), preset_choice, st.randoms())
def test_the_order_of_declarations_does_not_matter(declared, preset, random):
    made = [Declaration("park", ground, application="a1") for ground in declared]
    mixed = list(made)
    random.shuffle(mixed)
    assert found_between(Reviewer("park"), preset, declarations=made) == found_between(
        Reviewer("park"), preset, declarations=mixed
    )


def test_a_department_and_a_firm_group_exclude_everywhere():
    subject = Subject("a1", frozenset({"uni"}), departments=frozenset({("uni", "physics")}), groups=frozenset({"g"}))
    physicist = Reviewer("park", (Membership("uni", date(2020, 1, 1), department="physics"),))
    chemist = Reviewer("park", (Membership("uni", date(2020, 1, 1), department="chemistry"),))
    sister = Reviewer("park", (Membership("sister", date(2020, 1, 1), group="g"),))
    assert grounds(physicist, INTERNATIONAL, subject=subject) == [
        (Ground.SAME_DEPARTMENT, Severity.EXCLUDES),
        (Ground.SAME_ORGANISATION, Severity.WARNS),
    ]
    assert grounds(chemist, INTERNATIONAL, subject=subject) == [(Ground.SAME_ORGANISATION, Severity.WARNS)]
    for preset in PRESETS.values():
        assert grounds(sister, preset, subject=subject) == [(Ground.FIRM_GROUP, Severity.EXCLUDES)]


@pytest.mark.parametrize(("upheld", "severity"), [(None, "open"), (True, "excludes"), (False, None)])
def test_a_challenge_bars_until_it_is_decided_and_after_it_was_upheld(upheld, severity):
    made = [Challenge("park", "a1", upheld), Challenge("park", "a2"), Challenge("choi", "a1")]
    assert grounds(Reviewer("park"), challenges=made) == ([(Ground.CHALLENGE, severity)] if severity else [])
    assert grounds(Reviewer("park"), INTERNATIONAL, challenges=made) == []


def test_a_withdrawal_says_by_how_many_days_it_was_late():
    def late(reported):
        made = Declaration("park", Ground.RECUSAL, "a1", learnt=date(2026, 4, 1), reported=reported)
        [found] = found_between(Reviewer("park"), declarations=[made])
        return found.facts.get("late_days")

    assert [late(date(2026, 4, 15)), late(date(2026, 4, 16))] == [None, "1"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Cheol-Su Kim", "KIM, Cheolsu", True),
        ("Kim Cheol Su", "Cheolsu Kim", True),
        ("김 철수", "김철수", True),
        ("Ｋｉｍ Cheolsu", "Kim Cheolsu", True),
        ("José Núñez", "Jose Nunez", True),
        ("김철수", "Kim Cheolsu", False),
        ("Kim Cheolsu", "Kim Cheolsoo", False),
        ("Lee Minji", "Kim Minji", False),
        ("-", "·", False),
    ],
)
def test_names_in_other_spellings_are_known(one, other, same):
    assert possibly_same(one, other) is possibly_same(other, one) is same


def test_a_name_or_an_unconfirmed_address_is_open_until_someone_answers():
    subject = Subject(
        "a1", frozenset({"firm"}), names=frozenset({"Kim Cheol Su"}), addresses=frozenset({"A@x.example"})
    )
    named = Reviewer("park", names=frozenset({"Cheol-Su Kim"}))
    written = Reviewer("park", addresses=frozenset({"a@X.example"}))
    for reviewer, facts in [
        (named, {"name": "Cheol-Su Kim", "other_name": "Kim Cheol Su"}),
        (written, {"address": "a@x.example"}),
    ]:
        first, *_ = found_between(reviewer, subject=subject)
        assert (first.severity, first.facts) == (Severity.OPEN, facts)
        yes, no = Resolution("park", "a1", True), Resolution("park", "a1", False)
        assert {one.severity for one in found_between(reviewer, subject=subject, resolutions=[yes])} == {"excludes"}
        assert found_between(reviewer, subject=subject, resolutions=[no]) == []
        elsewhere = Resolution("park", "a2", False)
        assert found_between(reviewer, subject=subject, resolutions=[elsewhere])[0].severity == Severity.OPEN


def test_a_call_changes_rules_as_it_likes():
    mine = INTERNATIONAL.changed({"same_organisation": {"severity": "excludes"}, "coauthor": None})
    assert grounds(at("lab"), mine) == [(Ground.SAME_ORGANISATION, Severity.EXCLUDES)]
    assert grounds(Reviewer("park"), mine, declarations=[Declaration("park", Ground.COAUTHOR, "a1")]) == []
    assert grounds(at("lab"), INTERNATIONAL) == [(Ground.SAME_ORGANISATION, Severity.WARNS)]


@pytest.mark.parametrize(
    "changes",
    [
        {"friend": {"severity": "warns"}},
        {"coauthor": {"severity": "forbids"}},
        {"coauthor": {"severity": "warns", "years": -1}},
        {"coauthor": {"severity": "warns", "years": True}},
        {"coauthor": {"severity": "warns", "days": 3}},
        {"coauthor": "warns"},
    ],
)
def test_a_rule_that_cannot_be_is_refused(changes):
    with pytest.raises(Refused) as refused:
        KOREAN.changed(changes)
    assert (refused.value.code, refused.value.facts["ground"]) == ("conflict_rule_invalid", next(iter(changes)))


ids = st.sampled_from(["x", "y", "z"])
mails = st.sampled_from(["x.example", "lab.x.example", "y.example", "naver.com"])
names = st.sampled_from(["Kim A", "A Kim", "Lee B"])


@st.composite
def circles(draw):
    some = st.lists(st.tuples(ids, days, st.none() | st.integers(1, 2000), ids), max_size=2)
    reviewers = [
        Reviewer(
            name,
            tuple(
                Membership(organisation, day, None if length is None else day + timedelta(days=length), group=group)
                for organisation, day, length, group in draw(some)
            ),
            draw(st.frozensets(mails, max_size=1)),
            tuple(draw(st.lists(days, max_size=1))),
            draw(st.frozensets(names, max_size=1)),
        )
        for name in ["kim", "lee", "park"]
    ]
    subjects = [
        Subject(
            name,
            draw(st.frozensets(ids, max_size=2)),
            draw(st.frozensets(st.sampled_from(["kim", "lee"]), max_size=1)),
            draw(st.frozensets(mails, max_size=1)),
            groups=draw(st.frozensets(ids, max_size=1)),
            names=draw(st.frozensets(names, max_size=1)),
        )
        for name in ["a1", "a2", "a3"]
    ]
    who, which = st.sampled_from(["kim", "lee", "park"]), st.sampled_from(["a1", "a2", "a3"])
    declared = st.builds(Declaration, who, st.sampled_from(list(Ground)), application=which)
    challenges = st.builds(Challenge, who, which, st.sampled_from([None, True, False]))
    resolutions = st.builds(Resolution, who, which, st.booleans())
    short = {"max_size": 2}
    records = Records(
        draw(st.lists(declared, **short)), draw(st.lists(challenges, **short)), draw(st.lists(resolutions, **short))
    )
    return reviewers, subjects, records, draw(preset_choice), draw(days)


@settings(max_examples=50)
@given(circles(), st.randoms())
def test_all_at_once_finds_what_each_pair_alone_has_in_any_order(circle, random):
    reviewers, subjects, records, preset, on = circle
    alone = {
        (subject.application, reviewer.id): tuple(found)
        for subject in subjects
        for reviewer in reviewers
        if (found := conflicts(reviewer, subject, records, preset, on))
    }
    random.shuffle(reviewers)
    random.shuffle(subjects)
    assert every_conflict(reviewers, subjects, records, preset, on) == alone


@settings(max_examples=30)
@given(circles(), circles())
def test_a_difference_leads_from_the_one_to_the_other(before, after):
    old, new = every_conflict(*before), every_conflict(*after)
    rebuilt = {pair: set(map(repr, found)) for pair, found in old.items()}
    for pair, change in difference(old, new).items():
        assert change.appeared or change.gone
        kept = rebuilt.get(pair, set()) - set(map(repr, change.gone))
        rebuilt[pair] = kept | set(map(repr, change.appeared))
    assert {pair: found for pair, found in rebuilt.items() if found} == {
        pair: set(map(repr, found)) for pair, found in new.items()
    }
    assert difference(new, new) == {}
