"""The staff's pages of allocation plans: proposed, followed, read, compared; and the plan as a document."""

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

from madang.allocation.check import Fault
from madang.allocation.compare import MOST, compare, totals
from madang.allocation.refusals import fault
from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions import actions as decisions
from madang.portal.decisions import queries as decision_queries
from madang.portal.decisions import texts
from madang.portal.decisions.halves import halves
from madang.portal.faces import one, tried, whole, with_role
from madang.portal.plans import actions, pictures, queries, rules
from madang.portal.plans.forms import ProposeForm
from madang.portal.plans.rules import PlanState, PolicyChoice
from madang.portal.plans.sentences import OUTCOMES, POLICIES
from madang.portal.reviews import queries as reviews
from madang.portal.templatetags.madang import in_language

A_PAGE = 50
SOLVED = (PlanState.CHECKED, PlanState.FAULTY, PlanState.ADOPTED, PlanState.SUPERSEDED)


def policy_name(policy: dict[str, Any]) -> str:
    """A stored policy in words."""
    choice = "portfolio" if policy.get("policy") == "portfolio" else f"rank_{policy.get('overflow', 'skip')}"
    return _(POLICIES[choice])


def _crumbs(intake: Any, last: str) -> list[tuple[str, str]]:
    call = _("{call}, intake {number}").format(call=in_language(intake.call, "title"), number=intake.number)
    here = [(_("Work of the centre"), reverse("staff")), (call, reverse("intake-round", args=[intake.pk]))]
    plans = _("Allocation plans")
    return [*here, (last, "")] if last == plans else [*here, (plans, reverse("plans", args=[intake.pk])), (last, "")]


@with_role(*READING_ROLES)
def plans(request: HttpRequest, intake: int) -> HttpResponse:
    """An intake's plans, the form that proposes one, and the choice of plans to compare."""
    row = one(reviews.intakes(request.actor), pk=intake)
    form = ProposeForm(request.POST if request.method == "POST" else None, initial={"policy": PolicyChoice.RANK_SKIP})
    if request.method == "POST" and form.is_valid():
        choice = PolicyChoice(form.cleaned_data["policy"])
        given = {"intake": intake, "policy": choice, "seed": form.cleaned_data["seed"]}
        made = tried(form, lambda: actions.propose(by=request.actor, now=request.now, **given))
        if made:
            return redirect("plan", made.pk)
    page = Paginator(queries.listed(request.actor, intake), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "intake": row,
        "page": page,
        "plans": [(plan, policy_name(plan.policy)) for plan in page],
        "solved": SOLVED,
        "form": form,
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
        "crumbs": _crumbs(row, _("Allocation plans")),
    }
    return render(request, "plans/plans.html", context, status=422 if form.errors else 200)


@with_role(*READING_ROLES)
def plan(request: HttpRequest, plan: int) -> HttpResponse:
    """One plan: what it gives by month, every applicant with outcome and reason, and its adoption."""
    row = one(queries.plans(request.actor), pk=plan)
    found = halves(
        request,
        ApprovalKind.ADOPT_PLAN,
        plan,
        partial(decisions.draft_adoption, plan=plan),
        partial(decisions.adopt, plan=plan),
    )
    if found.done:
        return redirect("plan", plan)
    context = {
        "plan": row,
        "policy": policy_name(row.policy),
        "halves": found if row.state == PlanState.CHECKED else None,
        "crumbs": _crumbs(row.intake, _("Plan {number}").format(number=row.number)),
    }
    if row.state in SOLVED:
        context |= _solved(request, row)
    return render(request, "plans/plan.html", context)


def _solved(request: HttpRequest, row: queries.Plan) -> dict[str, Any]:
    language = get_language() or "ko"
    value, names = queries.values([row])[0], decision_queries.names(row.intake.call_id)
    lines, use, words = rules.rows(value), rules.use_by_month(value), _words()
    page = Paginator(lines, A_PAGE).get_page(request.GET.get("page"))
    people = queries.people_in(request.actor, row, [line.request for line in page])
    reasons = {
        line.request: texts.reason(reason["code"], reason["facts"], language, names[language])
        for line in page
        if (reason := row.reasons.get(line.request))
    }
    return {
        "page": page,
        "lines": [
            (line, people.get(line.request), _(OUTCOMES[line.outcome]), reasons.get(line.request, "")) for line in page
        ],
        "use": [(one, names[language].get(one.pool, one.pool)) for one in use],
        "charts": [
            *pictures.by_month(use, names[language], words.grains),
            *pictures.shares(totals(value), words.regions),
            *filter(None, [pictures.scores(lines, queries.numbers(request.actor, row))]),
        ],
        "products": words.products,
        "value": value,
        "faults": [fault(Fault(one["code"], one["facts"]), language) for one in row.faults],
    }


