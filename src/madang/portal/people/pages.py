"""The pages of persons: one's own page, and for operators the people of the centre with their roles."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import Role
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal import actions as journal
from madang.portal.journal import queries as readings
from madang.portal.journal.faces import shown
from madang.portal.outbox import actions as outbox
from madang.portal.outbox import queries as mails
from madang.portal.people import actions, forms, links, queries, sentences

PER_PAGE = 50


def _own(request: HttpRequest) -> Any:
    return one(queries.persons(request.actor), pk=request.actor.person)


@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """What is held about a person, what was mailed to them, who looked at it, and what they can do about it."""
    person = _own(request)
    form = forms.Profile(request.POST or None, initial={"name": person.name, "language": person.language})
    if form.is_valid():
        tried(form, partial(actions.change_profile, by=request.actor, now=request.now, **form.cleaned_data))
        if form.is_valid():
            messages.success(request, _("Your particulars were saved."))
            response = redirect("me")
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], samesite="Lax")
            return response
    context = {
        "person": person,
        "form": form,
        "memberships": [(row, _(sentences.MEMBER_ROLES[row.role])) for row in queries.memberships(request.actor)],
        "roles": [_(sentences.ROLES[row.role]) for row in queries.roles_of(person.pk)],
        "messages_to_me": mails.own(request.actor)[:5],
    }
    return render(request, "people/me.html", context, status=422 if form.is_bound and form.errors else 200)


@signed_in
def own_messages(request: HttpRequest) -> HttpResponse:
    """Everything that was mailed to the person, newest first."""
    page = Paginator(mails.own(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "people/messages.html", {"page": page})


@signed_in
def own_message(request: HttpRequest, message: int) -> HttpResponse:
    """One message as it was mailed; opening it notes that it was read."""
    row = one(mails.own(request.actor), pk=message)
    outbox.mark_read(person=request.actor.person, message=row.pk, now=request.now)
    return render(request, "people/message.html", {"message": row})


@signed_in
def own_readings(request: HttpRequest) -> HttpResponse:
    """Who opened the person's data, when, and for what."""
    page = Paginator(readings.readings_of(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Who opened my data"),
        "page": page,
        "rows": shown(page),
        "back": (_("My account"), reverse("me")),
    }
    return render(request, "people/readings.html", context)


@signed_in
def change_email(request: HttpRequest) -> HttpResponse:
    """Asks for another address; a link is mailed there."""
    form = forms.NewEmail(request.POST or None)
    if form.is_valid():
        tried(form, partial(actions.ask_email_change, by=request.actor, now=request.now, **form.cleaned_data))
        if form.is_valid():
            return render(request, "access/mailed.html", {"title": _("Please look into your mail")})
    title = _("Change your e-mail address")
    return form_page(request, form, title=title, label=_("Send me the link"), back=reverse("me"))


def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """The mailed link: asks for one click, since mail programs open links on their own."""
    links.read("email", token, now=request.now)
    form = forms.Confirm(request.POST or None)
    if request.method == "POST":
        actions.confirm_email_change(by=request.actor, now=request.now, token=token)
        messages.success(request, _("Your e-mail address was changed."))
        return redirect("me")
    return form_page(request, form, title=_("Change your e-mail address"), label=_("Change the address"))


# --- for operators, and auditors who read ---


@with_role(Role.OPERATOR, Role.AUDITOR)
def people(request: HttpRequest) -> HttpResponse:
    """The people with an account, searchable, with their roles in the body; the search is logged."""
    form = forms.Search(request.GET or None)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    page = Paginator(queries.person_found(request.actor, words), PER_PAGE).get_page(request.GET.get("page"))
    journal.read(by=request.actor, now=request.now, what="search", kind="person", subject="all")
    rows = [(row, [_(sentences.ROLES[held.role]) for held in row.held]) for row in page]
    return render(request, "people/people.html", {"form": form, "page": page, "rows": rows})


@with_role(Role.OPERATOR, Role.AUDITOR)
def person(request: HttpRequest, person: int) -> HttpResponse:
    """One person's account and roles; an operator gives a role here."""
    row = one(queries.persons(request.actor), pk=person)
    journal.read(by=request.actor, now=request.now, what="view", kind="person", subject=row.pk, whose=row.pk)
    form = forms.GrantRole(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.grant_role, by=request.actor, now=request.now, person=person, **form.cleaned_data))
        if form.is_valid():
            messages.success(request, _("The role was given."))
            return redirect("person", person)
    context = {
        "person": row,
        "form": form,
        "roles": [(held, _(sentences.ROLES[held.role])) for held in queries.roles_of(row.pk)],
        "may_change": request.actor.has(Role.OPERATOR),
    }
    return render(request, "people/person.html", context, status=422 if form.is_bound and form.errors else 200)


@require_POST
@with_role(Role.OPERATOR)
def end_role(request: HttpRequest, person: int, role: str) -> HttpResponse:
    """Ends a role of a person."""
    if role not in list(Role):
        raise Http404
    one(queries.persons(request.actor), pk=person)
    try:
        actions.end_role(by=request.actor, now=request.now, person=person, role=Role(role))
        messages.success(request, _("The role was ended."))
    except Refused as refused:
        messages.error(request, refusals.sentence(refused))
    return redirect("person", person)


urlpatterns = [
    path("me/", me, name="me"),
    path("me/messages/", own_messages, name="own-messages"),
    path("me/messages/<int:message>/", own_message, name="own-message"),
    path("me/readings/", own_readings, name="own-readings"),
    path("me/e-mail/", change_email, name="change-email"),
    path("me/e-mail/<str:token>/", confirm_email, name="confirm-email"),
    path("staff/people/", people, name="people"),
    path("staff/people/<int:person>/", person, name="person"),
    path("staff/people/<int:person>/roles/<slug:role>/end/", end_role, name="end-role"),
]
