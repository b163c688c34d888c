"""The staff's list of what is to be entered as electronic tax invoices, and what they name an organisation by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.actors import READING_ROLES, Role
from madang.portal.billing.forms import PurposeForm
from madang.portal.billing.queries import today
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.people import queries as people
from madang.portal.taxinvoices import actions, exports, queries, rules
from madang.portal.taxinvoices.forms import DaysForm, PartyForm
from madang.portal.taxinvoices.rules import TaxKind
from madang.portal.taxinvoices.sentences import FAULTS, KINDS

FORMATS: dict[str, tuple[Callable[[Any, Any], bytes], str]] = {
    "csv": (exports.as_csv, sheets.CSV),
    "xlsx": (exports.as_xlsx, sheets.XLSX),
}


def _last_month(day: date) -> dict[str, date]:
    last = day.replace(day=1) - timedelta(days=1)
    return {"first": last.replace(day=1), "last": day}


@with_role(*READING_ROLES)
def tax_invoices(request: HttpRequest) -> HttpResponse:
    """What was issued on some days as rows to enter, with what each lacks."""
    given = request.GET if "first" in request.GET else None
    form = DaysForm(given, initial=_last_month(today(request.now)))
    found = tried(form, lambda: queries.invoices(request.actor, **form.cleaned_data)) if form.is_valid() else None
    supplier = queries.supplier()
    if found is not None:
        read(by=request.actor, now=request.now, what="search", kind="statement", subject="tax-invoices")
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Electronic tax invoices"), "")],
        "form": form,
        "listed": [_shown(row) for row in found or []],
        "asked": found is not None,
        "total": rules.total(found or []),
        "supplier_lacks": [_(FAULTS[code]) for code in rules.faults(supplier)],
        "faulty": sum(1 for row in found or [] if rules.faults(row.buyer)),
        "may_enter": request.actor.has(Role.PROGRAMME_MANAGER),
        "days": request.GET.urlencode(),
        "has": {("exempt" if row.kind == TaxKind.EXEMPT else "tax") for row in found or []},
    }
    return render(request, "taxinvoices/list.html", context, status=422 if form.is_bound and form.errors else 200)


def _shown(row: Any) -> dict[str, Any]:
    lacks = [_(FAULTS[code]) for code in rules.faults(row.buyer)]
    return {"row": row, "kind": _(KINDS[row.kind]), "remark": exports.remark(row), "lacks": lacks}


@with_role(*READING_ROLES)
def tax_invoices_file(request: HttpRequest, which: str, kind: str) -> HttpResponse:
    """The rows of one sort (tax invoices, or invoices of what is exempt), all or none; says first what for."""
    form, back = DaysForm(request.GET), reverse("tax-invoices")
    if kind not in FORMATS or which not in ("tax", "exempt") or not form.is_valid():
        raise Http404
    days = {name: form.cleaned_data[name] for name in ("first", "last")}
    purpose = PurposeForm(request.GET if "purpose" in request.GET else None)
    if not purpose.is_valid():
        context = {
            "crumbs": [(_("Electronic tax invoices"), back), (_("Download"), "")],
            "form": purpose,
            "kept": days,
            "back": back,
            "text": _("The rows name organisations and their representatives. Before you download them, say what for."),
        }
        return render(request, "billing/purpose.html", context)
    found = [
        row for row in queries.invoices(request.actor, **days) if (row.kind == TaxKind.EXEMPT) == (which == "exempt")
    ]
    supplier = queries.supplier()
    rules.refuse_faulty(supplier, found)
    note = {"what": "download", "kind": "statement", "subject": "tax-invoices"}
    read(by=request.actor, now=request.now, purpose=purpose.cleaned_data["purpose"], **note)
    make, mime = FORMATS[kind]
    response = HttpResponse(make(supplier, found), content_type=mime)
    name = f"{which}-invoices-{days['first']}-{days['last']}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@signed_in
def tax_party(request: HttpRequest, organisation: int) -> HttpResponse:
    """An owner or a programme manager enters what tax invoices name the organisation by."""
    row = one(people.organisations(request.actor), pk=organisation)
    if not rules.may_set(request.actor, organisation):
        raise Http404
    read(by=request.actor, now=request.now, what="view", kind="organisation", subject=row.pk, organisation=row.pk)
    kept = queries.party(organisation)
    initial = {name: getattr(kept, name) for name in PartyForm.base_fields} if kept else {}
    form = PartyForm(request.POST or None, initial=initial)
    if form.is_valid():
        act = partial(actions.set_party, by=request.actor, now=request.now, organisation=organisation)
        tried(form, lambda: act(**form.cleaned_data))
        if form.is_valid():
            messages.success(request, _("Saved for tax invoices."))
            return redirect("organisation", organisation)
    title = _("For tax invoices to {name}").format(name=row.name)
    lead = _("Name and registration number are taken from the organisation's particulars.")
    back = reverse("organisation", args=[organisation])
    return form_page(request, form, title=title, label=_("Save"), lead=lead, back=back)


urlpatterns = [
    path("staff/tax-invoices/", tax_invoices, name="tax-invoices"),
    path("staff/tax-invoices/<slug:which>/<slug:kind>/", tax_invoices_file, name="tax-invoices-file"),
    path("organisations/<int:organisation>/tax/", tax_party, name="tax-party"),
]
