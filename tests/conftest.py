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


@pytest.fixture(autouse=True)
def _home_of_its_own(settings, tmp_path):
    settings.MADANG_HOME = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
