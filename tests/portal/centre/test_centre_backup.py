"""A back-up carries everything, a restore checks everything, and neither leaves anything half done."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from factories import NOW

from madang.errors import Refused
from madang.portal.centre import backup as backups
from madang.portal.centre.setup import make_home


@pytest.fixture
def home(settings, tmp_path, monkeypatch) -> Path:
    """A small centre's home with a database that is being written to."""
    settings.MADANG_HOME = tmp_path / "home"
    make_home(settings.MADANG_HOME)
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": settings.MADANG_HOME / "m.sqlite3"}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    write_database(settings.MADANG_HOME / "m.sqlite3", "first")
    (settings.MADANG_HOME / "files" / "ab").mkdir()
    (settings.MADANG_HOME / "files" / "ab" / "abcd").write_bytes(b"content")
    (settings.MADANG_HOME / "keys" / "secret_key").write_text("secret")
    write_database(settings.MADANG_HOME / "jobs" / "spool.sqlite3", "spooled")
    return settings.MADANG_HOME


def write_database(path: Path, word: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE IF NOT EXISTS words (word TEXT)")
        database.execute("INSERT INTO words VALUES (?)", [word])
        database.commit()


def words(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute("SELECT word FROM words")]


def moved_to_new_home(settings, tmp_path) -> Path:
    settings.MADANG_HOME = tmp_path / "elsewhere"
    settings.DATABASES["default"]["NAME"] = settings.MADANG_HOME / "m.sqlite3"
    return settings.MADANG_HOME


def test_everything_comes_back_as_it_was(home, settings, tmp_path):
    with closing(sqlite3.connect(home / "m.sqlite3")) as open_elsewhere:
        open_elsewhere.execute("INSERT INTO words VALUES ('committed')")
        open_elsewhere.commit()
        open_elsewhere.execute("INSERT INTO words VALUES ('not committed')")
        backups.backup(tmp_path / "b.tar.gz", now=NOW)
    new = moved_to_new_home(settings, tmp_path)
    manifest = backups.restore(tmp_path / "b.tar.gz")
    assert words(new / "m.sqlite3") == ["first", "committed"]
    assert words(new / "jobs" / "spool.sqlite3") == ["spooled"]
    assert (new / "files" / "ab" / "abcd").read_bytes() == b"content"
    assert (new / "keys" / "secret_key").read_text() == "secret"
    assert {entry["name"] for entry in manifest["files"]} >= {"database", "files/ab/abcd", "keys/secret_key"}


def test_archive_and_restored_files_are_for_their_owner_only(home, settings, tmp_path):
    backups.backup(tmp_path / "b.tar.gz", now=NOW)
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600
    new = moved_to_new_home(settings, tmp_path)
    backups.restore(tmp_path / "b.tar.gz")
    assert {path.stat().st_mode & 0o077 for path in new.rglob("*")} == {0}


def test_links_in_a_home_are_not_carried(home, tmp_path):
    (home / "files" / "link").symlink_to("/etc/passwd")
    manifest = backups.backup(tmp_path / "b.tar.gz", now=NOW)
    assert "files/link" not in {entry["name"] for entry in manifest["files"]}


def rewritten(archive: Path, target: Path, change) -> None:
    with tarfile.open(archive) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            content = old.extractfile(member).read()
            name, content = change(member.name, content)
            member.name, member.size = name, len(content)
            new.addfile(member, io.BytesIO(content))


def test_a_changed_file_is_found_and_nothing_is_restored(home, settings, tmp_path):
    backups.backup(tmp_path / "b.tar.gz", now=NOW)
    rewritten(
        tmp_path / "b.tar.gz", tmp_path / "bad.tar.gz", lambda n, c: (n, b"CONTENT" if n == "files/ab/abcd" else c)
    )
    new = moved_to_new_home(settings, tmp_path)
    with pytest.raises(Refused, match="archive_damaged"):
        backups.restore(tmp_path / "bad.tar.gz")
    assert not (new / "m.sqlite3").exists()
    assert not list(new.iterdir())


def test_a_cut_off_archive_is_refused(home, settings, tmp_path):
    backups.backup(tmp_path / "b.tar.gz", now=NOW)
    whole = (tmp_path / "b.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: len(whole) // 2])
    moved_to_new_home(settings, tmp_path)
    with pytest.raises(Refused, match="archive_unreadable"):
        backups.restore(tmp_path / "cut.tar.gz")


def test_an_archive_that_reaches_out_of_its_folder_is_refused(home, settings, tmp_path):
    backups.backup(tmp_path / "b.tar.gz", now=NOW)
    rewritten(
        tmp_path / "b.tar.gz", tmp_path / "bad.tar.gz", lambda n, c: ("../../out" if n == "files/ab/abcd" else n, c)
    )
    moved_to_new_home(settings, tmp_path)
    with pytest.raises(Refused, match="archive_unreadable"):
        backups.restore(tmp_path / "bad.tar.gz")
    assert not (tmp_path / "out").exists()


def test_a_home_in_use_is_not_restored_over(home, tmp_path):
    backups.backup(tmp_path / "b.tar.gz", now=NOW)
    with pytest.raises(Refused, match="home_not_empty"):
        backups.restore(tmp_path / "b.tar.gz")


def test_another_versions_archive_is_refused(home, settings, tmp_path):
    backups.backup(tmp_path / "b.tar.gz", now=NOW)

    def older(name, content):
        return name, json.dumps(
            json.loads(content) | {"version": "0.0.1"}
        ).encode() if name == "manifest.json" else content

    rewritten(tmp_path / "b.tar.gz", tmp_path / "old.tar.gz", older)
    moved_to_new_home(settings, tmp_path)
    with pytest.raises(Refused, match="archive_other_version"):
        backups.restore(tmp_path / "old.tar.gz")


def test_a_failed_backup_leaves_the_last_one(home, tmp_path):
    backups.backup(tmp_path / "b.tar.gz", now=NOW)
    before = (tmp_path / "b.tar.gz").read_bytes()
    (home / "m.sqlite3").unlink()
    (home / "m.sqlite3").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        backups.backup(tmp_path / "b.tar.gz", now=NOW)
    assert (tmp_path / "b.tar.gz").read_bytes() == before
