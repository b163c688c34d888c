"""The API of aid: a cohort's terms and lists, what a list comes to, and one's own aid."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.aids import actions, queries, working
from madang.portal.aids.rules import WON_MOST, AidKind, AidTerms, AidUnit
from madang.portal.courses import queries as courses
from madang.portal.faces import known_to, one
from madang.portal.funding import queries as funding
from madang.portal.journal.actions import read
from madang.portal.learners import queries as learners
from madang.portal.schemas import Code, Comment, Id, Month

router = Router(tags=["aid"])
Won = Annotated[int, Field(ge=1, le=WON_MOST)]


class AidTermsIn(Schema):
    """So many won for each attended day, or for a month, out of a funding source, from a month on."""

    first_month: Month
    unit: AidUnit
    unit_won: Won
    month_most_won: Won
    attendance_least_percent: Annotated[int, Field(ge=0, le=100)]
    source: Code


class AidTermsOut(Schema):
    """Terms as they were set."""

    first_month: str
    unit: AidUnit
    unit_won: int = Field(alias="won")
    month_most_won: int
    attendance_least_percent: int = Field(alias="attendance_least")
    source: str = Field(alias="source.code")
    set_at: datetime


class AidMonthIn(Schema):
    """The month of a list, and the kind of aid."""

    month: Month
    kind: AidKind = AidKind.LIVING


class AidListOut(Schema):
    """A list; nothing is paid before it is fixed (`fixed_at`)."""

    id: int
    kind: AidKind
    cohort_id: int
    month: str
    fixed_at: datetime | None
    sha256: str | None
    sum_won: int | None = Field(alias="won")


class AidLineOut(Schema):
    """Won for a learner and month; below nought where too much was paid before.

    `learner` is gone once its time is over; `organisation` is who hired them and gets it, 0 where the learner does.
    """

    learner: int | None
    organisation: int
    of_month: str
    source: int
    amount_won: int = Field(alias="amount")
    days: int
    came: int
    held: int


class AidListWholeOut(AidListOut):
    """A list with its lines: minutes `came` of minutes `held`."""

    lines: list[AidLineOut]


class OwnAidOut(Schema):
    """Won that one gets oneself for the attendance of a month, in the list of another or the same."""

    of_month: str
    month: str = Field(alias="aids.month")
    amount_won: int = Field(alias="amount")
    days: int
    fixed_at: datetime = Field(alias="aids.fixed_at")


class AidDraftIn(Schema):
    """A word for the approver."""

    comment: Comment = ""


class AidDraftOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.get("/cohorts/{cohort}/aid-terms", response=list[AidTermsOut], operation_id="list_aid_terms")
@paginate
@known_to(*READING_ROLES)
def list_aid_terms(request: HttpRequest, cohort: Id) -> Any:
    """What a cohort pays; of two terms of one month the first of this list counts."""
    one(courses.cohorts(request.actor), pk=cohort)
    return queries.rates(request.actor, cohort)


@router.post("/cohorts/{cohort}/aid-terms", response={201: AidTermsOut}, operation_id="set_aid_terms")
@known_to(*READING_ROLES)
def set_aid_terms(request: HttpRequest, cohort: Id, given: AidTermsIn) -> Any:
    """Sets what a cohort pays from a month on."""
    one(courses.cohorts(request.actor), pk=cohort)
    source = one(funding.sources(request.actor), code=given.source).pk
    values = given.dict(exclude={"source", "attendance_least_percent", "unit_won"})
    least, won = given.attendance_least_percent, given.unit_won
    terms = AidTerms(**values, won=won, attendance_least=least, source=source)
    return Status(201, actions.set_terms(by=request.actor, now=request.now, cohort=cohort, terms=terms))


@router.get("/cohorts/{cohort}/aid-lists", response=list[AidListOut], operation_id="list_aid_lists")
@paginate
@known_to(*READING_ROLES)
def list_aid_lists(request: HttpRequest, cohort: Id) -> Any:
    """A cohort's lists, the latest month first."""
    one(courses.cohorts(request.actor), pk=cohort)
    return queries.lists(request.actor).filter(cohort=cohort)


@router.post("/cohorts/{cohort}/aid-lists", response={201: AidListOut}, operation_id="open_aid_month")
@known_to(*READING_ROLES)
def open_aid_month(request: HttpRequest, cohort: Id, given: AidMonthIn) -> Any:
    """Opens the list of a month that is over, once."""
    one(courses.cohorts(request.actor), pk=cohort)
    row = actions.open_month(by=request.actor, now=request.now, cohort=cohort, **given.dict())
    return Status(201, one(queries.lists(request.actor), pk=row.pk))


@router.get("/aid-lists/{aids}", response=AidListWholeOut, operation_id="get_aid_list")
@known_to(*READING_ROLES)
def get_aid_list(request: HttpRequest, aids: Id) -> Any:
    """A list as it stands, or as it was fixed; that it was read is noted."""
    row = one(queries.lists(request.actor), pk=aids)
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=row.cohort_id)
    row.lines = queries.lines(request.actor, aids) if row.fixed_at else working.content(row)["lines"]
    return row


@router.post("/aid-lists/{aids}/draft", response={201: AidDraftOut}, operation_id="draft_aid")
@known_to(*READING_ROLES)
def draft_aid(request: HttpRequest, aids: Id, given: AidDraftIn) -> Any:
    """Lays a list before a second person, who answers by way of the approvals."""
    one(queries.lists(request.actor), pk=aids)
    drafted = actions.draft(by=request.actor, now=request.now, aids=aids, comment=given.comment)
    return Status(201, {"approval": drafted.pk})


@router.get("/learners/{learner}/aid", response=list[OwnAidOut], operation_id="list_own_aid")
@paginate
def list_own_aid(request: HttpRequest, learner: Id) -> Any:
    """One's own living aid, the latest first."""
    return queries.of_learner(one(learners.own(request.actor), pk=learner).pk)
