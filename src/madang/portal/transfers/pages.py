"""The public page of rates; an owner's transfer with its preview; the page of one for both sides; the staff's pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.actors import PUBLIC, READING_ROLES, Role
from madang.portal.awards import queries as awards
from madang.portal.billing.forms import PurposeForm
from madang.portal.faces import one, signed_in, tried, with_role
from madang.portal.prices.queries import today
from madang.portal.templatetags.madang import in_language
from madang.portal.transfers import actions, exports, offers, queries
from madang.portal.transfers.forms import AskForm, DecideForm, EndRateForm, RateForm
from madang.portal.transfers.rules import TransferState
from madang.portal.transfers.showing import said, shown

A_PAGE = 50
FORMATS: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "csv": (exports.as_csv, sheets.CSV),
    "xlsx": (exports.as_xlsx, sheets.XLSX),
}


def rates(request: HttpRequest) -> HttpResponse:
    """The rates of today and those that are planned, for everybody."""
    found = queries.among(queries.rates(PUBLIC), today(request.now), None)
    return render(request, "transfers/rates.html", {"rates": [shown(row) for row in found]})


@with_role(*READING_ROLES)
def staff_rates(request: HttpRequest) -> HttpResponse:
    """Every rate, and for a programme manager the form for another."""
    form = None
    if request.actor.has(Role.PROGRAMME_MANAGER):
        form = RateForm(request.POST if request.method == "POST" else None, by=request.actor)
        new = {"by": request.actor, "now": request.now}
        if form.is_valid() and tried(form, lambda: actions.create_rate(**new, **form.cleaned_data)):
            messages.success(request, _("The rate is published."))
            return redirect("staff-transfer-rates")
    context = {
        "crumbs": _crumbs((_("Rates of transfers"), "")),
        "rates": [shown(row) for row in queries.rates(request.actor)],
        "form": form,
        "staff": True,
    }
    status = 422 if form and form.is_bound and form.errors else 200
    return render(request, "transfers/staff_rates.html", context, status=status)


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), *more]


@with_role(Role.PROGRAMME_MANAGER)
def end_rate(request: HttpRequest, code: str) -> HttpResponse:
    """Asks for the day, then ends a rate."""
    row: Any = one(queries.rates(request.actor), code=code)
    if row.ends_on is not None and row.ends_on <= today(request.now):
        raise Http404
    form = EndRateForm(request.POST if request.method == "POST" else None)
    given = {"by": request.actor, "now": request.now, "rate": row.pk}
    if form.is_valid():
        tried(form, lambda: actions.end_rate(**given, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("The rate ends on the day you gave."))
            return redirect("staff-transfer-rates")
    name, back = in_language(row, "name"), reverse("staff-transfer-rates")
    context = {
        "crumbs": _crumbs((_("Rates of transfers"), back), (name, "")),
        "heading": _("End the rate {rate}").format(rate=name),
        "text": _(
            "From the day on which it ends nobody can transfer by it. What waits by then is still decided by it."
        ),
        "label": _("End the rate"),
        "form": form,
        "url": request.path,
        "back": back,
        "danger": True,
    }
    return render(request, "prices/confirm.html", context, status=422 if form.errors else 200)


@signed_in
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """What can be transferred today and the form; first what it comes to is shown, then it is done."""
    award = one(awards.awards(request.actor), number=number)
    found = offers.offers(award, request.now) if request.actor.owner_of(award.organisation_id) else []
    if not found:
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None, offers=found)
    preview = None
    if form.is_valid():
        way, hours = form.cleaned_data["way"], form.cleaned_data["hours"]
        preview = tried(form, lambda: offers.preview(request.actor, award.pk, way, hours, request.now))
        if preview and request.POST.get("seen") == f"{way}:{hours}":
            given = {"by": request.actor, "now": request.now, "award": award.pk}
            made = tried(form, lambda: actions.ask(**given, **form.cleaned_data))
            if made is not None:
                messages.success(request, _("The transfer is written down."))
                return redirect("transfer", made.pk)
    context = {
        "form": form,
        "award": award,
        "rates": [shown(row) for row in {one.rate.pk: one.rate for one in found}.values()],
        "crumbs": [(_("Awards"), reverse("awards")), (number, reverse("award", args=[number]))],
    }
    if preview and not form.errors:
        one_way, exchange = preview
        context |= {
            "preview": said(one_way.pool, one_way.product, exchange, one_way.months),
            "less": form.cleaned_data["hours"] * 3600 - exchange.given,
            "one": one_way,
            "waits": one_way.waits,
            "seen": f"{one_way.key}:{form.cleaned_data['hours']}",
        }
    return render(request, "transfers/ask.html", context, status=422 if form.errors else 200)


@with_role(*READING_ROLES)
def transfers(request: HttpRequest) -> HttpResponse:
    """Every transfer, those that wait first."""
    actions.note_search(by=request.actor, now=request.now)
    page = Paginator(queries.transfers(request.actor), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "transfers/list.html", {"page": page, "crumbs": _crumbs((_("Transfers"), ""))})


@with_role(*READING_ROLES)
def transfers_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Asks what the list is for, notes it, and gives it as a spreadsheet or as comma-separated text."""
    if kind not in FORMATS:
        raise Http404
    make, mime = FORMATS[kind]
    form = PurposeForm(request.GET if "purpose" in request.GET else None)
    back = reverse("transfers")
    if not form.is_valid():
        context = {
            "crumbs": _crumbs((_("Transfers"), back), (_("Download"), "")),
            "form": form,
            "back": back,
            "text": _("The list names organisations and what they exchanged. Before you download it, say what for."),
        }
        return render(request, "billing/purpose.html", context)
    actions.note_download(by=request.actor, now=request.now, purpose=form.cleaned_data["purpose"])
    response = HttpResponse(make(queries.transfers(request.actor)), content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="transfers-{today(request.now)}.{kind}"'
    return response


@signed_in
def transfer(request: HttpRequest, transfer: int) -> HttpResponse:
    """One transfer: what goes out and comes in, its two sides in the book, and for a programme manager the decision."""
    row = one(queries.transfers(request.actor), pk=transfer)
    staff, waits = request.actor.reads_everything, row.state == TransferState.ASKED
    decides = waits and request.actor.has(Role.PROGRAMME_MANAGER)
    forms = _forms(request, "approve", "refuse") if decides else {}
    if waits and request.actor.owner_of(row.award.organisation_id):
        forms |= _forms(request, "withdraw")
    given = {"by": request.actor, "now": request.now, "transfer": row.pk}
    acts = {"approve": actions.approve, "refuse": actions.refuse, "withdraw": actions.withdraw}
    for name, form in forms.items():
        if form.is_valid():
            tried(form, partial(acts[name], **given, **form.cleaned_data))
            if not form.errors:
                return redirect("transfer", row.pk)
    if staff:
        actions.note_reading(by=request.actor, now=request.now, transfer=row)
    context = {
        "row": row,
        "rate": shown(row.rate),
        "rooms": offers.rooms(row, request.now) if waits and staff else [],
        "staff": staff,
        **forms,
        "crumbs": [
            (_("Transfers"), reverse("transfers")) if staff else (_("Awards"), reverse("awards")),
            (row.award.number, reverse("award", args=[row.award.number])),
        ],
    }
    bad = any(form.is_bound and form.errors for form in forms.values())
    return render(request, "transfers/transfer.html", context, status=422 if bad else 200)


def _forms(request: HttpRequest, *names: str) -> dict[str, Form]:
    sent = request.POST.get("act") if request.method == "POST" else ""
    made = {name: Form if name == "withdraw" else DecideForm for name in names}
    return {name: form(request.POST if name == sent else None, auto_id=f"{name}_%s") for name, form in made.items()}


urlpatterns = [
    path("transfer-rates/", rates, name="transfer-rates"),
    path("staff/transfer-rates/", staff_rates, name="staff-transfer-rates"),
    path("staff/transfer-rates/<slug:code>/end/", end_rate, name="transfer-rate-end"),
    path("awards/<slug:number>/transfer/", ask, name="transfer-new"),
    path("staff/transfers/", transfers, name="transfers"),
    path("staff/transfers/files/<slug:kind>/", transfers_file, name="transfers-file"),
    path("transfers/<int:transfer>/", transfer, name="transfer"),
]
