"""What portfolios and fair shares promise: proven bounds, rules about all awards, alternatives, starts and totals."""

from dataclasses import replace

import pytest
from allocation.drawn import APRIL, item, pool, problem, request, rich_problems, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation.check import check
from madang.allocation.parts import (
    TOGETHER,
    Alternative,
    Award,
    Item,
    MonthCapacity,
    Pool,
    Product,
    Reference,
    Request,
)
from madang.allocation.plan import Price
from madang.allocation.policies import Fair, Portfolio, Rank, Scaled, Tiers
from madang.allocation.problem import Problem, problem_hash
from madang.allocation.solve import solve
from madang.allocation.ties import ticket
from madang.errors import Refused
from madang.lots import commitment

H200, B200 = pool(units=16), pool("b200", units=16)


def granted(plan):
    return {grant.request: grant.award for grant in plan.grants}


def either(first="h200x8", second="b200x8", later=0):
    return (Alternative((item(2, product=first),), later), Alternative((item(2, product=second),)))


@pytest.mark.parametrize("policy", [Rank(), Rank(overflow="stop"), Tiers(0, 0), Portfolio()])
def test_the_second_alternative_is_taken_where_the_first_is_full(policy):
    drawn = problem(request("a", 90_000, item(2)), request("b", 80_000, options=either()), pools=(H200, B200))
    assert granted(solve(drawn, policy)) == {"a": Award((2,)), "b": Award((2,), option=1)}


@pytest.mark.parametrize("policy", [Rank(), Portfolio()])
def test_the_first_alternative_is_taken_where_both_are_free(policy):
    drawn = problem(request("b", 80_000, options=either()), pools=(H200, B200))
    assert granted(solve(drawn, policy)) == {"b": Award((2,))}


@pytest.mark.parametrize("policy", [Rank(), Portfolio()])
def test_a_later_start_is_taken_only_where_it_is_needed_and_allowed(policy):
    early = request("a", 90_000, item(2, months=1))
    waits = request("b", 80_000, item(2, months=1), later=2)
    drawn = problem(early, waits, pools=(H200,))
    assert granted(solve(drawn, policy)) == {"a": Award((2,)), "b": Award((2,), later=1)}
    rigid = replace(waits, options=(Alternative(waits.items),))
    assert granted(solve(problem(early, rigid, pools=(H200,)), policy)) == {"a": Award((2,))}


def hours(units, *asks, months=3):
    stated = {APRIL.plus(n): MonthCapacity(n_units, n_units) for n, n_units in enumerate(units)}
    items = [Item("h", asked, least, APRIL, months, total=True) for asked, least in asks]
    requests = [Request(f"r{n}", f"o{n}", 80_000 - n, {}, (Alternative((i,)),)) for n, i in enumerate(items)]
    return Problem((Pool("p", "gpu_hour", stated),), (Product("h", "p", 1),), tuple(requests))


def test_a_total_is_spread_over_its_months_early_in_a_list():
    plan = solve(hours((5, 9, 2), (8, 8), (8, 8)), Rank())
    assert granted(plan) == {"r0": Award((8,), spread=((5, 3, 0),)), "r1": Award((8,), spread=((0, 6, 2),))}


def test_a_total_is_cut_to_what_there_is_in_a_portfolio():
    drawn = hours((5, 9, 2), (30, 10))
    plan = solve(drawn, Portfolio())
    assert granted(plan) == {"r0": Award((16,), spread=((5, 9, 2),))}
    assert check(drawn, plan) == []


