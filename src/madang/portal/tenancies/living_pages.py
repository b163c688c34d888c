"""The pages of living in the camp: who may come in, visitors at the door, monthly reports, requests for repair."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.portal import sheets
from madang.portal.actors import READING_ROLES
from madang.portal.billing.forms import PurposeForm
from madang.portal.camp import queries as camp
from madang.portal.camp.rules import KEEPERS, SpaceKind
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.facilities.rules import clock, days_of
from madang.portal.facilities.sentences import WEEKDAYS
from madang.portal.journal.actions import read
from madang.portal.tenancies import forms, living, looking, queries, reporting, rules, upkeep
from madang.portal.tenancies.rules import UpkeepState
from madang.portal.tenancies.sentences import MOVES, UPKEEP

PAGE = 50


def hours_of(row: Any) -> str:
    """When a resident may come in, in words."""
    days = (
        _("every day")
        if row.weekdays == rules.EVERY_DAY
        else " ".join(_(WEEKDAYS[day]) for day in days_of(row.weekdays))
    )
    if (row.opens, row.closes) == (0, rules.MINUTES_A_DAY):
        return _("{days}, day and night").format(days=days)
    return _("{days}, {opens} to {closes}").format(days=days, opens=clock(row.opens), closes=clock(row.closes))


# --- at the door ---


@with_role(*READING_ROLES)
def access(request: HttpRequest) -> HttpResponse:
    """Who may come in today: residents with their hours, and visitors with their hosts."""
    by, today = request.actor, queries.today(request.now)
    read(by=by, now=request.now, what="search", kind="resident", subject=today.isoformat())
    page = Paginator(looking.may_come_in(by, today), PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Who may come in"), "")],
        "page": page,
        "rows": [(row, hours_of(row)) for row in page],
        "visitors": looking.visitors_on(by, today),
        "today": today,
        "may_note": by.has(*KEEPERS),
    }
    return render(request, "tenancies/access.html", context)


@with_role(*READING_ROLES)
def access_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The list of today for the door, as comma-separated text, once somebody said what for."""
    if kind != "csv":
        raise Http404
    by, today = request.actor, queries.today(request.now)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        read(by=by, now=request.now, what="download", kind="resident", subject=today.isoformat(), purpose=purpose)
        rows = _access_table(looking.may_come_in(by, today), looking.visitors_on(by, today))
        response = HttpResponse(sheets.comma_separated(rows), content_type=sheets.CSV)
        response["Content-Disposition"] = f'attachment; filename="camp-access-{today}.csv"'
        return response
    title, back = _("Who may come in, as a file"), reverse("camp-access")
    return form_page(request, form, title=title, label=_("Download"), back=back)


def _access_table(residents: Any, visitors: Any) -> list[list[sheets.Cell]]:
    table: list[list[sheets.Cell]] = [
        [_("Name"), _("Organisation"), _("Spaces"), _("Days of the week"), _("Comes in from"), _("Until"), _("Host")]
    ]
    for row in residents:
        spaces = ", ".join(one_of.space.code for one_of in row.tenancy.spaces.all())
        days = "".join(str(day + 1) for day in days_of(row.weekdays))
        who = [row.person.name, row.tenancy.organisation.name, spaces]
        table.append([*who, days, clock(row.opens), clock(row.closes), ""])
    for row in visitors:
        table.append([row.name, row.tenancy.organisation.name, "", "", "", "", row.host.name])
    return table


