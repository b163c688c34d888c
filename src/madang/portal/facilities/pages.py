"""The catalogue as pages: for everybody with a calendar of each facility, for staff with forms and sheets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.errors import Refused
from madang.portal import refusals, sheets
from madang.portal.actors import READING_ROLES
from madang.portal.bookings import operating, showing
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.facilities import actions, exports, file_pages, queries, rules
from madang.portal.facilities.forms import FacilityForm, SearchForm, SheetForm, StaffSearchForm
from madang.portal.facilities.rules import KEEPERS, FacilityFileKind, FacilityState
from madang.portal.facilities.sentences import COLUMNS, FACILITY_KINDS, FIELDS, SAFETY, SLOT_GRAINS, WEEKDAYS
from madang.portal.fees import actions as setting_fees
from madang.portal.fees import queries as fees
from madang.portal.files import tables
from madang.portal.files.faces import taken
from madang.portal.prices import queries as prices
from madang.portal.prices.rules import kind_for
from madang.portal.qualifications import queries as qualifications
from madang.portal.templatetags.madang import in_language

PAGE, SHOWN = 50, 100


def _crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), *rest]


def described(row: Any) -> dict[str, str]:
    """The words for what a facility is: its class, field, grain and safety class."""
    return {
        "kind": _(FACILITY_KINDS[row.kind]),
        "field": _(FIELDS[row.field]),
        "grain": _(SLOT_GRAINS[row.grain]),
        "safety": _(SAFETY[row.safety]),
    }


def facilities(request: HttpRequest) -> HttpResponse:
    """What can be booked, with a search; the retired are not shown."""
    form = SearchForm(request.GET or None)
    rows = queries.found(queries.facilities(request.actor).exclude(state=FacilityState.RETIRED), **form.chosen())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, described(row)) for row in page],
        "searched": bool(request.GET),
    }
    return render(request, "facilities/facilities.html", context)


def facility(request: HttpRequest, code: str) -> HttpResponse:
    """One facility: what it is, on which terms it is booked, and a week of its calendar."""
    row = one(queries.facilities(request.actor), code=code)
    first = showing.monday(showing.asked_day(request.GET.get("week", ""), request.now))
    fee = fees.charged_as([row.pk]).get(row.pk)
    files = list(queries.files(request.actor, row.pk))
    context = {
        "crumbs": [(_("Facilities"), reverse("facilities")), (in_language(row, "name"), "")],
        "photos": [one for one in files if one.kind == FacilityFileKind.PHOTO],
        "manuals": [one for one in files if one.kind == FacilityFileKind.MANUAL],
        "facility": row,
        "words": described(row),
        "opens": rules.clock(row.opens),
        "closes": rules.clock(row.closes),
        "weekdays": [_(WEEKDAYS[day]) for day in rules.days_of(row.weekdays)],
        "week": showing.week_of_one(request.actor, row, first, request.now),
        "earlier": first - timedelta(days=7),
        "later": first + timedelta(days=7),
        "may_book": row.state == FacilityState.IN_USE,
        "may_change": request.actor.has(*KEEPERS),
        "operators": operating.named(row.pk),
        "fee": fee,
        "price": prices.tariff_on(fee.pk, kind_for(fee.grain), prices.today(request.now)) if fee else None,
        "needed": qualifications.needed_by(row.pk),
        "may_report": bool(request.actor.memberships) or request.actor.has(*KEEPERS),
    }
    return render(request, "facilities/facility.html", context)


@with_role(*READING_ROLES)
def staff_facilities(request: HttpRequest) -> HttpResponse:
    """The whole catalogue for staff, with the way to forms and sheets."""
    form = StaffSearchForm(request.GET or None)
    rows = queries.found(queries.facilities(request.actor), **form.chosen())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": _crumbs((_("Catalogue of facilities"), "")),
        "form": form,
        "page": page,
        "rows": [(row, described(row)) for row in page],
        "may_change": request.actor.has(*KEEPERS),
        "searched": bool(request.GET),
    }
    return render(request, "facilities/staff.html", context)


@with_role(*READING_ROLES)
def facilities_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The catalogue as a sheet, as it was searched for."""
    rows = exports.table(queries.found(queries.facilities(request.actor), **StaffSearchForm(request.GET).chosen()))
    if kind == "xlsx":
        response = HttpResponse(sheets.xlsx(_("Facilities"), rows), content_type=sheets.XLSX)
    elif kind == "csv":
        response = HttpResponse(sheets.comma_separated(rows), content_type=sheets.CSV)
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="facilities.{kind}"'
    return response


@with_role(*KEEPERS)
def facility_new(request: HttpRequest) -> HttpResponse:
    """Adds a facility."""
    form = FacilityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["particulars"]
        row = tried(form, lambda: actions.add(by=request.actor, now=request.now, given=given))
        if row:
            messages.success(request, _("The facility is in the catalogue."))
            return redirect("facility", row.code)
    return form_page(request, form, title=_("Add a facility"), label=_("Add"), back=reverse("staff-facilities"))


