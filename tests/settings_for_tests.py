"""The portal's settings in a home that is thrown away; MADANG_TEST_DATABASE_URL names another database than SQLite."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_HOME = Path(tempfile.mkdtemp(prefix="madang-test-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("MADANG_") and not name.startswith("MADANG_TEST_")]:
    del os.environ[_name]
os.environ |= {
    "MADANG_HOME": str(_HOME),
    "MADANG_SECRET_KEY": "tests-only",
    "MADANG_DIGEST_KEY": "tests-only",
    "MADANG_DATABASE_URL": os.environ.get("MADANG_TEST_DATABASE_URL", "sqlite://"),
}

from madang.portal.settings import *  # noqa: E402, F403
from madang.portal.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file: threads that share one database in memory do not wait for each other's locks.
    DATABASES["default"]["TEST"] = {"NAME": str(_HOME / "tests.sqlite3")}
