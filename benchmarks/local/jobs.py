"""Measures jobs on this machine: submission to running, short jobs a second, a long queue, a supervisor's size.

Each figure stands beside GNU parallel on the same machine in the same run where that is installed (or is named by
PARALLEL_PROGRAM); it starts processes and nothing else: no sandbox, no queue that outlives it, no record of any job.
Slurm stands beside it too where it is installed and we are root, on the throw-away cluster of the tests:

    PYTHONPATH=src:tests python benchmarks/local/jobs.py short_jobs parallel slurm latency supervisor

takes less than three minutes; without names after it all is measured, a long queue among it, which takes a minute more.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from madang.compute.local.backend import LocalBackend
from madang.compute.local.spool import Spool
from madang.compute.protocol import AccountLimit, JobSpec

SHORT_JOBS, LONG_QUEUE, ASKED, LOOKED_AT = 1000, 10_000, 30, 20.0
SLURM_JOBS = 100
HERTZ = os.sysconf("SC_CLK_TCK")


def job(number: int, *argv: str, wall_seconds: int = 60) -> JobSpec:
    """One core and little memory."""
    fields = {"account": f"award-{number % 5}", "fair_share_class": "", "name": "bench", "argv": argv}
    return JobSpec(key=f"key-{number}", cores=1, memory_mb=64, wall_seconds=wall_seconds, **fields)


@contextmanager
def site() -> Iterator[tuple[LocalBackend, Spool, int]]:
    """A backend with an open spool of its own, and its runner's process id."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "spool"
        backend = LocalBackend(root, gpus=())
        backend.enforce([AccountLimit(f"award-{n}", 0, 10_000, 86_400, open=True) for n in range(5)])
        runner = subprocess.Popen([sys.executable, "-m", "madang.compute.local.runner", str(root)])
        spool = Spool(root)
        first = backend.submit(job(-1, "true"))
        wait(lambda: backend.reports([first])[0].state.final)
        try:
            yield backend, spool, runner.pid
        finally:
            for row in spool.rows("SELECT id FROM job WHERE state IN ('claimed', 'running')"):
                backend.cancel(row["id"])
            wait(lambda: not count(spool, "state IN ('claimed', 'running')"))
            runner.send_signal(signal.SIGTERM)
            runner.wait()


def wait(condition: Callable[[], object], every: float = 0.005) -> None:
    """Returns once it is so."""
    while not condition():
        time.sleep(every)


def count(spool: Spool, where: str) -> int:
    """How many jobs are in a state."""
    return int(spool.rows(f"SELECT count(*) FROM job WHERE {where}")[0][0])


def seconds_of(pid: int) -> float:
    """CPU seconds of one process so far, its ended children included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / HERTZ


def latency() -> str:
    """From the call of `submit` until the command itself has begun, one job after another."""
    found = []
    with site() as (backend, spool, _runner):
        for number in range(ASKED):
            before = time.time()
            id = backend.submit(job(number, "date", "+%s.%N"))
            wait(lambda id=id: backend.reports([id])[0].state.final)
            found.append(float((spool.folder(id) / "log").read_text()) - before)
    worst = sorted(found)[-2]
    return f"submit to running: median {statistics.median(found) * 1e3:.0f} ms, all but one within {worst * 1e3:.0f} ms"


def short_jobs() -> str:
    """A thousand jobs of 10 ms from the first call of `submit` until the last has its end in the spool."""
    before, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with site() as (backend, spool, runner):
        before, own = time.monotonic(), time.process_time()
        for number in range(SHORT_JOBS):
            backend.submit(job(number, "sleep", "0.01"))
        submitted, spent = time.monotonic() - before, time.process_time() - own
        wait(lambda: not count(spool, "ended IS NULL"), 0.05)
        took, running = time.monotonic() - before, seconds_of(runner)
        failed = count(spool, "state <> 'succeeded'")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return (
        f"{SHORT_JOBS} jobs of 10 ms: {SHORT_JOBS / took:.0f} a second ({took:.1f} s, {failed} failed); submitting took"
        f" {submitted:.1f} s ({spent / SHORT_JOBS * 1e3:.1f} ms of CPU a job), the runner"
        f" {running / SHORT_JOBS * 1e3:.1f} ms a job, nursery, supervisors and sandboxes"
        f" {(cpu - running) / SHORT_JOBS * 1e3:.1f} ms a job"
    )


def parallel() -> str:
    """The same commands by GNU parallel, as many at once as there are cores."""
    program = os.environ.get("PARALLEL_PROGRAM") or shutil.which("parallel")
    if program is None:
        return "GNU parallel is not installed (apt-get install parallel)"
    words = [program, "--will-cite", f"-j{len(os.sched_getaffinity(0))}", "sleep 0.01 #"]
    numbers = "\n".join(map(str, range(SHORT_JOBS)))
    before = time.monotonic()
    subprocess.run(words, input=numbers, text=True, check=True, capture_output=True)
    return f"GNU parallel: {SHORT_JOBS / (time.monotonic() - before):.0f} a second"


def slurm() -> str:
    """The same commands as one array of Slurm's, as many at once as there are cores; its path is shorter than ours."""
    try:
        from slurm.cluster import Cluster, missing
    except ImportError:
        return "Slurm: not asked (PYTHONPATH=src:tests)"
    if lacking := missing():
        return f"Slurm is not installed ({', '.join(lacking)})"
    with tempfile.TemporaryDirectory(prefix="madang-slurm-") as name:
        cluster = Cluster.made(Path(name))
        try:
            cluster.up()
            cluster.run("sacctmgr", "-i", "add", "account", "bench")
            cluster.run("sacctmgr", "-i", "add", "user", "root", "account=bench")
            words = ["sbatch", "-A", "bench", "-p", "cpu", "-D", "/", "-o", "/dev/null", "--wrap", "sleep 0.01"]
            before = time.monotonic()
            cluster.run(*words, f"--array=0-{SLURM_JOBS - 1}%{len(os.sched_getaffinity(0))}")
            wait(lambda: not cluster.run("squeue", "-h", "-r").strip(), 0.5)
            took = time.monotonic() - before
        finally:
            cluster.down()
    return f"Slurm: {SLURM_JOBS / took:.1f} a second ({SLURM_JOBS} jobs in {took:.0f} s)"


