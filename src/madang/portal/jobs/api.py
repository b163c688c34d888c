"""The API of jobs: submit with files, list, follow, cancel, read the log, fetch what a job left."""

# Annotations are kept as they are written: a paged function's are read where this module's names are not known.
import uuid
from datetime import datetime, timedelta
from typing import Any

import pydantic
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from ninja.errors import ValidationError
from ninja.pagination import LimitOffsetPagination, paginate
from pydantic import Field

from madang.errors import Refused
from madang.portal.faces import one
from madang.portal.files.actions import store
from madang.portal.files.faces import BINARY_ANSWER
from madang.portal.files.rules import EVERYTHING, clean_name
from madang.portal.forecasts.schemas import StartOut, start_out
from madang.portal.jobs import actions, faces, places, queries, rules
from madang.portal.jobs.rules import JobState, Shape
from madang.portal.journal import actions as journal

router = Router(tags=["jobs"])
# Ids and offsets beyond what a database column holds are nobody's.
LARGEST = 2**63 - 1


class JobIn(Schema):
    """A job to submit. `pool` is a pool's code and may be left out where the award has one pool that runs jobs."""

    award: str = Field(min_length=1, max_length=60, description="The award's number.")
    pool: str = ""
    name: str = Field(min_length=1, max_length=100)
    argv: list[str] = Field(min_length=1, max_length=10_000)
    gpus: int = Field(0, ge=0, le=1024)
    cores: int = Field(1, ge=1, le=4096)
    memory_mb: int = Field(1024, ge=64, le=4 << 20)
    wall_seconds: int = Field(3600, ge=1, le=rules.MOST_WALL_SECONDS)
    key: uuid.UUID = Field(default_factory=uuid.uuid4, description="The same key again gives the same job.")


class JobOut(Schema):
    """A job. Amounts are in the seconds of its pool's `unit`: `held_seconds` were set aside at submission."""

    id: int
    key: uuid.UUID
    name: str
    award: str
    pool: str
    unit: str
    argv: list[str]
    gpus: int
    cores: int
    memory_mb: int
    wall_seconds: int
    held_seconds: int = Field(alias="held")
    state: JobState
    state_in_words: str
    reason: str
    reason_code: str
    over: bool
    exit_code: int | None
    submitted_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    cancel_asked_at: datetime | None
    estimated_start: StartOut | None

    @staticmethod
    def resolve_estimated_start(job: Any) -> dict[str, Any] | None:
        return start_out(job, timezone.now())

    @staticmethod
    def resolve_award(job: Any) -> str:
        return str(job.award.number)

    @staticmethod
    def resolve_pool(job: Any) -> str:
        return str(job.pool.code)

    @staticmethod
    def resolve_unit(job: Any) -> str:
        return str(job.pool.unit)

    @staticmethod
    def resolve_state_in_words(job: Any) -> str:
        return faces.shown(job).word

    @staticmethod
    def resolve_reason(job: Any) -> str:
        return faces.shown(job).why

    @staticmethod
    def resolve_over(job: Any) -> bool:
        return faces.shown(job).over


class JobWithFigures(JobOut):
    """A job with what it has used and still holds, in the seconds of its pool's unit."""

    used_seconds: int
    held_now_seconds: int
    outputs_left_out: int


class LogOut(Schema):
    """A piece of a log as text, control characters made visible. Ask again from `next_offset` until `complete`."""

    text: str
    offset: int
    next_offset: int
    complete: bool


class FileOut(Schema):
    """A file that a job left; `size_bytes`, and its SHA-256 in hexadecimal."""

    path: str
    size_bytes: int = Field(alias="size")
    sha256: str


class UsageOut(Schema):
    """An award's balances in one pool, in the unit's seconds; granted = used + held + returned + expired + left."""

    pool: str
    unit: str
    granted_seconds: int
    used_seconds: int
    held_seconds: int
    returned_seconds: int
    expired_seconds: int
    left_seconds: int


@router.post("/jobs", response={201: JobWithFigures}, operation_id="submit_job")
def submit_job(
    request: HttpRequest,
    job: str = Form(..., description="The job as JSON, as in the schema JobIn.", max_length=300_000),
    files: list[UploadedFile] = File([]),  # noqa: B008
    paths: list[str] = Form([]),  # noqa: B008
) -> Any:
    """Submits a job. `paths` gives each file's place in the job's folder; without it the files' own names count."""
    wanted = _read(job)
    award = places.award(request.actor, wanted.award)
    if award is None or not request.actor.member_of(award.organisation_id):
        raise Http404
    pool = _pool(award.pk, wanted.pool)
    if paths and len(paths) != len(files):
        raise Refused("job_files_unpaired", files=len(files), paths=len(paths))
    named = paths or [clean_name(file.name) for file in files]
    rules.check_paths(named)
    now = timezone.now()
    stored = [
        (path, store(now=now, name=path, allowed=EVERYTHING, upload_chunks=file.chunks()))
        for path, file in zip(named, files, strict=True)
    ]
    shape = Shape(wanted.gpus, wanted.cores, wanted.memory_mb, wanted.wall_seconds)
    made = actions.submit(
        by=request.actor, now=now, award=award, pool=pool, name=wanted.name, argv=wanted.argv, files=stored,
        shape=shape, key=wanted.key,
    )  # fmt: skip
    return Status(201, _with_figures(one(queries.jobs(request.actor), pk=made.pk)))


