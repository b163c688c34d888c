"""The API of committees: sections and their draws for staff, one's own invitations, public records of draws."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.committees import actions, queries
from madang.portal.committees.rules import CandidateState, DrawState
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Day, Few, Id, Instant, Name

router = Router(tags=["committees"])
Line = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(max_length=500)]


class CommitteeIn(Schema):
    """A section's committee; without a track it judges the whole intake."""

    name_ko: Name
    name_en: Name
    seats: Annotated[int, Field(ge=1, le=50)]
    meets_at: Instant
    place: str = Field("", max_length=200)
    track: Id | None = None


class QuotaIn(Schema):
    """How many members have a trait, `field:…`, `region:…` or `language:…`: at least, and at most."""

    trait: Annotated[str, Field(max_length=60)]
    least: Annotated[int, Field(ge=0, le=50)] = 0
    most: Annotated[int, Field(ge=0, le=50)] | None = None


class DrawIn(Schema):
    """What a draw must keep, and the value that nobody controls with when it comes about."""

    outside_source: Line
    outside_from: Instant
    times: Annotated[int, Field(ge=3, le=20)] = 3
    per_organisation: Few = 1
    quotas: list[QuotaIn] = Field([], max_length=10)
    answer_days: Annotated[int, Field(ge=1, le=30)] = 3


class DrawOut(Schema):
    """One numbered round. The secret is in no answer; the record has it once the results are public."""

    id: int
    number: int
    state: DrawState
    seats: int
    times: int
    per_organisation: int
    quotas: list[tuple[str, int, int | None]]
    commitment: str
    outside_source: str
    outside_from: datetime
    digest: str | None
    outside: str | None
    abandoned_reason: str | None


class CommitteeOut(Schema):
    """A committee with its draws; `taken` seats are accepted, `asked` wait for an answer."""

    id: int
    intake: int = Field(alias="intake_id")
    track: int | None = Field(alias="track_id")
    name_ko: str
    name_en: str
    seats: int
    taken: int
    asked: int
    meets_at: datetime
    place: str
    draws: list[DrawOut]

    @staticmethod
    def resolve_draws(row: Any) -> list[Any]:
        return list(row.draws.all())


class CandidateOut(Schema):
    """Somebody on a drawn list."""

    id: int
    round: int = Field(alias="draw.number")
    place: int
    name: str = Field(alias="reviewer.person.name")
    state: CandidateState
    answer_by: datetime | None
    answered_at: datetime | None
    learnt_on: date | None
    note: str


class ValueIn(Schema):
    """The value as it was published."""

    outside: Line


class GivenUpIn(Schema):
    """Why a draw is given up."""

    reason: Annotated[str, Field(max_length=300)]


class NotedIn(Schema):
    """What somebody who was asked answered, or that they are absent."""

    said: CandidateState
    note: Word = ""
    learnt_on: Day | None = None


class SeatAnswerIn(NotedIn):
    """One's own answer; to accept, `agreed` says yes to the call's terms where it has any."""

    agreed: bool = False


class StepBackIn(Schema):
    """Why a member steps back, and when they learnt of it."""

    note: Word
    learnt_on: Day | None = None


class SheetsIn(Schema):
    """Until when the members' sheets are due."""

    due_at: Instant


class HowManyOut(Schema):
    """For how many it was done."""

    count: int


class SeatOfferedOut(Schema):
    """One's own invitation."""

    id: int
    call: str = Field(alias="draw.committee.intake.call.code")
    section_ko: str = Field(alias="draw.committee.name_ko")
    section_en: str = Field(alias="draw.committee.name_en")
    meets_at: datetime = Field(alias="draw.committee.meets_at")
    state: CandidateState
    answer_by: datetime


def _committee(request: HttpRequest, committee: int) -> Any:
    return one(queries.committees(request.actor), pk=committee)


@router.get("/intakes/{int:intake}/committees", response=list[CommitteeOut], operation_id="list_committees")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_committees(request: HttpRequest, intake: int) -> Any:
    """The committees of an intake with their draws; for staff and auditors."""
    one(queries.intakes(request.actor), pk=intake)
    return queries.committees(request.actor, intake)


@router.post("/intakes/{int:intake}/committees", response={201: CommitteeOut}, operation_id="create_committee")
@known_to(*READING_ROLES)
def create_committee(request: HttpRequest, intake: int, given: CommitteeIn) -> Any:
    """Sets up a section's committee."""
    one(queries.intakes(request.actor), pk=intake)
    made = actions.create(by=request.actor, now=request.now, intake=intake, **given.dict())
    return Status(201, _committee(request, made.pk))


@router.get("/committees/{int:committee}/list", response=list[CandidateOut], operation_id="list_candidates")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_candidates(request: HttpRequest, committee: int) -> Any:
    """Everybody on the drawn lists in their order, with the answers; that it was read is noted."""
    _committee(request, committee)
    read(by=request.actor, now=request.now, what="search", kind="committee", subject=committee)
    return queries.listed(request.actor, committee)


