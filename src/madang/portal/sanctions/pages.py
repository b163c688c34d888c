"""The pages of sanctions: the list, the terms by date, a finding, and one act for both sides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BaseForm, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import formats
from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals import queries as drafts
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions.halves import Halves, halves
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.people import queries as people
from madang.portal.receipts.forms import ReasonForm as UndoForm
from madang.portal.receipts.rules import CASHIERS
from madang.portal.sanctions import actions, demands, queries, rules
from madang.portal.sanctions.forms import USUAL, FindingForm, LessForm, ReasonForm, TermsForm, TextForm
from madang.portal.sanctions.rules import DEMANDS, HEARD, OPEN, SanctionAct, SanctionState
from madang.portal.sanctions.sentences import ACTS, GROUNDS

PAGE = 50


def _crumbs(request: HttpRequest, *more: tuple[str, str]) -> list[tuple[str, str]]:
    first = [(_("Work of the centre"), reverse("staff"))] if request.actor.reads_everything else []
    return [*first, (_("Recoveries, surcharges, back charges and bans"), reverse("sanctions")), *more]


@signed_in
def sanctions(request: HttpRequest) -> HttpResponse:
    """Every act that the reader may see, newest first: of one's organisations; all for staff and auditors."""
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=request.now)
    page = Paginator(queries.sanctions(request.actor), PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": _crumbs(request) if request.actor.reads_everything else [],
        "page": page,
        "rows": [
            (row, queries.number(row), _(ACTS[row.act]), queries.state(row, request.now), queries.last_day(row))
            for row in page
        ],
        "staff": request.actor.reads_everything,
        "may_find": request.actor.has(Role.PROGRAMME_MANAGER),
    }
    return render(request, "sanctions/list.html", context)


@with_role(*READING_ROLES)
def terms(request: HttpRequest) -> HttpResponse:
    """What counts by date, and the form for what counts from another day on."""
    form = None
    if request.actor.has(Role.PROGRAMME_MANAGER):
        form = TermsForm(request.POST if request.method == "POST" else None, initial=USUAL)
        act = partial(actions.set_terms, by=request.actor, now=request.now)
        if _done(form, lambda: act(**form.figures)):
            messages.success(request, _("The rates and days are set."))
            return redirect("sanction-terms")
    context = {
        "crumbs": _crumbs(request, (_("Rates and days of sanctions"), "")),
        "page": Paginator(queries.terms(request.actor), PAGE).get_page(request.GET.get("page")),
        "form": form,
    }
    return render(request, "sanctions/terms.html", context, status=_status(form))


def _done(form: BaseForm, act: Callable[[], Any]) -> bool:
    if not form.is_bound or not form.is_valid():
        return False
    tried(form, act)
    return not form.errors


def _status(*forms: BaseForm | None) -> int:
    return 422 if any(form is not None and form.is_bound and form.errors for form in forms) else 200


@with_role(Role.PROGRAMME_MANAGER)
def new(request: HttpRequest, act: str, organisation: int) -> HttpResponse:
    """The form for what was found; the organisation is told of nothing yet."""
    if act not in list(SanctionAct):
        raise Http404
    row = one(people.organisations(request.actor), pk=organisation)
    given = {"by": request.actor, "organisation": organisation, "act": SanctionAct(act)}
    form = FindingForm(request.POST if request.method == "POST" else None, **given)
    made: list[Any] = []
    if _done(form, lambda: made.append(actions.find(now=request.now, **given, **form.cleaned_data))):
        messages.success(request, _("The finding is written down. The organisation reads it once you give notice."))
        return redirect("sanction", made[0].pk)
    context = {
        "crumbs": _crumbs(request, (_("Write down a finding"), "")),
        "form": form,
        "title": f"{_(ACTS[act])}: {row.name}",
        "supports": queries.supports(request.actor, organisation) if act in DEMANDS else [],
        "discounts": queries.discounts(request.actor, organisation) if act == SanctionAct.BACK_CHARGE else [],
        "back": reverse("sanctions"),
    }
    return render(request, "sanctions/new.html", context, status=_status(form))


@signed_in
def sanction(request: HttpRequest, sanction: int) -> HttpResponse:
    """One act: finding, notice, answer, decision, appeal, money; and what whoever looks at it can do now."""
    row = one(queries.sanctions(request.actor), pk=sanction)
    found, outcome = _halves(request, row)
    forms = _forms(request, row, found.waiting is not None)
    if found.done or _sent(request, row, forms):
        return redirect("sanction", row.pk)
    if request.actor.reads_everything:
        actions.note_reading(by=request.actor, now=request.now, sanction=row)
    context = forms | {
        "row": row,
        "number": queries.number(row),
        "act": _(ACTS[row.act]),
        "ground": _(GROUNDS[row.ground]),
        "state": queries.state(row, request.now),
        "times": row.permille / 1000 if row.permille and row.act == SanctionAct.SURCHARGE else None,
        "share": formats.percent(row.permille or 0, rules.WHOLE, 1 if (row.permille or 0) % 10 else 0),
        "runs": row.state in HEARD and not _allowed(rules.check_decidable, row, row.answer_by, request),
        "halves": found if row.state == SanctionState.APPEALED or _decidable(row, request) else None,
        "outcome": outcome,
        "last": queries.last_day(row),
        "moneys": queries.moneys(row) if row.act in DEMANDS else [],
        "booked": queries.booked(row),
        "owed": (row.amount or 0) - row.received,
        "staff": request.actor.reads_everything,
        "may_take_off": request.actor.has(*CASHIERS),
        "crumbs": _crumbs(request, (queries.number(row), "")),
    }
    return render(request, "sanctions/sanction.html", context, status=_status(*forms.values()))


