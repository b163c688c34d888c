"""The API of plans: proposed, followed, read line by line and compared; and the document that a replay takes."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import get_language, gettext
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.allocation.check import Fault
from madang.allocation.compare import MOST, compare
from madang.allocation.refusals import fault
from madang.errors import Refused
from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.decisions import texts
from madang.portal.faces import known_to, one
from madang.portal.plans import actions, queries, rules
from madang.portal.plans.rules import PlanState, PolicyChoice
from madang.portal.plans.sentences import OUTCOMES
from madang.portal.reviews import queries as reviews
from madang.portal.schemas import Id

router = Router(tags=["plans"])
SOLVED = (PlanState.CHECKED, PlanState.FAULTY, PlanState.ADOPTED, PlanState.SUPERSEDED)


class ProposeIn(Schema):
    """The policy, and the seed of the lottery that breaks last ties."""

    policy: PolicyChoice
    seed: int = Field(0, ge=0, le=2**53)


class PlanLineOut(Schema):
    """A plan without its documents; `progress` says how far the solver is, `failure` why it gave up."""

    id: int
    number: int
    state: PlanState
    policy: dict[str, Any]
    seed: int
    problem_sha256: str = Field(alias="problem_hash")
    proposed_by: str
    proposed_at: datetime
    solved_at: datetime | None
    adopted_at: datetime | None
    progress: dict[str, Any]
    failure: str

    @staticmethod
    def resolve_proposed_by(row: Any) -> str:
        return str(row.proposed_by.name)


class PlanStatusOut(PlanLineOut):
    """The same with what the independent checker found; an adoptable plan has no fault."""

    faults: list[str]

    @staticmethod
    def resolve_faults(row: Any) -> list[str]:
        language = get_language() or "ko"
        return [fault(Fault(one["code"], one["facts"]), language) for one in row.faults or []]


class PartOut(Schema):
    """So many of a product given, of so many asked for."""

    product: str
    given: int
    asked: int


class OutcomeOut(Schema):
    """What a plan does with one application, and the reason in the caller's language."""

    request: str
    application: str | None
    organisation: str | None
    outcome: str
    outcome_in_words: str
    score_milli: int
    parts: list[PartOut]
    reserve_place: int | None
    reason: str


class PlanTotalsOut(Schema):
    """One plan in figures; amounts by pool are unit-months, or unit-hours of a pool that is sold by the hour."""

    plan: int
    granted: int
    objective: int
    bound: int | None
    given_units: dict[str, int]
    available_units: dict[str, int]


class ComparedOut(Schema):
    """One application in every plan, in the order of `plans`; null where a plan does not have it."""

    request: str
    application: str | None
    outcomes: list[str | None]
    quantities: list[list[int] | None]
    differs: bool


class ComparisonOut(Schema):
    """Plans side by side: those applications that fare differently stand first."""

    plans: list[PlanTotalsOut]
    differing: int
    applications: list[ComparedOut]


@router.get("/intakes/{int:intake}/plans", response=list[PlanLineOut], operation_id="list_plans")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_plans(request: HttpRequest, intake: int) -> Any:
    """An intake's plans, newest first; for staff and auditors."""
    one(reviews.intakes(request.actor), pk=intake)
    return queries.listed(request.actor, intake)


@router.post("/intakes/{int:intake}/plans", response={201: PlanStatusOut}, operation_id="propose_plan")
@known_to(*READING_ROLES)
def propose_plan(request: HttpRequest, intake: int, given: ProposeIn) -> Any:
    """Has an intake as it stands solved under a policy; ask for the plan's status until it is no longer solving."""
    one(reviews.intakes(request.actor), pk=intake)
    made = actions.propose(by=request.actor, now=request.now, intake=intake, **given.dict())
    return Status(201, _light(request, made.pk))


def _light(request: HttpRequest, plan: int) -> Any:
    return one(queries.plans(request.actor).defer("problem", "result", "reasons", "pseudonyms"), pk=plan)


