"""The processes of a running centre by what they are, so that a soak can kill any of them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from journeys.running_centre import Centre

from madang.errors import Refused
from madang.portal.centre.running import require_free_port

KINDS = {
    "madang.portal.centre.serving": "web",
    "madang.cli.main work": "worker",
    "madang.compute.local.runner": "runner",
    "madang.compute.local.nursery": "nursery",
    "madang.portal.plans.solving": "solver",
}


def step(centre: Centre, name: str, **given: Any) -> Any:
    """Carries out a step of world.py in a process of the centre."""
    here = Path(__file__).parent
    environment = centre.environment | {"PYTHONPATH": os.pathsep.join([str(here.parent), *filter(None, sys.path)])}
    command = [sys.executable, str(here / "world.py"), name, json.dumps(given)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def command_of(pid: int) -> str:
    """A process's command line; empty once it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def name_of(pid: int) -> str:
    """The name that a process has given itself; empty once it has gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def below(pid: int) -> list[int]:
    """All processes that a process has started, and theirs."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in children.read_text().split()]
    return [*found, *(deeper for child in found for deeper in below(child))]


def running(centre: Centre) -> dict[str, list[int]]:
    """Kind of part → its processes now. Supervisors are nobody's children: they are known by the spool they serve.

    A supervisor is forked from the nursery and has its command line, but a name of its own; a job is what is below one.
    """
    found: dict[str, list[int]] = {}
    ours = set(below(centre.process))
    for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
        command = command_of(pid)
        for mark, kind in KINDS.items():
            if mark in command and (pid in ours or str(centre.home) in command):
                forked = kind == "nursery" and name_of(pid) == "madang-job"
                found.setdefault("supervisor" if forked else kind, []).append(pid)
    found["job"] = [pid for supervisor in found.get("supervisor", []) for pid in below(supervisor) if _is_command(pid)]
    return found


def _is_command(pid: int) -> bool:
    """Whether this is a job's own process, not the sandbox that it is shut in by."""
    return not command_of(pid).startswith("bwrap ")


def kill(pid: int) -> None:
    """Ends a process at once; one that has ended meanwhile is as dead."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def resident(pid: int) -> int:
    """Resident memory of one process in bytes, as Linux counts it; nothing once it has gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
    return 0


def port_is_free(centre: Centre) -> bool:
    """Whether the portal could be served there again, as `madang up` finds out itself.

    Between the end of a web server and that of its own children the port may look free for a moment.
    """
    served = f"madang.portal.centre.serving 127.0.0.1 {centre.port}"
    if any(served in command_of(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()):
        return False
    with contextlib.suppress(Refused):
        require_free_port("127.0.0.1", centre.port)
        return True
    return False
