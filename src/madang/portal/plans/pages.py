"""The staff's pages of allocation plans: proposed, followed, stopped, read, moved; and the plan as a document."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.allocation.check import Fault
from madang.allocation.plan import REFUSED
from madang.allocation.refusals import fault
from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions import actions as decisions
from madang.portal.decisions import queries as decision_queries
from madang.portal.decisions import texts
from madang.portal.decisions.halves import halves
from madang.portal.faces import one, tried, with_role
from madang.portal.plans import actions, comparing, pictures, queries, telling
from madang.portal.plans.forms import ProposeForm
from madang.portal.plans.outline import Outline, Row
from madang.portal.plans.rules import PlanState
from madang.portal.plans.sentences import OUTCOMES, SHOWN
from madang.portal.policies import moving, wording
from madang.portal.policies import queries as policy_queries
from madang.portal.policies.entries import MoveForm
from madang.portal.policies.rules import levers
from madang.portal.reviews import queries as reviews
from madang.portal.studies import queries as studies
from madang.portal.studies.rules import with_changes

A_PAGE = 50


@with_role(*READING_ROLES)
def plans(request: HttpRequest, intake: int) -> HttpResponse:
    """An intake's plans, the form that proposes some, and the choice of plans to compare."""
    row = one(reviews.intakes(request.actor), pk=intake)
    own = policy_queries.offered(request.actor, intake)
    committed = policy_queries.committed(intake)
    names = [(policy.pk, telling.own_name(policy)) for policy in own]
    form = ProposeForm(names, committed is not None, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "intake": intake, **form.chosen}
        made = tried(form, lambda: actions.propose_several(**given))
        if made:
            return redirect("plan", made[0].pk) if len(made) == 1 else redirect("plans", intake)
    page = Paginator(queries.listed(request.actor, intake), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "intake": row,
        "page": page,
        "plans": [(plan, telling.policy_name(plan)) for plan in page],
        "solved": telling.SOLVED,
        "solving": _solving(request, intake),
        "form": form,
        "own": own,
        "committed": committed,
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
        "crumbs": telling.crumbs(row, _("Allocation plans")),
    }
    return render(request, "plans/plans.html", context, status=422 if form.errors else 200)


def _solving(request: HttpRequest, intake: int) -> list[Any]:
    found = queries.unsolved(request.actor, intake)
    return [(plan, telling.policy_name(plan), telling.standing(plan, request.now)) for plan in found]


@with_role(*READING_ROLES)
def plans_progress(request: HttpRequest, intake: int) -> HttpResponse:
    """How far all of an intake's solves are, for a page that asks now and then."""
    row = one(reviews.intakes(request.actor), pk=intake)
    solving = _solving(request, intake)
    context = {"intake": row, "solving": solving, "may_change": request.actor.has(Role.PROGRAMME_MANAGER)}
    response = render(request, "plans/solving.html", context)
    if len(solving) != _before(request):
        # one of them has ended: the page is loaded again, with its plan in the list
        response["HX-Refresh"] = "true"
    return response


def _before(request: HttpRequest) -> int:
    given = request.GET.get("solving", "")
    return int(given) if given.isdecimal() and len(given) < 4 else 0


@with_role(*READING_ROLES)
def plan(request: HttpRequest, plan: int) -> HttpResponse:
    """One plan: what it gives by month, every applicant with outcome and reason, and its adoption."""
    row = one(queries.shown(request.actor), pk=plan)
    draft, approve = partial(decisions.draft_adoption, plan=plan), partial(decisions.adopt, plan=plan)
    found = halves(request, ApprovalKind.ADOPT_PLAN, plan, draft, approve)
    if found.done:
        return redirect("plan", plan)
    language, terms = get_language() or "ko", policy_queries.terms(row.intake)
    context = {
        "plan": row,
        "policy": telling.policy_name(row),
        "policy_sentence": wording.policy_sentence(row.policy, language),
        "ties": wording.ties_sentence(row.policy, terms, language),
        "objective": wording.objective_sentence(row.policy, row.own and row.own.reference, terms, language),
        "standing": telling.standing(row, request.now),
        "failure": telling.failure(row),
        "broken": _broken(request, row, language),
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
        "halves": found if row.state == PlanState.CHECKED else None,
        "crumbs": telling.crumbs(row.intake, _("Plan {number}").format(number=row.number)),
    }
    if row.state in telling.SOLVED:
        context |= _solved(request, row)
    return render(request, "plans/plan.html", context)


def _broken(request: HttpRequest, row: queries.Plan, language: str) -> list[telling.Broken]:
    own = row.own
    newest = own is not None and policy_queries.last_version(own.intake_id, own.number) == own.version
    change = own is not None and newest and own.withdrawn_at is None and request.actor.has(Role.PROGRAMME_MANAGER)
    return telling.broken_rules(row, language, change=change)


def _solved(request: HttpRequest, row: queries.Plan) -> dict[str, Any]:
    language = get_language() or "ko"
    found, names = queries.outline(row), decision_queries.names(row.intake.call_id)[language]
    show = request.GET.get("show", "")
    kept = shown_rows(found, show)
    page = Paginator(kept, A_PAGE).get_page(request.GET.get("page"))
    words = queries.words(language)
    few = len(found.rows) <= pictures.POINTS_AT_MOST
    return {
        "page": page,
        "lines": _lines(request, row, list(page), found, names),
        "show": show,
        "shows": [(code, _(text), code == show) for code, text in SHOWN.items()],
        "use": [(one, names.get(one.pool, one.pool)) for one in found.use],
        "charts": [
            *pictures.by_month(found.use, names, words.grains),
            *pictures.shares(found.totals, words.regions),
            *filter(None, [pictures.scores(found.rows, queries.numbers(request.actor, row) if few else {})]),
        ],
        "products": words.products,
        "outline": found,
        "rules": wording.published(found.rules, row.own.rates if row.own else {}, language),
        "faults": [fault(Fault(one["code"], one["facts"]), language) for one in row.faults],
    }


