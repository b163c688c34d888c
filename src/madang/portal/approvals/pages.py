"""The page of what waits for a second person, with the way to where each thing is decided."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Actor
from madang.portal.approvals import queries, sentences
from madang.portal.approvals.rules import ApprovalKind, may_decide
from madang.portal.faces import with_role

PER_PAGE = 50

# Kind of act -> the name of the page where it is decided, and the fact that the page's address is made from ("" for
# none). A domain that drafts an act gives that fact to `approvals.actions.draft`; without it the subject's id serves.
WHERE = {
    ApprovalKind.PUBLISH_CALL: ("call-approval", "code"),
    ApprovalKind.ADOPT_PLAN: ("plan", "subject"),
    ApprovalKind.PUBLISH_DECISIONS: ("intake-decisions", "subject"),
    ApprovalKind.END_AWARD: ("award", "number"),
    ApprovalKind.CHANGE_TARIFF: ("tariff", "subject"),
    ApprovalKind.REFUND: ("statement-payment", "subject"),
    ApprovalKind.CREDIT_NOTE: ("credit-note", "subject"),
    ApprovalKind.PAY_SUPPLIER: ("supplier-statement", "subject"),
    ApprovalKind.AGREE_EXPENSES: ("expense-sheet", "subject"),
    ApprovalKind.SETTLE_YEAR: ("settlement", "subject"),
    ApprovalKind.FREEZE_FIGURES: ("staff-figures-year", "subject"),
    ApprovalKind.PAY_REVIEWERS: ("intake-honoraria", "subject"),
    ApprovalKind.PAY_AID: ("aid-list", "subject"),
    ApprovalKind.TAKE_BACK: ("take-back", "subject"),
    ApprovalKind.CLOSE_MONTH: ("accounting-month", "month"),
    ApprovalKind.REOPEN_MONTH: ("accounting-month", "month"),
    ApprovalKind.DECIDE_SANCTION: ("sanction", "subject"),
    ApprovalKind.UPHOLD_SANCTION: ("sanction", "subject"),
    ApprovalKind.ANNUL_SANCTION: ("sanction", "subject"),
    ApprovalKind.GRANT_SUPPLEMENT: ("supplement", "subject"),
    ApprovalKind.MISCONDUCT: ("misconduct", "subject"),
}


def where(approval: Any) -> str:
    """The address of the page where a draft is read and decided; empty where there is none."""
    name, fact = WHERE[ApprovalKind(approval.kind)]
    for arguments in ([approval.facts.get(fact)], [approval.subject], []):
        if arguments != [None]:
            try:
                return reverse(name, args=arguments)
            except NoReverseMatch:
                continue
    return ""


def _rows(by: Actor, approvals: Any) -> list[dict[str, object]]:
    return [
        {
            "approval": row,
            "kind": _(sentences.KINDS[row.kind]),
            "url": where(row),
            "mine": row.drafted_by_id == by.person,
            "may_decide": may_decide(by, ApprovalKind(row.kind)) and row.drafted_by_id != by.person,
        }
        for row in approvals
    ]


@with_role(*READING_ROLES)
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits, and what was decided by whom under which document."""
    page = Paginator(queries.decided(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "waiting": _rows(request.actor, queries.waiting(request.actor)),
        "page": page,
        "history": _rows(request.actor, page),
    }
    return render(request, "approvals/approvals.html", context)


urlpatterns = [path("staff/approvals/", approvals, name="approvals")]
