"""Staff's pages of what the centre spends: sheets by period, their lines, and what a GPU-hour came to."""

from __future__ import annotations

from functools import partial

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions.halves import halves
from madang.portal.expenses import actions, queries, rules
from madang.portal.expenses.forms import ExpenseForm, PeriodForm
from madang.portal.expenses.rules import SheetState
from madang.portal.expenses.sentences import KINDS, LENGTHS
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.resources.queries import pools
from madang.portal.templatetags.madang import in_language

A_PAGE = 50


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), (_("Costs of the centre"), reverse("expenses")), *more]


@with_role(*READING_ROLES)
def expenses(request: HttpRequest) -> HttpResponse:
    """Every sheet, the last period first."""
    page = Paginator(queries.sheets(request.actor), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Costs of the centre"), "")],
        "page": page,
        "rows": [(row, _(LENGTHS[row.length]), sum(line.amount for line in row.lines.all())) for row in page],
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
    }
    return render(request, "expenses/list.html", context)


@with_role(Role.PROGRAMME_MANAGER)
def expense_new(request: HttpRequest) -> HttpResponse:
    """Begins the sheet of a period."""
    form = PeriodForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = tried(form, partial(actions.start, by=request.actor, now=request.now, **form.cleaned_data))
        if made is not None:
            return redirect("expense-sheet", made.pk)
    title, back = _("Enter what was spent"), reverse("expenses")
    lead = _("For a period that is over. One that is agreed on already begins with its lines, to be put right.")
    return form_page(
        request, form, title=title, label=_("Begin the sheet"), lead=lead, back=back, crumbs=_crumbs((title, ""))
    )


@with_role(*READING_ROLES)
def expense_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of a sheet, what a GPU-hour comes to with the rent, and the two halves of agreeing on it."""
    row = one(queries.sheets(request.actor), pk=pk)
    may_change = row.state == SheetState.DRAFT and request.actor.has(Role.PROGRAMME_MANAGER)
    adding = request.method == "POST" and request.POST.get("what") == "line" and may_change
    form = ExpenseForm(request.POST if adding else None, by=request.actor, auto_id="line_%s")
    if adding and form.is_valid():
        tried(form, partial(actions.add_line, by=request.actor, now=request.now, sheet=pk, **form.cleaned_data))
        if not form.errors:
            return redirect("expense-sheet", pk)
    act, approve = partial(actions.lay_before, sheet=pk), partial(actions.agree, sheet=pk)
    found = halves(request, ApprovalKind.AGREE_EXPENSES, pk, act, approve)
    if found.done:
        return redirect("expense-sheet", pk)
    months = rules.period(row.first_month, row.length)
    rented = queries.rent(months)
    names = {pool.pk: in_language(pool, "name") for pool in pools(request.actor)}
    lines = list(row.lines.all())
    context = {
        "crumbs": _crumbs((f"{row.first_month} {_(LENGTHS[row.length])}", "")),
        "row": row,
        "length": _(LENGTHS[row.length]),
        "lines": [(line, _(KINDS[line.kind])) for line in lines],
        "rents": [(names.get(pool, ""), won) for pool, won in sorted(rented.by_pool.items())],
        "missing": rented.missing,
        "total": sum(line.amount for line in lines) + sum(rented.by_pool.values()),
        "hours": [(names.get(hour.pool), hour) for hour in queries.hours([pk], months, rented)],
        "form": form if may_change and found.waiting is None else None,
        "halves": found if row.state == SheetState.DRAFT else None,
    }
    return render(request, "expenses/sheet.html", context, status=422 if form.errors else 200)


@with_role(Role.PROGRAMME_MANAGER)
@require_POST
def expense_line_remove(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Takes a line off a draft."""
    one(queries.sheets(request.actor), pk=pk)
    actions.remove_line(by=request.actor, now=request.now, sheet=pk, line=line)
    return redirect("expense-sheet", pk)


urlpatterns = [
    path("staff/expenses/", expenses, name="expenses"),
    path("staff/expenses/new/", expense_new, name="expense-new"),
    path("staff/expenses/<int:pk>/", expense_sheet, name="expense-sheet"),
    path("staff/expenses/<int:pk>/lines/<int:line>/remove/", expense_line_remove, name="expense-line-remove"),
]
