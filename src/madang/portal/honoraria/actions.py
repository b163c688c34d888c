"""Sets rates and rules of withholding, notes who wants no fee, and fixes the fees of an intake by two people."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.calls.models import Intake
from madang.portal.experts.queries import today
from madang.portal.honoraria import queries, rules, working
from madang.portal.honoraria.models import FeeDeclined, FeeList, FeeRate, FeeStatement, WithholdingRule
from madang.portal.honoraria.rules import Rate, Withholding
from madang.portal.honoraria.seeds.korean import RULES
from madang.portal.journal.actions import record
from madang.portal.people import actions as people
from madang.portal.reviews.models import Reviewer
from madang.portal.transactions import action


@action
def set_rate(*, by: Actor, now: datetime, call: int, rate: Rate) -> FeeRate:
    """Sets what a call pays from a day on; of two rates of one day the later counts.

    Refused: "not_allowed_for_role", "not_found", "fee_rate_invalid".
    """
    rules.refuse_unless_setting(by)
    rules.check_rate(rate)
    if not queries.calls(by).filter(pk=call).exists():
        raise Refused("not_found")
    row = FeeRate.objects.create(call_id=call, set_by_id=by.person, set_at=now, **asdict(rate))
    facts = {"rate": row.pk, "starts_on": rate.starts_on.isoformat(), "income": str(rate.income)}
    amounts = {"sheet_won": rate.sheet_won, "day_won": rate.day_won}
    record(by=by, now=now, did="honoraria.set_rate", kind="call", subject=call, **facts, **amounts)
    return row


@action
def set_withholding(*, by: Actor, now: datetime, rule: Withholding, source: str) -> WithholdingRule:
    """Sets what is kept back from a day on. Refused: "not_allowed_for_role", "withholding_invalid",
    "withholding_source_needed".
    """
    rules.refuse_unless_setting(by)
    rules.check_withholding(rule)
    if not source.strip():
        raise Refused("withholding_source_needed", field="source")
    given = asdict(rule) | {"source": source.strip()[:200]}
    row = WithholdingRule.objects.create(**given, set_by_id=by.person, set_at=now)
    facts = {"starts_on": rule.starts_on.isoformat(), "income": str(rule.income)}
    record(by=by, now=now, did="honoraria.set_withholding", kind="withholding_rule", subject=row.pk, **facts)
    return row


@action
def seed_withholding(*, by: Actor, now: datetime) -> int:
    """Adds the rules of Korean law where there is none; returns how many."""
    if WithholdingRule.objects.exists():
        return 0
    made = [WithholdingRule(**asdict(rule), source=source, set_at=now) for rule, source in RULES]
    WithholdingRule.objects.bulk_create(made)
    record(by=by, now=now, did="honoraria.set_withholding", kind="withholding_rule", subject="all", rules=len(made))
    return len(made)


@action
def decline(*, by: Actor, now: datetime, call: int, declined: bool) -> None:
    """A reviewer wants no fee for a call, or does after all; it counts for lists that are fixed from then on.

    Refused: "not_found" where there is nothing to be paid for.
    """
    reviewer = Reviewer.objects.filter(person=by.person, active=True).first() if by.person else None
    if reviewer is None or call not in {row.pk for row, _, _ in queries.offers(by, now)}:
        raise Refused("not_found")
    what = {"call_id": call, "reviewer": reviewer}
    if declined:
        _, changed = FeeDeclined.objects.get_or_create(**what, defaults={"declined_at": now})
    else:
        changed = FeeDeclined.objects.filter(**what).delete()[0] > 0
    if changed:
        facts = {"call": call, "declined": declined}
        record(by=by, now=now, did="honoraria.decline", kind="reviewer", subject=reviewer.pk, **facts)


@action
def draft(*, by: Actor, now: datetime, intake: int, comment: str) -> Approval:
    """Lays the fees of an intake, as they stand now, before an approver.

    Refused: "not_allowed_for_role", "not_found", "fees_fixed", "fees_before_decision", "fees_nothing", and as
    `working.content` and `approvals.draft`.
    """
    rules.refuse_unless_setting(by)
    found = _fixable(by, now, intake)
    facts = {"sha256": working.digest(found), "people": len(found["statements"]), **_sums(found)}
    return approvals.draft(by=by, now=now, kind=ApprovalKind.PAY_REVIEWERS, subject=intake, comment=comment, **facts)


def _sums(found: dict[str, Any]) -> dict[str, int]:
    return {name: sum(one[name] for one in found["statements"]) for name in ("gross_won", "net_won")}


def _fixable(by: Actor, now: datetime, intake: int) -> dict[str, Any]:
    row = queries.intakes(by).filter(pk=intake).first()
    if row is None:
        raise Refused("not_found")
    if queries.fixed(by, intake) is not None:
        raise Refused("fees_fixed")
    if row.state not in queries.RESULTS_OUT:
        raise Refused("fees_before_decision")
    found = working.content(row, today(now))
    if not found["statements"]:
        raise Refused("fees_nothing")
    return found


@action
def fix(*, by: Actor, now: datetime, intake: int, comment: str, document_number: str) -> FeeList:
    """Approves the drafted fees, keeps them for good and tells everybody who gets one.

    Refused as `draft` and `approvals.approve`, and "fees_changed" where they are no longer what was drafted.
    """
    given = {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=ApprovalKind.PAY_REVIEWERS, subject=intake, **given)
    found = _fixable(by, now, intake)
    sha256 = working.digest(found)
    if sha256 != approval.facts["sha256"]:
        raise Refused("fees_changed")
    try:
        with transaction.atomic():
            kept = FeeList.objects.create(intake_id=intake, approval=approval, sha256=sha256, fixed_at=now)
    except IntegrityError as error:
        raise Refused("fees_fixed") from error
    income = found["withholding"]["income"]
    rows = [_row(kept, income, one) for one in found["statements"]]
    FeeStatement.objects.bulk_create(rows)
    record(by=by, now=now, did="honoraria.fix", kind="intake", subject=intake, sha256=sha256, people=len(rows))
    _tell(kept, now)
    return kept


def _row(kept: FeeList, income: str, one: dict[str, Any]) -> FeeStatement:
    return FeeStatement(fees=kept, income=income, reviewer_id=one["reviewer"], **{
        name: one[name] for name in ("lines", "declined", "gross_won", "tax_won", "local_won", "net_won")
    })  # fmt: skip


def _tell(kept: FeeList, now: datetime) -> None:
    call = Intake.objects.select_related("call").get(pk=kept.intake_id).call
    rows = FeeStatement.objects.filter(fees=kept, gross_won__gt=0, reviewer__person__email__isnull=False)
    for row in rows.select_related("reviewer__person"):
        person = row.reviewer.person
        title = call.title_ko if person.language == "ko" else call.title_en
        link = reverse("honorarium", args=[kept.intake_id])
        people.write_mail(person, now=now, code="fee_fixed", key=f"fee-{row.pk}", link=link, call=title)
