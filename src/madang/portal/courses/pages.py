"""Courses for everybody and for staff: what is open, a cohort, and drafting, opening and staffing one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES
from madang.portal.courses import actions, forms, queries
from madang.portal.courses.rules import KEEPERS
from madang.portal.courses.sentences import BANDS, KINDS, STAGES
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.learners import queries as learners
from madang.portal.learners.sentences import STATES
from madang.portal.wageclaims import queries as wageclaims

A_PAGE = 50


def courses(request: HttpRequest) -> HttpResponse:
    """Every cohort that was announced, those that take applications marked."""
    page = Paginator(queries.cohorts(request.actor).exclude(state="draft"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/courses.html", {"page": page, "kinds": _kinds()})


def _kinds() -> dict[str, str]:
    return {kind: _(word) for kind, word in KINDS.items()}


def cohort(request: HttpRequest, pk: int) -> HttpResponse:
    """What a cohort is, and how to apply."""
    row = one(queries.cohorts(request.actor), pk=pk)
    context = {
        **_facts(row),
        "open": row.state == "open" and row.opens_at <= request.now < row.closes_at,
        "wage": wageclaims.terms(pk).first(),
        "mine": learners.own(request.actor).filter(cohort=pk).first(),
        "crumbs": [(_("Courses"), reverse("courses")), (row.course.code, "")],
    }
    return render(request, "courses/cohort.html", context)


def _facts(row: Any) -> dict[str, Any]:
    stages = [(stage, _(STAGES[stage.kind])) for stage in row.stages.all()]
    return {"cohort": row, "kind": _(KINDS[row.course.kind]), "band": _(BANDS[row.band]), "stages": stages}


# --- for staff ---


def _crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), (_("Courses and cohorts"), reverse("staff-courses")), *rest]


@with_role(*READING_ROLES)
def staff_courses(request: HttpRequest) -> HttpResponse:
    """Courses, and cohorts with how many applied and how many seats are taken."""
    rows = queries.counted(queries.cohorts(request.actor))
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "courses": queries.courses(request.actor),
        "kinds": _kinds(),
        "may_change": request.actor.has(*KEEPERS),
        "crumbs": [*_crumbs()[:1], (_("Courses and cohorts"), "")],
    }
    return render(request, "courses/staff_courses.html", context)


@with_role(*KEEPERS)
def course_new(request: HttpRequest) -> HttpResponse:
    """Adds a course."""
    form = forms.CourseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.add_course, by=request.actor, now=request.now, given=form.text())
        tried(form, act)
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("staff-courses")
    return form_page(request, form, title=_("Add a course"), label=_("Add"), back=reverse("staff-courses"))


@with_role(*KEEPERS)
def course_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes what is said of a course."""
    row = one(queries.courses(request.actor), pk=pk)
    names = ("version", "code", "kind", "name_ko", "name_en", "about_ko", "about_en")
    initial = {name: getattr(row, name) for name in names}
    form = forms.CourseForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        act = partial(actions.change_course, course=pk, version=version, given=form.text())
        tried(form, partial(act, by=request.actor, now=request.now))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("staff-courses")
    return form_page(request, form, title=row.name_ko, label=_("Save"), back=reverse("staff-courses"))