@with_role(*READING_ROLES)
def progress(request: HttpRequest, plan: int) -> HttpResponse:
    """How far the solve is, for a page that asks now and then."""
    row = one(queries.plans(request.actor).defer("problem", "result", "reasons", "pseudonyms"), pk=plan)
    response = render(request, "plans/progress.html", {"plan": row})
    if row.state != PlanState.SOLVING:
        # the page is loaded again, now with the plan on it
        response["HX-Refresh"] = "true"
    return response


@with_role(*READING_ROLES)
def compare_plans(request: HttpRequest, intake: int) -> HttpResponse:
    """Two to six solved plans side by side; the applications that fare differently stand on top."""
    row = one(reviews.intakes(request.actor), pk=intake)
    wanted = [whole(text) for text in request.GET.getlist("plan")]
    chosen = list(
        queries.plans(request.actor)
        .filter(intake=intake, pk__in=wanted, state__in=SOLVED)
        .defer("reasons")
        .order_by("number")
    )
    if not 2 <= len(chosen) <= MOST:
        messages.error(request, _("Please choose 2 to {most} solved plans of this intake.").format(most=MOST))
        return redirect("plans", intake)
    values = queries.values(chosen)
    found, uses = compare(values), [rules.use_by_month(value) for value in values]
    page = Paginator(found.rows, A_PAGE).get_page(request.GET.get("page"))
    people = queries.people_in(request.actor, chosen[-1], [line.request for line in page])
    names, words = decision_queries.names(row.call_id)[get_language() or "ko"], _words()
    context = {
        "intake": row,
        "plans": [(plan, policy_name(plan.policy)) for plan in chosen],
        "totals": found.totals,
        "pools": [
            (
                names.get(pool, pool),
                pictures.counted_in_all(words.grains.get(pool)),
                [t.given.get(pool, 0) for t in found.totals],
                found.totals[0].available[pool],
            )
            for pool in found.totals[0].given
        ],
        "charts": pictures.compared(
            uses,
            [_("Plan {number}").format(number=plan.number) for plan in chosen],
            names,
            words.grains,
        ),
        "months": [(use, names.get(use.pool, use.pool), given) for use, given in _months(uses)],
        "attributes": _attributes(found.totals, words.regions),
        "differing": len(found.differing),
        "page": page,
        "lines": [
            (line, people.get(line.request), [_(OUTCOMES[o]) if o else "–" for o in line.outcomes]) for line in page
        ],
        "crumbs": _crumbs(row, _("Plans compared")),
    }
    return render(request, "plans/compare.html", context)


def _months(uses: list[list[rules.MonthUse]]) -> list[tuple[rules.MonthUse, list[int]]]:
    """Every pool and month of the first plan with what each plan gives there."""
    given = [{(use.pool, use.month): use.given for use in plan} for plan in uses]
    return [(use, [one.get((use.pool, use.month), 0) for one in given]) for use in uses[0]]


def _words() -> queries.Words:
    """How codes read, in the reader's language."""
    return queries.words(get_language() or "ko")


def _attributes(totals: Any, regions: dict[str, str]) -> list[tuple[str, list[Any]]]:
    """(kind or region, its share in each plan), where the plans know it."""
    found = []
    for name in ("kind", "region"):
        known = sorted({value for one in totals for value in one.attributes.get(name, {})})
        found += [
            (pictures.value_name(name, value, regions), [one.attributes.get(name, {}).get(value) for one in totals])
            for value in known
        ]
    return found


def document(request: HttpRequest, plan: int) -> HttpResponse:
    """The plan as JSON: what `madang allocate --replay` takes; for the public once its decisions are published."""
    row = one(queries.plans(request.actor), pk=plan)
    if row.result is None:
        raise Http404
    text = json.dumps(queries.document(row), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json")
    name = f"plan-{row.intake.call.code}-{row.intake.number}-{row.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urlpatterns = [
    path("staff/intakes/<int:intake>/plans/", plans, name="plans"),
    path("staff/intakes/<int:intake>/plans/compare/", compare_plans, name="plan-compare"),
    path("staff/plans/<int:plan>/", plan, name="plan"),
    path("staff/plans/<int:plan>/progress/", progress, name="plan-progress"),
    path("plans/<int:plan>.json", document, name="plan-document"),
]
