"""Asks the cluster how it stands beside the awards, and brings the awards there some steps at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from madang.compute.slurm.backend import SlurmBackend
from madang.compute.slurm.commands import Ran
from madang.compute.slurm.difference import Difference, Phase
from madang.compute.slurm.standing import digest
from madang.errors import Refused, Unavailable
from madang.portal import backends
from madang.portal.actors import WORKER, Actor
from madang.portal.awards.models import Award
from madang.portal.cluster import actions, wanted
from madang.portal.cluster.models import ClusterChange
from madang.portal.cluster.rules import ChangeState
from madang.portal.cluster.wanted import Stand, Wanted

# as many lines as a page shows; the rest is for the command line
SHOWN = 500
# steps in one turn of the worker, so that jobs do not wait for a large change
AT_ONCE = 8
# commands in one turn that follow what was used and granted: a few seconds, so that jobs do not wait longer
FOLLOWED = 48
MISSING = {Phase.ADD_QOS, Phase.ADD_TREE, Phase.ADD_RESERVATIONS}
CHANGED = {
    Phase.CHANGE_QOS,
    Phase.CHANGE_ACCOUNTS,
    Phase.CHANGE_MEMBERS,
    Phase.CHANGE_RESERVATIONS,
    Phase.MOVE_DEFAULTS,
}


def on_slurm() -> bool:
    """Whether this centre's jobs run on a Slurm cluster."""
    return isinstance(backends.backend(), SlurmBackend)


def backend() -> SlurmBackend:
    """The cluster. Refused: ``cluster_none`` where jobs run elsewhere."""
    found = backends.backend()
    if not isinstance(found, SlurmBackend):
        raise Refused("cluster_none")
    return found


def plan(now: datetime, remove: bool = False) -> tuple[Difference, Wanted]:
    """What bringing the awards of today to the cluster would change; asks the cluster and touches nothing."""
    standing = backend().standing
    seen = standing.look(remove)
    found = wanted.wanted(now, standing.partitions, seen=seen)
    return standing.plan(found.awards, remove, seen), found


def stands(award: Award, now: datetime) -> list[Stand]:
    """How far one award is used up on the cluster; nothing where jobs run elsewhere."""
    found = backends.backend()
    return wanted.stands(award, now, found.standing.partitions) if isinstance(found, SlurmBackend) else []


def drift() -> list[tuple[str, str]]:
    """What was changed by hand since the last change: whether it is missing, changed or added, and what."""
    return [(happened(step.phase), line) for step in backend().drift().steps for line in step.lines]


def happened(phase: Phase) -> str:
    """What somebody must have done for this phase to be needed."""
    return "missing" if phase in MISSING else "changed" if phase in CHANGED else "added"


def look(now: datetime) -> dict[str, Any]:
    """The cluster as the page shows it; a cluster that is away or answers strangely is a fault, not an error."""
    try:
        found, awards = plan(now)
        by_hand = drift()
    except Refused as refused:
        facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int)}
        return {"fault": {"code": refused.code, "facts": facts}}
    except Unavailable as away:
        return {"fault": {"code": "cluster_away", "facts": {"said": str(away)[-300:]}}}
    notes = {
        "taken": list(found.taken),
        "busy": list(found.busy),
        "leftover": found.leftover,
        "without_user": awards.without_user,
        "without_partition": awards.without_partition,
        "others": list(found.others[:SHOWN]),
    }
    lines = found.lines
    return {
        "count": len(lines),
        "digest": digest(found) if lines else "",
        "lines": lines[:SHOWN],
        "drift": [list(one) for one in by_hand[:SHOWN]],
        "notes": notes,
        "fault": {},
    }


def carry_on(
    *, now: datetime, change: ClusterChange, by: Actor = WORKER, tell: Callable[[str], None] = lambda line: None
) -> bool:
    """Takes a claimed change on by some steps; True once it has ended, however.

    Before its first step the cluster must still need exactly what was asked for; after it, whatever is left of the
    awards of now. Unavailable where the cluster is away: the change waits.
    """
    change.steps += _note_cut_off(now, by, change.pk)
    found, awards = plan(now, change.remove)
    if not change.steps and digest(found) != change.digest:
        actions.ended(by=by, now=now, change=change.pk, state=ChangeState.OUTDATED)
        return True
    actions.note_counts(now=now, fresh=awards.fresh)
    commands: list[Ran] = []
    standing = backend().standing
    try:
        whole = standing.bring(
            awards.awards, found, AT_ONCE, lambda step: _tell(tell, step.sign, step.lines), commands.append
        )
    except Refused as refused:
        _note(now, by, change, commands)
        facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int)}
        failure = {"code": refused.code, "facts": facts}
        actions.ended(by=by, now=now, change=change.pk, state=ChangeState.FAILED, failure=failure)
        return True
    except Unavailable:
        _note(now, by, change, commands)
        raise
    _note(now, by, change, commands)
    if whole:
        actions.ended(by=by, now=now, change=change.pk, state=ChangeState.ENDED)
    return whole


def _note(now: datetime, by: Actor, change: ClusterChange, commands: list[Ran]) -> None:
    """Journals what ran; only then may it be forgotten that it was begun."""
    change.steps += actions.ran(by=by, now=now, change=change.pk, commands=commands)
    backend().standing.begun.clear()


def _note_cut_off(now: datetime, by: Actor, change: int) -> int:
    """Journals the commands of a worker that died before it could; gives how many of them were of this change."""
    begun = backend().standing.begun
    asked, left = begun.left()
    if left:
        actions.cut_off(by=by, now=now, change=change if asked else 0, commands=left)
    begun.clear()
    return len(left) if asked and change else 0


def follow(*, now: datetime) -> tuple[bool, int]:
    """Brings what awards may still use to the cluster: whether everything there follows now, and how many commands ran.

    Unavailable and Refused as for `Standing.follow`.
    """
    _note_cut_off(now, WORKER, 0)
    commands: list[Ran] = []
    standing = backend().standing
    try:
        whole = standing.follow(wanted.wanted(now, standing.partitions).awards, FOLLOWED, commands.append)
    finally:
        if commands:
            actions.followed(now=now, commands=commands)
        standing.begun.clear()
    return whole, len(commands)


def _tell(tell: Callable[[str], None], sign: str, lines: tuple[str, ...]) -> None:
    for line in lines:
        tell(f"{sign} {line}")
