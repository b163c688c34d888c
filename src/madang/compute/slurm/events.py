"""Reads what slurmdbd noted of the cluster itself: what is installed, and which node was out of service when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from madang.compute.availability import CORE, GPU, Condition, Event, Resource
from madang.compute.slurm import tres
from madang.compute.slurm.asking import backlog
from madang.compute.slurm.commands import Commands
from madang.compute.slurm.live import checked
from madang.compute.slurm.sacct import asking, instant
from madang.errors import Refused, Unavailable
from madang.values import Period

# The reason comes last: it alone is anybody's free text and may hold the bar that separates columns.
COLUMNS = "NodeName,Start,End,StateRaw,State,TRES,Reason"
# NODE_STATE_DOWN of Slurm's slurm.h, in the four bits that hold a node's state without its flags
_BASE, _DOWN = 0xF, 1


@dataclass(frozen=True)
class Events:
    """All events of a cluster that touch a stretch of time, oldest first.

    `settled` is False while the controller has records that it could not bring to the database yet, or is away: then
    what is missing here may still come.
    """

    events: tuple[Event, ...]
    settled: bool


def events_in(commands: Commands, cluster: str, period: Period, kinds: Mapping[str, str]) -> Events:
    """Asks slurmdbd for the events that touch `period`; `kinds` gives pools' names for Slurm's types of GPUs.

    Unavailable where the database does not answer, or answers without a word on what is installed although it should
    know; Refused ``slurm_answer`` for a line that cannot be read.
    """
    whole = backlog(commands) == 0
    window = [f"start={_written(period.start)}", f"end={_written(period.end)}"]
    words = ("sacctmgr", "-nP", "show", "event", f"cluster={cluster}", *window, f"format={COLUMNS}")
    text = checked(commands.run(*asking(*words)), "sacctmgr show event")
    found = tuple(sorted(events_of(text.splitlines(), kinds), key=lambda one: (one.start, one.node)))
    if not any(one.condition is Condition.INSTALLED for one in found):
        raise Unavailable("sacctmgr: no event says what is installed")
    return Events(found, whole)


def events_of(lines: Iterable[str], kinds: Mapping[str, str]) -> Iterable[Event]:
    """The events in sacctmgr's answer; those that ended in the second in which they began, or before, are left out."""
    for line in lines:
        cells = line.split("|", COLUMNS.count(","))
        if len(cells) <= COLUMNS.count(","):
            raise Refused("slurm_answer", command="sacctmgr show event", line=line[:200])
        node, begins, ends, raw, state, held, reason = cells
        try:
            start, end = instant(begins), instant(ends)
            condition = _condition(node, int(raw or 0), state)
            has = has_of(held, kinds)
        except ValueError:
            raise Refused("slurm_answer", command="sacctmgr show event", line=line[:200]) from None
        if start and (not end or end > start):
            yield Event(node, condition, state, reason.strip(), has, _at(start), _at(end) if end else None)


def has_of(text: str, kinds: Mapping[str, str]) -> dict[Resource, int]:
    """Cores, and GPUs by type, of a list of TRES; a type that no pool names keeps Slurm's name."""
    counts = {name: int(value) for name, value in tres.by_name(text).items() if name == "cpu" or _counted(name)}
    found = {Resource(CORE): counts.pop("cpu", 0)}
    for kind, number in tres.gpus_by_type(counts).items():
        found[Resource(GPU, kinds.get(kind, kind))] = number
    return {resource: number for resource, number in found.items() if number}


def _counted(name: str) -> bool:
    return name == tres.GPU or name.startswith(f"{tres.GPU}:")


def _condition(node: str, raw: int, state: str) -> Condition:
    """A node that does not answer, or that somebody declared as failed, is down; any other that is noted is drained.

    Slurm notes the whole cluster, by no node's name, also while its controller is away: what runs goes on, so this is
    still what is installed.
    """
    if not node:
        return Condition.INSTALLED
    return Condition.DOWN if raw & _BASE == _DOWN or "FAIL" in state else Condition.DRAINED


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
