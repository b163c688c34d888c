"""An upgrade backs up first, goes back where a step fails, and nothing serves a database of another version."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

FUTURE = "9999_of_a_later_version"


@pytest.fixture(scope="module")
def centre(tmp_path_factory) -> Path:
    """A home that `madang init` made; each test works on a copy of its database."""
    home = tmp_path_factory.mktemp("upgrade") / "home"
    made = madang(home, "init")
    assert made.returncode == 0, made.stderr
    with closing(sqlite3.connect(home / "madang.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home


@pytest.fixture
def home(centre):
    """The home as it was made."""
    path = centre / "madang.sqlite3"
    before = path.read_bytes()
    yield centre
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    path.write_bytes(before)
    for archive in (centre / "backups").iterdir():
        archive.unlink()


def madang(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MADANG_", "DJANGO_"))}
    environment = kept | {"MADANG_HOME": str(home), "MADANG_CLI_LANGUAGE": "en"}
    command = [sys.executable, "-m", "madang.cli.main", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def change(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "madang.sqlite3")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def rows(home: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(home / "madang.sqlite3")) as database:
        return database.execute(query).fetchall()


def triggers(home: Path) -> list[tuple]:
    return rows(home, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")


def make_older(home: Path) -> None:
    """The database of a version that had not yet the last steps, the first of which adds the triggers."""
    change(home, *(f"DROP TRIGGER {name}" for name, _ in triggers(home)))
    change(home, "DELETE FROM django_migrations WHERE app = 'portal' AND name >= '0002_'")


def test_a_database_of_a_later_version_is_neither_served_nor_upgraded(home):
    change(home, f"INSERT INTO django_migrations (app, name, applied) VALUES ('portal', '{FUTURE}', '2030-01-01')")
    for command in (("up", "--port", "1"), ("upgrade",)):
        refused = madang(home, *command)
        assert refused.returncode == 2
        assert f"newer version of Madang (it has portal.{FUTURE})" in refused.stderr
    assert list((home / "backups").iterdir()) == []


def test_a_database_of_an_earlier_version_is_served_only_after_an_upgrade_which_backs_up_first(home):
    whole = triggers(home)
    make_older(home)
    refused = madang(home, "up", "--port", "1")
    assert refused.returncode == 2
    assert "lacks 2 steps of this version" in refused.stderr and "madang upgrade" in refused.stderr

    done = madang(home, "upgrade")
    assert done.returncode == 0, done.stderr
    assert "2 steps were taken" in done.stdout
    (archive,) = (home / "backups").iterdir()
    assert str(archive) in done.stdout
    assert triggers(home) == whole != []

    archive.unlink()
    again = madang(home, "upgrade")
    assert (again.returncode, list((home / "backups").iterdir())) == (0, [])
    assert "0 steps were taken" in again.stdout


def test_a_step_that_fails_leaves_the_database_as_it_was(home):
    whole = triggers(home)
    make_older(home)
    # a trigger of the step's own name stands in its way
    change(home, whole[-1][1])
    before = rows(home, "SELECT app, name FROM django_migrations"), triggers(home)
    failed = madang(home, "upgrade")
    assert failed.returncode == 2
    (archive,) = (home / "backups").iterdir()
    assert "already exists" in failed.stderr and str(archive) in failed.stderr
    assert (rows(home, "SELECT app, name FROM django_migrations"), triggers(home)) == before
    assert rows(home, "PRAGMA foreign_key_check") == []
