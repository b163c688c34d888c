"""The worker's part of calls: moving intakes when their dates come, planning the next intake of rolling calls."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Refused
from madang.portal.actors import WORKER
from madang.portal.calls import actions, queries
from madang.portal.calls.rules import NEXT, IntakeState


def move_intakes(now: datetime) -> int:
    """Moves intakes that are behind the clock, one step each."""
    due = list(queries.due_to_move(now)[:50])
    for intake in due:
        actions.move_intake(by=WORKER, now=now, intake=intake.pk, to=NEXT[IntakeState(intake.state)])
    return len(due)


def plan_next_intakes(now: datetime) -> int:
    """Keeps one intake of every rolling call planned ahead, so that it opens in time even while no worker runs."""
    made = 0
    for intake in queries.rolling_to_extend(now)[:50]:
        try:
            actions.open_next_intake(by=WORKER, now=now, call=intake.call_id)
        except Refused:
            # The call's tracks end before another intake could be decided, or another worker was first.
            continue
        made += 1
    return made


EVERY = {move_intakes: 15.0, plan_next_intakes: 60.0}
