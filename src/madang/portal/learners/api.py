"""The API of learners: applying, a cohort's learners, points, hours from a file, leaving, where they were hired."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, File, Form, Router, Schema, Status, UploadedFile
from ninja.pagination import paginate

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import READING_ROLES
from madang.portal.courses import queries as courses
from madang.portal.courses import rules as courses_rules
from madang.portal.courses.rules import CohortState
from madang.portal.faces import known_to, one
from madang.portal.files import tables
from madang.portal.journal.actions import read
from madang.portal.learners import actions, placing, progress, queries, rules
from madang.portal.learners.rules import LearnerState
from madang.portal.schemas import Day, Id, Version

router = Router(tags=["learners"])


class LearnerIn(Schema):
    """An application; the date of birth is looked at and not kept."""

    born_on: Day
    track: Annotated[str, Field(max_length=courses_rules.TRACK_LIMIT)] = ""
    statement: Annotated[str, Field(max_length=rules.STATEMENT_LIMIT)] = ""
    shown_name: Annotated[str, Field(max_length=rules.NAME_LIMIT)] = ""


class StagePointsOut(Schema):
    """The points of a stage; `hours` of an online stage."""

    stage_id: int
    points: int
    hours: int | None


class LearnerOut(Schema):
    """A learner; `reserve` is the place on the reserve list."""

    id: int
    cohort_id: int
    person_id: int
    name: str
    track: str
    state: LearnerState
    reserve: int | None
    total: int | None
    applied_at: datetime
    points: list[StagePointsOut]

    @staticmethod
    def resolve_name(row: Any) -> str:
        return row.person.name

    @staticmethod
    def resolve_points(row: Any) -> list[Any]:
        return list(row.points.all())


class StagePointsIn(Schema):
    """The points of a stage by learner; of an online stage the hours."""

    stage: Id
    points: Annotated[dict[int, Annotated[int, Field(ge=0, le=10_000)]], Field(min_length=1, max_length=3000)]


class LeaveIn(Schema):
    """Why it ends; a learner's own needs no reason."""

    why: Annotated[str, Field(max_length=rules.WHY_LIMIT)] = ""


class PlacementIn(Schema):
    """Where a graduate was hired; `registration_number` is the employer's, if it is known."""

    employer: Annotated[str, Field(min_length=1, max_length=rules.EMPLOYER_LIMIT)]
    hired_on: Day
    evidence: Annotated[str, Field(min_length=1, max_length=rules.EVIDENCE_LIMIT)]
    registration_number: Annotated[str, Field(max_length=20)] = ""


class PlacementOut(Schema):
    """A placement; it counts once it is accepted."""

    id: int
    learner_id: int
    employer: str
    company_id: int | None
    hired_on: date
    evidence: str
    state: rules.PlacementState


class ProgressRowOut(Schema):
    """What a row of a list comes to."""

    row: int
    learner: int
    hours: int
    before: int | None


class ProgressFaultOut(Schema):
    """A row that cannot be used."""

    row: int
    code: str
    detail: str


class ProgressOut(Schema):
    """What a list came to; with `dry_run` nothing was stored."""

    dry_run: bool
    rows: list[ProgressRowOut]
    faults: list[ProgressFaultOut]


@router.get("/learners", response=list[LearnerOut], operation_id="list_own_learning")
@paginate
def list_own_learning(request: HttpRequest) -> Any:
    """One's own courses, the latest first."""
    return queries.own(request.actor)


@router.post("/cohorts/{cohort}/learners", response={201: LearnerOut}, operation_id="apply_to_cohort")
def apply_to_cohort(request: HttpRequest, cohort: Id, given: LearnerIn) -> Any:
    """Applies to a cohort."""
    one(courses.cohorts(request.actor), pk=cohort, state=CohortState.OPEN)
    row = actions.apply(by=request.actor, now=request.now, cohort=cohort, **given.dict())
    return Status(201, one(queries.own(request.actor), pk=row.pk))


@router.get("/cohorts/{cohort}/learners", response=list[LearnerOut], operation_id="list_learners")
@paginate
def list_learners(request: HttpRequest, cohort: Id, state: LearnerState | None = None) -> Any:
    """A cohort's learners: the class for who teaches it, everybody for staff and auditors."""
    one(courses.taught(request.actor), pk=cohort)
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=cohort)
    return queries.of_cohort(request.actor, cohort, state=state or "")


