"""The API of committees' meetings: arranging, attendance, points, opinion and minutes, for staff and who leads them."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees import queries as committees
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.meetings import actions, queries
from madang.portal.meetings.room import room
from madang.portal.meetings.rules import MeetingState
from madang.portal.schemas import Id, Instant, Version

router = Router(tags=["meetings"])
Text = Annotated[str, Field(max_length=8000)]
Reason = Annotated[str, Field(max_length=300)]


class MinutesOut(Schema):
    """One version of the minutes: its content as it was approved, people by number, with the SHA-256 of it."""

    number: int
    sha256: str
    approved_at: datetime
    content: dict[str, Any]


class MeetingOut(Schema):
    """A committee's meeting for one step; `chair` is a reviewer."""

    id: int
    committee: int = Field(alias="committee_id")
    step: ReviewStep
    state: MeetingState
    meets_at: datetime
    place: str
    chair: int | None = Field(alias="chair_id")
    began_at: datetime | None
    present: int
    opinion: str
    version: int


class MeetingIn(Schema):
    """A step of the review and the day on which a committee does it."""

    step: ReviewStep
    meets_at: Instant
    place: str = Field("", max_length=200)


class AttendanceIn(Schema):
    """Which members are there and who leads, by reviewer; until when the sheets are due."""

    version: Version
    here: list[Id] = Field(max_length=50)
    chair: Id
    due_at: Instant


class SheetsGivenOut(Schema):
    """How many sheets were given out."""

    count: int


class CommitteePointsIn(Schema):
    """Points on top (above 0) or off (below 0) for an application, with the reason; 0 takes them back."""

    version: Version
    application: Id
    points: Annotated[int, Field(ge=-1000, le=1000)]
    reason: Annotated[str, Field(max_length=500)] = ""


class OpinionIn(Schema):
    """The overall opinion of a meeting."""

    version: Version
    opinion: Text


class MeetingVersionIn(Schema):
    """The version of the meeting that was read."""

    version: Version


class MeetingWhyIn(MeetingVersionIn):
    """Why a meeting is cancelled or taken up again."""

    reason: Reason


class CellOut(Schema):
    """A member's sheet in thousandths of a point; `left_out`: the rule leaves it out, as highest or lowest."""

    reviewer: int
    state: str
    total_milli: int | None
    left_out: str


class LineOut(Schema):
    """An application in a meeting; `total_milli` and `rank` are over all steps so far, points on top among them."""

    application: int
    number: str
    title: str
    cells: list[CellOut]
    missing: int
    step_milli: int | None
    spread_milli: int
    deviation_milli: int
    points: int
    reason: str
    outside: list[int]
    total_milli: int | None = Field(alias="scored.score.total_milli")
    rank: int | None = Field(alias="scored.rank")


class RoomOut(Schema):
    """A meeting's score table; `order` names applications so that the fewest people walk in and out of the room."""

    sheets: int
    back: int
    lines: list[LineOut]
    order: list[int]
    crossings: int


def _open(request: HttpRequest, meeting: int) -> Any:
    row = queries.open_to(request.actor, meeting, request.now)
    if row is None:
        raise Http404
    return row


def _read(request: HttpRequest, row: Any) -> None:
    given = {"what": "search", "kind": "meeting", "subject": row.pk}
    read(by=request.actor, now=request.now, as_reviewer=not request.actor.reads_everything, **given)


@router.get("/committees/{int:committee}/meetings", response=list[MeetingOut], operation_id="list_meetings")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_meetings(request: HttpRequest, committee: int) -> Any:
    """The meetings of a committee; for staff and auditors."""
    one(committees.committees(request.actor), pk=committee)
    return queries.meetings(request.actor, committee)


