"""The API of suggestions who reviews what, of reviewers who are kept apart, and of bids."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.reviews import queries as reviews
from madang.portal.schemas import Id, Instant
from madang.portal.suggestions import actions, queries
from madang.portal.suggestions.rules import SuggestionState, Why, Wish
from madang.portal.suggestions.showing import shown

router = Router(tags=["suggestions"])


class SuggestIn(Schema):
    """Whether sheets that nobody has begun may be given to somebody else."""

    moves: bool = False


class SheetPairOut(Schema):
    application: int
    reviewer: int


class SheetTakenOut(SheetPairOut):
    """A sheet to take back, and why; `begun`: something is written on it."""

    why: Why
    begun: bool


class GapOut(Schema):
    """An application that so many reviewers are missing for, and why."""

    application: int
    missing: int
    lack: str


class SuggestionOut(Schema):
    """A suggestion; pairs and gaps once it is found, and none where it is stale and has to be worked out anew."""

    id: int
    number: int
    state: SuggestionState
    moves: bool
    stale: bool
    asked_at: datetime
    added: list[SheetPairOut]
    removed: list[SheetTakenOut]
    gaps: list[GapOut]


class SheetPairIn(Schema):
    application: Id
    reviewer: Id


class ConfirmIn(Schema):
    """Until when new sheets are due; `only` these pairs (none: all of them, begun sheets with `begun` alone)."""

    due_at: Instant
    only: list[SheetPairIn] | None = Field(None, max_length=50_000)
    begun: bool = False


class ConfirmedOut(Schema):
    """How many sheets were given out and taken back."""

    given_out: int
    taken_back: int


class ApartIn(Schema):
    """Two reviewers by their ids, and why they must not meet."""

    one: Id
    other: Id
    reason: str = Field(max_length=300)


class ApartOut(Schema):
    id: int
    one: int
    other: int
    reason: str
    noted_at: datetime

    @staticmethod
    def resolve_one(row: Any) -> int:
        return int(row.one_id)

    @staticmethod
    def resolve_other(row: Any) -> int:
        return int(row.other_id)


class OpenBidsIn(Schema):
    until: Instant


class BidOut(Schema):
    """An application by its title, and how much one would like to review it (none: nothing said)."""

    application: int
    number: str
    title: str
    wish: Wish | None


class SaidOut(Schema):
    """To how many applications something was said."""

    count: int


class BidIn(Schema):
    application: Id
    wish: Wish | None


class BidsIn(Schema):
    bids: list[BidIn] = Field(max_length=10_000)


@router.get("/intakes/{int:intake}/suggestion", response=SuggestionOut, operation_id="get_suggestion")
@known_to(*READING_ROLES)
def get_suggestion(request: HttpRequest, intake: int) -> Any:
    """The last suggestion who reviews what, with what it would change of what stands now."""
    one(reviews.intakes(request.actor), pk=intake)
    row = queries.suggestion(request.actor, intake)
    if row is None:
        raise Http404
    return _suggested(request, row)


@router.post("/intakes/{int:intake}/suggestion", response={201: SuggestionOut}, operation_id="suggest_reviewers")
@known_to(*READING_ROLES)
def suggest(request: HttpRequest, intake: int, given: SuggestIn) -> Any:
    """Has it worked out anew who could review what; a worker does so, and nothing is given out."""
    one(reviews.intakes(request.actor), pk=intake)
    row = actions.ask(by=request.actor, now=request.now, intake=intake, moves=given.moves)
    return Status(201, _suggested(request, row))


@router.post("/suggestions/{int:suggestion}/confirmation", response=ConfirmedOut, operation_id="confirm_suggestion")
@known_to(*READING_ROLES)
def confirm(request: HttpRequest, suggestion: int, given: ConfirmIn) -> Any:
    """Gives out and takes back what a suggestion changes; 409 when anything that it stands on has changed."""
    only = None if given.only is None else [(pair.application, pair.reviewer) for pair in given.only]
    more = {"due_at": given.due_at, "begun": given.begun, "only": only}
    done = actions.confirm(by=request.actor, now=request.now, suggestion=suggestion, **more)
    return {"given_out": done[0], "taken_back": done[1]}


def _suggested(request: HttpRequest, row: Any) -> Any:
    found = shown(row, request.now)
    row.stale, row.added, row.removed, row.gaps = found is not None and found.stale, [], [], []
    if found is not None and not found.stale:
        read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
        row.added = [{"application": application, "reviewer": one} for application, one in found.changes.added]
        row.removed = [
            {"application": one.pair[0], "reviewer": one.pair[1], "why": one.why, "begun": one.begun}
            for one in found.changes.removed
        ]
        row.gaps = [{"application": gap.file.pk, "missing": gap.missing, "lack": gap.lack} for gap in found.gaps]
    return row


@router.get("/reviewers-apart", response=list[ApartOut], operation_id="list_reviewers_apart")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_apart(request: HttpRequest) -> Any:
    """Reviewers who never get the same application."""
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    return queries.apart(request.actor)


@router.post("/reviewers-apart", response={201: ApartOut}, operation_id="keep_reviewers_apart")
@known_to(*READING_ROLES)
def keep_apart(request: HttpRequest, given: ApartIn) -> Any:
    """Two reviewers never get the same application from now on."""
    return Status(201, actions.keep_apart(by=request.actor, now=request.now, **given.dict()))


@router.post("/reviewers-apart/{int:apart}/end", response={204: None}, operation_id="end_reviewers_apart")
@known_to(*READING_ROLES)
def end_apart(request: HttpRequest, apart: int) -> Any:
    """Two reviewers may get the same application again."""
    one(queries.apart(request.actor), pk=apart)
    actions.end_apart(by=request.actor, now=request.now, apart=apart)
    return Status(204, None)


@router.post("/intakes/{int:intake}/bidding", response={204: None}, operation_id="open_bids")
@known_to(*READING_ROLES)
def open_bids(request: HttpRequest, intake: int, given: OpenBidsIn) -> Any:
    """Asks every active reviewer which applications they would like to review."""
    one(reviews.intakes(request.actor), pk=intake)
    actions.open_bids(by=request.actor, now=request.now, intake=intake, until=given.until)
    return Status(204, None)


def _bidding(request: HttpRequest, intake: int) -> queries.Bidding:
    found = queries.bidding(request.actor, request.now, intake)
    if found is None:
        raise Http404
    return found


@router.get("/intakes/{int:intake}/bids", response=list[BidOut], operation_id="list_bids")
@paginate(LimitOffsetPagination)
def list_bids(request: HttpRequest, intake: int) -> Any:
    """A reviewer's own bids: titles that no conflict bars, with what was said; none before the call's terms."""
    found = _bidding(request, intake)
    read(by=request.actor, now=request.now, what="search", kind="application", subject="all", as_reviewer=True)
    return [
        {"application": row.pk, "number": row.number, "title": found.titles[row.pk], "wish": said or None}
        for row, said in found.files
    ]


@router.put("/intakes/{int:intake}/bids", response=SaidOut, operation_id="put_bids")
def put_bids(request: HttpRequest, intake: int, given: BidsIn) -> Any:
    """Says of some applications how much one would like to review them; those left out stay as they are."""
    _bidding(request, intake)
    wishes = {line.application: line.wish for line in given.bids}
    return {"count": actions.bid(by=request.actor, now=request.now, intake=intake, wishes=wishes)}