@with_role(*KEEPERS)
def cohort_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Drafts a cohort of a course."""
    row = one(queries.courses(request.actor), pk=pk)
    form = forms.CohortForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.add_cohort, course=pk, given=form.cohort())
        found = tried(form, partial(act, by=request.actor, now=request.now))
        if found:
            messages.success(request, _("The cohort is drafted. Look at it, then announce it."))
            return redirect("staff-cohort", found.pk)
    title = _("Draft a cohort")
    return form_page(
        request, form, title=title, label=_("Draft a cohort"), lead=row.name_ko, back=reverse("staff-courses")
    )


@with_role(*READING_ROLES)
def staff_cohort(request: HttpRequest, pk: int) -> HttpResponse:
    """A cohort with all that can be done about it."""
    row = one(queries.counted(queries.cohorts(request.actor)), pk=pk)
    counts = learners.states_of(request.actor, pk)
    context = {
        **_facts(row),
        "counts": [(state, _(word), counts[state]) for state, word in STATES.items() if state in counts],
        "teachers": queries.teachers(pk),
        "placements": learners.placements(request.actor, pk).filter(state="told").count(),
        "may_change": request.actor.has(*KEEPERS),
        "closed": request.now >= row.closes_at,
        "over": queries.today(request.now) >= row.ends_on,
        "crumbs": _crumbs((f"{row.course.code}-{row.number}", "")),
    }
    return render(request, "courses/staff_cohort.html", context)


def _title(what: str) -> tuple[str, str]:
    return {
        "publish": (_("Announce the cohort"), _("Announce")),
        "drop": (_("Remove the draft"), _("Remove")),
        "teacher": (_("Name a teacher"), _("Save")),
        "share": (_("Computing for the class"), _("Save")),
    }[what]


Act = Callable[[Any, dict[str, Any]], object]
WHAT: dict[str, tuple[type[Any], Act]] = {
    "publish": (forms.SureForm, lambda row, act: actions.publish(**act, version=row.version)),
    "drop": (forms.SureForm, lambda row, act: actions.drop(**act, version=row.version)),
    "teacher": (forms.TeacherForm, lambda row, act: actions.name_teacher(**act)),
    "share": (forms.ShareForm, lambda row, act: actions.share_award(**act, version=row.version)),
}


@with_role(*KEEPERS)
def cohort_act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """A form for one thing about a cohort: announce it, remove its draft, name a teacher, share an award."""
    row = one(queries.cohorts(request.actor), pk=pk)
    if what not in WHAT:
        raise Http404
    make, act = WHAT[what]
    initial = {"award": row.award.number, "hours": row.allowance // 3600} if what == "share" and row.award_id else {}
    form = make(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "cohort": pk, **form.cleaned_data}
        tried(form, partial(act, row, given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("staff-courses") if what == "drop" else redirect("staff-cohort", pk)
    title, label = _title(what)
    lead = f"{row.course.name_ko} {row.number}"
    back = reverse("staff-cohort", args=[pk])
    return form_page(request, form, title=title, label=label, lead=lead, back=back, danger=what == "drop")


@with_role(*KEEPERS)
def teacher_end(request: HttpRequest, pk: int, teacher: int) -> HttpResponse:
    """Somebody no longer teaches; asked before it is done."""
    one(queries.cohorts(request.actor), pk=pk)
    row = one(queries.teachers(pk), pk=teacher)
    form = forms.SureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.end_teacher, cohort=pk, teacher=teacher)
        tried(form, partial(act, by=request.actor, now=request.now))
        if not form.errors:
            return redirect("staff-cohort", pk)
    title, back = _("No longer a teacher"), reverse("staff-cohort", args=[pk])
    return form_page(request, form, title=title, label=_("End"), lead=row.person.name, back=back, danger=True)


urlpatterns = [
    path("courses/", courses, name="courses"),
    path("courses/<int:pk>/", cohort, name="cohort"),
    path("staff/courses/", staff_courses, name="staff-courses"),
    path("staff/courses/new/", course_new, name="course-new"),
    path("staff/courses/<int:pk>/edit/", course_edit, name="course-edit"),
    path("staff/courses/<int:pk>/cohorts/new/", cohort_new, name="cohort-new"),
    path("staff/cohorts/<int:pk>/", staff_cohort, name="staff-cohort"),
    path("staff/cohorts/<int:pk>/do/<slug:what>/", cohort_act, name="cohort-act"),
    path("staff/cohorts/<int:pk>/teachers/<int:teacher>/end/", teacher_end, name="teacher-end"),
]
