"""The backend that this centre's jobs run on, named in settings by dotted path."""

from __future__ import annotations

import sys
import threading
import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

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


def _written(path: str) -> dict[str, object]:
    """What a site's file of settings for its backend says, in TOML."""
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise ImproperlyConfigured(
            f"MADANG_BACKEND_FILE names {path}, which cannot be read as TOML: {fault}"
        ) from fault


@cache
def _loaded(dotted: str, root: Path, file: str) -> Backend:
    given = {"software": software()} if dotted == LOCAL else {}
    try:
        return load(dotted, root=root, **{**given, **_written(file)})
    except (ImportError, AttributeError, TypeError, ValueError) as fault:
        where = f" with the settings in {file}" if file else ""
        raise ImproperlyConfigured(f"MADANG_BACKEND={dotted} cannot run jobs{where}: {fault}") from fault


def backend() -> Backend:
    """The backend, made once a process, however many threads ask at once."""
    with _making:
        return _loaded(settings.MADANG_BACKEND, spool(), settings.MADANG_BACKEND_FILE)
