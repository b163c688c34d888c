"""An assignment breaks no rule, none is cheaper, none is missed that exists, and the proof of all that can fail."""

from collections import Counter
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.review.assign import Gap, Lack, assign, assign_most
from madang.review.assignment import Application, Changes, Expertise, Problem, Reviewer, Weights, changes, cost
from madang.review.proof import faults, lower_bound

NONE, SOME, EXPERT = Expertise
FIELDS = ("image", "speech")


def possible(problem):
    """Every assignment that keeps the rules, by trying all of them."""
    choices = []
    for application in problem.applications:
        begun = {person for name, person in problem.begun if name == application.id}
        free = [
            r.id for r in problem.reviewers if (application.id, r.id) not in problem.conflicts and r.id not in begun
        ]
        needed = max(0, application.needed - len(begun))
        groups = [frozenset(begun | set(chosen)) for chosen in combinations(free, needed)]
        choices.append([group for group in groups if not met(problem, application.id, group)])
    for every in product(*choices):
        loads = Counter(person for group in every for person in group)
        begun = Counter(person for _, person in problem.begun)
        if all(loads[r.id] <= max(r.limit - r.load, begun[r.id]) for r in problem.reviewers):
            yield {a.id: tuple(sorted(group)) for a, group in zip(problem.applications, every, strict=True)}


def met(problem, application, group):
    return any(
        {one, other} <= group and not {(application, one), (application, other)} <= problem.begun
        for one, other in problem.apart
    )


@st.composite
def problems(draw, apart=False):
    applications = tuple(
        Application(f"a{place}", draw(st.integers(0, 3)), draw(st.frozensets(st.sampled_from(FIELDS))))
        for place in range(draw(st.integers(0, 3)))
    )
    levels = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(Expertise))
    reviewers = tuple(
        Reviewer(f"r{place}", draw(st.integers(0, 4)), draw(levels), draw(st.integers(0, 1)))
        for place in range(draw(st.integers(0, 4)))
    )
    pairs = [(a.id, r.id) for a in applications for r in reviewers]
    some = st.frozensets(st.sampled_from(pairs), max_size=4) if pairs else st.just(frozenset())
    conflicts, small = draw(some), st.integers(0, 9)
    couples = [(one.id, other.id) for one, other in combinations(reviewers, 2)]
    return Problem(
        applications,
        reviewers,
        conflicts,
        bids={pair: draw(st.integers(-2, 2)) for pair in sorted(draw(some))},
        apart=draw(st.frozensets(st.sampled_from(couples), max_size=2)) if apart and couples else frozenset(),
        begun=draw(some) - conflicts,
        given=draw(some),
        weights=Weights(*(draw(small) for _ in range(7))),
    )


def assigned_or_refused(problem):
    try:
        return assign(problem)
    except Refused as refused:
        return refused.code, refused.facts


