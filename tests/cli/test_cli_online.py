"""The command against a served centre over real HTTP: log in, submit, wait, read, fetch, cancel, in both languages."""

import hashlib
import os
import pty
import signal
import subprocess
import sys

import pytest
from backends.local_site import until
from portal.jobs.conftest import fresh, work_until

from madang.cli import credentials
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import JobState
from madang.portal.people.models import ApiToken

ASKED = ["--cores", "1", "--memory", "256M", "--time", "2m"]


def test_log_in_and_out(logged_in, live_server, person):
    token = ApiToken.objects.get()
    assert credentials.stored()["server"] == live_server.url
    assert logged_in("jobs").out == "No jobs.\n"
    assert logged_in("logout").status == 0
    assert not credentials.path().exists()
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
    told = logged_in("jobs")
    assert (told.status, told.out, told.err) == (2, "", "Please log in first: madang login\n")


def test_a_wrong_password_is_the_centres_word_and_nothing_is_kept(run, live_server, person, monkeypatch):
    monkeypatch.setenv("MADANG_PASSWORD", "wrong")
    told = run("login", "--server", live_server.url, "--email", person.email)
    assert told.status == 2 and "do not go together" in told.err and not credentials.path().exists()
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "ko")
    told = run("login", "--server", live_server.url, "--email", person.email)
    assert told.status == 2 and any("가" <= letter <= "힣" for letter in told.err)


def test_a_token_in_the_environment_goes_before_the_stored_one(logged_in, monkeypatch):
    monkeypatch.setenv("MADANG_TOKEN", "nonsense")
    told = logged_in("jobs")
    assert told.status == 2 and "token" in told.err


def test_a_server_that_is_not_there_is_said(run, monkeypatch):
    monkeypatch.setenv("MADANG_SERVER", "http://127.0.0.1:9")
    monkeypatch.setenv("MADANG_TOKEN", "x")
    told = run("jobs")
    assert told.status == 2 and "cannot be reached" in told.err
    assert run("login", "--server", "nonsense").status == 2


def test_submit_and_wait_streams_the_log_and_gives_the_jobs_own_status(logged_in, working, here):
    (here / "data").mkdir()
    (here / "data" / "one.txt").write_text("one\n")
    (here / "data" / "no.log").write_text("no\n")
    (here / "data" / ".madangignore").write_text("*.log\n")
    script = "cat sub/* *.txt; ls; echo out > result; exit 3"
    (here / "two").write_text("둘\n")
    sent = ["--folder", "data", "--file", "two=sub/two"]
    told = logged_in("submit", working.award.number, *ASKED, *sent, "--wait", "--", "sh", "-c", script)
    assert told.status == 3, told.err
    assert told.out == "둘\none\none.txt\nsub\n"
    assert "is received" in told.err and "Ended with an error" in told.err and "exit code 3" in told.err
    job = Job.objects.get()
    assert job.argv == ["sh", "-c", script] and job.name == "sh"
    outputs = logged_in("outputs", str(job.pk), "--json").json()
    assert [one["path"] for one in outputs] == ["result"]
    assert logged_in("fetch", str(job.pk), "--to", "got").status == 0
    assert (here / "got" / "result").read_text() == "out\n"
    assert hashlib.sha256(b"out\n").hexdigest() == outputs[0]["sha256"]
    assert logged_in("fetch", str(job.pk), "nothing").err == "The job left no such file: nothing\n"
    assert logged_in("logs", str(job.pk)).out == told.out
    assert logged_in("logs", "-f", str(job.pk)).out == told.out


def test_a_job_that_ends_well_gives_nought_and_its_use_is_listed(logged_in, working):
    told = logged_in("submit", working.award.number, *ASKED, "--wait", "--json", "--", "sh", "-c", "sleep 1.1")
    assert told.status == 0 and told.json()["state"] == "succeeded"
    usage = logged_in("usage", working.award.number, "--json").json()[0]
    assert usage["granted_seconds"] == 10_000 == usage["left_seconds"] + usage["used_seconds"]
    table = logged_in("usage").out
    assert working.award.number in table and "core-hours" in table


def test_submitting_without_waiting_listing_and_cancelling(logged_in, award, monkeypatch):
    key = "4f0c4a5e-2d5c-4a7e-9a1b-0c8f6f6c7b11"
    told = logged_in(
        "submit", award.award.number, *ASKED, "--name", "길게", "--key", key, "--json", "--", "sleep", "600"
    )
    assert told.status == 0 and told.json()["held_seconds"] == 120
    again = logged_in(
        "submit", award.award.number, *ASKED, "--name", "길게", "--key", key, "--json", "--", "sleep", "600"
    )
    assert again.json()["id"] == told.json()["id"]
    lines = logged_in("jobs").out.splitlines()
    assert len(lines) == 2 and "길게" in lines[1] and "Received" in lines[1]
    assert logged_in("jobs", "--state", "running", "--json").json() == []
    assert logged_in("cancel", str(told.json()["id"])).status == 0
    assert fresh(Job.objects.get()).state == JobState.CANCELLED
    twice = logged_in("cancel", str(told.json()["id"]))
    assert twice.status == 2 and twice.err
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "ko")
    assert "요청으로 취소됨" in logged_in("jobs").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cores", "200", "--time", "1h", "--", "true"], "720,000 seconds are asked for, and 10,000 are left"),
        (["--time", "soon", "--", "true"], "no length of time"),
        (["--memory", "much", "--", "true"], "no amount of memory"),
        (["--file", "absent", "--", "true"], "no file absent"),
        (["--cores", "0", "--", "true"], "cores"),
        ([], "two hyphens"),
    ],
)
def test_what_cannot_be_submitted_is_said_with_status_two(logged_in, award, words, said):
    told = logged_in("submit", award.award.number, *words)
    assert told.status == 2 and said in told.err and not Job.objects.exists()


def test_nobody_sees_another_organisations_jobs(logged_in, award):
    from factories import make_job
    from portal.jobs.conftest import make_paid

    other = make_job(make_paid().award)
    for words in (["logs"], ["outputs"], ["fetch"], ["cancel"]):
        told = logged_in(*words, str(other.pk))
        assert told.status == 2 and "nothing here that you can see" in told.err
    assert logged_in("jobs").out == "No jobs.\n"
    assert logged_in("usage", other.award.number).status == 2


def interrupted(award, answer):
    """The command on a terminal of its own, interrupted while its job runs; what it ended with and what it said."""
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "madang.cli.main", "submit", award.award.number, *ASKED, "--wait", "--", "sh", "-c"]
    process = subprocess.Popen(
        [*words, "echo up; sleep 100"], stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    )
    job = until(lambda: Job.objects.first())
    work_until(job, lambda row: row.state == JobState.RUNNING)
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGINT)
    os.write(master, answer)
    _, err = process.communicate(timeout=20)
    os.close(master)
    os.close(slave)
    return process.returncode, err.decode(), fresh(job)


def test_interrupted_it_asks_and_cancels(logged_in, award):
    status, said, job = interrupted(award, b"y\n")
    assert status == 130 and f"Cancel job {job.pk}?" in said and job.cancel_asked_at is not None


def test_interrupted_it_may_leave_the_job_alone(logged_in, award):
    status, said, job = interrupted(award, b"n\n")
    assert status == 130 and "goes on" in said and job.cancel_asked_at is None
    assert logged_in("cancel", str(job.pk)).status == 0


def test_help_and_misuse(run, monkeypatch):
    assert run("submit", "--help").status == 0
    assert run("nonsense").status == 2
    assert run("logs", "x").status == 2
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "ko")
    assert "작업" in run("submit", "--help").out
