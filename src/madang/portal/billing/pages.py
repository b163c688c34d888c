"""Statements for their organisation and the body, as page, spreadsheet and text, and the staff's page of months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.accounting.pricing import days_in
from madang.portal import formats, sheets
from madang.portal.actors import READING_ROLES, Role
from madang.portal.billing import actions, aid, exports, queries, trials
from madang.portal.billing.forms import MonthForm, PurposeForm, TrialForm
from madang.portal.billing.rules import WORKERS_OUT
from madang.portal.billing.sentences import FAULTS
from madang.portal.creditnotes import queries as credit_notes
from madang.portal.creditnotes.rules import NoteState
from madang.portal.entitlements.rules import WAIT_CREDIT
from madang.portal.faces import one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.prices.sentences import KINDS, STACKINGS, VATS
from madang.portal.receipts import queries as receipts
from madang.portal.receipts.showing import in_full, payment
from madang.values import Month

PAGE = 50


@signed_in
def statements(request: HttpRequest) -> HttpResponse:
    """One's own organisations' statements; all of them for the body, whose reading is noted."""
    by, month = request.actor, _month(request.GET.get("month", ""))
    rows = receipts.with_received(queries.statements(by))
    if month:
        rows = rows.filter(month=month)
    if by.reads_everything:
        read(by=by, now=request.now, what="search", kind="statement", subject=month or "all")
    page, day = Paginator(rows, PAGE).get_page(request.GET.get("page")), queries.today(request.now)
    context = {
        "crumbs": [(_("Statements"), "")],
        "page": page,
        "listed": [(row, payment(row, day) if row.due_on else None) for row in page],
        "month": month,
    }
    return render(request, "billing/statements.html", context)


def _month(written: str) -> str:
    """A month as it is written, or nothing."""
    return written if MonthForm({"month": written}).is_valid() else ""


@signed_in
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement: its lines, its totals, and how each figure was worked out."""
    row = _seen(request, pk, "view", "")
    lines = queries.lines(row)
    month = Month.parse(row.month)
    context = {
        "crumbs": [(_("Statements"), reverse("statements")), (row.number or _("Draft"), "")],
        "statement": row,
        "payment": in_full(row, queries.today(request.now)) if row.due_on else None,
        "notes": credit_notes.notes(request.actor).filter(statement=row).exclude(state=NoteState.DROPPED),
        "may_draft_note": bool(row.due_on) and request.actor.has(Role.PROGRAMME_MANAGER),
        "lines": [_explained(line, month) for line in lines],
        "references": _references(lines),
        "first_day": date(month.year, month.number, 1),
        "last_day": date(month.year, month.number, days_in(month)),
        "stackings": sorted({_(STACKINGS[line.stacking]) for line in lines if line.discounts}),
    }
    return render(request, "billing/statement.html", context)


def _seen(request: HttpRequest, pk: int, what: str, purpose: str) -> Any:
    """The statement if the actor may see it; that somebody outside its organisation opened it is noted."""
    row = one(receipts.with_received(queries.statements(request.actor)), pk=pk)
    given = {"kind": "statement", "subject": pk, "organisation": row.organisation_id, "purpose": purpose}
    read(by=request.actor, now=request.now, what=what, **given)
    return row


def _explained(line: Any, month: Month) -> dict[str, Any]:
    """A line with what a person needs to work it out again."""
    reserved = line.product.grain == "month"
    return {
        "line": line,
        "reserved": reserved,
        "booked": exports.whose(line) if line.booking_id else "",
        "days": (line.last_day - line.first_day).days + 1,
        "month_days": days_in(month),
        "per": _(KINDS[line.tariff.kind]) if line.tariff else "",
        "vat": _(VATS[line.tariff.vat]) if line.tariff else "",
        "counted_in": exports.counted_in(line),
        "withdrawn": exports.withdrawn(line),
        "fault": _(FAULTS[line.fault]) if line.fault else "",
        "discounts": [_discount(discount) for discount in line.discounts],
        "credits": [
            one | {"sentence": one[f"sentence_{get_language() or 'ko'}"]}
            for one in (line.credits if line.credit else [])
        ],
        "limits": [one[f"sentence_{get_language() or 'ko'}"] for one in line.limits],
    }


def _discount(stored: dict[str, Any]) -> dict[str, str]:
    share = formats.percent(stored["permille"], 1000, 1 if stored["permille"] % 10 else 0)
    return {"code": stored["code"], "share": share, "sentence": stored[f"sentence_{get_language() or 'ko'}"]}


def _references(lines: list[Any]) -> list[dict[str, Any]]:
    """Where the reference prices come from, once each."""
    found = {(line.product_id, line.tariff_id): line for line in lines if line.tariff}
    return [
        {"product": line.product, "tariff": line.tariff, "per": _(KINDS[line.tariff.kind])} for line in found.values()
    ]


