"""How applications become a problem, in whole numbers and under pseudonyms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.plans import rules
from madang.portal.plans.rules import Candidate, Offered, Stock, TrackRule, Wish

MONTHLY = Offered("h100x8", "h100", 8, by_hour=False)
HOURLY = Offered("hours", "h100", 1, by_hour=True)
WISH = Wish("h100x8", 2, 1, "2026-05", 2)


def candidate(name="R-1", score=80_000, wishes=(WISH,), given=None, **more):
    return Candidate(name, f"O-{name}", "ai", score, {"merit": score}, wishes, {"kind": "company"}, given, **more)


def stock(months):
    return Stock("h100", "gpu", months)


TRACK = TrackRule("ai", {"en": "AI", "ko": "인공지능"}, 60_000, (("merit", {"en": "Merit", "ko": "우수성"}, 30),))


def test_a_problem_names_everything_the_solver_needs():
    problem = rules.problem_of([candidate()], [MONTHLY], [stock({"2026-05": (100, 80, 16)})], [TRACK])
    (pool,) = problem.pools
    assert {str(month): capacity.available for month, capacity in pool.months.items()} == {"2026-05": 64, "2026-06": 0}
    (request,) = problem.requests
    assert request.attributes == {"track": "ai", "kind": "company"}
    assert (request.items[0].asked, request.items[0].least, request.fixed) == (2, 1, None)
    total, criterion = problem.rules
    assert total.params == {"score": 60_000, "where": {"track": "ai"}}
    assert criterion.params == {"criterion": "merit", "score": 30_000, "where": {"track": "ai"}}
    assert "60" in total.sentence["en"]
    assert total.sentence["ko"] != total.sentence["en"]


def test_without_candidates_there_is_no_problem():
    with pytest.raises(Refused) as refused:
        rules.problem_of([], [MONTHLY], [], [])
    assert refused.value.code == "nobody_to_award"


def test_a_standing_award_is_fixed():
    problem = rules.problem_of([candidate(given=(1,))], [MONTHLY], [stock({})], [])
    assert problem.requests[0].fixed.quantities == (1,)


@given(st.integers(1, 10_000), st.integers(1, 12))
def test_hours_take_the_fewest_whole_hours_a_month_that_give_them(hours, months):
    units = rules.in_units(HOURLY, hours, months)
    assert units * months >= hours > (units - 1) * months
    assert rules.from_units(HOURLY, units, hours, months) == hours
    assert rules.pool_units(HOURLY, hours, months) == units


@given(st.integers(0, 20), st.integers(1, 10_000), st.integers(1, 12))
def test_planned_units_never_give_more_than_was_asked(planned, hours, months):
    given_hours = rules.from_units(HOURLY, planned, hours, months)
    assert given_hours <= hours
    assert rules.in_units(HOURLY, given_hours, months) <= planned


def test_products_by_the_month_are_counted_as_they_are():
    assert rules.in_units(MONTHLY, 3, 5) == 3
    assert rules.from_units(MONTHLY, 2, 3, 5) == 2
    assert rules.pool_units(MONTHLY, 3, 5) == 24


@pytest.mark.parametrize(("state", "code"), [("faulty", "plan_faulty"), ("solving", "plan_not_checked")])
def test_only_a_checked_plan_can_be_adopted(state, code):
    rules.check_adoptable("checked")
    with pytest.raises(Refused) as refused:
        rules.check_adoptable(state)
    assert refused.value.code == code


@pytest.mark.parametrize("params", [{"where": {"kind": "company"}}, {"attribute": "kind"}])
def test_everybody_reads_only_the_attributes_that_a_rule_goes_by(params):
    problem = rules.problem_of([candidate()], [MONTHLY], [stock({})], [TRACK]).to_json()
    document = {"problem": problem, "problem_hash": "x", "policy": {"policy": "rank"}}
    assert attributes(rules.for_everybody(document)) == {"track"}
    problem["rules"].append({"name": "cap", "kind": "cap", "params": params})
    shown = rules.for_everybody(document)
    assert attributes(shown) == {"track", "kind"}


def attributes(document):
    return {name for request in document["problem"]["requests"] for name in request["attributes"]}
