"""The committee's page of a plan: what each rule costs, what noise would change, and how likely overbooking fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import charts, refusals
from madang.portal.actors import READING_ROLES, Role
from madang.portal.decisions import queries as decision_queries
from madang.portal.faces import one, with_role
from madang.portal.formats import decimal
from madang.portal.plans import queries as plans
from madang.portal.plans import telling
from madang.portal.plans.outline import Outline
from madang.portal.plans.sentences import OUTCOMES
from madang.portal.policies import rates
from madang.portal.studies import actions, queries
from madang.portal.studies.rules import STUDIED, StudyKind, StudyState, fitting
from madang.portal.studies.sentences import HINTS, KINDS

A_PAGE = 50
# of those who would fare differently without a rule, so many are named
A_FEW = 10


@dataclass(frozen=True)
class Question:
    """A question that fits a plan, and how far its answer is."""

    kind: str
    study: Any

    @property
    def name(self) -> str:
        return _(KINDS[self.kind])

    @property
    def hint(self) -> str:
        return _(HINTS[self.kind])

    @property
    def open(self) -> bool:
        """Whether it can be asked: for the first time, or so that it goes on."""
        return self.study is None or self.study.state in (StudyState.FAILED, StudyState.STOPPED)

    @property
    def waiting(self) -> bool:
        return self.study is not None and self.study.state == StudyState.WAITING

    @property
    def done(self) -> int:
        return int(self.study.progress.get("done", 0))

    @property
    def of(self) -> int:
        return int(self.study.progress.get("of", 0))

    @property
    def failure(self) -> str:
        told = self.study.failure
        return refusals.sentence(Refused(told["code"], **told["facts"])) if told else ""


@with_role(*READING_ROLES)
def committee(request: HttpRequest, plan: int) -> HttpResponse:
    """The questions about a plan, how far each is, and the answers."""
    row = one(plans.plans(request.actor).defer("problem", "result", "reasons"), pk=plan)
    found = plans.outline(row) if row.state in STUDIED else None
    if request.method == "POST" and request.POST.get("stop"):
        actions.stop(by=request.actor, now=request.now, plan=plan, kind=request.POST["stop"])
        messages.success(request, _("The question was stopped. Asked again, it goes on from what it had found."))
        return redirect("plan-committee", plan)
    if request.method == "POST" and found is not None:
        kinds = request.POST.getlist("kind") or [str(kind) for kind in fitting(row.policy, found.rules)]
        actions.ask(by=request.actor, now=request.now, plan=plan, kinds=kinds)
        messages.success(request, _("The questions are being answered. You can leave this page."))
        return redirect("plan-committee", plan)
    context = {
        "plan": row,
        "policy": telling.policy_name(row),
        "outline": found,
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
        "crumbs": _crumbs(row),
    }
    if found is not None:
        context |= _answers(request, row, found)
    return render(request, "studies/committee.html", context)


def _crumbs(row: Any) -> list[tuple[str, str]]:
    *above, last = telling.crumbs(row.intake, _("For the committee"))
    return [*above, (_("Plan {number}").format(number=row.number), reverse("plan", args=[row.pk])), last]


def _answers(request: HttpRequest, row: Any, found: Outline) -> dict[str, Any]:
    known = {study.kind: study for study in queries.studies(request.actor, row.pk)}
    questions = [Question(kind, known.get(kind)) for kind in fitting(row.policy, found.rules)]
    done = {kind: study.result for kind, study in known.items() if study.result is not None}
    names = decision_queries.names(row.intake.call_id)[get_language() or "ko"]
    context: dict[str, Any] = {
        "questions": questions,
        "waiting": [one for one in questions if one.waiting],
        "unasked": any(one.open for one in questions),
    }
    if StudyKind.COSTS in done:
        context["costs"] = _costs(request, row, found, done[StudyKind.COSTS]["costs"])
    if StudyKind.NOISE in done:
        context |= _noise(request, row, found, done[StudyKind.NOISE])
    if StudyKind.CHANGES in done:
        context["changed"] = len(done[StudyKind.CHANGES]["changes"])
    if StudyKind.OVERBOOKING in done:
        grounds = row.own.rates if row.own else {}
        found_chances = done[StudyKind.OVERBOOKING]["overbooking"]
        context["overbooking"] = [_overbooked(one, names, grounds.get(one["rule"])) for one in found_chances]
    return context


def _costs(request: HttpRequest, row: Any, found: Outline, costs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By rule: its sentence, what it costs, and the first of those who would gain and lose without it."""
    language = get_language() or "ko"
    sentences = {rule["name"]: rule["sentence"] for rule in found.rules}
    named = {name for one in costs for name in [*one["gain"][:A_FEW], *one["lose"][:A_FEW]]}
    people = plans.people_in(request.actor, row, sorted(named))

    def numbers(names: list[str]) -> list[str]:
        return [people[name].number if name in people else name for name in names[:A_FEW]]

    return [
        {
            "sentence": sentences[one["rule"]].get(language) or sentences[one["rule"]]["en"],
            "told": _told(one),
            "cost": None if one["without"] is None else one["without"] - one["objective"],
            "part": None if one["without"] is None else _part(one["without"] - one["objective"], one["objective"]),
            "gain": numbers(one["gain"]),
            "gains": len(one["gain"]),
            "lose": numbers(one["lose"]),
            "loses": len(one["lose"]),
            "others": len(one["other"]),
        }
        for one in costs
    ]


