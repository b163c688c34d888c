"""Applicants who review each other cannot move their own rank, and do their part or lose their place."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.review.distributed import (
    Duty,
    Entry,
    Flag,
    Influence,
    Sheet,
    Standing,
    arrange,
    forfeited,
    influences,
    standing,
    unsubstantiated,
)


def entries(count, organisations=99):
    return [Entry(f"a{n:02}", f"r{n:02}", f"o{n % organisations}") for n in range(count)]


@st.composite
def rounds(draw):
    count = draw(st.integers(2, 14))
    people = [f"r{draw(st.integers(0, count - 1))}" for _ in range(count)]
    firms = [draw(st.sampled_from(["", "", "", "x", "y"])) for _ in range(count)]
    return [Entry(f"a{n}", people[n], firms[n]) for n in range(count)]


def arranged_or_none(*given, **more):
    try:
        return arrange(*given, **more)
    except Refused as refused:
        assert refused.code in ("reviewers_too_few_for_application", "review_places_too_few")
        return None


def ranks(arrangement, scores):
    """Each application's place in its pool by the mean of its reviewers' scores, worked out from nothing else."""
    means = {name: sum(scores[name, r] for r in people) / len(people) for name, people in arrangement.chosen.items()}
    return {
        name: sum(means[other] > means[name] for other in means if arrangement.pools[other] == arrangement.pools[name])
        for name in means
    }


@settings(max_examples=60)
@given(rounds(), st.integers(1, 3), st.integers(2, 3), st.randoms(use_true_random=False))
def test_whatever_anyone_scores_his_own_rank_stays(everyone, each, pools, rng):
    found = arranged_or_none(everyone, each, 7, pools=pools)
    if found is None:
        return
    assert influences(everyone, found) == []
    assert all(len(set(people)) == each for people in found.chosen.values())
    scores = {(name, r): rng.randint(0, 100) for name, people in found.chosen.items() for r in people}
    before = ranks(found, scores)
    for who in {one.reviewer for one in everyone}:
        after = ranks(found, {pair: rng.randint(0, 100) if pair[1] == who else score for pair, score in scores.items()})
        assert all(after[one.application] == before[one.application] for one in everyone if one.reviewer == who)


def test_everyone_reviews_about_as_much_as_he_is_reviewed_and_never_his_own_organisation():
    everyone = entries(40, organisations=25)
    found = arrange(everyone, 5, 7)
    loads = Counter(reviewer for people in found.chosen.values() for reviewer in people)
    assert set(loads.values()) <= {4, 5, 6}
    firm = {one.reviewer: one.organisation for one in everyone}
    assert not [a for a, people in found.chosen.items() for r in people if firm[r] == firm[f"r{a[1:]}"]]
    assert Counter(found.pools.values()).keys() == {0, 1}


def test_a_declared_conflict_is_kept_and_the_same_seed_arranges_the_same():
    everyone, barred = entries(12), [(f"a{n:02}", "r03") for n in range(6)]
    found = arrange(everyone, 3, 7, conflicts=barred)
    assert not [pair for pair in barred if pair[1] in found.chosen[pair[0]]]
    assert arrange(everyone[::-1], 3, 7, conflicts=barred) == found
    assert arrange(everyone, 3, 8, conflicts=barred).pools != found.pools


def test_the_proof_finds_who_could_help_himself():
    everyone = entries(4)
    found = arrange(everyone, 1, 7)
    pool = [name for name, number in found.pools.items() if number == found.pools["a00"]]
    rival = next(name for name in pool if name != "a00")
    rigged = replace(found, chosen={**found.chosen, rival: ("r00",)})
    assert Influence("r00", "a00", rival) in influences(everyone, rigged)
    own = replace(found, chosen={**found.chosen, "a00": ("r00",)})
    assert Influence("r00", "a00", "a00") in influences(everyone, own)


def test_a_colleague_counts_as_oneself():
    everyone = [Entry("a", "r", "firm"), Entry("b", "s", "firm"), Entry("c", "t"), Entry("d", "u")]
    found = arrange(everyone, 1, 7)
    rigged = replace(found, pools={"a": 0, "b": 1, "c": 0, "d": 1}, chosen={**found.chosen, "c": ("s",)})
    assert Influence("s", "a", "c") in influences(everyone, rigged)


@pytest.mark.parametrize(
    ("everyone", "each", "pools", "rule"),
    [
        ([Entry("a", "r"), Entry("a", "s")], 1, 2, "id_twice"),
        (entries(9), 6, 2, "reviews_out_of_range"),
        (entries(9), 0, 2, "reviews_out_of_range"),
        (entries(9), 3, 1, "pools_too_few"),
    ],
)
def test_what_cannot_be_arranged_is_refused(everyone, each, pools, rule):
    with pytest.raises(Refused) as refused:
        arrange(everyone, each, 7, pools=pools)
    assert (refused.value.code, refused.value.facts["rule"]) == ("distribution_invalid", rule)


@pytest.mark.parametrize(
    ("duty", "past_due", "expected"),
    [
        (Duty("r", 5, 5), True, Standing.DONE),
        (Duty("r", 5, 4, released=1), True, Standing.DONE),
        (Duty("r", 5, 4, reminders=9), False, Standing.OPEN),
        (Duty("r", 5, 4, reminders=1), True, Standing.OWED),
        (Duty("r", 5, 4, reminders=2), True, Standing.FORFEITED),
    ],
)
def test_missing_reviews_cost_ones_own_application_only_after_reminders(duty, past_due, expected):
    assert standing(duty, past_due=past_due) == expected


def test_who_forfeits_loses_every_application_of_his():
    everyone = [Entry("a", "r"), Entry("b", "s"), Entry("c", "r")]
    duties = [Duty("r", 5, 0, reminders=2), Duty("s", 5, 0, reminders=1)]
    assert forfeited(everyone, duties) == ("a", "c")


def panel(**odd):
    """Ten applications by eight reviewers each, who differ by noise only, but for those named."""
    rng = random.Random(1)
    for place in range(10):
        worth = rng.gauss(70, 10)
        for who in range(8):
            total, letters = odd.get(f"r{who}", lambda points: (points, 400))(round(1000 * rng.gauss(worth, 8)))
            yield Sheet(f"a{place}", f"r{who}", total, letters)


def test_only_scoring_without_substance_is_flagged():
    assert unsubstantiated(panel()) == {}
    assert unsubstantiated(panel(r3=lambda points: (70_000, 400))) == {"r3": (Flag.SAME_POINTS,)}
    assert unsubstantiated(panel(r3=lambda points: (points, 20))) == {"r3": (Flag.NO_REASONS,)}
    assert unsubstantiated(panel(r3=lambda points: (points - 30_000, 400))) == {"r3": (Flag.FAR_OFF,)}
    assert unsubstantiated(panel(r3=lambda points: (points, 20)), least=11) == {}
