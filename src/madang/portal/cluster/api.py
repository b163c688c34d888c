"""The cluster as JSON: Unix users, the last look, changes, and how an award holds its part."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.awards import queries as awards
from madang.portal.awards.actions import note_reading
from madang.portal.cluster import actions, bringing, queries
from madang.portal.cluster.rules import (
    LEAST_STOP,
    MOST_BORROWED,
    MOST_NODES,
    MOST_ROWS,
    MOST_STOP,
    READERS,
    Hold,
)
from madang.portal.faces import known_to, one
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


class JoinedAccountOut(Schema):
    """An account of others on the cluster, and the award to which its runs are charged since an instant."""

    name: str
    award: str = Field(alias="award.number")
    since: Instant


class JoinedAccountIn(Schema):
    """An account of others, and the number of the award to which it is charged."""

    name: str = Field(max_length=40)
    award: str = Field(max_length=40)


class JudgedAccountOut(Schema):
    """What becomes of one line: new, changed, same, or a fault."""

    name: str
    award: str
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


class ClusterTermsIn(Schema):
    """How an award holds its part of the cluster; `nodes` only with the hold `nodes`."""

    hold: Hold
    nodes: list[str] = Field([], max_length=MOST_NODES)
    monthly: bool = False
    carry: bool = True
    borrow_percent: int = Field(0, ge=0, le=MOST_BORROWED)
    stop_percent: int = Field(LEAST_STOP, ge=LEAST_STOP, le=MOST_STOP)
    network: bool = False


class StandOut(Schema):
    """How far one kind of resource is used up, in its unit's seconds; no kind for cores.

    `window_seconds` is open until the month's end, null where it is not given by month. `stage` is open, noticed, low
    (behind all others) or closed (nothing more starts).
    """

    kind: str
    unit: str
    granted_seconds: int = Field(alias="granted")
    used_seconds: int = Field(alias="used")
    window_seconds: int | None = Field(alias="window")
    stage: str


class ClusterTermsOut(ClusterTermsIn):
    """The same with how far the award is used up there."""

    stands: list[StandOut]


@router.get("/awards/{number}/cluster", response=ClusterTermsOut, operation_id="get_cluster_terms")
def get_cluster_terms(request: HttpRequest, number: str) -> Any:
    """How an award holds its part of the cluster, for whoever sees the award."""
    award = one(awards.awards(request.actor), number=number)
    now = timezone.now()
    if request.actor.reads_everything:
        note_reading(by=request.actor, now=now, award=award.pk, organisation=award.organisation_id)
    row = queries.terms(award)
    names = ("hold", "monthly", "carry", "borrow_percent", "stop_percent", "network")
    given = {name: getattr(row, name) for name in names}
    return {**given, "nodes": row.nodes.split(), "stands": bringing.stands(award, now)}


@router.put("/awards/{number}/cluster", response=ClusterTermsOut, operation_id="set_cluster_terms")
def set_cluster_terms(request: HttpRequest, number: str, given: ClusterTermsIn) -> Any:
    """Sets how an award holds its part, for the operator; it reaches the cluster with the next change."""
    award = one(awards.awards(request.actor), number=number)
    values = {**given.dict(), "nodes": " ".join(given.nodes)}
    actions.set_terms(by=request.actor, now=timezone.now(), award=award, **values)
    return get_cluster_terms(request, number)


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


@router.get("/cluster/accounts", response=list[JoinedAccountOut], operation_id="list_joined_accounts")
@paginate
@known_to(*READERS)
def list_joined_accounts(request: HttpRequest) -> Any:
    """Accounts of others on the cluster that are charged to awards now."""
    return queries.joined_accounts(request.actor)


@router.put("/cluster/accounts", response=list[JudgedAccountOut], operation_id="join_accounts")
@known_to(*READERS)
def join_accounts(request: HttpRequest, given: list[JoinedAccountIn], preview: bool = False) -> Any:
    """Charges what accounts of others run from now on to awards, all of them or none; with `preview` only judges."""
    lines = [(one.name.strip().lower(), one.award.strip()) for one in given[:MOST_ROWS]]
    if preview:
        return queries.judge_accounts(lines)
    return actions.join_accounts(by=request.actor, now=request.now, lines=lines)


@router.delete("/cluster/accounts/{name}", response={204: None}, operation_id="leave_account")
@known_to(*READERS)
def leave_account(request: HttpRequest, name: str) -> Any:
    """Ends that an account of others is charged to an award."""
    actions.leave_account(by=request.actor, now=request.now, name=name)
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
