"""The API of money in: a bank's file, receipts and what they pay, who owes, credits, refunds and reminders."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.billing.queries import today
from madang.portal.faces import known_to, one
from madang.portal.files import tables
from madang.portal.journal.actions import read
from madang.portal.people import queries as people
from madang.portal.receipts import actions, queries, reading
from madang.portal.receipts.bankfile import LARGEST, digests
from madang.portal.receipts.rules import PaymentState, refuse_unless_cashier
from madang.portal.schemas import Code, Comment, Day, Id, Name

router = Router(tags=["receipts"])
Heading = Annotated[str, Field(min_length=1, max_length=60)]
Reason = Annotated[str, Field(max_length=300)]


class ColumnsIn(Schema):
    """The headings of a bank's file for the parts of a receipt; the first two are needed."""

    paid_on: Heading
    came_in: Heading
    payer: Heading | None = None
    text: Heading | None = None
    reference: Heading | None = None


class BankIn(Schema):
    """An account and its file's columns; `version` as it was read, 0 for a new one."""

    name: Name
    columns: ColumnsIn
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class BankOut(Schema):
    """An account of the centre."""

    code: str
    name: str
    columns: dict[str, str]
    version: int


class FaultOut(Schema):
    """A row that cannot be read."""

    row: int = Field(alias="place")
    code: str
    value: str


class ReceiptFileOut(Schema):
    """What a file came to. With `dry_run` nothing was stored, and `stored` says how many would have been."""

    dry_run: bool
    stored: int
    repeated: int
    left_out: int
    total_won: int
    faults: list[FaultOut]


class MatchOut(Schema):
    """Won put onto a statement, or (below nought) taken off it again."""

    id: int
    statement: str
    amount_won: int = Field(alias="amount")
    found: str
    undone: bool = False
    reason: str
    posted_at: datetime

    @staticmethod
    def resolve_statement(row: Any) -> str:
        return str(row.statement.number)


class BankReceiptOut(Schema):
    """Money that came in, and what it pays."""

    id: int
    bank: str
    paid_on: date
    amount_won: int = Field(alias="amount")
    left_won: int = Field(alias="left")
    payer: str
    text: str
    reference: str
    matches: list[MatchOut]

    @staticmethod
    def resolve_bank(row: Any) -> str:
        return str(row.file.bank.code)

    @staticmethod
    def resolve_matches(row: Any) -> list[Any]:
        return list(row.postings.all())


class PaymentOut(Schema):
    """Where an issued statement's payment stands today; `days_late` is 0 until the last day to pay is over.

    `payable_won` is what it asks for after its credit notes, `credit_notes_won` what they took off.
    """

    statement: int
    number: str
    organisation_id: int
    due_on: date
    payable_won: int
    credit_notes_won: int
    received_won: int
    owed_won: int
    excess_won: int
    days_late: int
    state: PaymentState


class MatchIn(Schema):
    """How much of the receipt goes onto which issued statement."""

    statement: Id
    amount_won: Annotated[int, Field(ge=1, le=LARGEST)]


class UndoIn(Schema):
    """Why it is taken off or stopped."""

    reason: Reason


class RefundIn(Schema):
    """A word for the approver."""

    comment: Comment = ""


class RefundOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


def _payment(row: Any, day: date) -> dict[str, Any]:
    balance = queries.balance(row)
    return {
        "statement": row.pk,
        "number": row.number,
        "organisation_id": row.organisation_id,
        "due_on": row.due_on,
        "payable_won": balance.payable,
        "credit_notes_won": row.credited,
        "received_won": balance.received,
        "owed_won": balance.owed,
        "excess_won": balance.excess,
        "days_late": max(0, balance.days_late(day)),
        "state": balance.state(day),
    }


@router.get("/banks", response=list[BankOut], operation_id="list_banks")
@paginate
@known_to(*READING_ROLES)
def list_banks(request: HttpRequest) -> Any:
    """The centre's accounts with the columns of their files."""
    return queries.banks(request.actor)


@router.put("/banks/{code}", response=BankOut, operation_id="set_bank")
@known_to(*READING_ROLES)
def set_bank(request: HttpRequest, code: Code, given: BankIn) -> Any:
    """Notes an account, or changes it."""
    columns = {name: heading for name, heading in given.columns.dict().items() if heading}
    plain = {"name": given.name, "columns": columns, "version": given.version}
    return actions.set_bank(by=request.actor, now=request.now, code=code, **plain)


