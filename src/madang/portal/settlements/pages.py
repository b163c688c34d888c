"""The staff's pages of settlements: the years, and one year's account with everybody who funded it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import sheets
from madang.portal.actors import READING_ROLES
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import queries as awards
from madang.portal.billing.forms import PurposeForm
from madang.portal.billing.queries import today
from madang.portal.decisions.halves import halves
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.funding import queries as funding
from madang.portal.journal.actions import read
from madang.portal.settlements import actions, exports, queries
from madang.portal.settlements.forms import EntryForm, TakeBackForm
from madang.portal.settlements.rules import FIRST_YEAR, LAST_YEAR, SETTLERS
from madang.portal.settlements.sentences import ITEMS

PAGE = 50
FORMATS: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "csv": (exports.as_csv, sheets.CSV),
    "xlsx": (exports.as_xlsx, sheets.XLSX),
    "json": (lambda found: queries.written(found).encode(), "application/json"),
}


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), (_("Settlement"), reverse("settlements")), *more]


@with_role(*READING_ROLES)
def settlements(request: HttpRequest) -> HttpResponse:
    """The years, each with whether it is settled."""
    settled = {row.year: row for row in queries.settlements(request.actor)}
    years = sorted({*queries.years(request.actor), today(request.now).year}, reverse=True)
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Settlement"), "")],
        "years": [(year, settled.get(year)) for year in years],
    }
    return render(request, "settlements/settlements.html", context)


@with_role(*READING_ROLES)
def settlement(request: HttpRequest, year: int) -> HttpResponse:
    """One year by source and award, as it was settled or as it stands; entries, and the two halves of settling it."""
    _known(year)
    settled = queries.settlements(request.actor).filter(year=year).first()
    acts = {"draft": partial(actions.draft, year=year), "approve": partial(actions.settle, year=year)}
    found = halves(request, ApprovalKind.SETTLE_YEAR, year, **acts)
    if found.done:
        return redirect("settlement", year)
    read(by=request.actor, now=request.now, what="view", kind="settlement", subject=year)
    now = queries.content(year)
    shown = json.loads(settled.content) if settled else now
    context = {
        "crumbs": _crumbs((str(year), "")),
        "year": year,
        "settled": settled,
        "changed": settled is not None and shown != now,
        "faults": queries.differences(now),
        "found": shown,
        "received": queries.received(year),
        "names": [exports.name_of(source) for source in shown["sources"]],
        "accounts": list(zip(*map(exports.items, shown["sources"]), strict=True)),
        "page": _paged(request, shown),
        "entries": [(row, _(ITEMS[row.item])) for row in queries.entries(request.actor, year)],
        "halves": None if settled else found,
        "may_change": settled is None and request.actor.has(*SETTLERS),
        "runs": year >= today(request.now).year,
    }
    return render(request, "settlements/settlement.html", context)


def _paged(request: HttpRequest, found: dict[str, Any]) -> Any:
    codes = [source["code"] for source in found["sources"]]
    rows = [(award, [award["support_won"].get(code, 0) for code in codes]) for award in found["awards"]]
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))


def _known(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404


@with_role(*READING_ROLES)
def settlement_file(request: HttpRequest, year: int, kind: str) -> HttpResponse:
    """A year as a file: as it was settled, or as it stands."""
    _known(year)
    if kind not in FORMATS:
        raise Http404
    make, mime = FORMATS[kind]
    form, back = PurposeForm(request.GET if "purpose" in request.GET else None), reverse("settlement", args=[year])
    if not form.is_valid():
        text = _("The file names organisations and what they were given. Before you download it, say what for.")
        context = {"crumbs": _crumbs((str(year), back), (_("Download"), "")), "form": form, "back": back, "text": text}
        return render(request, "billing/purpose.html", context)
    note = {"what": "download", "kind": "settlement", "subject": year, "purpose": form.cleaned_data["purpose"]}
    read(by=request.actor, now=request.now, **note)
    settled = queries.settlements(request.actor).filter(year=year).first()
    content = json.loads(settled.content) if settled else queries.content(year)
    response = HttpResponse(make(content), content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="settlement-{year}.{kind}"'
    return response


@with_role(*SETTLERS)
def entry_new(request: HttpRequest, year: int) -> HttpResponse:
    """Enters an amount into a source's account of a year."""
    _known(year)
    form = EntryForm(request.POST if request.method == "POST" else None, by=request.actor)
    if request.method == "POST" and form.is_valid():
        tried(form, lambda: _entered(request, year, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("The amount is entered."))
            return redirect("settlement", year)
    title = _("Enter an amount into {year}").format(year=year)
    lead = _("It stays in the books. A wrong one is taken back by a row of its own.")
    return form_page(
        request, form, title=title, label=_("Enter it"), lead=lead, back=reverse("settlement", args=[year])
    )


def _entered(request: HttpRequest, year: int, source: str, award: str, **given: Any) -> None:
    found = awards.awards(request.actor).filter(number=award.strip()).first() if award.strip() else None
    if award.strip() and found is None:
        raise Refused("award_number_unknown", field="award")
    row = one(funding.sources(request.actor), code=source)
    pk = found.pk if found else None
    actions.enter(by=request.actor, now=request.now, source=row.pk, year=year, award=pk, **given)


@with_role(*SETTLERS)
def entry_take_back(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Asks for the paper, then takes an entry back."""
    one(queries.entries(request.actor, year), pk=pk, undone=False, reverses__isnull=True)
    form = TakeBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        document = form.cleaned_data["document"]
        tried(form, lambda: actions.take_back(by=request.actor, now=request.now, entry=pk, document=document))
        if not form.errors:
            messages.success(request, _("The amount is taken back."))
            return redirect("settlement", year)
    title, back = _("Take an amount back"), reverse("settlement", args=[year])
    lead = _("Both rows stay in the books.")
    return form_page(request, form, title=title, label=_("Take it back"), lead=lead, back=back, danger=True)


urlpatterns = [
    path("staff/settlements/", settlements, name="settlements"),
    path("staff/settlements/<int:year>/", settlement, name="settlement"),
    path("staff/settlements/<int:year>/files/<slug:kind>/", settlement_file, name="settlement-file"),
    path("staff/settlements/<int:year>/entries/new/", entry_new, name="settlement-entry-new"),
    path("staff/settlements/<int:year>/entries/<int:pk>/take-back/", entry_take_back, name="settlement-entry-undo"),
]
