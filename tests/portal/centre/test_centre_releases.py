"""The data of every release, and of the present version, come through an upgrade: tables, journal and book."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

RELEASES = Path(__file__).resolve().parents[2] / "cases" / "releases"
CHECK = """
import django
django.setup()
from django.apps import apps
from django.db import connection
from madang.portal.centre.setup import missing_migrations
from madang.portal.ledger.queries import check_identity
counts = [model.objects.count() for model in apps.get_app_config("portal").get_models()]
for model in apps.get_app_config("portal").get_models():
    list(model.objects.all()[:50])
assert sum(counts) > 30, counts
assert missing_migrations() == [] and check_identity() == []
connection.check_constraints()
"""


def run(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MADANG_", "DJANGO_"))}
    environment = kept | {"MADANG_HOME": str(home), "DJANGO_SETTINGS_MODULE": "madang.portal.settings"}
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("release", ["present", *sorted(path.name for path in RELEASES.glob("*.tar.gz"))])
def test_a_releases_data_are_upgraded(release, tmp_path):
    archive = RELEASES / release
    if release == "present":
        archive = tmp_path / "present.tar.gz"
        made = run(tmp_path / "unused", str(RELEASES / "make.py"), str(archive))
        assert made.returncode == 0, made.stderr
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    # `restore` wants its own version; whoever upgrades has the home as the earlier version left it
    with tarfile.open(archive) as files:
        files.extractall(home, filter="data")
    (home / "database").rename(home / "madang.sqlite3")
    (home / "backups").mkdir()
    for command in (
        ("-m", "madang.cli.main", "upgrade"),
        ("-m", "madang.cli.main", "audit", "verify"),
        ("-c", CHECK),
    ):
        done = run(home, *command)
        assert done.returncode == 0, done.stdout + done.stderr