@router.post("/committees/{int:committee}/meetings", response={201: MeetingOut}, operation_id="arrange_meeting")
@known_to(*READING_ROLES)
def arrange(request: HttpRequest, committee: int, given: MeetingIn) -> Any:
    """Sets the day on which a committee does one step of the review."""
    one(committees.committees(request.actor), pk=committee)
    made = actions.arrange(by=request.actor, now=request.now, committee=committee, **given.dict())
    return Status(201, _open(request, made.pk))


@router.get("/meetings/{int:meeting}", response=MeetingOut, operation_id="get_meeting")
def get_meeting(request: HttpRequest, meeting: int) -> Any:
    """One meeting, for staff, auditors and who leads it."""
    return _open(request, meeting)


@router.get("/meetings/{int:meeting}/room", response=RoomOut, operation_id="get_meeting_room")
def get_room(request: HttpRequest, meeting: int) -> Any:
    """The score table, what is missing and the order of discussion; that it was read is noted."""
    row = _open(request, meeting)
    _read(request, row)
    found = room(row, request.now)
    order, crossings = found.discussion()
    facts = {"sheets": found.sheets, "back": found.back, "crossings": crossings}
    return facts | {"lines": list(found.lines), "order": [line.application for line in order]}


@router.get("/meetings/{int:meeting}/minutes", response=list[MinutesOut], operation_id="list_minutes")
@paginate(LimitOffsetPagination)
def list_minutes(request: HttpRequest, meeting: int) -> Any:
    """All approved versions of the minutes, first one first."""
    row = _open(request, meeting)
    _read(request, row)
    return list(row.minutes.all())


@router.post("/meetings/{int:meeting}/attendance", response=SheetsGivenOut, operation_id="convene_meeting")
def convene(request: HttpRequest, meeting: int, given: AttendanceIn) -> Any:
    """Notes who is there and who leads, and gives everybody there the step's sheets; begins the meeting."""
    _open(request, meeting)
    return {"count": actions.convene(by=request.actor, now=request.now, meeting=meeting, **given.dict())}


@router.post("/meetings/{int:meeting}/points", response=MeetingOut, operation_id="note_committee_points")
def note_points(request: HttpRequest, meeting: int, given: CommitteePointsIn) -> Any:
    """Adds or takes off points as the committee decided, apart from the sheets."""
    _open(request, meeting)
    actions.note_points(by=request.actor, now=request.now, meeting=meeting, **given.dict())
    return _open(request, meeting)


@router.put("/meetings/{int:meeting}/opinion", response=MeetingOut, operation_id="write_opinion")
def write_opinion(request: HttpRequest, meeting: int, given: OpinionIn) -> Any:
    """Keeps the overall opinion."""
    _open(request, meeting)
    actions.write_opinion(by=request.actor, now=request.now, meeting=meeting, **given.dict())
    return _open(request, meeting)


@router.post("/meetings/{int:meeting}/minutes", response={201: MinutesOut}, operation_id="approve_minutes")
def approve(request: HttpRequest, meeting: int, given: MeetingVersionIn) -> Any:
    """Who leads the meeting approves its minutes; nothing changes from then on."""
    _open(request, meeting)
    return Status(201, actions.approve(by=request.actor, now=request.now, meeting=meeting, **given.dict()))


@router.post("/meetings/{int:meeting}/cancellation", response={204: None}, operation_id="cancel_meeting")
def cancel(request: HttpRequest, meeting: int, given: MeetingWhyIn) -> Any:
    """Cancels a meeting that has not begun."""
    _open(request, meeting)
    actions.cancel(by=request.actor, now=request.now, meeting=meeting, **given.dict())
    return Status(204, None)


@router.post("/meetings/{int:meeting}/reopening", response={204: None}, operation_id="reopen_meeting")
def reopen(request: HttpRequest, meeting: int, given: MeetingWhyIn) -> Any:
    """Takes a meeting up again with a reason; the approved minutes stay."""
    _open(request, meeting)
    actions.reopen(by=request.actor, now=request.now, meeting=meeting, **given.dict())
    return Status(204, None)