def _decidable(row: Any, request: HttpRequest) -> bool:
    return _allowed(rules.check_decidable, row, row.answer_by, request)


def _allowed(check: Callable[..., None], row: Any, until: Any, request: HttpRequest) -> bool:
    try:
        check(row.state, until, request.now)
    except Refused:
        return False
    return True


def _halves(request: HttpRequest, row: Any) -> tuple[Halves, str]:
    """The two halves of the decision; once there is an appeal, of what is answered to it, and which answer."""
    what = {"sanction": row.pk}
    if row.state != SanctionState.APPEALED:
        act, approve = partial(actions.draft, **what), partial(actions.decide, **what)
        return halves(request, ApprovalKind.DECIDE_SANCTION, row.pk, act, approve), ""
    waits = drafts.waiting_for(ApprovalKind.ANNUL_SANCTION, row.pk) is not None
    annul = waits or request.GET.get("outcome") == "annul"
    kind = ApprovalKind.ANNUL_SANCTION if annul else ApprovalKind.UPHOLD_SANCTION
    approve = partial(actions.annul if annul else actions.uphold, **what)
    act = partial(actions.draft_outcome, annul=annul, **what)
    return halves(request, kind, row.pk, act, approve), "annul" if annul else "uphold"


def _forms(request: HttpRequest, row: Any, waiting: bool) -> dict[str, BaseForm | None]:
    """What this person can send now; each is bound where it is what was sent."""

    def sent(name: str) -> Any:
        return request.POST if request.POST.get("act") == name else None

    owner, manager = request.actor.owner_of(row.organisation_id), request.actor.has(Role.PROGRAMME_MANAGER)
    found: dict[str, BaseForm | None] = dict.fromkeys(("notice", "answer", "less", "drop", "appeal"))
    if owner and _allowed(rules.check_answerable, row, row.answer_by, request):
        found["answer"] = TextForm(sent("answer"), auto_id="answer_%s")
    if owner and _allowed(rules.check_appealable, row, row.appeal_by, request):
        found["appeal"] = TextForm(sent("appeal"), auto_id="appeal_%s")
    if manager and row.state in OPEN and not waiting:
        most = (row.months if row.act == SanctionAct.BAN else row.amount) - 1
        found["notice"] = Form(sent("notice")) if row.state == SanctionState.FOUND else None
        if row.state in HEARD and most:
            found["less"] = LessForm(sent("less"), act=row.act, most=most, auto_id="less_%s")
        found["drop"] = ReasonForm(sent("drop"), auto_id="drop_%s")
    return found


def _sent(request: HttpRequest, row: Any, forms: dict[str, BaseForm | None]) -> bool:
    acts = {
        "notice": actions.notice,
        "answer": actions.answer,
        "less": actions.reduce,
        "drop": actions.drop,
        "appeal": actions.appeal,
    }
    given = {"by": request.actor, "now": request.now, "sanction": row.pk}
    for name, form in forms.items():
        if form is not None and _done(form, partial(_carry_out, acts[name], form, given)):
            return True
    return False


def _carry_out(act: Callable[..., Any], form: BaseForm, given: dict[str, Any]) -> None:
    act(**given, **form.cleaned_data)


@with_role(*CASHIERS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why, then takes a receipt off a demand."""
    row = one(queries.matches(request.actor), pk=pk)
    form = UndoForm(request.POST if request.method == "POST" else None)
    act = partial(demands.undo_match, by=request.actor, now=request.now, money=pk)
    if _done(form, lambda: act(reason=form.cleaned_data["reason"])):
        messages.success(request, _("The amount is off the demand and lies with its receipt."))
        return redirect("sanction", row.sanction_id)
    title = _("Take a receipt off demand {number}").format(number=queries.number(row.sanction))
    lead, back = _("Both rows stay in the books. The reason is kept with them."), _back(row)
    return form_page(request, form, title=title, label=_("Take it off"), lead=lead, back=back, danger=True)


def _back(row: Any) -> str:
    return reverse("sanction", args=[row.sanction_id])


urlpatterns = [
    path("sanctions/", sanctions, name="sanctions"),
    path("sanctions/<int:sanction>/", sanction, name="sanction"),
    path("staff/sanctions/terms/", terms, name="sanction-terms"),
    path("staff/sanctions/new/<slug:act>/<int:organisation>/", new, name="sanction-new"),
    path("staff/sanctions/matches/<int:pk>/undo/", undo, name="demand-match-undo"),
]
