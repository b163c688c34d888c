"""The API of sanctions: terms, finding, notice, answer, decision, appeal, and what came in."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.sanctions import actions, demands, queries
from madang.portal.sanctions.schemas import (
    DemandMatchIn,
    DemandMoneyOut,
    SanctionAnswerIn,
    SanctionDraftOut,
    SanctionFindingIn,
    SanctionLessIn,
    SanctionOut,
    SanctionOutcomeIn,
    SanctionReasonIn,
    SanctionTermsIn,
    SanctionTermsOut,
)
from madang.portal.schemas import Id

router = Router(tags=["sanctions"])


@router.get("/sanction-terms", response=list[SanctionTermsOut], operation_id="list_sanction_terms")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_sanction_terms(request: HttpRequest) -> Any:
    """Rates, days and the longest ban by date, the latest first."""
    return queries.terms(request.actor)


@router.post("/sanction-terms", response={201: SanctionTermsOut}, operation_id="set_sanction_terms")
@known_to(*READING_ROLES)
def set_sanction_terms(request: HttpRequest, given: SanctionTermsIn) -> Any:
    """Sets what counts from a day on; only the first may begin in the past."""
    return Status(201, actions.set_terms(by=request.actor, now=request.now, **given.dict()))


@router.get("/sanctions", response=list[SanctionOut], operation_id="list_sanctions")
@paginate(LimitOffsetPagination)
def list_sanctions(request: HttpRequest) -> Any:
    """Sanctions of every kind, newest first: one's own organisations', all for staff and auditors."""
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=request.now)
    return queries.sanctions(request.actor)


@router.post("/sanctions", response={201: SanctionOut}, operation_id="find_sanction")
@known_to(*READING_ROLES)
def find_sanction(request: HttpRequest, given: SanctionFindingIn) -> Any:
    """Writes down what was found; the organisation is told with the notice."""
    what = given.dict()
    if given.rule:
        what["rule"] = one(queries.back_charge_rules(request.actor), code=given.rule).pk
    made = actions.find(by=request.actor, now=request.now, base=what.pop("base_won"), **what)
    return Status(201, _shown(request, made.pk))


def _shown(request: HttpRequest, sanction: int) -> Any:
    row = one(queries.sanctions(request.actor), pk=sanction)
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=request.now, sanction=row)
    return row


@router.get("/sanctions/{int:sanction}", response=SanctionOut, operation_id="get_sanction")
def get_sanction(request: HttpRequest, sanction: Id) -> Any:
    """One act."""
    return _shown(request, sanction)


@router.post("/sanctions/{int:sanction}/notice", response=SanctionOut, operation_id="give_sanction_notice")
@known_to(*READING_ROLES)
def give_sanction_notice(request: HttpRequest, sanction: Id) -> Any:
    """Gives the organisation prior notice, with the days to answer that count today."""
    actions.notice(by=request.actor, now=request.now, sanction=sanction)
    return _shown(request, sanction)


@router.put("/sanctions/{int:sanction}/answer", response=SanctionOut, operation_id="answer_sanction")
def answer_sanction(request: HttpRequest, sanction: Id, given: SanctionAnswerIn) -> Any:
    """Answers a notice, for an owner, once and before the time to answer is over."""
    _shown(request, sanction)
    actions.answer(by=request.actor, now=request.now, sanction=sanction, text=given.text)
    return _shown(request, sanction)


@router.put("/sanctions/{int:sanction}/less", response=SanctionOut, operation_id="reduce_sanction")
@known_to(*READING_ROLES)
def reduce_sanction(request: HttpRequest, sanction: Id, given: SanctionLessIn) -> Any:
    """Asks for less than the notice said; never more."""
    actions.reduce(by=request.actor, now=request.now, sanction=sanction, **given.dict())
    return _shown(request, sanction)


@router.post("/sanctions/{int:sanction}/dropping", response=SanctionOut, operation_id="drop_sanction")
@known_to(*READING_ROLES)
def drop_sanction(request: HttpRequest, sanction: Id, given: SanctionReasonIn) -> Any:
    """Ends it without a decision."""
    actions.drop(by=request.actor, now=request.now, sanction=sanction, reason=given.reason)
    return _shown(request, sanction)


@router.post("/sanctions/{int:sanction}/drafts", response={201: SanctionDraftOut}, operation_id="draft_sanction")
@known_to(*READING_ROLES)
def draft_sanction(request: HttpRequest, sanction: Id, given: SanctionReasonIn) -> Any:
    """Lays the decision before an approver, who decides by approving; after the time to answer only."""
    made = actions.draft(by=request.actor, now=request.now, sanction=sanction, comment=given.reason)
    return Status(201, {"approval": made.pk})


@router.put("/sanctions/{int:sanction}/appeal", response=SanctionOut, operation_id="appeal_sanction")
def appeal_sanction(request: HttpRequest, sanction: Id, given: SanctionAnswerIn) -> Any:
    """Appeals, for an owner, once and while the time for it runs."""
    _shown(request, sanction)
    actions.appeal(by=request.actor, now=request.now, sanction=sanction, text=given.text)
    return _shown(request, sanction)


@router.post(
    "/sanctions/{int:sanction}/outcomes", response={201: SanctionDraftOut}, operation_id="draft_sanction_outcome"
)
@known_to(*READING_ROLES)
def draft_sanction_outcome(request: HttpRequest, sanction: Id, given: SanctionOutcomeIn) -> Any:
    """Lays the answer to an appeal before an approver other than the one who decided."""
    what = {"annul": given.annul, "comment": given.reason}
    made = actions.draft_outcome(by=request.actor, now=request.now, sanction=sanction, **what)
    return Status(201, {"approval": made.pk})


@router.get("/sanctions/{int:sanction}/money", response=list[DemandMoneyOut], operation_id="list_demand_money")
def list_demand_money(request: HttpRequest, sanction: Id) -> Any:
    """What came in for a demand, in the order in which it was booked."""
    return queries.moneys(_shown(request, sanction))


@router.post("/sanctions/{int:sanction}/money", response={201: list[DemandMoneyOut]}, operation_id="match_demand_money")
@known_to(*READING_ROLES)
def match_demand_money(request: HttpRequest, sanction: Id, given: DemandMatchIn) -> Any:
    """Puts won of a receipt onto a demand, never more than it asks for."""
    row = one(queries.sanctions(request.actor), pk=sanction)
    what = {"receipt": given.receipt, "amount": given.amount_won}
    demands.match(by=request.actor, now=request.now, sanction=sanction, **what)
    return Status(201, queries.moneys(row))


@router.post("/demand-matches/{int:match}/reversal", response=list[DemandMoneyOut], operation_id="undo_demand_match")
@known_to(*READING_ROLES)
def undo_demand_match(request: HttpRequest, match: Id, given: SanctionReasonIn) -> Any:
    """Takes a match back by a row of its own."""
    row = one(queries.matches(request.actor), pk=match)
    demands.undo_match(by=request.actor, now=request.now, money=match, reason=given.reason)
    return queries.moneys(row.sanction)
