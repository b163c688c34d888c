"""Nodes and rules, one at a time: where jobs land, budgets, limits, preemption, borrowing, closures and failures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.simulation.cluster import Cluster, Failures, Maintenance, Partition, of_processors
from madang.simulation.engine import Simulation
from madang.simulation.policy import Limit, Policy, Preemption, Shares, named
from madang.simulation.trace import trace_of

TWO_NODES = Cluster((Partition("gpu", 2, 16, gpus=4, gpu_type="H100"),))


def run(cluster, policy, *, seed=0, **columns):
    columns = {"gpus": 0, "processors": 1} | columns
    return Simulation(cluster, policy, engine="plain", seed=seed).run(trace_of(**columns))


def starts(cluster, policy, **columns):
    return run(cluster, policy, **columns).schedule.start.tolist()


def test_a_job_of_up_to_a_nodes_gpus_stays_on_one_node():
    """Two nodes of 4: two jobs of 3 leave one GPU on each, and a job of 2 must wait though two lie free."""
    found = run(TWO_NODES, named("fcfs"), submit=[0, 0, 1], run=[10, 10, 5], gpus=[3, 3, 2])
    assert found.schedule.start.tolist() == [0, 0, 10]
    assert found.fragmented.at([0, 5, 10, 14]).tolist() == [2, 2, 2, 2]
    counted = Cluster(TWO_NODES.partitions, placed=False)
    assert starts(counted, named("fcfs"), submit=[0, 0, 1], run=[10, 10, 5], gpus=[3, 3, 2]) == [0, 0, 1]


def test_jobs_land_where_least_is_left():
    """The job of 1 goes beside the one of 3, so that a whole node is left for the job of 4."""
    assert starts(TWO_NODES, named("fcfs"), submit=[0, 1, 2], run=[9, 9, 9], gpus=[3, 1, 4]) == [0, 1, 2]


def test_a_job_larger_than_a_node_takes_as_few_nodes_as_hold_it():
    cluster = Cluster((Partition("gpu", 3, 16, gpus=4),))
    found = starts(
        cluster, named("fcfs"), submit=[0, 1, 2, 3], run=[10] * 4, gpus=[6, 2, 4, 1], processors=[6, 2, 4, 1]
    )
    assert found == [0, 1, 2, 10]


def test_cores_and_memory_bound_a_node_as_gpus_do():
    cluster = Cluster((Partition("gpu", 1, 8, 100, 4),))
    assert starts(cluster, named("fcfs"), submit=[0, 1], run=[9, 9], gpus=1, processors=[8, 1]) == [0, 9]
    assert starts(cluster, named("fcfs"), submit=[0, 1], run=[9, 9], gpus=1, memory_mb=[60, 41]) == [0, 9]


def test_a_job_runs_only_where_its_type_of_gpu_is():
    cluster = Cluster((Partition("a", 1, 8, gpus=2, gpu_type="A"), Partition("b", 1, 8, gpus=2, gpu_type="B")))
    named_types = {"gpu_types": ("B", "A"), "gpu_type": [0, 0, 1, -1]}
    assert starts(cluster, named("fcfs"), submit=[0] * 4, run=[9] * 4, gpus=[2, 1, 1, 1], **named_types) == [0, 9, 9, 9]
    easy = starts(cluster, named("easy"), submit=[0] * 4, run=[9] * 4, gpus=[2, 1, 1, 1], **named_types)
    assert easy == [0, 9, 0, 0]
    with pytest.raises(Refused, match="job_too_large"):
        run(cluster, named("easy"), submit=[0], run=[1], gpus=[1], gpu_types=("C",), gpu_type=[0])


def test_only_what_leaves_the_heads_nodes_alone_overtakes():
    """The head needs both nodes at 10; a job until 10 may go first, one until 11 may not."""
    columns = {"submit": [0, 1, 2, 3], "run": [10, 5, 9, 8], "gpus": [4, 8, 1, 1]}
    assert starts(TWO_NODES, named("easy"), **columns) == [0, 10, 15, 15]
    columns["run"] = [10, 5, 8, 7]
    assert starts(TWO_NODES, named("easy"), **columns) == [0, 10, 2, 3]


def test_a_long_job_overtakes_on_a_node_that_the_head_will_not_take():
    """The head takes the node that is free at 10 (4 GPUs); the other has one GPU beside the job until 50."""
    columns = {"submit": [0, 0, 1, 2], "run": [10, 50, 5, 99], "gpus": [4, 3, 4, 1]}
    assert starts(TWO_NODES, named("easy"), **columns) == [0, 0, 10, 2]


def test_a_budget_stops_an_account_and_says_since_when():
    """80 GPU-seconds: two of 30 run, a third would end beyond; one of 20 still can; another account goes on."""
    found = run(
        TWO_NODES, Policy(budgets={"a": 80}), submit=[0, 20, 40, 60, 60], run=[10, 10, 10, 10, 10],
        gpus=[3, 3, 3, 2, 3], account=[0, 0, 0, 0, 1], accounts=("a", "b"),
    )  # fmt: skip
    assert found.schedule.start.tolist() == [0, 20, -1, 60, 60]
    assert dict(found.exhausted) == {"a": 40}


def test_what_running_jobs_may_still_use_is_kept_for_them():
    """The first may use 100 of 120 by its limit but ends at 10; only then is there room for 60 more."""
    columns = {"submit": [0, 1], "run": [10, 10], "estimate": [25, 15], "gpus": [4, 4]}
    found = run(TWO_NODES, Policy(budgets={"0": 120}), **columns)
    assert found.schedule.start.tolist() == [0, 10] and not found.exhausted


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (Limit(gpus=3), [0, 10, 0]),
        (Limit(processors=3), [0, 10, 0]),
        (Limit(jobs=1), [0, 10, 0]),
        (Limit(gpus=4, processors=4, jobs=2), [0, 0, 0]),
        (Limit(gpus=1), [-1, -1, 0]),
    ],
)
def test_a_limit_holds_an_account_back_and_nobody_else(limit, expected):
    columns = {"submit": [0] * 3, "run": [10, 10, 5], "gpus": 2, "processors": 2, "account": [0, 0, 1]}
    assert starts(TWO_NODES, Policy(limits={"0": limit}), **columns) == expected


URGENT = {"qos": [0, 0, 1], "qoses": ("normal", "urgent")}


def test_a_higher_qos_stops_the_job_that_started_last_and_that_begins_anew():
    policy = Policy(preemption=Preemption({"urgent": 1}))
    found = run(TWO_NODES, policy, submit=[0, 1, 5], run=[20, 20, 10], gpus=[4, 4, 4], **URGENT)
    assert found.schedule.start.tolist() == [0, 15, 5] and found.schedule.end.tolist() == [20, 35, 15]
    assert found.schedule.restarts.tolist() == [0, 1, 0]
    assert [column.tolist() for column in found.attempts] == [[1], [1], [5]]
    assert found.in_use.total(0, 35) == 4 * (20 + 4 + 10 + 20)


def test_nobody_is_stopped_who_is_not_needed_or_has_run_too_briefly():
    """The urgent job of 4 needs one node: of the jobs of 1 and 4 that started last, stopping the one of 4 is enough."""
    policy = Policy(preemption=Preemption({"urgent": 1}))
    columns = {"submit": [0, 1, 2, 5], "run": [20] * 4, "gpus": [3, 4, 1, 4], "qos": [0, 0, 0, 1]}
    found = run(TWO_NODES, policy, **columns, qoses=("normal", "urgent"))
    assert found.schedule.restarts.tolist() == [0, 1, 0, 0] and found.schedule.start.tolist()[3] == 5
    exempt = Policy(preemption=Preemption({"urgent": 1}, exempt_seconds=5))
    assert run(TWO_NODES, exempt, **columns, qoses=("normal", "urgent")).schedule.start[3] > 5


def test_equals_do_not_stop_each_other():
    policy = Policy(preemption=Preemption({"normal": 1, "urgent": 1}))
    found = run(TWO_NODES, policy, submit=[0, 1, 5], run=[20, 20, 10], gpus=[4, 4, 4], **URGENT)
    assert found.schedule.start.tolist() == [0, 1, 20] and not found.schedule.restarts.any()


CLASSES = {"share_class": [0, 0, 1], "classes": ("open", "industry")}


@pytest.mark.parametrize(
    ("borrowing", "expected", "restarts"),
    [
        ("none", [0, 20, 5], [0, 0, 0]),
        ("borrow", [0, 1, 20], [0, 0, 0]),
        ("reclaim", [0, 20, 5], [0, 1, 0]),
    ],
)
def test_classes_borrow_and_reclaim_their_parts(borrowing, expected, restarts):
    """Each class has one node; the open class asks for both, then industry for its own."""
    policy = Policy(shares=Shares({"open": 4, "industry": 4}, borrowing))
    found = run(TWO_NODES, policy, submit=[0, 1, 5], run=[20, 20, 20], gpus=[4, 4, 4], **CLASSES)
    assert found.schedule.start.tolist() == expected and found.schedule.restarts.tolist() == restarts


def test_who_stays_within_its_part_goes_before_who_borrows():
    policy = Policy(shares=Shares({"open": 0, "industry": 8}, "borrow"))
    assert starts(TWO_NODES, policy, submit=[0] * 3, run=[9] * 3, gpus=[8, 8, 8], **CLASSES) == [9, 18, 0]


def test_nobody_takes_back_from_a_higher_qos_or_two_would_stop_each_other_for_ever():
    """The urgent job stops industry's, which takes its part back from the open class's other job instead."""
    policy = Policy(preemption=Preemption({"urgent": 1}), shares=Shares({"open": 4, "industry": 4}, "reclaim"))
    columns = {"submit": [0, 1, 5], "run": [20, 20, 10], "gpus": 4, "share_class": [0, 1, 0]}
    found = run(TWO_NODES, policy, **columns, classes=("open", "industry"), **URGENT)
    assert found.schedule.start.tolist() == [15, 5, 5] and found.schedule.restarts.tolist() == [1, 1, 0]


@pytest.mark.parametrize("placed", [True, False])
def test_no_job_runs_into_a_maintenance_that_is_known(placed):
    cluster = Cluster((Partition("p", 1, 4),), (Maintenance(20, 30),), placed=placed)
    found = run(cluster, named("easy"), submit=[0, 15, 16], run=[15, 10, 4], processors=[4, 4, 4])
    assert found.schedule.start.tolist() == [0, 30, 16]
    assert found.capacity.at([0, 20, 29, 30]).tolist() == [4, 0, 0, 4]


def test_a_reservation_waits_out_the_maintenance():
    """The second job would outlast the opening of `p` and is promised 30; the third ends before and may overtake."""
    cluster = Cluster((Partition("p", 1, 4), Partition("q", 1, 4)), (Maintenance(20, 30, "p"),))
    columns = {"submit": [0, 1, 2, 3], "run": [35, 15, 10, 40], "estimate": [35, 25, 10, 40], "processors": 4}
    assert starts(cluster, named("easy"), **columns) == [0, 30, 2, 35]


def test_capacity_comes_and_goes_by_date():
    cluster = Cluster((Partition("old", 1, 4, closes=50), Partition("new", 2, 4, opens=30)), placed=False)
    found = run(cluster, named("fcfs"), submit=[0, 1, 2, 45], run=[10, 25, 10, 9], processors=[4, 2, 12, 4])
    assert found.schedule.start.tolist() == [0, 10, 35, 45]
    assert found.capacity.at([0, 30, 50]).tolist() == [4, 12, 8]


def test_a_job_that_no_gap_between_closures_holds_never_starts():
    cluster = Cluster((Partition("p", 1, 4, closes=50),))
    found = run(cluster, named("easy"), submit=[0, 1], run=[51, 9], processors=4)
    assert found.schedule.start.tolist() == [-1, 1]


def test_a_node_that_fails_stops_its_jobs_and_comes_back():
    cluster = Cluster((Partition("p", 4, 1),), failures=Failures(mean_seconds=40, repair_seconds=7))
    columns = {"submit": np.arange(30), "run": np.full(30, 20)}
    found = run(cluster, named("easy"), **columns)
    rows, begun, stopped = found.attempts
    assert len(rows) == found.schedule.restarts.sum() > 0
    assert (stopped - begun < 20).all() and (found.schedule.end - found.schedule.start == 20).all()
    again, other = run(cluster, named("easy"), **columns), run(cluster, named("easy"), seed=1, **columns)
    assert again.schedule.end.tolist() == found.schedule.end.tolist() != other.schedule.end.tolist()
    assert found.capacity.values.min() < 4 == found.capacity.values.max()


def test_failures_need_nodes():
    cluster = Cluster((Partition("p", 1, 4),), failures=Failures(10, 10), placed=False)
    with pytest.raises(Refused, match="policy_combination"):
        run(cluster, named("easy"), submit=[0], run=[1])


drawn_jobs = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 25), st.integers(0, 15), st.integers(0, 9), st.integers(0, 2)),
    min_size=1, max_size=30,
)  # fmt: skip
RULES = Policy(
    preemption=Preemption({"1": 1, "2": 2}),
    shares=Shares({"0": 6, "1": 4}, "reclaim"),
    limits={"0": Limit(gpus=9)},
    budgets={"1": 400},
)
NODES = Cluster(
    (Partition("p", 2, 8, gpus=4), Partition("q", 1, 4, gpus=2, opens=10)),
    (Maintenance(30, 35, "p"),),
    Failures(mean_seconds=100, repair_seconds=5),
)


def mixed(drawn):
    rows = sorted(drawn, key=lambda row: row[0])
    submit, run_time, more, gpus, kind = map(np.array, zip(*rows, strict=True))
    return {"submit": submit, "run": run_time, "estimate": run_time + more // 3, "gpus": gpus, "account": kind,
            "accounts": tuple("012"), "share_class": kind % 2, "classes": ("0", "1"), "qos": kind,
            "qoses": tuple("012")}  # fmt: skip


@given(drawn_jobs, st.sampled_from(["submission", "shortest", "multifactor"]))
def test_with_every_rule_at_once_nothing_is_given_out_twice(drawn, order):
    policy = Policy(order=order, preemption=RULES.preemption, shares=RULES.shares, limits=RULES.limits,
                    budgets=RULES.budgets)  # fmt: skip
    found = run(NODES, policy, **mixed(drawn))
    schedule, ran = found.schedule, found.schedule.start >= 0
    instants = np.union1d(found.in_use.times, found.capacity.times)
    assert (found.in_use.at(instants) <= found.capacity.at(instants)).all()
    assert (schedule.start >= schedule.submit)[ran].all()
    assert ((schedule.end - schedule.start) == np.minimum(found.trace.run, found.trace.estimate))[ran].all()
    assert np.bincount(found.attempts[0], minlength=len(schedule)).tolist() == schedule.restarts.tolist()
    used = sum(
        int((end - begin) * found.trace.gpus[row])
        for row, begin, end in [*zip(*found.attempts, strict=True), *zip(np.flatnonzero(ran), schedule.start[ran],
                                                                         schedule.end[ran], strict=True)]
        if found.trace.account[row] == 1
    )  # fmt: skip
    assert used <= 400


@given(drawn_jobs, st.booleans())
def test_one_node_is_what_counting_makes_of_it(drawn, backfill):
    """The engine for nodes and the counting one share nothing, and on one node give one schedule."""
    columns = {name: values for name, values in mixed(drawn).items() if name in ("submit", "run", "estimate")}
    policy = named("easy" if backfill else "fcfs")
    needed = np.array([row[3] + 1 for row in sorted(drawn, key=lambda row: row[0])])
    node = starts(Cluster((Partition("p", 1, 10),)), policy, processors=needed, **columns)
    assert node == starts(of_processors(10), policy, processors=needed, **columns)
