"""The applicant's page of challenges, and the staff's, where they are decided."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.challenges import actions, queries
from madang.portal.challenges.forms import ChallengeForm, DecisionForm
from madang.portal.challenges.rules import ChallengeState
from madang.portal.faces import one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.templatetags.madang import in_language

A_PAGE = 50


@signed_in
def application_challenges(request: HttpRequest, application: int) -> HttpResponse:
    """Whom one's organisation challenged for an application and what came of it, with the form for another."""
    row = one(queries.applications(request.actor), pk=application)
    form = ChallengeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "application": application, **form.cleaned_data}
        if tried(form, partial(actions.file, **given)):
            messages.success(request, _("The challenge was filed. Until it is decided the person is kept out."))
            return redirect("application-challenges", application)
    session = queries.session(row)
    context = {
        "row": row,
        "form": form if request.now < session else None,
        "session": session,
        "challenges": queries.own(request.actor, application),
        "crumbs": [(_("My applications"), reverse("applications")), (_("Challenge a reviewer"), "")],
    }
    return render(request, "challenges/own.html", context, status=422 if form.is_bound and form.errors else 200)


@with_role(*READING_ROLES)
def intake_challenges(request: HttpRequest, intake: int) -> HttpResponse:
    """The challenges of an intake, those that wait first."""
    row = one(queries.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="challenge", subject="all")
    page = Paginator(queries.challenges(request.actor, intake), A_PAGE).get_page(request.GET.get("page"))
    call = _("{call}, intake {number}").format(call=in_language(row.call, "title"), number=row.number)
    crumbs = [(_("Work of the centre"), reverse("staff")), (call, reverse("intake-round", args=[intake]))]
    context = {"intake": row, "page": page, "crumbs": [*crumbs, (_("Challenges"), "")]}
    return render(request, "challenges/intake.html", context)


@with_role(*READING_ROLES)
def challenge(request: HttpRequest, challenge: int) -> HttpResponse:
    """One challenge with whom it may mean; a programme manager decides it."""
    row = one(queries.challenges(request.actor), pk=challenge)
    may_decide = request.actor.has(Role.PROGRAMME_MANAGER) and row.state == ChallengeState.WAITING
    namesakes = queries.namesakes(row.name) if may_decide else []
    form = DecisionForm(request.POST if request.method == "POST" else None, namesakes=namesakes)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "challenge": challenge, **form.cleaned_data}
        tried(form, partial(actions.decide, **given))
        if not form.errors:
            messages.success(request, _("The challenge was decided and the applicant told."))
            return redirect("challenge", challenge)
    actions.note_reading(by=request.actor, now=request.now, challenge=row)
    intake = row.application.intake_id
    context = {
        "row": row,
        "session": queries.session(row.application),
        "form": form if may_decide else None,
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (_("Challenges"), reverse("intake-challenges", args=[intake])),
            (row.application.number, ""),
        ],
    }
    return render(request, "challenges/challenge.html", context, status=422 if form.is_bound and form.errors else 200)


urlpatterns = [
    path("applications/<int:application>/challenges/", application_challenges, name="application-challenges"),
    path("staff/intakes/<int:intake>/challenges/", intake_challenges, name="intake-challenges"),
    path("staff/challenges/<int:challenge>/", challenge, name="challenge"),
]