def long_queue() -> str:
    """What ten thousand waiting jobs cost the runner while one job after another ends in a second, and at rest."""
    with site() as (backend, spool, runner):
        for number in range(len(os.sched_getaffinity(0))):
            backend.submit(job(10 * LONG_QUEUE + number, "sleep", "600", wall_seconds=900))
        wait(lambda: count(spool, "state = 'running'") == len(os.sched_getaffinity(0)))
        with spool.change() as database:  # rows as `submit` makes them, without their ten thousand folders
            columns = "digest, share_class, spec, gpus, gpu_type, cores, memory_mb, wall_seconds, state, submitted"
            database.execute(
                f"INSERT INTO job (id, key, account, {columns}, code, facts)"
                " WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)"
                " SELECT 'w' || n, 'w' || n, 'award-' || (n % 5), '', '', '{}', 0, '', 1, 64, 60, 'waiting', 0,"
                " 'not_yet_considered', '{}' FROM n",
                [LONG_QUEUE],
            )
        spool.wake()
        wait(lambda: not count(spool, "code = 'not_yet_considered'"), 0.1)
        rest = share(runner, lambda: None)
        ended = iter(range(1, LONG_QUEUE))
        busy = share(runner, lambda: backend.cancel(f"w{next(ended)}"))
        reports = time.process_time()
        backend.reports([f"w{number}" for number in range(1, LONG_QUEUE)])
        asked = time.process_time() - reports
        with spool.change() as database:
            database.execute("UPDATE job SET state = 'cancelled', ended = 1 WHERE id LIKE 'w%' AND ended IS NULL")
    return (
        f"{LONG_QUEUE} waiting jobs: the runner uses {rest:.1%} of a core at rest, {busy:.1%} while one ends each"
        f" second; all reports at once take {asked * 1e3:.0f} ms"
    )


def share(pid: int, each_second: Callable[[], object]) -> float:
    """The share of a core that a process uses while something is done every second."""
    before, start = seconds_of(pid), time.monotonic()
    while time.monotonic() - start < LOOKED_AT:
        each_second()
        time.sleep(1)
    return (seconds_of(pid) - before) / (time.monotonic() - start)


def supervisor() -> str:
    """Memory of the supervisors of two jobs that sleep: all that is resident, and the part that is each one's own."""
    with site() as (backend, spool, _runner):
        ids = [backend.submit(job(number, "sleep", "600", wall_seconds=900)) for number in range(2)]
        wait(lambda: count(spool, "state = 'running'") == len(ids))
        time.sleep(0.5)
        sizes = []
        for id in ids:
            pid = int((spool.folder(id) / "start-0.json").read_text().partition('"pid": ')[2].partition(",")[0])
            lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
            kib = {words[0]: int(words[1]) for words in lines}
            sizes.append((kib["Rss:"] / 1024, kib["Pss:"] / 1024))
    rss, pss = max(sizes)
    return f"a supervisor: {rss:.1f} MiB resident, {pss:.1f} MiB of it its own share"


def main() -> None:
    print(f"{len(os.sched_getaffinity(0))} cores, load before {os.getloadavg()[0]:.1f}")
    chosen = sys.argv[1:] or ["latency", "short_jobs", "parallel", "slurm", "long_queue", "supervisor"]
    for name in chosen:
        print(globals()[name](), flush=True)


if __name__ == "__main__":
    main()
