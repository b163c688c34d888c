"""The pages of environments: the catalogue with the organisation's own, building one, withdrawing one."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import Role
from madang.portal.environments import actions, queries, rules, shelf
from madang.portal.environments.forms import BuildForm, PreparedForm
from madang.portal.environments.rules import Kind, State
from madang.portal.faces import form_page, one, signed_in, tried
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.jobs import actions as jobs
from madang.portal.jobs import places
from madang.portal.jobs.forms import MIB_PER_GIB, SECONDS_PER_MINUTE, label
from madang.portal.jobs.rules import Shape
from madang.portal.templatetags.madang import in_language

PAGE = 50


@signed_in
def list_page(request: HttpRequest) -> HttpResponse:
    """What jobs can name; an operator offers another here."""
    operator = request.actor.has(Role.OPERATOR)
    form = PreparedForm(request.POST or None, folders=shelf.offered()) if operator else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid() and tried(form, lambda: actions.add(by=request.actor, now=request.now, **form.cleaned_data)):
            messages.success(request, _("Saved."))
            return redirect("environments")
    page = Paginator(queries.listed(request.actor), PAGE).get_page(request.GET.get("page"))
    rows = [(row, _may_withdraw(request, row)) for row in page]
    context = {"page": page, "rows": rows, "form": form, "shelf": bool(shelf.offered()) if operator else True}
    return render(request, "environments/environments.html", context | {"may_build": bool(request.actor.memberships)})


def _may_withdraw(request: HttpRequest, row: Any) -> bool:
    own = row.organisation_id is not None and request.actor.member_of(row.organisation_id)
    return row.state == State.READY and (own or request.actor.has(Role.OPERATOR))


@signed_in
def build_page(request: HttpRequest) -> HttpResponse:
    """Fill in what is to be built within which award, and submit the job that does it."""
    where = {f"{place.award.pk}-{place.pool.pk}": place for place in places.places(request.actor, request.now)}
    bases = [row for row in queries.usable(request.actor) if row.kind == Kind.PREPARED]
    named = [(value, label(place)) for value, place in where.items()]
    form = BuildForm(request.POST or None, request.FILES or None, places=named, bases=bases)
    if request.method == "POST" and form.is_valid():
        place = where[form.cleaned_data["where"]]
        base = next((row for row in bases if row.code == form.cleaned_data["base"]), None)
        job = tried(form, lambda: _build(request, form.cleaned_data, place, base))
        if job:
            messages.success(request, _("The job that builds the environment has been received."))
            return redirect("job", pk=job.pk)
    lead = _("It is built by a job of the award, from packages of the centre, without network; that job is charged.")
    crumbs = [(_("Environments"), reverse("environments")), (_("Build an environment"), "")]
    title = _("Build an environment")
    return form_page(
        request, form, title=title, label=_("Build"), lead=lead, crumbs=crumbs, back=reverse("environments")
    )


def _build(request: HttpRequest, given: dict[str, Any], place: Any, base: Any) -> Any:
    content = [given["lock"].encode()]
    lock = store(now=request.now, name=rules.LOCK_NAME, allowed=EVERYTHING, upload_chunks=content)
    seconds, memory = given["minutes"] * SECONDS_PER_MINUTE, given["memory_gib"] * MIB_PER_GIB
    shape = Shape(given["gpus"], given["cores"], memory, seconds)
    to = {"award": place.award, "pool": place.pool, "name": given["name"], "lock": lock, "base": base, "shape": shape}
    return jobs.build(by=request.actor, now=request.now, key=uuid.uuid4(), **to)


@signed_in
def withdraw_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then takes an environment out of the catalogue."""
    row = one(queries.environments(request.actor), pk=pk)
    if not _may_withdraw(request, row):
        raise Http404
    if request.method == "POST":
        actions.withdraw(by=request.actor, now=request.now, environment=row)
        messages.success(request, _("The environment is withdrawn."))
        return redirect("environments")
    name = in_language(row, "name")
    context = {
        "crumbs": [(_("Environments"), reverse("environments")), (name, "")],
        "heading": _("Withdraw {environment}").format(environment=name),
        "text": _("New jobs can no longer name it. Those that wait or run keep it; then what was built is destroyed."),
        "label": _("Withdraw"),
        "url": reverse("environment-withdraw", args=[pk]),
        "back": reverse("environments"),
        "danger": True,
    }
    return render(request, "resources/confirm.html", context)


urlpatterns = [
    path("environments/", list_page, name="environments"),
    path("environments/build/", build_page, name="environment-build"),
    path("environments/<int:pk>/withdrawal/", withdraw_page, name="environment-withdraw"),
]
