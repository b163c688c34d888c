"""The pages of staff about bookings: the day, approvals, closing, quotas, utilisation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.actors import READING_ROLES
from madang.portal.bookings import actions, closing, exports, looking, operating, queries, showing, slots
from madang.portal.bookings.forms import ClosureForm, DecisionForm, OperatorsForm, QuotaForm, StateForm
from madang.portal.bookings.rules import BookingState, ClosureKind
from madang.portal.bookings.sentences import CLOSURES
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.facilities import queries as facilities
from madang.portal.facilities.rules import KEEPERS, FacilityKind, FacilityState
from madang.portal.facilities.sentences import FACILITY_KINDS
from madang.portal.journal.actions import read
from madang.portal.templatetags.madang import in_language
from madang.values import Period

PAGE = 50


def _crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), (_("Bookings"), reverse("staff-bookings")), *rest]


@with_role(*READING_ROLES)
def staff_bookings(request: HttpRequest) -> HttpResponse:
    """A day's bookings of all facilities; with ?asked=1 those that wait to be approved, whenever they are."""
    zone, asked = settings.MADANG_ZONE, request.GET.get("asked") == "1"
    day = showing.asked_day(request.GET.get("day", ""), request.now)
    period = Period(slots.midnight(day, zone), slots.midnight(day + timedelta(days=1), zone))
    rows = queries.bookings(request.actor)
    rows = rows.filter(state=BookingState.ASKED) if asked else rows.filter(queries.during(period))
    read(by=request.actor, now=request.now, what="search", kind="booking", subject="asked" if asked else "day")
    context = {
        "crumbs": [*_crumbs()[:-1], (_("Bookings"), "")],
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "day": day,
        "earlier": day - timedelta(days=1),
        "later": day + timedelta(days=1),
        "asked": asked,
        "closures": [
            (row, _(CLOSURES[row.kind])) for row in queries.closures(request.actor).filter(queries.during(period))
        ],
        "may_change": request.actor.has(*KEEPERS),
        "ahead": request.now + timedelta(minutes=15),
    }
    return render(request, "bookings/staff.html", context)


@with_role(*KEEPERS)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approves or refuses a booking that was asked for."""
    row = one(queries.bookings(request.actor), pk=pk)
    read(by=request.actor, now=request.now, what="view", kind="booking", subject=pk, organisation=row.organisation_id)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"approve": form.cleaned_data["approve"] == "yes", "reason": form.cleaned_data["reason"]}
        tried(form, lambda: actions.decide(by=request.actor, now=request.now, booking=pk, **given))
        if not form.errors:
            messages.success(request, _("Decided. Who booked gets a mail."))
            return redirect("booking", pk)
    lead = _("{organisation}: {purpose}").format(organisation=row.organisation.name, purpose=row.purpose)
    title = _("Decide about the booking of {name}").format(name=in_language(row.booked.all()[0].facility, "name"))
    return form_page(request, form, title=title, label=_("Decide"), lead=lead, back=reverse("booking", args=[pk]))


@with_role(*KEEPERS)
def closure_new(request: HttpRequest) -> HttpResponse:
    """Closes facilities for a time: a blackout, or maintenance."""
    listed = facilities.facilities(request.actor).exclude(state=FacilityState.RETIRED)
    form = ClosureForm(request.POST or None, facilities=listed)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        act = {
            "facilities": [int(one) for one in given["facilities"]],
            "kind": ClosureKind(given["kind"]),
            **{name: given[name] for name in ("period", "reason", "cancel")},
        }
        if tried(form, lambda: closing.close(by=request.actor, now=request.now, **act)):
            messages.success(request, _("Closed."))
            return redirect(f"{reverse('staff-bookings')}?day={given['day']}")
    title, back = _("Close facilities for a time"), reverse("staff-bookings")
    return form_page(request, form, title=title, label=_("Close them"), back=back)


@with_role(*KEEPERS)
def closure_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then takes a closure back."""
    row = one(queries.closures(request.actor), pk=pk)
    if request.method == "POST":
        closing.reopen(by=request.actor, now=request.now, closure=pk)
        messages.success(request, _("Open again. Who stood on the waiting list has moved up."))
        return redirect("staff-bookings")
    name = in_language(row.facility, "name")
    context = {
        "crumbs": _crumbs((name, "")),
        "heading": _("Open {name} again").format(name=name),
        "text": row.reason,
        "label": _("Open again"),
        "url": reverse("closure-remove", args=[pk]),
        "back": reverse("staff-bookings"),
    }
    return render(request, "billing/confirm.html", context)


