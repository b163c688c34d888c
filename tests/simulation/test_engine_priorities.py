"""Slurm's multifactor priority in whole numbers: each factor by itself, the Fair Tree, and the order they make."""

import numpy as np
import pytest

from madang.errors import Refused
from madang.simulation.cluster import of_processors
from madang.simulation.engine import Simulation
from madang.simulation.general.limits import Accounts, Classes, Ways
from madang.simulation.general.priorities import ONE, classic, fading, fair_tree
from madang.simulation.policy import Multifactor, Policy, checked, named
from madang.simulation.trace import trace_of


def accounts_of(used, shares, share_class=None):
    blank = [0] * len(used)
    told = dict.fromkeys(Accounts._fields, blank)
    return Accounts(**(told | {"now_used": used, "shares": shares, "share_class": share_class or blank,
                               "factor": list(blank)}))  # fmt: skip


def classes_of(shares):
    return Classes([0] * len(shares), [0] * len(shares), [1] * len(shares), shares)


def ways_of(**given):
    return Ways(**(dict.fromkeys(Ways._fields, 0) | {"damping": 1, "factors": fading()} | given))


@pytest.mark.parametrize(
    ("used", "shares", "damping", "expected"),
    [
        ([0, 0], [1, 1], 1, [1, 1]),
        ([5, 5], [1, 1], 1, [2**-1, 2**-1]),
        ([10, 0], [1, 1], 1, [2**-2, 1]),
        ([10, 0], [1, 1], 2, [2**-1, 1]),
        ([5, 5], [3, 1], 1, [2 ** -(2 / 3), 2**-2]),
        ([5, 5], [1, 0], 1, [2**-0.5, 0]),
    ],
)
def test_classic_fair_share_is_two_to_the_minus_use_over_share(used, shares, damping, expected):
    accounts = accounts_of(used, shares)
    classic(accounts, ways_of(damping=damping), 0, sum(used))
    assert [factor / ONE for factor in accounts.factor] == pytest.approx(expected, abs=1e-4)


def test_the_fair_tree_puts_no_account_of_a_class_that_used_more_before_one_of_a_class_that_used_less():
    """The class that used 10 of 100 at half the shares goes first, whatever its accounts did among themselves."""
    accounts = accounts_of([60, 30, 9, 1], [1, 1, 1, 1], [0, 0, 1, 1])
    fair_tree(accounts, classes_of([1, 1]), 0, 100)
    assert [factor * 4 // ONE for factor in accounts.factor] == [1, 2, 3, 4]


def test_accounts_that_tie_share_the_better_rank_across_classes_that_tie():
    accounts = accounts_of([10, 10, 10, 10], [1, 1, 1, 1], [0, 0, 1, 1])
    fair_tree(accounts, classes_of([1, 1]), 0, 40)
    assert accounts.factor == [ONE] * 4
    accounts = accounts_of([30, 10, 30, 10], [1, 1, 1, 1], [0, 0, 1, 1])
    fair_tree(accounts, classes_of([1, 1]), 0, 80)
    assert [factor * 4 // ONE for factor in accounts.factor] == [2, 4, 2, 4]


def test_shares_of_a_class_count_in_the_tree():
    accounts = accounts_of([50, 50], [1, 1], [0, 1])
    fair_tree(accounts, classes_of([1, 3]), 0, 100)
    assert accounts.factor == [ONE // 2, ONE]


def starts(many, **columns):
    return Simulation(of_processors(4), Policy(order="multifactor", backfill="none", multifactor=many)).run(
        trace_of(**({"processors": 4} | columns))
    ).schedule.start.tolist()  # fmt: skip


ALONE = {"age": 0, "size": 0, "qos": 0, "fair_share": 0}


def test_the_oldest_goes_first_by_age_until_both_are_as_old_as_counts():
    assert starts(Multifactor(**ALONE | {"age": 1000}), submit=[0, 1, 2], run=[10, 10, 10]) == [0, 10, 20]


@pytest.mark.parametrize(("small_first", "expected"), [(False, [0, 12, 10]), (True, [0, 10, 12])])
def test_large_jobs_go_first_by_size_or_small_ones_where_that_is_said(small_first, expected):
    many = Multifactor(**ALONE | {"size": 1000}, small_first=small_first)
    assert starts(many, submit=[0, 1, 1], run=[10, 2, 2], processors=[4, 1, 4]) == expected


def test_the_higher_qos_goes_first():
    many = Multifactor(**ALONE | {"qos": 1000}, qos_levels={"high": 2, "low": 1})
    assert starts(many, submit=[0, 1, 1], run=[10, 2, 2], qos=[0, 0, 1], qoses=("low", "high")) == [0, 12, 10]


@pytest.mark.parametrize("fair_tree", [False, True])
def test_who_used_less_goes_first(fair_tree):
    """Account 0 used 100 s and account 1 nothing: it goes first, though it asked later."""
    many = Multifactor(**ALONE | {"age": 1, "fair_share": 1000}, fair_tree=fair_tree, half_life=1000, recalculate=1,
                       most_age=100)  # fmt: skip
    used = {"run": [100, 50, 10, 10], "account": [0, 2, 0, 1]}
    assert starts(many, submit=[0, 100, 101, 102], **used) == [0, 100, 160, 150]


def test_old_use_fades():
    """Account 0 used 40 s of old, account 1 30 s just now: faded by ten half-lives, the 40 count for less."""
    many = Multifactor(**ALONE | {"fair_share": 1000}, half_life=100, recalculate=1)
    columns = {"submit": [0, 1000, 1001, 1002], "run": [40, 30, 5, 5], "account": [0, 1, 1, 0]}
    assert starts(many, **columns) == [0, 1000, 1035, 1030]
    lasting = Multifactor(**ALONE | {"fair_share": 1000}, half_life=10**9, recalculate=1)
    assert starts(lasting, **columns) == [0, 1000, 1030, 1035]


def test_priorities_stand_until_they_are_worked_out_anew():
    """At 100 account 0 has used nothing yet by the last reckoning, at 0; with a shorter period it has."""
    columns = {"submit": [0, 1, 2], "run": [50, 10, 10], "account": [0, 0, 1]}
    slow, quick = (Multifactor(**ALONE | {"fair_share": 1000}, recalculate=period) for period in (1000, 10))
    assert starts(slow, **columns) == [0, 50, 60]
    assert starts(quick, **columns) == [0, 60, 50]


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (Policy(multifactor=Multifactor(half_life=0)), "policy_value"),
        (Policy(multifactor=Multifactor(fair_share=-1)), "policy_value"),
        (Policy(multifactor=Multifactor(age=1 << 24)), "policy_value"),
        (Policy(order="madang", backfill="none"), "policy_combination"),
        (Policy(order="shortest", backfill="conservative"), "policy_combination"),
        (Policy(backfill="conservative", budgets={"a": 1}), "policy_combination"),
    ],
)
def test_what_no_policy_can_be_is_refused(policy, code):
    with pytest.raises(Refused, match=code):
        checked(policy)


def test_a_name_that_no_policy_has_is_refused():
    with pytest.raises(Refused, match="policy_unknown"):
        named("slurm")


def test_a_long_queue_is_served_in_the_order_of_its_priorities():
    random = np.random.default_rng(3)
    submit, account = np.arange(200), random.integers(0, 5, 200)
    found = starts(Multifactor(**ALONE | {"age": 1000}), submit=submit, run=np.full(200, 7), account=account)
    assert found == sorted(found)
