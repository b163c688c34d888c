"""Trials: asked for by those who may, answered in a child process that may be killed, stopped, kept and shown."""

import os
import signal
import subprocess
import sys
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from backends.local_site import until
from factories import NOW, actor, make_actor, make_award, make_job, make_member, make_pool_month, make_staff
from rounds import make_round, propose

from madang.errors import Refused, Stale
from madang.portal import leases
from madang.portal.actors import PUBLIC, Role
from madang.portal.forecasts import actions, answering, chores, demands, queries, rules
from madang.portal.forecasts.models import Trial
from madang.portal.forecasts.rules import BenchQuestion, Machine, PolicyKind
from madang.portal.journal.models import JournalEntry
from madang.portal.plans.rules import PolicyChoice

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
START = datetime.fromisoformat("2026-01-01T00:00:00+09:00")
UNTIL = datetime.fromisoformat("2026-04-01T00:00:00+09:00")


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


@pytest.fixture
def plan():
    found = make_round([60, 50], funded=24)
    return propose(found, PolicyChoice.RANK_SKIP)


@pytest.fixture
def quarter():
    """A pool with six jobs of one award in the first quarter, one of which never ran."""
    award = make_award()
    pool = award.lines.first().product.pool
    type(pool).objects.filter(pk=pool.pk).update(runs_jobs=True)
    make_pool_month(pool, "2026-02", physical=16, funded=16)
    for place in range(6):
        start = START + timedelta(hours=place)
        given = {"state": "succeeded", "started_at": start, "ended_at": start + timedelta(minutes=30)}
        make_job(award, gpus=8, wall_seconds=3600, submitted_at=start, key=uuid.uuid4(), **given)
    cancelled = {"state": "cancelled", "ended_at": START + timedelta(minutes=1)}
    make_job(award, gpus=8, submitted_at=START, key=uuid.uuid4(), **cancelled)
    return pool


def question(pool, **given):
    values = {"quarter": "2026-Q1", "first": START, "until": UNTIL, "present": Machine(2, 8), "asked": Machine(1, 8)}
    return BenchQuestion(**{"pool": pool.code, **values, "policy": PolicyKind.FCFS, **given})


def asked(plan, by=None, **given):
    values = {"plan": plan, "units": {}, "replays": 2} | given
    return actions.ask_plan(by=by or make_actor(Role.PROGRAMME_MANAGER), now=NOW, **values)


def finish(trial, now=NOW):
    chores.trial(now)
    answering.TRIALS.running[trial.pk].child.process.wait(120)
    assert chores.trial(now) == 1
    return Trial.objects.get(pk=trial.pk)


def test_a_plan_is_simulated_in_a_child_process(plan, client):
    trial = finish(asked(plan))
    assert (trial.state, trial.failure, trial.claimed_until) == ("done", {}, None)
    (pool,) = trial.result["pools"]
    assert trial.result["replays"] == 2 and pool["granted"] > 0
    assert pool["used"][0] + pool["unused"][0] == pytest.approx(pool["granted"], abs=2)
    assert {one["basis"] for one in trial.result["users"].values()} == {"assumed"}
    assert [JournalEntry.objects.filter(action=f"forecasts.{did}").count() for did in ("ask", "settle")] == [1, 1]
    client.force_login(make_staff(Role.AUDITOR))
    client.cookies["madang_language"] = "en"
    page = client.get(f"/staff/plans/{plan.pk}/effects/").content.decode()
    for words in ("Lost to others", "Risk of overbooking", "assumed, since too few jobs", "waits by kind of user"):
        assert words in page
    assert "Simulate again" not in page
    assert f"/staff/plans/{plan.pk}/effects/" in client.get(f"/staff/plans/{plan.pk}/").content.decode()


def test_what_the_child_is_given_names_nobody(plan):
    text = str(demands.work(asked(plan).pk))
    for file in plan.intake.applications.all():
        for secret in (file.organisation.name, file.title, file.number):
            assert secret not in text


