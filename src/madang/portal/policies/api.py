"""The API of allocation policies: listed, written and changed as documents, withdrawn; and the seed's commitment."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.allocation.parts import OVERBOOKING
from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.policies import actions, measuring, queries, rates, wording
from madang.portal.policies.rates import LONGEST_REASON, Source
from madang.portal.policies.rules import MOST_RULES, Draft
from madang.portal.reviews import queries as reviews
from madang.portal.schemas import Id

router = Router(tags=["policies"])
Title = Annotated[str, Field(min_length=1, max_length=120)]
RuleName = Annotated[str, Field(max_length=40)]


class RuleIn(Schema):
    """A rule as in an allocation problem. Without a sentence it is worded from its values, in both languages.

    For overbooking `measured` has the rate worked out from the book; a rate of one's own in `params` needs a `reason`.
    """

    name: RuleName
    kind: Annotated[str, Field(max_length=40)]
    params: dict[str, int | str | dict[str, str]] = {}
    sentence: dict[Literal["en", "ko"], Annotated[str, Field(max_length=500)]] = {}
    measured: Literal[Source.ENDED, Source.QUARTERS] | None = None
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


class ReferenceIn(Schema):
    """The unit in which pools are compared: thousandths of it that a unit of each pool counts."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    thousandths: dict[str, Annotated[int, Field(ge=1, le=10**9)]]


class PolicyIn(Schema):
    """A policy: names, the library's policy document such as {"policy": "rank"}, rules, and the unit or null."""

    name_ko: Title
    name_en: Title
    policy: dict[str, Any]
    rules: Annotated[list[RuleIn], Field(max_length=MOST_RULES)] = []
    reference: ReferenceIn | None = None


class PolicyOut(Schema):
    """One version of a policy; `number` names the policy within its intake, `id` the version."""

    id: int
    intake: int = Field(alias="intake_id")
    number: int
    version: int
    name_ko: str
    name_en: str
    policy: dict[str, Any]
    rules: list[dict[str, Any]]
    rates: dict[str, Any]
    reference: dict[str, Any] | None
    made_from: int | None = Field(alias="made_from_id")
    made_at: datetime
    withdrawn_at: datetime | None


class SeedOut(Schema):
    """The published digest of the seed; the seed itself once a plan was proposed."""

    commitment: str
    committed_at: datetime
    seed: int | None


def _draft(given: PolicyIn, terms: queries.Terms, now: datetime) -> Draft:
    rules, grounds = [], {}
    for rule in given.rules:
        params = dict(rule.params)
        if rule.kind == OVERBOOKING:
            grounds[rule.name] = _ground(rule, params, now)
        own = wording.sentences(rule.kind, params, terms)
        rules.append({"name": rule.name, "kind": rule.kind, "params": params, "sentence": {**own, **rule.sentence}})
    reference = given.reference.dict() if given.reference else None
    return Draft(given.name_ko, given.name_en, given.policy, rules, reference, grounds)


def _ground(rule: RuleIn, params: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What the rate of a rule of overbooking rests on; a measured rate is put among the rule's values."""
    if rule.measured is None:
        return rates.own_ground(rule.reason)
    pool = str(params.get("pool"))
    found = measuring.measured(now, [pool])[rule.measured].get(pool)
    ground = rates.measured_ground(rule.measured, found, now.astimezone(settings.MADANG_ZONE).date(), pool)
    params |= {"rate": found.rate} if found else {}
    return ground


@router.get("/intakes/{int:intake}/policies", response=list[PolicyOut], operation_id="list_policies")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_policies(request: HttpRequest, intake: int) -> Any:
    """The newest version of each of an intake's own policies; for staff and auditors."""
    one(reviews.intakes(request.actor), pk=intake)
    return queries.offered(request.actor, intake)


@router.post("/intakes/{int:intake}/policies", response={201: PolicyOut}, operation_id="create_policy")
@known_to(*READING_ROLES)
def create_policy(request: HttpRequest, intake: int, given: PolicyIn) -> Any:
    """Writes a new policy."""
    row = one(reviews.intakes(request.actor), pk=intake)
    draft = _draft(given, queries.terms(row), request.now)
    return Status(201, actions.create_policy(by=request.actor, now=request.now, intake=intake, draft=draft))


@router.get("/policies/{int:policy}", response=PolicyOut, operation_id="get_policy")
@known_to(*READING_ROLES)
def get_policy(request: HttpRequest, policy: Id) -> Any:
    """One version of a policy."""
    return one(queries.policies(request.actor), pk=policy)


@router.post("/policies/{int:policy}/versions", response={201: PolicyOut}, operation_id="revise_policy")
@known_to(*READING_ROLES)
def revise_policy(request: HttpRequest, policy: Id, given: PolicyIn) -> Any:
    """Writes a further version of a policy, changed from the newest, which is the one that is named."""
    row = one(queries.policies(request.actor), pk=policy)
    draft = _draft(given, queries.terms(row.intake), request.now)
    return Status(201, actions.revise_policy(by=request.actor, now=request.now, policy=policy, draft=draft))


@router.post("/policies/{int:policy}/withdrawal", response=PolicyOut, operation_id="withdraw_policy")
@known_to(*READING_ROLES)
def withdraw_policy(request: HttpRequest, policy: Id) -> Any:
    """Takes a policy with all its versions off the list; plans that used it keep it."""
    one(queries.policies(request.actor), pk=policy)
    actions.withdraw_policy(by=request.actor, now=request.now, policy=policy)
    return one(queries.policies(request.actor), pk=policy)


@router.get("/intakes/{int:intake}/seed", response=SeedOut, operation_id="get_seed")
@known_to(*READING_ROLES)
def get_seed(request: HttpRequest, intake: int) -> Any:
    """The commitment to an intake's seed, and the seed once it is revealed."""
    one(reviews.intakes(request.actor), pk=intake)
    found = queries.committed(intake)
    if found is None:
        raise Http404
    return found


@router.post("/intakes/{int:intake}/seed", response={201: SeedOut}, operation_id="commit_seed")
@known_to(*READING_ROLES)
def commit_seed(request: HttpRequest, intake: int) -> Any:
    """Has the portal draw the seed of an intake's lotteries and publish its digest, before the first plan."""
    one(reviews.intakes(request.actor), pk=intake)
    actions.commit_seed(by=request.actor, now=request.now, intake=intake)
    return Status(201, queries.committed(intake))
