"""How long a job takes to its first word on a node of an idle cluster: at most 3 s in the median.

    PYTHONPATH=src:tests python benchmarks/slurm/starting.py

Brings up the throw-away cluster of the tests (Slurm, munge and MariaDB of Debian; as root), and lets jobs print the
clock: twenty with an input file each, given to the backend one after another, then ten that a member submits to the
portal, whose worker runs all chores of jobs and of the cluster at their own pace meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

from backends.makers import make_limit
from backends.slurm_site import PEOPLE, SlurmSite
from slurm.cluster import Cluster, missing

from madang.compute.protocol import InputFile, JobSpec

JOBS, THROUGH_PORTAL = 20, 10
MOST_SECONDS = 3.0
SCRIPT = ("sh", "-c", "date +%s.%N")


def one(site: SlurmSite, number: int, source: Path) -> tuple[float, float]:
    """Seconds that `submit` took, and seconds until the command ran."""
    content = source.read_bytes()
    file = InputFile("input.txt", source, hashlib.sha256(content).hexdigest(), len(content))
    script = ("sh", "-c", "date +%s.%N; cat input.txt > output.txt")
    user = PEOPLE[0]
    spec = JobSpec(f"bench-{number}", "award-1", "", "timed", script, (file,), memory_mb=256, user=user)
    began = time.time()
    id = site.backend.submit(spec)
    taken = time.time() - began
    while not site.backend.reports([id])[0].state.final:
        time.sleep(0.2)
    return taken, float(site.backend.log(id, 0).data) - began


def through_the_portal(cluster: Cluster) -> list[float]:
    """Seconds from a member's submission to the command's first word, in a portal with a database of its own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings_for_tests")
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0)
    from factories import actor
    from slurm.portal_site import apply, make_running, make_site, now

    from madang.portal import backends
    from madang.portal.cluster import chores as cluster_chores
    from madang.portal.jobs import actions, chores
    from madang.portal.jobs.models import Job
    from madang.portal.jobs.rules import FINAL_STATES, Shape
    from madang.portal.worker import Turn, Worker

    site = make_site(cluster)
    backends.backend = lambda: site.backend  # type: ignore[assignment]
    award = make_running(PEOPLE[0], units=3)
    apply()
    worker = Worker(
        [Turn(chore, every) for module in (chores, cluster_chores) for chore, every in module.EVERY.items()]
    )

    def work_until(over: float | None, job: Job | None = None) -> None:
        while (over and time.monotonic() < over) or (job and not Job.objects.filter(pk=job.pk, state__in=FINAL_STATES)):
            time.sleep(min(0.5, worker.step(time.monotonic())))

    found = []
    for number in range(THROUGH_PORTAL):
        work_until(time.monotonic() + random.uniform(1, 2))  # the worker may be anywhere in its round
        given = {"award": award, "pool": award.pool, "name": f"timed {number}", "argv": list(SCRIPT), "files": []}
        began = time.time()
        job = actions.submit(by=actor(award.owner), now=now(), shape=Shape(1, 1, 256, 60), key=uuid.uuid4(), **given)
        work_until(None, job)
        found.append(float(site.backend.log(str(Job.objects.get(pk=job.pk).backend_id), 0).data) - began)
    site.close()
    return found


def main() -> int:
    """Prints median and worst; 1 where a median is above what is promised."""
    if lacking := missing():
        print(f"No Slurm here: {', '.join(lacking)}")
        return 1
    folder = Path(tempfile.mkdtemp(prefix="madang-slurm-"))
    cluster = Cluster.made(folder)
    try:
        cluster.up()
        site = SlurmSite(cluster)
        site.backend.enforce([make_limit()])
        source = site.folder / "input.txt"
        source.write_bytes(b"x" * 100_000)
        measured = [one(site, number, source) for number in range(JOBS)]
        site.close()
        portal = through_the_portal(cluster)
    finally:
        cluster.down()
        shutil.rmtree(folder)
    submitted, running = zip(*measured, strict=True)
    for name, values in (("submit", submitted), ("submit to running", running), ("through the portal", portal)):
        print(f"{name}: median {statistics.median(values):.2f} s, worst {max(values):.2f} s of {len(values)}")
    return int(max(statistics.median(running), statistics.median(portal)) > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
