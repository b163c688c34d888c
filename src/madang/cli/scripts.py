"""Reads what a job script asks for: its #MADANG lines, and its #SBATCH lines where they mean the same here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from madang.errors import Refused

OURS, SLURMS = "#MADANG", "#SBATCH"
_LETTERS = {"J": "job-name", "t": "time", "c": "cpus-per-task", "G": "gpus", "n": "ntasks", "N": "nodes"}
_GPUS = {
    "gpus": re.compile(r"(?:[A-Za-z][\w.-]*:)?(\d+)"),
    "gres": re.compile(r"gpu(?::[A-Za-z][\w.-]*)?(?::(\d+))?"),
}
_GPUS["gpus-per-node"] = _GPUS["gpus"]
_MEMORY = re.compile(r"(\d+)([KMGT]?)B?", re.IGNORECASE)
_KIB = {"K": 1, "M": 1 << 10, "G": 1 << 20, "T": 1 << 30}


@dataclass(frozen=True)
class Script:
    """`words`: the options of ``madang submit`` that it asks for. `left_out`: Slurm's that have no equal here.

    `argv` runs it in its folder: the interpreter that its first line names, or the shell.
    """

    argv: list[str]
    words: list[str]
    left_out: list[str]


def read(path: Path) -> Script:
    """What stands in a script before its first command. Refused: ``file_not_there``, ``script_lines``."""
    if not path.is_file():
        raise Refused("file_not_there", file=str(path))
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    first = lines[0][2:].split(maxsplit=1) if lines and lines[0].startswith("#!") else []
    ours: list[str] = []
    slurms: list[str] = []
    left_out: list[str] = []
    asked: list[tuple[str, str]] = []
    for line in _head(lines):
        if line.startswith(f"{OURS} "):
            ours += _words(path, line)
        elif line.startswith(f"{SLURMS} "):
            asked += _options(_words(path, line))
    nodes = next((int(value) for name, value in reversed(asked) if name == "nodes" and value.isdecimal()), 1)
    for name, value in asked:
        same = translated(name, value, nodes)
        slurms += same or []
        left_out += [f"--{name}={value}" if value else f"--{name}"] if same is None else []
    return Script([*(first or ["/bin/sh"]), path.name], [*slurms, *ours], left_out)


def _head(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() and not line.startswith("#"):
            return
        yield line


def _words(path: Path, line: str) -> list[str]:
    try:
        return shlex.split(line.split(" ", 1)[1], comments=True)
    except ValueError as error:
        raise Refused("script_lines", file=str(path), line=line) from error


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Slurm's options by their long names, in each way in which they can be written."""
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--"):
            name, value = _LETTERS.get(word[1:2], word[1:2] or word), word[2:]
        if not value and not equals and waiting and not waiting[0].startswith("-"):
            value = waiting.pop(0)
        yield name, value


def translated(name: str, value: str, nodes: int = 1) -> list[str] | None:
    """An option of sbatch as options of ``madang submit``; None where nothing here means the same.

    What Slurm counts for each of several `nodes`, and for the one task on each, is counted together here.
    """
    if name == "nodes" and value.isdecimal() and int(value):
        return ["--nodes", value] if value != "1" else []
    if name in ("ntasks", "ntasks-per-node"):
        return [] if value == ("1" if name == "ntasks-per-node" else f"{nodes}") else None
    if name == "job-name":
        return ["--name", value]
    if name in ("requeue", "no-requeue") and not value:
        return ["--requeue"] if name == "requeue" else []
    if name == "cpus-per-task" and value.isdecimal():
        return ["--cores", f"{int(value) * nodes}"]
    if name in _GPUS and (gpus := _GPUS[name].fullmatch(value)):
        return ["--gpus", f"{int(gpus[1] or 1) * (1 if name == 'gpus' else nodes)}"]
    if name == "mem" and (memory := _MEMORY.fullmatch(value)):
        return ["--memory", f"{-(-int(memory[1]) * nodes * _KIB[memory[2].upper() or 'M'] // 1024)}M"]
    if name == "time" and (seconds := _seconds(value)):
        return ["--time", f"{seconds}s"]
    return None


def _seconds(text: str) -> int:
    """Slurm's lengths of time: minutes, minutes:seconds, hours:minutes:seconds, days-hours[:minutes[:seconds]]."""
    days, dash, rest = text.rpartition("-")
    parts = rest.split(":")
    if not all(part.isdecimal() for part in [*parts, days or "0"]) or len(parts) > 3:
        return 0
    numbers = [int(part) for part in parts]
    if dash:
        numbers += [0] * (3 - len(numbers))
    elif len(numbers) < 3:
        numbers = [0, *numbers, *[0] * (2 - len(numbers))]
    return int(days or 0) * 86_400 + numbers[0] * 3_600 + numbers[1] * 60 + numbers[2]
