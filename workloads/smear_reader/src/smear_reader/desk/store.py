"""Keeps slides, fields, answers and keys in one folder: a SQLite database, and the images until they are deleted."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from smear_reader.confirming import Answer
from smear_reader.words import text

SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL CHECK (role IN ('device', 'technician')),
  digest TEXT NOT NULL UNIQUE, made_at TEXT NOT NULL, revoked_at TEXT,
  fields_a_day INTEGER NOT NULL CHECK (fields_a_day > 0));
CREATE TABLE IF NOT EXISTS sessions (
  digest TEXT PRIMARY KEY, key_id INTEGER NOT NULL REFERENCES keys, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS slides (
  id INTEGER PRIMARY KEY, sample TEXT NOT NULL, key_id INTEGER NOT NULL REFERENCES keys, made_at TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'read')), enough INTEGER NOT NULL DEFAULT 0,
  record TEXT, wiped_at TEXT, CHECK ((state = 'read') = (record IS NOT NULL)));
CREATE TABLE IF NOT EXISTS fields (
  slide_id INTEGER NOT NULL REFERENCES slides, number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 2000),
  digest TEXT NOT NULL, bytes INTEGER NOT NULL, key_id INTEGER NOT NULL REFERENCES keys, sent_at TEXT NOT NULL,
  fault TEXT, seen INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (slide_id, number));
CREATE INDEX IF NOT EXISTS fields_by_key ON fields (key_id, sent_at);
CREATE TABLE IF NOT EXISTS answers (
  id INTEGER PRIMARY KEY, slide_id INTEGER NOT NULL REFERENCES slides, place TEXT NOT NULL, bacillus INTEGER NOT NULL,
  who TEXT NOT NULL, at TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS answers_stay BEFORE UPDATE ON answers BEGIN SELECT RAISE(ABORT, 'answers stay'); END;
CREATE TRIGGER IF NOT EXISTS answers_remain BEFORE DELETE ON answers BEGIN SELECT RAISE(ABORT, 'answers stay'); END;
"""
SAMPLE = re.compile(r"(?=(?:[^0-9]*[0-9]){2})[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){0,3}")
NAME_LIKE = re.compile(r"[A-Z]{5}|\d{6}-?\d{7}")
MOST_FIELDS = 2000


@dataclass
class DeskError(Exception):
    """A request that is refused: `code` names why, `status` is HTTP's number, `facts` fill the sentence."""

    code: str
    status: int
    facts: dict[str, object]


SENTENCES = {
    "no_key": text("A key is needed, and this one is none of ours."),
    "not_for_devices": text("Only a technician's key may do this."),
    "unknown": text("There is no such thing here."),
    "bad_sample": text("A sample's code has capital letters, digits and hyphens, two digits at least, and no names."),
    "bad_number": text("Fields are numbered from 1 to {most}."),
    "other_content": text("Field {number} was sent before with other content."),
    "closed": text("This slide is closed; no more fields are taken."),
    "too_large": text("A field may have at most {most} bytes."),
    "empty": text("The request has no content."),
    "too_many_requests": text("Too many requests with this key; wait a minute."),
    "too_many_fields": text("This key may send {most} fields a day."),
    "disk_full": text("The desk keeps as many images as it may; wait until some are deleted."),
    "wiped": text("The images of this slide were deleted after the set time."),
    "not_read": text("This slide is not read yet."),
    "bad_request": text("The request cannot be understood."),
    "elsewhere": text("The request came from another page."),
}


@dataclass(frozen=True)
class Key:
    """Who asks: a device or a technician, by name."""

    id: int
    name: str
    role: str
    fields_a_day: int


def instant(now: datetime) -> str:
    """An instant as it is stored: UTC, to the second."""
    return now.astimezone(UTC).isoformat(timespec="seconds")


