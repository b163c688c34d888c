"""The portal on the real daemons: awards become limits by an act of staff, and whoever calls sbatch is charged once."""

import contextlib
import pwd
from datetime import UTC, datetime, timedelta

import pytest
from backends.slurm_site import SlurmSite
from factories import (
    make_actor,
    make_application,
    make_award,
    make_member,
    make_organisation,
    make_pool,
    make_product,
    make_track,
    make_unix_user,
)

from madang.cli.main import main
from madang.errors import Unavailable
from madang.portal import backends
from madang.portal.actors import WORKER, Role
from madang.portal.awards.queries import owner_of
from madang.portal.cluster import actions, bringing, chores, queries
from madang.portal.cluster.models import ClusterChange, ClusterLook
from madang.portal.cluster.rules import Hold
from madang.portal.jobs import posting
from madang.portal.jobs.chores import tell_limits
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.models import Movement
from madang.portal.ledger.queries import balances
from madang.portal.ledger.rules import Usage

pytestmark = [pytest.mark.slurm, pytest.mark.django_db]
HOUR = 3600
# what an organisation may be called without any of it becoming a word of a command
NASTY = "(주)너슬 '\"; scontrol shutdown #\n마당 | $(id)"


def now():
    return datetime.now(UTC)


@pytest.fixture
def site(cluster, settings, monkeypatch):
    """The portal with the cluster as its backend; the centre has nothing there before and after."""
    made = SlurmSite(cluster, accounts=(), mark="portal", partitions={"": "cpu", "H100": "h100"}, gres={})
    monkeypatch.setattr(backends, "backend", lambda: made.backend)
    settings.MADANG_HOME = made.folder
    yield made
    running = cluster.run("squeue", "-h", "-o", "%A").split()
    if running:
        cluster.run("scancel", *running)
        cluster.until(lambda: not cluster.run("squeue", "-h", "-o", "%A").split(), "end of all jobs")
    found = made.backend.standing.plan([], remove=True)
    assert made.backend.standing.bring([], found, len(found.steps))
    made.close()


@pytest.fixture
def award(site):
    """An award of two H100 for a member whose Unix user is `games`, with ten GPU-hours."""
    return make_running("games")


def make_running(user, units=1, hours=10, **given):
    organisation = make_organisation(name=NASTY)
    owner = make_member(organisation)
    make_unix_user(owner, user)
    pool = make_pool(backend_type="H100", runs_jobs=True)
    track = make_track(products=[make_product(pool, units=units)])
    today = now().date()
    dates = {"starts_on": today - timedelta(days=3), "ends_on": today + timedelta(days=90)}
    award = make_award(make_application(track, organisation=organisation, created_by=owner), **{**dates, **given})
    grant(award, pool, hours)
    award.pool, award.name = pool, f"portal-a-{award.pk}"
    return award


def grant(award, pool, hours):
    ledger.grant(
        by=WORKER, now=now(), owner=owner_of(award.pk), pool=pool.pk, amount=int(hours * HOUR), source="award",
        key=f"{award.pk}/{hours}/{now()}", month=f"{now():%Y-%m}", day=now().date(),
    )  # fmt: skip


def apply(by=None):
    """Looks, asks for what was seen, and lets the worker carry it out."""
    chores.look(now())
    look = ClusterLook.objects.get()
    assert look.fault == {}
    change = actions.ask_change(by=by or make_actor(Role.OPERATOR), now=now(), digest=look.digest, planned=look.count)
    while queries.going_on(now()):
        chores.carry_on(now())
    return ClusterChange.objects.get(pk=change.pk)


def sbatch(site, user, award, *words, script="#!/bin/sh\nsleep 60\n"):
    """A person on the cluster who never saw the portal; the number of the job, or what Slurm said."""
    argv = ["sbatch", f"--uid={user}", f"--gid={pwd.getpwnam(user).pw_gid}", f"--account={award.name}", "--parsable"]
    done = site.backend._commands.run(*argv, "--output=/dev/null", "--chdir=/tmp", *words, stdin=script)
    return done.text.strip() if done.status == 0 else done.errors


def state(site, job):
    return site.cluster.run("squeue", "-h", "-j", job, "-o", "%T %r", check=False).strip()


def test_an_award_reaches_the_cluster_by_an_act_of_staff_and_no_other_way(site, award, capsys):
    found, _ = bringing.plan(now())
    assert found.lines[0].startswith(f"+ qos {award.name}-h100") and f"GrpTRESMins=gres/gpu={600}" in found.lines[0]
    tell_limits(now())
    assert not site.backend.standing.plan([]).leftover  # telling limits makes nothing there
    assert "error" in sbatch(site, "games", award, "--partition=h100", "--gres=gpu:1")
    change = apply()
    assert (change.state, change.planned) == ("ended", len(found.lines)) and change.steps == len(found.steps)
    entries = JournalEntry.objects.filter(action="cluster.run")
    assert entries.count() == len(found.steps) and all(len(one.facts["output_sha256"]) == 64 for one in entries)
    assert bringing.plan(now())[0].lines == [] and bringing.drift() == []
    assert sbatch(site, "games", award, "--partition=h100", "--gres=gpu:1").isdigit()


