"""Keys by which devices and technicians are known, sessions of a browser, and how often a key may ask."""

from __future__ import annotations

import secrets
from collections import defaultdict, deque
from datetime import datetime, timedelta

from smear_reader.desk.store import DeskError, Key, Store, hashed, instant
from smear_reader.words import SaidError, text

SESSION_HOURS = 10
A_MINUTE = 900
FIELDS_A_DAY = 30_000


def make(store: Store, name: str, role: str, now: datetime, fields_a_day: int = FIELDS_A_DAY) -> str:
    """Makes a key and gives its secret, shown once. ``ValueError`` for a name that is taken or an unknown role."""
    secret = secrets.token_urlsafe(32)
    if role not in ("device", "technician") or not name.strip():
        raise SaidError(text("a key has a name, and the role device or technician"))
    if store.one("SELECT id FROM keys WHERE name = ?", name) is not None:
        raise SaidError(text("there is a key named {name} already"), name=name)
    with store.connected() as connection:
        connection.execute(
            "INSERT INTO keys (name, role, digest, made_at, fields_a_day) VALUES (?, ?, ?, ?, ?)",
            (name.strip(), role, hashed(secret), instant(now), fields_a_day),
        )
    return secret


def revoke(store: Store, name: str, now: datetime) -> bool:
    """Ends a key and all its sessions; False where there is none of that name."""
    with store.connected() as connection:
        done = connection.execute(
            "UPDATE keys SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL", (instant(now), name)
        )
        connection.execute("DELETE FROM sessions WHERE key_id IN (SELECT id FROM keys WHERE name = ?)", (name,))
        return done.rowcount > 0


def of_secret(store: Store, secret: str) -> Key:
    """The key of a secret. Raises `DeskError` where there is none."""
    row = store.one("SELECT * FROM keys WHERE digest = ? AND revoked_at IS NULL", hashed(secret))
    if row is None:
        raise DeskError("no_key", 401, {})
    return Key(row["id"], row["name"], row["role"], row["fields_a_day"])


def begin_session(store: Store, key: Key, now: datetime) -> str:
    """A browser's session for a technician, for one working day."""
    if key.role != "technician":
        raise DeskError("not_for_devices", 403, {})
    token = secrets.token_urlsafe(32)
    with store.connected() as connection:
        connection.execute("DELETE FROM sessions WHERE until < ?", (instant(now),))
        until = instant(now + timedelta(hours=SESSION_HOURS))
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (hashed(token), key.id, until))
    return token


def end_session(store: Store, token: str) -> None:
    with store.connected() as connection:
        connection.execute("DELETE FROM sessions WHERE digest = ?", (hashed(token),))


def of_session(store: Store, token: str, now: datetime) -> Key | None:
    """Whose session it is, or None where it is nobody's any more."""
    row = store.one(
        "SELECT keys.* FROM sessions JOIN keys ON keys.id = key_id WHERE sessions.digest = ? AND until > ?"
        " AND revoked_at IS NULL",
        hashed(token), instant(now),
    )  # fmt: skip
    return Key(row["id"], row["name"], row["role"], row["fields_a_day"]) if row is not None else None


class Pace:
    """How often each key asked within the last minute."""

    def __init__(self, a_minute: int = A_MINUTE) -> None:
        self.a_minute = a_minute
        self._asked: defaultdict[int, deque[datetime]] = defaultdict(deque)

    def asked(self, key: Key, now: datetime) -> None:
        """Counts a request. Raises `DeskError` where the key asked too often."""
        asked = self._asked[key.id]
        while asked and asked[0] <= now - timedelta(minutes=1):
            asked.popleft()
        if len(asked) >= self.a_minute:
            raise DeskError("too_many_requests", 429, {})
        asked.append(now)
