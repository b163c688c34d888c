"""The API of bonus points: what a call offers, what an application claims, and an officer's verdict on each claim."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.bonuses import actions, queries
from madang.portal.bonuses.rules import ClaimState, standing
from madang.portal.faces import known_to, one
from madang.portal.journal.actions import read
from madang.portal.schemas import Code, Version

router = Router(tags=["bonuses"])


class BonusRuleOut(Schema):
    """Points that a track of a call adds for what a paper proves."""

    track: str = Field(alias="track.code")
    code: str
    title_ko: str
    title_en: str
    text_ko: str
    text_en: str
    points: int
    paper: str = Field(alias="evidence.code")


class ClaimsIn(Schema):
    """All bonus points that the application claims, by code."""

    version: Version
    claims: list[Code] = Field(max_length=100)


class ClaimOut(Schema):
    """One claim, in whole points, with the officer's reason once it is judged."""

    bonus: str
    points: int
    state: ClaimState
    reason: str
    judged_at: datetime | None


class ClaimsOut(Schema):
    """An application's claims; what counts is what was confirmed, up to the cap. Points are whole."""

    application: int
    claims: list[ClaimOut]
    claimed: int
    confirmed: int
    cap: int


class ClaimVerdictIn(Schema):
    """Whether the claim is confirmed, and why; the applicant reads it."""

    confirmed: bool
    reason: str = Field(max_length=500)


class ClaimReasonIn(Schema):
    reason: str = Field(max_length=500)


def _shown(row: Any, claims: list[Any]) -> dict[str, Any]:
    every = [
        {
            "bonus": claim.rule.code,
            "points": claim.points,
            "state": claim.state,
            "reason": claim.verdict.reason if claim.verdict else "",
            "judged_at": claim.verdict.judged_at if claim.verdict else None,
        }
        for claim in claims
    ]
    return {"application": row.pk, "claims": every, **vars(standing(claims, row.track.claims_most))}


@router.get("/calls/{code}/bonuses", response=list[BonusRuleOut], auth=None, operation_id="list_bonus_rules")
@paginate(LimitOffsetPagination)
def list_rules(request: HttpRequest, code: str) -> Any:
    """The bonus points that the tracks of a published call offer."""
    rows = queries.of_call(code)
    if rows is None:
        raise Http404
    return rows


@router.get("/applications/{int:id}/claims", response=ClaimsOut, operation_id="get_claims")
def get_claims(request: HttpRequest, id: int) -> Any:
    """What an application of one's own organisation claims, and what came of it."""
    row = one(queries.own(request.actor), pk=id)
    return _shown(row, queries.claims(row))


@router.put("/applications/{int:id}/claims", response=ClaimsOut, operation_id="claim_bonuses")
def claim(request: HttpRequest, id: int, given: ClaimsIn) -> Any:
    """Says which bonus points the draft claims; submit it with the papers that prove them."""
    one(queries.own(request.actor), pk=id)
    actions.claim(by=request.actor, now=request.now, application=id, **given.dict())
    return get_claims(request, id)


@router.get("/intakes/{int:intake}/claims", response=list[ClaimsOut], operation_id="list_claims")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_claims(request: HttpRequest, intake: int) -> Any:
    """The applications of an intake that claim bonus points; that they were read is noted."""
    one(queries.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="application", subject="all")
    rows = list(queries.claimed(request.actor, intake))
    found = queries.of_all(rows)
    return [_shown(row, found[row.pk]) for row in rows]


def _answered(request: HttpRequest, id: int) -> Any:
    row = one(queries.claimed(request.actor), pk=id)
    return _shown(row, queries.claims(row))


@router.put("/applications/{int:id}/claims/{bonus}", response=ClaimsOut, operation_id="judge_claim")
@known_to(*READING_ROLES)
def judge(request: HttpRequest, id: int, bonus: Code, given: ClaimVerdictIn) -> Any:
    """Confirms or declines one claim, with the reason."""
    one(queries.claimed(request.actor), pk=id)
    actions.judge(by=request.actor, now=request.now, application=id, bonus=bonus, **given.dict())
    return _answered(request, id)


@router.post("/applications/{int:id}/claims/{bonus}/undo", response=ClaimsOut, operation_id="undo_claim_verdict")
@known_to(*READING_ROLES)
def undo(request: HttpRequest, id: int, bonus: Code, given: ClaimReasonIn) -> Any:
    """Takes the verdict on a claim back, with the reason; the claim waits again."""
    one(queries.claimed(request.actor), pk=id)
    actions.undo(by=request.actor, now=request.now, application=id, bonus=bonus, **given.dict())
    return _answered(request, id)
