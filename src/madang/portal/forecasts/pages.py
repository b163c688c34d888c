"""The pages of forecasts: how good estimated starts were, what a plan would do to the queues, the policy bench."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import READING_ROLES, Role
from madang.portal.decisions import queries as decisions
from madang.portal.faces import one, signed_in, tried, with_role
from madang.portal.files import faces as files
from madang.portal.forecasts import actions, pictures, queries, rules
from madang.portal.forecasts.forms import BenchForm, PlanForm
from madang.portal.forecasts.rules import SHARE_WITHIN, Basis, TrialKind, TrialState
from madang.portal.forecasts.sentences import BASES, PARTS, POLICIES, STATES
from madang.portal.plans import queries as plans
from madang.portal.resources import queries as resources
from madang.portal.templatetags.madang import duration, in_language

A_PAGE = 50
QUARTERS = 4
BENCHERS = (Role.OPERATOR, Role.AUDITOR)


@signed_in
def estimates(request: HttpRequest) -> HttpResponse:
    """How estimates are made, and how good they were by month."""
    rows = queries.quality(request.actor)
    ranged = [row for row in rows if row.basis == Basis.HISTORY]
    limited = [row for row in rows if row.basis == Basis.LIMITS]
    context = {
        "latest": ranged[0] if ranged else None,
        "tables": [(basis, kind) for basis, kind in ((ranged, "history"), (limited, "limits")) if basis],
        "charts": [pictures.quality(ranged, SHARE_WITHIN)] if len(ranged) > 1 else [],
        "share": SHARE_WITHIN,
        "in_full": request.actor.reads_everything,
    }
    return render(request, "forecasts/estimates.html", context)


# --- what a plan would do ---


@with_role(*READING_ROLES)
def plan_effects(request: HttpRequest, plan: int) -> HttpResponse:
    """The last simulation of a plan, the form that asks for one, and the other plans of the intake beside it."""
    row = one(plans.plans(request.actor), pk=plan)
    solved = row.state in actions.SOLVED
    names = decisions.names(row.intake.call_id)[get_language() or "ko"]
    codes = [pool["code"] for pool in row.problem["pools"]] if solved else []
    form = PlanForm(
        request.POST if request.method == "POST" else None, pools=[(code, names.get(code, code)) for code in codes]
    )
    if request.method == "POST" and form.is_valid():
        given = {"plan": row, "units": form.units, "replays": form.cleaned_data["replays"]}
        if tried(form, lambda: actions.ask_plan(by=request.actor, now=request.now, **given)):
            return redirect("plan-effects", plan)
    trial = queries.of_plan(request.actor, plan).first()
    others = queries.latest_of_plans(request.actor, row.intake_id)
    context = {
        "plan": row,
        "solved": solved,
        "form": form,
        "may_ask": request.actor.has(Role.PROGRAMME_MANAGER, Role.OPERATOR),
        "pools": _pools(trial, names) if trial and trial.result else [],
        "users": _users(trial.result["users"]) if trial and trial.result else [],
        "others": _across(others, names),
        **_standing(request, trial),
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (_("Allocation plans"), reverse("plans", args=[row.intake_id])),
            (_("Plan {number}").format(number=row.number), reverse("plan", args=[plan])),
            (_("What it would do"), ""),
        ],
    }
    return render(request, "forecasts/plan.html", context, status=422 if form.errors else 200)


def _standing(request: HttpRequest, trial: Any) -> dict[str, Any]:
    """A trial with its state in words, how far it is, and who may stop it."""
    if trial is None:
        return {"trial": None}
    failure = refusals.sentence(Refused(trial.failure["code"], **trial.failure["facts"])) if trial.failure else ""
    may = request.actor.has(Role.OPERATOR) or (
        trial.kind == TrialKind.PLAN and request.actor.has(Role.PROGRAMME_MANAGER)
    )
    return {
        "trial": trial,
        "state": _(STATES[trial.state]),
        "failure": failure,
        "may_stop": may and trial.state == TrialState.WAITING,
    }


def _pools(trial: Any, names: dict[str, str]) -> list[dict[str, Any]]:
    found = []
    for pool in trial.result["pools"]:
        name = names.get(pool["pool"], pool["pool"])
        weeks = {pictures.kind_name(one["kind"]): one["weeks"] for one in pool["waits"]}
        chart = pictures.waits_by_week(weeks, _("{pool}: waits by kind of user and week").format(pool=name))
        waits = [(pictures.kind_name(one["kind"]), one) for one in pool["waits"]]
        charts = [pictures.use_by_month(pool, name), *([chart] if chart else [])]
        found.append({**pool, "name": name, "waits": waits, "charts": charts})
    return found


def _users(users: dict[str, Any]) -> list[str]:
    """What each kind of user's jobs were drawn from, in sentences."""
    return [
        _(BASES[one["basis"]]).format(
            kind=pictures.kind_name(name.partition("/")[0]),
            jobs=one["jobs"],
            awards=one["awards"],
            parts=", ".join(f"{part / 10:g}%" for part in one["appetite"][:10]),
        )
        for name, one in users.items()
    ]


