"""Electronic tax invoices as JSON for staff, and what they name an organisation by."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.people import queries as people
from madang.portal.schemas import Day, Id
from madang.portal.taxinvoices import actions, exports, queries, rules
from madang.portal.taxinvoices.rules import TaxKind

router = Router(tags=["taxinvoices"])
Text = Annotated[str, Field(max_length=60)]


class TaxPartyIn(Schema):
    """What invoices name an organisation by beside name and number; `version` as it was read, 0 for the first time."""

    representative: Text
    address: Annotated[str, Field(max_length=150)]
    business_type: Text = ""
    business_item: Text = ""
    email: Annotated[str, Field(max_length=100, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class TaxPartyOut(TaxPartyIn):
    """The same as it is kept."""


class TaxInvoiceOut(Schema):
    """A row to enter; `missing` names what its buyer lacks. Won of a correction may lie below nought."""

    paper: str
    kind: TaxKind
    kind_code: str = Field(alias="code")
    corrects: str
    reason_code: str = Field(alias="reason")
    written_on: date
    buyer_number: str = Field(alias="buyer.number")
    buyer_name: str = Field(alias="buyer.name")
    supply_won: int = Field(alias="sums.supply")
    vat_won: int = Field(alias="sums.vat")
    remark: str
    missing: list[str]

    @staticmethod
    def resolve_remark(row: Any) -> str:
        return exports.remark(row)

    @staticmethod
    def resolve_missing(row: Any) -> list[str]:
        return rules.faults(row.buyer)


@router.get("/tax-invoices", response=list[TaxInvoiceOut], operation_id="list_tax_invoices")
@paginate
@known_to(*READING_ROLES)
def list_tax_invoices(request: HttpRequest, first: Day, last: Day) -> Any:
    """What was issued from one day to another, both counted, as rows to enter."""
    read(by=request.actor, now=request.now, what="search", kind="statement", subject="tax-invoices")
    return queries.invoices(request.actor, first, last)


@router.put("/organisations/{int:organisation}/tax-party", response=TaxPartyOut, operation_id="set_tax_party")
def set_tax_party(request: HttpRequest, organisation: Id, given: TaxPartyIn) -> Any:
    """Enters what invoices name an organisation by, for its owners and a programme manager."""
    row = one(people.organisations(request.actor), pk=organisation)
    return actions.set_party(by=request.actor, now=request.now, organisation=row.pk, **given.dict())
