"""The API of what companies were given, and of a list of companies brought in."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile
from pydantic import Json

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import READING_ROLES
from madang.portal.companies import actions, bringing, queries, rules, sheet, support
from madang.portal.companies.company_schemas import CompanyListOut, SupportIn, YearOut
from madang.portal.companies.sheet import CompanyVerdict
from madang.portal.faces import known_to, one
from madang.portal.files import tables
from madang.portal.journal.actions import read
from madang.portal.schemas import Id

router = Router(tags=["companies"])


@router.get("/companies/{company}/support", response=list[YearOut], operation_id="list_company_support")
@known_to(*READING_ROLES)
def list_company_support(request: HttpRequest, company: Id) -> Any:
    """What a company was given, by year, the newest first, over at least ten years."""
    row = one(queries.companies(request.actor), pk=company)
    note = {"what": "view", "kind": "company", "subject": row.pk, "organisation": row.organisation_id}
    read(by=request.actor, now=request.now, **note)
    return support.of_companies(queries.together(company), queries.today(request.now)).years


@router.get("/organisations/{organisation}/support", response=list[YearOut], operation_id="list_organisation_support")
def list_organisation_support(request: HttpRequest, organisation: Id) -> Any:
    """What one's own organisation was given; for its owners."""
    if not request.actor.owner_of(organisation):
        raise Http404
    return support.of_organisation(organisation, queries.today(request.now)).years


@router.post("/companies/{company}/support", response={204: None}, operation_id="add_company_support")
@known_to(*READING_ROLES)
def add_company_support(request: HttpRequest, company: Id, given: SupportIn) -> Any:
    """Enters support by hand."""
    one(queries.companies(request.actor), pk=company)
    act = {"company": company, "won": given.value_won, **given.dict(exclude={"value_won"})}
    actions.give(by=request.actor, now=request.now, **act)
    return Status(204, None)


@router.post("/company-lists", response={201: CompanyListOut}, operation_id="bring_in_companies")
@known_to(*READING_ROLES)
def bring_in_companies(
    request: HttpRequest,
    file: UploadedFile = File(...),  # noqa: B008
    source: str = Form(..., min_length=1, max_length=200),
    decided: Json[dict[int, str]] | None = Form(None),  # noqa: B008
    dry_run: bool = Form(False),
) -> Any:
    """Takes a list (XLSX or CSV) over, all of it or nothing.

    `decided` says of rows that may be companies that are here which they are: the company's id, "another" or "skip".
    """
    rules.refuse_unless_keeper(request.actor)
    stored = tables.keep(now=request.now, name=file.name or "file", chunks=file.chunks())
    rows = tables.rows(stored, sheet.ROWS_AT_MOST + 1)
    listed = sheet.read(rows, source, queries.today(request.now))
    act = {"by": request.actor, "now": request.now, "listed": listed, "decided": decided or {}}
    found, faults = bringing.look(**act)
    if not dry_run:
        bringing.bring_in(**act, sha256=stored.sha256)
    return Status(201, {
        "dry_run": dry_run,
        "rows": [_row(one) for one in found],
        "faults": [{"row": one.place, "code": one.code, "detail": refusals.sentence(Refused(one.code, **one.facts))}
                   for one in faults],
    })  # fmt: skip


def _row(one: sheet.Judged) -> dict[str, Any]:
    perhaps = [known.pk for known in one.perhaps] if one.verdict is CompanyVerdict.POSSIBLE else []
    return {"row": one.row.place, "verdict": one.verdict, "company": one.known.pk if one.known else None,
            "perhaps": perhaps}  # fmt: skip
