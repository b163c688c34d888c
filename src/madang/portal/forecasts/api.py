"""The API of forecasts: how good estimated starts were, plans simulated, and the policy bench."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import READING_ROLES, Role
from madang.portal.faces import known_to, one
from madang.portal.files import faces as files
from madang.portal.files.faces import BINARY_ANSWER
from madang.portal.forecasts import actions, queries, rules
from madang.portal.forecasts.rules import Basis, BenchQuestion, Machine, PartsKind, PolicyKind, TrialKind, TrialState
from madang.portal.plans import queries as plans
from madang.portal.resources import queries as resources

router = Router(tags=["forecasts"])
QUARTERS = 4


class QualityOut(Schema):
    """How the first estimates fared of the jobs that started in a month, by what they rested on; medians of all."""

    month: str
    basis: Basis
    jobs: int
    within: int
    before: int
    after: int
    median_error_seconds: int = Field(alias="median_error")
    median_wait_seconds: int = Field(alias="median_wait")


class PlanTrialIn(Schema):
    """How often to draw the awards' jobs, the units to a node by pool (8 where not said), and the draws' seed."""

    replays: int = Field(10, ge=1, le=rules.MOST_REPLAYS)
    units: dict[str, int] = {}
    seed: int = Field(0, ge=0, le=2**31)


class BenchIn(Schema):
    """A pool's jobs of a quarter that is over ("2026-Q1"), under a policy, on so many nodes; null: as many as stood.

    `parts` says what becomes of the parts of the machine that classes have of their own.
    """

    pool: str = Field(max_length=30)
    quarter: str = Field(max_length=7)
    policy: PolicyKind
    nodes: int | None = Field(None, ge=1)
    units: int = Field(8, ge=1)
    parts: PartsKind = PartsKind.PRESENT
    half_life_days: int = 7
    entry_minutes: int = 5
    age: int = 1000
    size: int = 0
    fair_share: int = 10_000


class TrialLineOut(Schema):
    """A simulation that was asked for; `progress` says how far it is, `failure` in words why it has no answer."""

    id: int
    kind: TrialKind
    plan: int | None = Field(alias="plan_id")
    state: TrialState
    question: dict[str, Any]
    progress: dict[str, Any]
    failure: str
    asked_at: datetime
    ended_at: datetime | None

    @staticmethod
    def resolve_failure(row: Any) -> str:
        return refusals.sentence(Refused(row.failure["code"], **row.failure["facts"])) if row.failure else ""


class TrialOut(TrialLineOut):
    """The same with its answer, once it is done: seconds of waits, unit-seconds of use, thousandths of shares."""

    result: dict[str, Any] | None


@router.get("/estimates/quality", response=list[QualityOut], operation_id="list_estimate_quality")
@paginate(LimitOffsetPagination)
def list_quality(request: HttpRequest) -> Any:
    """How good estimated starts were, latest month first, of the last year."""
    return queries.quality(request.actor)


@router.get("/plans/{int:plan}/trials", response=list[TrialLineOut], operation_id="list_plan_trials")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_plan_trials(request: HttpRequest, plan: int) -> Any:
    """The simulations of one plan, latest first."""
    one(plans.plans(request.actor), pk=plan)
    return queries.of_plan(request.actor, plan).defer("result")


@router.post("/plans/{int:plan}/trials", response={201: TrialOut}, operation_id="simulate_plan")
@known_to(*READING_ROLES)
def simulate_plan(request: HttpRequest, plan: int, given: PlanTrialIn) -> Any:
    """Asks what a plan would do to the queues; ask for the trial until it no longer waits."""
    row = one(plans.plans(request.actor), pk=plan)
    made = actions.ask_plan(by=request.actor, now=request.now, plan=row, **given.dict())
    return Status(201, one(queries.trials(request.actor), pk=made.pk))


@router.get("/bench/trials", response=list[TrialLineOut], operation_id="list_bench_trials")
@paginate(LimitOffsetPagination)
@known_to(Role.OPERATOR, Role.AUDITOR)
def list_bench(request: HttpRequest) -> Any:
    """What the policy bench was asked, latest first."""
    return queries.bench(request.actor).defer("result")


@router.post("/bench/trials", response={201: TrialOut}, operation_id="simulate_quarter")
@known_to(Role.OPERATOR, Role.AUDITOR)
def simulate_quarter(request: HttpRequest, given: BenchIn) -> Any:
    """Asks what another policy, or other nodes, would have made of a quarter's jobs."""
    pool = one(resources.pools(request.actor), code=given.pool)
    here = request.now.astimezone(settings.MADANG_ZONE)
    known = {name: (first, until) for name, first, until in rules.quarters(here, QUARTERS)}
    if given.quarter not in known:
        raise Refused("trial_quarter", quarter=given.quarter, known=", ".join(known))
    first, until = known[given.quarter]
    present = queries.present_units(pool, first, until) // given.units
    question = BenchQuestion(
        first=first,
        until=until,
        present=Machine(present, given.units),
        asked=Machine(given.nodes or present, given.units),
        **given.dict(exclude={"nodes", "units"}),
    )
    made = actions.ask_bench(by=request.actor, now=request.now, question=question)
    return Status(201, one(queries.trials(request.actor), pk=made.pk))


@router.get("/trials/{int:trial}", response=TrialOut, operation_id="get_trial")
@known_to(*READING_ROLES)
def get_trial(request: HttpRequest, trial: int) -> Any:
    """One simulation with its answer."""
    return one(queries.trials(request.actor), pk=trial)


@router.post("/trials/{int:trial}/stop", response=TrialOut, operation_id="stop_trial")
@known_to(*READING_ROLES)
def stop_trial(request: HttpRequest, trial: int) -> Any:
    """Ends a simulation that is still under way. 409 where it has ended."""
    row = one(queries.trials(request.actor), pk=trial)
    actions.stop(by=request.actor, now=request.now, trial=row)
    return one(queries.trials(request.actor), pk=trial)


@router.get("/trials/{int:trial}/report/{language}", operation_id="trial_report", openapi_extra=BINARY_ANSWER)
@known_to(Role.OPERATOR, Role.AUDITOR)
def trial_report(request: HttpRequest, trial: int, language: str) -> HttpResponse:
    """The whole report of a bench's simulation as one HTML file, in "ko" or "en"."""
    row = one(queries.bench(request.actor), pk=trial)
    stored = getattr(row, f"report_{language}", None) if language in ("ko", "en") else None
    if stored is None:
        raise Http404
    return files.answer(stored, f"bench-{row.pk}-{language}.html")
