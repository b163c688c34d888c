"""The API of coursework: a class's pieces, who completed them, a list from a file, and a learner's own."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema, Status, UploadedFile
from ninja.pagination import paginate

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.courses import queries as courses
from madang.portal.courses import rules as courses_rules
from madang.portal.coursework import actions, bringing, queries, rules
from madang.portal.coursework.rules import CourseworkGiven
from madang.portal.faces import one
from madang.portal.files import tables
from madang.portal.journal.actions import read
from madang.portal.learners import queries as learners
from madang.portal.schemas import Id, Instant, Version

router = Router(tags=["coursework"])
Title = Annotated[str, Field(min_length=1, max_length=rules.TITLE_LIMIT)]


class CourseworkIn(Schema):
    """A piece of coursework, for one track or, where that is empty, for all."""

    title_ko: Title
    title_en: Title
    due_at: Instant
    track: Annotated[str, Field(max_length=courses_rules.TRACK_LIMIT)] = ""
    required: bool = True


class CourseworkChangeIn(CourseworkIn):
    """A piece as it shall be, and the version that was read."""

    version: Version

    def piece(self) -> CourseworkGiven:
        """What the action takes."""
        return CourseworkGiven(**self.dict(exclude={"version"}))


class CourseworkOut(Schema):
    """A piece with how many of how many of the class completed it."""

    id: int
    cohort_id: int
    title_ko: str
    title_en: str
    due_at: datetime
    track: str
    required: bool
    completed: int
    given: int
    version: int


class OwnCourseworkOut(Schema):
    """A piece that a learner is given, and whether they completed it."""

    id: int
    title_ko: str
    title_en: str
    due_at: datetime
    required: bool
    completed: bool = Field(alias="is_done")


class MarksIn(Schema):
    """Whether each of these learners completed the piece."""

    completed: Annotated[dict[int, bool], Field(min_length=1, max_length=3000)]


class MarkRowOut(Schema):
    """What a row of a list comes to."""

    row: int
    learner: int
    completed: bool
    before: bool


class MarkFaultOut(Schema):
    """A row that cannot be used."""

    row: int
    code: str
    detail: str


class MarksOut(Schema):
    """What a list came to; with `dry_run` nothing was stored."""

    dry_run: bool
    rows: list[MarkRowOut]
    faults: list[MarkFaultOut]


def _piece(request: HttpRequest, pk: int) -> Any:
    row = one(queries.coursework(request.actor), pk=pk)
    return next(piece for piece in queries.of_cohort(request.actor, row.cohort_id) if piece.pk == pk)


@router.get("/cohorts/{cohort}/coursework", response=list[CourseworkOut], operation_id="list_coursework")
@paginate
def list_coursework(request: HttpRequest, cohort: Id) -> Any:
    """A class's coursework by when it is due, for who teaches it and for staff."""
    one(courses.taught(request.actor), pk=cohort)
    return queries.of_cohort(request.actor, cohort)


@router.post("/cohorts/{cohort}/coursework", response={201: CourseworkOut}, operation_id="give_coursework")
def give_coursework(request: HttpRequest, cohort: Id, given: CourseworkIn) -> Any:
    """Gives a class a piece of coursework."""
    one(courses.taught(request.actor), pk=cohort)
    piece = CourseworkGiven(**given.dict())
    row = actions.give(by=request.actor, now=request.now, cohort=cohort, given=piece)
    return Status(201, _piece(request, row.pk))


@router.put("/coursework/{coursework}", response=CourseworkOut, operation_id="change_coursework")
def change_coursework(request: HttpRequest, coursework: Id, given: CourseworkChangeIn) -> Any:
    """Changes a piece."""
    one(queries.coursework(request.actor), pk=coursework)
    act = {"coursework": coursework, "version": given.version, "given": given.piece()}
    actions.change(by=request.actor, now=request.now, **act)
    return _piece(request, coursework)


@router.delete("/coursework/{coursework}", response={204: None}, operation_id="drop_coursework")
def drop_coursework(request: HttpRequest, coursework: Id) -> Any:
    """Removes a piece that nobody has completed."""
    row = one(queries.coursework(request.actor), pk=coursework)
    actions.drop(by=request.actor, now=request.now, coursework=coursework, version=row.version)
    return Status(204, None)


@router.post("/coursework/{coursework}/completed", response=CourseworkOut, operation_id="mark_coursework")
def mark_coursework(request: HttpRequest, coursework: Id, given: MarksIn) -> Any:
    """Notes by learner whether they completed a piece."""
    one(queries.coursework(request.actor), pk=coursework)
    actions.mark(by=request.actor, now=request.now, coursework=coursework, done=given.completed)
    return _piece(request, coursework)


@router.post("/coursework/{coursework}/completed/file", response={201: MarksOut}, operation_id="bring_in_coursework")
def bring_in_coursework(
    request: HttpRequest, coursework: Id, file: File[UploadedFile], dry_run: Form[bool] = False
) -> Any:
    """Takes a list of who completed a piece (XLSX or CSV) over, all of it or nothing."""
    row = one(queries.coursework(request.actor), pk=coursework)
    if not queries.may_keep(request.actor, row.cohort_id):
        raise Refused("not_allowed_for_role")
    stored = tables.keep(now=request.now, name=file.name or "file", chunks=file.chunks())
    found = bringing.look(by=request.actor, coursework=coursework, stored=stored)
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=row.cohort_id)
    if not dry_run:
        bringing.bring_in(by=request.actor, now=request.now, coursework=coursework, stored=stored)
    rows = [{"row": one_.place, "learner": one_.learner, "completed": one_.done, "before": one_.before}
            for one_ in found.rows]  # fmt: skip
    faults = [{"row": one_.place, "code": one_.code, "detail": refusals.sentence(Refused(one_.code, **one_.facts))}
              for one_ in found.faults]  # fmt: skip
    return Status(201, {"dry_run": dry_run, "rows": rows, "faults": faults})


@router.get("/learners/{learner}/coursework", response=list[OwnCourseworkOut], operation_id="list_own_coursework")
@paginate
def list_own_coursework(request: HttpRequest, learner: Id) -> Any:
    """What one is given oneself, and what of it is completed."""
    return queries.of_learner(one(learners.own(request.actor), pk=learner))
