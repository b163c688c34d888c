"""The API of companies: the list, how they get on, one with its stages, next actions, notes, and merging."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Status
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.companies import actions, merging, progress, queries
from madang.portal.companies.company_schemas import (
    ChangedCompanyIn,
    CompaniesProgressOut,
    CompanyNoteIn,
    CompanyOut,
    MergeIn,
    NewCompanyIn,
    NextActionIn,
    StageIn,
    WholeCompanyOut,
    WithdrawnIn,
)
from madang.portal.companies.rules import CompanyStage, Step
from madang.portal.companies.support_api import router as support
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Id

router = Router(tags=["companies"])
router.add_router("", support)


@router.get("/companies", response=list[CompanyOut], operation_id="list_companies")
@known_to(*READING_ROLES)
@paginate
def list_companies(
    request: HttpRequest,
    q: Annotated[str, Field(max_length=80)] = "",
    stage: CompanyStage | None = None,
    owner: Id | None = None,
    due: Literal["late", "week", "none"] | None = None,
) -> Any:
    """The companies that stand for themselves, by name."""
    chosen = {"words": q, "stage": stage or "", "owner": owner or "", "due": due or ""}
    return queries.listed(request.actor, **chosen, day=queries.today(request.now))


@router.get("/companies-progress", response=CompaniesProgressOut, operation_id="get_companies_progress")
@known_to(*READING_ROLES)
def get_companies_progress(request: HttpRequest) -> Any:
    """Memoranda and offices, and how many went from stage to stage in how many days."""
    ways = queries.ways()
    return {**progress.figures(ways).__dict__, "passages": progress.passages(ways)}


@router.post("/companies", response={201: WholeCompanyOut}, operation_id="create_company")
@known_to(*READING_ROLES)
def create_company(request: HttpRequest, given: NewCompanyIn) -> Any:
    """Adds a company with its first contact."""
    contact = Step(CompanyStage.CONTACT, given.on, given.evidence)
    row = actions.add(by=request.actor, now=request.now, given=given.particulars(), contact=contact)
    return Status(201, _whole(request, row.pk))


def _seen(request: HttpRequest, company: int) -> Any:
    return one(queries.companies(request.actor), pk=company)


def _whole(request: HttpRequest, company: int) -> Any:
    row = _seen(request, company)
    row.stages = list(queries.history(queries.together(company)))
    return row


@router.get("/companies/{company}", response=WholeCompanyOut, operation_id="get_company")
@known_to(*READING_ROLES)
def get_company(request: HttpRequest, company: Id) -> Any:
    """One company; one that was merged says in `lead_id` where it went."""
    row = _whole(request, company)
    note = {"what": "view", "kind": "company", "subject": row.pk, "organisation": row.organisation_id}
    read(by=request.actor, now=request.now, **note)
    return row


@router.put("/companies/{company}", response=WholeCompanyOut, operation_id="change_company")
@known_to(*READING_ROLES)
def change_company(request: HttpRequest, company: Id, given: ChangedCompanyIn) -> Any:
    """Changes what is known of a company."""
    _seen(request, company)
    act = {"company": company, "version": given.version, "given": given.particulars()}
    actions.change(by=request.actor, now=request.now, **act)
    return _whole(request, company)


@router.post("/companies/{company}/stages", response={201: WholeCompanyOut}, operation_id="enter_company_stage")
@known_to(*READING_ROLES)
def enter_company_stage(request: HttpRequest, company: Id, given: StageIn) -> Any:
    """Enters a stage, however late."""
    _seen(request, company)
    step = Step(**given.dict(exclude={"version"}))
    actions.enter(by=request.actor, now=request.now, company=company, version=given.version, given=step)
    return Status(201, _whole(request, company))


@router.post("/companies/{company}/stages/{entry}/strike", response=WholeCompanyOut,
             operation_id="strike_company_stage")  # fmt: skip
@known_to(*READING_ROLES)
def strike_company_stage(request: HttpRequest, company: Id, entry: Id, given: WithdrawnIn) -> Any:
    """Takes back a stage that was entered by mistake."""
    _seen(request, company)
    actions.strike(by=request.actor, now=request.now, company=company, entry=entry, **given.dict())
    return _whole(request, company)


@router.put("/companies/{company}/next", response=WholeCompanyOut, operation_id="set_company_next")
@known_to(*READING_ROLES)
def set_company_next(request: HttpRequest, company: Id, given: NextActionIn) -> Any:
    """Sets what comes next."""
    _seen(request, company)
    actions.plan(by=request.actor, now=request.now, company=company, **given.dict())
    return _whole(request, company)


@router.post("/companies/{company}/notes", response={204: None}, operation_id="add_company_note")
@known_to(*READING_ROLES)
def add_company_note(request: HttpRequest, company: Id, given: CompanyNoteIn) -> Any:
    """Keeps a note of a meeting."""
    _seen(request, company)
    actions.note(by=request.actor, now=request.now, company=company, **given.dict())
    return Status(204, None)


@router.post("/companies/{company}/merge", response=WholeCompanyOut, operation_id="merge_company")
@known_to(*READING_ROLES)
def merge_company(request: HttpRequest, company: Id, given: MergeIn) -> Any:
    """Makes it part of another company."""
    _seen(request, company), _seen(request, given.into)
    merging.merge(by=request.actor, now=request.now, company=company, **given.dict())
    return _whole(request, given.into)


@router.delete("/companies/{company}/merge", response=WholeCompanyOut, operation_id="part_company")
@known_to(*READING_ROLES)
def part_company(request: HttpRequest, company: Id) -> Any:
    """Undoes a merge."""
    _seen(request, company)
    merging.part(by=request.actor, now=request.now, company=company)
    return _whole(request, company)
