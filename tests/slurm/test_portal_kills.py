"""The portal's worker dies at every step of apply, of handing over and of posting use: nothing is lost or twofold."""

import contextlib
import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import actor
from slurm.portal_site import HOUR, apply, ask, grant, make_running, now, sbatch, state

from madang.compute.slurm import applying
from madang.compute.slurm.register import Register
from madang.compute.slurm.staging import Hand
from madang.compute.slurm.standing import Standing
from madang.errors import Refused, Unavailable
from madang.portal.actors import WORKER
from madang.portal.awards.queries import owner_of
from madang.portal.cluster import actions, bringing, chores, queries, rules
from madang.portal.cluster.models import ClusterChange, ClusterCount
from madang.portal.jobs import actions as jobs
from madang.portal.jobs import chores as work
from madang.portal.jobs import posting
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import Shape
from madang.portal.journal.actions import digest
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import importer
from madang.portal.ledger.models import Movement
from madang.portal.ledger.queries import balances, check_identity
from madang.portal.ledger.rules import Usage

pytestmark = [pytest.mark.slurm, pytest.mark.django_db]
H100 = ("--partition=h100", "--time=5")
WHEN = ("before", "after")


class Killed(BaseException):
    """The worker's death; from here on it does nothing more, not even in its other threads."""


class Death:
    """Kills once at each step that comes up, before it and after it; a new worker goes on until the next one."""

    def __init__(self, monkeypatch):
        self.monkeypatch, self.dead, self.died, self.works_on = monkeypatch, False, [], False

    def at(self, place, *names, of=lambda *args, **given: ""):
        """Makes functions of a module or class into steps; `of` tells their calls apart."""
        for name in names:
            self.monkeypatch.setattr(place, name, self._step(name, getattr(place, name), of))

    def _step(self, name, found, of):
        def step(*args, **given):
            label = f"{name} {of(*args, **given)}".strip()
            self._die(f"before {label}")
            done = found(*args, **given)
            self._die(f"after {label}")
            return done

        return step

    def _die(self, label):
        if not self.works_on or (not self.dead and label in self.died):
            return
        if not self.dead:
            self.died.append(label)
        self.dead = True
        raise Killed

    def works(self, turn, over):
        """One worker after another does turns until it is over; each is told how many died before it."""
        self.works_on = True
        while not over():
            try:
                turn(len(self.died))
            except Killed:
                self.dead = False
        self.works_on = False


def around(*names):
    return {f"{when} {name}" for when in WHEN for name in names}


def test_a_change_is_gone_on_for_wherever_the_worker_died(site, award, monkeypatch):
    for hours, user in enumerate(("news", "mail", "backup", "proxy", "uucp"), start=1):
        make_running(user, hours=hours)  # a step of its own for each
    yesterday = ("test", "before", owner_of(award.pk), award.pool.pk, "outside:1")
    when = (now() - timedelta(days=1)).astimezone(ZoneInfo("Asia/Seoul")).date()
    ledger.use(by=WORKER, now=now(), usage=Usage(*yesterday, f"{when:%Y-%m}", when, 2 * HOUR))
    found, _ = bringing.plan(now())
    monkeypatch.setattr(bringing, "AT_ONCE", 1)
    death, change, began = Death(monkeypatch), ask(), now()
    notes = ("claim", "ran", "ended", "rest", "cut_off", "note_counts")
    death.at(actions, *notes)
    death.at(applying, "_take", of=lambda commands, step: step.phase.name)
    death.at(Standing, "_keep")
    later = actions.CLAIM + timedelta(seconds=1)  # a claim is another's no more
    death.works(lambda died: chores.carry_on(began + died * later), lambda: not queries.change_goes_on())
    assert ClusterChange.objects.get(pk=change.pk).state == "ended"
    assert bringing.plan(now())[0].lines == [] == bringing.drift()
    assert set(death.died) >= around(*notes, "_keep", *(f"_take {step.phase.name}" for step in found.steps))
    # every command is in the journal, if only as one that may have run
    told = set(JournalEntry.objects.filter(action__startswith="cluster.").values_list("facts__command", flat=True))
    assert {rules.without_users((*step.program, *step.argv), "", (), digest)[0] for step in found.steps} <= told
    assert site.backend.standing.begun.left() == (False, [])
    for name in ("games", "news"):
        rows = site.cluster.run("sacctmgr", "-nP", "show", "assoc", f"user={name}", "format=Account").split()
        assert sum(row.startswith("portal-a-") for row in rows) == 1
    assert sbatch(site, "games", award, *H100, "--gres=gpu:1").isdigit()
    # what was used before the cluster counts is taken off its budget, once
    assert ClusterCount.objects.get(award_id=award.pk).before_seconds == 2 * HOUR
    shown = site.cluster.run("sacctmgr", "-nP", "show", "qos", f"{award.name}-h100", "format=GrpTRESMins")
    assert shown.strip() == "gres/gpu=480"


