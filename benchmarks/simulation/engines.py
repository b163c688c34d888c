"""Measures the simulator in CPU seconds: published traces by each engine, rules on a million jobs, replications.

Run it with a Python that has Numba to see both engines; traces are read from the folder that MADANG_TEST_TRACES names,
else from shared/data/traces beside the checkout, and what is not there is left out. Figures are medians of three.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from madang.simulation import compiled
from madang.simulation.cluster import of_processors
from madang.simulation.counting import engine as counting
from madang.simulation.engine import Engine, Simulation
from madang.simulation.policy import Limit, Multifactor, Policy, named
from madang.simulation.reading import read
from madang.simulation.trace import Trace, trace_of

TRACES = Path(os.environ.get("MADANG_TEST_TRACES") or Path(__file__).parents[3] / "shared" / "data" / "traces")
PROCESSORS = {"KTH-SP2": 100, "SDSC-SP2": 128, "SDSC-BLUE": 1152, "RICC-2010-2": 8192}
SLOW = {("SDSC-BLUE", "conservative", "plain"), ("RICC-2010-2", "conservative")}

# the command, and then the most memory that its process ever had: what the system tells of children counts the parent's
COMMAND = """
import sys
from madang.cli.main import main
status = main()
memory = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
print(memory, file=sys.stderr)
sys.exit(status)
"""


def median(act: Callable[[], object]) -> float:
    """CPU seconds of `act`, the median of three."""
    seconds = []
    for _ in range(3):
        before = time.process_time()
        act()
        seconds.append(time.process_time() - before)
    return statistics.median(seconds)


def archive(name: str, engines: list[Engine]) -> None:
    """One archive trace: parsing apart, then each policy by each engine."""
    path = TRACES / f"{name}.swf.gz"
    if not path.is_file():
        print(f"{name}: no trace in {TRACES}")
        return
    trace = read(path, "swf").trace
    print(f"{name}: {len(trace)} jobs; parsing {median(lambda: read(path, 'swf')):.3f} s")
    for policy in ("easy", "conservative"):
        for engine in engines:
            if (name, policy, engine) in SLOW or (name, policy) in SLOW:
                continue
            for variant in ("pyss", "madang"):
                simulation = Simulation(of_processors(PROCESSORS[name]), named(policy), variant, engine)
                simulation.run(trace.take(np.arange(10)))
                seconds = median(lambda: simulation.run(trace))  # noqa: B023 - called at once
                alone = median(lambda: scheduled(simulation, trace, variant == "pyss", engine == "compiled"))  # noqa: B023
                speed = [len(trace) / spent / 1e6 for spent in (seconds, alone)]
                print(f"  {policy:13}{engine:10}{variant:8}{seconds:8.3f} s  {speed[0]:6.3f} M jobs/s", end="")
                print(f", the schedule alone {alone:.4f} s  {speed[1]:6.3f} M jobs/s")


def scheduled(simulation: Simulation, trace: Trace, pyss: bool, fast: bool) -> None:
    """The schedule without checks before it and series after it."""
    counting.run(trace, simulation.cluster, simulation.policy, pyss=pyss, fast=fast, progress=None)


def whole(name: str, engine: str) -> None:
    """The command, from its start to its last word: Python, NumPy, parsing, simulation, answers."""
    path = TRACES / f"{name}.swf.gz"
    if not path.is_file():
        return
    words = [str(path), "--processors", str(PROCESSORS[name]), "--policy", "easy", "--engine", engine]
    seconds, most = [], 0
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = subprocess.run([sys.executable, "-c", COMMAND, "simulate", *words], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        most = max(most, int(told.stderr.split()[-1]) // 1024)
    print(f"madang simulate, {name}, easy, {engine}: {statistics.median(seconds):.2f} s, at most {most} MiB")


def drawn(jobs: int, seed: int, *, processors: int, load: float) -> Trace:
    """A made-up trace: Poisson arrivals at this load, log-normal run times, estimates some times as long."""
    random = np.random.default_rng(seed)
    needed = np.minimum(2 ** random.integers(0, 8, jobs), processors // 4)
    run = np.clip(random.lognormal(7.5, 1.5, jobs), 1, 86_400).astype(np.int64)
    gap = float((needed * run).mean()) / (processors * load)
    return trace_of(
        submit=np.cumsum(random.exponential(gap, jobs)).astype(np.int64),
        run=run,
        estimate=np.minimum((run * random.uniform(1, 5, jobs)).astype(np.int64) + 60, 7 * 86_400),
        processors=needed,
        account=random.integers(0, 200, jobs),
        share_class=random.integers(0, 3, jobs),
    )


def under_rules(jobs: int, engine: Engine) -> None:
    """Multifactor priority with a budget for every account."""
    trace = drawn(jobs, 1, processors=4096, load=0.85)
    given = np.bincount(trace.account, weights=trace.processors * trace.estimate)
    policy = Policy(
        order="multifactor",
        multifactor=Multifactor(age=1000, size=500, fair_share=10_000),
        budgets={name: int(given[at] * 0.6) for at, name in enumerate(trace.accounts)},
        limits={trace.accounts[0]: Limit(jobs=50)},
    )
    simulation = Simulation(of_processors(4096), policy, engine=engine)
    simulation.run(trace.take(np.arange(10)))
    seconds = median(lambda: simulation.run(trace))
    print(f"multifactor with budgets, {jobs} jobs, {engine}: {seconds:.2f} s")


def replications(engine: Engine, number: int = 200) -> None:
    """The same quarter of 5,000 jobs drawn anew each time."""
    traces = [drawn(5000, seed, processors=512, load=0.9) for seed in range(number)]
    simulation = Simulation(of_processors(512), named("easy"), engine=engine)
    simulation.run(traces[0])
    print(f"{number} replications of 5,000 jobs, easy, {engine}: {_all(simulation, traces):.2f} s")


def _all(simulation: Simulation, traces: list[Trace]) -> float:
    return median(lambda: [simulation.run(trace) for trace in traces])


if __name__ == "__main__":
    engines: list[Engine] = ["plain", "compiled"] if compiled.available() else ["plain"]
    for trace_name in PROCESSORS:
        archive(trace_name, engines)
    for each in engines:
        whole("KTH-SP2", each)
        whole("SDSC-BLUE", each)
        replications(each)
        under_rules(1_000_000 if each == "compiled" else 20_000, each)
