"""The client in Python against a served centre: the documented example, broken connections, refusals in words."""

import re
import socket
import threading
import uuid
from pathlib import Path

import pytest

from madang.cli import credentials
from madang.client import Client, JobRequest, RefusedThere, folders, gathered, words
from madang.errors import Refused, Unavailable
from madang.portal.jobs.models import Job

API = Path(__file__).parents[2] / "docs" / "api.md"
TRAIN = "import json, sys\njson.dump({'loss': 1}, open('result.json', 'w'))\nprint('trained')\n"


@pytest.fixture
def centre(logged_in, award):
    """The client of the person, who has one award; it does not wait between two tries."""
    with Client(*credentials.present(), pause=lambda _: None) as client:
        yield client


def wanted(award, *argv, **changes):
    given = {"cores": 1, "memory_mb": 256, "wall_seconds": 60} | changes
    return JobRequest(award=award.award.number, argv=argv or ("true",), **given)


class Breaking:
    """A way to the centre on which the first answers to submissions are lost after the centre has worked on them."""

    def __init__(self, server, times):
        self.host, self.port = server.removeprefix("http://").split(":")
        self.left = times
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._ear.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                caller, _ = self._ear.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller):
        with caller, socket.create_connection((self.host, int(self.port))) as centre:
            threading.Thread(target=self._copy, args=(caller, centre), daemon=True).start()
            answer = centre.recv(65536)
            while answer:
                if b" 201 " in answer[:20] and self.left:
                    self.left -= 1
                    caller.shutdown(socket.SHUT_RDWR)
                    return
                caller.sendall(answer)
                answer = centre.recv(65536)

    @staticmethod
    def _copy(caller, centre):
        try:
            while piece := caller.recv(65536):
                centre.sendall(piece)
        except OSError:
            pass

    def close(self):
        self._ear.close()


@pytest.fixture
def breaking(logged_in):
    made = []

    def make(times):
        made.append(Breaking(credentials.present()[0], times))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_the_documented_example_does_what_it_says(logged_in, working, here, monkeypatch, capsys):
    (example,) = re.findall(r"^```python\n(.*?)^```", API.read_text(), re.DOTALL | re.MULTILINE)
    (here / "project").mkdir()
    (here / "project" / "train.py").write_text(TRAIN)
    server, token = credentials.present()
    monkeypatch.setenv("MADANG_SERVER", server)
    monkeypatch.setenv("MADANG_TOKEN", token)
    exec(compile(example, str(API), "exec"), {})
    printed = capsys.readouterr().out
    assert "120 core-seconds of 10000" in printed and "trained\n" in printed and "results/result.json" in printed
    assert (here / "results" / "result.json").read_text() == '{"loss": 1}'


@pytest.mark.parametrize("times", [1, 3])
def test_an_answer_that_is_lost_makes_no_second_job(centre, award, breaking, times, here):
    (here / "in").write_text("x" * 100_000)
    with Client(breaking(times).url, credentials.present()[1], pause=lambda _: None) as client:
        job = client.submit(wanted(award), files=gathered(["in"], []))
    assert Job.objects.get().pk == job.id
    again = client_repeats(award, breaking(1).url, job.id)
    assert sorted(Job.objects.values_list("pk", flat=True)) == [job.id, again.id]


def client_repeats(award, url, job):
    with Client(url, credentials.present()[1], pause=lambda _: None) as client:
        return client.repeat(job)


def test_a_centre_that_never_answers_is_given_up_on(centre, award, breaking):
    waits = []
    with (
        Client(breaking(99).url, credentials.present()[1], pause=waits.append) as client,
        pytest.raises(Unavailable, match="cannot be reached"),
    ):
        client.submit(wanted(award))
    assert len(waits) == 5 and Job.objects.count() == 1


def test_what_changes_while_it_is_sent_is_not_submitted(centre, award, here):
    (here / "in").write_text("one")
    files = gathered(["in"], [])

    def meddle(_):
        (here / "in").write_text("two")

    with pytest.raises(Refused) as caught:
        # the first piece of the first file has been read when the second is changed
        (here / "big").write_bytes(bytes(300_000))
        centre.submit(wanted(award), files=[*gathered(["big"], []), *files], told=meddle)
    assert caught.value.code in ("file_changed", "job_file_differs") and not Job.objects.exists()


def test_figures_balances_and_limits_are_typed(centre, award):
    figures = centre.figures(wanted(award, cores=2))
    assert (figures.unit, figures.held_seconds, figures.left_seconds, figures.fits) == ("core", 120, 10_000, True)
    assert not centre.figures(wanted(award, wall_seconds=20_000)).fits
    (balance,) = centre.balances(award.award.number)
    assert balance.granted_seconds == balance.left_seconds == 10_000
    limits = centre.limits()
    assert (limits.most_files, limits.most_file_bytes) == (1000, 50 << 20)
    assert centre.award() == award.award.number and centre.awards()[0].starts_on < centre.awards()[0].ends_on
    assert not Job.objects.exists()


def test_a_refusal_has_the_portals_code_its_words_and_its_figures(centre, award):
    with pytest.raises(RefusedThere) as caught:
        centre.submit(wanted(award, wall_seconds=20_000))
    assert caught.value.code == "not_enough_left" and "10,000 are left" in str(caught.value)
    assert caught.value.given["left"] == 10_000 and caught.value.status == 409
    with pytest.raises(RefusedThere) as caught:
        centre.job(99)
    assert caught.value.status == 404 and words(caught.value) == caught.value.detail
    assert words(Refused("file_not_there", file="a"), "ko") != words(Refused("file_not_there", file="a"))


def test_waiting_has_an_end(centre, award):
    job = centre.submit(wanted(award))
    with pytest.raises(TimeoutError):
        centre.wait(job.id, timeout=0)
    assert centre.cancel(job.id).over and centre.wait(job.id).state == "cancelled"
    assert [one.id for one in centre.jobs(state="cancelled")] == [job.id]
    assert list(centre.stream(job.id)) == [] and centre.outputs(job.id) == []


def test_a_digest_that_does_not_fit_is_refused(centre, award, here):
    (here / "in").write_text("one")
    (file,) = gathered(["in"], [])
    wrong = folders.LocalFile(file.place, file.path, file.size, file.modified_ns)
    job = f'{{"award": "{award.award.number}", "name": "x", "argv": ["true"], "key": "{uuid.uuid4()}"}}'
    with pytest.raises(RefusedThere) as caught:
        centre.api.upload("jobs", {"job": job, "paths": ["in"], "sha256": ["0" * 64]}, [("files", wrong.path)])
    assert (caught.value.code, caught.value.status) == ("job_file_differs", 422)
    with pytest.raises(RefusedThere) as caught:
        centre.api.upload("jobs", {"job": job, "paths": ["in"], "sha256": ["0"] * 2}, [("files", wrong.path)])
    assert caught.value.code == "job_files_unpaired" and not Job.objects.exists()