def test_what_was_looked_at_is_what_is_done_or_nothing(site, award):
    by = make_actor(Role.OPERATOR)
    chores.look(now())
    look = ClusterLook.objects.get()
    make_running("news")
    actions.ask_change(by=by, now=now(), digest=look.digest, planned=look.count)
    chores.carry_on(now())
    assert ClusterChange.objects.get().state == "outdated"
    assert not site.backend.standing.plan([]).leftover


def test_a_worker_that_was_killed_in_the_middle_is_gone_on_for(site, award, monkeypatch):
    by = make_actor(Role.OPERATOR)
    chores.look(now())
    look = ClusterLook.objects.get()
    monkeypatch.setattr(bringing, "AT_ONCE", 1)
    change = actions.ask_change(by=by, now=now(), digest=look.digest, planned=look.count)
    actions.claim(now=now(), change=change)
    change.refresh_from_db()
    assert not bringing.carry_on(now=now(), change=change)  # and here it is killed: its claim stays
    assert queries.going_on(now()) is None
    later = now() + actions.CLAIM
    while queries.going_on(later):
        later += timedelta(seconds=1)
        chores.carry_on(later)
    assert ClusterChange.objects.get().state == "ended" and bringing.plan(now())[0].lines == []


def test_what_hands_changed_is_told_apart_from_what_awards_changed(site, award):
    apply()
    tell_limits(now())
    grant(award, award.pool, 5)
    assert bringing.plan(now())[0].lines == [f"~ qos {award.name}-h100 GrpTRESMins=gres/gpu=900"]
    assert bringing.drift() == []
    site.cluster.run("sacctmgr", "-i", "modify", "qos", f"{award.name}-h100", "set", "GrpTRES=gres/gpu=6")
    site.cluster.run("sacctmgr", "-i", "delete", "user", "where", "name=games", f"account={award.name}")
    assert sorted(happened for happened, _ in bringing.drift()) == ["changed", "missing"]
    chores.look(now())
    assert len(ClusterLook.objects.get().drift) == 2
    apply()
    assert bringing.drift() == [] and bringing.plan(now())[0].lines == []


def test_an_ended_award_is_shut_at_once_and_its_terms_are_kept(site, award):
    actions.set_terms(by=make_actor(Role.OPERATOR), now=now(), award=award, hold=Hold.TARGET, stop_percent=150)
    tell_limits(now())
    apply()
    tell_limits(now())
    qos = site.backend.standing.plan([]).lines
    assert qos == [f"~ qos {award.name}-h100 GrpSubmitJobs=0 GrpJobs=0"] or qos[0].endswith("GrpJobs=0")
    shown = site.cluster.run("sacctmgr", "-nP", "show", "qos", f"{award.name}-h100", "format=GrpTRES,GrpTRESMins")
    assert shown.strip() == "|gres/gpu=900"
    type(award).objects.filter(pk=award.pk).update(state="ended", ended_at=now(), ended_reason="x")
    tell_limits(now())
    assert "error" in sbatch(site, "games", award, "--partition=h100", "--gres=gpu:1")
    assert bringing.drift() == []  # Madang itself shut it


def test_budget_and_priority_follow_the_ledger_without_anybody(site, award):
    """At 100 per cent the award comes last, at its own limit nothing starts, after a top-up it is as before."""
    actions.set_terms(by=make_actor(Role.OPERATOR), now=now(), award=award, hold=Hold.CAP, stop_percent=150)
    chores.follow(now())  # nothing was ever brought there: nothing is done
    assert not site.backend.standing.plan([]).leftover
    apply()
    told = JournalEntry.objects.filter(action="cluster.run").count()

    def limits():
        shown = site.cluster.run("sacctmgr", "-nP", "show", "qos", f"{award.name}-h100", "format=Priority,GrpTRESMins")
        assert chores.follow(now()) == 0 and bringing.drift() == []
        return shown.strip()

    assert limits() == "1000|gres/gpu=900"
    use(award, 10 * HOUR)
    limits()
    assert limits() == "0|gres/gpu=900"
    grant(award, award.pool, 5)
    limits()
    assert limits() == "1000|gres/gpu=1350"
    entries = JournalEntry.objects.filter(action="cluster.run")
    assert entries.count() == told + 2 and "Priority=1000" in entries.last().facts["command"]
    # what a hand set is not overwritten in silence: it is shown, and applying sets it back
    site.cluster.run("sacctmgr", "-i", "modify", "qos", f"{award.name}-h100", "set", "GrpTRESMins=gres/gpu=99999")
    grant(award, award.pool, 1)
    assert chores.follow(now()) == 0
    assert [happened for happened, _ in bringing.drift()] == ["changed"]
    assert bringing.plan(now())[0].lines == [f"~ qos {award.name}-h100 GrpTRESMins=gres/gpu=1440"]


