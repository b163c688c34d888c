"""The child process that solves, checks and explains one plan, so that no web request and no worker waits for it.

    python -m madang.portal.plans.solving FOLDER

reads FOLDER/input.json (problem, policy, seed) and leaves FOLDER/output.json (plan, faults, reasons) or
FOLDER/failure.json (code, facts). It needs no database and no settings, and ends when its parent does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madang.allocation.check import check
from madang.allocation.explain import explain
from madang.allocation.policies import policy_from_json
from madang.allocation.problem import Problem
from madang.allocation.solve import Progress, solve
from madang.errors import Refused
from madang.portal import orphans

MODULE = "madang.portal.plans.solving"
INPUT, OUTPUT, PROGRESS, FAILURE = "input.json", "output.json", "progress.json", "failure.json"


@dataclass
class Child:
    """A running solve: its process and the folder in which it leaves its answer."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def read(self, name: str) -> dict[str, Any] | None:
        """One of the child's files; None while it is not there. Files appear whole, by renaming."""
        path = self.folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def stop(self) -> None:
        """Ends the process, however far it is."""
        if not self.ended:
            self.process.kill()
        self.process.wait()


def start(folder: Path, document: dict[str, Any]) -> Child:
    """Writes the input into a new folder and starts the child on it."""
    folder.mkdir(mode=0o700, parents=True)
    _write(folder / INPUT, document)
    command = [sys.executable, "-m", MODULE, str(folder)]
    with (folder / "messages.txt").open("wb") as messages:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
    return Child(process, folder)


def _write(path: Path, content: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def answer(document: dict[str, Any], report: Any = None) -> dict[str, Any]:
    """Plan, faults and reasons as JSON; the plan is explained only where it is free of faults."""
    problem = Problem.from_json(document["problem"])
    plan = solve(problem, policy_from_json(document["policy"]), seed=document["seed"], progress=report)
    faults = check(problem, plan)
    reasons = {} if faults else {name: reason.to_json() for name, reason in explain(problem, plan).items()}
    return {
        "plan": plan.to_json(),
        "faults": [{"code": fault.code, "facts": dict(fault.facts)} for fault in faults],
        "reasons": reasons,
    }


def main(folder: Path) -> int:
    """Solves what lies in the folder; exit status 0 with output.json, 2 with failure.json."""
    # A solve whose worker has died belongs to nobody: another worker claims the plan and solves it anew.
    orphans.watch()

    def report(progress: Progress) -> None:
        found = {"incumbent": progress.incumbent, "bound": progress.bound}
        _write(folder / PROGRESS, found)

    try:
        found = answer(json.loads((folder / INPUT).read_text(encoding="utf-8")), report)
    except Refused as refused:
        facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int)}
        _write(folder / FAILURE, {"code": refused.code, "facts": facts})
        return 2
    _write(folder / OUTPUT, found)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
