"""Works out what everybody gets for an intake, from sheets that are in and meetings attended; nothing is typed."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from madang.errors import Refused
from madang.portal.calls.models import Intake
from madang.portal.experts.queries import today
from madang.portal.honoraria import rules
from madang.portal.honoraria.models import FeeDeclined, FeeRate, WithholdingRule
from madang.portal.honoraria.rules import FeeWork, IncomeKind, Rate, Withholding
from madang.portal.meetings.models import Attendance
from madang.portal.meetings.rules import MeetingState
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.reviews.rules import AssignmentState

FORMAT = "madang-fees 1"
Work = dict[int, list[tuple[FeeWork, date]]]


def rates_by_call(calls: Iterable[Any]) -> dict[int, list[Rate]]:
    """The rates of calls (rows or ids) as they were set, so that of two of one day the later counts."""
    rows = FeeRate.objects.filter(call__in=calls).order_by("pk")
    found: dict[int, list[Rate]] = defaultdict(list)
    for call, starts_on, sheet, day, income in rows.values_list("call", "starts_on", "sheet_won", "day_won", "income"):
        found[call].append(Rate(starts_on, sheet, day, IncomeKind(income)))
    return found


def withholdings(income: IncomeKind) -> list[Withholding]:
    """The rules for one kind of income in the same order."""
    names = ("starts_on", "expense_permille", "tax_permille", "local_permille", "free_won", "cut_won")
    rows = WithholdingRule.objects.filter(income=income).order_by("pk").values(*names)
    return [Withholding(income=income, **row) for row in rows]


def work_of(intake: int) -> Work:
    """What each reviewer has done in an intake, in two queries.

    A day counts once, however many meetings it had, and once its minutes are approved; it covers the sheets that
    belong to the meeting. Every other sheet that is in counts by itself, on the day on which it came in. Applicants who
    review each other get nothing for it.
    """
    there = Attendance.objects.filter(
        here=True, meeting__committee__intake=intake, meeting__state=MeetingState.CLOSED
    ).values_list("reviewer", "meeting__step", "meeting__committee__track", "meeting__meets_at")
    days: dict[int, set[date]] = defaultdict(set)
    covered = set()
    for reviewer, step, track, meets_at in there:
        days[reviewer].add(today(meets_at))
        covered.add((reviewer, step, track))
    sheets = ReviewAssignment.objects.filter(application__intake=intake, state=AssignmentState.SUBMITTED)
    sheets = sheets.filter(application__track__peer_groups=0)
    found: Work = {reviewer: [(FeeWork.DAY, day) for day in sorted(every)] for reviewer, every in days.items()}
    for reviewer, step, track, ended_at in sheets.values_list("reviewer", "step", "application__track", "ended_at"):
        # a committee without a track judges all of them
        if not covered & {(reviewer, step, track), (reviewer, step, None)}:
            found.setdefault(reviewer, []).append((FeeWork.SHEET, today(ended_at)))
    return found


def content(intake: Intake, day: date) -> dict[str, Any]:
    """The fees of an intake as rates and rules have them on a day; people stand in it by number.

    Refused: ``fee_rates_missing``, ``fee_rate_missing`` (day), ``withholding_missing``.
    """
    rates = rates_by_call([intake.call_id])[intake.call_id]
    last = rules.in_force(rates, day)
    if last is None:
        raise Refused("fee_rates_missing")
    rule = rules.in_force(withholdings(last.income), day)
    if rule is None:
        raise Refused("withholding_missing")
    declined = set(FeeDeclined.objects.filter(call=intake.call_id).values_list("reviewer", flat=True))
    work = work_of(intake.pk)
    statements = [_statement(one, work[one], rates, rule, one in declined) for one in sorted(work)]
    given = asdict(rule) | {"starts_on": rule.starts_on.isoformat()}
    return {"format": FORMAT, "intake": intake.pk, "withholding": given, "statements": statements}


def _statement(
    reviewer: int, work: list[tuple[FeeWork, date]], rates: Sequence[Rate], rule: Withholding, declined: bool
) -> dict[str, Any]:
    done = rules.lines(work, rates)
    fee = rules.withheld(0 if declined else sum(line.sum_won for line in done), rule)
    return {
        "reviewer": reviewer,
        "lines": [asdict(line) for line in done],
        "declined": declined,
        "gross_won": fee.gross_won,
        "tax_won": fee.tax_won,
        "local_won": fee.local_won,
        "net_won": fee.net_won,
    }


def digest(found: dict[str, Any]) -> str:
    """SHA-256 of a content, in hexadecimal."""
    text = json.dumps(found, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
