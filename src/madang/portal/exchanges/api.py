"""The API by which staff let applicants review each other: arrangement, progress, reminders, rejections."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from madang.portal.actors import READING_ROLES
from madang.portal.exchanges import actions, queries
from madang.portal.exchanges.proposing import propose
from madang.portal.exchanges.standing import neutrality
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Id, Instant
from madang.review.distributed import Flag, Standing

router = Router(tags=["exchanges"])


class PeerOut(Schema):
    """An applicant who reviews: for which applications, how many sheets, and how that stands."""

    reviewer: int
    name: str
    applications: list[int]
    given: int
    handed_in: int
    missing: int
    reminders: int
    standing: Standing
    flags: list[Flag]


class ExchangeOut(Schema):
    """Who reviews whom in a track. `basis` names the proposal; `due_at` is null until it is confirmed.

    `groups` and `chosen` are by application, the latter with ids of persons. `neutral` says whether nobody's scores can
    move their own place, by what is stored.
    """

    basis: str
    groups: dict[int, int]
    chosen: dict[int, list[int]]
    proposed_at: datetime
    confirmed_at: datetime | None
    due_at: datetime | None
    ends_at: datetime | None
    neutral: bool | None
    members: list[PeerOut]


class ConfirmPeersIn(Schema):
    """The proposal that was looked at, and until when the sheets are due."""

    basis: str = Field(max_length=64)
    due_at: Instant


class PeerSheetIn(Schema):
    """One more reviewer among the applicants."""

    reviewer: Id
    due_at: Instant


class PeersRemindedOut(Schema):
    """To how many people a reminder went."""

    reminded: int


def _row(request: HttpRequest, intake: int, track: str) -> queries.PeerExchange:
    row = queries.exchange(request.actor, intake, track)
    if row is None:
        raise Http404
    return row


def _out(request: HttpRequest, row: queries.PeerExchange) -> dict[str, Any]:
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    done = row.confirmed_at is not None
    return {
        "basis": row.basis_sha256,
        "groups": row.content["groups"],
        "chosen": row.content["chosen"],
        "proposed_at": row.proposed_at,
        "confirmed_at": row.confirmed_at,
        "due_at": row.due_at,
        "ends_at": queries.ends_at(row) if done else None,
        "neutral": not neutrality(row) if done else None,
        "members": [_member(one) for one in queries.members(row, request.now)] if done else [],
    }


def _member(one: queries.Member) -> dict[str, Any]:
    return {
        "reviewer": one.reviewer.pk,
        "name": one.reviewer.person.name,
        "applications": [entry.application_id for entry in one.entries],
        "given": one.duty.given,
        "handed_in": one.duty.handed_in,
        "missing": one.missing,
        "reminders": one.duty.reminders,
        "standing": one.standing,
        "flags": list(one.flags),
    }


@router.get("/intakes/{int:intake}/peers/{slug:track}", response=ExchangeOut, operation_id="get_exchange")
@known_to(*READING_ROLES)
def get_exchange(request: HttpRequest, intake: int, track: str) -> Any:
    """Who reviews whom in a track, as proposed or as given out, and how far everybody is."""
    row = _row(request, intake, track)
    if row.pk is None:
        raise Http404
    return _out(request, row)


@router.post("/intakes/{int:intake}/peers/{slug:track}", response={201: ExchangeOut}, operation_id="propose_exchange")
@known_to(*READING_ROLES)
def propose_exchange(request: HttpRequest, intake: int, track: str) -> Any:
    """Works out who reviews whom; nothing is given out."""
    _row(request, intake, track)
    propose(by=request.actor, now=request.now, intake=intake, track=track)
    return Status(201, _out(request, _row(request, intake, track)))


@router.post(
    "/intakes/{int:intake}/peers/{slug:track}/confirmation", response=ExchangeOut, operation_id="confirm_exchange"
)
@known_to(*READING_ROLES)
def confirm_exchange(request: HttpRequest, intake: int, track: str, given: ConfirmPeersIn) -> Any:
    """Gives out the sheets as proposed; 409 when another was proposed or anything changed since."""
    row = _row(request, intake, track)
    actions.confirm(by=request.actor, now=request.now, exchange=row.pk or 0, **given.dict())
    return _out(request, _row(request, intake, track))


@router.post(
    "/intakes/{int:intake}/peers/{slug:track}/reminders", response=PeersRemindedOut, operation_id="remind_exchange"
)
@known_to(*READING_ROLES)
def remind_exchange(request: HttpRequest, intake: int, track: str) -> Any:
    """Writes to everybody whose reviews are not all in, at most once a day."""
    row = _row(request, intake, track)
    return {"reminded": actions.remind(by=request.actor, now=request.now, exchange=row.pk or 0)}


@router.post("/applications/{int:id}/peer-sheets", response={204: None}, operation_id="give_peer_sheet")
@known_to(*READING_ROLES)
def give_peer_sheet(request: HttpRequest, id: int, given: PeerSheetIn) -> Any:
    """Gives an application to one more applicant of another review group."""
    one(queries.entries(request.actor), application=id)
    actions.give(by=request.actor, now=request.now, application=id, **given.dict())
    return Status(204, None)


@router.post("/applications/{int:id}/forfeiture", response={204: None}, operation_id="forfeit_application")
@known_to(*READING_ROLES)
def forfeit_application(request: HttpRequest, id: int) -> Any:
    """Rejects an application as the reviews that were to be written for it are missing."""
    one(queries.entries(request.actor), application=id)
    actions.forfeit(by=request.actor, now=request.now, application=id)
    return Status(204, None)


@router.delete("/applications/{int:id}/forfeiture", response={204: None}, operation_id="reinstate_application")
@known_to(*READING_ROLES)
def reinstate_application(request: HttpRequest, id: int) -> Any:
    """Takes the rejection for missing reviews back, as long as nothing was published."""
    one(queries.entries(request.actor), application=id)
    actions.reinstate(by=request.actor, now=request.now, application=id)
    return Status(204, None)
