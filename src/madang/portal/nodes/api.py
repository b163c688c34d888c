"""What was out of service and what was there by day as JSON, for the staff."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate

from madang.portal.faces import known_to
from madang.portal.nodes import queries, showing
from madang.portal.nodes.rules import READERS
from madang.portal.schemas import Day, Instant

router = Router(tags=["nodes"])


class NodeEventOut(Schema):
    """One stretch [starts_at, ends_at) in which a node was down or drained; no end while it is.

    `state` and `reason` are the cluster's own words, `gpus` counts the node's GPUs by type.
    """

    cluster: str
    node: str
    condition: str
    state: str
    reason: str
    cores: int
    gpus: dict[str, int]
    starts_at: Instant
    ends_at: Instant | None


class NodeDayOut(Schema):
    """One type of GPU, or cores, on one of the centre's days: what was installed and what of it was used."""

    day: date
    resource: str
    unit: str
    installed_seconds: int
    down_seconds: int
    drained_seconds: int
    available_seconds: int
    used_seconds: int


@router.get("/nodes/events", response=list[NodeEventOut], operation_id="list_node_events")
@paginate
@known_to(*READERS)
def list_node_events(request: HttpRequest, now: bool = False) -> Any:
    """All stretches out of service, newest first; with `now` only those that go on."""
    return queries.out_now(request.actor) if now else queries.events(request.actor)


@router.get("/nodes/days", response=list[NodeDayOut], operation_id="list_node_days")
@paginate
@known_to(*READERS)
def list_node_days(request: HttpRequest, first: Day, last: Day) -> Any:
    """What was there and what was used, by day and resource, from the day `first` to the day `last`."""
    rows = queries.days(request.actor, first, last)
    heading, *lines = showing.file(rows)
    return [dict(zip(map(str, heading), line, strict=True)) for line in lines]