@with_role(*KEEPERS)
def facility_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Changes a facility; its code stays."""
    row = one(queries.facilities(request.actor), code=code)
    stored = FacilityForm.filled(queries.particulars_of(row), row.version)
    form = FacilityForm({**request.POST.dict(), **_lists(request), "code": code} if request.method == "POST" else None,
                        initial=stored)  # fmt: skip
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        given, version = form.cleaned_data["particulars"], form.cleaned_data["version"] or 0
        act = {"by": request.actor, "now": request.now, "facility": row.pk, "version": version, "given": given}
        tried(form, lambda: actions.change(**act))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("facility", code)
    name, links = (
        in_language(row, "name"),
        [(_("Take out of service or put back"), reverse("facility-state", args=[code]))],
    )
    return form_page(request, form, title=name, label=_("Save"), back=reverse("facility", args=[code]), links=links)


def _lists(request: HttpRequest) -> dict[str, list[str]]:
    return {"weekdays": request.POST.getlist("weekdays")}


@require_POST
@with_role(*KEEPERS)
def door_code(request: HttpRequest, code: str) -> HttpResponse:
    """Gives a facility another code to be put up at it."""
    row = one(queries.facilities(request.actor), code=code)
    actions.renew_door_code(by=request.actor, now=request.now, facility=row.pk)
    messages.success(request, _("There is a new code. Put it up at the facility: the old one no longer works."))
    return redirect("facility", code)


@with_role(*KEEPERS)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Takes a sheet for a look; nothing is stored before the next page's button."""
    form = SheetForm(request.POST or None, request.FILES or None)
    kept = taken(request, form)
    if kept is not None:
        return redirect("facilities-look", kept.sha256)
    lead = _("The first row has the headings; the catalogue's own file shows them. A code that is there is changed.")
    links = [(_("The catalogue as an XLSX file"), reverse("facilities-file", args=["xlsx"]))]
    title, back = _("Bring in a sheet of facilities"), reverse("staff-facilities")
    return form_page(request, form, title=title, label=_("Look at it"), lead=lead, back=back, links=links)


@with_role(*KEEPERS)
def look(request: HttpRequest, sha256: str) -> HttpResponse:
    """The rows of a kept sheet with what is wrong with them; the button stores them."""
    stored = tables.kept(sha256)
    if stored is None:
        raise Http404
    context: dict[str, Any] = {"crumbs": _crumbs((_("Catalogue of facilities"), reverse("staff-facilities")),
                                                 (_("A sheet of facilities"), ""))}  # fmt: skip
    try:
        found = exports.read(stored)
        if request.method == "POST":
            if found.faults:
                raise Refused("facilities_have_faults", rows=len(found.faults))
            listed = [given for _place, given in found.listed]
            given = {"listed": listed, "charged": found.charged}
            added, changed = setting_fees.bring_in(by=request.actor, now=request.now, **given)
            text = _("{added} facilities were added and {changed} changed.")
            messages.success(request, text.format(added=added, changed=changed))
            return redirect("staff-facilities")
        context |= _preview(found)
    except Refused as refused:
        context["refused"] = refusals.sentence(refused)
    return render(request, "facilities/look.html", context, status=422 if "refused" in context else 200)


def _preview(found: Any) -> dict[str, Any]:
    new, changed = exports.new_and_changed(found)
    lines = [(place, given, found.charged.get(given.code),
              _("New") if given.code in new else _("Changed") if given.code in changed else "")
             for place, given in found.listed]  # fmt: skip
    faults = [
        (fault.place, _(COLUMNS[fault.column]) if fault.column in COLUMNS else "",
         refusals.sentence(Refused(fault.code, **fault.facts)))
        for fault in found.faults
    ]  # fmt: skip
    return {"lines": lines[:SHOWN], "more": max(0, len(lines) - SHOWN), "rows": len(lines), "faults": faults[:SHOWN],
            "priced": bool(found.charged), "same": sum(1 for line in lines if not line[3])}  # fmt: skip


urlpatterns = [
    path("facilities/", facilities, name="facilities"),
    path("facilities/<slug:code>/", facility, name="facility"),
    path("staff/facilities/", staff_facilities, name="staff-facilities"),
    path("staff/facilities/new/", facility_new, name="facility-new"),
    path("staff/facilities/files/<slug:kind>/", facilities_file, name="facilities-file"),
    path("staff/facilities/sheets/new/", bring_in, name="facilities-bring-in"),
    path("staff/facilities/sheets/<slug:sha256>/", look, name="facilities-look"),
    path("staff/facilities/items/<slug:code>/", facility_edit, name="facility-edit"),
    *file_pages.urlpatterns,
    path("staff/facilities/items/<slug:code>/door/", door_code, name="facility-door-code"),
]
