"""The pages of who keeps the house: its spaces with form and sheet, and its notices."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import refusals, sheets
from madang.portal.actors import READING_ROLES
from madang.portal.camp import actions, exports, queries
from madang.portal.camp.forms import NoticeForm, SheetForm, SpaceForm
from madang.portal.camp.rules import COLUMNS as NAMES
from madang.portal.camp.rules import KEEPERS, SpaceState
from madang.portal.camp.sentences import COLUMNS, SPACE_KINDS, SPACE_STATES
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.files import tables
from madang.portal.files.faces import taken
from madang.portal.templatetags.madang import in_language

PAGE, SHOWN = 50, 100


def _crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), *rest]


@with_role(*READING_ROLES)
def spaces(request: HttpRequest) -> HttpResponse:
    """Every space of the camp, and how full it is today."""
    page = Paginator(queries.spaces(), PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": _crumbs((_("Spaces of the camp"), "")),
        "page": page,
        "rows": [(row, _(SPACE_KINDS[row.kind]), _(SPACE_STATES[row.state])) for row in page],
        "filling": queries.filling(queries.today(request.now)),
        "may_change": request.actor.has(*KEEPERS),
    }
    return render(request, "camp/spaces.html", context)


@with_role(*KEEPERS)
def space_new(request: HttpRequest) -> HttpResponse:
    """Draws a space."""
    form = SpaceForm(request.POST or None)
    add = partial(actions.add_space, by=request.actor, now=request.now)
    if request.method == "POST" and form.is_valid() and tried(form, lambda: add(given=form.space())):
        messages.success(request, _("The space is on the plan."))
        return redirect("camp-spaces")
    return form_page(request, form, title=_("Add a space"), label=_("Add"), back=reverse("camp-spaces"))


@with_role(*KEEPERS)
def space_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Changes a space; its code stays."""
    row = one(queries.spaces(), code=code)
    given = queries.space_of(row)
    filled = {name: getattr(given, name) for name in NAMES} | {"version": row.version, "state": row.state}
    posted = {**request.POST.dict(), "code": code} if request.method == "POST" else None
    form = SpaceForm(posted, initial=filled)
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        act: dict[str, Any] = {"space": row.pk, "version": form.cleaned_data["version"] or 0, "given": form.space()}
        act["state"] = SpaceState(form.cleaned_data["state"])
        tried(form, partial(actions.change_space, by=request.actor, now=request.now, **act))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("camp-spaces")
    title = f"{row.code} {in_language(row, 'name')}"
    return form_page(request, form, title=title, label=_("Save"), back=reverse("camp-spaces"))


@with_role(*READING_ROLES)
def spaces_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The spaces as a sheet."""
    rows = exports.table(queries.spaces())
    if kind == "xlsx":
        response = HttpResponse(sheets.xlsx(_("Spaces of the camp"), rows), content_type=sheets.XLSX)
    elif kind == "csv":
        response = HttpResponse(sheets.comma_separated(rows), content_type=sheets.CSV)
    else:
        raise Http404
    response["Content-Disposition"] = f'attachment; filename="camp-spaces.{kind}"'
    return response


@with_role(*KEEPERS)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Takes a sheet for a look; nothing is stored before the next page's button."""
    form = SheetForm(request.POST or None, request.FILES or None)
    kept = taken(request, form)
    if kept is not None:
        return redirect("camp-spaces-look", kept.sha256)
    lead = _("The first row has the headings; the camp's own file shows them. A code that is there is changed.")
    links = [(_("The spaces as an XLSX file"), reverse("camp-spaces-file", args=["xlsx"]))]
    title, back = _("Bring in a sheet of spaces"), reverse("camp-spaces")
    return form_page(request, form, title=title, label=_("Look at it"), lead=lead, back=back, links=links)


@with_role(*KEEPERS)
def look(request: HttpRequest, sha256: str) -> HttpResponse:
    """The rows of a kept sheet with what is wrong with them; the button stores them."""
    stored = tables.kept(sha256)
    if stored is None:
        raise Http404
    crumbs = _crumbs((_("Spaces of the camp"), reverse("camp-spaces")), (_("A sheet of spaces"), ""))
    context: dict[str, Any] = {"crumbs": crumbs}
    try:
        found = exports.read(stored)
        if request.method == "POST":
            if found.faults:
                raise Refused("spaces_have_faults", rows=len(found.faults))
            listed = [given for _place, given in found.listed]
            added, changed = actions.bring_in(by=request.actor, now=request.now, listed=listed)
            text = _("{added} spaces were added and {changed} changed.")
            messages.success(request, text.format(added=added, changed=changed))
            return redirect("camp-spaces")
        context |= {"lines": found.listed[:SHOWN], "rows": len(found.listed), "faults": _faults(found)}
    except Refused as refused:
        context["refused"] = refusals.sentence(refused)
    return render(request, "camp/look.html", context, status=422 if "refused" in context else 200)


def _faults(found: Any) -> list[tuple[int, str, str]]:
    return [
        (fault.place, _(COLUMNS[fault.column]) if fault.column in COLUMNS else "",
         refusals.sentence(Refused(fault.code, **fault.facts)))
        for fault in found.faults[:SHOWN]
    ]  # fmt: skip


# --- notices ---


@with_role(*READING_ROLES)
def notices(request: HttpRequest) -> HttpResponse:
    """Every notice of the house."""
    context = {
        "crumbs": _crumbs((_("Notices of the camp"), "")),
        "page": Paginator(queries.notices(request.actor), PAGE).get_page(request.GET.get("page")),
        "today": queries.today(request.now),
        "may_change": request.actor.has(*KEEPERS),
    }
    return render(request, "camp/notices.html", context)


@with_role(*KEEPERS)
def notice_new(request: HttpRequest) -> HttpResponse:
    """Puts a notice up."""
    form = NoticeForm(request.POST or None, initial={"from_on": queries.today(request.now)})
    put_up = partial(actions.put_up, by=request.actor, now=request.now)
    if request.method == "POST" and form.is_valid() and tried(form, lambda: put_up(given=form.notice())):
        messages.success(request, _("The notice is up. Tenants read it on the page of their tenancy."))
        return redirect("house-notices")
    return form_page(request, form, title=_("Put up a notice"), label=_("Put it up"), back=reverse("house-notices"))


@with_role(*KEEPERS)
def notice_take_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then takes a notice down."""
    row = one(queries.notices(request.actor), pk=pk)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.take_down, by=request.actor, now=request.now, notice=pk))
        if not form.errors:
            messages.success(request, _("The notice is taken down."))
            return redirect("house-notices")
    title, back = _("Take this notice down?"), reverse("house-notices")
    return form_page(request, form, title=title, label=_("Take it down"), lead=in_language(row, "title"), back=back)


urlpatterns = [
    path("staff/camp/spaces/", spaces, name="camp-spaces"),
    path("staff/camp/spaces/new/", space_new, name="camp-space-new"),
    path("staff/camp/spaces/items/<slug:code>/", space_edit, name="camp-space-edit"),
    path("staff/camp/spaces/files/<slug:kind>/", spaces_file, name="camp-spaces-file"),
    path("staff/camp/spaces/sheets/new/", bring_in, name="camp-spaces-bring-in"),
    path("staff/camp/spaces/sheets/<slug:sha256>/", look, name="camp-spaces-look"),
    path("staff/camp/notices/", notices, name="house-notices"),
    path("staff/camp/notices/new/", notice_new, name="house-notice-new"),
    path("staff/camp/notices/<int:pk>/take-down/", notice_take_down, name="house-notice-take-down"),
]
