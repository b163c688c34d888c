"""Reasons are true, complete and readable in both languages; the golden case shows them as text."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from allocation import golden
from allocation.drawn import POLICIES, item, pool, problem, problems_with_fixed, request, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation import check as checker
from madang.allocation.amounts import per_cent
from madang.allocation.check import Fault
from madang.allocation.explain import explain
from madang.allocation.parts import Reference
from madang.allocation.plan import Plan
from madang.allocation.policies import Portfolio, Rank, Scaled, Tiers
from madang.allocation.reasons import Reason
from madang.allocation.refusals import fault, refusal
from madang.allocation.sentences import sentence
from madang.allocation.solve import solve
from madang.errors import Refused
from madang.values import Month, months_from

SHARE = rule("share_at_most", holder="organisation", pool="h200", thousandths=500)
BUDGET = rule("budget", where={"track": "b"}, pool="h200", units=8)
B = {"attributes": {"track": "b"}}


def reason_of(name, drawn, policy):
    return explain(drawn, solve(drawn, policy))[name]


STOP = Rank(overflow="stop")
TIGHT = (pool(units=16),)
CASES = [
    ("kept", Rank(), problem(request("x", 1, item(2), fixed=(1,))), {}),
    ("below_minimum_score", Rank(), problem(request("x", 9), rules=(rule("minimum_score", score=10),)), {"line": 10}),
    (
        "below_minimum_criterion",
        Portfolio(),
        problem(request("x"), rules=(rule("minimum_criterion", criterion="impact", score=30_001),)),
        {"points": 30_000, "line": 30_001, "criterion": "impact"},
    ),
    ("granted_whole", Rank(), problem(request("x")), {"place": 1, "of": 1, "score": 80_000}),
    (
        "pool_full",
        Rank(),
        problem(request("a", 90_000), request("x", 80_000, item(2)), pools=TIGHT),
        {"place": 2, "of": 2, "pool": "h200", "month": "2026-04", "free": 8, "asked": 16, "reserve_place": 1},
    ),
    (
        "budget_full",
        Rank(),
        problem(request("a", 90_000, **B), request("x", **B), rules=(BUDGET,)),
        {"group": "b", "free": 0, "asked": 8, "month": "2026-04", "rule": "rule"},
    ),
    (
        "share_reached",
        STOP,
        problem(request("a", 90_000, item(2), organisation="o"), request("x", organisation="o"), rules=(SHARE,)),
        {"free": 0, "asked": 24, "rule": "rule"},
    ),
    (
        "list_ended",
        STOP,
        problem(request("a", 90_000, item(3)), request("x"), pools=TIGHT),
        {"ended_place": 1, "place": 2, "pool": "h200"},
    ),
    (
        "list_ended_budget",
        STOP,
        problem(request("a", 90_000, item(2), **B), request("x", **B), rules=(BUDGET,)),
        {"ended_place": 1, "group": "b"},
    ),
    ("chosen_whole", Portfolio(), problem(request("x")), {"gap": 0}),
    (
        "chosen_reduced_pool_full",
        Portfolio(),
        problem(request("x", 80_000, item(3, least=1)), pools=TIGHT),
        {"free": 0, "one_more": 8, "month": "2026-04"},
    ),
    (
        "chosen_reduced_budget_full",
        Portfolio(),
        problem(request("x", 80_000, item(3, least=1), **B), rules=(BUDGET,)),
        {"free": 0, "group": "b"},
    ),
    (
        "chosen_reduced_share_reached",
        Portfolio(),
        problem(request("x", 80_000, item(4, least=1)), rules=(SHARE,)),
        {"free": 0, "one_more": 24},
    ),
    (
        "left_out_pool_full",
        Portfolio(),
        problem(request("a", 90_000, item(2)), request("x", 80_000, item(2)), pools=(pool(units=24),)),
        {"free": 8, "least": 16, "lowest": 90_000, "reserve_place": 1},
    ),
    (
        "left_out_budget_full",
        Portfolio(),
        problem(request("a", 90_000, **B), request("x", **B), rules=(BUDGET,)),
        {"free": 0, "least": 8, "lowest": 90_000},
    ),
    (
        "left_out_share_reached",
        Portfolio(),
        problem(request("a", 90_000, item(2), organisation="o"), request("x", organisation="o"), rules=(SHARE,)),
        {"free": 0, "least": 24},
    ),
]


@pytest.mark.parametrize(("code", "policy", "drawn", "facts"), CASES, ids=[case[0] for case in CASES])
def test_each_reason_says_what_happened(code, policy, drawn, facts):
    reason = reason_of("x", drawn, policy)
    assert reason.code == code
    assert {name: reason.facts.get(name) for name in facts} == facts
    english, korean = sentence(reason, "en"), sentence(reason, "ko")
    assert english != korean
    assert english.endswith((".", "”"))
    assert not {"{", "}"} & {*english, *korean}


@given(problems_with_fixed(), st.sampled_from(POLICIES))
@settings(max_examples=60, deadline=None)
def test_everyone_gets_a_reason_that_fits_the_plan_in_both_languages(drawn, policy):
    plan = solve(drawn, policy)
    reasons = explain(drawn, plan)
    assert list(reasons) == [r.id for r in drawn.requests]
    assert sorted(r.facts["reserve_place"] for r in reasons.values() if "reserve_place" in r.facts) == list(
        range(1, len(plan.reserve) + 1)
    )
    for name, reason in reasons.items():
        granted = reason.code in ("kept", "granted_whole") or reason.code.startswith("chosen")
        assert granted == (name in plan.grant)
        json.dumps(reason.to_json())
        for language in ("en", "ko"):
            assert "{" not in sentence(reason, language)


@given(problems_with_fixed())
@settings(max_examples=60, deadline=None)
def test_a_pool_that_is_said_to_be_full_is_full(drawn):
    plan = solve(drawn, Portfolio())
    used = Counter()
    for grant in plan.grants:
        for part, quantity in zip(drawn.request[grant.request].items, grant.quantities, strict=True):
            product = drawn.product[part.product]
            for month in months_from(part.first, part.months):
                used[product.pool, month] += quantity * product.units
    for reason in explain(drawn, plan).values():
        if reason.code.endswith("pool_full"):
            month = Month.parse(reason.facts["month"])
            capacity = drawn.pool[reason.facts["pool"]].months[month]
            assert reason.facts["free"] == capacity.available - used[reason.facts["pool"], month]
            assert reason.facts["free"] < reason.facts.get("least", reason.facts.get("one_more"))


def test_names_of_pools_and_tracks_can_be_given():
    reason = reason_of("x", CASES[4][2], Rank())
    assert "H200 서버" in sentence(reason, "ko", {"h200": "H200 서버"})


def test_an_unproven_portfolio_claims_no_more_than_its_gap():
    reason = Reason("chosen_whole", {"score": 80_500, "gap": 1_250, "parts": []})
    assert "within 0.2 % of the largest possible" in sentence(reason, "en")
    assert "0.2%" in sentence(reason, "ko")


def test_units_have_their_counters():
    facts = {"score": 1, "place": 1, "of": 1}
    part = {"pool": "p", "given": 1, "asked": 2, "product": "x"}
    said = {
        unit: sentence(Reason("granted_whole", {**facts, "parts": [{**part, "unit": unit}]}), language)
        for unit, language in (("gpu", "en"), ("server", "ko"), ("gpu_hour", "en"), ("node", "en"))
    }
    assert "1 GPU of p (2 GPUs asked for)" in said["gpu"]
    assert "p 자원 1대(신청량 2대)" in said["server"]
    assert "1 GPU-hour a month of p (2 GPU-hours a month asked for)" in said["gpu_hour"]
    assert "1 node of p (2 node asked for)" in said["node"]


def test_nothing_is_explained_about_a_faulty_plan():
    drawn = problem(request("a"))
    plan = replace(solve(drawn, Rank()), objective=1)
    with pytest.raises(Refused) as caught:
        explain(drawn, plan)
    assert caught.value.facts == {"faults": ("objective_wrong",)}
    assert "objective_wrong" in refusal(caught.value, "ko")


SOURCES = Path(checker.__file__).parent
FACTS = (
    "low",
    "high",
    "request",
    "found",
    "stated",
    "times",
    "given",
    "item",
    "asked",
    "least",
    "fixed",
    "known",
    "why",
    "named",
)
MORE = (*FACTS, "rule", "pool", "month", "limit", "holder", "class", "of", "all", "every", "other", "chance", "risk")
MORE = (*MORE, "series", "share")


def test_every_fault_has_a_sentence_in_both_languages():
    told = re.sub(r"\s", "", re.search(r"Codes: ([^.]*)\.", checker.check.__doc__)[1]).split(",")
    sources = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("check*.py"))
    codes = set(re.findall(r'Fault\(\s*"(\w+)"', sources)) | set(re.findall(r'return "(\w+)"$', sources, re.MULTILINE))
    assert codes == set(told)
    for code in codes:
        english, korean = (fault(Fault(code, dict.fromkeys(MORE, 1)), language) for language in ("en", "ko"))
        assert english != korean


def test_every_broken_rule_of_the_formats_has_a_sentence_in_both_languages():
    """The words stand in the sources as the last argument of what refuses."""
    said = re.compile(r'(?:refuse\((?:"\w+", )?|rule=|Invalid\([^"]*"[^"]*", |Invalid\(\w+, )"(\w+)"')
    rules = {rule for path in SOURCES.glob("*.py") for rule in said.findall(path.read_text(encoding="utf-8"))}
    assert len(rules) > 25
    for code in rules:
        refused = Refused("allocation_problem_invalid", file="f", field="g", rule=code, **dict.fromkeys(FACTS, 1))
        english, korean = (refusal(refused, language) for language in ("en", "ko"))
        assert code not in english
        assert english != korean


@pytest.mark.parametrize("name", golden.POLICIES)
def test_the_golden_plans_and_reasons(name):
    plan = solve(golden.problem(), golden.POLICIES[name])
    assert golden.told(plan) == (golden.CASES / f"{name}.txt").read_text(encoding="utf-8")


def test_the_stored_plan_is_still_what_is_written():
    stored = json.loads(golden.STORED.read_text(encoding="utf-8"))
    plan = Plan.from_json(stored, "plan.json")
    assert plan.to_json() == stored
    again = replace(solve(golden.problem(), Portfolio(), seed=7), wall_ms=None).to_json()
    assert {**again, "solver": None} == {**stored, "solver": None}


def test_a_share_of_all_pools_is_told_in_the_reference_unit():
    share = rule("share_at_most", holder="organisation", thousandths=250)
    asked = [request("a", 90_000, item(1), organisation="o"), request("x", 80_000, item(1), organisation="o")]
    drawn = replace(problem(*asked, rules=(share,)), reference=Reference("H100", {"h200": 1_500}))
    reason = reason_of("x", drawn, Rank())
    assert (reason.code, reason.facts["free"], reason.facts["asked"]) == ("share_reached", 0, 36_000)
    assert "its organisation may still be given 0 H100-months of all resources, and it asked for 36 H100-months" in (
        sentence(reason, "en")
    )
    assert "전체 자원" in sentence(reason, "ko")


LATE = request("x", 80_000, item(2, months=1), later=1, organisation="o")
MORE_CASES = [
    ("below_tier", Tiers(90_000, 85_000), problem(request("x")), {"line": 85_000}),
    ("granted_whole", Tiers(90_000, 70_000), problem(request("x")), {"tier": "lottery", "drawn": 1, "lots": 1}),
    (
        "granted_whole",
        Rank(),
        problem(request("a", 90_000, item(4, months=1)), LATE),
        {"later": 1, "starts": "2026-05"},
    ),
    ("scaled_whole", Scaled(floor=1000), problem(request("x", 80_000, item(2, least=0))), {"stays": 1_000_000}),
    ("scaled_cut", Scaled(floor=500, slope=0), problem(request("x", 80_000, item(2, least=0))), {"stays": 500_000}),
    ("scaled_to_nothing", Scaled(floor=500, slope=0), problem(request("x")), {"stays": 500_000}),
    (
        "scaled_cut",
        Scaled(floor=100, slope=0, below="least"),
        problem(request("x", 80_000, item(3, least=2))),
        {"stays": 100_000, "raised": True},
    ),
    (
        "scaled_dropped_pool",
        Scaled(below="least"),
        problem(request("x", 70_000, item(4)), request("y", 80_000, item(4))),
        {"pool": "h200", "place": 2},
    ),
    (
        "scaled_dropped",
        Scaled(below="least"),
        problem(request("x", 70_000, item(2)), request("y", 80_000, item(2)), rules=(rule("budget", units=16),)),
        {"rule": "rule"},
    ),
    (
        "reserve_reached",
        Rank(),
        problem(request("x", 80_000, item(4)), rules=(rule("reserve", pool="h200", thousandths=100),)),
        {"free": 28, "asked": 32},
    ),
    (
        "left_out_rule",
        Portfolio(),
        problem(request("x"), rules=(rule("share_at_least", where={"region": "outside"}, thousandths=500),)),
        {"rule": "rule"},
    ),
    (
        "chosen_reduced_rule",
        Portfolio(),
        problem(
            request("x", 80_000, item(2, least=1)),
            request("y", 70_000, item(1), attributes={"region": "outside"}),
            rules=(rule("share_at_least", where={"region": "outside"}, thousandths=500),),
        ),
        {"rule": "rule"},
    ),
]


@pytest.mark.parametrize(("code", "policy", "drawn", "facts"), MORE_CASES, ids=[case[0] for case in MORE_CASES])
def test_each_reason_of_the_other_policies_says_what_happened(code, policy, drawn, facts):
    test_each_reason_says_what_happened(code, policy, drawn, facts)


def test_what_is_cut_to_nothing_says_what_would_be_left_and_what_is_useful():
    """Of the first item that falls below its least, in the pool's units, and over the window where it is a total."""
    drawn = problem(request("x", 1_000, item(2, least=0), replace(item(9, least=6, months=2), total=True)))
    told = explain(drawn, solve(drawn, Scaled(floor=500, slope=0)))["x"]
    assert [{key: part.get(key) for key in ("left", "asked", "least")} for part in told.facts["parts"]] == [
        {"left": None, "asked": 16, "least": None},
        {"left": 32, "asked": 72, "least": 48},
    ]
    assert sentence(told, "en").startswith(
        "Not selected with 1 point: after all cuts, rounded down, 32 GPU-months of the 72 GPU-months of h200 asked for "
        "would be left, less than the least useful amount of 48 GPU-months. By score and size, 50 % of the ask stays."
    )
    assert "h200 자원 신청량 72장·월 가운데 32장·월만 남아 최소 필요량(48장·월)보다 적습니다." in sentence(told, "ko")


