"""Staff's pages of suppliers: contracts, and what is owed for a month until two people agree on it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions.halves import halves
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.suppliers import actions, exports, queries
from madang.portal.suppliers.forms import ContractForm, OwedForm, SupplierForm
from madang.portal.suppliers.rules import SupplyState
from madang.portal.suppliers.sentences import KINDS

A_PAGE = 50
FORMATS = {
    "pdf": (exports.as_pdf, "application/pdf"),
    "csv": (exports.as_csv, sheets.CSV),
    "xlsx": (exports.as_xlsx, sheets.XLSX),
}


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), (_("Suppliers"), reverse("suppliers")), *more]


@with_role(*READING_ROLES)
def suppliers(request: HttpRequest) -> HttpResponse:
    """Contracts by pool, and what is owed by month."""
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Suppliers"), "")],
        "suppliers": queries.suppliers(request.actor),
        "contracts": [(row, _(KINDS[row.kind])) for row in queries.contracts(request.actor)],
        "page": Paginator(queries.statements(request.actor), A_PAGE).get_page(request.GET.get("page")),
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
    }
    return render(request, "suppliers/list.html", context)


@with_role(Role.PROGRAMME_MANAGER)
def supplier_new(request: HttpRequest) -> HttpResponse:
    """Notes a supplier."""
    form = SupplierForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and tried(form, partial(_act(request, actions.add_supplier), **form.cleaned_data)):
        return redirect("suppliers")
    title, back = _("Note a supplier"), reverse("suppliers")
    return form_page(request, form, title=title, label=_("Note it"), back=back, crumbs=_crumbs((title, "")))


def _act(request: HttpRequest, act: Any) -> Any:
    return partial(act, by=request.actor, now=request.now)


@with_role(Role.PROGRAMME_MANAGER)
def supply_contract_new(request: HttpRequest) -> HttpResponse:
    """Sets a price for a pool from a month on."""
    form = ContractForm(request.POST if request.method == "POST" else None, by=request.actor)
    if form.is_valid() and tried(form, partial(_act(request, actions.set_contract), **form.values())):
        return redirect("suppliers")
    title, back = _("Set a supplier's price"), reverse("suppliers")
    lead = _("Of a pool the price that began last counts, whoever's it is.")
    return form_page(request, form, title=title, label=_("Set it"), lead=lead, back=back, crumbs=_crumbs((title, "")))


@with_role(Role.PROGRAMME_MANAGER)
def supplier_statement_new(request: HttpRequest) -> HttpResponse:
    """Works out what is owed to a supplier for a month."""
    form = OwedForm(request.POST if request.method == "POST" else None, by=request.actor)
    if form.is_valid():
        given = {"supplier": int(form.cleaned_data["supplier"]), "month": form.cleaned_data["month"]}
        made = tried(form, partial(_act(request, actions.work_out), **given))
        if made is not None:
            return redirect("supplier-statement", made.pk)
    title, back = _("Work out what is owed to a supplier"), reverse("suppliers")
    return form_page(request, form, title=title, label=_("Work it out"), back=back, crumbs=_crumbs((title, "")))


@with_role(*READING_ROLES)
def supplier_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """What is owed for a month, contract by contract, and the two halves of agreeing on it."""
    row = one(queries.statements(request.actor), pk=pk)
    act, approve = partial(actions.lay_before, statement=pk), partial(actions.agree, statement=pk)
    found = halves(request, ApprovalKind.PAY_SUPPLIER, pk, act, approve)
    if found.done:
        return redirect("supplier-statement", pk)
    context = {
        "crumbs": _crumbs((f"{row.supplier.name} {row.month}", "")),
        "row": row,
        "lines": [(line, _(KINDS[line.contract.kind]), exports.counted_in(line)) for line in row.lines.all()],
        "halves": found if row.state == SupplyState.DRAFT else None,
    }
    return render(request, "suppliers/statement.html", context)


@with_role(*READING_ROLES)
def supplier_statement_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The same as a PDF, a spreadsheet or comma-separated text."""
    row = one(queries.statements(request.actor), pk=pk)
    if kind not in FORMATS:
        raise Http404
    make, mime = FORMATS[kind]
    response = HttpResponse(make(row), content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="supplier-{row.supplier.code}-{row.month}.{kind}"'
    return response


urlpatterns = [
    path("staff/suppliers/", suppliers, name="suppliers"),
    path("staff/suppliers/new/", supplier_new, name="supplier-new"),
    path("staff/suppliers/contracts/new/", supply_contract_new, name="supply-contract-new"),
    path("staff/suppliers/statements/new/", supplier_statement_new, name="supplier-statement-new"),
    path("staff/suppliers/statements/<int:pk>/", supplier_statement, name="supplier-statement"),
    path("staff/suppliers/statements/<int:pk>/<slug:kind>/", supplier_statement_file, name="supplier-statement-file"),
]