@router.get("/plans/{int:plan}/status", response=PlanStatusOut, operation_id="get_plan_status")
@known_to(*READING_ROLES)
def get_status(request: HttpRequest, plan: int) -> Any:
    """Where a plan stands, how far its solver is, and what the checker found."""
    return _light(request, plan)


@router.get("/plans/{int:plan}/outcomes", response=list[OutcomeOut], operation_id="list_plan_outcomes")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_outcomes(request: HttpRequest, plan: int) -> Any:
    """What a solved plan does with each application and why, best score first; for staff and auditors."""
    row = one(queries.plans(request.actor), pk=plan)
    if row.state not in SOLVED:
        raise Refused("plan_not_checked")
    return _Outcomes(request, row)


class _Outcomes:
    """The lines of a plan; names and reasons are looked up for those that are shown."""

    def __init__(self, request: HttpRequest, row: Any) -> None:
        value = queries.value(row)
        self.request, self.row, self.lines = request, row, rules.rows(value)
        self.reserve = {name: place for place, name in enumerate(value.reserve, start=1)}

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, shown: slice) -> list[dict[str, Any]]:
        lines = self.lines[shown]
        people = queries.people_in(self.request.actor, self.row, [line.request for line in lines])
        return [self._told(line, people.get(line.request)) for line in lines]

    def _told(self, line: Any, file: Any) -> dict[str, Any]:
        reason = self.row.reasons.get(line.request)
        language = get_language() or "ko"
        return {
            "request": line.request,
            "outcome": line.outcome,
            "outcome_in_words": gettext(OUTCOMES[line.outcome]),
            "parts": [{"product": product, "given": given, "asked": asked} for product, given, asked in line.parts],
            "reserve_place": self.reserve.get(line.request),
            "application": file.number if file else None,
            "organisation": file.organisation.name if file else None,
            "score_milli": line.score,
            "reason": texts.reason(reason["code"], reason["facts"], language, {}) if reason else "",
        }


@router.get("/intakes/{int:intake}/comparison", response=ComparisonOut, operation_id="compare_plans")
@known_to(*READING_ROLES)
def compare_plans(
    request: HttpRequest,
    intake: int,
    plan: list[Id] = Query(..., min_length=2, max_length=MOST),  # noqa: B008
) -> Any:
    """Two to six solved plans of an intake side by side, in the order of their numbers."""
    one(reviews.intakes(request.actor), pk=intake)
    solved = queries.plans(request.actor).filter(intake=intake, pk__in=plan, state__in=SOLVED)
    chosen = list(solved.defer("reasons").order_by("number"))
    if len(chosen) != len(set(plan)):
        raise Http404
    found = compare(queries.values(chosen))
    numbers = {name: number for row in chosen for name, number in queries.numbers(request.actor, row).items()}
    return {
        "plans": [_totals(row, totals) for row, totals in zip(chosen, found.totals, strict=True)],
        "differing": len(found.differing),
        "applications": [{**_compared(line), "application": numbers.get(line.request)} for line in found.rows],
    }


def _totals(row: Any, totals: Any) -> dict[str, Any]:
    figures = {name: getattr(totals, name) for name in ("granted", "objective", "bound")}
    return {"plan": row.pk, **figures, "given_units": dict(totals.given), "available_units": dict(totals.available)}


def _compared(line: Any) -> dict[str, Any]:
    names = ("request", "outcomes", "quantities", "differs")
    return {name: getattr(line, name) for name in names}


@router.get("/plans/{plan}", response=dict[str, Any], auth=token_or_none, operation_id="get_plan")
def get_plan(request: HttpRequest, plan: int) -> Any:
    """A solved plan as JSON, under pseudonyms; for everybody once its decisions are published, for staff before."""
    row = one(queries.plans(request.actor), pk=plan) if 0 < plan < 2**63 else None
    if row is None or row.result is None:
        raise Http404
    return queries.document(row)
