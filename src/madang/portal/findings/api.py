"""The API of what the check of conflicts found: possible matches, sheets of reviewers who are barred by now."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.findings import actions, queries
from madang.portal.journal.actions import read
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.rules import AssignmentState

router = Router(tags=["conflicts"])


class ConflictOut(Schema):
    """Something between a reviewer and an application: ground, what follows, and the first day free of it."""

    ground: str
    severity: str
    until: str | None

    @staticmethod
    def resolve_until(row: Any) -> str | None:
        return row.until.isoformat() if row.until else None


class FindingOut(Schema):
    """A reviewer and an application between whom something stands; barred or only a note."""

    application: int = Field(alias="file.pk")
    number: str = Field(alias="file.number")
    reviewer: int = Field(alias="reviewer.pk")
    barred: bool
    conflicts: list[ConflictOut]


class BarredOut(Schema):
    """A sheet that was given out before it was known that its reviewer is barred."""

    id: int
    application: int = Field(alias="application_id")
    number: str = Field(alias="application.number")
    reviewer: int = Field(alias="reviewer_id")
    state: AssignmentState


class PossibleMatchFactOut(Schema):
    """What a possible match rests on: a name, an address or a domain of the reviewer's, and the applicant's."""

    kind: str
    reviewers: str
    applicants: str


class PossibleMatchOut(Schema):
    """A reviewer who may be somebody of an organisation; `same` is what was found, none while nobody has answered."""

    organisation: int = Field(alias="organisation.pk")
    reviewer: int = Field(alias="reviewer.pk")
    applications: list[int]
    facts: list[PossibleMatchFactOut]
    rests_on: str
    same: bool | None
    reason: str
    answered_at: datetime | None
    reopened: bool = Field(alias="earlier")

    @staticmethod
    def resolve_applications(row: Any) -> list[int]:
        return [file.pk for file in row.files]

    @staticmethod
    def resolve_facts(row: Any) -> list[dict[str, str]]:
        kinds = [(next(name for name in ("name", "address", "domain") if name in one), one) for one in row.facts]
        return [{"kind": kind, "reviewers": one[kind], "applicants": one.get(f"other_{kind}", one[kind])}
                for kind, one in kinds]  # fmt: skip

    @staticmethod
    def resolve_same(row: Any) -> bool | None:
        return row.answer.same if row.answer else None

    @staticmethod
    def resolve_reason(row: Any) -> str:
        return row.answer.reason if row.answer else ""

    @staticmethod
    def resolve_answered_at(row: Any) -> datetime | None:
        return row.answer.answered_at if row.answer else None


class PossibleMatchIn(Schema):
    """Whether it is the same person, what shows it, and the digest of what was looked at."""

    same: bool
    reason: str = Field(max_length=500)
    rests_on: str = Field(max_length=64)


class SetAsideIn(Schema):
    """Why a sheet is set aside."""

    reason: str = Field(max_length=500)


def _read(request: HttpRequest, intake: int) -> None:
    one(reviews.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")


@router.get("/intakes/{int:intake}/conflicts", response=list[FindingOut], operation_id="list_conflicts")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_conflicts(request: HttpRequest, intake: int) -> Any:
    """What stands between active reviewers and the applications of an intake, by what is known now."""
    _read(request, intake)
    return queries.findings(request.actor, intake, request.now)


@router.get("/intakes/{int:intake}/barred-sheets", response=list[BarredOut], operation_id="list_barred_sheets")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_barred(request: HttpRequest, intake: int) -> Any:
    """Sheets of an intake that were given out to reviewers who are barred by now."""
    _read(request, intake)
    return queries.barred_sheets(request.actor, request.now, application__intake=intake)


@router.post("/reviews/{int:review}/setting-aside", response={204: None}, operation_id="set_aside_review")
@known_to(*READING_ROLES)
def set_aside(request: HttpRequest, review: int, given: SetAsideIn) -> Any:
    """Ends the sheets on an application of a reviewer who is barred from it by now; 404 where nothing bars."""
    one(reviews.all_sheets(request.actor), pk=review)
    actions.set_aside(by=request.actor, now=request.now, assignment=review, reason=given.reason)
    return Status(204, None)


@router.get("/intakes/{int:intake}/matches", response=list[PossibleMatchOut], operation_id="list_matches")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_matches(request: HttpRequest, intake: int) -> Any:
    """Reviewers who may be somebody of an applicant, by name or address, those that nobody has resolved first."""
    _read(request, intake)
    return queries.matches(request.actor, intake, request.now)


@router.put(
    "/intakes/{int:intake}/matches/{int:organisation}/{int:reviewer}",
    response=PossibleMatchOut,
    operation_id="resolve_match",
)
@known_to(*READING_ROLES)
def resolve(request: HttpRequest, intake: int, organisation: int, reviewer: int, given: PossibleMatchIn) -> Any:
    """Says whether they are one person; the answer ends when the names and addresses change."""
    one(reviews.intakes(request.actor), pk=intake)
    about = {"intake": intake, "organisation": organisation, "reviewer": reviewer}
    if queries.match(request.actor, intake, organisation, reviewer, request.now) is None:
        raise Http404
    actions.resolve(by=request.actor, now=request.now, **about, **given.dict())
    return queries.match(request.actor, intake, organisation, reviewer, request.now)