@given(rich_problems(together=True), st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_no_plan_is_worth_more_than_the_bound_that_the_prices_prove(drawn, seed):
    try:
        plan = solve(drawn, Portfolio(), seed=seed)
    except Refused:
        return
    assert plan.objective <= plan.bound <= plan.proof.proven
    loose = replace(drawn, rules=tuple(r for r in drawn.rules if r.kind not in TOGETHER))
    if loose == drawn:
        for policy in (Rank(), Tiers(0, 0), Scaled(below="least")):
            assert solve(drawn, policy).objective <= plan.proof.proven


def test_a_proof_that_is_not_one_is_found():
    drawn = problem(request("a", 90_000, item(2)), request("b", 80_000, item(1)), pools=(H200,))
    plan = solve(drawn, Portfolio())
    assert check(drawn, plan) == []
    boast = replace(plan.proof, proven=plan.proof.proven - 1)
    assert "proof_wrong" in {f.code for f in check(drawn, replace(plan, proof=boast))}
    strange = replace(plan.proof, prices=(Price(("pool", "h300", "2026-04", "", ""), 1),))
    assert "proof_wrong" in {f.code for f in check(drawn, replace(plan, proof=strange))}
    free = replace(plan.proof, prices=(), proven=10**12)
    assert {f.code for f in check(drawn, replace(plan, proof=free, marginal=()))} == {"marginal_wrong"}


def test_what_the_proof_decides_is_not_marginal():
    drawn = problem(request("a", 90_000, item(2)), request("b", 80_000, item(2)), pools=(H200,))
    assert "a" not in solve(drawn, Portfolio()).marginal
    tied = problem(request("a", 90_000, item(2)), request("b", 90_000, item(2)), pools=(H200,))
    assert solve(tied, Portfolio()).marginal == ("a", "b")


def test_a_share_at_least_is_kept_and_costs():
    drawn = problem(
        request("a", 90_000, item(4)),
        request("b", 60_000, item(2), attributes={"region": "outside"}),
        pools=(pool(units=32),),
        rules=(rule("share_at_least", where={"region": "outside"}, thousandths=300),),
    )
    assert set(granted(solve(drawn, Portfolio()))) == {"b"}
    assert "below_share" in {f.code for f in check(drawn, solve(replace(drawn, rules=()), Portfolio()))}


def test_success_rates_stay_in_their_band():
    asks = [request(f"a{n}", 90_000, item(1), attributes={"kind": "university"}) for n in range(6)]
    asks += [request(f"b{n}", 60_000, item(1), attributes={"kind": "company"}) for n in range(6)]
    drawn = problem(*asks, pools=(pool(units=48),))
    ruled = replace(drawn, rules=(rule("success_band", attribute="kind", thousandths=0),))
    one_sided, even = solve(drawn, Portfolio()), solve(ruled, Portfolio())
    assert sum(name.startswith("b") for name in granted(one_sided)) == 0
    assert sum(name.startswith("b") for name in granted(even)) == 2
    assert {f.code for f in check(ruled, one_sided)} >= {"outside_band"}


def test_nobody_is_passed_over_for_a_lower_one_that_asks_as_much():
    drawn = problem(
        request("a", 90_000, item(3)),
        request("b", 80_000, item(4)),
        pools=(pool(units=32),),
    )
    envied = solve(drawn, Portfolio())
    assert set(granted(envied)) == {"b"}
    ruled = replace(drawn, rules=(rule("no_envy"),))
    assert set(granted(solve(ruled, Portfolio()))) == {"a"}
    assert "envy" in {f.code for f in check(ruled, replace(envied, problem=ruled, problem_hash=problem_hash(ruled)))}


@pytest.mark.parametrize("kind", TOGETHER)
def test_a_list_refuses_rules_that_it_cannot_keep(kind):
    params = {
        "share_at_least": {"where": {"a": "b"}, "thousandths": 1},
        "success_band": {"attribute": "a", "thousandths": 1},
        "no_envy": {},
    }[kind]
    drawn = problem(request("a"), rules=(rule(kind, **params),))
    for policy in (Rank(), Tiers(0, 0), Scaled()):
        with pytest.raises(Refused) as caught:
            solve(drawn, policy)
        assert caught.value.facts["rule"] == "needs_a_portfolio"
        assert caught.value.facts["field"] == "rules[0].kind"


def test_a_reserve_is_kept_of_what_is_funded_and_rounded_up():
    drawn = problem(
        *(request(f"r{n}", 80_000 - n) for n in range(4)),
        pools=(pool(units=39),),
        rules=(rule("reserve", pool="h200", thousandths=200),),
    )
    for policy in (Rank(), Portfolio()):
        assert set(granted(solve(drawn, policy))) == {"r0", "r1", "r2"}
    tighter = replace(drawn, pools=(pool(units=31),))
    assert set(granted(solve(tighter, Rank()))) == {"r0", "r1", "r2"}
    assert set(granted(solve(replace(drawn, pools=(pool(units=29),)), Rank()))) == {"r0", "r1"}


def test_preferences_move_the_order_and_not_the_minimum():
    bonus = rule("preference", "bonus", points=5_000, where={"region": "outside"})
    line = rule("minimum_score", "line", score=70_000)
    drawn = problem(
        request("a", 80_000, item(2)),
        request("b", 76_000, item(2), attributes={"region": "outside"}),
        request("c", 69_000, item(2), attributes={"region": "outside"}),
        pools=(H200,),
        rules=(bonus, line),
    )
    plan = solve(drawn, Rank())
    assert (set(granted(plan)), plan.reserve) == ({"b"}, ("a",))
    assert plan.objective == 81_000 * 16 * 3


def test_shares_over_all_pools_count_in_the_reference_unit():
    share = rule("share_at_most", holder="organisation", thousandths=500)
    drawn = problem(
        request("a", 90_000, item(2), organisation="o"),
        request("b", 80_000, item(1, product="b200x8"), organisation="o"),
        pools=(H200, B200),
        rules=(share,),
    )
    assert set(granted(solve(drawn, Rank()))) == {"a"}
    weighed = replace(drawn, reference=Reference("H100", {"h200": 1_000, "b200": 3_000}))
    assert set(granted(solve(weighed, Rank()))) == {"a"}
    small = replace(drawn, reference=Reference("H100", {"h200": 250, "b200": 1_000}))
    assert set(granted(solve(small, Rank()))) == {"a"}
    light = replace(drawn, reference=Reference("H100", {"h200": 1_000, "b200": 1_000}), rules=())
    assert set(granted(solve(light, Rank()))) == {"a", "b"}


def test_max_min_raises_the_smallest_share_first():
    drawn = problem(
        *(request(f"u{n}", 90_000, item(1), attributes={"kind": "university"}) for n in range(4)),
        *(request(f"c{n}", 60_000, item(1), attributes={"kind": "company"}) for n in range(4)),
        pools=(pool(units=32),),
    )
    plan = solve(drawn, Fair("kind"))
    assert plan.shares == {"university": 500, "company": 500}
    assert sum(name.startswith("c") for name in granted(plan)) == 2
    assert plan.proven
    assert check(drawn, plan) == []
    boast = replace(plan, shares={"university": 501, "company": 500})
    assert "share_not_reached" in {f.code for f in check(drawn, boast)}


def test_nash_gives_the_largest_product():
    drawn = problem(
        request("u", 90_000, item(6, least=1), attributes={"kind": "university"}),
        request("c", 60_000, item(2, least=1), attributes={"kind": "company"}),
        pools=(pool(units=48),),
    )
    assert granted(solve(drawn, Fair("kind", aim="nash"))) == {"u": Award((4,)), "c": Award((2,))}


@given(rich_problems(most_requests=4), st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_more_capacity_never_lowers_the_smallest_share(drawn, more):
    drawn = replace(drawn, rules=(), requests=tuple(replace(r, fixed=None) for r in drawn.requests))
    pools = tuple(
        replace(p, months={m: MonthCapacity(c.physical + more, c.funded + more, c.held) for m, c in p.months.items()})
        for p in drawn.pools
    )
    before, after = solve(drawn, Fair("track")), solve(replace(drawn, pools=pools), Fair("track"))
    if before.proven and before.shares:
        assert min(after.shares.values()) >= min(before.shares.values())


def test_tiers_serve_the_top_whole_and_draw_the_middle():
    drawn = problem(
        request("top", 90_000),
        *(request(f"m{n}", 70_000 + n) for n in range(6)),
        request("low", 50_000),
        pools=(pool(units=24),),
    )
    winners = set()
    for seed in range(8):
        plan = solve(drawn, Tiers(85_000, 60_000), seed=seed)
        lots = sorted((f"m{n}" for n in range(6)), key=lambda name: ticket(drawn, seed, name))
        assert set(granted(plan)) == {"top", *lots[:2]}
        assert plan.reserve == tuple(lots[2:])
        winners |= set(lots[:2])
    assert len(winners) > 3


def test_a_rule_a_pool_or_a_score_moved_draws_no_lot_anew_and_another_ask_does():
    drawn = problem(*(request(f"m{n}", 70_000 + n) for n in range(8)), pools=(pool(units=24),))
    capped = replace(drawn, rules=(rule("budget", "cap", units=1_000),))
    wider = replace(drawn, pools=(pool(units=32),))
    better = replace(drawn, requests=tuple(replace(r, score=r.score + 1, error=9) for r in drawn.requests))
    policy = Tiers(85_000, 60_000)
    lots = [r.id for r in sorted(drawn.requests, key=lambda r: ticket(drawn, 3, r.id))]
    for other in (drawn, capped, wider, better):
        plan = solve(other, policy, seed=3)
        assert plan.requests_hash == drawn.requests_hash
        assert plan.reserve == tuple(lots[len(plan.grants) :])
        assert set(granted(plan)) == set(lots[: len(plan.grants)])
    asked = (request("m0", 70_000, item(2)), *drawn.requests[1:])
    assert replace(drawn, requests=asked).requests_hash != drawn.requests_hash
    assert replace(drawn, requests=drawn.requests[1:]).requests_hash != drawn.requests_hash


def test_a_seed_that_was_not_committed_to_is_found():
    drawn = problem(request("a"))
    good = solve(drawn, Rank(), seed=12345, commitment=commitment(12345))
    assert check(drawn, good) == []
    swapped = solve(drawn, Rank(), seed=12346, commitment=commitment(12345))
    assert [fault.code for fault in check(drawn, swapped)] == ["commitment_broken"]
