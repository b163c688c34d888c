"""Compiled and interpreted kernels give the same schedule bit for bit, under every rule; skipped without Numba."""

import dataclasses

import numpy as np
import pytest

from madang.compute.policies import Policy as FairShare
from madang.errors import Refused
from madang.simulation import compiled
from madang.simulation.cluster import Cluster, Failures, Maintenance, Partition, of_processors
from madang.simulation.counting import conservative
from madang.simulation.engine import Simulation
from madang.simulation.general.limits import Classes
from madang.simulation.policy import Limit, Multifactor, Policy, Preemption, Shares, named
from madang.simulation.trace import trace_of

needs_numba = pytest.mark.skipif(not compiled.available(), reason="Numba is not installed")
NODES = Cluster(
    (Partition("p", 6, 32, 500, 8, "A"), Partition("q", 4, 16, 300, 4, "B", opens=2000)),
    (Maintenance(6000, 7000, "p"), Maintenance(9000, 9500)),
    Failures(mean_seconds=40_000, repair_seconds=900),
)
COUNTED = Cluster((Partition("p", 2, 64, 900, 8, "A"), Partition("q", 1, 32, 500, 6, "B")), placed=False)
FULL = Policy(
    budgets={"1": 900_000},
    limits={"0": Limit(gpus=24, jobs=6)},
    preemption=Preemption({"1": 1, "2": 2}, exempt_seconds=30),
    shares=Shares({"0": 30, "1": 20}, "reclaim"),
)
MANY = Multifactor(age=500, size=300, qos=700, qos_levels={"2": 3}, half_life=3000, shares={"1": 4})


def drawn(seed, jobs=200):
    random = np.random.default_rng(seed)
    return trace_of(
        submit=np.sort(random.integers(0, 10_000, jobs)),
        run=random.lognormal(5, 1.5, jobs).astype(int) + 1,
        estimate=random.integers(10, 1500, jobs),
        processors=random.integers(1, 16, jobs),
        gpus=random.choice([0, 1, 2, 4, 8, 12], jobs),
        memory_mb=random.integers(0, 120, jobs),
        gpu_type=random.integers(-1, 2, jobs),
        gpu_types=("A", "B"),
        account=random.integers(0, 5, jobs),
        share_class=random.integers(0, 2, jobs),
        qos=random.integers(0, 3, jobs),
    )


@needs_numba
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("cluster", "policy"),
    [
        (NODES, FULL),
        (NODES, dataclasses.replace(FULL, order="multifactor", multifactor=MANY)),
        (NODES, Policy(order="multifactor", multifactor=dataclasses.replace(MANY, fair_tree=True), backfill="none")),
        (NODES, Policy(order="shortest", shares=Shares({"0": 40, "1": 10}, "borrow"))),
        (COUNTED, Policy(order="madang", fair_share=FairShare(weights={"1": 3}), limits={"0": Limit(gpus=5)})),
        (COUNTED, Policy(shares=Shares({"0": 14, "1": 8}, "none"), budgets={"2": 300_000})),
        (COUNTED, Policy(order="madang", shares=Shares({"0": 14, "1": 8}, "reclaim"), limits={"0": Limit(gpus=5)})),
        (NODES, Policy(order="madang", shares=Shares({"0": 40, "1": 24}, "reclaim"), budgets={"2": 300_000})),
    ],
)
def test_compiled_and_interpreted_give_the_same_schedule(cluster, policy, seed):
    trace = drawn(seed)
    plain, fast = (
        Simulation(cluster, policy, engine=engine, oversized="skip", seed=seed).run(trace)
        for engine in ("plain", "compiled")
    )
    for name in ("start", "end", "restarts", "killed"):
        assert getattr(fast.schedule, name).tolist() == getattr(plain.schedule, name).tolist()
    assert [column.tolist() for column in fast.attempts] == [column.tolist() for column in plain.attempts]
    assert (fast.exhausted, fast.engine, plain.engine) == (plain.exhausted, "compiled", "plain")
    if cluster.placed:
        assert fast.fragmented.values.tolist() == plain.fragmented.values.tolist()
    assert (plain.schedule.start >= 0).sum() > 100


@needs_numba
@pytest.mark.parametrize(("gap", "engine"), [(9, "plain"), (1, "compiled")])
def test_numba_is_chosen_by_itself_where_the_queue_grows_deep(gap, engine):
    random = np.random.default_rng(0)
    trace = trace_of(submit=np.arange(10_000) * gap, run=random.integers(1, 99, 10_000))
    found = Simulation(of_processors(8), named("easy")).run(trace)
    assert found.engine == engine
    plain = Simulation(of_processors(8), named("easy"), engine="plain").run(trace)
    assert found.schedule.start.tolist() == plain.schedule.start.tolist()


@pytest.mark.skipif(compiled.available(), reason="Numba is installed")
def test_the_compiled_engine_is_refused_where_numba_is_missing():
    with pytest.raises(Refused, match="engine_missing"):
        Simulation(of_processors(8), named("easy"), engine="compiled").run(trace_of(submit=[0], run=[1]))


def test_columns_of_a_table_lie_in_the_order_of_its_fields():
    table = compiled.table_of(Classes(np.array([1, 2]), np.array([3]), np.array([], dtype=int), np.array([4, 5])))
    assert table.tolist() == [[1, 2], [3, 0], [0, 0], [4, 5]]


def test_a_field_of_a_table_becomes_its_row():
    code = compiled._code(conservative, {"jobs": ("submit", "run", "estimate", "processors", "start")})
    made = {"bisect_left": None, "heappush": lambda heap, key: heap.append(key), "SHIFT": 26, "LOW": (1 << 26) - 1}
    exec(code, made)
    jobs = [[0], [5], [9], [2], [-1]]
    times, free = [0, 50], [1, 4]
    assert made["earliest"](times, free, jobs[3][0], jobs[2][0], 1 << 60) == 50
    assert made["give_back"]([[0], [5], [5], [2], [3]], times, free, 0, 8)
