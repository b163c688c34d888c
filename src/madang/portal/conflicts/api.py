"""The API of a call's rules on conflicts of interest."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.calls.rules import ConflictRules
from madang.portal.conflicts import actions, queries, rules
from madang.portal.faces import known_to, one
from madang.portal.schemas import Code
from madang.review.presets import Ground, Severity

router = Router(tags=["conflicts"])


class ConflictRulePart(Schema):
    """What follows from a ground, and for how many years after it ended (0: while it lasts; none: for ever)."""

    ground: Ground
    severity: Severity
    years: int | None = Field(None, ge=0, le=rules.LONGEST)


class ConflictRulesIn(Schema):
    """A call's rules; a ground that is left out is no conflict. `number` is the version that was read (0: none)."""

    number: int = Field(ge=0, le=32_767)
    tradition: ConflictRules = Field(ConflictRules.KOREAN, description="Whence what cannot be chosen is taken.")
    rules: list[ConflictRulePart] = Field(max_length=50)
    report_days: int | None = Field(None, ge=1, le=365)
    domains: bool = False
    reason: str = Field(max_length=500)


class ConflictRulesOut(Schema):
    """One version of a call's rules."""

    number: int
    rules: list[ConflictRulePart]
    report_days: int | None
    domains: bool
    reason: str
    set_at: datetime

    @staticmethod
    def resolve_rules(row: Any) -> Any:
        return [{"ground": ground, **rule} for ground, rule in sorted(row.rules.items())]


@router.get("/calls/{code}/conflict-rules", response=list[ConflictRulesOut], operation_id="list_conflict_rules")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_rules(request: HttpRequest, code: Code) -> Any:
    """Every version of a call's own rules, the one that counts first; empty where its tracks' traditions count."""
    return queries.versions(request.actor, one(queries.calls(request.actor), code=code).pk)


@router.post("/calls/{code}/conflict-rules", response={201: ConflictRulesOut}, operation_id="set_conflict_rules")
@known_to(*READING_ROLES)
def set_rules(request: HttpRequest, code: Code, given: ConflictRulesIn) -> Any:
    """Sets the rules anew until the first intake of the call opens; they count for all its tracks."""
    call = one(queries.calls(request.actor), code=code)
    table = {str(part.ground): {"severity": part.severity, "years": part.years} for part in given.rules}
    values = given.dict(exclude={"rules"})
    return Status(201, actions.set_rules(by=request.actor, now=request.now, call=call.pk, table=table, **values))
