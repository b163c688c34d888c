"""The command against a served centre over real HTTP: log in, submit, wait, read, fetch, cancel, in both languages."""

import hashlib
import signal
import subprocess
import sys

import pytest
from backends.local_site import until
from factories import make_job_template
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
    told = logged_in("submit", "--award", working.award.number, *ASKED, *sent, "--", "sh", "-c", script)
    assert told.status == 3, told.err
    assert told.out == "둘\none\none.txt\nsub\n"
    assert "is received" in told.err and "Ended with an error" in told.err and "exit code 3" in told.err
    job = Job.objects.get()
    assert job.argv == ["sh", "-c", script] and job.name == "sh"
    outputs = logged_in("jobs", "outputs", str(job.pk), "--json").json()
    assert [one["path"] for one in outputs] == ["result"]
    assert logged_in("jobs", "fetch", str(job.pk), "--to", "got").status == 0
    assert (here / "got" / "result").read_text() == "out\n"
    assert hashlib.sha256(b"out\n").hexdigest() == outputs[0]["sha256"]
    assert logged_in("jobs", "fetch", str(job.pk), "nothing").err == "The job left no such file: nothing\n"
    assert logged_in("jobs", "logs", str(job.pk)).out == told.out
    assert logged_in("jobs", "logs", "-f", str(job.pk)).out == told.out


def test_a_job_that_ends_well_gives_nought_and_its_use_is_listed(logged_in, working):
    told = logged_in("submit", "--award", working.award.number, *ASKED, "--json", "--", "sh", "-c", "sleep 1.1")
    assert told.status == 0 and told.json()["state"] == "succeeded"
    usage = logged_in("usage", working.award.number, "--json").json()[0]
    assert usage["granted_seconds"] == 10_000 == usage["left_seconds"] + usage["used_seconds"]
    table = logged_in("usage").out
    assert working.award.number in table and "core-hours" in table


def test_submitting_without_waiting_listing_and_cancelling(logged_in, award, monkeypatch):
    key = "4f0c4a5e-2d5c-4a7e-9a1b-0c8f6f6c7b11"
    told = logged_in(
        "submit",
        "--award",
        award.award.number,
        *ASKED,
        "--name",
        "길게",
        "--key",
        key,
        "--json",
        "--detach",
        "--",
        "sleep",
        "600",
    )
    assert told.status == 0 and told.json()["held_seconds"] == 120
    again = logged_in(
        "submit",
        "--award",
        award.award.number,
        *ASKED,
        "--name",
        "길게",
        "--key",
        key,
        "--json",
        "--detach",
        "--",
        "sleep",
        "600",
    )
    assert again.json()["id"] == told.json()["id"]
    lines = logged_in("jobs").out.splitlines()
    assert len(lines) == 2 and "길게" in lines[1] and "Received" in lines[1]
    assert logged_in("jobs", "--state", "running", "--json").json() == []
    assert logged_in("jobs", "cancel", str(told.json()["id"])).status == 0
    assert fresh(Job.objects.get()).state == JobState.CANCELLED
    twice = logged_in("jobs", "cancel", str(told.json()["id"]))
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
    told = logged_in("submit", "--award", award.award.number, *words)
    assert told.status == 2 and said in told.err and not Job.objects.exists()


def test_nobody_sees_another_organisations_jobs(logged_in, award):
    from factories import make_job
    from portal.jobs.conftest import make_paid

    other = make_job(make_paid().award)
    for words in (["show"], ["logs"], ["outputs"], ["fetch"], ["cancel"], ["repeat"]):
        told = logged_in("jobs", *words, str(other.pk))
        assert told.status == 2 and "nothing here that you can see" in told.err
    assert logged_in("jobs").out == "No jobs.\n"
    assert logged_in("usage", other.award.number).status == 2


