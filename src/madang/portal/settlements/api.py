"""The API of settlements: a year's account by funding source and award, and what is entered into it by hand."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Path, Router, Schema, Status
from ninja.pagination import paginate

from madang.accounting.settlement import Item
from madang.portal.actors import READING_ROLES
from madang.portal.aids.rules import AidKind
from madang.portal.awards import queries as awards
from madang.portal.faces import known_to, one
from madang.portal.funding import queries as funding
from madang.portal.journal.actions import read
from madang.portal.schemas import Code, Comment, Id
from madang.portal.settlements import actions, queries
from madang.portal.settlements.rules import FIRST_YEAR, LAST_YEAR

router = Router(tags=["settlements"])
Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]
Paper = Annotated[str, Field(min_length=1, max_length=200)]


class SourceYearOut(Schema):
    """A funding source's account over the year, in won; `left_won` is nought once the year is settled."""

    code: str
    name_ko: str
    name_en: str
    kind: str
    granted_won: int
    carried_in_won: int
    interest_won: int
    recovered_won: int
    surcharged_won: int
    support_won: int
    aid_won: int
    wage_aid_won: int
    disallowed_won: int
    returned_won: int
    carried_out_won: int
    left_won: int


class AwardYearOut(Schema):
    """What one award (or without a number, an organisation's bookings) used at reference
    prices, what was asked for it, and its support by source code, in won.

    Credit notes of the year are taken off; `credit_won` was taken off for waits, and is no support.
    """

    award: str
    organisation: str
    reference_won: int
    credit_won: int
    due_won: int
    credit_won: int
    vat_won: int
    support_won: dict[str, int]
    disallowed_won: int


class StatementsOut(Schema):
    """The year's issued statements, or its credit notes, together, in won."""

    count: int
    due_won: int
    vat_won: int
    payable_won: int
    support_won: int


class AidYearOut(Schema):
    """Aid of one kind and cohort out of one source, in won."""

    kind: AidKind
    cohort: str
    source: str
    paid_won: int


class SettlementOut(Schema):
    """A year as it stands; where it is settled, `settled_at` and `sha256` say when and of which text."""

    year: int
    statements: StatementsOut
    credit_notes: StatementsOut
    sources: list[SourceYearOut]
    awards: list[AwardYearOut]
    aid: list[AidYearOut]
    differences: list[str]
    settled_at: datetime | None
    sha256: str | None


class SettlementEntryIn(Schema):
    """Won into a source's account; only what was disallowed may name an award."""

    source: Code
    item: Item
    amount_won: Annotated[int, Field(ge=1, le=10**15)]
    document: Paper
    award: Annotated[str, Field(max_length=60)] | None = None


class SettlementEntryOut(Schema):
    """An entry; one below nought takes another back."""

    id: int
    source: str
    item: str
    amount_won: int = Field(alias="amount")
    award: str | None
    document: str
    takes_back: int | None = Field(alias="reverses_id")
    entered_at: datetime

    @staticmethod
    def resolve_source(row: Any) -> str:
        return str(row.source.code)

    @staticmethod
    def resolve_award(row: Any) -> str | None:
        return row.award.number if row.award else None


class PaperIn(Schema):
    """The paper that it rests on."""

    document: Paper


class SettlementDraftIn(Schema):
    """A word for the approver."""

    comment: Comment = ""


class SettlementDraftOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.get("/settlements/{int:year}", response=SettlementOut, operation_id="show_settlement")
@known_to(*READING_ROLES)
def show_settlement(request: HttpRequest, year: Year) -> Any:
    """A year by funding source and award, worked out now; compare `sha256` with the settled file's own."""
    read(by=request.actor, now=request.now, what="view", kind="settlement", subject=year)
    found = queries.content(year)
    settled = queries.settlements(request.actor).filter(year=year).first()
    when = {"settled_at": settled and settled.settled_at, "sha256": settled and settled.sha256}
    return found | when | {"differences": queries.differences(found)}


@router.get(
    "/settlements/{int:year}/entries", response=list[SettlementEntryOut], operation_id="list_settlement_entries"
)
@paginate
@known_to(*READING_ROLES)
def list_settlement_entries(request: HttpRequest, year: Year) -> Any:
    """What was entered into a year by hand, oldest first."""
    return queries.entries(request.actor, year)


@router.post("/settlements/{int:year}/entries", response={201: SettlementEntryOut}, operation_id="enter_settlement")
@known_to(*READING_ROLES)
def enter_settlement(request: HttpRequest, year: Year, given: SettlementEntryIn) -> Any:
    """Enters won into a source's account of a year."""
    award = one(awards.awards(request.actor), number=given.award).pk if given.award else None
    source = one(funding.sources(request.actor), code=given.source).pk
    plain = {"item": given.item, "amount": given.amount_won, "document": given.document, "award": award}
    return Status(201, actions.enter(by=request.actor, now=request.now, source=source, year=year, **plain))


@router.post(
    "/settlements/{int:year}/entries/{int:entry}/reversal",
    response=SettlementEntryOut,
    operation_id="reverse_settlement_entry",
)
@known_to(*READING_ROLES)
def reverse_settlement_entry(request: HttpRequest, year: Year, entry: Id, given: PaperIn) -> Any:
    """Takes an entry back by a row of its own."""
    one(queries.entries(request.actor, year), pk=entry)
    return actions.take_back(by=request.actor, now=request.now, entry=entry, document=given.document)


@router.post("/settlements/{int:year}/draft", response={201: SettlementDraftOut}, operation_id="draft_settlement")
@known_to(*READING_ROLES)
def draft_settlement(request: HttpRequest, year: Year, given: SettlementDraftIn) -> Any:
    """Lays the settlement of a year, as it stands now, before a second person."""
    drafted = actions.draft(by=request.actor, now=request.now, year=year, comment=given.comment)
    return Status(201, {"approval": drafted.pk})
