"""The API of the journal: entries and readings for those who audit, one's own readings, and the published heads."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from ninja import Query, Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import Role, Via
from madang.portal.faces import known_to
from madang.portal.journal import actions, queries
from madang.portal.journal.deeds import DEEDS
from madang.portal.schemas import Id, Instant

router = Router(tags=["journal"])


class EntryOut(Schema):
    """What was done by whom, on what and when; `number` and `hash` are its place in the chain once it is sealed."""

    id: int
    number: int | None
    hash: str | None
    action: str
    text: str
    actor: int | None
    via: Via
    subject_kind: str
    subject: str
    facts: dict[str, Any]
    happened_at: datetime
    written_at: datetime

    @staticmethod
    def resolve_number(row: Any) -> int | None:
        return row.seal.number if hasattr(row, "seal") else None

    @staticmethod
    def resolve_hash(row: Any) -> str | None:
        return row.seal.hash if hasattr(row, "seal") else None

    @staticmethod
    def resolve_text(row: Any) -> str:
        return gettext(DEEDS[row.action]) if row.action in DEEDS else row.action


class ReadingOut(Schema):
    """Who opened, searched or took away whose data, and what for."""

    reader: int
    what: str
    subject_kind: str
    subject: str
    whose: int | None
    purpose: str
    read_at: datetime


class OwnReadingOut(Schema):
    """A reading as those whose data it was see it: in which roles somebody read, never who."""

    what: str
    subject_kind: str
    subject: str
    roles: list[str]
    purpose: str
    read_at: datetime

    @staticmethod
    def resolve_roles(row: Any) -> list[str]:
        return [role for role in row.roles.split(",") if role]


class RetentionOut(Schema):
    """How long one kind of record is kept, and why."""

    kind: str
    days: int
    ground_ko: str
    ground_en: str


class DestructionOut(Schema):
    """What was destroyed under a rule: how many, and a digest of which."""

    kind: str
    count: int
    digest: str
    due_before: datetime
    destroyed_at: datetime


class HeadOut(Schema):
    """The last number of the chain and its hash, as published on one day."""

    day: date
    number: int
    hash: str


@router.get("/journal/entries", response=list[EntryOut], operation_id="list_journal_entries")
@paginate(LimitOffsetPagination)
@known_to(Role.AUDITOR, Role.OPERATOR)
def list_entries(
    request: HttpRequest,
    action: str = Query("", max_length=60, description="`calls.close`, or `calls.` for all of a part"),
    actor: Id | None = None,
    subject: str = Query("", max_length=110, description="`call`, or `call:12`"),
    since: Instant | None = None,
    until: Instant | None = None,
) -> Any:
    """The entries that fit, newest first, in the half-open time [since, until). The search is logged."""
    actions.read(by=request.actor, now=request.now, what="search", kind="journal", subject="all")
    wanted = {"did": action, "actor": actor, "subject": subject, "since": since, "until": until}
    return queries.entries_found(request.actor, **wanted)


@router.get("/journal/readings", response=list[ReadingOut], operation_id="list_readings")
@paginate(LimitOffsetPagination)
@known_to(Role.AUDITOR)
def list_readings(request: HttpRequest) -> Any:
    """Who opened whose data, newest first; for auditors, and their search is logged too."""
    actions.read(by=request.actor, now=request.now, what="search", kind="reading", subject="all")
    return queries.readings(request.actor)


@router.get("/me/readings", response=list[OwnReadingOut], operation_id="list_own_readings")
@paginate(LimitOffsetPagination)
def list_own_readings(request: HttpRequest) -> Any:
    """Who opened one's own data: when, in which roles, and for what, newest first."""
    return queries.readings_of(request.actor)


@router.get(
    "/organisations/{int:organisation}/readings",
    response=list[OwnReadingOut],
    operation_id="list_organisation_readings",
)
@paginate(LimitOffsetPagination)
def list_organisation_readings(request: HttpRequest, organisation: int) -> Any:
    """Who opened an organisation's data, newest first; for its owners."""
    if not request.actor.owner_of(organisation):
        raise Http404
    return queries.readings_of_organisation(request.actor, organisation)


@router.get("/journal/retention", response=list[RetentionOut], operation_id="list_retention_rules")
@paginate(LimitOffsetPagination)
@known_to(Role.AUDITOR, Role.OPERATOR)
def list_retention(request: HttpRequest) -> Any:
    """How long each kind of record is kept, and on which ground."""
    return queries.retention(request.actor)


@router.get("/journal/destructions", response=list[DestructionOut], operation_id="list_destructions")
@paginate(LimitOffsetPagination)
@known_to(Role.AUDITOR, Role.OPERATOR)
def list_destructions(request: HttpRequest) -> Any:
    """The register of what was destroyed, newest first."""
    return queries.destructions(request.actor)


@router.get("/journal/heads", response=list[HeadOut], auth=None, operation_id="list_journal_heads")
@paginate(LimitOffsetPagination)
def list_heads(request: HttpRequest) -> Any:
    """The chain's head of each day, newest first; whoever keeps one can later show that nothing before it changed."""
    return queries.heads()