def _read(job: str) -> JobIn:
    try:
        return JobIn.model_validate_json(job)
    except pydantic.ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise ValidationError([{**fault, "loc": ("form", "job", *fault["loc"])} for fault in found]) from error


def _pool(award: int, code: str) -> Any:
    pools = places.pools_of(award)
    fitting = [pool for pool in pools if code in ("", pool.code)]
    if len(fitting) != 1:
        raise Refused("job_pool", field="pool", pools=[pool.code for pool in pools])
    return fitting[0]


@router.get("/jobs", response=list[JobOut], operation_id="list_jobs")
@paginate(LimitOffsetPagination)
def list_jobs(request: HttpRequest, state: JobState | None = None, award: str = Query("", max_length=60)) -> Any:
    """The jobs that the caller may see, newest first; of one state, and of the award with this number."""
    if request.actor.reads_everything:
        journal.read(by=request.actor, now=timezone.now(), what="search", kind="job", subject=award or "all")
    return queries.listed(request.actor, state=state or "", award=award)


@router.get("/jobs/{int:id}", response=JobWithFigures, operation_id="job")
def job(request: HttpRequest, id: int) -> Any:
    """One job with its figures."""
    row = _seen(request, id)
    _note(request, row)
    return _with_figures(row)


@router.post("/jobs/{int:id}/cancel", response=JobWithFigures, operation_id="cancel_job")
def cancel_job(request: HttpRequest, id: int) -> Any:
    """Asks for the job to end. 409 where it has ended or was asked already."""
    actions.cancel(by=request.actor, now=timezone.now(), job=_own(request, id))
    return _with_figures(_own(request, id))


@router.get("/jobs/{int:id}/log", response=LogOut, operation_id="job_log")
def job_log(request: HttpRequest, id: int, offset: int = Query(0, ge=0, le=LARGEST)) -> Any:
    """At most 64 KiB of what the job printed, from byte `offset` on."""
    row = _seen(request, id)
    _note(request, row, once_in=faces.READ_AGAIN)
    piece = faces.log_piece(row, offset)
    return {"text": piece.text, "offset": offset, "next_offset": piece.next_offset, "complete": piece.complete}


@router.get("/jobs/{int:id}/outputs", response=list[FileOut], operation_id="job_outputs")
@paginate(LimitOffsetPagination)
def job_outputs(request: HttpRequest, id: int) -> Any:
    """The files that the job left in its folder, by path; none before it has ended."""
    row = _seen(request, id)
    _note(request, row, once_in=faces.READ_AGAIN)
    return queries.outputs(row.pk)


@router.get("/jobs/{int:id}/outputs/{path:path}", operation_id="job_output", openapi_extra=BINARY_ANSWER)
def job_output(request: HttpRequest, id: int, path: str) -> HttpResponse:
    """One file that the job left, for members of its organisation."""
    row = _own(request, id)
    one(queries.outputs(row.pk), path=path)
    return faces.output_answer(row, path)


@router.get("/awards/{number}/usage", response=list[UsageOut], operation_id="award_usage")
def award_usage(request: HttpRequest, number: str) -> Any:
    """What an award was granted, has used, has set aside for jobs and has left, by pool."""
    found = places.award(request.actor, number)
    if found is None:
        raise Http404
    given = {"kind": "award", "subject": found.pk, "organisation": found.organisation_id}
    journal.read(by=request.actor, now=timezone.now(), what="view", **given)
    return [
        UsageOut(
            pool=pool.code, unit=pool.unit, granted_seconds=balances.granted, used_seconds=balances.used,
            held_seconds=balances.held, returned_seconds=balances.returned, expired_seconds=balances.expired,
            left_seconds=balances.left,
        )
        for pool, balances in places.usage(found.pk)
    ]  # fmt: skip


def _note(request: HttpRequest, row: Any, once_in: timedelta | None = None) -> None:
    """That somebody outside its organisation opened a job, its log or the list of what it left."""
    given = {"whose": row.submitted_by_id, "organisation": row.award.organisation_id, "once_in": once_in}
    journal.read(by=request.actor, now=timezone.now(), what="view", kind="job", subject=row.pk, **given)


def _seen(request: HttpRequest, id: int) -> Any:
    return one(queries.jobs(request.actor), pk=_storable(id))


def _own(request: HttpRequest, id: int) -> Any:
    row = _seen(request, id)
    if not request.actor.member_of(row.award.organisation_id):
        raise Http404
    return row


def _storable(id: int) -> int:
    if id > LARGEST:
        raise Http404
    return id


def _with_figures(job: Any) -> Any:
    """The row with its two figures, which stand in the ledger."""
    job.held_now_seconds, job.used_seconds = queries.amounts(job)
    return job