def test_two_simulated_plans_stand_side_by_side(client):
    found = make_round([60, 50], funded=24)
    for policy in (PolicyChoice.RANK_SKIP, PolicyChoice.PORTFOLIO):
        latest = propose(found, policy)
        finish(asked(latest))
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    client.cookies["madang_language"] = "en"
    assert "the plans of this intake side by side" in client.get(f"/staff/plans/{latest.pk}/effects/").content.decode()


def test_who_may_ask_and_who_may_look(plan):
    for role in (Role.APPROVER, Role.AUDITOR, Role.SCREENING_OFFICER):
        assert code(lambda role=role: asked(plan, make_actor(role))) == "not_allowed_for_role"
    assert code(lambda: asked(plan, actor(make_member()))) == "not_allowed_for_role"
    trial = asked(plan)
    assert code(lambda: asked(plan)) == "trial_waits"
    for by in (PUBLIC, actor(make_member())):
        assert list(queries.trials(by)) == []
    assert list(queries.trials(make_actor(Role.APPROVER))) == [trial]


def test_a_question_must_make_sense(plan):
    assert code(lambda: asked(plan, replays=0)) == "trial_replays"
    assert code(lambda: asked(plan, units={"h100": 0})) == "trial_machine"
    type(plan).objects.filter(pk=plan.pk).update(state="faulty")
    plan.refresh_from_db()
    assert code(lambda: asked(plan)) == "trial_plan"


def test_no_more_wait_than_a_worker_can_answer_soon(plan, monkeypatch):
    monkeypatch.setattr(rules, "MOST_WAITING", 1)
    trial = asked(plan)
    type(trial).objects.filter(pk=trial.pk).update(kind="bench", plan=None)
    assert code(lambda: asked(plan)) == "trial_too_many"


def test_a_killed_child_is_a_failure_that_says_so(plan):
    trial = asked(plan)
    chores.trial(NOW)
    answering.TRIALS.running[trial.pk].child.process.kill()
    answering.TRIALS.running[trial.pk].child.process.wait()
    assert chores.trial(NOW) == 1
    trial.refresh_from_db()
    assert (trial.state, trial.failure["code"]) == ("failed", "child_died")
    assert asked(plan).pk != trial.pk


def test_a_killed_worker_leaves_the_trial_to_another(plan):
    trial = asked(plan)
    chores.trial(NOW)
    run = answering.TRIALS.running.pop(trial.pk)
    run.child.stop()
    assert leases.free(queries.to_answer(), NOW) == []
    later = NOW + leases.LEASE
    assert leases.free(queries.to_answer(), later) == [trial.pk]
    assert finish(trial, later).state == "done"
    with pytest.raises(Stale):
        actions.settle(now=later, trial=trial.pk, until=run.until, result={}, reports={})


def test_a_trial_that_is_stopped_ends_its_child(plan):
    trial = asked(plan, replays=50)
    chores.trial(NOW)
    child = answering.TRIALS.running[trial.pk].child
    assert code(lambda: actions.stop(by=make_actor(Role.AUDITOR), now=NOW, trial=trial)) == "not_allowed_for_role"
    actions.stop(by=make_actor(Role.OPERATOR), now=NOW, trial=trial)
    assert chores.trial(NOW) == 1
    assert child.ended and not child.folder.exists() and not answering.TRIALS.running
    with pytest.raises(Stale):
        actions.stop(by=make_actor(Role.OPERATOR), now=NOW, trial=trial)


def test_a_quarter_is_played_through_under_another_policy(quarter, client):
    operator = make_staff(Role.OPERATOR)
    trial = finish(actions.ask_bench(by=actor(operator), now=NOW, question=question(quarter)))
    assert (trial.state, trial.result["jobs"], trial.result["left_out"]) == ("done", 6, 1)
    assert [run["started"] for run in trial.result["runs"]] == [6, 6]
    client.force_login(operator)
    client.cookies["madang_language"] = "en"
    page = client.get(f"/staff/bench/{trial.pk}/").content.decode()
    assert "As asked" in page and "Nine in ten waited at most" in page
    report = b"".join(client.get(f"/staff/bench/{trial.pk}/report/en/").streaming_content).decode()
    assert "<!doctype html>" in report and "As it is" in report
    assert client.get(f"/staff/bench/{trial.pk}/report/fr/").status_code == 404


