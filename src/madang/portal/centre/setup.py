"""Sets up a centre's home and database, and says whether a database fits this version."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from madang.catalogues import compile_catalogues
from madang.errors import Refused
from madang.portal.actors import WORKER
from madang.portal.honoraria import actions as honoraria
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people

FOLDERS = ("files", "jobs", "mail", "keys", "backups", "static")


def make_home(home: Path) -> None:
    """The home and its folders, for their owner only."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in FOLDERS:
        (home / name).mkdir(mode=0o700, exist_ok=True)


def missing_migrations() -> list[str]:
    """Steps that this version would still take on the database; empty when it fits."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}.{step.name}" for step, _ in plan]


def foreign_migrations() -> list[str]:
    """Steps that the database has taken and this version does not know: it belongs to a newer one."""
    loader = MigrationExecutor(connection).loader
    return sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in loader.disk_migrations
    )


def require_fitting_database() -> None:
    """Refuses a database of an older or newer version, naming the way on."""
    foreign = foreign_migrations()
    if foreign:
        raise Refused("database_newer", step=foreign[-1])
    missing = missing_migrations()
    if missing:
        raise Refused("database_older", count=len(missing), step=missing[0])


def set_up(now: datetime) -> None:
    """Makes home and tables, regions, retention rules and rules of withholding; doing it again changes nothing."""
    make_home(settings.MADANG_HOME)
    compile_catalogues()
    call_command("migrate", verbosity=0, interactive=False)
    people.seed_regions(by=WORKER, now=now)
    journal.seed_retention(by=WORKER, now=now)
    honoraria.seed_withholding(by=WORKER, now=now)
