"""The backend that this centre's jobs run on, named in settings by dotted path."""

from __future__ import annotations

import sys
import threading
from functools import cache
from pathlib import Path

from django.conf import settings

from madang.compute.local.sandbox import own_python
from madang.compute.protocol import Backend, load

LOCAL = "madang.compute.local.LocalBackend"
_making = threading.Lock()


def is_local() -> bool:
    """Whether jobs run on this machine, so that `madang up` starts the runner."""
    return bool(settings.MADANG_BACKEND == LOCAL)


def spool() -> Path:
    """Where the local backend keeps its jobs."""
    return Path(settings.MADANG_HOME) / "jobs"


def software() -> list[Path]:
    """The Python that jobs may use, read-only: this environment and the Python it rests on."""
    return list(own_python(sys.prefix, sys.base_prefix))


@cache
def _loaded(dotted: str, root: Path) -> Backend:
    return load(dotted, root=root, software=software()) if dotted == LOCAL else load(dotted)


def backend() -> Backend:
    """The backend, made once a process, however many threads ask at once."""
    with _making:
        return _loaded(settings.MADANG_BACKEND, spool())
