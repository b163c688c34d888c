"""What every test shares: a home of its own, a key of its own, cheap passwords, and no clock of its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_HOME = Path(tempfile.mkdtemp(prefix="madang-test-"))
os.environ["MADANG_HOME"] = str(_HOME)
os.environ["MADANG_SECRET_KEY"] = "tests-only"
os.environ["MADANG_DIGEST_KEY"] = "tests-only"
os.environ["MADANG_DATABASE_URL"] = os.environ.get("MADANG_TEST_DATABASE_URL", f"sqlite://{_HOME}/test.sqlite3")

import pytest  # noqa: E402
from django.db import connections  # noqa: E402


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """SQLite's test database is a file: threads that share one in memory do not wait for each other's locks."""
    default = connections["default"]
    if default.vendor == "sqlite" and not default.settings_dict["TEST"]["NAME"]:
        default.settings_dict["TEST"]["NAME"] = str(_HOME / "tests.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """Between tests with real transactions all rows go, also those that triggers keep from being deleted."""
    default = connections["default"]
    if default.vendor == "sqlite":
        default.ops.sql_flush = _around_triggers(default, default.ops.sql_flush)


def _around_triggers(connection, sql_flush):
    def flush(*args, **options):
        with connection.cursor() as cursor:
            triggers = cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        dropped = [f"DROP TRIGGER {name}" for name, _sql in triggers]
        return [*dropped, *sql_flush(*args, **options), *(sql for _name, sql in triggers)]

    return flush


@pytest.fixture(autouse=True)
def _home_of_its_own(settings, tmp_path):
    settings.MADANG_HOME = tmp_path
    settings.STATIC_ROOT = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
