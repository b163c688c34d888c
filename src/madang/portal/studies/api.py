"""The API of what a committee asks of a plan: questions asked, followed and answered."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.plans import queries as plans
from madang.portal.studies import actions, queries
from madang.portal.studies.rules import StudyKind, StudyState

router = Router(tags=["plans"])


class AskStudiesIn(Schema):
    """Which questions."""

    kinds: list[StudyKind] = Field(min_length=1, max_length=len(StudyKind))


class StudyOut(Schema):
    """A question about a plan; `progress` says how far the answer is, `failure` why there is none."""

    kind: StudyKind
    state: StudyState
    asked_at: datetime
    done_at: datetime | None
    progress: dict[str, Any]
    failure: str

    @staticmethod
    def resolve_failure(row: Any) -> str:
        return refusals.sentence(Refused(row.failure["code"], **row.failure["facts"])) if row.failure else ""


class AnswerOut(StudyOut):
    """The same with the answer once it is there; docs/allocation.md says what each kind gives."""

    result: dict[str, Any] | None


@router.get("/plans/{int:plan}/studies", response=list[StudyOut], operation_id="list_studies")
@known_to(*READING_ROLES)
def list_studies(request: HttpRequest, plan: int) -> Any:
    """The questions that were asked about a plan; for staff and auditors."""
    one(plans.light(request.actor), pk=plan)
    return queries.studies(request.actor, plan).defer("result")


@router.post("/plans/{int:plan}/studies", response={201: list[StudyOut]}, operation_id="ask_studies")
@known_to(*READING_ROLES)
def ask_studies(request: HttpRequest, plan: int, given: AskStudiesIn) -> Any:
    """Has questions about a plan answered in the background; one that failed or was stopped goes on."""
    one(plans.light(request.actor), pk=plan)
    actions.ask(by=request.actor, now=request.now, plan=plan, kinds=[str(kind) for kind in given.kinds])
    return Status(201, queries.studies(request.actor, plan).defer("result"))


@router.post("/plans/{int:plan}/studies/{kind}/stop", response=StudyOut, operation_id="stop_study")
@known_to(*READING_ROLES)
def stop_study(request: HttpRequest, plan: int, kind: StudyKind) -> Any:
    """Stops a question; asked again, it goes on from what it had found."""
    one(plans.light(request.actor), pk=plan)
    actions.stop(by=request.actor, now=request.now, plan=plan, kind=str(kind))
    return one(queries.studies(request.actor, plan).defer("result"), kind=kind)


@router.get("/plans/{int:plan}/studies/{kind}", response=AnswerOut, operation_id="get_study")
@known_to(*READING_ROLES)
def get_study(request: HttpRequest, plan: int, kind: StudyKind) -> Any:
    """One question with its answer."""
    one(plans.light(request.actor), pk=plan)
    return one(queries.studies(request.actor, plan), kind=kind)
