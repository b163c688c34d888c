"""Credit notes as JSON: for their organisation once issued, drafted and laid before an approver by staff."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.creditnotes import actions, queries
from madang.portal.creditnotes.rules import NoteReason, NoteState, Wish
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Comment, Id

router = Router(tags=["creditnotes"])
Amount = Annotated[int, Field(ge=0, le=10**15)]


class CreditNoteItemIn(Schema):
    """What comes off one line of the statement (`statement_line`, its id): a quantity, or won with VAT."""

    statement_line: Id
    quantity: Amount = 0
    payable_won: Amount = 0


class CreditNoteIn(Schema):
    """Why, in which words, and what comes off; no items where the reason takes all that is left."""

    reason: NoteReason
    text: Annotated[str, Field(max_length=500)]
    items: Annotated[list[CreditNoteItemIn], Field(max_length=1000)] = []


class CreditNoteItemOut(Schema):
    """What was taken off one line, of an award or a booking.

    Discount and subsidy may lie below nought, where the price was lowered.
    """

    statement_line: int = Field(alias="line_id")
    award: str
    booking_id: int | None = Field(alias="line.booking_id")
    product: str = Field(alias="line.product.code")
    quantity: int
    reference_won: int = Field(alias="reference")
    list_price_won: int = Field(alias="list_price")
    discount_won: int = Field(alias="discount")
    credit_won: int = Field(alias="credit")
    due_won: int = Field(alias="due")
    subsidy_won: int = Field(alias="subsidy")
    supply_won: int = Field(alias="supply")
    vat_won: int = Field(alias="vat")
    payable_won: int = Field(alias="payable")

    @staticmethod
    def resolve_award(row: Any) -> str:
        return row.line.award.number if row.line.award else ""


class CreditNoteOut(Schema):
    """A credit note: what is taken off which statement, in won above nought."""

    id: int
    number: str | None
    state: NoteState
    reason: NoteReason
    text: str
    statement_id: int
    statement: str = Field(alias="statement.number")
    organisation_id: int = Field(alias="statement.organisation_id")
    due_won: int = Field(alias="due")
    subsidy_won: int = Field(alias="subsidy")
    supply_won: int = Field(alias="supply")
    vat_won: int = Field(alias="vat")
    payable_won: int = Field(alias="payable")
    written_on: date | None
    issued_at: datetime | None


class CreditNoteWithItemsOut(CreditNoteOut):
    """A credit note with its items."""

    items: list[CreditNoteItemOut]

    @staticmethod
    def resolve_items(row: Any) -> Any:
        return queries.items(row)


class CreditNoteDraftIn(Schema):
    """A word for the approver."""

    comment: Comment = ""


class CreditNoteLaidOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.get("/credit-notes", response=list[CreditNoteOut], operation_id="list_credit_notes")
@paginate
def list_credit_notes(request: HttpRequest) -> Any:
    """Issued credit notes of one's organisations; all of them, drafts too, for staff and auditors. Newest first."""
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="credit_note", subject="all")
    return queries.notes(request.actor)


def _shown(request: HttpRequest, note: int) -> Any:
    row = one(queries.notes(request.actor), pk=note)
    given = {"kind": "credit_note", "subject": note, "organisation": row.statement.organisation_id}
    read(by=request.actor, now=request.now, what="view", **given)
    return row


@router.get("/credit-notes/{int:note}", response=CreditNoteWithItemsOut, operation_id="get_credit_note")
def get_credit_note(request: HttpRequest, note: Id) -> Any:
    """One credit note with what it takes off each line."""
    return _shown(request, note)


@router.post(
    "/statements/{int:statement}/credit-notes",
    response={201: CreditNoteWithItemsOut},
    operation_id="draft_credit_note",
)
@known_to(*READING_ROLES)
def draft_credit_note(request: HttpRequest, statement: Id, given: CreditNoteIn) -> Any:
    """Drafts a credit note to an issued statement; nothing changes before it is issued."""
    wishes = {item.statement_line: Wish(item.quantity, item.payable_won) for item in given.items}
    plain = {"statement": statement, "reason": given.reason, "text": given.text, "wishes": wishes}
    made = actions.draft(by=request.actor, now=request.now, **plain)
    return Status(201, _shown(request, made.pk))


@router.delete("/credit-notes/{int:note}", response={204: None}, operation_id="drop_credit_note")
@known_to(*READING_ROLES)
def drop_credit_note(request: HttpRequest, note: Id) -> Any:
    """Drops a draft."""
    one(queries.notes(request.actor), pk=note)
    actions.drop(by=request.actor, now=request.now, note=note)
    return Status(204, None)


@router.post("/credit-notes/{int:note}/draft", response={201: CreditNoteLaidOut}, operation_id="lay_credit_note_before")
@known_to(*READING_ROLES)
def lay_credit_note_before(request: HttpRequest, note: Id, given: CreditNoteDraftIn) -> Any:
    """Lays a draft before an approver, who issues it by approving."""
    one(queries.notes(request.actor), pk=note)
    made = actions.lay_before(by=request.actor, now=request.now, note=note, comment=given.comment)
    return Status(201, {"approval": made.pk})
