"""Checks the months that a check is wanted of, and the last month once its grace is over."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from madang.portal import backends
from madang.portal.actors import WORKER
from madang.portal.ledger import monthly
from madang.portal.months import actions, queries, totals
from madang.portal.months.rules import MonthState, compared
from madang.values import Month


def check_months(now: datetime) -> int:
    """Compares the book with the backend's own totals for every month where that is wanted; gives how many."""
    last = str(Month.of(now, settings.MADANG_ZONE).plus(-1))
    if queries.month(last, now).state == MonthState.TO_CLOSE and not queries.checked_ever(last):
        actions.want_check(by=WORKER, now=now, month=last)
    wanted = queries.wanted_checks()
    for check in wanted:
        period = Month.parse(check.month).period(settings.MADANG_ZONE)
        reported = totals.reported(backends.backend(), period)
        lines = compared(monthly.used_by_source(check.month), reported)
        actions.store_check(by=WORKER, now=now, check=check, lines=lines)
    return len(wanted)


EVERY = {check_months: 20}
