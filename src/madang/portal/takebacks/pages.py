"""The staff's pages of idle awards, the rule and the notice; and the page of one take-back, for both sides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import actions as awards
from madang.portal.decisions.halves import halves
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.takebacks import actions, queries, rules
from madang.portal.takebacks.forms import AmountForm, AnswerForm, DropForm, RuleForm
from madang.portal.takebacks.rules import TakeBackState
from madang.portal.takebacks.sentences import ANSWERS
from madang.portal.templatetags.madang import amount
from madang.values import SECONDS_PER_HOUR

A_PAGE = 50


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        (_("Work of the centre"), reverse("staff")),
        (_("Idle awards and take-backs"), reverse("take-backs")),
        *more,
    ]


@with_role(*READING_ROLES)
def take_backs(request: HttpRequest) -> HttpResponse:
    """What lies idle today under the rule, and every take-back, those that go on first."""
    actions.note_search(by=request.actor, now=request.now)
    page = Paginator(queries.take_backs(request.actor), A_PAGE).get_page(request.GET.get("page"))
    idle = Paginator(queries.idle(request.actor, request.now), A_PAGE).get_page(request.GET.get("idle"))
    context = {
        "page": page,
        "idle": idle,
        "ruled": queries.idle_rules(request.actor).exists(),
        "may_propose": request.actor.has(Role.PROGRAMME_MANAGER),
        "crumbs": _crumbs(),
    }
    return render(request, "takebacks/list.html", context)


@with_role(*READING_ROLES)
def idle_rules(request: HttpRequest) -> HttpResponse:
    """The rules by date, and the form for another."""
    form = None
    if request.actor.has(Role.PROGRAMME_MANAGER):
        form = RuleForm(request.POST if request.method == "POST" else None, by=request.actor)
        act = partial(actions.set_rule, by=request.actor, now=request.now)
        if _done(form, lambda: act(**form.cleaned_data)):
            messages.success(request, _("The rule is set."))
            return redirect("idle-rules")
    context = {
        "page": Paginator(queries.idle_rules(request.actor), A_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "crumbs": _crumbs((_("Rules on idle awards"), "")),
    }
    return render(request, "takebacks/rules.html", context, status=_status(form))


def _done(form: BaseForm, act: Callable[[], Any]) -> bool:
    if not form.is_bound or not form.is_valid():
        return False
    tried(form, act)
    return not form.errors


def _status(*forms: BaseForm | None) -> int:
    return 422 if any(form is not None and form.is_bound and form.errors for form in forms) else 200


@with_role(Role.PROGRAMME_MANAGER)
def new(request: HttpRequest, number: str, pool: str) -> HttpResponse:
    """The finding of this day, and the form that gives notice of a take-back."""
    found = queries.look(request.actor, number, pool, request.now)
    if found is None:
        raise Http404
    whose = {"award": found.award.pk, "organisation": found.award.organisation_id}
    awards.note_reading(by=request.actor, now=request.now, **whose)
    most = None if found.whole else found.finding.left // SECONDS_PER_HOUR
    bound = request.POST if request.method == "POST" else None
    form = AmountForm(bound, most=most, initial={"hours": found.finding.missing // SECONDS_PER_HOUR})
    given = {"by": request.actor, "now": request.now, "number": number, "pool": pool}
    made: list[Any] = []
    if _done(form, lambda: made.append(_proposed(form, given))):
        messages.success(request, _("Notice was given. The organisation's owners are told by mail."))
        return redirect("take-back", made[0].pk)
    return form_page(
        request,
        form,
        title=_("Give notice of a take-back: {number}").format(number=number),
        label=_("Give notice"),
        lead=_lead(found),
        back=reverse("take-backs"),
        danger=True,
    )


def _proposed(form: AmountForm, given: dict[str, Any]) -> Any:
    return actions.propose(**given, reason=form.cleaned_data["reason"], amount=form.amount)


def _lead(found: queries.Looked) -> str:
    unit, finding = found.pool.unit, found.finding
    figures = _("Planned by today: {planned}. Used or set aside for jobs: {used}. Left: {left}.").format(
        planned=amount(finding.planned, unit), used=amount(finding.used, unit), left=amount(finding.left, unit)
    )
    if found.whole:
        text = _("The award holds units by the month, so it is taken back whole and ends: all that it has left then.")
    else:
        text = _("Suggested is what was planned and not used. Never more is taken than is left when it is done.")
    return f"{figures} {text}"


@signed_in
def take_back(request: HttpRequest, take_back: int) -> HttpResponse:
    """One take-back: finding, notice, answer, decision; and what whoever looks at it can do now."""
    row = one(queries.take_backs(request.actor), pk=take_back)
    what = {"take_back": row.pk}
    act, approve = partial(actions.draft, **what), partial(actions.take, **what)
    found = halves(request, ApprovalKind.TAKE_BACK, row.pk, act, approve)
    answer, reduce, drop = _forms(request, row, found.waiting is not None)
    acts = [(answer, actions.answer), (reduce, partial(_reduced, reduce)), (drop, actions.drop)]
    given = {"by": request.actor, "now": request.now, **what}
    if found.done or any(form and _done(form, partial(_carry_out, do, form, given)) for form, do in acts):
        return redirect("take-back", row.pk)
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=request.now, take_back=row)
    decidable = _allowed(rules.check_decidable, row, request)
    context = {
        "row": row,
        "left_now": queries.sums_now(row).left,
        "answer_kind": _(ANSWERS[row.answer_kind]) if row.answer_kind else "",
        "answer": answer,
        "reduce": reduce,
        "drop": drop,
        "halves": found if decidable else None,
        "runs": row.state == TakeBackState.NOTICED and not decidable,
        "staff": request.actor.reads_everything,
        "crumbs": _crumbs((row.award.number, ""))
        if request.actor.reads_everything
        else [(_("Awards"), reverse("awards")), (row.award.number, reverse("award", args=[row.award.number]))],
    }
    return render(request, "takebacks/take_back.html", context, status=_status(answer, reduce, drop))


def _carry_out(do: Callable[..., Any], form: BaseForm, given: dict[str, Any]) -> None:
    do(**given, **form.cleaned_data)


def _reduced(form: AmountForm, *, hours: int, **given: Any) -> None:
    actions.reduce(amount=hours * SECONDS_PER_HOUR, **given)


def _forms(
    request: HttpRequest, row: Any, waiting: bool
) -> tuple[AnswerForm | None, AmountForm | None, DropForm | None]:
    """What this person can send now; each is bound where it is what was sent."""
    sent = {name: request.POST if request.POST.get("act") == name else None for name in ("answer", "reduce", "drop")}
    answers = request.actor.owner_of(row.award.organisation_id) and not row.answer_kind
    answer = reduce = drop = None
    if answers and _allowed(rules.check_answerable, row, request):
        answer = AnswerForm(sent["answer"], auto_id="answer_%s")
    if request.actor.has(Role.PROGRAMME_MANAGER) and row.state == TakeBackState.NOTICED and not waiting:
        most = (row.amount - 1) // SECONDS_PER_HOUR
        reduce = AmountForm(sent["reduce"], most=most, auto_id="reduce_%s") if most and not row.whole else None
        drop = DropForm(sent["drop"], auto_id="drop_%s")
    return answer, reduce, drop


def _allowed(check: Callable[..., None], row: Any, request: HttpRequest) -> bool:
    try:
        check(row.state, row.answer_by, request.now)
    except Refused:
        return False
    return True


urlpatterns = [
    path("staff/take-backs/", take_backs, name="take-backs"),
    path("staff/take-backs/rules/", idle_rules, name="idle-rules"),
    path("staff/take-backs/new/<slug:number>/<slug:pool>/", new, name="take-back-new"),
    path("take-backs/<int:take_back>/", take_back, name="take-back"),
]
