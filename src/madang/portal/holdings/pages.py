"""The pages of what is held of a person: why and until when, a copy of it, and erasing the account."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.faces import one, signed_in, tried, with_role
from madang.portal.holdings import actions, exports, forms, showing
from madang.portal.people import actions as people
from madang.portal.people import queries


def _own(request: HttpRequest) -> Any:
    return one(queries.persons(request.actor), pk=request.actor.person)


@signed_in
def held(request: HttpRequest) -> HttpResponse:
    """What the centre holds of the person, kind by kind: how much, until when, on which ground."""
    return render(request, "holdings/held.html", {"rows": showing.kept(_own(request))})


@signed_in
def export(request: HttpRequest) -> FileResponse:
    """Everything held about the person, as a ZIP with their files."""
    copy = exports.written(request.actor, now=request.now)
    people.note_export(by=request.actor, now=request.now)
    response = FileResponse(copy, as_attachment=True, filename="my-data.zip", content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
def erase_me(request: HttpRequest) -> HttpResponse:
    """Erases the person's own account, after the address is typed once more."""
    person = _own(request)
    form = forms.Erase(request.POST or None)
    if form.is_valid():
        tried(form, partial(_erase, request, person, form.cleaned_data["email"]))
        if form.is_valid():
            logout(request)
            messages.success(request, _("The account was erased."))
            return redirect("front")
    return _erase_page(request, person, form, reverse("me"))


@with_role(Role.OPERATOR)
def erase(request: HttpRequest, person: int) -> HttpResponse:
    """Erases somebody's account at their request, after the address is typed."""
    row = one(queries.persons(request.actor), pk=person)
    form = forms.Erase(request.POST or None)
    if form.is_valid():
        tried(form, partial(_erase, request, row, form.cleaned_data["email"]))
        if form.is_valid():
            messages.success(request, _("The account was erased."))
            return redirect("people")
    return _erase_page(request, row, form, reverse("person", args=[person]))


def _erase(request: HttpRequest, person: Any, typed: str) -> None:
    if typed.strip().lower() != person.email.lower():
        raise Refused("erase_confirm", field="email")
    actions.erase(by=request.actor, now=request.now, person=person.pk)


def _erase_page(request: HttpRequest, person: Any, form: forms.Erase, back: str) -> HttpResponse:
    context = {"form": form, "back": back, "rows": showing.kept(person, erased=True)}
    return render(request, "holdings/erase.html", context, status=422 if form.is_bound and form.errors else 200)


urlpatterns = [
    path("me/held/", held, name="held"),
    path("me/export/", export, name="export-own"),
    path("me/erase/", erase_me, name="erase-me"),
    path("staff/people/<int:person>/erase/", erase, name="erase-person"),
]
