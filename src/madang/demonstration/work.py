"""Submits the demonstration's jobs for several organisations and sees them through on this machine."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from madang.cli.language import N_
from madang.demonstration.progress import Progress
from madang.demonstration.rounds import actor
from madang.portal import backends
from madang.portal.awards.models import Award
from madang.portal.files import actions as files
from madang.portal.files.rules import FileKind
from madang.portal.jobs import actions, chores
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import FINAL_STATES, Shape
from madang.portal.resources.models import Pool

SCRIPTS = Path(__file__).parent / "jobs"
LONGEST = 120.0
# The name of the chain of ids that makes a second submission of the same demonstration the same jobs.
NAMESPACE = uuid.UUID("6d616461-6e67-4000-8000-64656d6f6a6f")


@dataclass(frozen=True)
class Wanted:
    """One job: whose award (its place among those in force), the script, its arguments, how many cores."""

    award: int
    script: str
    arguments: tuple[str, ...]
    cores: int = 1


WANTED = [
    Wanted(0, "train_digits.py", ("--hidden", "96", "--epochs", "40"), 2),
    Wanted(1, "train_digits.py", ("--hidden", "16", "--epochs", "25", "--seed", "1")),
    Wanted(2, "cluster_wine.py", ()),
    Wanted(0, "train_digits.py", ("--hidden", "48", "--epochs", "25", "--seed", "2")),
    Wanted(1, "cluster_wine.py", ()),
    Wanted(2, "train_digits.py", ("--hidden", "32", "--epochs", "25", "--seed", "3")),
]


def submit(awards: list[Award], pool: Pool, now: datetime) -> list[Job]:
    """Submits all of them in turn, so that the organisations compete for the cores."""
    return [_submit(awards[one.award], pool, one, place, now) for place, one in enumerate(WANTED)]


def _submit(award: Award, pool: Pool, one: Wanted, place: int, now: datetime) -> Job:
    stored = files.store(now=now, name=one.script, allowed=frozenset({FileKind.ANY}), path=SCRIPTS / one.script)
    cores = min(one.cores, backends.backend().capacity().cores)
    return actions.submit(
        by=actor(award.application.created_by_id),
        now=now,
        award=award,
        pool=pool,
        name=f"{Path(one.script).stem} {place + 1}",
        argv=["python", one.script, *one.arguments],
        files=[(one.script, stored)],
        shape=Shape(gpus=0, cores=cores, memory_mb=1024, wall_seconds=300),
        key=uuid.uuid5(NAMESPACE, f"{award.number}/{place}"),
    )


def see_through(jobs: list[Job], progress: Progress) -> dict[str, int]:
    """Runs local compute and the worker's job chores until all are settled; gives how many ended in which state."""
    ids = [job.pk for job in jobs]
    runner = subprocess.Popen([sys.executable, "-m", "madang.compute.local.runner", str(backends.spool())])
    try:
        deadline = time.monotonic() + LONGEST
        while Job.objects.filter(pk__in=ids, settled_at__isnull=True).exists():
            if time.monotonic() > deadline:
                raise RuntimeError("the demonstration's jobs did not end in two minutes; see the log of local compute")
            now = datetime.now(UTC)
            chores.hand_over(now)
            chores.follow(now)
            ended = Job.objects.filter(pk__in=ids, state__in=FINAL_STATES).count()
            progress.count(N_("Jobs ended"), ended, len(ids))
            time.sleep(0.1)
    finally:
        runner.terminate()
        runner.wait()
    states = Job.objects.filter(pk__in=ids).values_list("state", flat=True)
    return {state: list(states).count(state) for state in set(states)}