@require_POST
@with_role(*KEEPERS)
def came(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes at the door that a visitor came."""
    living.note_came(by=request.actor, now=request.now, visitor=pk)
    messages.success(request, _("Noted."))
    return redirect("camp-access")


# --- monthly reports ---


@signed_in
def month_report(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """A month of a tenancy: its versions, and for the tenant the form of the first or the next."""
    by = request.actor
    row = one(queries.tenancies(by), pk=pk)
    duty = looking.duty(by, pk, month)
    if duty is None:
        raise Http404
    read(by=by, now=request.now, what="view", kind="tenancy", subject=pk, organisation=row.organisation_id)
    versions = next(one_of for one_of in looking.duties(pk) if one_of.pk == duty.pk).versions.all()
    form = _report_form(request, versions) if by.member_of(row.organisation_id) else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = {"tenancy": pk, "month": month, "figures": form.figures(), "version": form.cleaned_data["version"]}
        why = form.cleaned_data.get("why", "")
        tried(form, partial(reporting.hand_in, by=by, now=request.now, why=why, **given))
        if not form.errors:
            messages.success(request, _("The report is handed in. Thank you."))
            return redirect("tenancy", pk)
    back = reverse("tenancy", args=[pk])
    trail = [(_("Start-up camp"), reverse("camp")), (row.organisation.name, back), (month, "")]
    context = {"tenancy": row, "duty": duty, "versions": versions, "form": form, "crumbs": trail}
    context["today"] = queries.today(request.now)
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, "tenancies/report.html", context, status=status)


def _report_form(request: HttpRequest, versions: Any) -> forms.ReportForm:
    last = versions[0] if versions else None
    names = rules.MonthFigures.__dataclass_fields__
    initial = {name: getattr(last, name) for name in names} if last else {}
    form = forms.ReportForm(request.POST or None, initial=initial | {"version": len(versions)})
    if last is None:
        del form.fields["why"]
    return form


# --- requests ---


@with_role(*READING_ROLES)
def upkeep_list(request: HttpRequest) -> HttpResponse:
    """Requests for repair: those that are open, or all of a state."""
    by, state = request.actor, request.GET.get("state", "open")
    read(by=by, now=request.now, what="search", kind="upkeep", subject=state if state in UPKEEP else "open")
    rows = looking.requests(by, state if state in UPKEEP else "open")
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Requests for repair"), "")],
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "states": [(value, _(word)) for value, word in UPKEEP.items()],
        "chosen": state,
    }
    return render(request, "tenancies/requests.html", context)


@signed_in
def request_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for something to be mended."""
    by = request.actor
    row = one(queries.tenancies(by), pk=pk, organisation__in=list(by.memberships))
    near = [one_of.space for one_of in row.spaces.all()]
    shared = list(camp.spaces().filter(kind=SpaceKind.SHARED))
    form = forms.RequestForm(request.POST or None, spaces=[*near, *shared])
    if request.method == "POST" and form.is_valid():
        made = tried(form, partial(upkeep.ask, by=by, now=request.now, tenancy=pk, **form.cleaned_data))
        if made:
            messages.success(request, _("Asked. Here you see how far it is."))
            return redirect("upkeep", made.pk)
    title, back = _("Ask for a repair"), reverse("tenancy", args=[pk])
    return form_page(request, form, title=title, label=_("Ask"), lead=row.organisation.name, back=back)


@signed_in
def upkeep_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with everything that happened to it; whoever may moves it on with an answer."""
    by = request.actor
    row = one(looking.requests(by), pk=pk)
    organisation = row.tenancy.organisation_id
    read(by=by, now=request.now, what="view", kind="upkeep", subject=pk, organisation=organisation)
    who = {"tenant": by.member_of(organisation), "keeper": by.has(*KEEPERS)}
    moves = rules.moves(row.state, **who)
    form = forms.MoveForm(request.POST or None, initial={"version": row.version}) if moves else None
    if request.method == "POST" and form is not None and form.is_valid():
        to = next((state for state in UpkeepState if state in request.POST), None)
        if to is None:
            raise Http404
        given = {"request": pk, "to": to, **form.cleaned_data}
        tried(form, partial(upkeep.move, by=by, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("upkeep", pk)
    back = reverse("upkeep-list") if by.reads_everything else reverse("tenancy", args=[row.tenancy_id])
    trail = [(_("Start-up camp"), reverse("camp")), (row.tenancy.organisation.name, back), (row.what, "")]
    context = {
        "request_row": row,
        "steps": [(step, _(UPKEEP[step.state])) for step in looking.steps(pk)],
        "moves": [(state, _(MOVES[state])) for state in moves],
        "form": form,
        "crumbs": trail,
    }
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, "tenancies/request.html", context, status=status)


urlpatterns = [
    path("staff/camp/access/", access, name="camp-access"),
    path("staff/camp/access/files/<slug:kind>/", access_file, name="camp-access-file"),
    path("staff/camp/visitors/<int:pk>/came/", came, name="visitor-came"),
    path("camp/tenancies/<int:pk>/reports/<str:month>/", month_report, name="month-report"),
    path("camp/tenancies/<int:pk>/requests/new/", request_new, name="upkeep-new"),
    path("camp/requests/<int:pk>/", upkeep_request, name="upkeep"),
    path("staff/camp/requests/", upkeep_list, name="upkeep-list"),
]
