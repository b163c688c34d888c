"""Credit notes: the staff's list, a draft to a statement, and one of them for both sides with its files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.billing import queries as billing
from madang.portal.billing.exports import counted_in
from madang.portal.billing.forms import PurposeForm
from madang.portal.creditnotes import actions, exports, queries
from madang.portal.creditnotes.forms import NoteForm
from madang.portal.creditnotes.rules import NoteState
from madang.portal.creditnotes.sentences import REASONS
from madang.portal.decisions.halves import halves
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read

A_PAGE = 50
FORMATS: dict[str, tuple[Callable[[Any, Any], bytes], str]] = {
    "pdf": (exports.as_pdf, "application/pdf"),
    "xlsx": (exports.as_xlsx, sheets.XLSX),
    "csv": (exports.as_csv, sheets.CSV),
}


@with_role(*READING_ROLES)
def credit_notes(request: HttpRequest) -> HttpResponse:
    """Every credit note, the newest first, and statements that bill more than the book holds."""
    read(by=request.actor, now=request.now, what="search", kind="credit_note", subject="all")
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Credit notes"), "")],
        "page": Paginator(queries.notes(request.actor), A_PAGE).get_page(request.GET.get("page")),
        "beyond": queries.beyond_the_book(),
        "may_draft": request.actor.has(Role.PROGRAMME_MANAGER),
    }
    return render(request, "creditnotes/list.html", context)


@with_role(Role.PROGRAMME_MANAGER)
def credit_note_new(request: HttpRequest, pk: int) -> HttpResponse:
    """What is left of each line of an issued statement, and a form to take some of it off."""
    row = one(billing.statements(request.actor).filter(state="issued"), pk=pk)
    read(by=request.actor, now=request.now, what="view", kind="statement", subject=pk, organisation=row.organisation_id)
    form = NoteForm(request.POST if request.method == "POST" else None, left=queries.left_of(row))
    if form.is_valid():
        given = {"by": request.actor, "now": request.now, "statement": pk, **form.values()}
        made = tried(form, lambda: actions.draft(**given))
        if made is not None:
            return redirect("credit-note", made.pk)
    title = _("Draft a credit note to statement {number}").format(number=row.number)
    lead = _("Nothing changes before a second person approves it. More than was billed cannot be taken off.")
    crumbs = [(_("Credit notes"), reverse("credit-notes")), (row.number, reverse("statement", args=[pk]))]
    back = reverse("statement", args=[pk])
    return form_page(request, form, title=title, label=_("Draft it"), lead=lead, back=back, crumbs=crumbs)


@signed_in
def credit_note(request: HttpRequest, pk: int) -> HttpResponse:
    """One credit note: what it corrects and takes off; for staff the two halves of issuing it."""
    row, staff = one(queries.notes(request.actor), pk=pk), request.actor.reads_everything
    act, approve = partial(actions.lay_before, note=pk), partial(actions.issue, note=pk)
    found = halves(request, ApprovalKind.CREDIT_NOTE, pk, act, approve)
    if request.POST.get("act") == "drop":
        actions.drop(by=request.actor, now=request.now, note=pk)
        messages.success(request, _("The draft is dropped."))
        return redirect("statement", row.statement_id)
    if found.done:
        return redirect("credit-note", pk)
    _note_reading(request, row, "view")
    back = (_("Credit notes"), reverse("credit-notes")) if staff else (_("Statements"), reverse("statements"))
    drafted = row.state == NoteState.DRAFT
    context = {
        "crumbs": [back, (row.number or _("Draft"), "")],
        "note": row,
        "reason": _(REASONS[row.reason]),
        "items": [(item, counted_in(item.line)) for item in queries.items(row)],
        "halves": found if drafted and staff else None,
        "may_drop": drafted and found.waiting is None and request.actor.has(Role.PROGRAMME_MANAGER),
        "asks": row.statement.payable - row.statement.credited,
    }
    return render(request, "creditnotes/note.html", context)


def _note_reading(request: HttpRequest, row: Any, what: str, purpose: str = "") -> None:
    given = {"kind": "credit_note", "subject": row.pk, "organisation": row.statement.organisation_id}
    read(by=request.actor, now=request.now, what=what, purpose=purpose, **given)


@signed_in
def credit_note_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The credit note as PDF, XLSX or CSV; somebody outside the organisation says first what for."""
    row = one(queries.notes(request.actor), pk=pk)
    if kind not in FORMATS:
        raise Http404
    form = PurposeForm(request.GET if "purpose" in request.GET else None)
    if not request.actor.member_of(row.statement.organisation_id) and not form.is_valid():
        back = reverse("credit-note", args=[pk])
        text = _("This credit note belongs to another organisation. Before you download it, say what for.")
        crumbs = [(_("Credit notes"), reverse("credit-notes")), (row.number or _("Draft"), back)]
        return render(request, "billing/purpose.html", {"crumbs": crumbs, "form": form, "back": back, "text": text})
    _note_reading(request, row, "download", form.cleaned_data["purpose"] if form.is_bound and form.is_valid() else "")
    make, mime = FORMATS[kind]
    response = HttpResponse(make(row, queries.items(row)), content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="credit-note-{row.number or f"draft-{pk}"}.{kind}"'
    return response


urlpatterns = [
    path("staff/credit-notes/", credit_notes, name="credit-notes"),
    path("staff/statements/<int:pk>/credit-note/", credit_note_new, name="credit-note-new"),
    path("credit-notes/<int:pk>/", credit_note, name="credit-note"),
    path("credit-notes/<int:pk>/<slug:kind>/", credit_note_file, name="credit-note-file"),
]
