"""The API of wage aid: a cohort's terms, graduates that a company hired, claims, and what staff decide on them."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.courses import queries as courses
from madang.portal.faces import known_to, one
from madang.portal.files.actions import store
from madang.portal.files.rules import ATTACHMENTS, clean_name
from madang.portal.funding import queries as funding
from madang.portal.journal.actions import read
from madang.portal.schemas import Code, Id, Month
from madang.portal.wageclaims import actions, queries
from madang.portal.wageclaims.rules import DAYS_MOST, MONTHS_MOST, WHY_LIMIT, WON_MOST, ClaimState, WageTermsGiven

router = Router(tags=["aid"])
WageWon = Annotated[int, Field(ge=1, le=WON_MOST)]


class WageTermsIn(Schema):
    """So many won a month to who hires a graduate, for so many months, out of a funding source."""

    month_won: WageWon
    months_most: Annotated[int, Field(ge=1, le=MONTHS_MOST)]
    hired_within_days: Annotated[int, Field(ge=1, le=DAYS_MOST)]
    company_most_won: WageWon
    office_needed: bool
    source: Code


class WageTermsOut(Schema):
    """Terms as they were set; the first of the list counts."""

    month_won: int
    months_most: int
    hired_within_days: int
    company_most_won: int
    office_needed: bool
    source: str = Field(alias="source.code")
    set_at: datetime


class HiredGraduateOut(Schema):
    """A graduate whom one's company hired, as was accepted."""

    placement: int = Field(alias="id")
    name: str = Field(alias="learner.person.name")
    cohort_id: int = Field(alias="learner.cohort_id")
    hired_on: date


class WageClaimOut(Schema):
    """A claim; `claimed_won` is what its months that stand come to."""

    id: int
    placement_id: int
    organisation_id: int
    first_month: str
    last_month: str
    employed_on: date
    state: ClaimState
    why: str
    claimed_at: datetime
    decided_at: datetime | None
    claimed_won: int

    @staticmethod
    def resolve_claimed_won(row: Any) -> int:
        return int(row.standing * row.terms.month_won)


class WageDecisionIn(Schema):
    """Whether a claim is accepted, and why not."""

    accept: bool
    why: str = Field("", max_length=WHY_LIMIT)


class WageMonthIn(Schema):
    """A month of a claim."""

    month: Month


@router.get("/cohorts/{cohort}/wage-terms", response=list[WageTermsOut], operation_id="list_wage_terms", auth=None)
@paginate
def list_wage_terms(request: HttpRequest, cohort: Id) -> Any:
    """What a cohort pays companies that hire its graduates, the last set first; public."""
    one(courses.cohorts(request.actor), pk=cohort)
    return queries.terms(cohort)


@router.post("/cohorts/{cohort}/wage-terms", response={201: WageTermsOut}, operation_id="set_wage_terms")
@known_to(*READING_ROLES)
def set_wage_terms(request: HttpRequest, cohort: Id, given: WageTermsIn) -> Any:
    """Sets what a cohort pays for claims from now on."""
    one(courses.cohorts(request.actor), pk=cohort)
    source = one(funding.sources(request.actor), code=given.source).pk
    terms = WageTermsGiven(**given.dict() | {"source": source})
    return Status(201, actions.set_terms(by=request.actor, now=request.now, cohort=cohort, terms=terms))


@router.get("/hired-graduates", response=list[HiredGraduateOut], operation_id="list_hired_graduates")
@paginate
def list_hired_graduates(request: HttpRequest) -> Any:
    """Graduates hired by one's own organisations, for whom wage aid can be claimed."""
    return queries.placements(request.actor)


@router.get("/wage-claims", response=list[WageClaimOut], operation_id="list_wage_claims")
@paginate
def list_wage_claims(request: HttpRequest, state: ClaimState | None = None) -> Any:
    """Claims of one's own organisations; all for staff and auditors."""
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="search", kind="wage_claim", subject=state or "all")
    rows = queries.claims(request.actor)
    return rows.filter(state=state) if state else rows


@router.post("/hired-graduates/{placement}/wage-claims", response={201: WageClaimOut}, operation_id="claim_wage_aid")
def claim_wage_aid(
    request: HttpRequest,
    placement: Id,
    first_month: str = Form(..., max_length=7),
    last_month: str = Form(..., max_length=7),
    employed_on: date = Form(...),  # noqa: B008
    file: UploadedFile = File(...),  # noqa: B008
) -> Any:
    """Claims wage aid for months of a graduate, with the paper that shows the employment."""
    one(queries.placements(request.actor), pk=placement)
    stored = store(now=request.now, name=file.name or "", allowed=ATTACHMENTS, upload_chunks=file.chunks())
    span = {"first_month": first_month, "last_month": last_month, "employed_on": employed_on}
    paper = {"file": stored, "file_name": clean_name(file.name or "")}
    made = actions.claim(by=request.actor, now=request.now, placement=placement, **span, **paper)
    return Status(201, one(queries.claims(request.actor), pk=made.pk))


@router.post("/wage-claims/{claim}/decision", response=WageClaimOut, operation_id="decide_wage_claim")
@known_to(*READING_ROLES)
def decide_wage_claim(request: HttpRequest, claim: Id, given: WageDecisionIn) -> Any:
    """Accepts or refuses a claim; what is accepted is paid with the cohort's next list."""
    one(queries.claims(request.actor), pk=claim)
    actions.decide(by=request.actor, now=request.now, claim=claim, **given.dict())
    return one(queries.claims(request.actor), pk=claim)


@router.post("/wage-claims/{claim}/strikes", response=WageClaimOut, operation_id="strike_wage_month")
@known_to(*READING_ROLES)
def strike_wage_month(request: HttpRequest, claim: Id, given: WageMonthIn) -> Any:
    """Strikes a month of an accepted claim; the next list takes back what was paid for it."""
    one(queries.claims(request.actor), pk=claim)
    actions.strike(by=request.actor, now=request.now, claim=claim, month=given.month)
    return one(queries.claims(request.actor), pk=claim)
