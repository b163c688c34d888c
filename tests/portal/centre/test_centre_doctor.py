"""What `madang doctor` says of the bounds of jobs: what holds, what holds less firmly, and how to mend that."""

import os

import pytest
from backends.local_site import until
from django.utils import translation
from portal.jobs.conftest import machine, machine_home  # noqa: F401 - fixtures

from madang.cli.main import main
from madang.portal.centre.doctor import findings


@pytest.fixture
def restored():
    """A local command sets the mask of new files and the language of its whole process; others need theirs back."""
    mask, language = os.umask(0o022), translation.get_language()
    os.umask(mask)
    yield
    os.umask(mask)
    translation.activate(language)


@pytest.fixture
def bounded(machine):  # noqa: F811
    """A machine whose runner found groups for memory alone."""
    told = machine / "jobs" / "groups.json"
    until(told.exists)  # the runner writes it once it is up
    before = told.read_text()
    told.write_text('["memory"]')
    yield machine
    told.write_text(before)


def test_doctor_says_which_bounds_hold_and_how_to_get_the_others(bounded, restored, db, capsys, monkeypatch):
    found = {finding.text: finding for finding in findings()}
    weak = [text for text, finding in found.items() if not finding.holds and not finding.grave]
    assert len(weak) == 2 and all("Delegate=memory cpuset pids" in text for text in weak)
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "en")
    status = main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert {line[:4] for line in lines} <= {"ok  ", "NOT ", "weak"} and sum(
        line.startswith("weak") for line in lines
    ) == 2
    assert "ok   The system keeps all processes of a job together to its memory." in lines
    assert status == any(line.startswith("NOT") for line in lines)  # what holds less firmly is no failure
