"""Learners' own pages: applying, what became of it, leaving, the name on the certificate, where they were hired."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.aids import queries as aids
from madang.portal.certificates import queries as certificates
from madang.portal.certificates.rules import grouped
from madang.portal.courses import queries as courses
from madang.portal.courses.rules import KEEPERS
from madang.portal.courses.sentences import STAGES
from madang.portal.coursework import queries as coursework
from madang.portal.faces import form_page, one, signed_in, tried
from madang.portal.journal.actions import read
from madang.portal.learners import actions, forms, placing, queries, staff_pages, terms
from madang.portal.learners.rules import OPEN_STATES
from madang.portal.learners.sentences import PLACEMENT_STATES
from madang.portal.lessons import queries as lessons

LESSONS = 20


@signed_in
def learning(request: HttpRequest) -> HttpResponse:
    """A person's courses, those that they teach too."""
    taught = courses.taught(request.actor).filter(teachers__person=request.actor.person)
    return render(request, "learners/learning.html", {"rows": queries.own(request.actor), "taught": taught[:50]})


@signed_in
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """An application to a cohort."""
    row = one(courses.cohorts(request.actor), pk=pk, state="open")
    form = forms.ApplyForm(request.POST if request.method == "POST" else None, tracks=row.tracks)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.apply, by=request.actor, now=request.now, cohort=pk)
        found = tried(form, partial(act, **form.cleaned_data))
        if found:
            messages.success(request, _("You have applied. You find here what becomes of it."))
            return redirect("learner", found.pk)
    lead, back = f"{row.course.name_ko} {row.number}", reverse("cohort", args=[pk])
    return form_page(request, form, title=_("Apply for a place"), label=_("Apply for a place"), lead=lead, back=back)


@signed_in
def learner(request: HttpRequest, pk: int) -> HttpResponse:
    """One learner: for themselves, for who teaches them, and for staff."""
    row = one(queries.learners(request.actor), pk=pk)
    own = row.person_id == request.actor.person
    if not own:
        read(by=request.actor, now=request.now, what="view", kind="learner", subject=pk, whose=row.person_id)
    came, held = lessons.attendance(row.cohort_id, [row], request.now)[pk]
    coming = list(lessons.of_learner(row, request.now)[:LESSONS]) if row.state == "seated" else []
    done, asked = coursework.completion(row.cohort_id, [row])[pk]
    certificate = certificates.certificates(request.actor).filter(learner=pk).first()
    keeper = request.actor.has(*KEEPERS)
    context = {
        "learner": row,
        "own": own,
        "points": [(one_, _(STAGES[one_.stage.kind])) for one_ in row.points.all()],
        "came": came,
        "held": held,
        "done": done,
        "asked": asked,
        "aid": aids.of_learner(pk) if own or request.actor.reads_everything else [],
        "pieces": coursework.of_learner(row) if row.state in queries.IN_CLASS else [],
        "lessons": coming,
        "present": lessons.present_at(pk, coming),
        "uses": terms.uses(row.cohort, [row.person_id]),
        "certificate": certificate,
        "code": certificate and grouped(certificate.code),
        "placements": [(one_, _(PLACEMENT_STATES[one_.state])) for one_ in queries.placements_of(pk)],
        "whole": own or request.actor.reads_everything,
        "open": row.state in OPEN_STATES,
        "may_change": keeper,
        "crumbs": _crumbs(row, own),
    }
    return render(request, "learners/learner.html", context)


def _crumbs(row: Any, own: bool) -> list[tuple[str, str]]:
    if own:
        return [(_("My courses"), reverse("learning")), (f"{row.cohort.course.code}-{row.cohort.number}", "")]
    return [(_("The class"), reverse("class", args=[row.cohort_id])), (row.person.name, "")]


@signed_in
def learner_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an application back or gives a place up; staff say why."""
    row = one(queries.learners(request.actor), pk=pk)
    own = row.person_id == request.actor.person
    if not (own or request.actor.has(*KEEPERS)):
        raise Http404
    form = forms.LeaveForm(request.POST if request.method == "POST" else None, own=own)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.leave, by=request.actor, now=request.now, learner=pk, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("Saved. A place that became free went to the first of the reserve list."))
            return redirect("learner", pk)
    title = _("Give the place up") if row.state == "seated" else _("Take the application back")
    lead = f"{row.person.name} · {row.cohort.course.name_ko} {row.cohort.number}"
    back = reverse("learner", args=[pk])
    return form_page(request, form, title=title, label=title, lead=lead, back=back, danger=True)


@signed_in
def learner_name(request: HttpRequest, pk: int) -> HttpResponse:
    """The name on the certificate, until it is issued."""
    row = one(queries.own(request.actor), pk=pk)
    form = forms.NameForm(request.POST if request.method == "POST" else None, initial={"shown_name": row.shown_name})
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.change_name, by=request.actor, now=request.now, learner=pk, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("learner", pk)
    lead = _("Whoever has the certificate's code sees this name, the course and its dates, and nothing else.")
    back = reverse("learner", args=[pk])
    return form_page(request, form, title=_("Name on the certificate"), label=_("Save"), lead=lead, back=back)


@signed_in
def placement_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a graduate was hired."""
    row = one(queries.learners(request.actor), pk=pk)
    if not (row.person_id == request.actor.person or request.actor.has(*KEEPERS)):
        raise Http404
    form = forms.PlacementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(placing.tell, by=request.actor, now=request.now, learner=pk)
        if tried(form, partial(act, **form.cleaned_data)):
            messages.success(request, _("Thank you. It counts once the centre has looked at it."))
            return redirect("learner", pk)
    lead, back = row.person.name, reverse("learner", args=[pk])
    return form_page(request, form, title=_("Say where you were hired"), label=_("Save"), lead=lead, back=back)


urlpatterns = [
    path("learning/", learning, name="learning"),
    path("courses/<int:pk>/apply/", apply, name="learner-apply"),
    path("learning/<int:pk>/", learner, name="learner"),
    path("learning/<int:pk>/leave/", learner_leave, name="learner-leave"),
    path("learning/<int:pk>/name/", learner_name, name="learner-name"),
    path("learning/<int:pk>/placements/new/", placement_new, name="placement-new"),
    *staff_pages.urlpatterns,
]
