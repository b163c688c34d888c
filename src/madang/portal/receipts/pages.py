"""Staff's pages of money in: who owes, receipts, a bank's file before it is stored, what is done with each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import refusals, sheets
from madang.portal.actors import READING_ROLES
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.billing.forms import PurposeForm
from madang.portal.billing.queries import today
from madang.portal.decisions.halves import halves
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.files import tables
from madang.portal.files.faces import taken
from madang.portal.journal.actions import read
from madang.portal.people import queries as people
from madang.portal.receipts import actions, exports, queries, reading
from madang.portal.receipts.bankfile import digests
from madang.portal.receipts.forms import BankForm, FileForm, MatchForm, NewBankForm, ReasonForm
from madang.portal.receipts.matching import demand_number, demands_in
from madang.portal.receipts.rules import CASHIERS, aged
from madang.portal.receipts.sentences import AGES, FAULTS, FOUND
from madang.portal.receipts.showing import in_full, payment
from madang.portal.sanctions import demands
from madang.portal.sanctions import queries as sanctions

PAGE = 50
SHOWN = 100
FORMATS: dict[str, tuple[Callable[[Any, date], bytes], str]] = {
    "csv": (exports.as_csv, sheets.CSV),
    "xlsx": (exports.as_xlsx, sheets.XLSX),
}


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), *more]


@with_role(*READING_ROLES)
def receivables(request: HttpRequest) -> HttpResponse:
    """Who owes how much for how long, with a chart, and every statement that is not evenly paid."""
    day = today(request.now)
    rows = list(queries.open_ones(request.actor))
    ages = aged([queries.balance(row) for row in rows], day)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    read(by=request.actor, now=request.now, what="search", kind="statement", subject="receivables")
    context = {
        "crumbs": _crumbs((_("Who still owes"), "")),
        "debtors": queries.debtors(rows, day)[:SHOWN],
        "words": [_(word) for word in AGES],
        "ages": ages,
        "owed": sum(ages),
        "chart": exports.chart(ages) if any(ages) else None,
        "page": page,
        "listed": [(row, payment(row, day)) for row in page],
        "may_change": request.actor.has(*CASHIERS),
    }
    return render(request, "receipts/receivables.html", context)


@with_role(*READING_ROLES)
def receivables_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Asks what the list is for, notes it, and gives it as a spreadsheet or as comma-separated text."""
    if kind not in FORMATS:
        raise Http404
    make, mime = FORMATS[kind]
    form = PurposeForm(request.GET if "purpose" in request.GET else None)
    back = reverse("receivables")
    if not form.is_valid():
        context = {
            "crumbs": _crumbs((_("Who still owes"), back), (_("Download"), "")),
            "form": form,
            "back": back,
            "text": _("The list names organisations and what they owe. Before you download it, say what for."),
        }
        return render(request, "billing/purpose.html", context)
    note = {"what": "download", "kind": "statement", "subject": "receivables", "purpose": form.cleaned_data["purpose"]}
    read(by=request.actor, now=request.now, **note)
    day = today(request.now)
    response = HttpResponse(make(queries.open_ones(request.actor), day), content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="receivables-{day}.{kind}"'
    return response


@with_role(*READING_ROLES)
def receipts(request: HttpRequest) -> HttpResponse:
    """Every receipt with what it pays; ?left=1 those with something left; the files and accounts beside them."""
    rows = queries.receipts(request.actor)
    left = request.GET.get("left") == "1"
    read(by=request.actor, now=request.now, what="search", kind="receipt", subject="left" if left else "all")
    context = {
        "crumbs": _crumbs((_("Receipts"), "")),
        "page": Paginator(rows.filter(left__gt=0) if left else rows, PAGE).get_page(request.GET.get("page")),
        "left": left,
        "counts": queries.counts(request.actor),
        "files": queries.files(request.actor)[:10],
        "banks": queries.banks(request.actor),
        "may_change": request.actor.has(*CASHIERS),
    }
    return render(request, "receipts/receipts.html", context)


@with_role(*READING_ROLES)
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """One receipt: what it pays, and a form to put what is left onto a statement."""
    row = one(queries.receipts(request.actor), pk=pk)
    given = request.POST if request.method == "POST" else None
    form = MatchForm(given, initial={"amount": row.left})
    if given is not None and form.is_valid():
        tried(form, lambda: _matched(request, row, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("The amount stands on the statement."))
            return redirect("receipt", pk)
    for organisation in {posting.statement.organisation_id for posting in row.postings.all()}:
        read(by=request.actor, now=request.now, what="view", kind="receipt", subject=pk, organisation=organisation)
    context = {
        "crumbs": _crumbs((_("Receipts"), reverse("receipts")), (f"{row.file.bank.code} {row.pk}", "")),
        "receipt": row,
        "postings": [(posting, _(FOUND[posting.found])) for posting in row.postings.all()],
        "demands": [(money, demand_number(money.sanction_id)) for money in sanctions.of_receipt(pk)],
        "form": form if row.left and request.actor.has(*CASHIERS) else None,
        "may_change": request.actor.has(*CASHIERS),
    }
    return render(request, "receipts/receipt.html", context, status=422 if form.errors else 200)


def _matched(request: HttpRequest, row: Any, statement: str, amount: int) -> None:
    given = {"by": request.actor, "now": request.now, "receipt": row.pk, "amount": amount}
    named = demands_in(statement)
    if named:
        demands.match(sanction=next(iter(named)), **given)
        return
    found = queries.issued(request.actor).filter(number=statement.strip()).first()
    if found is None:
        raise Refused("statement_not_issued", field="statement")
    actions.match(statement=found.pk, **given)


@with_role(*CASHIERS)
def match_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why, then takes a receipt off a statement."""
    row = one(queries.matches(request.actor), pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    back = reverse("receipt", args=[row.receipt_id])
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        tried(form, lambda: actions.undo_match(by=request.actor, now=request.now, posting=pk, reason=reason))
        if not form.errors:
            messages.success(request, _("The amount is off the statement and lies with its receipt."))
            return redirect(back)
    title = _("Take a receipt off statement {number}").format(number=row.statement.number)
    lead = _("Both rows stay in the books. The reason is kept with them.")
    return form_page(request, form, title=title, label=_("Take it off"), lead=lead, back=back, danger=True)


@with_role(*CASHIERS)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Takes a bank's file for a look; nothing is stored before the next page's button."""
    form = FileForm(request.POST or None, request.FILES or None, by=request.actor)
    kept = taken(request, form)
    if kept is not None:
        return redirect("receipts-look", form.cleaned_data["bank"], kept.sha256)
    links = [(_("Note another account"), reverse("bank-new"))]
    title, back = _("Bring in a bank's file"), reverse("receipts")
    return form_page(request, form, title=title, label=_("Look at it"), back=back, links=links)


@with_role(*CASHIERS)
def look(request: HttpRequest, code: str, sha256: str) -> HttpResponse:
    """The rows of a kept file with what cannot be read; the button stores them."""
    bank, stored = one(queries.banks(request.actor), code=code), tables.kept(sha256)
    if stored is None:
        raise Http404
    context = {
        "crumbs": _crumbs((_("Receipts"), reverse("receipts")), (_("A bank's file"), "")),
        "bank": bank,
        "known": queries.known_file(bank.pk, sha256),
        "refused": "",
    }
    try:
        content = reading.content_of(bank, stored, today(request.now))
        if request.method == "POST":
            given = {"bank": bank.pk, "stored": stored.pk, "name": f"{code}-{today(request.now)}"}
            file = actions.bring_in(by=request.actor, now=request.now, content=content, **given)
            text = _("{stored} receipts are stored; {repeated} were here already.")
            messages.success(request, text.format(stored=file.stored, repeated=file.repeated))
            return redirect("receipts")
        context |= _shown(bank.code, content)
    except Refused as refused:
        context["refused"] = refusals.sentence(refused)
    return render(request, "receipts/look.html", context, status=422 if context["refused"] else 200)


def _shown(bank: str, content: Any) -> dict[str, Any]:
    known = queries.known_digests(digest for _line, digest in digests(bank, content.lines))
    lines = [(line, digest in known) for line, digest in digests(bank, content.lines)]
    return {
        "content": content,
        "lines": lines[:SHOWN],
        "more": max(0, len(lines) - SHOWN),
        "repeated": len(known),
        "faults": [(fault.place, fault.value, _(FAULTS[fault.code])) for fault in content.faults[:SHOWN]],
    }


@with_role(*CASHIERS)
def bank_new(request: HttpRequest) -> HttpResponse:
    """Notes an account and the columns of its files."""
    form = NewBankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {"code": form.cleaned_data["code"], "name": form.cleaned_data["name"], "columns": form.columns()}
        if tried(form, lambda: actions.set_bank(by=request.actor, now=request.now, **given)):
            return redirect("receipts-bring-in")
    title = _("Note an account")
    return form_page(request, form, title=title, label=_("Note it"), back=reverse("receipts"))


@with_role(*CASHIERS)
def bank(request: HttpRequest, code: str) -> HttpResponse:
    """Changes what an account is called and how its files name their columns."""
    row = one(queries.banks(request.actor), code=code)
    present = {"name": row.name} | {f"column_{name}": heading for name, heading in row.columns.items()}
    form = BankForm(request.POST or None, initial=present)
    if request.method == "POST" and form.is_valid():
        given = {"code": code, "name": form.cleaned_data["name"], "columns": form.columns(), "version": row.version}
        if tried(form, lambda: actions.set_bank(by=request.actor, now=request.now, **given)):
            return redirect("receipts-bring-in")
    return form_page(request, form, title=row.name, label=_("Save"), back=reverse("receipts"))


@with_role(*READING_ROLES)
def statement_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """What was received for a statement; what was paid too much is credited, or paid back by two people."""
    row = one(queries.issued(request.actor), pk=pk)
    given = {"kind": "statement", "subject": pk, "organisation": row.organisation_id}
    read(by=request.actor, now=request.now, what="view", **given)
    excess = queries.balance(row).excess
    if request.POST.get("act") == "credit":
        won = actions.credit(by=request.actor, now=request.now, statement=pk)
        messages.success(request, _("₩{amount} were credited.").format(amount=f"{won:,}"))
        return redirect("statement-payment", pk)
    refund = {"draft": partial(actions.draft_refund, statement=pk), "approve": partial(actions.refund, statement=pk)}
    found = halves(request, ApprovalKind.REFUND, pk, **refund)
    if found.done:
        return redirect("statement-payment", pk)
    context = {
        "crumbs": _crumbs((_("Who still owes"), reverse("receivables")), (row.number, "")),
        "statement": row,
        "payment": in_full(row, today(request.now)),
        "halves": found if excess or found.waiting else None,
        "may_change": request.actor.has(*CASHIERS),
        "stop": queries.stop_of(row.organisation_id),
    }
    return render(request, "receipts/payment.html", context)


@with_role(*CASHIERS)
def chase_stop(request: HttpRequest, organisation: int) -> HttpResponse:
    """Stops reminding an organisation, with the reason, or takes that back."""
    row = one(people.organisations(request.actor), pk=organisation)
    stop, back = queries.stop_of(organisation), reverse("receivables")
    if stop is not None:
        return _resumed(request, row, stop, back)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        given = {"by": request.actor, "now": request.now, "organisation": organisation, "reason": reason}
        tried(form, lambda: actions.stop_chasing(**given))
        if not form.errors:
            messages.success(request, _("The organisation is no longer reminded."))
            return redirect(back)
    title = _("Stop reminding {name}").format(name=row.name)
    lead = _("What it owes stays as it is; nobody there is written to about it.")
    return form_page(request, form, title=title, label=_("Stop reminders"), lead=lead, back=back)


def _resumed(request: HttpRequest, row: Any, stop: Any, back: str) -> HttpResponse:
    if request.method == "POST":
        actions.resume_chasing(by=request.actor, now=request.now, organisation=row.pk)
        messages.success(request, _("The organisation is reminded again from the next set day on."))
        return redirect(back)
    context = {
        "crumbs": _crumbs((_("Who still owes"), back), (row.name, "")),
        "heading": _("Remind {name} again").format(name=row.name),
        "text": stop.reason,
        "label": _("Resume reminders"),
        "url": reverse("chase-stop", args=[row.pk]),
        "back": back,
    }
    return render(request, "billing/confirm.html", context)


urlpatterns = [
    path("staff/receivables/", receivables, name="receivables"),
    path("staff/receivables/files/<slug:kind>/", receivables_file, name="receivables-file"),
    path("staff/receivables/organisations/<int:organisation>/", chase_stop, name="chase-stop"),
    path("staff/receipts/", receipts, name="receipts"),
    path("staff/receipts/<int:pk>/", receipt, name="receipt"),
    path("staff/receipts/matches/<int:pk>/undo/", match_undo, name="match-undo"),
    path("staff/receipts/files/new/", bring_in, name="receipts-bring-in"),
    path("staff/receipts/files/<slug:code>/<slug:sha256>/", look, name="receipts-look"),
    path("staff/banks/new/", bank_new, name="bank-new"),
    path("staff/banks/<slug:code>/", bank, name="bank"),
    path("staff/statements/<int:pk>/payment/", statement_payment, name="statement-payment"),
]