def _told(one: dict[str, Any]) -> str:
    """In a sentence or two, what a rule costs, and whom."""
    if one["without"] is None:
        return ""
    cost = one["without"] - one["objective"]
    if not (cost or one["gain"] or one["lose"] or one["other"]):
        return _("Without it nothing would change.")
    text = _("Without it the plan is worth the same.")
    if cost:
        text = (
            _("Without it the plan is worth {part} more.")
            if cost > 0
            else _("Without it the plan is worth {part} less.")
        )
        text = text.format(part=_part(abs(cost), one["objective"]))
    who = _("Newly selected: {gains}, no longer selected: {loses}, other amounts: {others}.")
    return f"{text} {who.format(gains=len(one['gain']), loses=len(one['lose']), others=len(one['other']))}"


def _part(cost: int, whole: int) -> str:
    return f"{decimal(cost * 100, whole, 2)} %" if whole > 0 else "–"


def _noise(request: HttpRequest, row: Any, found: Outline, result: dict[str, Any]) -> dict[str, Any]:
    """Those whose answer is least sure first: selected in about half of the draws; and a picture of all."""
    draws, times = result["draws"], result["times"]
    rows = sorted(found.rows, key=lambda line: (abs(2 * times.get(line.request, 0) - draws), -line.points))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    people = plans.people_in(request.actor, row, [line.request for line in page])
    tenths = [0] * 11
    for line in found.rows:
        tenths[times.get(line.request, 0) * 10 // draws] += 1
    return {
        "draws": draws,
        "errors": result["errors"],
        "unsure": sum(0 < times.get(line.request, 0) < draws for line in found.rows),
        "page": page,
        "noise": [
            (line, people.get(line.request), _(OUTCOMES[line.outcome]), times.get(line.request, 0) * 100 // draws)
            for line in page
        ],
        "noise_chart": charts.bars(
            title=_("How often applications are selected when scores are redrawn"),
            description=_("Few in the middle means that the reviewers' disagreement hardly matters."),
            category=_("Selected in so many of the draws"),
            measure=_("Applications"),
            rows=[(_tenth(place), count) for place, count in enumerate(tenths)],
        ),
    }


def _tenth(place: int) -> str:
    return "100 %" if place == 10 else f"{place * 10}–{place * 10 + 10} %"


def _overbooked(one: dict[str, Any], names: dict[str, str], ground: Any) -> dict[str, Any]:
    """The chance by month, whether it is above the risk (thousandths beside millionths), and what the rate rests on."""
    return {
        "pool": names.get(one["pool"], one["pool"]),
        "risk": decimal(one["risk"], 10, 1),
        "months": [(m, f"{decimal(chance, 10_000, 4)} %", chance > one["risk"] * 1000) for m, chance in one["months"]],
        "ground": rates.told(ground, get_language() or "ko") if ground else "",
    }


@with_role(*READING_ROLES)
def progress(request: HttpRequest, plan: int) -> HttpResponse:
    """How far the questions are, for a page that asks now and then."""
    row = one(plans.light(request.actor), pk=plan)
    known = queries.studies(request.actor, plan).defer("result")
    waiting = [one for one in (Question(study.kind, study) for study in known) if one.waiting]
    response = render(
        request,
        "studies/progress.html",
        {"plan": row, "waiting": waiting, "may_change": request.actor.has(Role.PROGRAMME_MANAGER)},
    )
    if request.GET.get("waiting") != str(len(waiting)):
        # one of them has an answer: the page is loaded again
        response["HX-Refresh"] = "true"
    return response


urlpatterns = [
    path("staff/plans/<int:plan>/committee/", committee, name="plan-committee"),
    path("staff/plans/<int:plan>/committee/progress/", progress, name="plan-committee-progress"),
]
