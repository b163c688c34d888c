"""The API of jobs: submit with files, list, follow, cancel, read the log, fetch what a job left."""

# Annotations are kept as they are written: a paged function's are read where this module's names are not known.
import uuid
from datetime import timedelta
from typing import Any

import pydantic
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, Status, UploadedFile
from ninja.errors import ValidationError
from ninja.pagination import LimitOffsetPagination, paginate

from madang.errors import Refused
from madang.portal.environments import queries as environments
from madang.portal.environments import rules as building
from madang.portal.faces import one
from madang.portal.files.actions import store
from madang.portal.files.faces import BINARY_ANSWER
from madang.portal.files.rules import EVERYTHING, clean_name
from madang.portal.jobs import actions, faces, places, queries, rules
from madang.portal.jobs.rules import JobState
from madang.portal.jobs.schemas import (
    BuildIn,
    FiguresOut,
    FileOut,
    JobIn,
    JobOut,
    JobWithFigures,
    KeyIn,
    LimitsOut,
    LogOut,
    ShapeIn,
    UsageOut,
)
from madang.portal.jobs.steering_api import router as steering
from madang.portal.jobs.template_api import router as templates
from madang.portal.journal import actions as journal

router = Router(tags=["jobs"])
router.add_router("", steering)
router.add_router("", templates)
# Ids and offsets beyond what a database column holds are nobody's.
LARGEST = 2**63 - 1


@router.post("/jobs", response={201: JobWithFigures}, operation_id="submit_job")
def submit_job(
    request: HttpRequest,
    job: str = Form(..., description="The job as JSON, as in the schema JobIn.", max_length=300_000),
    files: list[UploadedFile] = File([]),  # noqa: B008
    paths: list[str] = Form([]),  # noqa: B008
    sha256: list[str] = Form([]),  # noqa: B008
) -> Any:
    """Submits a job. `paths` gives each file's place in the job's folder; without it the files' own names count.

    Where `sha256` gives each file's digest, what arrived must have it.
    """
    wanted = _read(job)
    award = _payer(request, wanted.award)
    pool = _pool(award.pk, wanted.pool)
    environment = _environment(award.organisation_id, wanted.environment)
    for given in (paths, sha256):
        if given and len(given) != len(files):
            raise Refused("job_files_unpaired", files=len(files), paths=len(given))
    named = paths or [clean_name(file.name) for file in files]
    rules.check_paths(named)
    now = timezone.now()
    stored = [
        (path, store(now=now, name=path, allowed=EVERYTHING, upload_chunks=file.chunks()))
        for path, file in zip(named, files, strict=True)
    ]
    rules.check_digests([(path, file.sha256) for path, file in stored], sha256)
    made = actions.submit(
        by=request.actor, now=now, award=award, pool=pool, name=wanted.name, argv=wanted.argv, files=stored,
        shape=wanted.shape, environment=environment, key=wanted.key, terms=wanted.terms(request.actor),
    )  # fmt: skip
    return Status(201, _with_figures(one(queries.jobs(request.actor), pk=made.pk)))


def _read(job: str) -> JobIn:
    try:
        return JobIn.model_validate_json(job)
    except pydantic.ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise ValidationError([{**fault, "loc": ("form", "job", *fault["loc"])} for fault in found]) from error


@router.post("/environments/builds", response={201: JobWithFigures}, operation_id="build_environment")
def build_environment(request: HttpRequest, given: BuildIn) -> Any:
    """Submits the job that builds an environment within an award; the list of environments says when it is ready."""
    award = _payer(request, given.award)
    base = _environment(award.organisation_id, given.base)
    building.check_lock(given.lock)
    content = [given.lock.encode()]
    lock = store(now=timezone.now(), name=building.LOCK_NAME, allowed=EVERYTHING, upload_chunks=content)
    made = actions.build(
        by=request.actor, now=timezone.now(), award=award, pool=_pool(award.pk, given.pool), name=given.name, lock=lock,
        base=base, shape=given.shape, key=given.key,
    )  # fmt: skip
    return Status(201, _with_figures(one(queries.jobs(request.actor), pk=made.pk)))


def _environment(organisation: int, code: str) -> Any:
    found = environments.of_award(organisation, code) if code else None
    if code and found is None:
        raise Refused("environment_unknown", field="environment", named=rules.readable(code.encode(errors="replace")))
    return found


def _payer(request: HttpRequest, number: str) -> Any:
    award = places.award(request.actor, number)
    if award is None or not request.actor.member_of(award.organisation_id):
        raise Http404
    return award


def _pool(award: int, code: str) -> Any:
    pools = places.pools_of(award)
    fitting = [pool for pool in pools if code in ("", pool.code)]
    if len(fitting) != 1:
        raise Refused("job_pool", field="pool", pools=[pool.code for pool in pools])
    return fitting[0]


@router.get("/jobs/limits", response=LimitsOut, operation_id="job_limits")
def job_limits(request: HttpRequest) -> Any:
    """What may be sent along with one job, to be known before anything is sent."""
    most_bytes = settings.MADANG_UPLOAD_LIMIT_MB * 1024 * 1024
    return {"most_files": rules.MOST_FILES, "most_file_bytes": most_bytes, "most_path": rules.MOST_PATH}


@router.post("/jobs/figures", response=FiguresOut, operation_id="job_figures")
def job_figures(request: HttpRequest, given: ShapeIn) -> Any:
    """What a job would set aside and cost at most, were it submitted now."""
    award = _payer(request, given.award)
    pool = _pool(award.pk, given.pool)
    place = places.place(request.actor, timezone.now(), award=award.pk, pool=pool.pk)
    if place is None:
        raise Refused("award_not_in_force")
    rules.check_shape(given.shape, pool.unit)
    return places.figures(place, given.shape, timezone.now())


@router.post("/jobs/{int:id}/repeat", response={201: JobWithFigures}, operation_id="repeat_job")
def repeat_job(request: HttpRequest, id: int, given: KeyIn) -> Any:
    """Submits the same job again: command, amounts and files as they were."""
    made = actions.repeat(by=request.actor, now=timezone.now(), job=_own(request, id), key=given.key)
    return Status(201, _with_figures(one(queries.jobs(request.actor), pk=made.pk)))


@router.get("/jobs", response=list[JobOut], operation_id="list_jobs")
@paginate(LimitOffsetPagination)
def list_jobs(
    request: HttpRequest, state: JobState | None = None, award: str = Query("", max_length=60),
    array: uuid.UUID | None = None,
) -> Any:  # fmt: skip
    """The jobs that the caller may see, newest first; of one state, of the award with this number, of one array."""
    if request.actor.reads_everything:
        journal.read(by=request.actor, now=timezone.now(), what="search", kind="job", subject=award or "all")
    return queries.listed(request.actor, state=state or "", award=award, array=array)


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
    job.held_now_seconds, job.used_seconds = queries.amounts(job.pk)
    return job