@router.post("/cohorts/{cohort}/points", response={204: None}, operation_id="give_stage_points")
@known_to(*READING_ROLES)
def give_stage_points(request: HttpRequest, cohort: Id, given: StagePointsIn) -> Any:
    """Keeps the points of a stage."""
    one(courses.cohorts(request.actor), pk=cohort)
    actions.give_points(by=request.actor, now=request.now, cohort=cohort, **given.dict())
    return Status(204, None)


@router.post("/cohorts/{cohort}/hours", response={201: ProgressOut}, operation_id="bring_in_hours")
@known_to(*READING_ROLES)
def bring_in_hours(
    request: HttpRequest,
    cohort: Id,
    file: UploadedFile = File(...),  # noqa: B008
    dry_run: bool = Form(False),
) -> Any:
    """Takes a list of online hours (XLSX or CSV) over, all of it or nothing."""
    one(courses.cohorts(request.actor), pk=cohort)
    courses_rules.refuse_unless_keeper(request.actor)
    stored = tables.keep(now=request.now, name=file.name or "file", chunks=file.chunks())
    found = progress.look(by=request.actor, cohort=cohort, stored=stored)
    if not dry_run:
        progress.bring_in(by=request.actor, now=request.now, cohort=cohort, stored=stored)
    rows = [{"row": one_.place, "learner": one_.learner, "hours": one_.hours, "before": one_.before}
            for one_ in found.rows]  # fmt: skip
    faults = [{"row": one_.place, "code": one_.code, "detail": refusals.sentence(Refused(one_.code, **one_.facts))}
              for one_ in found.faults]  # fmt: skip
    return Status(201, {"dry_run": dry_run, "rows": rows, "faults": faults})


class SelectionIn(Schema):
    """The version of the cohort that was read."""

    version: Version


class SelectionOut(Schema):
    """How many got a seat, a place on the reserve list, and neither."""

    seated: int
    reserve: int
    refused: int


class PlacementDecisionIn(Schema):
    """Whether a placement counts; a refusal says why."""

    accept: bool
    why: Annotated[str, Field(max_length=rules.WHY_LIMIT)] = ""


@router.post("/cohorts/{cohort}/selection", response=SelectionOut, operation_id="select_learners")
@known_to(*READING_ROLES)
def select_learners(request: HttpRequest, cohort: Id, given: SelectionIn) -> Any:
    """Gives the places to the best after the deadline, and writes to everybody."""
    one(courses.cohorts(request.actor), pk=cohort)
    counts = actions.select(by=request.actor, now=request.now, cohort=cohort, version=given.version)
    return dict(zip(("seated", "reserve", "refused"), counts, strict=True))


@router.get("/cohorts/{cohort}/placements", response=list[PlacementOut], operation_id="list_placements")
@paginate
@known_to(*READING_ROLES)
def list_placements(request: HttpRequest, cohort: Id) -> Any:
    """A cohort's placements, those to be decided first."""
    one(courses.cohorts(request.actor), pk=cohort)
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=cohort)
    return queries.placements(request.actor, cohort)


@router.post(
    "/cohorts/{cohort}/placements/{placement}/decision", response=PlacementOut, operation_id="decide_placement"
)
@known_to(*READING_ROLES)
def decide_placement(request: HttpRequest, cohort: Id, placement: Id, given: PlacementDecisionIn) -> Any:
    """Accepts a placement, so that it counts, or refuses it."""
    one(queries.placements(request.actor, cohort), pk=placement)
    placing.decide(by=request.actor, now=request.now, placement=placement, accept=given.accept, why=given.why)
    return one(queries.placements(request.actor, cohort), pk=placement)


@router.post("/learners/{learner}/leave", response=LearnerOut, operation_id="leave_cohort")
def leave_cohort(request: HttpRequest, learner: Id, given: LeaveIn) -> Any:
    """Takes an application back or gives a place up, which the reserve list gets."""
    one(queries.learners(request.actor), pk=learner)
    actions.leave(by=request.actor, now=request.now, learner=learner, why=given.why)
    return one(queries.learners(request.actor), pk=learner)


@router.post("/learners/{learner}/placements", response={201: PlacementOut}, operation_id="tell_placement")
def tell_placement(request: HttpRequest, learner: Id, given: PlacementIn) -> Any:
    """Says where a graduate was hired."""
    one(queries.learners(request.actor), pk=learner)
    values = given.dict()
    number = values.pop("registration_number")
    row = placing.tell(by=request.actor, now=request.now, learner=learner, number=number, **values)
    return Status(201, row)
