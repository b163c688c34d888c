"""Qualifications as pages: one's own, and for staff what there is, who holds it and what facilities ask for."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES
from madang.portal.courses import queries as courses
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.facilities import queries as facilities
from madang.portal.facilities.rules import KEEPERS
from madang.portal.files.faces import answer, attached
from madang.portal.journal.actions import read
from madang.portal.qualifications import actions, forms, queries, rules
from madang.portal.qualifications.sentences import STANDINGS
from madang.portal.templatetags.madang import in_language

PAGE = 50


def _crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    staff = [(_("Work of the centre"), reverse("staff")), (_("Qualifications"), reverse("qualifications"))]
    return [*staff[: 2 if rest else 1], *(rest or [(_("Qualifications"), "")])]


def _shown(request: HttpRequest, rows: Any) -> list[tuple[Any, str, str]]:
    """Each grant with where it stands, and the word for that."""
    today = queries.today(request.now)
    found = ((row, rules.standing(row.expires_on, revoked=bool(row.revoked_at), today=today)) for row in rows)
    return [(row, str(standing), _(STANDINGS[standing])) for row, standing in found]


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """What one holds oneself, until when."""
    rows = queries.grants(request.actor).filter(person=request.actor.person)
    context = {"rows": _shown(request, rows[:PAGE]), "crumbs": [(_("My account"), reverse("me")),
                                                               (_("My qualifications"), "")]}  # fmt: skip
    return render(request, "qualifications/mine.html", context)


@with_role(*READING_ROLES)
def qualifications(request: HttpRequest) -> HttpResponse:
    """All qualifications, and how many facilities ask for each."""
    page = Paginator(queries.qualifications(), PAGE).get_page(request.GET.get("page"))
    context = {"crumbs": _crumbs(), "page": page, "may_change": request.actor.has(*KEEPERS)}
    return render(request, "qualifications/qualifications.html", context)


@with_role(*KEEPERS)
def qualification_new(request: HttpRequest) -> HttpResponse:
    """Adds a qualification."""
    form = forms.QualificationForm(request.POST or None, courses=courses.courses(request.actor))
    if request.method == "POST" and form.is_valid():
        row = tried(form, partial(actions.add, by=request.actor, now=request.now, **form.cleaned_data))
        if row:
            messages.success(request, _("Added. On the page of a facility you say that it asks for it."))
            return redirect("qualification", row.code)
    return form_page(request, form, title=_("Add a qualification"), label=_("Add"), back=reverse("qualifications"))


@with_role(*READING_ROLES)
def qualification(request: HttpRequest, code: str) -> HttpResponse:
    """One qualification: which facilities ask for it, and who holds it."""
    row = one(queries.qualifications(), code=code)
    read(by=request.actor, now=request.now, what="view", kind="qualification", subject=row.pk)
    words = request.GET.get("q", "")[:80]
    rows = queries.found(queries.grants(request.actor).filter(qualification=row), words)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": _crumbs((in_language(row, "name"), "")),
        "qualification": row,
        "facilities": queries.facilities_asking(row.pk),
        "page": page,
        "rows": _shown(request, page),
        "q": words,
        "may_change": request.actor.has(*KEEPERS),
    }
    return render(request, "qualifications/qualification.html", context)


@with_role(*KEEPERS)
def grant_new(request: HttpRequest, code: str) -> HttpResponse:
    """Grants a qualification to a person."""
    row = one(queries.qualifications(), code=code)
    form = forms.GrantForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        tried(form, partial(_grant, request, form, code))
        if not form.errors:
            messages.success(request, _("Granted."))
            return redirect("qualification", code)
    title, back = _("Grant a qualification"), reverse("qualification", args=[code])
    return form_page(request, form, title=title, label=_("Grant"), lead=in_language(row, "name"), back=back)


def _grant(request: HttpRequest, form: forms.GrantForm, code: str) -> object:
    paper = attached(request, form)
    return actions.grant(by=request.actor, now=request.now, code=code, **form.cleaned_data, **paper)


@with_role(*KEEPERS)
def grant_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revokes a grant, with the reason."""
    row = one(queries.grants(request.actor), pk=pk)
    form = forms.RevokeGrantForm(request.POST if request.method == "POST" else None)
    back = reverse("qualification", args=[row.qualification.code])
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.revoke, by=request.actor, now=request.now, grant=pk, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("Revoked. It counts for no booking and no check-in any more."))
            return redirect(back)
    title, lead = _("Revoke a qualification"), f"{in_language(row.qualification, 'name')} · {row.person.name}"
    return form_page(request, form, title=title, label=_("Revoke"), lead=lead, back=back, danger=True)


@signed_in
def grant_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper that shows a grant, for its person and for staff."""
    row = one(queries.grants(request.actor), pk=pk)
    if row.file is None:
        raise Http404
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="view", kind="qualification_grant", subject=pk)
    return answer(row.file, row.file_name)


@with_role(*KEEPERS)
def facility_needs(request: HttpRequest, code: str) -> HttpResponse:
    """What a facility asks of its users."""
    row = one(facilities.facilities(request.actor), code=code)
    known = [one_of.code for one_of in queries.needed_by(row.pk)]
    form = forms.RequirementForm(
        request.POST if request.method == "POST" else None,
        qualifications=queries.qualifications(), initial={"qualifications": known},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["qualifications"]
        tried(form, partial(actions.require, by=request.actor, now=request.now, facility=row.pk, codes=chosen))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("facility", code)
    lead = _("It is checked when somebody books and again when they check in.")
    links = [(_("Qualifications"), reverse("qualifications"))]
    title, back = in_language(row, "name"), reverse("facility", args=[code])
    return form_page(request, form, title=title, label=_("Save"), lead=lead, back=back, links=links)


urlpatterns = [
    path("me/qualifications/", mine, name="my-qualifications"),
    path("qualifications/grants/<int:pk>/file/", grant_file, name="grant-file"),
    path("staff/qualifications/", qualifications, name="qualifications"),
    path("staff/qualifications/new/", qualification_new, name="qualification-new"),
    path("staff/qualifications/items/<slug:code>/", qualification, name="qualification"),
    path("staff/qualifications/items/<slug:code>/grants/new/", grant_new, name="grant-new"),
    path("staff/qualifications/grants/<int:pk>/revoke/", grant_revoke, name="grant-revoke"),
    path("staff/facilities/items/<slug:code>/qualifications/", facility_needs, name="facility-needs"),
]