def _across(trials: list[Any], names: dict[str, str]) -> list[tuple[str, list[Any], Any]]:
    """Pool by pool: (name, rows of the plans that were simulated, chart), where there are at least two."""
    if len(trials) < 2:
        return []
    by_pool: dict[str, list[Any]] = {}
    for trial in trials:
        for pool in trial.result["pools"]:
            by_pool.setdefault(pool["pool"], []).append((trial.plan, pool))
    return [
        (
            names.get(code, code),
            rows,
            pictures.across_plans(
                [(_("Plan {number}").format(number=plan.number), pool) for plan, pool in rows], names.get(code, code)
            ),
        )
        for code, rows in by_pool.items()
    ]


@with_role(*READING_ROLES)
def trial_progress(request: HttpRequest, trial: int) -> HttpResponse:
    """How far a simulation is, for a page that asks now and then."""
    row = one(queries.trials(request.actor), pk=trial)
    response = render(request, "forecasts/progress.html", _standing(request, row))
    if row.state != TrialState.WAITING:
        # the page is loaded again, now with the answer on it
        response["HX-Refresh"] = "true"
    return response


@with_role(*READING_ROLES)
@require_POST
def trial_stop(request: HttpRequest, trial: int) -> HttpResponse:
    """Ends a simulation that is still under way."""
    row = one(queries.trials(request.actor), pk=trial)
    actions.stop(by=request.actor, now=request.now, trial=row)
    messages.success(request, _("The simulation was stopped."))
    return redirect("bench-trial", trial) if row.kind == TrialKind.BENCH else redirect("plan-effects", row.plan_id)


# --- the policy bench ---


@with_role(*BENCHERS)
def bench(request: HttpRequest) -> HttpResponse:
    """What was asked so far, and the form that asks."""
    quarters = rules.quarters(request.now.astimezone(settings.MADANG_ZONE), QUARTERS)
    pools = resources.pools_that_run_jobs()
    form = BenchForm(request.POST if request.method == "POST" else None, pools=pools, quarters=quarters)
    if request.method == "POST" and form.is_valid():
        made = tried(form, lambda: actions.ask_bench(by=request.actor, now=request.now, question=form.question()))
        if made:
            return redirect("bench-trial", made.pk)
    page = Paginator(queries.bench(request.actor).defer("result"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "trials": [(row, _(POLICIES[row.question["policy"]]), _(STATES[row.state])) for row in page],
        "may_ask": request.actor.has(Role.OPERATOR) and pools.exists(),
        "no_pools": not pools.exists(),
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Policy bench"), "")],
    }
    return render(request, "forecasts/bench.html", context, status=422 if form.errors else 200)


@with_role(*BENCHERS)
def bench_trial(request: HttpRequest, trial: int) -> HttpResponse:
    """One question of the bench and its answer."""
    row = one(queries.bench(request.actor), pk=trial)
    pool = resources.pools(request.actor).filter(code=row.question["pool"]).first()
    context = {
        **_standing(request, row),
        "pool": in_language(pool, "name") if pool else row.question["pool"],
        "policy": _(POLICIES[row.question["policy"]]),
        "parts": _(PARTS[row.question.get("parts", "present")]),
        "reports": [language for language in ("ko", "en") if getattr(row, f"report_{language}_id")],
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (_("Policy bench"), reverse("bench")),
            (_("Trial {number}").format(number=row.pk), ""),
        ],
    }
    if row.result:
        context |= _compared(row.result)
    return render(request, "forecasts/bench_trial.html", context)


def _compared(result: dict[str, Any]) -> dict[str, Any]:
    names = {"present": _("As it is"), "asked": _("As asked")}
    runs = result["runs"]
    weeks = pictures.waits_by_week({names[run["name"]]: run["weeks"] for run in runs}, _("Waits by week"))
    kinds = zip(*(run["kinds"] for run in runs), strict=True)
    return {
        "result": result,
        "names": [names[run["name"]] for run in runs],
        "rows": pictures.compared(runs, duration),
        "charts": [pictures.waited(runs, names), *([weeks] if weeks else [])],
        "kinds": [(pictures.kind_name(both[0]["kind"]), both) for both in kinds],
        "skipped": [run["skipped"] for run in runs if run["skipped"]],
    }


@with_role(*BENCHERS)
def bench_report(request: HttpRequest, trial: int, language: str) -> HttpResponse:
    """The library's own page of both runs, as a file that needs nothing beside it."""
    row = one(queries.bench(request.actor), pk=trial)
    stored = getattr(row, f"report_{language}", None) if language in ("ko", "en") else None
    if stored is None:
        raise Http404
    return files.answer(stored, f"bench-{row.pk}-{language}.html")


urlpatterns = [
    path("jobs/estimates/", estimates, name="estimates"),
    path("staff/plans/<int:plan>/effects/", plan_effects, name="plan-effects"),
    path("staff/trials/<int:trial>/progress/", trial_progress, name="trial-progress"),
    path("staff/trials/<int:trial>/stop/", trial_stop, name="trial-stop"),
    path("staff/bench/", bench, name="bench"),
    path("staff/bench/<int:trial>/", bench_trial, name="bench-trial"),
    path("staff/bench/<int:trial>/report/<slug:language>/", bench_report, name="bench-report"),
]