def shown_rows(found: Outline, show: str) -> list[Row]:
    """The rows of a plan that a filter leaves; all for a filter that is none."""
    tests = {
        "selected": lambda row: row.outcome != REFUSED,
        "refused": lambda row: row.outcome == REFUSED,
        "reserve": lambda row: row.reserve > 0,
        "marginal": lambda row: row.marginal,
    }
    rows = list(filter(tests.get(show), found.rows)) if show in tests else list(found.rows)
    return sorted(rows, key=lambda row: row.reserve) if show == "reserve" else rows


def _lines(request: HttpRequest, row: queries.Plan, page: list[Row], found: Outline, names: dict[str, str]) -> Any:
    people = queries.people_in(request.actor, row, [line.request for line in page])
    wanted = {line.request: row.reasons[line.request] for line in page if line.request in row.reasons}
    reasons = with_changes(wanted, studies.changes(row.pk), found.rules)
    language = get_language() or "ko"
    return [
        (
            line,
            people.get(line.request),
            _(OUTCOMES[line.outcome]),
            texts.reason(reason["code"], reason["facts"], language, names)
            if (reason := reasons.get(line.request))
            else "",
        )
        for line in page
    ]


@with_role(*READING_ROLES)
def progress(request: HttpRequest, plan: int) -> HttpResponse:
    """How far the solve is, for a page that asks now and then."""
    row = one(queries.light(request.actor), pk=plan)
    context = {
        "plan": row,
        "standing": telling.standing(row, request.now),
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
    }
    response = render(request, "plans/progress.html", context)
    if row.state == PlanState.CHECKED and row.moved_from_id:
        # what was moved is looked at beside what it was moved from
        response["HX-Redirect"] = telling.comparison(row.intake_id, row.moved_from_id, row.pk)
    elif row.state != PlanState.SOLVING:
        # the page is loaded again, now with the plan on it
        response["HX-Refresh"] = "true"
    return response


@with_role(Role.PROGRAMME_MANAGER)
@require_POST
def cancel(request: HttpRequest, plan: int) -> HttpResponse:
    """Stops a solve."""
    row = one(queries.light(request.actor), pk=plan)
    actions.cancel(by=request.actor, now=request.now, plan=plan)
    messages.success(request, _("Solving of plan {number} was stopped.").format(number=row.number))
    return redirect("plans", row.intake_id)


@with_role(Role.PROGRAMME_MANAGER)
def move(request: HttpRequest, plan: int) -> HttpResponse:
    """Every number of the plan's policy and rules; whichever is changed gives a new plan to compare with this one."""
    row = one(queries.light(request.actor), pk=plan)
    draft, language = moving.present_draft(row.own, row.policy), get_language() or "ko"
    texts_of = wording.published(draft.rules, draft.rates, language)
    rules = {rule["name"]: text for rule, text in zip(draft.rules, texts_of, strict=True)}
    form = MoveForm(levers(draft.policy, draft.rules), rules, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "plan": plan, "changes": form.changes()}
        made = tried(form, lambda: actions.move(**given))
        if made:
            return redirect("plan", made.pk)
    title = _("Move a rule of plan {number}").format(number=row.number)
    above = (_("Plan {number}").format(number=row.number), reverse("plan", args=[plan]))
    crumbs = [*telling.crumbs(row.intake, title)]
    context = {
        "plan": row,
        "policy": telling.policy_name(row),
        "form": form,
        "crumbs": [*crumbs[:-1], above, crumbs[-1]],
    }
    return render(request, "plans/move.html", context, status=422 if form.errors else 200)


def document(request: HttpRequest, plan: int) -> HttpResponse:
    """The plan as JSON: what `madang allocate --replay` takes; for the public once its decisions are published."""
    row = one(queries.plans(request.actor), pk=plan)
    if row.result is None:
        raise Http404
    text = json.dumps(queries.document_for(request.actor, row), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    name = f"plan-{row.intake.call.code}-{row.intake.number}-{row.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urlpatterns = [
    path("staff/intakes/<int:intake>/plans/", plans, name="plans"),
    path("staff/intakes/<int:intake>/plans/progress/", plans_progress, name="plans-progress"),
    path("staff/intakes/<int:intake>/plans/compare/", comparing.compare_plans, name="plan-compare"),
    path("staff/intakes/<int:intake>/plans/compare.csv", comparing.compared_csv, name="plan-compare-csv"),
    path("staff/intakes/<int:intake>/plans/compare.xlsx", comparing.compared_xlsx, name="plan-compare-xlsx"),
    path("staff/plans/<int:plan>/", plan, name="plan"),
    path("staff/plans/<int:plan>/progress/", progress, name="plan-progress"),
    path("staff/plans/<int:plan>/cancel/", cancel, name="plan-cancel"),
    path("staff/plans/<int:plan>/move/", move, name="plan-move"),
    path("plans/<int:plan>.json", document, name="plan-document"),
]
