"""What every test shares: a home of its own, cheap passwords, and a database that is emptied around its triggers."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import hypothesis
import pytest
from django.db import connections
from django.utils import translation

# Machines are shared and slow at times: how long an example takes is no verdict. CI draws the same examples for one
# commit every time, so that its verdict can be repeated; every other run draws anew.
hypothesis.settings.register_profile("madang", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.register_profile("soak", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("madang")

# The acts of the journeys are one story; a compiled kernel costs its process more than a minute, once.
TOGETHER = ("tests/journeys/", "tests/simulation/test_engine_compiled.py")

SOAK = Path(__file__).parent / "soak"

# Fixtures that open the database to a test.
DATABASES = {"db", "transactional_db", "django_db_serialized_rollback"}


def pytest_make_parametrize_id(config, val, argname):
    """Names a set by its sorted members: two processes that share the tests must give them the same names."""
    return "+".join(sorted(map(str, val))) or "nothing" if isinstance(val, set | frozenset) else None


def pytest_ignore_collect(collection_path, config):
    """What takes long is not even read where it does not run: requests are drawn while they are collected."""
    return True if collection_path == SOAK and "not soak" in config.option.markexpr else None


def pytest_collection_modifyitems(config, items):
    """On a database other than SQLite only what asks a database runs: the rest has said all it can say there."""
    if "MADANG_TEST_DATABASE_URL" not in os.environ:
        return
    # pytest-django lets no other test reach the database
    asking = [one for one in items if one.get_closest_marker("django_db") or DATABASES & set(one.fixturenames)]
    config.hook.pytest_deselected(items=sorted(set(items) - set(asking), key=items.index))
    items[:] = asking


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Tests that follow one another, or compile the same kernels, share one process; others go where there is room.

    xdist's own groups do not work with this pytest, which no longer lets a plugin rename what was collected.
    """
    from xdist.scheduler import LoadScopeScheduling

    class SomeTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return next((one for one in TOGETHER if nodeid.startswith(one)), nodeid)

    return SomeTogether(config, log)


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


@pytest.fixture(autouse=True)
def _logging_as_it_was():
    """A command that starts the portal in this process sets up logging anew, to a stream that ends with its test."""
    root = logging.getLogger()
    before = root.handlers[:]
    yield
    root.handlers[:] = before


@pytest.fixture(autouse=True)
def _language_as_it_was():
    """The language of the last request stays with its process; the next test begins in the centre's own."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def traces() -> Path:
    """The folder of real traces: the one that MADANG_TEST_TRACES names, else the one beside the checkout.

    Tests that need them are skipped where they are absent.
    """
    folder = Path(os.environ.get("MADANG_TEST_TRACES") or Path(__file__).parents[2] / "shared" / "data" / "traces")
    if not folder.is_dir():
        pytest.skip(f"no traces in {folder}")
    return folder
