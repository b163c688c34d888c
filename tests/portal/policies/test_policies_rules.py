"""Policies as values: what is checked, how rules are changed, how numbers are moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.allocation.parts import MonthCapacity, Pool
from madang.allocation.policies import Portfolio, Rank
from madang.allocation.problem import Problem
from madang.errors import Refused
from madang.portal.policies import rules, wording
from madang.portal.policies.queries import Terms
from madang.portal.policies.rules import Draft
from madang.values import Month

SENTENCE = {"en": "At most so much.", "ko": "이만큼까지."}
BUDGET = {"name": "budget", "kind": "budget", "sentence": SENTENCE, "params": {"pool": "h100", "units": 100}}
TERMS = Terms(
    tracks={"ai": ("AI", "인공지능"), "gpu": ("GPU track", "GPU 분야")},
    criteria={"merit": ("Merit", "우수성")},
    pools={"h100": ("H100 servers", "H100 서버")},
    regions={"jeju": ("Jeju", "제주")},
    units={"h100": "gpu"},
)


def share(name="outside"):
    params = {"where": {"outside_capital": "yes"}, "thousandths": 300}
    return {"name": name, "kind": "share_at_least", "sentence": SENTENCE, "params": params}


def draft(policy="portfolio", *found):
    return Draft("정책", "Policy", {"policy": policy}, list(found))


def refused(call):
    with pytest.raises(Refused) as found:
        call()
    return found.value


def test_a_checked_draft_has_every_default_written_out():
    found = rules.checked(draft("portfolio", BUDGET), ["h100"])
    assert found.policy == {
        "policy": "portfolio", "ties": ["score", "criteria", "smaller_ask", "lottery"], "gap": 0,
        "measure": "compute", "above": 0, "power": 1,
    }  # fmt: skip
    assert found.rules == [BUDGET]


@pytest.mark.parametrize(
    ("params", "field", "rule"),
    [
        ({"pool": "h100", "units": -1}, "rules[0].params.units", "must_not_be_below_zero"),
        ({"pool": "other", "units": 1}, "rules[0].params.pool", "pool_is_not_known"),
        ({"pool": "h100"}, "rules[0].params.units", "is_missing"),
    ],
)
def test_what_is_wrong_names_field_and_rule(params, field, rule):
    found = refused(lambda: rules.checked(draft("rank", BUDGET | {"params": params}), ["h100"]))
    assert (found.code, found.facts["field"], found.facts["rule"]) == ("allocation_problem_invalid", field, rule)


def test_a_list_refuses_rules_about_all_awards_together():
    found = refused(lambda: rules.checked(draft("rank", share()), ["h100"]))
    assert (found.facts["rule"], found.facts["named"]) == ("needs_a_portfolio", "outside")
    assert rules.checked(draft("fair", share()), ["h100"]).rules


def test_names_and_numbers_are_kept_within_bounds():
    assert refused(lambda: rules.checked(Draft(" ", "x", {"policy": "rank"}), [])).code == "policy_nameless"
    assert refused(lambda: rules.checked(draft("rank", BUDGET | {"name": "a, b"}), ["h100"])).code == "rule_name_unfit"
    many = [BUDGET | {"name": f"b-{n}"} for n in range(rules.MOST_RULES + 1)]
    assert refused(lambda: rules.checked(draft("rank", *many), ["h100"])).code == "too_many_rules"


def test_rules_are_added_changed_moved_and_taken_out():
    one = rules.with_rule(draft(), BUDGET)
    two = rules.with_rule(one, share())
    assert refused(lambda: rules.with_rule(two, share())).code == "rule_name_taken"
    assert refused(lambda: rules.with_rule(two, share(), "gone")).code == "rule_not_there"
    up = rules.rule_up(two, "outside")
    assert [one["name"] for one in up.rules] == ["outside", "budget"]
    assert rules.rule_up(up, "outside").rules == up.rules
    other = rules.with_rule(up, BUDGET | {"name": "less"}, "budget")
    assert [one["name"] for one in rules.without_rule(other, "outside").rules] == ["less"]


@given(st.lists(st.sampled_from(["budget", "budget-2", "budget-3", "x"])))
def test_a_free_name_is_taken_by_nobody(taken):
    assert rules.free_name("budget", taken) not in taken


def test_a_number_is_moved_and_nothing_else():
    found = rules.checked(draft("portfolio", BUDGET, share()), ["h100"])
    keys = [lever.key for lever in rules.levers(found.policy, found.rules)]
    assert keys == [".above", ".power", ".gap", "budget.units", "outside.thousandths"]
    after = rules.moved(found, {"budget.units": 96, ".gap": 0})
    assert after.rules[0]["params"] == {"pool": "h100", "units": 96}
    assert (after.rules[1], after.policy) == (found.rules[1], found.policy)
    assert found.rules[0]["params"]["units"] == 100
    assert refused(lambda: rules.moved(found, {"budget.units": 100})).code == "nothing_moved"
    assert refused(lambda: rules.moved(found, {"budget.pool": 1})).code == "lever_unknown"


def test_a_rule_about_a_pool_that_nobody_asks_for_is_left_out():
    pool = Pool("h100", "gpu", {Month(2026, 5): MonthCapacity(8, 8)})
    other = BUDGET | {"name": "other", "params": {"pool": "a100", "units": 1}}
    unit = {"name": "H100", "thousandths": {"a100": 250}}
    found = rules.ruled(Problem((pool,), (), ()), [BUDGET, other], unit, Rank())
    assert [rule.name for rule in found.rules] == ["budget"]
    assert dict(found.reference.thousandths) == {"h100": 1000}
    assert rules.ruled(Problem((pool,), (), ()), [], None, Portfolio()).reference is None


@pytest.mark.parametrize("kind", sorted(rules.DEFAULTS))
@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_kind_is_told_with_its_numbers(kind, language):
    found = rules.checked(Draft("가", "a", vars_of(kind)), ["h100"])
    text = wording.policy_sentence(found.policy, language)
    assert "{" not in text
    assert len(text) > 20
    assert "{" not in wording.objective_sentence(found.policy, None, TERMS, language)
    assert "→" in wording.ties_sentence(found.policy, TERMS, language)


def vars_of(kind):
    from madang.allocation.policies import policy_json

    return policy_json(rules.DEFAULTS[kind])


@pytest.mark.parametrize(
    ("kind", "params", "english"),
    [
        ("budget", {"where": {"track": "ai"}, "pool": "h100", "units": 16},
         "Track AI: at most 16 GPUs of H100 servers in each month."),
        ("budget", {"where": {"track": "gpu", "youth": "yes"}, "pool": "h100", "units": 16},
         "GPU track, of these young firms: at most 16 GPUs of H100 servers in each month."),
        ("budget", {"pool": "h100", "units": 96, "each": "window"},
         "All applications: at most 96 GPU-months of H100 servers over the whole period."),
        ("share_at_least", {"where": {"outside_capital": "yes"}, "thousandths": 305},
         "Outside the capital region: at least 30.5 % of all that is given of all resources together."),
        ("share_at_most", {"holder": "organisation", "thousandths": 100, "pool": "h100"},
         "No single organisation gets more than 10 % of what can be given of H100 servers."),
        ("preference", {"points": -2500, "where": {"region": "jeju"}},
         "Jeju: 2.5 points are taken away, for the order and for what an award is worth."),
        ("reserve", {"pool": "h100", "thousandths": 200},
         "20 % of what is funded of H100 servers is kept free in every month, for rapid access."),
        ("minimum_criterion", {"criterion": "merit", "score": 30_000},
         "All applications: selected only with at least 30 points for Merit."),
        ("overbooking", {"pool": "h100", "thousandths": 1200, "rate": 700, "risk": 50},
         "Awards of H100 servers may come to 120 % of what is funded: 70 % of what is awarded is used on average, and "
         "the risk that more is used at once than is funded stays within 5 %."),
    ],
)  # fmt: skip
def test_a_rule_is_worded_from_its_values(kind, params, english):
    found = wording.sentences(kind, params, TERMS)
    assert found["en"] == english
    assert "{" not in found["ko"]
    assert found["ko"] != english