def test_the_bench_is_the_operators_and_the_auditors(quarter):
    manager = make_actor(Role.PROGRAMME_MANAGER)
    for by in (manager, make_actor(Role.AUDITOR), PUBLIC):
        assert (
            code(lambda by=by: actions.ask_bench(by=by, now=NOW, question=question(quarter))) == "not_allowed_for_role"
        )
    trial = actions.ask_bench(by=make_actor(Role.OPERATOR), now=NOW, question=question(quarter))
    assert list(queries.bench(manager)) == [] and list(queries.bench(make_actor(Role.AUDITOR))) == [trial]


def test_a_quarter_without_jobs_is_refused(quarter):
    empty = question(quarter, first=UNTIL, until=UNTIL + timedelta(days=91), quarter="2026-Q2")
    assert code(lambda: actions.ask_bench(by=make_actor(Role.OPERATOR), now=NOW, question=empty)) == "trial_no_jobs"


def test_the_bench_is_asked_in_the_browser(quarter, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    client.force_login(make_staff(Role.OPERATOR))
    client.cookies["madang_language"] = "en"
    filled = {
        "pool": quarter.pk, "quarter": "2026-Q1", "policy": "easy", "parts": "present", "units": 8, "half_life_days": 7,
        "entry_minutes": 5, "age": 1000, "size": 0, "fair_share": 10000,
    }  # fmt: skip
    answer = client.post("/staff/bench/", filled)
    trial = Trial.objects.get()
    assert answer["Location"] == f"/staff/bench/{trial.pk}/"
    assert trial.question["present"] == trial.question["asked"] == [2, 8]
    assert trial.question["parts"] == "present"
    assert "Being simulated" in client.get("/staff/bench/").content.decode()
    wrong = client.post("/staff/bench/", filled | {"quarter": "2025-Q4"})
    assert wrong.status_code == 422 and "No capacity is stored" in wrong.content.decode()


def test_own_jobs_of_a_kind_speak_for_it_once_there_are_enough(quarter, monkeypatch):
    award = queries.Job.objects.first().award
    kind = award.organisation.kind
    assert demands.users([(kind, "gpu")], NOW)[f"{kind}/gpu"]["basis"] == "assumed"
    monkeypatch.setattr(demands, "FEWEST_JOBS", 6)
    monkeypatch.setattr(demands, "FEWEST_AWARDS", 1)
    found = demands.users([(kind, "gpu"), ("university", "gpu")], NOW)
    assert (found[f"{kind}/gpu"]["basis"], len(found[f"{kind}/gpu"]["jobs"])) == ("kind", 6)
    assert found[f"{kind}/gpu"]["jobs"][0][1:] == [1800, 3600, 8]
    assert found["university/gpu"]["basis"] == "centre"


def test_left_folders_are_swept_after_a_day(tmp_path):
    old = tmp_path / "forecasts" / "trial-x"
    old.mkdir(parents=True)
    assert chores.sweep(NOW) == 0 and old.exists()
    os.utime(old, (1, 1))
    assert chores.sweep(NOW) == 1 and not old.exists()


BUSY = """
import ctypes, os
from madang.portal.forecasts.trying import die_with_parent
die_with_parent()
print(os.getpid(), flush=True)
ctypes.PyDLL(None).sleep(60)  # as a compiled engine, it never lets another thread run
"""


def test_a_child_that_holds_the_interpreter_dies_with_its_worker():
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}])"
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, "-c", start], env=environment, stdout=subprocess.PIPE) as worker:
        child = int(worker.stdout.readline())
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()

    def gone():
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return True
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

    until(gone)
