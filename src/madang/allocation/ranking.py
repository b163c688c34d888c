"""The policy `rank`: best first, all or nothing, until what is left is too little."""

from __future__ import annotations

from collections.abc import Iterable

from madang.allocation.lines import BUDGET, POOL, Line, Room, unmet
from madang.allocation.policies import STOP, Rank
from madang.allocation.problem import Problem, Request

Awards = dict[str, tuple[int, ...]]
VERSION = "1"


def ranked(problem: Problem, policy: Rank, order: Iterable[Request], room: Room) -> Awards:
    """The awards beside the fixed ones, which `room` already holds. `order`: every request, best first."""
    awards: Awards = {}
    closed: set[tuple[str, str, str]] = set()
    for request in order:
        if request.fixed is not None or unmet(problem, request) is not None:
            continue
        asked = tuple(item.asked for item in request.items)
        if any(series(room.lines[line]) in closed for line in room.need(request, asked)):
            continue
        lacking = room.lacking(request, asked)
        if not lacking:
            room.take(request, asked)
            awards[request.id] = asked
        elif policy.overflow == STOP:
            closed.update(series(room.lines[line]) for line in lacking if room.lines[line].kind in (POOL, BUDGET))
    return awards


def series(line: Line) -> tuple[str, str, str]:
    """The pool or budget that a line is one month of: what `stop` closes as a whole."""
    return line.kind, line.pool, line.rule
