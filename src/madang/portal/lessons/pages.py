"""The class and its lessons: for teachers and staff; and the page on which a learner enters a code."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.courses import queries as courses
from madang.portal.courses.rules import KEEPERS
from madang.portal.coursework import queries as coursework
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.learners import queries as learners
from madang.portal.learners import terms
from madang.portal.lessons import actions, forms, queries
from madang.values import Period

A_PAGE, A_TIMETABLE = 50, 12


@signed_in
def class_(request: HttpRequest, pk: int) -> HttpResponse:
    """A cohort's class: its lessons, its learners with their attendance and computing; for who teaches it and staff."""
    row = one(courses.taught(request.actor), pk=pk)
    rows = learners.of_cohort(request.actor, pk).filter(state__in=learners.IN_CLASS)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=pk)
    listed = list(page)
    came = queries.attendance(pk, listed, request.now)
    worked = coursework.completion(pk, listed)
    uses = terms.uses(row, [learner.person_id for learner in listed])
    spent = {learner.pk: [use for use in uses if use.person == learner.person_id] for learner in listed}
    lessons = Paginator(queries.of_cohort(request.actor, pk), A_TIMETABLE)
    context = {
        "cohort": row,
        "page": page,
        "listed": [(one_, *came[one_.pk], *worked[one_.pk], spent[one_.pk]) for one_ in listed],
        "lessons": lessons.get_page(request.GET.get("lessons") or _going_on(row, request)),
        "may_change": request.actor.has(*KEEPERS),
        "crumbs": [(_("My courses"), reverse("learning")), (f"{row.course.code}-{row.number}", "")],
    }
    return render(request, "lessons/class.html", context)


def _going_on(row: object, request: HttpRequest) -> int:
    """The page of the timetable on which the present is."""
    before = queries.lessons(request.actor).filter(cohort=row.pk, ends_at__lte=request.now).count()  # type: ignore[attr-defined]
    return before // A_TIMETABLE + 1


@with_role(*KEEPERS)
def lesson_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts lessons into the timetable."""
    row = one(courses.cohorts(request.actor), pk=pk)
    form = forms.LessonForm(request.POST if request.method == "POST" else None, tracks=row.tracks)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        start, end, room = given.pop("starts_at"), given.pop("ends_at"), given.pop("room")
        period = Period(start, max(start, end))
        act = partial(actions.plan, cohort=pk, period=period, room=int(room) if room else None, **given)
        done = tried(form, partial(act, by=request.actor, now=request.now))
        if done:
            messages.success(request, _("{count} lessons are in the timetable.").format(count=len(done)))
            return redirect("class", pk)
    lead, back = f"{row.course.name_ko} {row.number}", reverse("class", args=[pk])
    return form_page(request, form, title=_("Plan a lesson"), label=_("Plan a lesson"), lead=lead, back=back)


@signed_in
def lesson(request: HttpRequest, pk: int) -> HttpResponse:
    """One lesson: its code, and who came; for who teaches it and staff."""
    row = one(queries.lessons(request.actor), pk=pk)
    teaching = request.actor.has(*KEEPERS) or courses.teaches(request.actor, row.cohort_id)
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=row.cohort_id)
    page = Paginator(queries.register(row), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "lesson": row,
        "page": page,
        "listed": [(learner, learner.noted[0] if learner.noted else None) for learner in page],
        "came": row.presences.filter(came=True).count(),
        "teaching": teaching and row.cancelled_at is None,
        "good": row.code and request.now < row.ends_at,
        "over": request.now >= row.ends_at,
        "begun": request.now >= row.starts_at,
        "may_cancel": request.actor.has(*KEEPERS) and request.now < row.starts_at and row.cancelled_at is None,
        "crumbs": [(_("The class"), reverse("class", args=[row.cohort_id])), (row.title, "")],
    }
    return render(request, "lessons/lesson.html", context)


def _taught(request: HttpRequest, pk: int) -> object:
    row = one(queries.lessons(request.actor), pk=pk)
    if not (request.actor.has(*KEEPERS) or courses.teaches(request.actor, row.cohort_id)):
        raise Http404
    return row


@signed_in
def lesson_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Draws the lesson's code; a page of its own, so that opening the lesson draws none."""
    row = _taught(request, pk)
    form = forms.CodeForm(request.POST if request.method == "POST" else None)
    form.fields.clear()
    act = partial(actions.open_code, by=request.actor, now=request.now, lesson=pk)
    if request.method == "POST" and form.is_valid() and tried(form, act):
        return redirect("lesson", pk)
    lead = _("Learners enter the code on their own page until the lesson ends. An earlier code is no longer good.")
    back = reverse("lesson", args=[pk])
    return form_page(request, form, title=row.title, label=_("Draw a code"), lead=lead, back=back)  # type: ignore[attr-defined]


@with_role(*KEEPERS)
def lesson_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a lesson out of the timetable, with the reason."""
    row = one(queries.lessons(request.actor), pk=pk)
    form = forms.CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.cancel, by=request.actor, now=request.now, lesson=pk, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("The lesson is cancelled, and its room is free."))
            return redirect("class", row.cohort_id)
    title, back = _("Cancel a lesson"), reverse("lesson", args=[pk])
    return form_page(request, form, title=title, label=_("Cancel the lesson"), lead=row.title, back=back, danger=True)


@signed_in
def presence(request: HttpRequest, pk: int, learner: int) -> HttpResponse:
    """Says, with the reason, whether a learner was there after all."""
    _taught(request, pk)
    row = one(learners.learners(request.actor), pk=learner)
    form = forms.CorrectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"came": form.cleaned_data["came"] == "yes", "why": form.cleaned_data["why"]}
        act = partial(actions.correct, by=request.actor, now=request.now, lesson=pk, learner=learner)
        tried(form, partial(act, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("lesson", pk)
    title, back = _("Correct who was there"), reverse("lesson", args=[pk])
    return form_page(request, form, title=title, label=_("Save"), lead=row.person.name, back=back)


@signed_in
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a learner enters the code of the lesson that goes on."""
    one(learners.own(request.actor), pk=pk)
    form = forms.CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.enter_code, by=request.actor, now=request.now, learner=pk, **form.cleaned_data)
        done = tried(form, act)
        if done:
            messages.success(request, _("You are noted as there: {title}").format(title=done.title))
            return redirect("learner", pk)
    title, back = _("I am here"), reverse("learner", args=[pk])
    return form_page(request, form, title=title, label=_("Enter"), back=back)


urlpatterns = [
    path("classes/<int:pk>/", class_, name="class"),
    path("staff/cohorts/<int:pk>/lessons/new/", lesson_new, name="lesson-new"),
    path("lessons/<int:pk>/", lesson, name="lesson"),
    path("lessons/<int:pk>/code/", lesson_open, name="lesson-open"),
    path("lessons/<int:pk>/cancel/", lesson_cancel, name="lesson-cancel"),
    path("lessons/<int:pk>/learners/<int:learner>/", presence, name="presence"),
    path("learning/<int:pk>/code/", code, name="learner-code"),
]
