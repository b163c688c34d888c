"""The API of plans: proposed, followed, read line by line and compared; and the document that a replay takes."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import get_language, gettext
from ninja import Field, Query, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.allocation.check import Fault
from madang.allocation.compare import MOST
from madang.allocation.refusals import fault
from madang.errors import Refused
from madang.portal.access.bearer import token_or_none
from madang.portal.actors import READING_ROLES
from madang.portal.decisions import texts
from madang.portal.faces import known_to, one
from madang.portal.plans import actions, queries, telling
from madang.portal.plans.outline import side_by_side
from madang.portal.plans.rules import PlanState, PolicyChoice
from madang.portal.plans.sentences import OUTCOMES
from madang.portal.reviews import queries as reviews
from madang.portal.schemas import Id
from madang.portal.studies import queries as studies
from madang.portal.studies.rules import with_changes

router = Router(tags=["plans"])
FEWEST = 2
SOLVED = (PlanState.CHECKED, PlanState.FAULTY, PlanState.ADOPTED, PlanState.SUPERSEDED)


class ProposeIn(Schema):
    """A standard policy or one of the intake's own, and the seed of lotteries; a committed seed goes before it."""

    policy: PolicyChoice | None = None
    own: Id | None = None
    seed: int = Field(0, ge=0, le=2**53)


class ProposeSeveralIn(Schema):
    """One to six policies: standard ones by name, the intake's own by the id of a version."""

    policies: list[PolicyChoice | Id] = Field(min_length=1, max_length=MOST)
    seed: int = Field(0, ge=0, le=2**53)


class MovePlanIn(Schema):
    """Numbers of a plan's policy (".gap") and of its rules ("budget.units") with what they become, as they are kept."""

    changes: dict[str, int] = Field(min_length=1, max_length=40)


class PlanLineOut(Schema):
    """A plan without its documents; `progress` says how far the solver is, `failure` why it gave up."""

    id: int
    intake: int = Field(alias="intake_id")
    number: int
    state: PlanState
    policy: dict[str, Any]
    own: Id | None = Field(alias="own_id")
    moved_from: Id | None = Field(alias="moved_from_id")
    seed: int
    commitment: str
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

    @staticmethod
    def resolve_failure(row: Any) -> str:
        return telling.failure(row)


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
    marginal: bool
    parts: list[PartOut]
    reserve_place: int | None
    reason: str


class PlanTotalsOut(Schema):
    """One plan in figures; amounts by pool are unit-months, or unit-hours of a pool that is sold by the hour.

    `worth` is one yardstick for all policies, thousandths of a point × units × months; `objective` is in the policy's
    own `measure`.
    """

    plan: int
    granted: int
    objective: int
    worth: int
    measure: str
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
    change: int = Field(description="What the last plan gives more than the first, in weighted units × months.")


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
    choice = given.policy if given.own is None else given.own
    if choice is None:
        raise Refused("policies_to_choose", most=MOST)
    made = actions.propose(by=request.actor, now=request.now, intake=intake, policy=choice, seed=given.seed)
    return Status(201, _light(request, made.pk))


@router.post("/intakes/{int:intake}/plans/several", response={201: list[PlanStatusOut]}, operation_id="propose_plans")
@known_to(*READING_ROLES)
def propose_plans(request: HttpRequest, intake: int, given: ProposeSeveralIn) -> Any:
    """Has an intake solved under one to six policies at once, to be compared."""
    one(reviews.intakes(request.actor), pk=intake)
    made = actions.propose_several(by=request.actor, now=request.now, intake=intake, **given.dict())
    return Status(201, [_light(request, plan.pk) for plan in made])


@router.post("/plans/{int:plan}/cancellation", response=PlanStatusOut, operation_id="cancel_plan")
@known_to(*READING_ROLES)
def cancel_plan(request: HttpRequest, plan: int) -> Any:
    """Stops a solve that waits or runs."""
    _light(request, plan)
    actions.cancel(by=request.actor, now=request.now, plan=plan)
    return _light(request, plan)


