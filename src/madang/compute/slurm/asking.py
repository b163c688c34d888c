"""What Slurm says of jobs and nodes, read off squeue, sacct and sinfo into values.

The commands are told to print instants as seconds since 1970 (`settings.Settings.environment`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from madang.compute.slurm.commands import Commands
from madang.errors import Unavailable

AT_ONCE = 500
_BAR = "|"
_BACKLOG = re.compile(r"DBD Agent queue size:\s*(\d+)")
_QUEUE = ("JobID", "State", "SubmitTime", "StartTime", "EndTime", "NodeList", "RestartCnt", "Name", "Reason")
_RECORDS = "JobIDRaw,State,Submit,Start,End,AllocTRES,JobName,ExitCode"
_NODES = ("NodeList", "Partition", "StateLong", "CPUsState", "Memory", "AllocMem", "Gres", "GresUsed")


@dataclass(frozen=True)
class Seen:
    """One job as the queue or the records have it, in its last run; `restarts` counts those before.

    `state` is the first word; `placed`: it was given resources.
    """

    number: str
    state: str
    submitted: datetime | None
    started: datetime | None
    ended: datetime | None
    placed: bool
    name: str
    detail: str
    restarts: int = 0


@dataclass(frozen=True)
class Node:
    """One node: what it has and what of it is free; GPUs by Slurm's names of their types."""

    name: str
    partitions: frozenset[str]
    usable: bool
    cores: int
    cores_free: int
    memory_mb: int
    memory_free_mb: int
    gpus: Mapping[str, int]
    gpus_free: Mapping[str, int]


def queue(commands: Commands, numbers: Sequence[str]) -> dict[str, Seen]:
    """The jobs that the controller still knows, by number: waiting, running, and ended a few minutes ago."""
    found: dict[str, Seen] = {}
    for start in range(0, len(numbers), AT_ONCE):
        some = ",".join(numbers[start : start + AT_ONCE])
        shape = ",".join(f"{field}:|" for field in _QUEUE)
        argv = ("squeue", "--noheader", "--states=all", f"--jobs={some}", f"--Format={shape}")
        done = commands.run(*argv)
        if done.status and "Invalid job id" not in done.errors:
            raise Unavailable(f"squeue: {done.errors.strip()[-500:]}")
        found.update({seen.number: seen for seen in map(queued, done.text.splitlines()) if seen})
    return found


def queued(line: str) -> Seen | None:
    """One line of squeue; None for one that is none."""
    words = [word.strip() for word in line.split(_BAR)]
    if len(words) <= len(_QUEUE):
        return None
    number, state, submitted, started, ended, nodes, restarts, name, reason = words[: len(_QUEUE)]
    times = (_instant(submitted), _instant(started), _instant(ended))
    return Seen(number, state, *times, bool(nodes), name, reason, int(restarts) if restarts.isdigit() else 0)


def records(commands: Commands, numbers: Sequence[str]) -> dict[str, Seen]:
    """The jobs that the database knows, by number, each as it ran last."""
    found: dict[str, Seen] = {}
    for start in range(0, len(numbers), AT_ONCE):
        some = ",".join(numbers[start : start + AT_ONCE])
        argv = ("sacct", "-X", "-D", "--noheader", "--parsable2", f"--jobs={some}", f"--format={_RECORDS}")
        done = commands.run(*argv)
        if done.status:
            raise Unavailable(f"sacct: {done.errors.strip()[-500:]}")
        _add_runs(found, filter(None, map(recorded, done.text.splitlines())))
    return found


def _add_runs(found: dict[str, Seen], rows: Iterable[Seen]) -> None:
    """The last run of each job; a number that a crashed controller gave out again belongs to the last job's name."""
    for row in sorted(rows, key=lambda row: row.submitted or datetime.min.replace(tzinfo=UTC)):
        before = found.get(row.number)
        again = before is not None and before.name == row.name
        found[row.number] = replace(row, restarts=before.restarts + 1 if before and again else 0)


def recorded(line: str) -> Seen | None:
    """One line of sacct; None for one that is none."""
    words = line.split(_BAR)
    if len(words) < 8:
        return None
    number, state, submitted, started, ended, tres, name, code = (*words[:6], _BAR.join(words[6:-1]), words[-1])
    first = state.split()[0] if state else ""
    begun = _instant(started)
    return Seen(number, first, _instant(submitted), begun, _instant(ended), bool(tres and begun), name, code)


def backlog(commands: Commands) -> int | None:
    """How many records the controller has yet to bring to the database; None where it does not answer."""
    try:
        asked = commands.run("sdiag")
    except Unavailable:
        return None
    found = _BACKLOG.search(asked.text)
    return None if asked.status or found is None else int(found[1])


def running_tres(commands: Commands, account: str) -> dict[str, int]:
    """What the running jobs of one account hold together, by TRES."""
    argv = ("squeue", "--noheader", "--states=running", f"--account={account}", "--Format=tres-alloc:|")
    held: dict[str, int] = {}
    for line in commands.run(*argv).text.splitlines():
        for part in line.strip().rstrip(_BAR).split(","):
            name, _, amount = part.partition("=")
            if amount.isdigit():
                held[name] = held.get(name, 0) + int(amount)
    return held


def nodes(commands: Commands) -> list[Node]:
    """All nodes of the cluster."""
    shape = ",".join(f"{field}:|" for field in _NODES)
    done = commands.run("sinfo", "--noheader", "--Node", f"--Format={shape}")
    if done.status:
        raise Unavailable(f"sinfo: {done.errors.strip()[-500:]}")
    return nodes_of(done.text.splitlines())


def nodes_of(lines: Iterable[str]) -> list[Node]:
    """The lines of sinfo, of which a node has one for each of its partitions."""
    found: dict[str, Node] = {}
    for line in lines:
        words = [word.strip() for word in line.split(_BAR)]
        if len(words) < len(_NODES):
            continue
        name, partition, state, cores, memory, memory_used, gres, gres_used = words[: len(_NODES)]
        before = found[name].partitions if name in found else frozenset()
        _, idle, _, total = (int(number) for number in cores.split("/"))
        has, used = gpus_of(gres), gpus_of(gres_used)
        usable = state.rstrip("*~#!%$@^-+") in ("idle", "mixed", "allocated", "completing") and not state.endswith("*")
        found[name] = Node(
            name=name,
            partitions=before | {partition.rstrip("*")},
            usable=usable,
            cores=total,
            cores_free=idle if usable else 0,
            memory_mb=int(memory),
            memory_free_mb=int(memory) - int(memory_used) if usable else 0,
            gpus=has,
            gpus_free={kind: number - used.get(kind, 0) if usable else 0 for kind, number in has.items()},
        )
    return list(found.values())


def gpus_of(gres: str) -> dict[str, int]:
    """GPUs by type off a list like ``gpu:h100:6(S:0-1)`` or ``gpu:a100:2(IDX:0,3)``; without a type under ""."""
    found: dict[str, int] = {}
    for part in re.sub(r"\([^)]*\)", "", gres).split(","):
        words = part.split(":")
        if words[0] == "gpu" and words[-1].isdigit():
            kind = words[1] if len(words) > 2 else ""
            found[kind] = found.get(kind, 0) + int(words[-1])
    return found


def _instant(written: str) -> datetime | None:
    return datetime.fromtimestamp(int(written), UTC) if written.isdigit() else None
