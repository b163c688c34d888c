"""Drafts a credit note, drops it, and issues it by two people with a number that leaves no gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from madang.accounting.settlement import apportioned
from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals import queries as drafts
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.billing import withdrawals
from madang.portal.billing.models import CreditNote, CreditNoteItem, Statement, Support
from madang.portal.billing.queries import today
from madang.portal.billing.rules import StatementState
from madang.portal.creditnotes import queries, rules
from madang.portal.creditnotes.rules import NoteReason, NoteState, Wish
from madang.portal.formats import won
from madang.portal.funding import actions as funding
from madang.portal.funding import queries as funders
from madang.portal.journal.actions import record
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.transactions import action

KIND = ApprovalKind.CREDIT_NOTE


@action
def draft(
    *, by: Actor, now: datetime, statement: int, reason: NoteReason, text: str, wishes: Mapping[int, Wish]
) -> CreditNote:
    """Drafts what is to come off an issued statement, line by line; all that is left for some reasons.

    Refused: "not_allowed_for_role", "statement_not_issued", "credit_note_text_needed", "credit_note_draft_waits",
    "credit_note_withdrawn" where an act withdrew discount of such a line, and as `rules.items`.
    """
    rules.refuse_unless_drafting(by)
    row = Statement.objects.filter(pk=statement, state=StatementState.ISSUED).first()
    if row is None:
        raise Refused("statement_not_issued")
    if not text.strip():
        raise Refused("credit_note_text_needed", field="text")
    found = rules.items({one.line.pk: one.left for one in queries.left_of(row)}, wishes, reason)
    if withdrawals.stands(found):
        raise Refused("credit_note_withdrawn")
    sums = {name: figure for name, figure in vars(rules.total(found.values())).items() if name != "quantity"}
    made = {"statement": row, "reason": reason, "text": text.strip(), "before": row.credited, **sums}
    try:
        with transaction.atomic():
            note = CreditNote.objects.create(**made, drafted_by_id=by.person, drafted_at=now)
    except IntegrityError as error:
        raise Refused("credit_note_draft_waits") from error
    CreditNoteItem.objects.bulk_create(
        CreditNoteItem(note=note, line_id=line, **vars(one)) for line, one in found.items()
    )
    facts = {"statement": row.pk, "reason": str(reason), "amount_won": note.payable}
    record(by=by, now=now, did="creditnotes.draft", kind="credit_note", subject=note.pk, **facts)
    return note


def _open(note: int) -> CreditNote:
    row = CreditNote.objects.select_related("statement").filter(pk=note).first()
    if row is None:
        raise Refused("not_found")
    if row.state != NoteState.DRAFT:
        raise Refused("credit_note_decided")
    return row


def _change(row: CreditNote, **values: object) -> None:
    if not CreditNote.objects.filter(pk=row.pk, state=NoteState.DRAFT).update(**values):
        raise Stale("credit_note")


@action
def drop(*, by: Actor, now: datetime, note: int) -> None:
    """Drops a draft that is not before an approver. Refused: "credit_note_decided", "credit_note_laid_before"."""
    rules.refuse_unless_drafting(by)
    row = _open(note)
    if drafts.waiting_for(KIND, note) is not None:
        raise Refused("credit_note_laid_before")
    _change(row, state=NoteState.DROPPED)
    record(by=by, now=now, did="creditnotes.drop", kind="credit_note", subject=note)


@action
def lay_before(*, by: Actor, now: datetime, note: int, comment: str) -> Approval:
    """Lays a draft before an approver. Refused: "credit_note_decided", and as `approvals.draft`."""
    row = _open(note)
    facts = {"number": row.statement.number, "amount_won": row.payable, "organisation": row.statement.organisation_id}
    return approvals.draft(by=by, now=now, kind=KIND, subject=note, comment=comment, **facts)


@action
def issue(*, by: Actor, now: datetime, note: int, comment: str, document_number: str) -> CreditNote:
    """Approves the draft: it is numbered, and its statement asks for that much less.

    Refused as `approvals.approve`, and "credit_note_decided", "credit_note_outdated" where another one came between,
    "credit_note_withdrawn" as `draft`, "year_settled" where this year is.
    """
    approvals.approve(by=by, now=now, kind=KIND, subject=note, comment=comment, document_number=document_number)
    row, day = _open(note), today(now)
    funding.keep_year_open(year=day.year)
    # the statement's row is the judge: what was drafted rests on what was left of it then
    same = Statement.objects.filter(pk=row.statement_id, credited=row.before)
    if not same.update(credited=F("credited") + row.payable):
        raise Refused("credit_note_outdated")
    if withdrawals.stands(row.items.values_list("line", flat=True)):
        raise Refused("credit_note_withdrawn")
    place = 1 + (CreditNote.objects.filter(year=day.year).aggregate(most=Max("place"))["most"] or 0)
    number = rules.number(day.year, place)
    written = rules.written_on(NoteReason(row.reason), row.statement.month, day)
    given = {"year": day.year, "place": place, "number": number, "written_on": written, "issued_at": now}
    try:
        with transaction.atomic():
            _change(row, state=NoteState.ISSUED, **given)
    except IntegrityError as error:
        # somebody issued another one at this moment and has this number
        raise Stale("credit_note") from error
    _divide(row, day.year, now)
    facts = {"number": number, "statement": row.statement_id, "amount_won": row.payable}
    record(by=by, now=now, did="creditnotes.issue", kind="credit_note", subject=note, **facts)
    _tell(row, number, now)
    return CreditNote.objects.get(pk=note)


def _divide(note: CreditNote, year: int, now: datetime) -> None:
    """Brings each source's support of the statement to what it is after the note; nought gives all of it back."""
    parts, own = funders.parts_in(note.statement.month), [(funding.own_source(now), 1)]
    stands = queries.supported(note.statement)
    change: dict[tuple[int | None, int], int] = defaultdict(int)
    for item in queries.items(note):
        change[item.line.award_id, item.line.product.pool_id] += item.subsidy
    rows = []
    for (award, pool), off in change.items():
        before = stands.get((award, pool), {})
        shares = parts.get(pool, own)
        left = apportioned(sum(before.values()) - off, [share for _source, share in shares])
        after = dict(zip((source for source, _share in shares), left, strict=True))
        for source in before.keys() | after.keys():
            if moved := after.get(source, 0) - before.get(source, 0):
                place = {"statement_id": note.statement_id, "award_id": award, "pool_id": pool, "source_id": source}
                rows.append(Support(**place, note=note, year=year, amount=moved))
    Support.objects.bulk_create(rows)


def _tell(note: CreditNote, number: str, now: datetime) -> None:
    for person in persons.owners(note.statement.organisation_id):
        people.write_mail(
            person,
            now=now,
            code="credit_note_issued",
            key=f"credit-note-{note.pk}-{person.pk}",
            link=f"/credit-notes/{note.pk}/",
            number=number,
            statement=note.statement.number,
            amount=won(note.payable, person.language),
        )