@pytest.mark.parametrize(
    ("millionths", "down", "up"),
    [(919_463, "91.9", "92"), (999_999, "99.9", "100"), (1_000_000, "100", "100"), (1_001, "0.1", "0.2"),
     (999, "0.0999", "0.0999"), (3, "0.0003", "0.0003"), (0, "0", "0")],
)  # fmt: skip
def test_per_cents_are_told_to_a_tenth_and_never_deny_what_is_there(millionths, down, up):
    assert (per_cent(millionths), per_cent(millionths, up=True)) == (down, up)


@pytest.mark.parametrize(
    ("points", "least", "en", "ko"),
    [
        (1_000, None, "With 1 point more it would have been selected.", "총점이 1점 높았다면 선정되었을 것입니다."),
        (-500, None, "With 0.5 points less it would not have been selected.", "총점이 0.5점 낮았다면"),
        (2_000, 1_000, "Less than 1 point would not have been enough; in between", "1점 미만의 차이로는 부족했을"),
        (None, 1_000, "Less than 1 point more would not have been enough.", "추가 점수가 1점 미만이었다면"),
        (None, -1_001, "With up to 1 point less, no awards without it", "총점이 1점까지 낮았더라도"),
    ],
)
def test_points_have_their_word_in_one_and_in_many(points, least, en, ko):
    change = {"change": "score", "points": points} | ({"least": least} if least else {})
    reason = Reason("chosen_whole", {"score": 1_000, "parts": [], "nearest": [change]})
    assert "with 1 point:" in sentence(reason, "en")
    assert en in sentence(reason, "en")
    assert ko in sentence(reason, "ko")
