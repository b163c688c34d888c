"""Enters what a funder gave, disallowed or got back, and settles a year by two people."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from madang.accounting.settlement import Item
from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.billing.queries import today
from madang.portal.funding import actions as funding
from madang.portal.journal.actions import record
from madang.portal.settlements import queries, rules
from madang.portal.settlements.models import Settlement, SettlementEntry
from madang.portal.transactions import action


@action
def enter(
    *, by: Actor, now: datetime, source: int, year: int, item: str, amount: int, document: str, award: int | None = None
) -> SettlementEntry:
    """Enters won into a source's account of a year. Refused: ``year_not_written``, ``year_settled``,
    ``entry_document_needed``, ``entry_award_only_disallowed``.
    """
    rules.refuse_unless_settling(by)
    rules.refuse_unless_year(year)
    funding.keep_year_open(year=year)
    rules.refuse_unless_entered_whole(Item(item), award, document)
    what = {"source_id": source, "year": year, "item": Item(item), "award_id": award}
    return _entered(by, now, what | {"amount": amount, "document": document.strip()})


@action
def take_back(*, by: Actor, now: datetime, entry: int, document: str) -> SettlementEntry:
    """Takes an entry back by a row of its own. Refused: ``entry_reversed_already``, and as `enter`."""
    rules.refuse_unless_settling(by)
    row = SettlementEntry.objects.get(pk=entry)
    funding.keep_year_open(year=row.year)
    if row.reverses_id is not None:
        raise Refused("entry_reversed_already")
    rules.refuse_unless_entered_whole(Item(row.item), row.award_id, document)
    what = {"source_id": row.source_id, "year": row.year, "item": row.item, "award_id": row.award_id}
    try:
        with transaction.atomic():
            return _entered(by, now, what | {"amount": -row.amount, "document": document.strip(), "reverses": row})
    except IntegrityError as error:
        raise Refused("entry_reversed_already") from error


def _entered(by: Actor, now: datetime, what: dict[str, object]) -> SettlementEntry:
    row = SettlementEntry.objects.create(**what, entered_by_id=by.person, entered_at=now)
    facts = {"source": row.source_id, "year": row.year, "item": str(row.item), "amount_won": row.amount}
    record(by=by, now=now, did="settlements.enter", kind="settlement", subject=row.year, entry=row.pk, **facts)
    return row


@action
def draft(*, by: Actor, now: datetime, year: int, comment: str) -> Approval:
    """Lays the settlement of a year, as it stands now, before an approver.

    Refused: ``settlement_year_runs``, ``settlement_drafts_left``, ``settlement_nothing``, ``settlement_not_even``
    (source, left), ``year_settled``, and as `approvals.draft`.
    """
    rules.refuse_unless_settling(by)
    text = _settleable(year, now)
    facts = {"year": str(year), "sha256": queries.digest(text)}
    return approvals.draft(by=by, now=now, kind=ApprovalKind.SETTLE_YEAR, subject=year, comment=comment, **facts)


@action
def settle(*, by: Actor, now: datetime, year: int, comment: str, document_number: str) -> Settlement:
    """Approves the drafted settlement and closes the year. Refused as `draft` and `approvals.approve`, and
    ``settlement_changed`` where the year is no longer what was drafted.
    """
    given = {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=ApprovalKind.SETTLE_YEAR, subject=year, **given)
    text = _settleable(year, now)
    sha256 = queries.digest(text)
    if sha256 != approval.facts["sha256"]:
        raise Refused("settlement_changed")
    funding.close_year(now=now, year=year)
    row = Settlement.objects.create(year=year, content=text, sha256=sha256, approval=approval, settled_at=now)
    record(by=by, now=now, did="settlements.settle", kind="settlement", subject=year, sha256=sha256)
    return row


def _settleable(year: int, now: datetime) -> str:
    rules.refuse_unless_past(year, today(now))
    funding.keep_year_open(year=year)
    found = queries.content(year)
    left = {source["code"]: source["left_won"] for source in found["sources"]}
    rules.refuse_unless_even(year, queries.drafts_left(year), left)
    return queries.written(found)
