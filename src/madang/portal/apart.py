"""Makes documents in a process of their own, so that typesetter and spreadsheet library never stay in the web's memory.

Each such module is started as `python -m MODULE`; it reads what it needs as JSON, writes the document, and ends.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from madang.errors import Refused, Unavailable

REFUSED = 2
MOST_SECONDS = 60


def made(module: str, given: object) -> bytes:
    """The document that a module makes; never inside a transaction. Refused as the module refuses.

    Unavailable where it breaks off or takes more than a minute.
    """
    command = [sys.executable, "-m", module]
    try:
        child = subprocess.run(command, input=json.dumps(given).encode(), stdout=subprocess.PIPE, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise Unavailable(module) from error
    if child.returncode == REFUSED:
        refused = json.loads(child.stdout)
        raise Refused(refused["code"], **refused["facts"])
    if child.returncode:
        raise Unavailable(module)
    return child.stdout


def answer(make: Callable[[Any], bytes]) -> int:
    """The other end: makes the document from what stands on standard input; gives the exit status."""
    try:
        sys.stdout.buffer.write(make(json.load(sys.stdin.buffer)))
    except Refused as refused:
        print(json.dumps({"code": refused.code, "facts": refused.facts}))
        return REFUSED
    return 0
