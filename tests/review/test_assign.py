"""A suggestion breaks no rule, and none is missed that exists."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.review.assign import suggest


def loads(applications, reviewers, per_application, limits, conflicts):
    """The loads of every assignment that exists, by trying all of them."""
    found = {(0,) * len(reviewers)}
    for application in applications:
        free = [place for place, r in enumerate(reviewers) if (application, r) not in conflicts]
        found = {
            tuple(count + (place in chosen) for place, count in enumerate(load))
            for load in found
            for chosen in combinations(free, per_application)
            if all(load[place] < limits[reviewers[place]] for place in chosen)
        }
    return found


def unevenness(load):
    return sum(count * count for count in load)


@st.composite
def rounds(draw):
    applications = [f"a{place}" for place in range(draw(st.integers(0, 4)))]
    reviewers = [f"r{place}" for place in range(draw(st.integers(0, 4)))]
    pairs = [(a, r) for a in applications for r in reviewers]
    return {
        "applications": applications,
        "reviewers": reviewers,
        "per_application": draw(st.integers(0, 3)),
        "load_limits": {reviewer: draw(st.integers(0, 4)) for reviewer in reviewers},
        "conflicts": draw(st.sets(st.sampled_from(pairs))) if pairs else set(),
    }


@given(rounds())
def test_one_is_found_exactly_when_one_exists_and_none_is_more_even(problem):
    possible = loads(*problem.values())
    try:
        found = suggest(**problem)
    except Refused as refused:
        assert not possible
        assert refused.facts["needed"] > refused.facts.get("possible", refused.facts.get("available"))
        return
    assert possible
    assert set(found) == set(problem["applications"])
    assert all(len(set(chosen)) == problem["per_application"] for chosen in found.values())
    assert not {(a, r) for a, chosen in found.items() for r in chosen} & problem["conflicts"]
    load = Counter(reviewer for chosen in found.values() for reviewer in chosen)
    assert all(count <= problem["load_limits"][reviewer] for reviewer, count in load.items())
    assert unevenness(load.values()) == min(map(unevenness, possible))


@given(rounds(), st.randoms())
def test_the_order_of_the_input_does_not_matter(problem, random):
    def outcome(**asked):
        try:
            return suggest(**asked)
        except Refused as refused:
            return refused.code, refused.facts

    mixed = {name: list(problem[name]) for name in ("applications", "reviewers")}
    for names in mixed.values():
        random.shuffle(names)
    assert outcome(**{**problem, **mixed}) == outcome(**problem)


@given(st.integers(1, 12), st.integers(1, 8), st.integers(1, 4))
def test_without_conflicts_loads_differ_by_one_at_most(applications, reviewers, per_application):
    per_application = min(per_application, reviewers)
    people = [f"r{place}" for place in range(reviewers)]
    found = suggest(
        applications=[f"a{place}" for place in range(applications)],
        reviewers=people,
        per_application=per_application,
        load_limits=dict.fromkeys(people, 99),
    )
    load = Counter(reviewer for chosen in found.values() for reviewer in chosen)
    assert max(load.values()) - min(load[person] for person in people) <= 1


def test_a_chain_of_exchanges_frees_the_last_place():
    # Taken greedily, a1 gets r1; then a2, who may only have r1, would get nobody.
    found = suggest(
        applications=["a1", "a2"],
        reviewers=["r1", "r2"],
        per_application=1,
        load_limits={"r1": 1, "r2": 1},
        conflicts={("a2", "r2")},
    )
    assert found == {"a1": ("r2",), "a2": ("r1",)}


def test_an_exchange_leaves_what_the_wanting_application_already_has():
    # a2 has r3 and wants r2 of a1, which in turn could take r3 or r4: it must not be given r3.
    found = suggest(
        applications=["a1", "a2"],
        reviewers=["r1", "r2", "r3", "r4"],
        per_application=2,
        load_limits={"r1": 1, "r2": 1, "r3": 1, "r4": 1},
        conflicts={("a2", "r1"), ("a2", "r4")},
    )
    assert found == {"a1": ("r1", "r4"), "a2": ("r2", "r3")}


def test_loads_two_apart_are_levelled():
    # Taken greedily, a1 gets r1, and so does a2, who may have nobody else.
    found = suggest(
        applications=["a1", "a2"],
        reviewers=["r1", "r2"],
        per_application=1,
        load_limits={"r1": 5, "r2": 5},
        conflicts={("a2", "r2")},
    )
    assert found == {"a1": ("r2",), "a2": ("r1",)}


def test_a_fitting_field_is_preferred_but_bars_nobody():
    found = suggest(
        applications=["image", "speech", "other"],
        reviewers=["r1", "r2", "r3"],
        per_application=1,
        load_limits={"r1": 5, "r2": 5, "r3": 5},
        application_fields={"image": {"vision"}, "speech": {"audio", "language"}},
        reviewer_fields={"r3": {"vision"}, "r2": {"language"}},
    )
    assert found == {"image": ("r3",), "speech": ("r2",), "other": ("r1",)}


def test_levelling_takes_no_application_from_its_field():
    found = suggest(
        applications=["a1", "a2", "a3", "a4"],
        reviewers=["idle", "r1", "r2"],
        per_application=1,
        load_limits={"idle": 9, "r1": 9, "r2": 9},
        application_fields={name: {"vision"} for name in ("a1", "a2", "a3", "a4")},
        reviewer_fields={"r1": {"vision"}, "r2": {"vision"}},
    )
    assert Counter(chosen for [chosen] in found.values()) == {"r1": 2, "r2": 2}


def test_an_application_without_enough_unconflicted_reviewers_is_named():
    with pytest.raises(Refused) as refused:
        suggest(
            applications=["a1"],
            reviewers=["r1", "r2", "r3", "resting"],
            per_application=2,
            load_limits={"r1": 1, "r2": 1, "r3": 1, "resting": 0},
            conflicts={("a1", "r1"), ("a1", "r2")},
        )
    assert refused.value.code == "reviewers_too_few_for_application"
    assert refused.value.facts == {"application": "a1", "needed": 2, "available": 1, "conflicted": 2}


def test_a_shortage_names_the_applications_that_compete_and_what_they_can_get():
    with pytest.raises(Refused) as refused:
        suggest(
            applications=["a1", "a2", "a3", "far"],
            reviewers=["r1", "r2", "r9"],
            per_application=1,
            load_limits={"r1": 1, "r2": 1, "r9": 9},
            conflicts={("a1", "r9"), ("a2", "r9"), ("a3", "r9"), ("far", "r1"), ("far", "r2")},
        )
    assert refused.value.code == "review_places_too_few"
    assert refused.value.facts == {"applications": ("a1", "a2", "a3"), "needed": 3, "possible": 2}