@router.post("/committees/{int:committee}/draws", response={201: CommitteeOut}, operation_id="commit_draw")
@known_to(*READING_ROLES)
def commit_draw(request: HttpRequest, committee: int, given: DrawIn) -> Any:
    """Begins the next round: a secret is drawn and its digest published."""
    _committee(request, committee)
    quotas = [(quota.trait, quota.least, quota.most) for quota in given.quotas]
    plain = given.dict(exclude={"quotas"}) | {"quotas": quotas}
    actions.commit(by=request.actor, now=request.now, committee=committee, **plain)
    return Status(201, _committee(request, committee))


@router.post("/committees/{int:committee}/sheets", response=HowManyOut, operation_id="give_committee_sheets")
@known_to(*READING_ROLES)
def give_sheets(request: HttpRequest, committee: int, given: SheetsIn) -> Any:
    """Gives every member a sheet for each application of the section that nothing bars them from."""
    _committee(request, committee)
    count = actions.give_sheets(by=request.actor, now=request.now, committee=committee, due_at=given.due_at)
    return {"count": count}


@router.post("/draws/{int:draw}/freeze", response=DrawOut, operation_id="freeze_draw")
@known_to(*READING_ROLES)
def freeze(request: HttpRequest, draw: int) -> Any:
    """Freezes the pool by its digest, before the value comes about."""
    one(queries.draws(request.actor), pk=draw)
    return actions.freeze(by=request.actor, now=request.now, draw=draw)


@router.post("/draws/{int:draw}/value", response=DrawOut, operation_id="draw_committee")
@known_to(*READING_ROLES)
def draw_committee(request: HttpRequest, draw: int, given: ValueIn) -> Any:
    """Draws the ordered list with the value that has come about."""
    one(queries.draws(request.actor), pk=draw)
    return actions.draw_list(by=request.actor, now=request.now, draw=draw, outside=given.outside)


@router.post("/draws/{int:draw}/abandonment", response={204: None}, operation_id="abandon_draw")
@known_to(*READING_ROLES)
def abandon(request: HttpRequest, draw: int, given: GivenUpIn) -> Any:
    """Gives a draw up before it is drawn; that, and why, stays public."""
    one(queries.draws(request.actor), pk=draw)
    actions.abandon(by=request.actor, now=request.now, draw=draw, reason=given.reason)
    return Status(204, None)


@router.post("/draws/{int:draw}/invitations", response=HowManyOut, operation_id="invite_committee")
@known_to(*READING_ROLES)
def invite(request: HttpRequest, draw: int) -> Any:
    """Invites those who stand first; from then on the next moves up by itself."""
    one(queries.draws(request.actor), pk=draw)
    return {"count": actions.invite(by=request.actor, now=request.now, draw=draw)}


@router.post("/candidates/{int:candidate}/answer", response={204: None}, operation_id="note_candidate_answer")
@known_to(*READING_ROLES)
def note_answer(request: HttpRequest, candidate: int, given: NotedIn) -> Any:
    """Notes what somebody who was asked answered by telephone, or that they cannot be reached."""
    if queries.invitation(candidate) is None:
        raise Http404
    actions.note_answer(by=request.actor, now=request.now, candidate=candidate, **given.dict())
    return Status(204, None)


@router.get("/invitations", response=list[SeatOfferedOut], operation_id="list_own_invitations")
@paginate(LimitOffsetPagination)
def list_invitations(request: HttpRequest) -> Any:
    """One's own invitations and seats."""
    return queries.invitations(request.actor)


@router.post("/invitations/{int:invitation}/answer", response={204: None}, operation_id="answer_invitation")
def answer(request: HttpRequest, invitation: int, given: SeatAnswerIn) -> Any:
    """Accepts, refuses, or steps back for an interest."""
    one(queries.invitations(request.actor), pk=invitation)
    actions.answer(by=request.actor, now=request.now, candidate=invitation, **given.dict())
    return Status(204, None)


@router.post("/invitations/{int:invitation}/withdrawal", response={204: None}, operation_id="step_back")
def step_back(request: HttpRequest, invitation: int, given: StepBackIn) -> Any:
    """A member steps back from the committee; their sheets of the section end at once."""
    one(queries.invitations(request.actor), pk=invitation)
    actions.withdraw(by=request.actor, now=request.now, candidate=invitation, **given.dict())
    return Status(204, None)


@router.get("/draws/{int:draw}/record", auth=None, operation_id="get_draw_record")
def get_record(request: HttpRequest, draw: int) -> dict[str, Any]:
    """What anyone may know of a draw; after the results the document that draws the list again."""
    return queries.known(one(queries.public_draws(), pk=draw))
