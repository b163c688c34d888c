"""The cluster as JSON for the operator and the auditor: Unix users, the last look, and changes."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.cluster import actions, queries
from madang.portal.cluster.rules import MOST_ROWS, READERS
from madang.portal.faces import known_to
from madang.portal.schemas import Instant

router = Router(tags=["cluster"])


class UnixUserOut(Schema):
    """As whom a person's jobs run on the cluster."""

    email: str
    name: str
    set_at: Instant

    @staticmethod
    def resolve_email(row: Any) -> str:
        return row.person.email or ""


class UnixUserIn(Schema):
    """A person, by their address, and their Unix user."""

    email: str = Field(max_length=254)
    name: str = Field(max_length=32)


class JudgedOut(Schema):
    """What becomes of one line: new, changed, same, or a fault."""

    email: str
    name: str
    fate: str


class LookOut(Schema):
    """The cluster as it was last looked at: the first of all changes to make, and what hands changed."""

    looked_at: Instant | None
    count: int
    digest: str
    lines: list[str]
    drift: list[list[str]]
    notes: dict[str, Any]
    fault: dict[str, Any]


class ChangeIn(Schema):
    """The digest of the look whose changes are to be carried out."""

    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class ChangeOut(Schema):
    """One bringing of awards to the cluster."""

    id: int
    state: str
    digest: str
    planned: int
    steps: int
    asked_at: Instant
    ended_at: Instant | None


@router.get("/unix-users", response=list[UnixUserOut], operation_id="list_unix_users")
@paginate
@known_to(*READERS)
def list_unix_users(request: HttpRequest) -> Any:
    """Whose Unix user is whose."""
    return queries.unix_users(request.actor)


@router.put("/unix-users", response=list[JudgedOut], operation_id="set_unix_users")
@known_to(*READERS)
def set_unix_users(request: HttpRequest, given: list[UnixUserIn], preview: bool = False) -> Any:
    """Gives people their Unix users, all of them or none; with `preview` only says what would become of each line."""
    lines = [(one.email.strip().lower(), one.name.strip()) for one in given[:MOST_ROWS]]
    if preview:
        return queries.judge(lines)
    return actions.set_unix_users(by=request.actor, now=request.now, lines=lines)


@router.delete("/unix-users/{name}", response={204: None}, operation_id="remove_unix_user")
@known_to(*READERS)
def remove_unix_user(request: HttpRequest, name: str) -> Any:
    """Takes a person's Unix user away."""
    actions.remove_unix_user(by=request.actor, now=request.now, name=name)
    return Status(204, None)


@router.get("/cluster", response=LookOut, operation_id="get_cluster")
@known_to(*READERS)
def get_cluster(request: HttpRequest) -> Any:
    """The cluster as it was last looked at; 404 before the first look."""
    found = queries.look(request.actor)
    if found is None:
        raise Http404
    return found


@router.get("/cluster/changes", response=list[ChangeOut], operation_id="list_cluster_changes")
@paginate
@known_to(*READERS)
def list_cluster_changes(request: HttpRequest) -> Any:
    """All changes to the cluster, newest first."""
    return queries.changes(request.actor)


@router.post("/cluster/changes", response={201: ChangeOut}, operation_id="apply_to_cluster")
@known_to(*READERS)
def apply_to_cluster(request: HttpRequest, given: ChangeIn) -> Any:
    """Has exactly the changes with this digest carried out; the worker does it and says how far it is."""
    found = queries.look(request.actor)
    planned = found.count if found else 0
    return Status(201, actions.ask_change(by=request.actor, now=request.now, digest=given.digest, planned=planned))
