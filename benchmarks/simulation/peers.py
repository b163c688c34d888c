"""Runs AccaSim, where it is installed, on the traces that the simulator is measured on, and compares its schedule.

AccaSim 1.1.3 (``pip install accasim``, in an environment of its own with Madang on its path) asks for names that
`collections` no longer has, and for memory in the trace; both are given to it here.
"""

from __future__ import annotations

import collections
import collections.abc
import contextlib
import gzip
import importlib.util
import io
import json
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from madang.simulation.cluster import of_processors
from madang.simulation.engine import Simulation
from madang.simulation.policy import named
from madang.simulation.reading import read

TRACES = Path(os.environ.get("MADANG_TEST_TRACES") or Path(__file__).parents[3] / "shared" / "data" / "traces")
PROCESSORS = {"KTH-SP2": 100}


def accasim(source: Path, processors: int) -> dict[str, int]:
    """The starts of AccaSim's EASY backfill on one node of so many cores, by job id."""
    for name in ("Mapping", "MutableMapping", "Sequence", "Iterable", "Callable", "Hashable"):
        setattr(collections, name, getattr(collections.abc, name))
    from accasim.base.allocator_class import FirstFit
    from accasim.base.scheduler_class import EASYBackfilling
    from accasim.base.simulator_class import Simulator

    machine = {"groups": {"g0": {"core": processors, "mem": 10**9}}, "resources": {"g0": 1},
               "equivalence": {"processor": {"core": 1}}}  # fmt: skip
    Path("machine.json").write_text(json.dumps(machine), encoding="utf-8")
    with gzip.open(source, "rt", encoding="utf-8") as lines, Path("trace.swf").open("w", encoding="utf-8") as made:
        for line in lines:
            words = line.split()
            if words and not line.startswith(";"):
                words[6] = words[9] = "1"
            made.write(" ".join(words) + "\n")
    quiet = {"pprint_output": False, "statistics_output": False, "benchmark_output": False}
    scheduler = EASYBackfilling(FirstFit())
    Simulator("trace.swf", "machine.json", scheduler, scheduling_output=True, **quiet).start_simulation()
    results, found = Path(__file__).parent / "results", {}  # it writes beside the script that was called
    lines_made = (results / "sched-trace.swf").read_text(encoding="utf-8").splitlines()
    shutil.rmtree(results)
    for line in lines_made:
        if line.count("__") == 2:
            start = datetime.strptime(line.split("__")[2].split(";")[0], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            found[line.split(";")[0]] = int(start.timestamp())
    return found


def beside(name: str, processors: int) -> None:
    """Both simulators on one trace, parsing included."""
    source = TRACES / f"{name}.swf.gz"
    before = time.process_time()
    found = Simulation(of_processors(processors), named("easy"), "pyss").run(read(source, "swf").trace)
    ours = time.process_time() - before
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        before = time.process_time()
        theirs = accasim(source, processors)
        seconds = time.process_time() - before
    starts = dict(zip(map(str, found.trace.job.tolist()), found.schedule.start.tolist(), strict=True))
    other = sum(theirs.get(job) != start for job, start in starts.items())
    print(f"{name}: Madang {ours:.2f} s, AccaSim {seconds:.2f} s with {other} of {len(starts)} jobs at other starts")


if __name__ == "__main__":
    for trace, size in PROCESSORS.items():
        if not (TRACES / f"{trace}.swf.gz").is_file():
            print(f"{trace}: no trace in {TRACES}")
        elif importlib.util.find_spec("accasim") is None:
            print("AccaSim is not installed")
        else:
            beside(trace, size)
