"""What each policy promises of its plans, on problems drawn at random and on plain ones."""

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from allocation.drawn import (
    APRIL,
    POLICIES,
    item,
    pool,
    problem,
    problems,
    problems_with_fixed,
    request,
    requests,
    rule,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from madang.allocation.check import check
from madang.allocation.parts import Alternative, MonthCapacity
from madang.allocation.plan import KEPT, REDUCED, REFUSED, WHOLE
from madang.allocation.policies import Portfolio, Rank
from madang.allocation.problem import Problem
from madang.allocation.solve import solve
from madang.allocation.ties import ticket
from madang.errors import Refused
from madang.values import months_from

policies = st.sampled_from(POLICIES)
few = settings(max_examples=40, deadline=None)


def given_to(plan):
    return {grant.request: grant.quantities for grant in plan.grants}


@given(problems_with_fixed(), policies, st.integers(0, 5))
@settings(max_examples=120, deadline=None)
def test_the_checker_finds_no_fault_in_any_plan_of_any_policy(drawn, policy, seed):
    plan = solve(drawn, policy, seed=seed)
    assert check(drawn, plan) == []
    assert plan.proven


@given(problems_with_fixed(), policies)
@few
def test_nobody_gets_more_than_asked_or_less_than_useful_and_fixed_awards_stay(drawn, policy):
    plan = solve(drawn, policy)
    for grant in plan.grants:
        asked = drawn.request[grant.request]
        if asked.fixed is not None:
            assert grant.award == asked.fixed
            continue
        assert all(i.least <= q <= i.asked for i, q in zip(asked.items, grant.quantities, strict=True))
    assert {r.id for r in drawn.requests if r.fixed is not None} <= given_to(plan).keys()


@given(problems_with_fixed(), policies)
@few
def test_no_pool_gives_more_than_is_funded_and_free_in_any_month(drawn, policy):
    used = Counter()
    for name, quantities in given_to(solve(drawn, policy)).items():
        for part, quantity in zip(drawn.request[name].items, quantities, strict=True):
            product = drawn.product[part.product]
            for month in months_from(part.first, part.months):
                used[product.pool, month] += quantity * product.units
    for (code, month), units in used.items():
        capacity = drawn.pool[code].months[month]
        assert units <= max(0, capacity.funded - capacity.held)


def renamed(drawn):
    """The same problem with other names, in another order (the names sort the other way round)."""
    return replace(
        drawn,
        requests=tuple(
            replace(r, id=f"x{9 - int(r.id[1:])}", organisation={"o1": "z", "o2": "k", "o3": "a"}[r.organisation])
            for r in reversed(drawn.requests)
        ),
    )


@given(problems(), policies)
@few
def test_names_and_order_do_not_matter_where_no_lottery_decides(drawn, policy):
    keys = [(r.score, tuple(sorted(r.criteria.items())), total(drawn, r)) for r in drawn.requests]
    assume(len(set(keys)) == len(keys))
    before = given_to(solve(drawn, policy))
    after = given_to(solve(renamed(drawn), policy))
    assert {f"x{9 - int(name[1:])}": quantities for name, quantities in before.items()} == after


def total(drawn, asking):
    return sum(i.asked * i.months * drawn.product[i.product].units for i in asking.items)


@given(problems(ruled=False), st.sampled_from(POLICIES[:2]), st.data())
@few
def test_rank_gives_no_less_to_the_better_of_two_that_ask_the_same(drawn, policy, data):
    assume(drawn.requests)
    one = data.draw(st.sampled_from(drawn.requests))
    twin = replace(one, id="twin", organisation="twin", score=one.score + data.draw(st.integers(1, 9)))
    both = given_to(solve(replace(drawn, requests=(*drawn.requests, twin)), policy))
    assert one.id not in both or "twin" in both


def best_by_trying_all(drawn):
    """The largest objective of all combinations of quantities that keep to every limit."""
    limits = {("pool", p.code, m): max(0, c.funded - c.held) for p in drawn.pools for m, c in p.months.items()}
    shares = {r.name: r for r in drawn.rules if r.kind == "share_at_most"}
    budgets = {r.name: r for r in drawn.rules if r.kind == "budget"}

    def allowed(combination):
        used = Counter()
        for asking, quantities in zip(drawn.requests, combination, strict=True):
            for part, quantity in zip(asking.items, quantities, strict=True):
                product = drawn.product[part.product]
                units = quantity * product.units
                for month in months_from(part.first, part.months):
                    used["pool", product.pool, month] += units
                    for name, one in budgets.items():
                        if one.params["pool"] == product.pool and one.params["where"] == {
                            "track": asking.attributes["track"]
                        }:
                            used["budget", name, month] += units
                for name, one in shares.items():
                    if one.params["pool"] == product.pool:
                        used["share", name, asking.organisation] += units * part.months
        return all(units <= limit(key) for key, units in used.items())

    def limit(key):
        if key[0] == "pool":
            return limits[key]
        if key[0] == "budget":
            return budgets[key[1]].params["units"]
        one = shares[key[1]].params
        return sum(v for (_, code, _m), v in limits.items() if code == one["pool"]) * one["thousandths"] // 1000

    def choices(asking):
        nothing = [tuple(0 for _ in asking.items)]
        points = {"minimum_score": asking.score}
        for one in drawn.rules:
            if all(asking.attributes.get(k) == v for k, v in one.params.get("where", {}).items()):
                reached = points.get(one.kind, asking.criteria.get(one.params.get("criterion"), 0))
                if one.kind.startswith("minimum") and reached < one.params["score"]:
                    return nothing
        return nothing + list(itertools.product(*(range(i.least, i.asked + 1) for i in asking.items)))

    def worth(combination):
        return sum(
            asking.score * quantity * drawn.product[part.product].units * part.months
            for asking, quantities in zip(drawn.requests, combination, strict=True)
            for part, quantity in zip(asking.items, quantities, strict=True)
        )

    return max(worth(c) for c in itertools.product(*map(choices, drawn.requests)) if allowed(c))


@given(problems(most_requests=4, most_asked=2))
@settings(max_examples=80, deadline=None)
def test_a_portfolio_is_the_best_of_all_combinations(drawn):
    plan = solve(drawn, Portfolio())
    assert plan.objective == best_by_trying_all(drawn)
    assert plan.bound == plan.objective


@given(problems(), st.integers(1, 8), st.data())
@few
def test_more_capacity_never_lowers_a_proven_optimum(drawn, more, data):
    drawn = replace(drawn, rules=tuple(r for r in drawn.rules if r.kind != "share_at_most"))
    code = data.draw(st.sampled_from([p.code for p in drawn.pools]))
    months = {m: MonthCapacity(c.physical + more, c.funded + more, c.held) for m, c in drawn.pool[code].months.items()}
    pools = tuple(replace(p, months=months) if p.code == code else p for p in drawn.pools)
    before, after = solve(drawn, Portfolio()), solve(replace(drawn, pools=pools), Portfolio())
    assert before.gap == after.gap == 0
    assert after.objective >= before.objective


@given(problems(), st.sampled_from(POLICIES[:2]))
@few
def test_a_portfolio_is_worth_at_least_what_the_ranked_list_is(drawn, policy):
    assert solve(drawn, Portfolio()).objective >= solve(drawn, policy).objective


def two_that_compete(**policy_fields):
    """Three ask for 4, 4 and 2 servers of 6."""
    return problem(
        request("first", 90_000, item(4)),
        request("second", 80_000, item(4)),
        request("third", 70_000, item(2)),
        pools=(pool(units=48),),
    )


def test_rank_skips_what_does_not_fit_or_ends_the_list_there():
    drawn = two_that_compete()
    assert given_to(solve(drawn, Rank())) == {"first": (4,), "third": (2,)}
    assert given_to(solve(drawn, Rank(overflow="stop"))) == {"first": (4,)}


def test_the_end_of_one_pools_list_does_not_end_the_others():
    drawn = problem(
        request("large", 90_000, item(9)),
        request("small", 80_000, item(1)),
        request("other", 70_000, item(1, product="b200x8")),
        pools=(pool(), pool("b200")),
    )
    assert given_to(solve(drawn, Rank(overflow="stop"))) == {"other": (1,)}


def test_an_organisations_share_does_not_end_the_list():
    share = rule("share_at_most", holder="organisation", pool="h200", thousandths=500)
    drawn = problem(
        request("a", 90_000, item(2), organisation="same"),
        request("b", 80_000, item(1), organisation="same"),
        request("c", 70_000, item(2)),
        rules=(share,),
    )
    assert given_to(solve(drawn, Rank(overflow="stop"))) == {"a": (2,), "c": (2,)}


def test_a_portfolio_cuts_to_the_least_where_that_is_worth_more():
    drawn = problem(
        request("first", 90_000, item(4, least=2)), request("second", 89_000, item(2)), pools=(pool(units=32),)
    )
    plan = solve(drawn, Portfolio())
    assert given_to(plan) == {"first": (4,)}
    assert plan.reserve == ("second",)
    wider = solve(replace(drawn, pools=(pool(units=40),)), Portfolio())
    assert given_to(wider) == {"first": (3,), "second": (2,)}
    assert wider.outcomes == {"first": REDUCED, "second": WHOLE}


def test_ties_follow_the_published_keys_one_after_the_other():
    drawn = problem(
        request("more-impact", 80_000, item(4), criteria={"impact": 31_000}),
        request("small", 80_000, item(1)),
        request("large", 80_000, item(2)),
        pools=(pool(units=8),),
    )
    assert solve(drawn, Rank()).reserve == ("more-impact", "large")
    assert solve(drawn, Rank(ties=("smaller_ask", "lottery"))).reserve == ("large", "more-impact")
    assert given_to(solve(drawn, Rank(ties=("criterion:impact",), overflow="stop"))) == {}


def test_the_last_tie_is_broken_by_a_lottery_that_anyone_can_redraw():
    drawn = problem(*(request(f"r{n}") for n in range(6)), pools=(pool(units=8),))
    winners = set()
    for seed in range(12):
        first = min((r.id for r in drawn.requests), key=lambda name: ticket(drawn, seed, name))
        for policy in POLICIES:
            assert given_to(solve(drawn, policy, seed=seed)) == {first: (1,)}
        winners.add(first)
    assert len(winners) > 2


def test_equal_portfolios_are_settled_by_the_published_order():
    same = [request(f"r{n}", 80_000, item(2, least=1)) for n in range(3)]
    better = request("better", 80_000, item(2, least=1), criteria={"impact": 40_000})
    drawn = problem(*same, better, pools=(pool(units=24),))
    plan = solve(drawn, Portfolio())
    assert plan.grant["better"].quantities == (2,)
    assert plan.objective == 80_000 * 24 * 3


def test_accepted_awards_stay_even_below_a_minimum_and_come_before_better_ones():
    low = request("low", 10_000, item(4, least=4), fixed=(3,))
    drawn = problem(low, request("high", 90_000, item(2)), rules=(rule("minimum_score", score=60_000),))
    for policy in POLICIES:
        plan = solve(drawn, policy)
        assert given_to(plan) == {"low": (3,)}
        assert plan.outcomes == {"low": KEPT, "high": REFUSED}
        assert plan.reserve == ("high",)


@pytest.mark.parametrize(
    ("rules", "broken"),
    [
        ((), "fixed_exceed_capacity"),
        ((rule("share_at_most", holder="organisation", pool="h200", thousandths=10),), "fixed_exceed_rule"),
    ],
)
def test_accepted_awards_that_do_not_fit_are_refused(rules, broken):
    asked = 5 if not rules else 1
    drawn = problem(request("a", 80_000, item(5), fixed=(asked,)), rules=rules)
    with pytest.raises(Refused) as caught:
        solve(drawn, Rank())
    assert caught.value.code == "allocation_problem_invalid"
    assert caught.value.facts["rule"] == broken


def test_a_problem_without_requests_has_an_empty_plan():
    for policy in POLICIES:
        plan = solve(problem(), policy)
        assert (plan.grants, plan.objective, plan.reserve) == ((), 0, ())


def test_an_unfinished_solve_says_so_and_its_plan_is_still_whole():
    """Many sizes that do not add up: one node is too little to prove the best."""
    asks = [request(f"r{n:02d}", 60_000 + 37 * n * n, item(3 + n % 7, months=1 + n % 3)) for n in range(40)]
    drawn = problem(*asks, pools=(pool(units=8 * 61),))
    reports = []
    short, full = solve(drawn, Portfolio(), work_limit=0, progress=reports.append), solve(drawn, Portfolio())
    assert check(drawn, short) == []
    assert short.work_limit == 0
    assert short.bound >= full.objective >= short.objective
    assert short.proven == (short.objective == short.bound)
    assert all(report.incumbent <= report.bound for report in reports)


@given(requests("r0", ("h200x8",), 3, 3))
@few
def test_a_stated_gap_is_kept(drawn):
    whole = problem(replace(drawn, options=(Alternative(drawn.items[:1]),)))
    plan = solve(whole, Portfolio(gap=10_000))
    assert plan.proven
    assert plan.gap <= 10_000


def test_the_window_is_what_counts():
    drawn = problem(
        request("early", 90_000, item(4, first=0, months=1)),
        request("late", 80_000, item(4, first=1, months=2)),
        pools=(pool(units=32),),
    )
    assert set(given_to(solve(drawn, Rank()))) == {"early", "late"}
    held = Problem((pool(units=32, held=8),), drawn.products, drawn.requests)
    assert given_to(solve(held, Rank())) == {}
    assert drawn.months[0] == APRIL


def test_the_scarcest_month_is_what_binds():
    for capacity in ((8, 32), (32, 8)):
        months = {APRIL.plus(n): MonthCapacity(units, units) for n, units in enumerate(capacity)}
        drawn = problem(
            *(request(f"r{n}", 80_000 + n, item(1, months=2)) for n in range(4)),
            pools=(replace(pool(), months=months),),
        )
        plan = solve(drawn, Portfolio())
        assert given_to(plan) == {"r3": (1,)}
        assert plan.bound == plan.objective


@pytest.mark.parametrize(("thousandths", "granted"), [(1000, 1), (999, 0)])
def test_an_organisations_share_is_counted_over_the_whole_window_and_rounded_down(thousandths, granted):
    share = rule("share_at_most", holder="organisation", pool="h200", thousandths=thousandths)
    drawn = problem(request("a", 80_000, item(4)), rules=(share,))
    for policy in POLICIES:
        plan = solve(drawn, policy)
        assert len(plan.grants) == granted
        assert check(drawn, plan) == []