class Terminal:
    """The command on a process of its own, which is interrupted as with Ctrl-C."""

    def __init__(self, award, script):
        words = ["submit", "--award", award.award.number, *ASKED, "--", "sh", "-c", f"echo up; {script}"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "madang.cli.main", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.job = until(lambda: Job.objects.first())
        work_until(self.job, lambda row: row.state == JobState.RUNNING)
        assert self.process.stdout.readline() == b"up\n"

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def ended(self):
        _, err = self.process.communicate(timeout=20)
        return self.process.returncode, err.decode()


def asked_to_end(job):
    return until(lambda: fresh(job).cancel_asked_at)


def test_interrupted_it_cancels_the_job_and_waits_for_its_end(logged_in, award):
    terminal = Terminal(award, "sleep 100")
    terminal.interrupt()
    asked_to_end(terminal.job)
    work_until(terminal.job, lambda row: row.state == JobState.CANCELLED)
    status, said = terminal.ended()
    assert status not in (0, 130) and f"Job {terminal.job.pk} is being cancelled. Press Ctrl-C again" in said
    assert "Cancelled on request" in said


def test_interrupted_twice_it_leaves_and_says_how_to_come_back(logged_in, award):
    terminal = Terminal(award, "trap '' TERM; sleep 100")
    terminal.interrupt()
    asked_to_end(terminal.job)
    while b"Press Ctrl-C again" not in terminal.process.stderr.readline():
        assert terminal.process.poll() is None
    terminal.interrupt()
    status, said = terminal.ended()
    assert status == 130 and f"madang jobs fetch {terminal.job.pk}" in said


def test_what_the_job_left_is_fetched_and_nothing_is_written_over(logged_in, working, here):
    words = ["submit", *ASKED, "--to", "got", "--", "sh", "-c", "mkdir d; echo new > d/out"]
    assert logged_in(*words).status == 0
    assert (here / "got" / "d" / "out").read_text() == "new\n"
    assert logged_in(*words).status == 0  # the same content is no harm
    (here / "got" / "d" / "out").write_text("mine")
    told = logged_in(*words)
    assert told.status == 2 and "was left alone" in told.err and "madang jobs fetch" in told.err
    assert (here / "got" / "d" / "out").read_text() == "mine"
    assert logged_in(*words[:2], "--force", *words[2:]).status == 2  # not before the options' end
    last = str(Job.objects.latest("pk").pk)
    assert logged_in("jobs", "fetch", last, "--to", "got", "--force").status == 0
    assert (here / "got" / "d" / "out").read_text() == "new\n"
    (here / "away").mkdir()
    (here / "got2").mkdir()
    (here / "got2" / "d").symlink_to(here / "away")
    told = logged_in("jobs", "fetch", last, "--to", "got2")
    assert told.status == 2 and "outside the folder" in told.err and not list((here / "away").iterdir())


def test_a_script_is_sent_with_what_it_asks_for(logged_in, working, here):
    (here / "run.sh").write_text(
        "#!/bin/sh\n#SBATCH --time=2 --mem=300 --partition=big --requeue\n#MADANG --name mine\necho $1 $#\n"
    )
    told = logged_in("submit", "run.sh", "--no-fetch", "--", "one", "two")
    assert (told.status, told.out) == (0, "one 2\n"), told.err
    assert "--partition=big of the script means nothing here" in told.err
    job = Job.objects.get()
    assert (job.name, job.wall_seconds, job.memory_mb, job.requeue) == ("mine", 120, 300, True)
    (here / "run.sh").write_text("#MADANG --much\n")
    told = logged_in("submit", "run.sh")
    assert told.status == 2 and "not understood: --much" in told.err
    (here / "run.sh").write_text("#MADANG --gpus=x\n")
    assert logged_in("submit", "run.sh").status == 2


def test_a_job_is_repeated_with_its_files(logged_in, working, here):
    (here / "in").write_text("again\n")
    assert logged_in("submit", *ASKED, "--file", "in", "--detach", "--", "cat", "in").status == 0
    told = logged_in("jobs", "repeat", str(Job.objects.get().pk))
    assert (told.status, told.out) == (0, "again\n"), told.err
    assert Job.objects.count() == 2


def test_more_than_may_be_sent_is_said_before_it_is_sent(logged_in, award, here, settings):
    settings.MADANG_UPLOAD_LIMIT_MB = 1
    (here / "big").write_bytes(bytes((1 << 20) + 1))
    told = logged_in("submit", *ASKED, "--file", "big", "--", "true")
    assert told.status == 2 and "big has 2 MB; a single file may have 1 MB" in told.err
    (here / "many").mkdir()
    for number in range(1001):
        (here / "many" / str(number)).touch()
    told = logged_in("submit", *ASKED, "--folder", "many", "--", "true")
    assert told.status == 2 and "1001 files are too many: a job takes 1000" in told.err
    assert not Job.objects.exists()


def test_help_and_misuse(run, monkeypatch):
    assert run("submit", "--help").status == 0
    assert run("nonsense").status == 2
    assert run("jobs", "logs", "x").status == 2
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "ko")
    assert "작업" in run("submit", "--help").out


def test_a_template_says_what_the_command_does_not_and_may_be_an_array(logged_in, award):
    given = {"argv": ["sh", "-c", "sleep 600"], "memory_mb": 256, "wall_seconds": 60, "array_count": 2, "priority": -3}
    make_job_template(award.award.organisation, award.owner, **given)
    told = logged_in("submit", "--award", award.award.number, "--template", "nightly", "--time", "2m", "--json")
    assert told.status == 0, told.err
    jobs = list(Job.objects.order_by("array_index"))
    assert [(job.argv, job.wall_seconds, job.memory_mb, job.priority, job.name) for job in jobs] == [
        (["sh", "-c", "sleep 600"], 120, 256, -3, "nightly")
    ] * 2
    assert told.json()["array"] == str(jobs[0].array) and told.json()["array_count"] == 2
    assert len(logged_in("jobs", "--array", str(jobs[0].array), "--json").json()) == 2
    assert "0 templates" in logged_in("submit", "--award", award.award.number, "--template", "weekly").err
