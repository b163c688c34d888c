"""Writes down, once each, how a job ended and what it used."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from madang.compute import policies
from madang.compute.local.settings import Settings

Row = Mapping[str, Any]
"""A job as the spool keeps it, column by column."""
CUT_OFF = ("machine_restarted", "machine_stopped", "supervisor_lost")
MOST_RESTARTS = 100
_MILLION = 1_000_000


def finish(database: sqlite3.Connection, row: Row, result: dict[str, Any], settings: Settings, now: int) -> None:
    """The job's final state, its last slice of use and its account's standing, in the caller's one transaction.

    A job that already has a final state keeps it, and nothing is added.
    """
    ended = max(result["ended"], row["started"] + row["sliced"], row["started"])
    changed = database.execute(
        "UPDATE job SET state = ?, ended = ?, exit_code = ?, signal = ?, code = ?, facts = ?, outputs = ?,"
        " outputs_left_out = ?, log_cut = ? WHERE id = ? AND state = 'running'",
        [
            result["state"],
            ended,
            result["exit_code"],
            result["signal"],
            result["code"],
            json.dumps(result["facts"]),
            json.dumps(result["outputs"]),
            result["outputs_left_out"],
            int(result["log_cut"]),
            row["id"],
        ],
    )
    if changed.rowcount:
        add_slices(database, row, ended, settings, whole=False)
        _charge(database, row, (ended - row["started"]) // _MILLION, settings, now // _MILLION)


def seconds_left(wall_seconds: int, spent: int) -> int:
    """Of a job's time limit what earlier runs of `spent` microseconds have left: all its runs together keep to it."""
    return wall_seconds + -spent // _MILLION


def requeue(database: sqlite3.Connection, row: Row, result: dict[str, Any], settings: Settings, now: int) -> None:
    """Puts a job that ran back into the queue, its use up to then charged; a job that runs no more stays as it is."""
    ended = max(result["ended"], row["started"] + row["sliced"])
    held = database.execute("SELECT 1 FROM job WHERE id = ? AND state = 'running'", [row["id"]]).fetchone()
    if held:
        add_slices(database, row, ended, settings, whole=False)
        _charge(database, row, (ended - row["started"]) // _MILLION, settings, now // _MILLION)
        database.execute(
            "UPDATE job SET state = 'waiting', restarts = restarts + 1, attempts = 0, given = NULL, started = NULL,"
            " ticks = NULL, boot = NULL, seen = NULL, sliced = 0, stop_asked = NULL, spent = spent + ?, code = ?,"
            " facts = '{}' WHERE id = ?",
            [ended - row["started"], "requeued" if result["code"] == "stopped" else "run_again", row["id"]],
        )


def may_run_again(row: Row, result: dict[str, Any]) -> bool:
    """Whether a job whose run was cut off by no fault of its own, and that has time left, goes back into the queue."""
    cut_off = result["state"] == "lost" and result["code"] in (*CUT_OFF, "stopped")
    may = cut_off and row["requeue"] and not row["cancel_asked"] and row["restarts"] < MOST_RESTARTS
    spent = row["spent"] + max(result["ended"] - row["started"], row["sliced"])
    return bool(may and seconds_left(row["wall_seconds"], spent) > 0)


def add_slices(database: sqlite3.Connection, row: Row, until: int, settings: Settings, *, whole: bool) -> None:
    """Adds the slices of use not yet reported, up to `until`; only whole ones while the job goes on (`whole`).

    Slices meet without a gap, so that together they are exactly the time from start to end.
    """
    at, length = row["started"] + row["sliced"], settings.slice_seconds * _MILLION
    while at < until and (not whole or at + length <= until):
        ends = min(at + length, until)
        key = f"{settings.name}/{row['id']}/{row['restarts']}/{row['started']}/{at}"
        database.execute(
            "INSERT INTO usage_slice (key, job, starts, ends) VALUES (?, ?, ?, ?)", [key, row["id"], at, ends]
        )
        at = ends
    database.execute(
        "UPDATE job SET sliced = ?, seen = max(seen, ?) WHERE id = ?", [at - row["started"], at, row["id"]]
    )


def give_up(database: sqlite3.Connection, row: Row, now: int, detail: str) -> None:
    """Ends a job that was given its place but never ran: cancelled if that was asked, else lost; it used nothing."""
    state, code = ("cancelled", "cancelled_waiting") if row["cancel_asked"] else ("lost", "start_failed")
    facts = {} if row["cancel_asked"] else {"detail": detail}
    database.execute(
        "UPDATE job SET state = ?, ended = max(?, submitted), code = ?, facts = ? WHERE id = ? AND state = 'claimed'",
        [state, now, code, json.dumps(facts), row["id"]],
    )


def _charge(database: sqlite3.Connection, row: Row, seconds: int, settings: Settings, now: int) -> None:
    found = database.execute("SELECT used, at FROM standing WHERE account = ?", [row["account"]]).fetchone()
    before = policies.Standing(found["used"], found["at"]) if found else None
    amounts = policies.needs(gpus=row["gpus"], gpu_type=row["gpu_type"], cores=row["cores"], memory_mb=row["memory_mb"])
    after = policies.charged(before, amounts, seconds, now, settings.policy)
    database.execute("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", [row["account"], after.used, after.at])