def test_a_database_that_dies_stops_a_change_and_an_import_and_both_go_on(site, award, monkeypatch):
    monkeypatch.setattr(bringing, "AT_ONCE", 1)
    change = ask()
    chores.carry_on(now())
    site.cluster.stop("mariadbd")
    try:
        for late in (0, 1):
            with contextlib.suppress(Unavailable):
                chores.carry_on(now() + late * (actions.CLAIM + timedelta(seconds=1)))
        assert queries.change_goes_on()
    finally:
        site.cluster.start("mariadbd")
    later = now() + 3 * actions.CLAIM
    while queries.change_goes_on():
        with contextlib.suppress(Unavailable):
            chores.carry_on(later)
        later += actions.CLAIM
    assert ClusterChange.objects.get(pk=change.pk).state == "ended" and bringing.plan(now())[0].lines == []
    posting.post_usage(now())
    job = sbatch(site, "games", award, *H100, "--gres=gpu:2", script="#!/bin/sh\nsleep 1\n")
    site.cluster.until(lambda: not state(site, job), "end of the job")
    site.cluster.stop("mariadbd")
    try:
        with pytest.raises(Unavailable):
            posting.post_usage(now())
        assert _used(award) == 0
    finally:
        site.cluster.start("mariadbd")
    site.cluster.until(lambda: _posted() or _used(award), "use")
    (moved,) = Movement.objects.filter(subject=f"{site.cluster.name}:{job}")
    assert moved.amount == _used(award) > 0 and check_identity() == []


def _posted():
    with contextlib.suppress(Unavailable):
        return posting.post_usage(now())


def submit(award, name, argv=("true",), **given):
    """A member submits a job of one GPU to the portal."""
    shape = Shape(gpus=1, cores=1, memory_mb=64, wall_seconds=60)
    fields = {"award": award, "pool": award.pool, "name": name, "argv": list(argv), "files": [], "shape": shape}
    return jobs.submit(by=actor(award.owner), now=now(), key=uuid.uuid4(), **fields, **given)


def turn(at=None):
    """What the worker does of jobs at every turn; what is not known yet is asked again."""
    try:
        work.hand_over(at or now())
        work.follow(at or now())
    except Unavailable:
        pass


def settled():
    return not Job.objects.filter(settled_at=None).exists()


def test_a_job_is_given_once_and_charged_once_wherever_the_worker_died(site, award, monkeypatch):
    apply()
    posting.post_usage(now())
    job, death, began = submit(award, "one", ["sleep", "1"]), Death(monkeypatch), now()
    death.at(jobs, "claim", of=lambda *, now, jobs: "some" if list(jobs) else "none")
    death.at(jobs, "handed_over", "move_cursor", "settle")
    death.at(Register, "enter", "number")
    death.at(Hand, "ask", of=lambda hand, user, verb, *rest, **given: verb)
    # each charge is a transaction of its own, as the small ones of a large import are
    monkeypatch.setattr(importer, "PACED_BATCH", 1)
    death.at(importer, "post", of=lambda *, by, now, usages: usages[0].key)
    later = jobs.CLAIM + timedelta(seconds=1)
    death.works(lambda died: turn(began + died * later), settled)
    assert set(death.died) >= around(
        "claim some", "enter", "ask submit", "number", "handed_over", "move_cursor", "settle"
    )
    assert sum("post" in label for label in death.died) == 2
    job.refresh_from_db()
    assert (job.state, job.reason_code) == ("succeeded", "ended_well")
    number = site.backend._row(job.backend_id)["number"]
    rows = site.cluster.run(
        "sacct", "-X", "-nP", f"--name={job.backend_id}", "--format=JobIDRaw,ElapsedRaw", "-S", "now-1hour"
    )
    assert [line.split("|")[0] for line in rows.split()] == [number]
    (moved,) = Movement.objects.filter(subject=f"job:{job.pk}", to_account__bucket="used")
    found = balances(owner_of(award.pk))[award.pool.pk]
    assert moved.amount == found.used == int(rows.split("|")[1]) and found.held == 0 and check_identity() == []