def hashed(secret: str) -> str:
    """What is kept of a key or session: long random secrets need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Store:
    """All that a desk keeps, below one folder that nobody else may read."""

    def __init__(self, home: Path, *, most_bytes: int = 20 * 2**30) -> None:
        self.home = home
        self.most_bytes = most_bytes
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / "images").mkdir(mode=0o700, exist_ok=True)
        with self.connected() as connection:
            connection.executescript(SCHEMA)

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        connection = sqlite3.connect(self.home / "desk.sqlite", timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            with connection:
                yield connection
        finally:
            connection.close()

    def one(self, query: str, *values: object) -> sqlite3.Row | None:
        with self.connected() as connection:
            row: sqlite3.Row | None = connection.execute(query, values).fetchone()
            return row

    def all(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self.connected() as connection:
            return connection.execute(query, values).fetchall()

    def new_slide(self, key: Key, sample: str, now: datetime) -> int:
        """Opens a slide under a sample's code, which must not look like a name or a resident number."""
        if not SAMPLE.fullmatch(sample) or NAME_LIKE.search(sample):
            raise DeskError("bad_sample", 422, {})
        with self.connected() as connection:
            made = connection.execute(
                "INSERT INTO slides (sample, key_id, made_at, state) VALUES (?, ?, ?, 'open')",
                (sample, key.id, instant(now)),
            )
            return int(made.lastrowid or 0)

    def slide(self, slide: int, key: Key) -> sqlite3.Row:
        """A slide that this key may see: a technician all, a device its own."""
        row = self.one("SELECT * FROM slides WHERE id = ?", slide)
        if row is None or (key.role == "device" and row["key_id"] != key.id):
            raise DeskError("unknown", 404, {})
        return row

    def image(self, slide: int, number: int) -> Path:
        return self.home / "images" / str(slide) / f"{number}.image"

    def add_field(self, key: Key, slide: int, number: int, content: bytes, now: datetime) -> bool:
        """Keeps one image; False where the very same was sent before. The file is on the disk before its row is."""
        row = self.slide(slide, key)
        if not 1 <= number <= MOST_FIELDS:
            raise DeskError("bad_number", 422, {"most": MOST_FIELDS})
        digest = hashlib.sha256(content).hexdigest()
        before = self.one("SELECT digest FROM fields WHERE slide_id = ? AND number = ?", slide, number)
        if before is not None:
            if before["digest"] == digest:
                return False
            raise DeskError("other_content", 409, {"number": number})
        if row["state"] != "open":
            raise DeskError("closed", 409, {})
        self._within_limits(key, len(content), now)
        path = self.image(slide, number)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _written(path, content)
        with self.connected() as connection:  # only while the slide is open: what is closed is being read to its end
            added = connection.execute(
                "INSERT OR IGNORE INTO fields (slide_id, number, digest, bytes, key_id, sent_at)"
                " SELECT id, ?, ?, ?, ?, ? FROM slides WHERE id = ? AND state = 'open'",
                (number, digest, len(content), key.id, instant(now), slide),
            )
        if added.rowcount == 0:
            raise DeskError("closed", 409, {})
        return True

    def _within_limits(self, key: Key, size: int, now: datetime) -> None:
        day = instant(now - timedelta(days=1))
        sent = self.one("SELECT COUNT(*) AS n FROM fields WHERE key_id = ? AND sent_at > ?", key.id, day)
        if sent is not None and sent["n"] >= key.fields_a_day:
            raise DeskError("too_many_fields", 429, {"most": key.fields_a_day})
        held = self.one(
            "SELECT COALESCE(SUM(bytes), 0) AS n FROM fields JOIN slides ON slides.id = slide_id WHERE wiped_at IS NULL"
        )
        if held is not None and held["n"] + size > self.most_bytes:
            raise DeskError("disk_full", 507, {})

    def close(self, slide: int) -> None:
        """No more fields; a slide that is closed stays so."""
        with self.connected() as connection:
            connection.execute("UPDATE slides SET state = 'closed' WHERE id = ? AND state = 'open'", (slide,))

    def finish(self, slide: int, record: dict[str, object]) -> None:
        """Keeps what was read of a closed slide."""
        with self.connected() as connection:
            kept = json.dumps(record, ensure_ascii=False)
            connection.execute(
                "UPDATE slides SET state = 'read', record = ? WHERE id = ? AND state = 'closed'", (kept, slide)
            )

    def answer(self, slide: int, answers: list[Answer]) -> None:
        """Adds a person's words to the slide; nothing that was said before is changed."""
        with self.connected() as connection:
            connection.executemany(
                "INSERT INTO answers (slide_id, place, bacillus, who, at) VALUES (?, ?, ?, ?, ?)",
                [(slide, a.place, a.bacillus, a.who, a.at) for a in answers],
            )

    def answers(self, slide: int) -> list[Answer]:
        """What people said of a slide's pictures, in order."""
        rows = self.all("SELECT * FROM answers WHERE slide_id = ? ORDER BY id", slide)
        return [Answer(r["at"], r["who"], str(slide), r["place"], bool(r["bacillus"])) for r in rows]

    def wipe(self, now: datetime, keep: timedelta) -> int:
        """Deletes the images and pictures of slides older than `keep`; counts, places and answers stay."""
        rows = self.all("SELECT * FROM slides WHERE wiped_at IS NULL AND made_at < ?", instant(now - keep))
        for row in rows:
            shutil.rmtree(self.home / "images" / str(row["id"]), ignore_errors=True)
            record: dict[str, Any] | None = json.loads(row["record"]) if row["record"] else None
            for place in (record or {}).get("places", []):
                place["picture"] = ""
            with self.connected() as connection:
                connection.execute(
                    "UPDATE slides SET wiped_at = ?, record = ?,"
                    " state = CASE state WHEN 'open' THEN 'closed' ELSE state END WHERE id = ?",
                    (instant(now), json.dumps(record) if record else None, row["id"]),
                )
        return len(rows)


def _written(path: Path, content: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
