"""Brings a centre's database to this version: backs up first, and puts the database back where a step fails."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from madang.errors import Refused
from madang.portal.centre import backup, setup


def upgrade(*, now: datetime, archive: Path) -> int:
    """Takes the missing steps and gives how many; the archive is written only where there are any.

    Refused: ``database_newer`` (step); ``upgrade_failed`` (archive, why), with the database as it was before.
    """
    foreign = setup.foreign_migrations()
    if foreign:
        raise Refused("database_newer", step=foreign[-1])
    missing = setup.missing_migrations()
    if not missing:
        setup.set_up(now)
        return 0
    backup.backup(archive, now=now)
    try:
        setup.set_up(now)
    except Exception as error:
        backup.put_back(archive)
        raise Refused("upgrade_failed", archive=str(archive), why=f"{type(error).__name__}: {error}") from error
    return len(missing)
