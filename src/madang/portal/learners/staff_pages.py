"""Learners for staff: the list, a child's guardian, points, hours from a file, the selection, placements."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import READING_ROLES
from madang.portal.courses import queries as courses
from madang.portal.courses.rules import KEEPERS
from madang.portal.courses.sentences import STAGES
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.files import tables
from madang.portal.files.faces import taken
from madang.portal.journal.actions import read
from madang.portal.learners import actions, forms, placing, progress, queries
from madang.portal.learners.rules import ConsentMeans

A_PAGE, SHOWN = 50, 500


@with_role(*READING_ROLES)
def cohort_learners(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who applied to a cohort, with their points."""
    row = one(courses.cohorts(request.actor), pk=pk)
    form = forms.LearnerSearchForm(request.GET or None)
    given = form.cleaned_data if form.is_valid() else {}
    rows = queries.of_cohort(request.actor, pk, state=given.get("state", ""), words=given.get("q", ""))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=pk)
    stages = [(stage.pk, _(STAGES[stage.kind])) for stage in row.stages.all()]
    listed = []
    for learner in page:
        points = {one_.stage_id: one_.points for one_ in learner.points.all()}
        listed.append((learner, [points.get(stage) for stage, _word in stages]))
    context = {
        "cohort": row, "form": form, "page": page, "listed": listed, "stages": [word for _pk, word in stages],
        "crumbs": [(_("Courses and cohorts"), reverse("staff-courses")),
                   (f"{row.course.code}-{row.number}", reverse("staff-cohort", args=[pk])), (_("Learners"), "")],
    }  # fmt: skip
    return render(request, "learners/cohort_learners.html", context)


@with_role(*KEEPERS)
def guardian_consent(request: HttpRequest) -> HttpResponse:
    """Records a guardian's consent, before the child can apply."""
    form = forms.GuardianForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"means": ConsentMeans(form.cleaned_data["means"])}
        if tried(form, partial(actions.record_consent, by=request.actor, now=request.now, **given)):
            messages.success(request, _("The consent is recorded. The child can apply now."))
            return redirect("staff-courses")
    title, back = _("Record a guardian's consent"), reverse("staff-courses")
    lead = _("Record it only once you have the signed paper, have called back, or have met the parent or guardian.")
    return form_page(request, form, title=title, label=_("Record"), lead=lead, back=back)


@with_role(*KEEPERS)
def learner_points(request: HttpRequest, pk: int) -> HttpResponse:
    """The points of one learner at each stage."""
    row = one(queries.learners(request.actor), pk=pk)
    stages = [(stage, _(STAGES[stage.kind])) for stage in row.cohort.stages.order_by("place")]
    held = {f"stage_{one_.stage_id}": one_.points if one_.hours is None else one_.hours for one_ in row.points.all()}
    form = forms.PointsForm(request.POST if request.method == "POST" else None, stages=stages, initial=held)
    if request.method == "POST" and form.is_valid():
        for stage, number in form.points().items():
            if held.get(f"stage_{stage}") != number:
                act = partial(actions.give_points, cohort=row.cohort_id, stage=stage, points={pk: number})
                tried(form, partial(act, by=request.actor, now=request.now))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("cohort-learners", row.cohort_id)
    lead, back = row.person.name, reverse("learner", args=[pk])
    return form_page(request, form, title=_("Points of the selection"), label=_("Save"), lead=lead, back=back)


@with_role(*KEEPERS)
def progress_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a list of hours for a look; nothing is stored before the next page's button."""
    row = one(courses.cohorts(request.actor), pk=pk)
    form = forms.ProgressForm(request.POST or None, request.FILES or None)
    kept = taken(request, form)
    if kept is not None:
        return redirect("progress-look", pk, kept.sha256)
    lead, back = f"{row.course.name_ko} {row.number}", reverse("staff-cohort", args=[pk])
    return form_page(request, form, title=_("Bring in hours"), label=_("Look at it"), lead=lead, back=back)


