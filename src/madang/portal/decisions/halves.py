"""The two halves of an act on one page: a draft by one person, the approval or rejection by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind, may_decide, may_draft
from madang.portal.decisions import queries
from madang.portal.decisions.forms import ApproveForm, DraftForm
from madang.portal.faces import tried

Act = Callable[..., Any]


@dataclass
class Halves:
    """What the page shows of an act: the waiting draft, and the form for whoever may do something now."""

    waiting: Approval | None
    draft: DraftForm | None = None
    approve: ApproveForm | None = None
    may_withdraw: bool = False
    done: bool = False


def halves(request: HttpRequest, kind: ApprovalKind, subject: int, draft: Act, approve: Act) -> Halves:
    """Carries out what was posted for this act, if anything; `done` says that something was."""
    by = request.actor
    found = Halves(queries.waiting(by, kind, subject))
    if found.waiting is None and may_draft(by, kind):
        found.draft = DraftForm(request.POST if request.POST.get("half") == "draft" else None, auto_id="draft_%s")
    own = found.waiting is not None and found.waiting.drafted_by_id == by.person
    found.may_withdraw = own
    if found.waiting is not None and not own and may_decide(by, kind):
        bound = request.POST if request.POST.get("half") in ("approve", "reject") else None
        found.approve = ApproveForm(bound, auto_id="approve_%s")
    if request.method == "POST":
        found.done = _carry_out(request, found, kind, subject, draft, approve)
    return found


def _carry_out(request: HttpRequest, found: Halves, kind: ApprovalKind, subject: int, draft: Act, approve: Act) -> bool:
    half, common = request.POST.get("half"), {"by": request.actor, "now": request.now}
    what = {"kind": kind, "subject": subject}
    if half == "draft" and found.draft is not None and found.draft.is_valid():
        tried(found.draft, lambda: draft(**common, comment=found.draft.cleaned_data["comment"]))
        return _told(request, found.draft, _("The draft waits for an approver."))
    if half == "approve" and found.approve is not None and found.approve.is_valid():
        given = found.approve.cleaned_data
        tried(found.approve, lambda: approve(**common, **given))
        return _told(request, found.approve, _("Approved and carried out."))
    if half == "reject" and found.approve is not None and found.approve.is_valid():
        comment = found.approve.cleaned_data["comment"]
        tried(found.approve, lambda: approvals.reject(**common, **what, comment=comment))
        return _told(request, found.approve, _("The draft was rejected."))
    if half == "withdraw" and found.may_withdraw:
        approvals.withdraw(**common, **what)
        return True
    return False


def _told(request: HttpRequest, form: DraftForm | ApproveForm, text: str) -> bool:
    if form.errors:
        return False
    messages.success(request, text)
    return True
