"""The staff's pages of misconduct in an evaluation: noting it, the two halves of confirming it, annulling it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions.halves import halves
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.misconduct import actions, queries
from madang.portal.misconduct.forms import AnnulForm, FindingForm


def _crumbs(row: Any, *more: tuple[str, str]) -> list[tuple[str, str]]:
    expert = (row.person.name, reverse("expert", args=[row.pk]))
    return [(_("Work of the centre"), reverse("staff")), (_("Reviewers"), reverse("reviewers")), expert, *more]


@with_role(Role.PROGRAMME_MANAGER)
def misconduct_new(request: HttpRequest, reviewer: int) -> HttpResponse:
    """Notes what was found of an expert, for an approver to confirm."""
    row = one(queries.experts(request.actor), pk=reviewer)
    form = FindingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "reviewer": reviewer, **form.cleaned_data}
        made = tried(form, partial(actions.note, **given))
        if made is not None:
            messages.success(request, _("The draft waits for an approver."))
            return redirect("misconduct", made.pk)
    title = _("Misconduct in an evaluation")
    lead = _("Once an approver confirms it, the rules of each call keep the expert out of draws and reviews.")
    back = reverse("expert", args=[reviewer])
    crumbs = _crumbs(row, (title, ""))
    return form_page(request, form, title=title, label=_("Lay before an approver"), lead=lead, back=back, crumbs=crumbs)


@with_role(*READING_ROLES)
def misconduct(request: HttpRequest, misconduct: int) -> HttpResponse:
    """One finding with who noted, confirmed and annulled it, and the two halves of confirming it."""
    row = one(queries.findings(request.actor), pk=misconduct)
    acts = {
        "draft": partial(actions.lay_before, misconduct=misconduct),
        "approve": partial(actions.confirm, misconduct=misconduct),
    }
    found = None if row.confirmed_at else halves(request, ApprovalKind.MISCONDUCT, misconduct, **acts)
    if found and found.done:
        return redirect("misconduct", misconduct)
    read(by=request.actor, now=request.now, what="view", kind="reviewer", subject=row.reviewer_id,
         whose=row.reviewer.person_id)  # fmt: skip
    may_annul = request.actor.has(Role.APPROVER) and row.confirmed_at and not row.annulled_at
    context = {
        "row": row,
        "halves": found,
        "may_annul": may_annul,
        "crumbs": _crumbs(row.reviewer, (_("Misconduct in an evaluation"), "")),
    }
    return render(request, "misconduct/finding.html", context)


@with_role(Role.APPROVER)
def misconduct_annul(request: HttpRequest, misconduct: int) -> HttpResponse:
    """An approver annuls a finding with a reason."""
    row = one(queries.findings(request.actor), pk=misconduct)
    if not row.confirmed_at or row.annulled_at:
        raise Http404
    form = AnnulForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "misconduct": misconduct, **form.cleaned_data}
        tried(form, partial(actions.annul, **given))
        if not form.errors:
            messages.success(request, _("The finding is annulled; it stays on record."))
            return redirect("misconduct", misconduct)
    title, back = _("Annul the finding"), reverse("misconduct", args=[misconduct])
    crumbs = _crumbs(row.reviewer, (title, ""))
    return form_page(request, form, title=title, label=title, back=back, danger=True, crumbs=crumbs)


urlpatterns = [
    path("staff/reviewers/<int:reviewer>/misconduct/new/", misconduct_new, name="misconduct-new"),
    path("staff/misconduct/<int:misconduct>/", misconduct, name="misconduct"),
    path("staff/misconduct/<int:misconduct>/annulment/", misconduct_annul, name="misconduct-annul"),
]
