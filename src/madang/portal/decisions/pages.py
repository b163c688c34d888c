"""Decisions: held and published by staff, read by their applicants, and the public results of a call."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.bonuses import queries as bonuses
from madang.portal.calls import queries as calls
from madang.portal.decisions import actions, published, queries, texts
from madang.portal.decisions.halves import halves
from madang.portal.decisions.rules import Outcome
from madang.portal.decisions.sentences import OUTCOMES
from madang.portal.faces import one, signed_in, with_role
from madang.portal.plans import actions as plans
from madang.portal.policies import wording
from madang.portal.reviews import queries as reviews
from madang.portal.templatetags.madang import in_language

A_PAGE = 50


@with_role(*READING_ROLES)
def intake_decisions(request: HttpRequest, intake: int) -> HttpResponse:
    """What is held and what is published; publication by two people; solving again with what came back."""
    row = one(reviews.intakes(request.actor), pk=intake)
    if request.method == "POST" and request.POST.get("what") == "again":
        made = plans.serve_reserve(by=request.actor, now=request.now, intake=intake)
        messages.success(request, _("The reserve list is being served in its order; look at the plan and adopt it."))
        return redirect("plan", made.pk)
    found = halves(
        request,
        ApprovalKind.PUBLISH_DECISIONS,
        intake,
        partial(actions.draft_publication, intake=intake),
        partial(actions.publish, intake=intake),
    )
    if found.done:
        return redirect("intake-decisions", intake)
    page = Paginator(queries.in_intake(request.actor, intake), A_PAGE).get_page(request.GET.get("page"))
    names = queries.names(row.call_id)[_language()]
    held = queries.unpublished(intake)
    title = _("{call}, intake {number}").format(call=in_language(row.call, "title"), number=row.number)
    context = {
        "intake": row,
        "adopted": queries.adopted(request.actor, intake),
        "held": held,
        "came_back": queries.came_back(intake),
        "freed": queries.freed_hours([intake], request.now).get(intake, 0),
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
        "halves": found if held else None,
        "page": page,
        "lines": [(line, _(OUTCOMES[line.outcome]), texts.reason_of(line, _language(), names)) for line in page],
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (title, reverse("intake-round", args=[intake])),
            (_("Decisions"), ""),
        ],
    }
    return render(request, "decisions/intake.html", context)


def _language() -> str:
    return get_language() or "ko"


@signed_in
def decision(request: HttpRequest, application: int) -> HttpResponse:
    """What was decided on one application: outcome, reason, scores, place, comments, and what comes next."""
    row = one(queries.decisions(request.actor), application=application)
    call = row.application.intake.call
    if request.actor.reads_everything:
        given = {"application": application, "organisation": row.application.organisation_id}
        actions.note_reading(by=request.actor, now=request.now, **given)
    criteria, lowest = queries.criterion_scores(row), queries.lowest_selected(row)
    context = {
        "decision": row,
        "file": row.application,
        "outcome": _(OUTCOMES[row.outcome]),
        "reason": texts.reason_of(row, _language(), queries.names(call.pk)[_language()]),
        "remedy": texts.remedy(row, _language()),
        "criteria": criteria,
        "most": sum(line.points for line in criteria),
        "total_reached": (row.score_milli or 0) >= row.application.track.minimum_total_milli,
        "claims": bonuses.standing_of(application) if row.application.track.claims_most else None,
        "lowest_selected": lowest,
        # where others with fewer points were selected, the page says why points alone do not tell
        "passed_over": row.outcome != Outcome.AWARDED and lowest is not None and (row.score_milli or 0) > lowest,
        "policy_sentence": wording.policy_sentence(queries.policy_of(row), _language()),
        "comments": reviews.comments(application),
        "award": queries.award_of(request.actor, application),
        "crumbs": [*_above(request, row.application), (_("Decision"), "")],
    }
    return render(request, "decisions/decision.html", context)


def _above(request: HttpRequest, file: Any) -> list[tuple[str, str]]:
    """The pages above a decision: one's own application, or for staff the intake's decisions."""
    if request.actor.member_of(file.organisation_id):
        return [
            (_("My applications"), reverse("applications")),
            (file.title, reverse("application", args=[file.pk])),
        ]
    return [
        (_("Work of the centre"), reverse("staff")),
        (_("Decisions"), reverse("intake-decisions", args=[file.intake_id])),
        (file.number, reverse("screening", args=[file.pk])),
    ]


def call_results(request: HttpRequest, code: str) -> HttpResponse:
    """The published results of a call for everybody: who was selected with what; reasons of refusals by number."""
    call = one(calls.calls(request.actor), code=code)
    page = Paginator(queries.published(call), A_PAGE).get_page(request.GET.get("page"))
    names = queries.names(call.pk)[_language()]
    context = {
        "call": call,
        "page": page,
        "lines": [(line, _(OUTCOMES[line.outcome]), texts.reason_of(line, _language(), names)) for line in page],
        "plans": published.followed(queries.published_plans(call), _language()),
        "crumbs": [
            (_("Calls"), reverse("calls")),
            (in_language(call, "title"), reverse("call", args=[code])),
            (_("Results"), ""),
        ],
    }
    return render(request, "decisions/results.html", context)


urlpatterns = [
    path("staff/intakes/<int:intake>/decisions/", intake_decisions, name="intake-decisions"),
    path("decisions/<int:application>/", decision, name="award-decision"),
    path("calls/<slug:code>/results/", call_results, name="call-results"),
]
