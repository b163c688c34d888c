"""Backs up everything that a centre owns into one archive with a manifest, and restores it verified."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connections

from madang import __version__
from madang.errors import Refused
from madang.portal.centre.setup import make_home

CARRIED = ("files", "jobs", "mail", "keys")
MANIFEST = "manifest.json"
DATABASE_COPY = "database"
BLOCK = 1 << 20


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a live SQLite file, through SQLite's own online back-up."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _run(tool: str, *arguments: str) -> None:
    database = settings.DATABASES["default"]
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "NAME": "PGDATABASE"}
    given = {variable: str(database[key]) for key, variable in names.items() if database.get(key)}
    program = shutil.which(tool)
    if program is None:
        raise Refused("database_tool_missing", tool=tool)
    done = subprocess.run(
        [program, *arguments], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused("database_tool_failed", tool=tool, why=done.stderr.strip()[-300:])


def _copy_database(target: Path) -> None:
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        _copy_sqlite(Path(str(database["NAME"])), target)
    else:
        _run("pg_dump", "--format=custom", f"--file={target}")


def _carried_files(home: Path) -> list[Path]:
    """Regular files only: links and sockets in a home are nothing that a restore should make again."""
    found = []
    for folder in CARRIED:
        found += [path for path in sorted((home / folder).rglob("*")) if path.is_file() and not path.is_symlink()]
    return found


def _stage(home: Path, path: Path, staging: Path) -> Path:
    """The file to put into the archive: SQLite files of the job spool are copied consistently, others as they are."""
    if path.suffix == ".sqlite" or path.suffix == ".sqlite3":
        copy = staging / hashlib.sha256(str(path).encode()).hexdigest()
        _copy_sqlite(path, copy)
        return copy
    return path


def backup(target: Path, *, now: datetime) -> dict[str, Any]:
    """Writes the archive (mode 600; it holds the centre's keys) and returns its manifest."""
    home: Path = settings.MADANG_HOME
    entries: list[dict[str, Any]] = []
    part = target.with_name(target.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with tempfile.TemporaryDirectory(dir=home) as folder, os.fdopen(descriptor, "wb") as raw:
        staging = Path(folder)
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as archive:
            database = staging / DATABASE_COPY
            _copy_database(database)
            _add(archive, database, DATABASE_COPY, entries)
            for path in _carried_files(home):
                name = str(path.relative_to(home))
                if not name.endswith(("-wal", "-shm", ".lock")):
                    # what has gone since it was listed, as jobs' files do, is not there to be backed up
                    with suppress(FileNotFoundError):
                        _add(archive, _stage(home, path, staging), name, entries)
            manifest = _manifest(entries, now)
            written = staging / MANIFEST
            written.write_text(json.dumps(manifest, indent=1))
            archive.add(written, MANIFEST)
        raw.flush()
        os.fsync(raw.fileno())
    part.replace(target)
    return manifest


class _Digested:
    """A file that digests what is read of it: a job may write on, and the manifest must name what the archive holds."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        block = self.file.read(size)
        self.digest.update(block)
        return block


def _add(archive: tarfile.TarFile, path: Path, name: str, entries: list[dict[str, Any]]) -> None:
    with path.open("rb") as file:
        info, content = archive.gettarinfo(arcname=name, fileobj=file), _Digested(file)
        archive.addfile(info, content)
    entries.append({"name": name, "sha256": content.digest.hexdigest(), "size": info.size})


def _manifest(entries: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    engine = "sqlite" if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else "postgresql"
    return {"version": __version__, "made_at": now.astimezone(UTC).isoformat(), "engine": engine, "files": entries}


def _extract(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Refused("archive_unreadable", why=str(error)) from error


def _verified_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise Refused("archive_unreadable", why=str(error)) from error
    if manifest["version"] != __version__:
        raise Refused("archive_other_version", theirs=manifest["version"], ours=__version__)
    for entry in manifest["files"]:
        path = folder / entry["name"]
        if not path.is_file() or _sha256(path) != entry["sha256"]:
            raise Refused("archive_damaged", name=entry["name"])
    return manifest


def restore(source: Path) -> dict[str, Any]:
    """Checks every file of the archive, then puts it into the (empty) home and database; returns the manifest."""
    home: Path = settings.MADANG_HOME
    # The keys folder alone may stand: settings make it at every start of the command.
    if any((home / folder).exists() and any((home / folder).iterdir()) for folder in CARRIED if folder != "keys"):
        raise Refused("home_not_empty", home=str(home))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        staging = Path(folder)
        _extract(source, staging)
        manifest = _verified_manifest(staging)
        _restore_database(staging / DATABASE_COPY)
        for entry in manifest["files"]:
            if entry["name"] != DATABASE_COPY:
                _place(staging / entry["name"], home / entry["name"])
    make_home(home)
    return manifest


def put_back(source: Path) -> None:
    """Makes the database again what it is in an archive of this centre; nothing else of the home is touched."""
    home: Path = settings.MADANG_HOME
    with tempfile.TemporaryDirectory(dir=home) as folder:
        _extract(source, Path(folder))
        copy = Path(folder) / DATABASE_COPY
        connections.close_all()
        if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            target = Path(str(settings.DATABASES["default"]["NAME"]))
            for beside in ("-wal", "-shm"):
                target.with_name(target.name + beside).unlink(missing_ok=True)
            _place(copy, target)
        else:
            _run_restore(copy, "--clean", "--if-exists")


def _run_restore(copy: Path, *how: str) -> None:
    database = f"--dbname={settings.DATABASES['default']['NAME']}"
    _run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", *how, database, str(copy))


def _place(source: Path, target: Path) -> None:
    _make_private(target.parent)
    source.replace(target)
    target.chmod(0o600)


def _make_private(folder: Path) -> None:
    """The folder and those above it that are missing, each for its owner only (`parents=True` forgets the mode)."""
    if not folder.exists():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700)


def _restore_database(copy: Path) -> None:
    database = settings.DATABASES["default"]
    connections.close_all()
    if database["ENGINE"].endswith("sqlite3"):
        target = Path(str(database["NAME"]))
        if target.exists() and target.stat().st_size:
            raise Refused("home_not_empty", home=str(target))
        _place(copy, target)
    else:
        _run_restore(copy)
