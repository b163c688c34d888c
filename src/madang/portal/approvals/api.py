"""The API of acts that need two people: what waits, and the second person's answer, which carries the act out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate

from madang.errors import Refused
from madang.portal import states
from madang.portal.actors import READING_ROLES
from madang.portal.aids import actions as aids
from madang.portal.approvals import actions, queries
from madang.portal.approvals.rules import ApprovalKind, ApprovalState
from madang.portal.awards import actions as awards
from madang.portal.creditnotes import actions as creditnotes
from madang.portal.decisions import actions as decisions
from madang.portal.drafts import actions as drafts
from madang.portal.expenses import actions as expenses
from madang.portal.faces import known_to, one
from madang.portal.honoraria import actions as honoraria
from madang.portal.indicators import actions as indicators
from madang.portal.misconduct import actions as misconduct
from madang.portal.months import actions as months
from madang.portal.prices import actions as prices
from madang.portal.receipts import actions as receipts
from madang.portal.sanctions import actions as sanctions
from madang.portal.schemas import Comment
from madang.portal.settlements import actions as settlements
from madang.portal.supplements import actions as supplements
from madang.portal.suppliers import actions as suppliers
from madang.portal.takebacks import actions as takebacks

router = Router(tags=["approvals"])

# Kind of act -> the action that approves it and carries it out, and what it calls the subject.
CARRIES_OUT: dict[str, tuple[Callable[..., Any], str]] = {
    ApprovalKind.PUBLISH_CALL: (drafts.publish, "call"),
    ApprovalKind.ADOPT_PLAN: (decisions.adopt, "plan"),
    ApprovalKind.PUBLISH_DECISIONS: (decisions.publish, "intake"),
    ApprovalKind.END_AWARD: (awards.end, "award"),
    ApprovalKind.CHANGE_TARIFF: (prices.approve_tariff, "tariff"),
    ApprovalKind.REFUND: (receipts.refund, "statement"),
    ApprovalKind.CREDIT_NOTE: (creditnotes.issue, "note"),
    ApprovalKind.PAY_SUPPLIER: (suppliers.agree, "statement"),
    ApprovalKind.AGREE_EXPENSES: (expenses.agree, "sheet"),
    ApprovalKind.SETTLE_YEAR: (settlements.settle, "year"),
    ApprovalKind.FREEZE_FIGURES: (indicators.freeze, "year"),
    ApprovalKind.PAY_REVIEWERS: (honoraria.fix, "intake"),
    ApprovalKind.PAY_AID: (aids.fix, "aids"),
    ApprovalKind.TAKE_BACK: (takebacks.take, "take_back"),
    ApprovalKind.CLOSE_MONTH: (months.close, "number"),
    ApprovalKind.REOPEN_MONTH: (months.reopen, "number"),
    ApprovalKind.DECIDE_SANCTION: (sanctions.decide, "sanction"),
    ApprovalKind.UPHOLD_SANCTION: (sanctions.uphold, "sanction"),
    ApprovalKind.ANNUL_SANCTION: (sanctions.annul, "sanction"),
    ApprovalKind.GRANT_SUPPLEMENT: (supplements.grant, "supplement"),
    ApprovalKind.MISCONDUCT: (misconduct.confirm, "misconduct"),
}
# Where a domain has more to do when its act is turned down or taken back.
REJECTS: dict[str, tuple[Callable[..., Any], str]] = {
    ApprovalKind.PUBLISH_CALL: (drafts.reject, "call"),
    ApprovalKind.CHANGE_TARIFF: (prices.reject_tariff, "tariff"),
}
TAKES_BACK: dict[str, tuple[Callable[..., Any], str]] = {ApprovalKind.PUBLISH_CALL: (drafts.take_back, "call")}


class ApprovalOut(Schema):
    """An act drafted by one person; `subject` is the id of what it acts on, `facts` what the approver must see."""

    id: int
    kind: ApprovalKind
    subject: int
    facts: dict[str, Any]
    state: ApprovalState
    state_in_words: str
    drafted_by: str
    drafted_at: datetime
    draft_comment: str
    decided_by: str | None
    decided_at: datetime | None
    decision_comment: str
    document_number: str

    @staticmethod
    def resolve_state_in_words(row: Any) -> str:
        return states.word(row.state, "approval")

    @staticmethod
    def resolve_drafted_by(row: Any) -> str:
        return str(row.drafted_by.name)

    @staticmethod
    def resolve_decided_by(row: Any) -> str | None:
        return row.decided_by.name if row.decided_by else None


class ApproveIn(Schema):
    """The number of the body's own document, and a comment."""

    document_number: str = Field(max_length=60)
    comment: Comment = ""


class RejectIn(Schema):
    """Why it is turned down."""

    comment: Comment


@router.get("/approvals", response=list[ApprovalOut], operation_id="list_approvals")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_approvals(request: HttpRequest, state: ApprovalState | None = None, kind: ApprovalKind | None = None) -> Any:
    """Every act laid before a second person, newest first; for staff and auditors."""
    wanted = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    return queries.approvals(request.actor).filter(**wanted)


@router.get("/approvals/{approval}", response=ApprovalOut, operation_id="get_approval")
@known_to(*READING_ROLES)
def get_approval(request: HttpRequest, approval: int) -> Any:
    """One act with its fate."""
    return one(queries.approvals(request.actor), pk=approval)


def _waiting(request: HttpRequest, approval: int) -> Any:
    row = one(queries.approvals(request.actor), pk=approval)
    if row.state != ApprovalState.WAITING:
        raise Refused("approval_none_waiting")
    return row


@router.post("/approvals/{approval}/approval", response=ApprovalOut, operation_id="approve")
@known_to(*READING_ROLES)
def approve(request: HttpRequest, approval: int, given: ApproveIn) -> Any:
    """Approves an act that somebody else drafted and carries it out in the same moment."""
    row = _waiting(request, approval)
    act, name = CARRIES_OUT[row.kind]
    act(by=request.actor, now=request.now, **given.dict(), **{name: row.subject})
    return get_approval(request, approval)


@router.post("/approvals/{approval}/rejection", response=ApprovalOut, operation_id="reject")
@known_to(*READING_ROLES)
def reject(request: HttpRequest, approval: int, given: RejectIn) -> Any:
    """Turns an act down, with the reason."""
    row = _waiting(request, approval)
    act, what = _with_subject(REJECTS, row, actions.reject)
    act(by=request.actor, now=request.now, comment=given.comment, **what)
    return get_approval(request, approval)


@router.post("/approvals/{approval}/withdrawal", response=ApprovalOut, operation_id="take_back")
@known_to(*READING_ROLES)
def take_back(request: HttpRequest, approval: int) -> Any:
    """Takes one's own draft of an act back while it waits."""
    row = _waiting(request, approval)
    act, what = _with_subject(TAKES_BACK, row, actions.withdraw)
    act(by=request.actor, now=request.now, **what)
    return get_approval(request, approval)


def _with_subject(
    own: dict[str, tuple[Callable[..., Any], str]], row: Any, otherwise: Callable[..., Any]
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The domain's own action where it has one, else the general one, with the subject as that takes it."""
    if row.kind in own:
        act, name = own[row.kind]
        return act, {name: row.subject}
    return otherwise, {"kind": ApprovalKind(row.kind), "subject": row.subject}