def _download(
    request: HttpRequest, pk: int, kind: str, make: Callable[[Any, list[Any]], bytes], mime: str
) -> HttpResponse:
    """Gives the file; asks somebody outside the organisation first what it is for, and notes it."""
    row = one(queries.statements(request.actor), pk=pk)
    form = PurposeForm(request.GET if "purpose" in request.GET else None)
    if not request.actor.member_of(row.organisation_id) and not form.is_valid():
        context = {
            "crumbs": [
                (_("Statements"), reverse("statements")),
                (row.number or _("Draft"), reverse("statement", args=[pk])),
            ],
            "form": form,
            "bom": request.GET.get("bom", ""),
            "back": reverse("statement", args=[pk]),
        }
        return render(request, "billing/purpose.html", context)
    purpose = form.cleaned_data["purpose"] if form.is_bound and form.is_valid() else ""
    _seen(request, pk, "download", purpose)
    response = HttpResponse(make(row, queries.lines(row)), content_type=mime)
    response["Content-Disposition"] = (
        f'attachment; filename="statement-{row.number or f"{row.month}-draft-{pk}"}.{kind}"'
    )
    return response


@signed_in
def as_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement as a spreadsheet."""
    return _download(request, pk, "xlsx", exports.as_xlsx, sheets.XLSX)


@signed_in
def as_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement as a PDF."""
    return _download(request, pk, "pdf", exports.as_pdf, "application/pdf")


@signed_in
def as_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement as comma-separated text; ?bom=1 for spreadsheets that need the mark."""
    bom = request.GET.get("bom") == "1"
    return _download(request, pk, "csv", lambda row, lines: exports.as_csv(row, lines, bom=bom), sheets.CSV)


@with_role(*READING_ROLES)
def statements_staff(request: HttpRequest) -> HttpResponse:
    """The months with what they come to; a form to work one out."""
    form = MonthForm(request.POST or None, initial={"month": str(_last_month(request))})
    if request.method == "POST" and form.is_valid():
        month = form.cleaned_data["month"]
        done = tried(form, lambda: actions.work_out_month(by=request.actor, now=request.now, month=month))
        if done is not None:
            messages.success(
                request, _("{count} statements of {month} are worked out.").format(count=done, month=month)
            )
            return redirect("statements-staff")
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Statements by month"), "")],
        "months": queries.months(request.actor),
        "current": str(_last_month(request).plus(1)),
        "form": form,
        "may_work_out": request.actor.has(*WORKERS_OUT),
        "may_issue": request.actor.has(Role.PROGRAMME_MANAGER),
    }
    return render(request, "billing/staff.html", context)


def _last_month(request: HttpRequest) -> Month:
    day = queries.today(request.now)
    return Month(day.year, day.month).plus(-1)


@with_role(Role.PROGRAMME_MANAGER)
def issue(request: HttpRequest, month: str) -> HttpResponse:
    """Asks, then fixes and numbers a month's statements."""
    if not _month(month):
        raise Http404
    if request.method == "POST":
        count = actions.issue(by=request.actor, now=request.now, month=month)
        messages.success(request, _("{count} statements of {month} are issued.").format(count=count, month=month))
        return redirect("statements-staff")
    context = {
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (_("Statements by month"), reverse("statements-staff")),
            (month, ""),
        ],
        "heading": _("Issue the statements of {month}").format(month=month),
        "text": _("They are worked out once more, numbered and fixed. An issued statement never changes."),
        "label": _("Issue them"),
        "url": reverse("statements-issue", args=[month]),
        "back": reverse("statements-staff"),
    }
    return render(request, "billing/confirm.html", context)


@with_role(*READING_ROLES)
def rule_trial(request: HttpRequest) -> HttpResponse:
    """What a rule would have done to the statements of the last three months; nothing is kept."""
    form = TrialForm(request.GET if "kind" in request.GET else None)
    day = queries.today(request.now)
    found = (
        tried(form, lambda: trials.tried(trials.rule_of(**form.values(), day=day), day)) if form.is_valid() else None
    )
    context = {
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (_("Tariffs and discounts"), reverse("tariffs")),
            (_("Try a rule"), ""),
        ],
        "form": form,
        "trial": found,
        "months": trials.months_before(day),
        "may_draft": request.actor.has(Role.PROGRAMME_MANAGER),
        "chosen": request.GET.urlencode(),
        "where": reverse("entitlements" if request.GET.get("kind") == WAIT_CREDIT else "tariffs"),
    }
    if found:
        read(by=request.actor, now=request.now, what="search", kind="statement", subject="trial")
    return render(request, "billing/trial.html", context)


@signed_in
def declared_aid(request: HttpRequest) -> HttpResponse:
    """The value of support by calendar year, as an organisation declares it; all of them for the body."""
    by = request.actor
    page = Paginator(aid.organisations(by), PAGE).get_page(request.GET.get("page"))
    if by.reads_everything:
        read(by=by, now=request.now, what="search", kind="statement", subject="aid")
    context = {
        "crumbs": [(_("Statements"), reverse("statements")), (_("Value of support to declare"), "")],
        "page": page,
        "listed": aid.declared(page, queries.today(request.now)),
    }
    return render(request, "billing/aid.html", context)


urlpatterns = [
    path("staff/tariffs/trial/", rule_trial, name="rule-trial"),
    path("statements/aid/", declared_aid, name="aid"),
    path("statements/", statements, name="statements"),
    path("statements/<int:pk>/", statement, name="statement"),
    path("statements/<int:pk>/xlsx/", as_xlsx, name="statement-xlsx"),
    path("statements/<int:pk>/pdf/", as_pdf, name="statement-pdf"),
    path("statements/<int:pk>/csv/", as_csv, name="statement-csv"),
    path("staff/statements/", statements_staff, name="statements-staff"),
    path("staff/statements/<str:month>/issue/", issue, name="statements-issue"),
]
