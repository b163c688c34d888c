"""Works out the drafts of a month that has just ended."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from madang.portal.actors import WORKER
from madang.portal.billing import actions, queries
from madang.values import Month

AT_ONCE = 5


def work_out_last_month(now: datetime) -> int:
    """Works out last month for a few organisations whose draft is missing or older than the month's end."""
    current = Month.of(now, settings.MADANG_ZONE)
    last = current.plus(-1)
    ended = current.period(settings.MADANG_ZONE).start
    waiting = queries.organisations_not_worked_out(last, ended, AT_ONCE)
    for organisation in waiting:
        actions.work_out(by=WORKER, now=now, organisation=organisation, month=str(last))
    return len(waiting)


EVERY = {work_out_last_month: 600}
