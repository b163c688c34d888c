"""Child processes of the worker: each reads a document in a folder of its own and leaves its answer there.

A module that is started so reads FOLDER/input.json and leaves FOLDER/output.json, or FOLDER/failure.json with code and
facts of a refusal; now and then it may leave FOLDER/progress.json. It ends when its parent does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from madang.errors import Refused
from madang.portal import orphans

INPUT, OUTPUT, PROGRESS, FAILURE = "input.json", "output.json", "progress.json", "failure.json"
Document = dict[str, Any]


@dataclass
class Child:
    """A running process and the folder in which it leaves its answer."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def read(self, name: str) -> Document | None:
        """One of the child's files; None while it is not there. Files appear whole, by renaming."""
        path = self.folder / name
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def failure(self) -> Document:
        """Why there is no answer: the code and facts of a refusal, or ``child_died`` with the exit status."""
        told = self.read(FAILURE)
        return told or {"code": "child_died", "facts": {"status": self.process.returncode}}

    def stop(self) -> None:
        """Ends the process, however far it is."""
        if not self.ended:
            self.process.kill()
        self.process.wait()


def start(module: str, folder: Path, document: Document) -> Child:
    """Writes the input into a new folder and starts a module on it."""
    folder.mkdir(mode=0o700, parents=True)
    write(folder / INPUT, document)
    command = [sys.executable, "-m", module, str(folder)]
    with (folder / "messages.txt").open("wb") as messages:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=messages, stderr=messages)
    return Child(process, folder)


def write(path: Path, content: Document) -> None:
    """Puts a whole file in place."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def answer(folder: Path, make: Callable[[Document, Callable[[Document], None]], Document]) -> int:
    """The child's side: what `make` returns of the input and a way to tell progress; exit status 0, or 2 refused."""
    # work whose worker has died belongs to nobody: another worker claims it and does it anew
    orphans.watch()
    try:
        found = make(
            json.loads((folder / INPUT).read_text(encoding="utf-8")), lambda told: write(folder / PROGRESS, told)
        )
    except Refused as refused:
        facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int)}
        write(folder / FAILURE, {"code": refused.code, "facts": facts})
        return 2
    write(folder / OUTPUT, found)
    return 0
