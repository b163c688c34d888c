"""A served centre with a real machine and a worker that works, and the command as a person runs it."""

import json
import stat
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from factories import make_member, make_organisation
from portal.jobs.conftest import machine, machine_home, make_paid, work  # noqa: F401 - fixtures

from madang.cli import credentials
from madang.cli.main import main

PASSWORD = "a long enough password"


@pytest.fixture(scope="session", autouse=True)
def _static_folder(tmp_path_factory):
    """The served centre's own static files; the server is started before any test's settings."""
    settings.STATIC_ROOT = str(tmp_path_factory.mktemp("static"))


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder and a configuration of the test's own, in English."""
    for name in ("MADANG_SERVER", "MADANG_TOKEN", "MADANG_PASSWORD", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "en")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(here, capsys):
    """Runs the command; gives its exit status and what it printed."""

    def command(*words):
        try:
            status = main(list(words))
        except SystemExit as end:
            status = end.code
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err, json=lambda: json.loads(out))

    return command


@pytest.fixture
def person(transactional_db):
    return make_member(make_organisation(), password=PASSWORD)


@pytest.fixture
def logged_in(run, live_server, person, monkeypatch):
    """The command, logged in as a member."""
    monkeypatch.setenv("MADANG_PASSWORD", PASSWORD)
    told = run("login", "--server", live_server.url, "--email", person.email)
    assert told.status == 0, told.err
    assert stat.S_IMODE(credentials.path().stat().st_mode) == 0o600
    return run


@pytest.fixture
def award(logged_in, machine, person):  # noqa: F811
    """An award of the person's organisation that is in force today."""
    today = timezone.now().date()
    organisation = person.memberships.get().organisation
    return make_paid(organisation=organisation, starts_on=today - timedelta(days=2), ends_on=today + timedelta(days=9))


@pytest.fixture
def working(award):
    """A worker that goes on until the test is over."""
    stop = threading.Event()

    def rounds():
        try:
            while not stop.is_set():
                work(timezone.now())
                stop.wait(0.05)
        finally:
            connections.close_all()

    thread = threading.Thread(target=rounds)
    thread.start()
    yield award
    stop.set()
    thread.join()