@with_role(*KEEPERS)
def progress_look(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """What each row of a kept list comes to; then all of it is stored, or nothing."""
    row, stored = one(courses.cohorts(request.actor), pk=pk), tables.kept(sha256)
    if stored is None:
        raise Http404
    form = forms.SelectForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "cohort": row, "crumbs": [(_("Learners"), reverse("cohort-learners", args=[pk])),
                                                       (_("A list of hours"), "")]}  # fmt: skip
    try:
        found = progress.look(by=request.actor, cohort=pk, stored=stored)
    except Refused as refused:
        context |= {"refused": refusals.sentence(refused)}
        return render(request, "learners/progress.html", context, status=422)
    if request.method == "POST" and form.is_valid():
        done = tried(form, partial(progress.bring_in, by=request.actor, now=request.now, cohort=pk, stored=stored))
        if done is not None:
            messages.success(request, _("The hours of {count} learners are stored.").format(count=done))
            return redirect("cohort-learners", pk)
    faults = [
        (fault.place, "", refusals.sentence(Refused(fault.code, **fault.facts))) for fault in found.faults[:SHOWN]
    ]
    context |= {"rows": found.rows[:SHOWN], "count": len(found.rows), "faults": faults}
    return render(request, "learners/progress.html", context, status=422 if form.errors else 200)


@with_role(*KEEPERS)
def cohort_select(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives the places away; asked before it is done."""
    row = one(courses.counted(courses.cohorts(request.actor)), pk=pk)
    form = forms.SelectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.select, by=request.actor, now=request.now, cohort=pk, version=row.version)
        done = tried(form, act)
        if done is not None:
            text = _("{seated} have a place, {reserve} are on the reserve list, {refused} got neither.")
            counts = dict(zip(("seated", "reserve", "refused"), done, strict=True))
            messages.success(request, text.format(**counts))
            return redirect("staff-cohort", pk)
    lead = _(
        "{places} places, {applicants} applications. Who missed a stage or has too few points is not chosen; of the "
        "others the best get the places, and the rest stand on the reserve list in order. Everybody is written to, and "
        "points can no longer be changed."
    ).format(places=row.places, applicants=row.applicants)
    back = reverse("staff-cohort", args=[pk])
    return form_page(request, form, title=_("Give the places"), label=_("Give the places"), lead=lead, back=back)


@with_role(*READING_ROLES)
def placements(request: HttpRequest, pk: int) -> HttpResponse:
    """A cohort's placements, those to be decided first."""
    row = one(courses.cohorts(request.actor), pk=pk)
    page = Paginator(queries.placements(request.actor, pk), A_PAGE).get_page(request.GET.get("page"))
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=pk)
    context = {
        "cohort": row, "page": page, "may_change": request.actor.has(*KEEPERS),
        "crumbs": [(_("Courses and cohorts"), reverse("staff-courses")),
                   (f"{row.course.code}-{row.number}", reverse("staff-cohort", args=[pk])), (_("Placements"), "")],
    }  # fmt: skip
    return render(request, "learners/placements.html", context)


@with_role(*KEEPERS)
def placement_decide(request: HttpRequest, pk: int, placement: int, how: str) -> HttpResponse:
    """Accepts a placement, or refuses it with the reason."""
    row = one(queries.placements(request.actor, pk), pk=placement)
    if how not in ("accept", "refuse"):
        raise Http404
    form = forms.LeaveForm(request.POST if request.method == "POST" else None, own=how == "accept")
    if request.method == "POST" and form.is_valid():
        act = partial(placing.decide, placement=placement, accept=how == "accept", **form.cleaned_data)
        tried(form, partial(act, by=request.actor, now=request.now))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("placements", pk)
    title = _("It counts as a placement") if how == "accept" else _("It does not count")
    lead, back = f"{row.learner.person.name} · {row.employer} · {row.evidence}", reverse("placements", args=[pk])
    return form_page(request, form, title=title, label=_("Save"), lead=lead, back=back)


urlpatterns = [
    path("staff/guardians/new/", guardian_consent, name="guardian-consent"),
    path("staff/learners/<int:pk>/points/", learner_points, name="learner-points"),
    path("staff/cohorts/<int:pk>/learners/", cohort_learners, name="cohort-learners"),
    path("staff/cohorts/<int:pk>/hours/new/", progress_new, name="progress-new"),
    path("staff/cohorts/<int:pk>/hours/<slug:sha256>/", progress_look, name="progress-look"),
    path("staff/cohorts/<int:pk>/select/", cohort_select, name="cohort-select"),
    path("staff/cohorts/<int:pk>/placements/", placements, name="placements"),
    path("staff/cohorts/<int:pk>/placements/<int:placement>/<slug:how>/", placement_decide, name="placement-decide"),
]
