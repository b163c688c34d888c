"""The fast engine makes the very decisions of `madang.compute.policies.decide`, the policy of the local backend."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.compute.policies import Policy as FairShare
from madang.compute.policies import decayed
from madang.errors import Refused
from madang.simulation.cluster import Cluster, Partition, of_processors
from madang.simulation.engine import Simulation
from madang.simulation.general.priorities import fading, halved
from madang.simulation.policy import Limit, Policy, Shares, named
from madang.simulation.trace import trace_of

MACHINE = Cluster((Partition("p", 1, 10, 600, 4, "A"), Partition("q", 2, 3, 200, 1, "B")), placed=False)
FACTORS = fading()
FAIR = FairShare(half_life=50, entry_seconds=7, cores_per_gpu=4, weights={"1": 3})

drawn_jobs = st.lists(
    st.fixed_dictionaries(
        {
            "submit": st.integers(0, 60),
            "run": st.integers(1, 30),
            "estimate": st.integers(1, 30),
            "processors": st.integers(1, 12),
            "gpus": st.integers(0, 3),
            "gpu_type": st.integers(0, 1),
            "memory_mb": st.integers(0, 900),
            "account": st.integers(0, 3),
            "share_class": st.integers(0, 1),
        }
    ),
    min_size=1,
    max_size=40,
)
limits = st.fixed_dictionaries({"0": st.builds(Limit, st.integers(0, 4), st.integers(1, 12)), "1": st.just(Limit(2))})


def trace_from(drawn):
    columns = {name: [job[name] for job in drawn] for name in drawn[0]}
    return trace_of(**columns, accounts=tuple("0123"), classes=("0", "1"), gpu_types=("A", "B"))


@settings(max_examples=150)
@given(drawn_jobs, limits)
def test_the_fast_engine_starts_every_job_when_the_local_policy_does(drawn, given_limits):
    trace, policy = trace_from(drawn), Policy(order="madang", fair_share=FAIR, limits=given_limits)
    slow = Simulation(MACHINE, policy, engine="reference", oversized="skip").run(trace)
    fast = Simulation(MACHINE, policy, engine="plain", oversized="skip").run(trace)
    assert fast.schedule.start.tolist() == slow.schedule.start.tolist()
    assert fast.schedule.end.tolist() == slow.schedule.end.tolist()


@settings(max_examples=200, deadline=None)
@given(
    drawn_jobs, limits, st.sampled_from(["none", "borrow", "reclaim"]), st.tuples(st.integers(0, 6), st.integers(0, 6))
)
def test_with_classes_parts_too_and_whoever_gives_way_does_so_at_the_same_second(drawn, given_limits, borrowing, parts):
    shares = Shares({"0": parts[0], "1": parts[1]}, borrowing)
    policy = Policy(order="madang", fair_share=FAIR, limits=given_limits, shares=shares)
    trace = trace_from(drawn)
    slow = Simulation(MACHINE, policy, engine="reference", oversized="skip").run(trace)
    fast = Simulation(MACHINE, policy, engine="plain", oversized="skip").run(trace)
    assert fast.schedule.start.tolist() == slow.schedule.start.tolist()
    assert fast.schedule.end.tolist() == slow.schedule.end.tolist()
    assert fast.schedule.restarts.tolist() == slow.schedule.restarts.tolist()
    assert [column.tolist() for column in fast.attempts] == [column.tolist() for column in slow.attempts]


@given(drawn_jobs)
def test_of_one_account_the_local_policy_makes_easy_backfill(drawn):
    one = [job | {"account": 0, "gpus": 0, "memory_mb": 0} for job in drawn]
    policy = Policy(order="madang", fair_share=FAIR)
    local = Simulation(of_processors(12), policy, engine="reference").run(trace_from(one))
    assert local.schedule.start.tolist() == (
        Simulation(of_processors(12), named("easy")).run(trace_from(one)).schedule.start.tolist()
    )


def test_with_shares_the_local_policy_takes_a_part_back_and_the_job_that_gave_way_begins_anew():
    trace = trace_of(
        submit=[0, 10],
        run=[100, 20],
        processors=[8, 4],
        account=[0, 1],
        share_class=[1, 0],
        accounts=("a", "b"),
        classes=("0", "1"),
    )
    policy = Policy(order="madang", fair_share=FAIR, shares=Shares({"0": 4, "1": 4}, "reclaim"))
    found = Simulation(of_processors(8), policy).run(trace)
    assert found.schedule.start.tolist() == [30, 10]
    assert (found.schedule.end.tolist(), found.schedule.restarts.tolist()) == ([130, 30], [1, 0])
    assert [column.tolist() for column in found.attempts] == [[0], [0], [10]]
    lending = dataclasses.replace(policy, shares=Shares({"0": 4, "1": 4}, "borrow"))
    assert Simulation(of_processors(8), lending).run(trace).schedule.start.tolist() == [0, 100]


@pytest.mark.parametrize("engine", ["plain", "reference"])
def test_two_jobs_do_not_stop_each_other_in_turn_within_one_instant(engine):
    """The last, within its part, comes after two of its own account that borrow: each would take the other's place."""
    trace = trace_of(
        submit=[0, 0, 1, 1],
        run=[100] * 4,
        processors=[4] * 4,
        account=[1, 0, 0, 0],
        share_class=[0, 1, 1, 0],
        classes=("0", "1"),
    )
    policy = Policy(order="madang", fair_share=FAIR, shares=Shares({"0": 8}, "reclaim"))
    found = Simulation(of_processors(12), policy, engine=engine).run(trace).schedule
    assert (found.start.tolist(), found.restarts.tolist()) == ([0, 1, 1, 100], [0, 1, 0, 0])