@settings(max_examples=15)
@given(st.randoms(use_true_random=False), st.integers(10, 40), st.integers(6, 15))
def test_larger_ones_are_proven_too(random, many, few):
    known = ["f1", "f2", "f3", "f4"]
    applications = tuple(Application(f"a{n}", 3, frozenset(random.sample(known, 2))) for n in range(many))
    fields = [{name: random.choice(list(Expertise)) for name in random.sample(known, 2)} for _ in range(few)]
    reviewers = tuple(Reviewer(f"r{n}", many * 4 // few + 1, fields[n], random.randint(0, 1)) for n in range(few))
    pairs = [(a.id, r.id) for a in applications for r in reviewers]
    bids = {pair: random.randint(-5, 5) for pair in random.sample(pairs, len(pairs) // 2)}
    problem = Problem(applications, reviewers, frozenset(random.sample(pairs, len(pairs) // 10)), bids)
    found = assigned_or_refused(problem)
    if not isinstance(found, tuple):
        assert faults(problem, found) == []
        assert found.proven


@given(problems())
def test_one_is_found_exactly_when_one_exists_none_is_cheaper_and_the_prices_prove_it(problem):
    costs = [cost(problem, one) for one in possible(problem)]
    found = assigned_or_refused(problem)
    if not costs:
        code, facts = found
        assert facts["needed"] > facts.get("possible", facts.get("available")), code
        return
    assert faults(problem, found) == []
    assert found.cost == min(costs) == found.bound
    assert found.proven


@given(problems(apart=True))
def test_whoever_must_not_meet_does_not_and_the_bound_lies_below_every_assignment(problem):
    costs = [cost(problem, one) for one in possible(problem)]
    found = assigned_or_refused(problem)
    if not isinstance(found, tuple):
        assert faults(problem, found) == []
        assert found.bound <= min(costs) <= found.cost


@settings(max_examples=50)
@given(problems(apart=True), st.lists(st.integers(-20, 20), min_size=4, max_size=4))
def test_any_prices_bound_the_cost_of_every_assignment(problem, numbers):
    prices = {one.id: number for one, number in zip(problem.reviewers, numbers, strict=False)}
    costs = [cost(problem, one) for one in possible(problem)]
    assume(costs)
    assert lower_bound(problem, prices) <= min(costs)


@given(problems(apart=True), st.randoms())
def test_the_order_in_which_a_problem_is_written_does_not_matter(problem, random):
    applications, reviewers = list(problem.applications), list(problem.reviewers)
    random.shuffle(applications)
    random.shuffle(reviewers)
    mixed = replace(problem, applications=tuple(applications), reviewers=tuple(reviewers))
    before, after = assigned_or_refused(problem), assigned_or_refused(mixed)
    if isinstance(before, tuple):
        assert after == before
    else:
        assert (after.cost, after.bound, dict(after.prices)) == (before.cost, before.bound, dict(before.prices))
        assert dict(after.chosen) == dict(before.chosen)


def people(*names, limit=9, **more):
    return tuple(Reviewer(name, limit, **more) for name in names)


def files(*names, needed=1, fields=()):
    return tuple(Application(name, needed, frozenset(fields)) for name in names)


def test_loads_differ_by_one_at_most_where_nothing_else_counts():
    found = assign(Problem(files(*"abcdefgh", needed=3), people(*"uvwxy")))
    assert sorted(Counter(person for chosen in found.chosen.values() for person in chosen).values()) == [4, 5, 5, 5, 5]


def test_what_a_reviewer_has_in_hand_counts():
    found = assign(Problem(files(*"abcd"), (Reviewer("busy", 9, load=4), Reviewer("free", 9))))
    assert Counter(person for [person] in found.chosen.values()) == {"free": 4}


def test_a_chain_of_exchanges_frees_the_last_place():
    found = assign(Problem(files("a", "b"), people("r", "s", limit=1), frozenset({("b", "s")})))
    assert found.chosen == {"a": ("s",), "b": ("r",)}


def test_first_an_expert_then_someone_who_knows_the_field():
    pool = (
        *people("e1", "e2", fields={"image": EXPERT}),
        *people("k1", "k2", fields={"image": SOME}),
        *people("n1", "n2"),
    )
    weights = Weights(load=1000)
    found = assign(Problem(files("a", "b", needed=3, fields=["image"]), pool, weights=weights))
    for chosen in found.chosen.values():
        assert sorted(name[0] for name in chosen) == ["e", "k", "n"]


def test_only_the_rank_of_a_bid_counts():
    problem = Problem(files(*"abcd"), people("r"), bids={("a", "r"): 1000, ("b", "r"): 3, ("c", "r"): -1})
    assert [problem.sheet_costs(one)["r"] - 120 for one in problem.applications] == [0, 15, 60, 30]
    loud = Problem(files("a"), people("r", "s"), bids={("a", "r"): 1, ("a", "s"): 1000})
    assert assign(loud).chosen == {"a": ("r",)}
    wanted = Problem(files("a"), people("r", "s"), bids={("a", "r"): -1, ("a", "s"): 0})
    assert assign(wanted).chosen == {"a": ("s",)}


def test_adjusting_disturbs_little_and_never_what_has_begun():
    before = {("a", "r"), ("b", "r"), ("c", "r")}
    problem = Problem(files(*"abc"), people("r", "s"), begun=frozenset({("a", "r")}), given=frozenset(before))
    found = assign(problem)
    assert found.chosen == {"a": ("r",), "b": ("r",), "c": ("r",)}
    levelled = replace(problem, weights=Weights(taken_away=50))
    found = assign(levelled)
    assert found.chosen["a"] == ("r",)
    made = changes(levelled, found.chosen)
    assert (len(made.added), len(made.removed), len(made.kept)) == (1, 1, 2)
    assert made.added[0][0] == made.removed[0][0] != "a"


def test_a_given_sheet_goes_where_a_conflict_has_come_up():
    pair = frozenset({("a", "r")})
    found = assign(Problem(files("a"), people("r", "s"), conflicts=pair, given=pair))
    assert changes(Problem(files("a"), people("r", "s"), pair, given=pair), found.chosen) == Changes(
        added=(("a", "s"),), removed=(("a", "r"),), kept=()
    )


def test_two_who_must_meet_are_named():
    with pytest.raises(Refused) as refused:
        assign(Problem(files("a", needed=2), people("r", "s"), apart=frozenset({("s", "r")})))
    assert (refused.value.code, refused.value.facts) == (
        "reviewers_must_meet",
        {"application": "a", "reviewers": ("r", "s")},
    )


def test_an_application_without_enough_unconflicted_reviewers_is_named():
    pool = (*people("r", "s", "t"), Reviewer("resting", 0))
    with pytest.raises(Refused) as refused:
        assign(Problem(files("a", needed=2), pool, frozenset({("a", "r"), ("a", "s")})))
    assert refused.value.code == "reviewers_too_few_for_application"
    assert refused.value.facts == {"application": "a", "needed": 2, "available": 1, "conflicted": 2}


def test_a_shortage_names_the_applications_that_compete_and_what_they_can_get():
    conflicts = frozenset({("a", "z"), ("b", "z"), ("c", "z"), ("far", "r"), ("far", "s")})
    with pytest.raises(Refused) as refused:
        assign(Problem(files("a", "b", "c", "far"), (*people("r", "s", limit=1), *people("z")), conflicts))
    assert refused.value.code == "review_places_too_few"
    assert refused.value.facts == {"applications": ("a", "b", "c"), "needed": 3, "possible": 2}


@settings(max_examples=60)
@given(problems(apart=True), st.randoms(use_true_random=False))
def test_where_not_all_can_be_had_as_many_as_can_be_are_given_out_whoever_is_written_first(problem, random):
    found, gaps = assign_most(problem)
    mixed = replace(
        problem,
        applications=tuple(random.sample(problem.applications, len(problem.applications))),
        reviewers=tuple(random.sample(problem.reviewers, len(problem.reviewers))),
    )
    assert assign_most(mixed) == (found, gaps)
    short = Counter()
    for gap in gaps:
        short[gap.application] += gap.missing
    less = replace(problem, applications=tuple(replace(a, needed=a.needed - short[a.id]) for a in problem.applications))
    assert faults(less, found) == []
    if not problem.apart and gaps:
        assert not problem.conflicts & {(a, r) for a, people in found.chosen.items() for r in people}
        one_more = [replace(less, applications=_with_one_more(less, gap.application)) for gap in gaps]
        assert not any(True for bigger in one_more for _ in possible(bigger))
    if not gaps:
        assert found == assign(problem)


def _with_one_more(problem, name):
    return tuple(replace(a, needed=a.needed + (a.id == name)) for a in problem.applications)


def test_a_gap_says_why_and_all_go_short_by_one_before_any_by_two():
    barred = frozenset({("a", "r"), ("a", "s")})
    pool = (*people("r", "s", limit=2), Reviewer("t", 1))
    found, gaps = assign_most(Problem(files("a", "b", "c", needed=2), pool, barred))
    assert gaps == (Gap("a", 1, Lack.CONFLICTS, 2),)
    pool = people("r", "s", "t", limit=1)
    found, gaps = assign_most(Problem(files("a", "b", needed=2), pool))
    assert gaps == (Gap("b", 1, Lack.PLACES),)
    assert {name: len(chosen) for name, chosen in found.chosen.items()} == {"a": 2, "b": 1}
    must = Problem(files("a", needed=2), people("r", "s"), apart=frozenset({("s", "r")}))
    assert assign_most(must)[1] == (Gap("a", 1, Lack.APART),)


PROBLEM = Problem(
    files("a", "b", needed=2, fields=["image"]),
    (*people("r", "s", limit=2, fields={"image": EXPERT}), *people("t", "u", "v", limit=1)),
    conflicts=frozenset({("a", "u")}),
    apart=frozenset({("s", "t")}),
    begun=frozenset({("b", "r")}),
)
RIGHT = assign(PROBLEM)


def test_the_checker_finds_no_fault_in_what_is_right():
    assert faults(PROBLEM, RIGHT) == []


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"a": ("r",), "b": ("r", "s")}, "wrong_number"),
        ({"a": ("r", "r"), "b": ("r", "s")}, "wrong_number"),
        ({"a": ("r", "u"), "b": ("r", "s")}, "conflict"),
        ({"a": ("t", "v"), "b": ("r", "v")}, "over_limit"),
        ({"a": ("s", "t"), "b": ("r", "v")}, "meets"),
        ({"a": ("r", "s"), "b": ("s", "v")}, "begun_taken_away"),
        ({"a": ("r", "s"), "b": ("r", "x")}, "not_known"),
        ({"a": ("r", "s")}, "not_known"),
    ],
)
def test_the_checker_finds_each_fault(chosen, code):
    assert code in {fault.code for fault in faults(PROBLEM, replace(RIGHT, chosen=chosen))}


def test_the_checker_believes_neither_cost_nor_bound_nor_prices():
    assert [one.code for one in faults(PROBLEM, replace(RIGHT, cost=RIGHT.cost - 1))] == ["cost_wrong"]
    assert [one.code for one in faults(PROBLEM, replace(RIGHT, bound=RIGHT.bound + 1))] == ["bound_wrong"]
    dearer = {name: price + 1000 for name, price in RIGHT.prices.items()}
    assert [one.code for one in faults(PROBLEM, replace(RIGHT, prices=dearer))] == ["bound_wrong"]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"applications": files("a", "a")}, "id_twice"),
        ({"reviewers": people("r", "r")}, "id_twice"),
        ({"applications": files("a", needed=-1)}, "number_below_zero"),
        ({"reviewers": people("r", limit=-1)}, "number_below_zero"),
        ({"weights": Weights(load=-1)}, "weight_out_of_range"),
        ({"begun": frozenset({("x", "r")})}, "begun_is_not_known"),
        ({"begun": frozenset({("a", "r")}), "conflicts": frozenset({("a", "r")})}, "begun_in_conflict"),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(given, rule):
    with pytest.raises(Refused) as refused:
        Problem(**{"applications": files("a"), "reviewers": people("r"), **given})
    assert (refused.value.code, refused.value.facts["rule"]) == ("review_problem_invalid", rule)
