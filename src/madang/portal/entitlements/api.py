"""Supplements, service credits and back charges as rules: public, opened and ended by staff."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate

from madang.portal.actors import PUBLIC, READING_ROLES
from madang.portal.entitlements import actions, queries
from madang.portal.entitlements.rules import MOST_HOURS, EntitlementKind
from madang.portal.faces import known_to, one
from madang.portal.schemas import Code, Day, Name, Won

router = Router(tags=["prices"])

Permille = Annotated[int, Field(ge=0, le=1000)]


class EntitlementOut(Schema):
    """A rule on days [starts_on, ends_on); figures that its kind does not have are nought."""

    code: str
    kind: EntitlementKind
    name_ko: str
    name_en: str
    sentence_ko: str
    sentence_en: str
    permille: int
    from_percent: int
    promise_seconds: int
    hour_won: int = Field(alias="won")
    cap_permille: int
    starts_on: date
    ends_on: date | None


class EntitlementIn(Schema):
    """A supplement (`permille` of what was granted, from `from_percent` of use on), a service credit or a back charge.

    A credit gives `permille` of what is due or `hour_won` for each hour beyond `promise_hours`, to `cap_permille`. A
    back charge withdraws `permille` of the discounts.
    """

    code: Code
    kind: EntitlementKind
    name_ko: Name
    name_en: Name
    sentence_ko: str = Field(min_length=1, max_length=300)
    sentence_en: str = Field(min_length=1, max_length=300)
    permille: Permille = 0
    from_percent: Annotated[int, Field(ge=0, le=100)] = 0
    promise_hours: Annotated[int, Field(ge=0, le=MOST_HOURS)] = 0
    hour_won: Won = 0
    cap_permille: Permille = 0
    starts_on: Day
    ends_on: Day | None = None


class EndEntitlementIn(Schema):
    """The first day without it."""

    ends_on: Day


@router.get("/entitlements", response=list[EntitlementOut], auth=None, operation_id="list_entitlements")
@paginate
def list_entitlements(request: HttpRequest) -> Any:
    """All rules on supplements, service credits and back charges, past and planned ones too."""
    return queries.listed(PUBLIC)


@router.post("/entitlements", response={201: EntitlementOut}, operation_id="create_entitlement")
@known_to(*READING_ROLES)
def create_entitlement(request: HttpRequest, given: EntitlementIn) -> Any:
    """Opens a rule from a day on."""
    plain = given.dict(exclude={"hour_won"})
    return Status(201, actions.create(by=request.actor, now=request.now, won=given.hour_won, **plain))


@router.post("/entitlements/{code}/end", response=EntitlementOut, operation_id="end_entitlement")
@known_to(*READING_ROLES)
def end_entitlement(request: HttpRequest, code: str, given: EndEntitlementIn) -> Any:
    """Ends a rule from a day on; it cannot be opened again."""
    row = one(queries.listed(request.actor), code=code)
    actions.end(by=request.actor, now=request.now, entitlement=row.pk, ends_on=given.ends_on)
    return one(queries.listed(request.actor), code=code)
