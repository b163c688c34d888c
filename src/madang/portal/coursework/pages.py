"""Coursework of a class, for who teaches it and staff: the list, a piece, who completed it, a list from a file."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.courses import queries as courses
from madang.portal.coursework import actions, bringing, forms, queries
from madang.portal.faces import form_page, one, signed_in, tried
from madang.portal.files import tables
from madang.portal.files.faces import taken
from madang.portal.journal.actions import read
from madang.portal.templatetags.madang import in_language

A_PAGE, SHOWN = 50, 500
GOING = ("open", "selected")


def _crumbs(cohort: Any, *rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("The class"), reverse("class", args=[cohort.pk])), *rest]


def _within(row: Any, *rest: tuple[str, str]) -> list[tuple[str, str]]:
    return _crumbs(row.cohort, (_("Coursework"), reverse("coursework", args=[row.cohort_id])), *rest)


@signed_in
def coursework(request: HttpRequest, pk: int) -> HttpResponse:
    """A class's coursework with how many completed each piece, and how far the class has come."""
    row = one(courses.taught(request.actor), pk=pk)
    context = {
        "cohort": row,
        "pieces": queries.of_cohort(request.actor, pk),
        "spread": queries.spread(pk, row.coursework_least),
        "may_keep": row.state in GOING and queries.may_keep(request.actor, pk),
        "crumbs": _crumbs(row, (_("Coursework"), "")),
    }
    return render(request, "coursework/coursework.html", context)


def _kept(request: HttpRequest, pk: int) -> Any:
    """A piece that the actor may change."""
    row = one(queries.coursework(request.actor), pk=pk)
    if not queries.may_keep(request.actor, row.cohort_id):
        raise Http404
    return row


@signed_in
def coursework_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives the class a piece."""
    row = one(courses.taught(request.actor), pk=pk)
    if not queries.may_keep(request.actor, pk):
        raise Http404
    form = forms.CourseworkForm(request.POST if request.method == "POST" else None, tracks=row.tracks)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.give, by=request.actor, now=request.now, cohort=pk, given=form.given())
        if tried(form, act):
            messages.success(request, _("Saved."))
            return redirect("coursework", pk)
    lead, back = f"{in_language(row.course, 'name')} {row.number}", reverse("coursework", args=[pk])
    return form_page(request, form, title=_("Give coursework"), label=_("Save"), lead=lead, back=back)


@signed_in
def coursework_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a piece."""
    row = _kept(request, pk)
    initial = {name: getattr(row, name) for name in ("title_ko", "title_en", "due_at", "track", "required", "version")}
    bound = request.POST if request.method == "POST" else None
    form = forms.CourseworkForm(bound, initial=initial, tracks=row.cohort.tracks)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.change, coursework=pk, version=form.cleaned_data["version"] or 0, given=form.given())
        tried(form, partial(act, by=request.actor, now=request.now))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("coursework", row.cohort_id)
    title, back = in_language(row, "title"), reverse("coursework", args=[row.cohort_id])
    return form_page(request, form, title=title, label=_("Save"), back=back)


@signed_in
def coursework_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Removes a piece that nobody has completed; asked before it is done."""
    row = _kept(request, pk)
    form = forms.SureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.drop, by=request.actor, now=request.now, coursework=pk, version=row.version))
        if not form.errors:
            return redirect("coursework", row.cohort_id)
    title, lead = _("Remove the coursework"), in_language(row, "title")
    back = reverse("coursework", args=[row.cohort_id])
    return form_page(request, form, title=title, label=title, lead=lead, back=back, danger=True)


@signed_in
def coursework_marks(request: HttpRequest, pk: int) -> HttpResponse:
    """Who of the class completed a piece, a page at a time; who teaches notes it."""
    row = one(queries.coursework(request.actor), pk=pk)
    marking = row.cohort.state == "selected" and queries.may_keep(request.actor, row.cohort_id)
    page = Paginator(queries.register(row), A_PAGE).get_page(request.GET.get("page"))
    form = None
    if marking:
        form = forms.MarksForm(request.POST if request.method == "POST" else None, of=[one_.pk for one_ in page])
    if form is not None and request.method == "POST" and form.is_valid():
        act = partial(actions.mark, by=request.actor, now=request.now, coursework=pk, done=form.marks())
        if not form.marks() or tried(form, act) is not None:
            messages.success(request, _("Saved."))
            return redirect(f"{reverse('coursework-marks', args=[pk])}?page={page.number}")
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=row.cohort_id)
    context = {
        "piece": row, "page": page, "form": form, "marking": marking,
        "may_keep": row.cohort.state in GOING and queries.may_keep(request.actor, row.cohort_id),
        "crumbs": _within(row, (in_language(row, "title"), "")),
    }  # fmt: skip
    return render(request, "coursework/marks.html", context, status=422 if form is not None and form.errors else 200)


@signed_in
def marks_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a list of who completed a piece for a look; nothing is stored before the next page's button."""
    row = _kept(request, pk)
    form = forms.MarksFileForm(request.POST or None, request.FILES or None)
    kept = taken(request, form)
    if kept is not None:
        return redirect("marks-look", pk, kept.sha256)
    lead, back = in_language(row, "title"), reverse("coursework-marks", args=[pk])
    title = _("Bring in who completed it")
    return form_page(request, form, title=title, label=_("Look at it"), lead=lead, back=back)


@signed_in
def marks_look(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """What each row of a kept list comes to; then all of it is stored, or nothing."""
    row, stored = _kept(request, pk), tables.kept(sha256)
    if stored is None:
        raise Http404
    form = forms.SureForm(request.POST if request.method == "POST" else None)
    here = (in_language(row, "title"), reverse("coursework-marks", args=[pk]))
    context = {"form": form, "piece": row, "crumbs": _within(row, here, (_("Bring in who completed it"), ""))}
    try:
        found = bringing.look(by=request.actor, coursework=pk, stored=stored)
    except Refused as refused:
        context |= {"refused": refusals.sentence(refused)}
        return render(request, "coursework/look.html", context, status=422)
    if request.method == "POST" and form.is_valid():
        act = partial(bringing.bring_in, by=request.actor, now=request.now, coursework=pk, stored=stored)
        done = tried(form, act)
        if done is not None:
            messages.success(request, _("Stored; {count} learners changed.").format(count=done))
            return redirect("coursework-marks", pk)
    faults = [(one_.place, "", refusals.sentence(Refused(one_.code, **one_.facts))) for one_ in found.faults[:SHOWN]]
    context |= {"rows": found.rows[:SHOWN], "count": len(found.rows), "faults": faults}
    return render(request, "coursework/look.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("classes/<int:pk>/coursework/", coursework, name="coursework"),
    path("classes/<int:pk>/coursework/new/", coursework_new, name="coursework-new"),
    path("coursework/<int:pk>/", coursework_marks, name="coursework-marks"),
    path("coursework/<int:pk>/edit/", coursework_edit, name="coursework-edit"),
    path("coursework/<int:pk>/drop/", coursework_drop, name="coursework-drop"),
    path("coursework/<int:pk>/marks/new/", marks_new, name="marks-new"),
    path("coursework/<int:pk>/marks/<slug:sha256>/", marks_look, name="marks-look"),
]
