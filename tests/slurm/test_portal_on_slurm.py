"""The portal on the real daemons: awards become limits by an act of staff, and whoever calls sbatch is charged once."""

import contextlib
import pwd
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import make_actor
from slurm.portal_site import HOUR, apply, grant, make_running, now, sbatch, state

from madang.cli.main import main
from madang.errors import Unavailable
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
SEOUL = ZoneInfo("Asia/Seoul")


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


def use(award, seconds, at=None):
    day = (at or now()).astimezone(SEOUL).date()
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


def test_metering_only_comes_first_and_what_it_found_is_taken_off(site, award):
    """A cluster that has accounts already: what they run is charged, and a budget begins with what is left."""
    for words in (("account", "kimlab"), ("user", "games", "account=kimlab")):
        site.cluster.run("sacctmgr", "-i", "add", *words)
    try:
        posting.post_usage(now())
        operator = make_actor(Role.OPERATOR)
        chores.look(now())
        assert "kimlab" in queries.others(operator)
        actions.join_accounts(by=operator, now=now() - timedelta(seconds=1), lines=[("kimlab", award.number)])
        script, found = "#!/bin/sh\nsleep 1\n", []
        gid = str(pwd.getpwnam("games").pw_gid)
        words = ("--uid=games", f"--gid={gid}", "--account=kimlab", "--partition=h100", "--gres=gpu:h100:2")
        done = site.backend._commands.run("sbatch", "--parsable", "--output=/dev/null", *words, stdin=script)
        assert done.status == 0, done.errors

        def charged():
            posting.post_usage(now())
            found[:] = Movement.objects.filter(source__startswith="joined:").values_list("amount", flat=True)
            return found

        site.cluster.until(charged, "use in the account of others")
        assert balances(owner_of(award.pk))[award.pool.pk].used == sum(found) > 0
        later = now() + timedelta(days=1)  # what an account of others used is taken off at midnight
        (one,) = bringing.plan(later)[1].awards
        assert one.reaches[0].before_seconds == sum(found)
        assert not site.backend.standing.plan([]).leftover  # and nothing was written there
        use(award, 3 * HOUR, now() - timedelta(days=1))
        apply()
        # Slurm lets nobody take a QOS away that is somebody's default
        site.cluster.run("sacctmgr", "-i", "delete", "user", "where", "name=games", f"account={award.name}")
        site.cluster.run("sacctmgr", "-i", "delete", "qos", f"{award.name}-h100")
        apply()
        shown = site.cluster.run("sacctmgr", "-nP", "show", "qos", f"{award.name}-h100", "format=GrpTRESMins")
        assert shown.strip() == "gres/gpu=420"
    finally:
        site.cluster.run("sacctmgr", "-i", "delete", "user", "where", "name=games", "account=kimlab", check=False)
        site.cluster.run("sacctmgr", "-i", "delete", "account", "kimlab")


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