def use(award, seconds):
    day = now().date()
    given = ("test", str(now()), owner_of(award.pk), award.pool.pk, "outside:1", f"{day:%Y-%m}", day, seconds)
    ledger.use(by=WORKER, now=now(), usage=Usage(*given))


def test_an_untyped_job_does_not_pass_an_exhausted_award(site):
    award = make_running("games", hours=0.1)  # six GPU-minutes
    apply()
    where = ("--partition=h100", "--time=5")
    first = sbatch(site, "games", award, *where, "--gres=gpu:h100:1")
    site.cluster.until(lambda: state(site, first).startswith("RUNNING"), "first job")
    for words in ("--gres=gpu:2", "--gres=gpu:h100:2", "--gres=gpu:1"):
        job = sbatch(site, "games", award, *where, words)
        site.cluster.until(lambda job=job: "QOSGrp" in state(site, job) or not job.isdigit(), words)
    # without a GPU, and through another partition: not at all
    assert "error" in sbatch(site, "games", award, *where)
    assert "error" in sbatch(site, "games", award, "--partition=b200", "--gres=gpu:1")
    waiting = job
    grant(award, award.pool, 10)
    apply()
    site.cluster.run("scancel", first)
    site.cluster.until(lambda: state(site, waiting).startswith("RUNNING"), "a job after the top-up")


def test_whoever_calls_sbatch_is_charged_to_the_award_once(site, award, monkeypatch):
    apply()
    posting.post_usage(now())
    jobs = [
        sbatch(site, "games", award, "--partition=h100", gpus, script="#!/bin/sh\nsleep 2\n")
        for gpus in ("--gres=gpu:h100:2", "--gres=gpu:1")
    ]
    site.cluster.until(lambda: not site.cluster.run("squeue", "-h", "-o", "%A").split(), "jobs ended")
    site.cluster.stop("slurmdbd", hard=True)
    try:
        with pytest.raises(Unavailable):
            posting.post_usage(now())
    finally:
        site.cluster.start("slurmdbd")
    site.cluster.until(lambda: "DBD Agent queue size: 0" in site.cluster.run("sdiag"), "records kept")

    # the worker dies after it posted and before it noted how far it had read
    class Killed(BaseException):
        pass

    def die(**given):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(posting.actions, "move_cursor", die)
        site.cluster.until(lambda: _posts(Killed) == len(jobs), "usage")
    kept = sorted(Movement.objects.filter(subject__startswith=site.cluster.name).values_list("subject", "amount"))
    assert [subject for subject, _ in kept] == sorted(f"{site.cluster.name}:{job}" for job in jobs)
    assert posting.post_usage(now()) == 0 == posting.post_usage(now())
    recorded = 0
    for line in site.cluster.run("sacct", "-X", "-nP", f"-j{','.join(jobs)}", "--format=ElapsedRaw,AllocTRES").split():
        seconds, _, tres = line.partition("|")
        counts = dict(part.split("=") for part in tres.split(","))
        recorded += int(seconds) * int(counts["gres/gpu"])
    assert balances(owner_of(award.pk))[award.pool.pk].used == recorded == sum(amount for _, amount in kept) > 0


def _posts(killed):
    with contextlib.suppress(killed):
        posting.post_usage(now())
    return Movement.objects.filter(subject__contains=":").exclude(subject__startswith="job:").count()


def test_the_commands(site, award, capsys, monkeypatch):
    monkeypatch.setattr("madang.cli.centre.prepare_django", lambda: None)
    monkeypatch.setenv("LANG", "C")
    assert main(["slurm", "plan"]) == 0
    planned = capsys.readouterr().out.splitlines()
    assert f"+ account {award.name} below portal-o-{award.organisation_id}, fair share 2" in planned
    assert main(["slurm", "apply", "--yes"]) == 0
    assert "Applied" in capsys.readouterr().out
    assert main(["slurm", "apply", "--yes"]) == 0 and "nothing to apply" not in capsys.readouterr().err
    assert main(["slurm", "drift"]) == 0
    site.cluster.run("sacctmgr", "-i", "modify", "account", award.name, "set", "Fairshare=77")
    assert main(["slurm", "drift"]) == 1 and "by hand" in capsys.readouterr().out
    assert ClusterChange.objects.get().asked_by is None