@settings(max_examples=60, deadline=None)
@given(drawn_jobs, st.sampled_from(["borrow", "reclaim"]), st.integers(0, 12))
def test_with_shares_every_job_ends_and_the_machine_is_never_overfull(drawn, borrowing, part):
    trace = trace_from([job | {"gpus": 0, "memory_mb": 0, "processors": max(job["processors"], 1)} for job in drawn])
    policy = Policy(order="madang", fair_share=FAIR, shares=Shares({"0": part, "1": 12 - part}, borrowing))
    found = Simulation(of_processors(12), policy, oversized="skip").run(trace)
    ran = ~found.skipped
    assert (found.schedule.end[ran] >= found.schedule.start[ran]).all() and (found.schedule.start[ran] >= 0).all()
    assert max((amount for amount in found.in_use.values), default=0) <= 12
    assert borrowing == "reclaim" or found.schedule.restarts.sum() == 0


@given(st.integers(0, (1 << 61) - 1), st.integers(0, 1 << 34), st.integers(1, 1 << 28))
def test_use_halves_within_64_bits_as_the_local_policy_halves_it(used, seconds, half_life):
    assert halved(used, seconds, half_life, FACTORS) == decayed(used, seconds, half_life)


@pytest.mark.parametrize(
    ("policy", "cluster", "other"),
    [
        (named("easy"), MACHINE, "submission"),
        (Policy(order="madang", budgets={"a": 5}), MACHINE, "budgets"),
        (Policy(order="madang", limits={"a": Limit(jobs=1)}), MACHINE, "limits.jobs"),
        (named("madang"), Cluster((Partition("p", 1, 10),)), "nodes"),
    ],
)
def test_what_the_local_policy_does_not_know_is_refused(policy, cluster, other):
    with pytest.raises(Refused) as refused:
        Simulation(cluster, policy, engine="reference").run(trace_of(submit=[0], run=[1]))
    assert refused.value.facts == {"one": "reference", "other": other}


def test_use_beyond_64_bits_is_refused_before_it_is_wrong():
    cluster = of_processors(1 << 31)
    trace = trace_of(submit=np.zeros(2, dtype=int), run=[1 << 20, 1], processors=1)
    with pytest.raises(Refused, match="trace_too_long"):
        Simulation(cluster, named("madang")).run(trace)
