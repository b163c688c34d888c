"""The API of the jobs that bookings carry."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status

from madang.errors import Refused
from madang.portal.bookedjobs import actions, queries
from madang.portal.bookedjobs.rules import CarriedState
from madang.portal.bookings import queries as bookings
from madang.portal.environments import queries as environments
from madang.portal.faces import one
from madang.portal.jobs import places
from madang.portal.jobs.rules import MOST_WALL_SECONDS, Shape
from madang.portal.journal.actions import read
from madang.portal.schemas import Id

router = Router(tags=["bookings"])


class BookedJobIn(Schema):
    """The job that a booking of a simulator carries. `pool` may be left out where the award has one that runs jobs."""

    award: Annotated[str, Field(min_length=1, max_length=60, description="The award's number.")]
    pool: Annotated[str, Field(max_length=60)] = ""
    name: Annotated[str, Field(min_length=1, max_length=100)]
    argv: Annotated[list[str], Field(min_length=1, max_length=10_000)]
    environment: Annotated[str, Field(max_length=60)] = ""
    files_of: Annotated[Id | None, Field(description="An earlier job whose files it is given.")] = None
    gpus: Annotated[int, Field(ge=0, le=1024)] = 0
    cores: Annotated[int, Field(ge=1, le=4096)] = 1
    memory_mb: Annotated[int, Field(ge=64, le=4 << 20)] = 1024
    wall_seconds: Annotated[int, Field(ge=1, le=MOST_WALL_SECONDS)] = 3600


class BookedJobOut(Schema):
    """A booking's job; `job_id` once it was submitted, `reason_code` where it was refused."""

    booking_id: int
    award: str = Field(alias="award.number")
    pool: str = Field(alias="pool.code")
    name: str
    argv: list[str]
    gpus: int
    cores: int
    memory_mb: int
    wall_seconds: int
    state: CarriedState
    job_id: int | None
    reason_code: str


def _carried(request: HttpRequest, booking: int) -> Any:
    row = queries.of_booking(request.actor, booking)
    if row is None:
        raise Http404
    return row


def _seen(request: HttpRequest, booking: int) -> Any:
    row = one(bookings.bookings(request.actor), pk=booking)
    read(by=request.actor, now=request.now, what="view", kind="booking", subject=booking,
         organisation=row.organisation_id)  # fmt: skip
    return row


@router.get("/bookings/{int:booking}/job", response=BookedJobOut, operation_id="get_booked_job")
def get_booked_job(request: HttpRequest, booking: Id) -> Any:
    """The job that a booking carries."""
    _seen(request, booking)
    return _carried(request, booking)


@router.put("/bookings/{int:booking}/job", response=BookedJobOut, operation_id="set_booked_job")
def set_booked_job(request: HttpRequest, booking: Id, given: BookedJobIn) -> Any:
    """Has a booking carry a job, instead of the one chosen before; it is submitted once the booking has begun."""
    row = _seen(request, booking)
    award = places.award(request.actor, given.award)
    if award is None or not request.actor.member_of(award.organisation_id):
        raise Refused("booked_job_elsewhere", field="award")
    pools = [pool for pool in places.pools_of(award.pk) if given.pool in ("", pool.code)]
    if len(pools) != 1:
        raise Refused("job_pool", field="pool")
    environment = environments.of_award(award.organisation_id, given.environment) if given.environment else None
    if given.environment and environment is None:
        raise Refused("environment_unknown", field="environment", named=given.environment.replace("\0", ""))
    earlier = queries.earlier(request.actor, row)
    wanted = actions.Wanted(
        award=award,
        pool=pools[0],
        name=given.name,
        argv=given.argv,
        shape=Shape(given.gpus, given.cores, given.memory_mb, given.wall_seconds),
        environment=environment,
        files_of=one(earlier, pk=given.files_of) if given.files_of else None,
    )
    actions.choose(by=request.actor, now=request.now, booking=booking, wanted=wanted)
    return _carried(request, booking)


@router.delete("/bookings/{int:booking}/job", response={204: None}, operation_id="drop_booked_job")
def drop_booked_job(request: HttpRequest, booking: Id) -> Any:
    """Has a booking carry no job; the booking stays."""
    _seen(request, booking)
    _carried(request, booking)
    actions.drop(by=request.actor, now=request.now, booking=booking)
    return Status(204, None)
