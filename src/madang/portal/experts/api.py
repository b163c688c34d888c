"""The API of the pool of experts: who is in it, a file of experts, the terms of a call and agreeing to them."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from ninja.pagination import LimitOffsetPagination, paginate

from madang.errors import Refused
from madang.portal.actors import READING_ROLES, Role
from madang.portal.experts import actions, queries, roster
from madang.portal.experts.queries import Sought
from madang.portal.experts.rules import Verdict
from madang.portal.faces import known_to, one
from madang.portal.files import tables
from madang.portal.journal.actions import read
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.queries import organisation_numbered
from madang.portal.schemas import Code, Few

router = Router(tags=["experts"])
Text = Annotated[str, Field(max_length=8000)]
Word = Annotated[str, Field(max_length=80)]


class ReviewerOut(Schema):
    """A person of the expert pool with the sheets that are open."""

    id: int
    name: str = Field(alias="person.name")
    affiliation: str
    fields: list[str]
    languages: list[str]
    region: str | None
    load_limit: int
    open_sheets: int
    active: bool

    @staticmethod
    def resolve_languages(row: Any) -> list[str]:
        return list(row.profile.languages) if hasattr(row, "profile") else []

    @staticmethod
    def resolve_region(row: Any) -> str | None:
        return row.profile.region.code if hasattr(row, "profile") and row.profile.region else None


class PostOut(Schema):
    """Where an expert works or worked, [since, until); a start of 1900-01-01 is not known."""

    name: str
    registration_number: str
    department: str
    since: date
    until: date | None

    @staticmethod
    def resolve_name(row: Any) -> str:
        return str(row.organisation.name if row.organisation else row.name)

    @staticmethod
    def resolve_registration_number(row: Any) -> str:
        return str(row.organisation.registration_number if row.organisation else row.registration_number)


class ExpertOut(ReviewerOut):
    """One expert with other spellings and posts."""

    other_names: list[str]
    posts: list[PostOut]

    @staticmethod
    def resolve_other_names(row: Any) -> list[str]:
        return list(row.profile.other_names) if hasattr(row, "profile") else []

    @staticmethod
    def resolve_posts(row: Any) -> list[Any]:
        return list(row.affiliations.all())


class ReviewerIn(Schema):
    """An expert with an account; `registration_number` names the organisation where they work, if it is known here."""

    email: str = Field(max_length=254)
    affiliation: str = Field(max_length=120)
    registration_number: str = Field("", max_length=20)
    fields: list[Code] = Field([], max_length=50)
    load_limit: Few = 40


class ActiveIn(Schema):
    """Whether a reviewer is given new sheets."""

    active: bool


class RosterFaultOut(Schema):
    """A row that cannot be used."""

    row: int = Field(alias="place")
    code: str
    value: str


class MatchedOut(Schema):
    """A row that may be one of these people (by number), or of these earlier rows: say who it is."""

    row: int
    people: list[int]
    rows: list[int]


class RosterOut(Schema):
    """What a file came to. With `dry_run` nothing was stored, and the counts say what would have been."""

    dry_run: bool
    new: int
    changed: int
    unchanged: int
    skipped: int
    possible: list[MatchedOut]
    faults: list[RosterFaultOut]


class ExpertTermsIn(Schema):
    """What reviewers of a call promise, in both languages."""

    body_ko: Text
    body_en: Text


class ExpertTermsOut(ExpertTermsIn):
    """The terms that count now, and how many agreed."""

    id: int
    number: int
    set_at: datetime
    agreed: int

    @staticmethod
    def resolve_agreed(row: Any) -> int:
        return queries.agreed_count(row.pk)


@router.get("/reviewers", response=list[ReviewerOut], operation_id="list_reviewers")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_reviewers(
    request: HttpRequest,
    q: Word = "",
    field: Word = "",
    region: Word = "",
    language: Word = "",
    active: bool | None = None,
) -> Any:
    """The expert pool by name, searched if one likes; for staff and auditors."""
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    return queries.experts(request.actor, Sought(q.strip(), field, region, language, active))


@router.get("/reviewers/{int:reviewer}", response=ExpertOut, operation_id="get_reviewer")
@known_to(*READING_ROLES)
def get_reviewer(request: HttpRequest, reviewer: int) -> Any:
    """One expert with posts and spellings; that it was opened is noted."""
    row = one(queries.experts(request.actor), pk=reviewer)
    read(by=request.actor, now=request.now, what="view", kind="reviewer", subject=row.pk, whose=row.person_id)
    return row


@router.post("/reviewers", response={201: ReviewerOut}, operation_id="add_reviewer")
@known_to(*READING_ROLES)
def add_reviewer(request: HttpRequest, given: ReviewerIn) -> Any:
    """Takes a person with an account into the expert pool."""
    number, organisation = given.registration_number, None
    if number:
        organisation = organisation_numbered(number)
        if organisation is None:
            raise Refused("organisation_not_registered", field="registration_number")
    plain = given.dict(exclude={"registration_number"})
    made = reviews.add_reviewer(by=request.actor, now=request.now, organisation=organisation, **plain)
    return Status(201, one(queries.experts(request.actor), pk=made.pk))


@router.put("/reviewers/{int:reviewer}/active", response=ReviewerOut, operation_id="set_reviewer_active")
@known_to(*READING_ROLES)
def set_active(request: HttpRequest, reviewer: int, given: ActiveIn) -> Any:
    """Lets a reviewer rest, or brings one back; sheets already given stay."""
    row = one(queries.experts(request.actor), pk=reviewer)
    if row.active != given.active:
        reviews.set_active(by=request.actor, now=request.now, reviewer=reviewer, active=given.active)
    return one(queries.experts(request.actor), pk=reviewer)


@router.post("/expert-files", response=RosterOut, operation_id="bring_in_experts")
@known_to(*READING_ROLES)
def bring_in_experts(
    request: HttpRequest,
    decided: list[str] = Form([]),  # noqa: B008
    dry_run: bool = Form(False),
    file: UploadedFile = File(...),  # noqa: B008
) -> Any:
    """Brings in a file of experts (CSV or XLSX), all or none; or only looks at it.

    `decided` says of rows that may be somebody who they are: `12=345` (the person 345), `12=another`, `12=skip`.
    """
    said = dict(_said(one) for one in decided)
    if not request.actor.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    stored = tables.keep(now=request.now, name=file.name or "file", chunks=file.chunks())
    regions = queries.region_names(queries.today(request.now))
    content = roster.read(tables.rows(stored, roster.ROWS_AT_MOST + 1), regions)
    found = actions.look(by=request.actor, roster=content, decided=said)
    if not dry_run:
        given = {"sha256": stored.sha256, "roster": content, "decided": said}
        actions.bring_in(by=request.actor, now=request.now, **given)
    staff = [roster.RosterFault(row.row.place, "staff", row.row.email) for row in found if row.verdict == Verdict.STAFF]
    possible = [row for row in found if row.verdict == Verdict.POSSIBLE]
    counts = {name: sum(row.verdict == name for row in found) for name in ("new", "changed", "unchanged", "skipped")}
    return counts | {
        "dry_run": dry_run,
        "possible": [
            {"row": row.row.place, "people": [known.person for known in row.perhaps], "rows": list(row.rows)}
            for row in possible
        ],
        "faults": [*content.faults, *staff],
    }


def _said(text: str) -> tuple[int, str]:
    row, _, answer = text.partition("=")
    if not (row.isascii() and row.isdecimal() and len(row) < 10):
        raise Refused("expert_decision_unknown", row=row[:20])
    return int(row), answer


@router.get("/calls/{code}/expert-terms", response=ExpertTermsOut, operation_id="get_expert_terms")
@known_to(*READING_ROLES)
def get_terms(request: HttpRequest, code: Code) -> Any:
    """What reviewers of a call promise; 404 where nothing was set."""
    terms = queries.terms_of(one(queries.calls(request.actor), code=code).pk)
    if terms is None:
        raise Http404
    return terms


@router.put("/calls/{code}/expert-terms", response=ExpertTermsOut, operation_id="set_expert_terms")
@known_to(*READING_ROLES)
def set_terms(request: HttpRequest, code: Code, given: ExpertTermsIn) -> Any:
    """Sets a new version; whoever agreed to an earlier one is asked anew."""
    call = one(queries.calls(request.actor), code=code)
    return actions.set_terms(by=request.actor, now=request.now, call=call.pk, **given.dict())


@router.post("/reviews/terms/{code}/agreement", response={204: None}, operation_id="agree_to_terms")
def agree(request: HttpRequest, code: Code) -> Any:
    """A reviewer with sheets of a call agrees to its terms; 404 where nothing is owed."""
    terms = queries.owed(request.actor, code)
    if terms is None:
        raise Http404
    actions.agree(by=request.actor, now=request.now, terms=terms.pk)
    return Status(204, None)