@with_role(*KEEPERS)
def facility_state(request: HttpRequest, code: str) -> HttpResponse:
    """Takes a facility out of service, or puts it back."""
    row = one(facilities.facilities(request.actor), code=code)
    form = StateForm(
        request.POST if request.method == "POST" else None, initial={"version": row.version, "state": row.state}
    )
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("version", "reason", "cancel")}
        state = FacilityState(form.cleaned_data["state"])
        tried(form, lambda: closing.set_state(by=request.actor, now=request.now, facility=row.pk, state=state, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("facility", code)
    ahead = queries.ahead_of(row.pk, request.now).count()
    lead = _("Bookings ahead: {ahead}. Out of service it cannot be booked.").format(ahead=ahead)
    return form_page(request, form, title=in_language(row, "name"), label=_("Save"), lead=lead,
                     back=reverse("facility", args=[code]))  # fmt: skip


@with_role(*KEEPERS)
def facility_operators(request: HttpRequest, code: str) -> HttpResponse:
    """Who operates a facility; with nobody it is used without an operator."""
    row = one(facilities.facilities(request.actor), code=code)
    known = "\n".join(person.email or "" for person in operating.named(row.pk))
    form = OperatorsForm(request.POST if request.method == "POST" else None, initial={"emails": known})
    if request.method == "POST" and form.is_valid():
        given = {"facility": row.pk, "emails": form.cleaned_data["emails"].split()}
        tried(form, lambda: operating.set_operators(by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("facility", code)
    lead = _("A booking then also books one of them who is free. What is booked already stays as it is.")
    return form_page(request, form, title=in_language(row, "name"), label=_("Save"), lead=lead,
                     back=reverse("facility", args=[code]))  # fmt: skip


@with_role(*READING_ROLES)
def quotas(request: HttpRequest) -> HttpResponse:
    """How many hours a month an organisation may book of each class, and the form that sets it."""
    form = QuotaForm(request.POST or None)
    stored = looking.quotas()
    if request.method == "POST" and form.is_valid():
        kind = FacilityKind(form.cleaned_data["kind"])
        known = stored.get(kind)
        given = {"kind": kind, "hours": form.cleaned_data["hours"], "version": known.version if known else 0}
        tried(form, lambda: closing.set_quota(by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("booking-quotas")
    context = {
        "crumbs": _crumbs((_("Quotas of hours"), "")),
        "rows": [(_(word), stored.get(kind)) for kind, word in FACILITY_KINDS.items()],
        "form": form,
        "may_change": request.actor.has(*KEEPERS),
    }
    return render(request, "bookings/quotas.html", context, status=422 if form.is_bound and form.errors else 200)


@with_role(*READING_ROLES)
def utilisation(request: HttpRequest) -> HttpResponse:
    """Hours used against standard hours, by class and facility, of a year."""
    year = showing.asked_year(request.GET.get("year", ""), request.now)
    rows = queries.utilisation(request.actor, showing.year_of(year))
    listed = [(row, use, _(FACILITY_KINDS[row.kind])) for row, use in rows]
    context = {
        "crumbs": _crumbs((_("Rate of utilisation"), "")),
        "year": year,
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
        "kinds": [(_(FACILITY_KINDS[kind]), use) for kind, use in exports.by_kind(rows)],
    }
    return render(request, "bookings/utilisation.html", context)


@with_role(*READING_ROLES)
def utilisation_file(request: HttpRequest, year: int) -> HttpResponse:
    """The same by facility, as comma-separated text."""
    if showing.asked_year(str(year), request.now) != year:
        raise Http404
    rows: Any = exports.table(queries.utilisation(request.actor, showing.year_of(year)))
    response = HttpResponse(sheets.comma_separated(rows), content_type=sheets.CSV)
    response["Content-Disposition"] = f'attachment; filename="utilisation-{year}.csv"'
    return response


urlpatterns = [
    path("staff/bookings/", staff_bookings, name="staff-bookings"),
    path("staff/bookings/<int:pk>/decide/", decide, name="booking-decide"),
    path("staff/closures/new/", closure_new, name="closure-new"),
    path("staff/closures/<int:pk>/remove/", closure_remove, name="closure-remove"),
    path("staff/facilities/items/<slug:code>/state/", facility_state, name="facility-state"),
    path("staff/facilities/items/<slug:code>/operators/", facility_operators, name="facility-operators"),
    path("staff/bookings/quotas/", quotas, name="booking-quotas"),
    path("staff/bookings/utilisation/", utilisation, name="utilisation"),
    path("staff/bookings/utilisation/<int:year>/csv/", utilisation_file, name="utilisation-file"),
]