@router.post("/plans/{int:plan}/moves", response={201: PlanStatusOut}, operation_id="move_plan")
@known_to(*READING_ROLES)
def move_plan(request: HttpRequest, plan: int, given: MovePlanIn) -> Any:
    """Changes numbers of a plan's policy, which makes a further version of it, and has a plan solved under that."""
    _light(request, plan)
    made = actions.move(by=request.actor, now=request.now, plan=plan, changes=given.changes)
    return Status(201, _light(request, made.pk))


def _light(request: HttpRequest, plan: int) -> Any:
    return one(queries.light(request.actor), pk=plan)


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
    row = one(queries.shown(request.actor), pk=plan)
    if row.state not in SOLVED:
        raise Refused("plan_not_checked")
    return _Outcomes(request, row)


class _Outcomes:
    """The lines of a plan; names and reasons are looked up for those that are shown."""

    def __init__(self, request: HttpRequest, row: Any) -> None:
        self.request, self.row, self.found = request, row, queries.outline(row)

    def __len__(self) -> int:
        return len(self.found.rows)

    def __getitem__(self, shown: slice) -> list[dict[str, Any]]:
        lines = self.found.rows[shown]
        people = queries.people_in(self.request.actor, self.row, [line.request for line in lines])
        wanted = {line.request: self.row.reasons[line.request] for line in lines if line.request in self.row.reasons}
        reasons = with_changes(wanted, studies.changes(self.row.pk), self.found.rules)
        return [_told(line, people.get(line.request), reasons.get(line.request)) for line in lines]


def _told(line: Any, file: Any, reason: Any) -> dict[str, Any]:
    return {
        "request": line.request,
        "outcome": line.outcome,
        "outcome_in_words": gettext(OUTCOMES[line.outcome]),
        "parts": [{"product": product, "given": given, "asked": asked} for product, given, asked in line.parts],
        "reserve_place": line.reserve or None,
        "application": file.number if file else None,
        "organisation": file.organisation.name if file else None,
        "score_milli": line.score,
        "marginal": line.marginal,
        "reason": texts.reason(reason["code"], reason["facts"], get_language() or "ko", {}) if reason else "",
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
    chosen = list(solved.defer("problem", "result", "reasons").order_by("number"))
    if len(chosen) != len(set(plan)):
        raise Http404
    if len(chosen) < FEWEST:
        raise Refused("allocation_comparison_invalid", given=len(chosen), most=MOST)
    outlines = [queries.outline(row) for row in chosen]
    every = side_by_side(outlines)
    numbers = {name: number for row in chosen for name, number in queries.numbers(request.actor, row).items()}
    return {
        "plans": [_totals(row, found) for row, found in zip(chosen, outlines, strict=True)],
        "differing": sum(line.differs for line in every),
        "applications": [{**_compared(line), "application": numbers.get(line.request)} for line in every],
    }


def _totals(row: Any, found: Any) -> dict[str, Any]:
    figures = {name: getattr(found, name) for name in ("granted", "objective", "worth", "measure", "bound")}
    return {"plan": row.pk, **figures, "given_units": dict(found.given), "available_units": dict(found.available)}


def _compared(line: Any) -> dict[str, Any]:
    rows = [
        (row.outcome, [given for _product, given, _asked in row.parts]) if row else (None, None) for row in line.rows
    ]
    found = {"outcomes": [outcome for outcome, _given in rows], "quantities": [given for _outcome, given in rows]}
    return {"request": line.request, "differs": line.differs, "change": line.change, **found}


@router.get("/plans/{plan}", response=dict[str, Any], auth=token_or_none, operation_id="get_plan")
def get_plan(request: HttpRequest, plan: int) -> Any:
    """A solved plan as JSON, under pseudonyms; for everybody once its decisions are published, for staff before."""
    row = one(queries.plans(request.actor), pk=plan) if 0 < plan < 2**63 else None
    if row is None or row.result is None:
        raise Http404
    return queries.document_for(request.actor, row)
