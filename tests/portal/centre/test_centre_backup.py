"""A back-up carries everything, a restore checks everything, and neither leaves anything half done."""

from __future__ import annotations

import io
import itertools
import json
import sqlite3
import tarfile
import threading
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


@pytest.fixture
def busy():
    """Runs an act again and again in a thread until the test is over."""
    over, threads = threading.Event(), []

    def begin(act) -> None:
        def run() -> None:
            while not over.is_set():
                act()

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield begin
    over.set()
    for thread in threads:
        thread.join()


def test_a_log_that_grows_meanwhile_is_carried_as_far_as_it_was(home, settings, tmp_path, busy):
    log = home / "jobs" / "log"
    log.write_bytes(b"x" * 20_000_000)

    def grow() -> None:
        with log.open("ab") as file:
            file.write(b"y" * 10_000)

    busy(grow)
    manifest = backups.backup(tmp_path / "b.tar.gz", now=NOW)
    size = next(entry["size"] for entry in manifest["files"] if entry["name"] == "jobs/log")
    assert 20_000_000 <= size < log.stat().st_size, "the log grew while it was read"
    new = moved_to_new_home(settings, tmp_path)
    backups.restore(tmp_path / "b.tar.gz")
    assert (new / "jobs" / "log").stat().st_size == size


def test_a_file_that_goes_away_meanwhile_is_left_out(home, settings, tmp_path, busy):
    folder = home / "jobs" / "passing"
    folder.mkdir()
    names = itertools.cycle(range(50))

    def come_and_go() -> None:
        name = next(names)
        (folder / f"{(name + 25) % 50}").unlink(missing_ok=True)
        (folder / f"{name}").write_bytes(b"z" * 1000)

    busy(come_and_go)
    for _ in range(8):
        backups.backup(tmp_path / "b.tar.gz", now=NOW)
    moved_to_new_home(settings, tmp_path)
    backups.restore(tmp_path / "b.tar.gz")


def test_a_backup_under_load_is_of_one_moment(home, settings, tmp_path, busy):
    """Two rows are written together and kept equal: whenever the copy was taken, it has both or neither."""
    with closing(sqlite3.connect(home / "m.sqlite3")) as database:
        database.execute("CREATE TABLE account (name TEXT, amount INTEGER)")
        database.executemany("INSERT INTO account VALUES (?, 0)", [("left",), ("held",)])
        database.commit()

    def move() -> None:
        with closing(sqlite3.connect(home / "m.sqlite3", timeout=20)) as database:
            database.execute("UPDATE account SET amount = amount + 1 WHERE name = 'left'")
            database.execute("UPDATE account SET amount = amount - 1 WHERE name = 'held'")
            database.execute("INSERT INTO words VALUES (hex(randomblob(2000)))")
            database.commit()

    busy(move)
    busy(move)
    for _ in range(5):
        backups.backup(tmp_path / "b.tar.gz", now=NOW)
    new = moved_to_new_home(settings, tmp_path)
    backups.restore(tmp_path / "b.tar.gz")
    with closing(sqlite3.connect(new / "m.sqlite3")) as database:
        (left,), (held,) = database.execute("SELECT amount FROM account").fetchall()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert left > 0 and left == -held


def test_a_database_is_put_back_and_nothing_else(home, tmp_path):
    backups.backup(tmp_path / "b.tar.gz", now=NOW)
    write_database(home / "m.sqlite3", "half of an upgrade")
    (home / "files" / "ab" / "later").write_bytes(b"later")
    backups.put_back(tmp_path / "b.tar.gz")
    assert words(home / "m.sqlite3") == ["first"]
    assert (home / "m.sqlite3").stat().st_mode & 0o777 == 0o600
    assert (home / "files" / "ab" / "later").read_bytes() == b"later"
