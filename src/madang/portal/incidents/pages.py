"""Damage and accidents as pages: reporting one, one's own, and for staff the list, the steps and a closure."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.bookings import queries as bookings
from madang.portal.faces import form_page, one, signed_in, tried, whole, with_role
from madang.portal.facilities import queries as facilities
from madang.portal.facilities.rules import KEEPERS
from madang.portal.files.faces import answer, attached
from madang.portal.incidents import actions, forms, queries, rules
from madang.portal.incidents.rules import IncidentState
from madang.portal.incidents.sentences import KINDS, MOVES, SEVERITIES, STATES
from madang.portal.journal.actions import read
from madang.portal.templatetags.madang import in_language
from madang.values import Period

PAGE = 50


@signed_in
def incidents(request: HttpRequest) -> HttpResponse:
    """Reports that are not ended, or all of a state: one's own, or everybody's for staff."""
    by, state = request.actor, request.GET.get("state", "open")
    rows = queries.incidents(by)
    rows = rows.filter(state=state) if state in STATES else rows.filter(state__in=rules.OPEN)
    if by.reads_everything:
        read(by=by, now=request.now, what="search", kind="incident", subject=state if state in STATES else "open")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": [(_("Facilities"), reverse("facilities")), (_("Damage and accidents"), "")],
        "page": page,
        "rows": [(row, _(SEVERITIES[row.severity])) for row in page],
        "states": [(value, _(word)) for value, word in STATES.items()],
        "chosen": state if state in STATES else "open",
    }
    return render(request, "incidents/incidents.html", context)


@signed_in
def incident_new(request: HttpRequest, code: str) -> HttpResponse:
    """Reports damage or an accident at a facility, with ?booking= in that booking."""
    row = one(facilities.facilities(request.actor), code=code)
    booking = whole(request.GET.get("booking", ""))
    if booking:
        one(bookings.bookings(request.actor), pk=booking, booked__facility=row.pk)
    form = forms.IncidentForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        made = tried(form, partial(_report, request, form, row.pk, booking or None))
        if made:
            messages.success(request, _("Reported. Here you see how far it is."))
            return redirect("incident", made.pk)
    lead = _("If somebody is hurt or in danger, call for help first. The centre looks at every report.")
    back = reverse("booking", args=[booking]) if booking else reverse("facility", args=[code])
    title = _("Report damage or an accident: {name}").format(name=in_language(row, "name"))
    return form_page(request, form, title=title, label=_("Send the report"), lead=lead, back=back)


def _report(request: HttpRequest, form: forms.IncidentForm, facility: int, booking: int | None) -> Any:
    rules.refuse_unless_user(request.actor)
    photo = attached(request, form)
    given = form.cleaned_data | photo
    return actions.report(by=request.actor, now=request.now, facility=facility, booking=booking, **given)


@signed_in
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One report with everything that happened to it; staff move it on."""
    by = request.actor
    row = one(queries.incidents(by), pk=pk)
    if by.reads_everything:
        read(by=by, now=request.now, what="view", kind="incident", subject=pk)
    moves = rules.MOVES.get(IncidentState(row.state), ()) if by.has(*KEEPERS) else ()
    form = forms.IncidentMoveForm(request.POST or None, initial={"version": row.version}) if moves else None
    if request.method == "POST" and form is not None and form.is_valid():
        to = next((state for state in IncidentState if state in request.POST), None)
        if to is None:
            raise Http404
        tried(form, partial(actions.move, by=by, now=request.now, report=pk, to=to, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("incident", pk)
    context = {
        "incident": row,
        "kind": _(KINDS[row.kind]),
        "severity": _(SEVERITIES[row.severity]),
        "steps": [(step, _(STATES[step.state])) for step in queries.steps(pk)],
        "moves": [(state, _(MOVES[state])) for state in moves],
        "may_block": bool(moves) and row.closure_id is None,
        "form": form,
        "crumbs": [(_("Damage and accidents"), reverse("incidents")), (row.what or "–", "")],
    }
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, "incidents/incident.html", context, status=status)


@signed_in
def incident_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The photo or file of a report."""
    row = one(queries.incidents(request.actor), pk=pk)
    if row.file is None:
        raise Http404
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="view", kind="incident", subject=pk)
    return answer(row.file, row.file_name)


@with_role(*KEEPERS)
def incident_block(request: HttpRequest, pk: int) -> HttpResponse:
    """Closes the facility because of a report; says first how many bookings that cancels."""
    row = one(queries.incidents(request.actor), pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = forms.BlockForm(posted, initial={"version": row.version, "starts_at": request.now})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        period = Period(given["starts_at"], given["ends_at"])
        act = {"report": pk, "version": given["version"], "period": period}
        tried(form, partial(actions.block, by=request.actor, now=request.now, **act))
        if not form.errors:
            messages.success(request, _("Closed. Who had booked it in this time gets a mail."))
            return redirect("incident", pk)
    ahead = bookings.ahead_of(row.facility_id, request.now).count()
    lead = _("Bookings ahead: {ahead}. Those in this time are cancelled, and their people get a mail with the reason.")
    title = _("Close {name} because of this").format(name=in_language(row.facility, "name"))
    return form_page(request, form, title=title, label=_("Close it"), lead=lead.format(ahead=ahead),
                     back=reverse("incident", args=[pk]), danger=True)  # fmt: skip


urlpatterns = [
    path("incidents/", incidents, name="incidents"),
    path("incidents/<int:pk>/", incident, name="incident"),
    path("incidents/<int:pk>/file/", incident_file, name="incident-file"),
    path("facilities/<slug:code>/incidents/new/", incident_new, name="incident-new"),
    path("staff/incidents/<int:pk>/block/", incident_block, name="incident-block"),
]
