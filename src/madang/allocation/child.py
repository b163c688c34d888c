"""Solves in a process of its own, which can be killed: a solver has been seen to ignore its own limit on time.

    python -m madang.allocation.child FOLDER

reads FOLDER/input.json and leaves FOLDER/plan.json, each time it has a better one, or FOLDER/failure.json. A limit on
time never decides what a plan is: the child solves with one limit on work after another, each larger, and the plan of
the last that was done in time is taken. It states its limit on work, so that it can be solved again to the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from madang.allocation.plan import Plan
from madang.allocation.policies import DEFAULT_WORK, Policy, policy_from_json, policy_json
from madang.allocation.problem import Problem
from madang.allocation.solve import Progress, solve
from madang.errors import Refused

MODULE = "madang.allocation.child"
STOPPED = "allocation_stopped"
LADDER = (512, 64, 8, 1)  # with a limit on time: no work at first, then the limit on work divided by these
PAUSE = 0.05  # seconds between two looks


def solved(
    problem: Problem,
    policy: Policy,
    *,
    seed: int = 0,
    work_limit: int | None = None,
    commitment: str | None = None,
    time_limit: float | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """As `solve`, in a child that is killed after `time_limit` seconds.

    ``Refused("allocation_stopped", seconds)`` where not even the first plan was done by then; `Refused` as `solve`.
    """
    with tempfile.TemporaryDirectory(prefix="madang-allocate-") as name:
        folder = Path(name)
        work = DEFAULT_WORK if work_limit is None else work_limit
        steps = [work] if time_limit is None else sorted({0, *(work // part for part in LADDER)})
        document = {"problem": problem.to_json(), "policy": policy_json(policy), "seed": seed}
        _write(folder / "input.json", {**document, "commitment": commitment, "steps": steps})
        with (folder / "messages.txt").open("wb") as messages:
            command = [sys.executable, "-m", MODULE, name]
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
            ended = _followed(child, folder, time_limit, progress)
        return _read(folder, problem, ended, time_limit, child.returncode)


def _followed(
    child: subprocess.Popen[bytes],
    folder: Path,
    time_limit: float | None,
    progress: Callable[[Progress], None] | None,
) -> bool:
    """Waits for the child and passes on its progress; kills it at the limit. Whether it ended by itself."""
    began, told = time.monotonic(), ""
    try:
        while child.poll() is None:
            if time_limit is not None and time.monotonic() - began > time_limit:
                return False
            time.sleep(PAUSE)
            seen = _text(folder / "progress.json")
            if progress and seen and seen != told:
                told = seen
                progress(Progress(**json.loads(seen)))
        return True
    finally:
        child.kill()
        child.wait()


def _read(folder: Path, problem: Problem, ended: bool, time_limit: float | None, status: int) -> Plan:
    failure, plan = _text(folder / "failure.json"), _text(folder / "plan.json")
    if failure:
        found = json.loads(failure)
        raise Refused(found["code"], **found["facts"])
    if plan:
        return Plan.from_json(json.loads(plan), problem=problem)
    if ended:
        raise RuntimeError(f"the solving process ended with status {status}: {_text(folder / 'messages.txt')[-2000:]}")
    raise Refused(STOPPED, seconds=time_limit)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _write(path: Path, content: object) -> None:
    """Whole or not at all: the other process may look at any time."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def _end_with_parent(parent: int) -> None:
    pause = threading.Event()
    while not pause.wait(1.0):
        if os.getppid() != parent:
            os._exit(1)


def main(folder: Path) -> int:
    """Solves what lies in the folder; exit status 0, or 2 with failure.json."""
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()

    def report(seen: Progress) -> None:
        _write(folder / "progress.json", {"incumbent": seen.incumbent, "bound": seen.bound})

    given = json.loads(_text(folder / "input.json"))
    problem, policy = Problem.from_json(given["problem"]), policy_from_json(given["policy"])
    more = {"seed": given["seed"], "commitment": given["commitment"], "progress": report}
    try:
        for work in given["steps"]:
            plan = solve(problem, policy, work_limit=work, **more)
            _write(folder / "plan.json", plan.to_json())
            if plan.proven:
                break
    except Refused as refused:
        facts = {name: value for name, value in refused.facts.items() if value is None or isinstance(value, str | int)}
        _write(folder / "failure.json", {"code": refused.code, "facts": facts})
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
