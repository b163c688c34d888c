"""Sets a call's rules on conflicts, version after version, until its first intake opens."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.calls.models import Call
from madang.portal.calls.rules import DRAFTING, ConflictRules, only
from madang.portal.conflicts import queries, rules
from madang.portal.conflicts.models import ConflictRuleSet
from madang.portal.conflicts.rules import Table
from madang.portal.drafts import queries as drafts
from madang.portal.journal import actions as journal
from madang.portal.transactions import action


@action
def set_rules(
    *,
    by: Actor,
    now: datetime,
    call: int,
    number: int,
    tradition: ConflictRules,
    table: Table,
    reason: str,
    report_days: int | None = None,
    domains: bool = False,
) -> ConflictRuleSet:
    """Adds a version after the one that was read (`number`, 0: none); it counts for all tracks of the call at once.

    Refused: "not_allowed_for_role", "not_found", "call_waits_for_approval", "conflict_rules_fixed",
    "conflict_rules_reason_needed", "conflict_rule_invalid", "conflict_rules_same". Stale when another came between.
    """
    only(by, DRAFTING)
    row = queries.calls(by).filter(pk=call).first()
    if row is None:
        raise Refused("not_found")
    opens = list(row.intakes.values_list("opens_at", flat=True))
    rules.check_time(row.state, opens, now, waiting=drafts.waiting_approval(by, call) is not None)
    if not reason.strip():
        raise Refused("conflict_rules_reason_needed", field="reason")
    given = {"rules": rules.check(table, rules.tradition(tradition)), "report_days": report_days, "domains": domains}
    last = queries.last_of(call)
    if number != (last.number if last else 0):
        raise Stale("conflict_rules")
    if last is not None and all(getattr(last, name) == value for name, value in given.items()):
        raise Refused("conflict_rules_same")
    return _add(by, now, row, number + 1, reason.strip()[:500], given)


def _add(by: Actor, now: datetime, call: Call, number: int, reason: str, given: dict[str, object]) -> ConflictRuleSet:
    """Writes a version; of two people at once the second is told so."""
    who = {"reason": reason, "set_by_id": by.person, "set_at": now}
    try:
        with transaction.atomic():
            made = ConflictRuleSet.objects.create(call=call, number=number, **who, **given)
    except IntegrityError as error:
        raise Stale("conflict_rules") from error
    journal.record(by=by, now=now, did="conflicts.set_rules", kind="call", subject=call.pk, number=number)
    return made


@action
def copy_rules(*, by: Actor, now: datetime, source: Call, call: Call) -> None:
    """Gives a new call the rules of the one that it was copied from, if that has rules of its own."""
    only(by, DRAFTING)
    last = queries.last_of(source.pk)
    if last is not None:
        given = {"rules": last.rules, "report_days": last.report_days, "domains": last.domains}
        _add(by, now, call, 1, source.code, given)
