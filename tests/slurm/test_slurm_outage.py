"""The database of records is away for long while jobs come, go and are requeued: each is charged once, to the second.

MADANG_TEST_OUTAGE_SECONDS says for how long (240). The daemon dies first; half-way it comes back, and while it is still
catching up its MariaDB dies.
"""

from __future__ import annotations

import os
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import pytest
from factories import actor
from slurm.portal_site import apply, make_running, now, sbatch

from madang.errors import Unavailable
from madang.portal.awards.queries import owner_of
from madang.portal.jobs import actions, chores, posting
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import FINAL_STATES, Shape
from madang.portal.ledger.models import Movement
from madang.portal.ledger.queries import balances

pytestmark = [pytest.mark.slurm, pytest.mark.soak, pytest.mark.django_db]
SEED = 20260401
SECONDS = int(os.environ.get("MADANG_TEST_OUTAGE_SECONDS", "240"))
LONGEST = max(3, min(90, SECONDS // 4))  # of the short jobs
AFTERWARDS = 300.0  # seconds that the controller may take to bring what it kept
RAN = "time_end - time_start - time_suspended"
WHERE = "time_start AND time_end AND tres_alloc <> ''"


@dataclass
class Outage:
    """One run: what was submitted, what the worker met."""

    site: object
    award: object
    rng: random.Random = field(default_factory=lambda: random.Random(SEED))
    numbers: list[str] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    before: str = "0"  # the last job that the cluster knew already: another test's award may have had the same name

    def __post_init__(self):
        [[self.before]] = self.cluster.sql(f"SELECT COALESCE(MAX(id_job), 0) FROM {self.table}")

    @property
    def cluster(self):
        return self.site.cluster

    def outside(self, seconds, *words):
        """Somebody on the cluster submits a job that sleeps."""
        given = ("--partition=h100", "--time=120", "--cpus-per-task=1", "--mem=64", *words)
        number = sbatch(self.site, "games", self.award, *given, script=f"#!/bin/sh\nsleep {seconds}\n")
        assert number.isdigit(), number
        self.numbers.append(number)
        return number

    def through_the_portal(self, seconds):
        """A member of the award submits a job to the portal."""
        given = {"award": self.award, "pool": self.award.pool, "name": "outage", "argv": ["sleep", str(seconds)]}
        shape = Shape(gpus=1, cores=1, memory_mb=64, wall_seconds=7200)
        key = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        actions.submit(by=actor(self.award.owner), now=now(), files=[], shape=shape, key=key, **given)

    def one_more(self):
        """Somebody does something: mostly a job, sometimes an array, a cancellation or a requeue."""
        seconds, gpus = self.rng.randint(1, LONGEST), f"--gres=gpu:{self.rng.choice((1, 1, 2))}"
        act = self.rng.choice(("job", "job", "job", "job", "array", "portal", "cancel", "requeue"))
        if act == "portal":
            self.through_the_portal(seconds)
        elif act == "array":
            self.outside(seconds, gpus, "--array=1-3")
        else:
            self.outside(seconds, gpus, "--requeue")
            running = self.cluster.run("squeue", "-h", "-t", "R", "-o", "%A").split()
            if act != "job" and running:
                words = ("scancel",) if act == "cancel" else ("scontrol", "requeue")
                self.cluster.run(*words, self.rng.choice(running), check=False)
        self.met[act] += 1

    def work(self):
        """What the worker does at every turn; what is away is tried again at the next one."""
        for chore in (chores.hand_over, chores.follow):
            try:
                chore(now())
            except Unavailable:
                self.met["away"] += 1
            else:
                self.met["answered"] += 1

    def last(self, seconds):
        """Goes on for so many seconds; an hour has some hundreds of jobs, and never more than the GPUs can do."""
        end, pause = time.monotonic() + seconds, threading.Event()
        while time.monotonic() < end:
            if int(self.cluster.run("squeue", "-h", "-r", "-t", "PD", "-o", "%A").count("\n")) < 12:
                self.one_more()
            self.work()
            pause.wait(self.rng.uniform(1, max(2, min(9, SECONDS / 40))))

    def settled(self):
        """All jobs have ended, the controller has told all, and every row of the table is closed."""
        self.cluster.until(lambda: not self.cluster.run("squeue", "-h", "-o", "%A").split(), "jobs ended", 600.0)
        sent = "DBD Agent queue size: 0"
        self.cluster.until(lambda: sent in self.cluster.run("sdiag"), "records sent", AFTERWARDS)
        self.cluster.until(lambda: not self.cluster.sql(f"SELECT 1 FROM {self.table} WHERE NOT time_end"), "records")

    @property
    def table(self):
        return f"{self.cluster.name}_job_table"

    def recorded(self):
        """GPU-seconds of each job (of an array, of all together) as slurmdbd's own table has them."""
        names = dict(self.cluster.sql("SELECT id, CONCAT(type, '/', name) FROM tres_table"))
        rows = self.cluster.sql(
            f"SELECT IF(id_array_job, id_array_job, id_job), {RAN}, tres_alloc FROM {self.table} WHERE {WHERE}"
            f" AND account = '{self.award.name}' AND id_job > {self.before}"
        )
        found = Counter()
        for job, seconds, tres in rows:
            counts = dict(part.split("=") for part in tres.split(","))
            found[job] += int(seconds) * sum(int(n) for one, n in counts.items() if names[one] == "gres/gpu")
        return +found

    def charged(self):
        """GPU-seconds of each job as the ledger has them."""
        owner, found = owner_of(self.award.pk), Counter()
        rows = Movement.objects.filter(to_account__owner=owner, to_account__bucket="used")
        for subject, amount in rows.values_list("subject", "amount"):
            kind, _, job = subject.partition(":")
            if kind == "job":
                job = self.site.backend._row(Job.objects.get(pk=job).backend_id)["number"]
            found[job] += amount
        return found


def test_nothing_is_lost_and_nothing_charged_twice_however_long_the_records_are_away(site):
    award = make_running("games", units=3, hours=100_000)
    outage = Outage(site, award)
    cluster = outage.cluster
    apply()
    outage.work()
    # this machine's own setting would let MariaDB forget its last second when it is killed
    cluster.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
    over_all, into = outage.outside(SECONDS + 20, "--gres=gpu:1"), outage.outside(SECONDS // 3, "--gres=gpu:1")
    cluster.until(lambda: cluster.run("squeue", "-h", "-t", "R", "-o", "%A").count("\n") == 2, "first jobs run")
    began = time.monotonic()
    cluster.stop("slurmdbd", hard=True)
    outage.last(SECONDS / 2)
    assert outage.met["away"] and not outage.charged()
    cluster.start("slurmdbd")
    cluster.stop("mariadbd", hard=True)
    outage.outside(SECONDS // 2 + 20, "--gres=gpu:1")
    outage.last(SECONDS / 2)
    waited = cluster.run("sdiag").partition("DBD Agent queue size:")[2].split()[0]
    cluster.start("mariadbd")
    gone = time.monotonic() - began
    outage.settled()
    caught_up = time.monotonic() - began - gone
    while Job.objects.exclude(state__in=FINAL_STATES).exists():
        outage.work()
    posting.post_usage(now())
    recorded, charged = outage.recorded(), outage.charged()
    facts = (f"away for {gone:.0f} s, {waited} records waited, caught up in {caught_up:.0f} s", dict(outage.met))
    print(*facts, f"{len(recorded)} jobs, {sum(recorded.values())} GPU-seconds", sep="\n")
    known = {row[0] for row in cluster.sql(f"SELECT IF(id_array_job, id_array_job, id_job) FROM {outage.table}")}
    assert set(outage.numbers) <= known
    assert charged == recorded and {over_all, into} <= recorded.keys()
    assert posting.post_usage(now()) == 0
    found = balances(owner_of(award.pk))[award.pool.pk]
    outage.work()
    assert found.used == sum(recorded.values()) and not Job.objects.filter(settled_at=None).exists()
    assert balances(owner_of(award.pk))[award.pool.pk].held == 0
