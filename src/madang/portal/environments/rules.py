"""What an environment may be: the operator's folders, and lock files from which organisations build their own."""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from madang.errors import Refused

MOST_LOCK = 1_000_000
LOCK_NAME = "requirements.lock"
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
_NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9._, -]*\])?\s*==\s*[A-Za-z0-9.!+_-]+(?:\s*;.*)?")
_HASH = re.compile(r"--hash=(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})")
# What a building job runs: the environment is made where every later job sees it, from the centre's packages alone.
_BUILD = (
    'set -e; python3 -m venv /env; exec /env/bin/python -m pip install --no-index --find-links "$1" --require-hashes '
    '--only-binary :all: --no-cache-dir --disable-pip-version-check -r "$2"'
)


class Kind(StrEnum):
    """A Python or an image that the operator prepared in a folder of the machine, or built by an organisation."""

    PREPARED = "prepared"
    IMAGE = "image"
    BUILT = "built"


class State(StrEnum):
    """Only what is ready can be used; what has failed or was withdrawn stays as a row."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


LIVE = frozenset({State.BUILDING, State.READY})


def check_code(code: str) -> None:
    """Refuses what is no code: ``environment_code``."""
    if not CODE.fullmatch(code):
        raise Refused("environment_code", field="code")


def check_name(name: str) -> None:
    """Refuses an empty or long name: ``environment_name``."""
    if not 1 <= len(name.strip()) <= 80:
        raise Refused("environment_name", field="name")


def check_lock(text: str) -> None:
    """Refuses a lock that does not name every package with its version and hash: ``lock_empty``, ``lock_line``.

    Nothing else may stand there: no option, no address, no file, since a package comes from the centre's folder only.
    """
    lines = _joined(text)
    if not lines or len(text.encode()) > MOST_LOCK:
        raise Refused("lock_empty", field="lock", most=MOST_LOCK)
    for line in lines:
        words = line.split(" --hash=")
        hashes = [f"--hash={word.strip()}" for word in words[1:]]
        if not hashes or not _NAMED.fullmatch(words[0].strip()) or not all(map(_HASH.fullmatch, hashes)):
            raise Refused("lock_line", field="lock", line="".join(filter(str.isprintable, line))[:80])


def _joined(text: str) -> list[str]:
    """The lines with what continues them, less comments and empty ones."""
    whole = re.sub(r"\\\r?\n", " ", text)
    lines = (re.sub(r"(^|\s)#.*$", "", line) for line in whole.splitlines())
    return [re.sub(r"\s+", " ", line).strip() for line in lines if line.strip()]


def code_of(*, organisation: int, base: int | None, lock: str) -> str:
    """The code of what an organisation builds on a base from a lock with this SHA-256: the same again is the same."""
    content = f"{organisation}/{base or 0}/{lock}"
    return f"env-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def layer_of(environment: int, code: str) -> str:
    """The name under which the backend keeps what was built."""
    return f"{code}-{environment}"


def build_command(packages: str) -> list[str]:
    """What the building job runs; `packages` is the folder of packages that it sees."""
    return ["/bin/sh", "-c", _BUILD, "build", packages, LOCK_NAME]
