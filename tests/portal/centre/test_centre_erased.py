"""A back-up from before somebody was erased is restored with the list of erased people, by the real command."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

from madang.portal.holdings import erasures

REGISTER = """
from django.utils import timezone
from madang.portal.actors import WORKER
from madang.portal.people import actions
print(actions.register_person(by=WORKER, now=timezone.now(), email="hong@test.example", name="Hong", language="ko").pk)
"""
ERASE = """
from django.utils import timezone
from madang.portal.actors import WORKER
from madang.portal.holdings import actions, chores
actions.erase(by=WORKER, now=timezone.now(), person={person})
print(chores.keep_list(timezone.now()))
"""


def madang(home, *arguments, code=0):
    """The command in a centre of its own; what it prints."""
    environment = {"PATH": os.environ["PATH"], "MADANG_HOME": str(home), "MADANG_LANGUAGE": "en", "LANG": "C.UTF-8"}
    words = [sys.executable, "-m", "madang.cli.main", *arguments]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def inside(home, script):
    """What a script prints that runs with the centre's settings."""
    start = "import django\ndjango.setup()\n"
    environment = {
        "PATH": os.environ["PATH"], "MADANG_HOME": str(home), "DJANGO_SETTINGS_MODULE": "madang.portal.settings"
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", start + script], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def name_of(home, person):
    with closing(sqlite3.connect(home / "madang.sqlite3")) as database:
        return database.execute("SELECT name, email FROM portal_person WHERE id = ?", [person]).fetchone()


def test_a_restore_erases_again_who_was_erased_since(tmp_path):
    home, new, archive = tmp_path / "home", tmp_path / "new", tmp_path / "b.tar.gz"
    madang(home, "init")
    person = int(inside(home, REGISTER))
    madang(home, "backup", str(archive))
    assert inside(home, ERASE.format(person=person)) == "1"
    listed = home / erasures.NAME
    assert [row["person"] for row in json.loads(listed.read_text())] == [person]
    assert listed.stat().st_mode & 0o777 == 0o600
    assert "hong" not in listed.read_text().lower()
    assert "cannot be read" in madang(new, "restore", str(archive), "--erased", str(tmp_path / "none.json"), code=2)
    said = madang(new, "restore", str(archive), "--erased", str(listed))
    assert "1 people who had been erased since were erased again" in said
    assert name_of(new, person) == ("", None)
    madang(new, "audit", "verify")


def test_a_list_that_is_damaged_stops_the_restore_before_it_begins(tmp_path):
    home, new, archive = tmp_path / "home", tmp_path / "new", tmp_path / "b.tar.gz"
    madang(home, "init")
    madang(home, "backup", str(archive))
    (tmp_path / "bad.json").write_text("[{]")
    madang(new, "restore", str(archive), "--erased", str(tmp_path / "bad.json"), code=2)
    assert not (new / "madang.sqlite3").exists()