@router.post("/receipt-files", response=ReceiptFileOut, operation_id="bring_in_receipts")
@known_to(*READING_ROLES)
def bring_in_receipts(
    request: HttpRequest,
    bank: Code = Form(...),  # noqa: B008
    dry_run: bool = Form(False),
    file: UploadedFile = File(...),  # noqa: B008
) -> Any:
    """Stores the receipts of a bank's file (CSV or XLSX) that are not here yet, all or none; or only looks at it."""
    row = one(queries.banks(request.actor), code=bank)
    refuse_unless_cashier(request.actor)
    stored = tables.keep(now=request.now, name=file.name or "file", chunks=file.chunks())
    content = reading.content_of(row, stored, today(request.now))
    known = queries.known_digests(digest for _line, digest in digests(row.code, content.lines))
    done = {"stored": len(content.lines) - len(known), "repeated": len(known)}
    if not dry_run:
        given = {"bank": row.pk, "stored": stored.pk, "name": file.name or "file", "content": content}
        made = actions.bring_in(by=request.actor, now=request.now, **given)
        done = {"stored": made.stored, "repeated": made.repeated}
    rest = {"left_out": content.left_out, "total_won": content.total, "faults": content.faults}
    return done | rest | {"dry_run": dry_run}


@router.get("/receipts", response=list[BankReceiptOut], operation_id="list_receipts")
@paginate
@known_to(*READING_ROLES)
def list_receipts(request: HttpRequest, left: bool = False) -> Any:
    """Every receipt, newest first; with `left` those that are not wholly on statements."""
    rows = queries.receipts(request.actor)
    read(by=request.actor, now=request.now, what="search", kind="receipt", subject="left" if left else "all")
    return rows.filter(left__gt=0) if left else rows


@router.post("/receipts/{int:receipt}/matches", response={201: BankReceiptOut}, operation_id="match_receipt")
@known_to(*READING_ROLES)
def match_receipt(request: HttpRequest, receipt: Id, given: MatchIn) -> Any:
    """Puts won of a receipt onto an issued statement, also more than it asks for."""
    one(queries.receipts(request.actor), pk=receipt)
    plain = {"receipt": receipt, "statement": given.statement, "amount": given.amount_won}
    actions.match(by=request.actor, now=request.now, **plain)
    return Status(201, one(queries.receipts(request.actor), pk=receipt))


@router.post("/matches/{int:match}/reversal", response=BankReceiptOut, operation_id="undo_match")
@known_to(*READING_ROLES)
def undo_match(request: HttpRequest, match: Id, given: UndoIn) -> Any:
    """Takes a match back by a row of its own."""
    row = one(queries.matches(request.actor), pk=match)
    actions.undo_match(by=request.actor, now=request.now, posting=match, reason=given.reason)
    return one(queries.receipts(request.actor), pk=row.receipt_id)


@router.get("/payments", response=list[PaymentOut], operation_id="list_payments")
@paginate
def list_payments(request: HttpRequest, unsettled: bool = True, on: Day | None = None) -> Any:
    """Issued statements with what came in for them, first due first: of one's organisations; all for the body.

    `unsettled` leaves out those that are evenly paid. `on` judges lateness by another day than today.
    """
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="statement", subject="receivables")
    rows = queries.open_ones(request.actor) if unsettled else queries.issued(request.actor)
    day = on or today(request.now)
    return [_payment(row, day) for row in rows]


@router.post("/statements/{int:statement}/credit", response=PaymentOut, operation_id="credit_excess")
@known_to(*READING_ROLES)
def credit_excess(request: HttpRequest, statement: Id) -> Any:
    """Counts what was paid too much towards the organisation's statement that is due first."""
    one(queries.issued(request.actor), pk=statement)
    actions.credit(by=request.actor, now=request.now, statement=statement)
    return _payment(one(queries.issued(request.actor), pk=statement), today(request.now))


@router.post("/statements/{int:statement}/refund", response={201: RefundOut}, operation_id="propose_refund")
@known_to(*READING_ROLES)
def propose_refund(request: HttpRequest, statement: Id, given: RefundIn) -> Any:
    """Lays before a second person that what was paid too much is to be paid back."""
    one(queries.issued(request.actor), pk=statement)
    drafted = actions.draft_refund(by=request.actor, now=request.now, statement=statement, comment=given.comment)
    return Status(201, {"approval": drafted})


@router.put("/organisations/{int:organisation}/chase-stop", response={204: None}, operation_id="stop_chasing")
@known_to(*READING_ROLES)
def stop_chasing(request: HttpRequest, organisation: Id, given: UndoIn) -> Any:
    """Stops reminding an organisation of what it owes."""
    one(people.organisations(request.actor), pk=organisation)
    actions.stop_chasing(by=request.actor, now=request.now, organisation=organisation, reason=given.reason)
    return Status(204, None)


@router.delete("/organisations/{int:organisation}/chase-stop", response={204: None}, operation_id="resume_chasing")
@known_to(*READING_ROLES)
def resume_chasing(request: HttpRequest, organisation: Id) -> Any:
    """Reminds it again, from the next set day on."""
    one(people.organisations(request.actor), pk=organisation)
    actions.resume_chasing(by=request.actor, now=request.now, organisation=organisation)
    return Status(204, None)
