"""Sets the rule on idle awards; gives notice of a take-back, hears the answer, reduces, drops or carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.approvals import actions as approvals
from madang.portal.approvals import queries as drafts
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import actions as awards
from madang.portal.awards.queries import owner_of
from madang.portal.awards.rules import AwardState, accept_deadline
from madang.portal.formats import core_hours, gpu_hours
from madang.portal.journal import actions as journal
from madang.portal.ledger import actions as ledger
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.takebacks import queries, rules
from madang.portal.takebacks.models import IdleRule, TakeBack
from madang.portal.takebacks.rules import AnswerKind, TakeBackState
from madang.portal.transactions import action

SOURCE = "take_back"


def _only_manager(by: Actor) -> None:
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")


def _reason(text: str, field: str = "reason") -> str:
    if not text.strip():
        raise Refused("take_back_reason_needed", field=field)
    return text.strip()[:1000]


def _seen(by: Actor, take_back: int) -> TakeBack:
    row = queries.take_backs(by).filter(pk=take_back).first()
    if row is None:
        raise Refused("not_found")
    return row


def _change(row: TakeBack, **values: object) -> None:
    """Of two who act on a take-back at the same moment, the second finds it changed."""
    same = TakeBack.objects.filter(pk=row.pk, state=TakeBackState.NOTICED, amount=row.amount)
    if not same.filter(answered_at=row.answered_at).update(**values):
        raise Stale("take-back")


@action
def set_rule(
    *,
    by: Actor,
    now: datetime,
    starts_on: date,
    percent: int,
    after_days: int,
    grace_days: int,
    call: int | None = None,
) -> IdleRule:
    """Sets from a day on, not before today, which use is too little: for one call, or for the centre.

    Refused: "not_allowed_for_role", "not_found", "idle_rule_figures", "idle_rule_grace", "idle_rule_past".
    """
    _only_manager(by)
    rules.check_rule(percent, after_days, grace_days)
    if starts_on < now.astimezone(settings.MADANG_ZONE).date():
        raise Refused("idle_rule_past", field="starts_on")
    if call is not None and not queries.calls(by).filter(pk=call).exists():
        raise Refused("not_found")
    figures = {"percent": percent, "after_days": after_days, "grace_days": grace_days}
    row = IdleRule.objects.create(call_id=call, starts_on=starts_on, set_by_id=by.person, set_at=now, **figures)
    facts = {"call": call, "starts_on": starts_on.isoformat(), **figures}
    journal.record(by=by, now=now, did="takebacks.set_rule", kind="idle_rule", subject=row.pk, **facts)
    return row


@action
def propose(*, by: Actor, now: datetime, number: str, pool: str, reason: str, amount: int | None = None) -> TakeBack:
    """Gives an award's organisation notice that seconds of a pool are to be taken back, with the finding of this day.

    Without `amount` what is missing against the plan; an award that holds units by the month is always taken whole.
    Refused: "not_allowed_for_role", "not_found", "take_back_not_idle", "take_back_reason_needed", "take_back_amount"
    (most), "take_back_open".
    """
    _only_manager(by)
    found = queries.look(by, number, pool, now)
    if found is None:
        raise Refused("not_found")
    if not found.idle or found.rule is None:
        raise Refused("take_back_not_idle")
    asked = found.finding.left if found.whole else found.finding.missing if amount is None else amount
    rules.check_amount(asked, found.finding.left)
    figures = {"planned": found.finding.planned, "used": found.finding.used, "left": found.finding.left}
    given = {
        "award": found.award,
        "pool": found.pool,
        "whole": found.whole,
        "percent": found.rule.percent,
        "found_on": now.astimezone(settings.MADANG_ZONE).date(),
        "amount": asked,
        "first_amount": asked,
        "reason": _reason(reason),
        "noticed_by_id": by.person,
        "noticed_at": now,
        "answer_by": accept_deadline(now, found.rule.grace_days, settings.MADANG_ZONE),
    }
    try:
        with transaction.atomic():
            row = TakeBack.objects.create(**given, **figures)
    except IntegrityError as error:
        raise Refused("take_back_open") from error
    facts = {"award": found.award.pk, "pool": found.pool.pk, "amount": asked, **figures}
    journal.record(by=by, now=now, did="takebacks.propose", kind="take_back", subject=row.pk, **facts)
    _tell(row, now, "take_back_award_notice" if row.whole else "take_back_notice", until=row.answer_by)
    return row


@action
def answer(*, by: Actor, now: datetime, take_back: int, kind: AnswerKind, text: str) -> None:
    """An owner asks to be exempted or is heard in writing, once, before the time to answer is over.

    Refused: "not_found", "not_allowed_for_role", "take_back_reason_needed", "take_back_answered", "take_back_closed",
    "take_back_answer_late".
    """
    row = _seen(by, take_back)
    if not by.owner_of(row.award.organisation_id):
        raise Refused("not_allowed_for_role")
    rules.check_answerable(row.state, row.answer_by, now)
    if row.answer_kind:
        raise Refused("take_back_answered")
    if not text.strip():
        raise Refused("take_back_reason_needed", field="text")
    _change(row, answer_kind=kind, answer=text.strip()[:4000], answered_by=by.person, answered_at=now)
    journal.record(by=by, now=now, did="takebacks.answer", kind="take_back", subject=row.pk, answer=str(kind))


@action
def reduce(*, by: Actor, now: datetime, take_back: int, amount: int, reason: str) -> None:
    """Takes less than the notice said, for a reason that the organisation reads; never more.

    Refused: "not_allowed_for_role", "not_found", "take_back_closed", "take_back_whole", "take_back_draft_waits",
    "take_back_amount" (most), "take_back_reason_needed".
    """
    row = _for_manager(by, take_back)
    if row.whole:
        raise Refused("take_back_whole")
    rules.check_amount(amount, row.amount - 1)
    _change(row, amount=amount, reduced_reason=_reason(reason))
    facts = {"before": row.amount, "amount": amount}
    journal.record(by=by, now=now, did="takebacks.reduce", kind="take_back", subject=row.pk, **facts)
    row.amount = amount
    _tell(row, now, "take_back_reduced")


@action
def drop(*, by: Actor, now: datetime, take_back: int, reason: str, exempt_until: date | None = None) -> None:
    """Takes nothing, for a reason that the organisation reads; with a last day, it is not looked at again until then.

    Refused as `reduce`, and "take_back_exempt_past".
    """
    row = _for_manager(by, take_back)
    if exempt_until is not None and exempt_until < now.astimezone(settings.MADANG_ZONE).date():
        raise Refused("take_back_exempt_past", field="exempt_until")
    given = {"decision": _reason(reason), "decided_by": by.person, "decided_at": now, "exempt_until": exempt_until}
    _change(row, state=TakeBackState.DROPPED, **given)
    until = exempt_until.isoformat() if exempt_until else None
    journal.record(by=by, now=now, did="takebacks.drop", kind="take_back", subject=row.pk, exempt_until=until)
    _tell(row, now, "take_back_dropped")


def _for_manager(by: Actor, take_back: int) -> TakeBack:
    """A take-back that goes on and is not before an approver."""
    _only_manager(by)
    row = _seen(by, take_back)
    rules.check_open(row.state)
    if drafts.waiting_for(ApprovalKind.TAKE_BACK, row.pk) is not None:
        raise Refused("take_back_draft_waits")
    return row


@action
def draft(*, by: Actor, now: datetime, take_back: int, comment: str) -> Approval:
    """Lays the take-back before an approver once the time to answer is over; the comment is the decision's reason.

    Refused: "not_allowed_for_role", "not_found", "take_back_closed", "take_back_notice_runs",
    "take_back_reason_needed", "approval_already_waiting".
    """
    _only_manager(by)
    row = _seen(by, take_back)
    rules.check_decidable(row.state, row.answer_by, now)
    facts: Mapping[str, object] = {"number": row.award.number, "seconds": row.amount, "whole": row.whole}
    reason, kind = _reason(comment, "comment"), ApprovalKind.TAKE_BACK
    return approvals.draft(by=by, now=now, kind=kind, subject=row.pk, comment=reason, **facts)


@action
def take(*, by: Actor, now: datetime, take_back: int, comment: str, document_number: str) -> None:
    """The second person carries it out: the hours go back, of what is left at this instant.

    An award with units held by the month ends instead, whole. Refused as `approvals.actions.approve`, and "not_found",
    "take_back_closed", "take_back_notice_runs", "take_back_award_over", "take_back_nothing_left".
    """
    row = _seen(by, take_back)
    kind = ApprovalKind.TAKE_BACK
    approval = approvals.approve(
        by=by, now=now, kind=kind, subject=row.pk, comment=comment, document_number=document_number
    )
    rules.check_decidable(row.state, row.answer_by, now)
    if row.award.state != AwardState.IN_FORCE:
        raise Refused("take_back_award_over")
    taken, freed = _end(by, now, row, approval.draft_comment) if row.whole else _take(by, now, row)
    given = {"decision": approval.draft_comment, "decided_by": by.person, "decided_at": now}
    _change(row, state=TakeBackState.TAKEN, taken=taken, freed=freed, **given)
    facts = {"award": row.award_id, "pool": row.pool_id, "taken": taken, "freed": freed}
    journal.record(by=by, now=now, did="takebacks.take", kind="take_back", subject=row.pk, **facts)
    row.amount = taken
    _tell(row, now, "take_back_award_taken" if row.whole else "take_back_taken")


def _take(by: Actor, now: datetime, row: TakeBack) -> tuple[int, int]:
    """Seconds given back of what is left, and unit-hours of months ahead that came free."""
    given = {"owner": owner_of(row.award_id), "pool": row.pool_id, "most": row.amount}
    moved = ledger.give_back_most(by=by, now=now, source=SOURCE, key=str(row.pk), **given)
    if moved is None:
        raise Refused("take_back_nothing_left")
    return moved.amount, awards.free_promise(by=by, now=now, award=row.award_id, pool=row.pool_id)


def _end(by: Actor, now: datetime, row: TakeBack, reason: str) -> tuple[int, int]:
    before = queries.sums_now(row).returned
    awards.end_early(by=by, now=now, award=row.award_id, reason=reason)
    taken = queries.sums_now(row).returned - before
    if not taken:
        raise Refused("take_back_nothing_left")
    return taken, 0


def _tell(row: TakeBack, now: datetime, code: str, **facts: object) -> None:
    hours = gpu_hours if row.pool.unit == "gpu" else core_hours
    for person in persons.owners(row.award.organisation_id):
        people.write_mail(
            person,
            now=now,
            code=code,
            key=f"{code}-{row.pk}-{row.amount}-{person.pk}",
            link=f"/take-backs/{row.pk}/",
            number=row.award.number,
            title=row.award.title,
            pool=getattr(row.pool, f"name_{person.language}"),
            hours=hours(row.amount, person.language),
            **facts,
        )


@action
def note_reading(*, by: Actor, now: datetime, take_back: TakeBack) -> None:
    """Notes that staff or an auditor opened an organisation's take-back."""
    organisation = take_back.award.organisation_id
    journal.read(by=by, now=now, what="view", kind="take_back", subject=take_back.pk, organisation=organisation)


@action
def note_search(*, by: Actor, now: datetime) -> None:
    """Notes that staff or an auditor looked through what lies idle."""
    journal.read(by=by, now=now, what="search", kind="take_back", subject="all")
