"""Policies from files are what they say, and a file that cannot be one is refused by the field at fault."""

import dataclasses

import pytest

from madang.compute.policies import Policy as FairShare
from madang.errors import Refused
from madang.simulation.policy import NAMED, Limit, Multifactor, Policy, Preemption, Shares
from madang.simulation.policy_file import policy_of, read_policy

WHOLE = """
base = "multifactor"
[multifactor]
age = 5
fair_tree = true
qos_levels = { high = 2 }
[budgets]
"lab-1" = 3600000
[limits.lab-2]
gpus = 8
[preemption]
levels = { high = 1 }
exempt_seconds = 600
[shares]
parts = { start-up = 64 }
borrowing = "reclaim"
"""


def test_a_policy_is_read_whole(tmp_path):
    (tmp_path / "policy.toml").write_text(WHOLE)
    assert read_policy(tmp_path / "policy.toml") == Policy(
        order="multifactor",
        multifactor=Multifactor(age=5, fair_tree=True, qos_levels={"high": 2}),
        budgets={"lab-1": 3_600_000},
        limits={"lab-2": Limit(gpus=8)},
        preemption=Preemption({"high": 1}, 600),
        shares=Shares({"start-up": 64}, "reclaim"),
    )


def test_nothing_said_is_the_policy_it_starts_from():
    assert policy_of({}) == NAMED["easy"]
    assert policy_of({"base": "sjf"}) == NAMED["sjf"]
    assert policy_of({"base": "madang", "fair_share": {"half_life": 60}}) == dataclasses.replace(
        NAMED["madang"], fair_share=FairShare(half_life=60)
    )


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"base": "best"}, "base", "choice"),
        ({"base": ["easy"]}, "base", "choice"),
        ({"colour": 1}, "colour", "unknown"),
        ({"backfill": "some"}, "backfill", "choice"),
        ({"multifactor": {"age": 1.5}}, "multifactor.age", "wrong_type"),
        ({"multifactor": {"age": True}}, "multifactor.age", "wrong_type"),
        ({"multifactor": {"age": -1}}, "multifactor.age", "out_of_range"),
        ({"multifactor": {"fair_tree": 1}}, "multifactor.fair_tree", "wrong_type"),
        ({"multifactor": {"ages": 1}}, "multifactor.ages", "unknown"),
        ({"multifactor": 3}, "multifactor", "wrong_type"),
        ({"budgets": {"a": "much"}}, "budgets.a", "wrong_type"),
        ({"budgets": 5}, "budgets", "wrong_type"),
        ({"limits": {"a": {"gpu": 3}}}, "limits.a.gpu", "unknown"),
        ({"preemption": {}}, "preemption.levels", "missing"),
        ({"shares": {"parts": {}, "borrowing": "steal"}}, "shares.borrowing", "choice"),
    ],
)
def test_what_is_no_policy_is_refused_by_its_field(given, field, rule):
    with pytest.raises(Refused) as caught:
        policy_of(given)
    assert (caught.value.code, caught.value.facts["field"], caught.value.facts["rule"]) == ("policy_file", field, rule)


def test_a_file_that_cannot_be_read_is_refused_by_its_name(tmp_path):
    (tmp_path / "bad.toml").write_text("order = ")
    (tmp_path / "wrong.toml").write_text('order = "random"')
    for name, rule in (("none.toml", "cannot_be_read"), ("bad.toml", "cannot_be_read"), ("wrong.toml", "choice")):
        with pytest.raises(Refused) as caught:
            read_policy(tmp_path / name)
        assert (caught.value.facts["file"], caught.value.facts["rule"]) == (str(tmp_path / name), rule)


def test_what_cannot_go_together_is_refused():
    with pytest.raises(Refused, match="policy_combination"):
        policy_of({"base": "conservative", "budgets": {"a": 1}})