NASTY = [
    "a b  c",
    "'single' \"double\"",
    "한글 과제",
    "; touch {mark}",
    "$(touch {mark}) `touch {mark}`",
    "--uid=0",
    "-n",
    "a|b\\c",
]


def test_what_a_job_is_called_is_never_carried_out(site, award):
    apply()
    mark = site.folder / "x"
    names = [name.format(mark=mark) for name in NASTY]
    script = "import sys; print(sys.argv[1:])"
    given = [submit(award, name, ["/usr/bin/python3", "-c", script, name, "\n", name]) for name in names]
    for name in ("two\nlines", "", "\x00"):
        with pytest.raises(Refused, match="job_name"):
            submit(award, name)
    while not settled():
        turn()
    for job, name in zip(given, names, strict=True):
        job.refresh_from_db()
        assert (job.state, job.name) == ("succeeded", name)
        assert site.backend.log(job.backend_id, 0).data.decode() == f"{[name, chr(10), name]}\n"
    assert not mark.exists()
    # what Slurm shows of it beside the name that we gave is one plain line
    shown = [site.cluster.run("squeue", "-h", "-t", "all", "-n", job.backend_id, "-o", "%k").strip() for job in given]
    assert shown[2] == "한글 과제" and shown[5:7] == ["--uid=0", "-n"] and shown[1] == "single   double"


def test_less_than_was_used_stops_what_comes_and_not_what_runs(site, award):
    """An award is lowered below what the cluster knows as used; nothing is harmed or negative, and it comes back."""
    apply()
    posting.post_usage(now())
    running = sbatch(site, "games", award, *H100, "--gres=gpu:1")
    site.cluster.until(lambda: state(site, running).startswith("RUNNING"), "first job")
    place = {"by": actor(award.owner), "now": now(), "owner": owner_of(award.pk), "pool": award.pool.pk}
    left = balances(owner_of(award.pk))[award.pool.pk].left
    ledger.give_back(**place, amount=left, source="take_back", key="all")
    with pytest.raises(Refused, match="not_enough_left"):
        ledger.give_back(**place, amount=1, source="take_back", key="more")
    while chores.follow(now()):
        pass

    def budget():
        return site.cluster.run("sacctmgr", "-nP", "show", "qos", f"{award.name}-h100", "format=GrpTRESMins").strip()

    assert budget() == "gres/gpu=0"
    waiting = sbatch(site, "games", award, *H100, "--gres=gpu:1")
    if waiting.isdigit():
        site.cluster.until(lambda: "QOSGrp" in state(site, waiting), "second job waits")
    assert state(site, running).startswith("RUNNING")
    with pytest.raises(Refused, match="not_enough_left"):
        submit(award, "portal")
    lasted = ("squeue", "-h", "-j", running, "-o", "%M")
    site.cluster.until(lambda: site.cluster.run(*lasted).strip() > "0:01", "two seconds")
    site.cluster.run("scancel", running)
    site.cluster.until(lambda: not state(site, running), "end of the first job")
    site.cluster.until(lambda: posting.post_usage(now()) or _used(award), "use")
    found = balances(owner_of(award.pk))[award.pool.pk]
    assert found.used == found.overrun > 0 and (found.left, found.held) == (0, 0) and check_identity() == []
    grant(award, award.pool, 10)
    while chores.follow(now()):
        pass
    assert budget() == "gres/gpu=600"
    again = waiting if waiting.isdigit() else sbatch(site, "games", award, *H100, "--gres=gpu:1")
    site.cluster.until(lambda: state(site, again).startswith("RUNNING"), "a job after the top-up")


def _used(award):
    return balances(owner_of(award.pk))[award.pool.pk].used
