"""An owner asks for a supplement; the page of one for both sides; and the staff's list."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import queries as awards
from madang.portal.decisions.halves import halves
from madang.portal.entitlements.rules import SupplementRule
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.prices.queries import today
from madang.portal.supplements import actions, queries, trials
from madang.portal.supplements.forms import AskForm, LowerForm, RefuseForm, TrialForm
from madang.portal.supplements.rules import SupplementState
from madang.portal.templatetags.madang import in_language

A_PAGE = 50


@signed_in
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """What can be asked for under the rule of today, and the form; nothing to be found where there is nothing."""
    award = one(awards.awards(request.actor), number=number)
    offers = queries.offers(request.actor, award, request.now)
    if not offers:
        raise Http404
    form = AskForm(request.POST if request.method == "POST" else None, offers=offers)
    given = {"by": request.actor, "now": request.now, "award": award.pk}
    if form.is_valid():
        made = tried(form, lambda: actions.ask(**given, **form.cleaned_data))
        if made is not None:
            messages.success(request, _("Asked for. You get a mail once it is decided."))
            return redirect("supplement", made.pk)
    title = _("Ask for a supplement to award {number}").format(number=number)
    lead = in_language(offers[0].rule, "sentence")
    back = reverse("award", args=[number])
    return form_page(request, form, title=title, label=_("Ask for it"), lead=lead, back=back)


@with_role(*READING_ROLES)
def supplements(request: HttpRequest) -> HttpResponse:
    """Every supplement, those that wait first."""
    actions.note_search(by=request.actor, now=request.now)
    page = Paginator(queries.supplements(request.actor), A_PAGE).get_page(request.GET.get("page"))
    crumbs = [(_("Work of the centre"), reverse("staff")), (_("Supplements"), "")]
    return render(request, "supplements/list.html", {"page": page, "crumbs": crumbs})


@with_role(*READING_ROLES)
def supplement_trial(request: HttpRequest) -> HttpResponse:
    """Who could have asked in the last three months had a rule been in force, and for how much; nothing is kept."""
    form = TrialForm(request.GET if "permille" in request.GET else None)
    day = today(request.now)
    context = {
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (_("Supplements, service credits and back charges"), reverse("entitlements")),
            (_("Try a rule on supplements"), ""),
        ],
        "form": form,
        "months": trials.months_before(day),
        "trial": trials.tried(SupplementRule(**form.cleaned_data), day) if form.is_valid() else None,
        "may_draft": request.actor.has(Role.PROGRAMME_MANAGER),
        "chosen": request.GET.urlencode(),
    }
    return render(request, "supplements/trial.html", context, status=422 if form.errors else 200)


@signed_in
def supplement(request: HttpRequest, supplement: int) -> HttpResponse:
    """One supplement: what was asked for, what the pool has free, and what whoever looks at it can do now."""
    row = one(queries.supplements(request.actor), pk=supplement)
    what, staff = {"supplement": row.pk}, request.actor.reads_everything
    act, approve = partial(actions.draft, **what), partial(actions.grant, **what)
    found = halves(request, ApprovalKind.GRANT_SUPPLEMENT, row.pk, act, approve)
    waits = row.state == SupplementState.ASKED
    lower, refuse, withdraw = _forms(request, row) if waits and found.waiting is None else (None, None, None)
    given = {"by": request.actor, "now": request.now, **what}
    acts = ((lower, actions.lower), (refuse, actions.refuse), (withdraw, actions.withdraw))
    if found.done or any(_done(form, act, given) for form, act in acts):
        return redirect("supplement", row.pk)
    if staff:
        actions.note_reading(by=request.actor, now=request.now, supplement=row)
    context = {
        "row": row,
        "line": row.added or queries.line_of(row, request.now),
        "rooms": queries.rooms(row, request.now) if waits and staff else [],
        "lower": lower,
        "refuse": refuse,
        "withdraw": withdraw,
        "halves": found if waits and staff else None,
        "staff": staff,
        "crumbs": [
            (_("Supplements"), reverse("supplements")) if staff else (_("Awards"), reverse("awards")),
            (row.award.number, reverse("award", args=[row.award.number])),
        ],
    }
    bad = any(form is not None and form.is_bound and form.errors for form, _act in acts)
    return render(request, "supplements/supplement.html", context, status=422 if bad else 200)


def _forms(request: HttpRequest, row: Any) -> tuple[LowerForm | None, RefuseForm | None, Form | None]:
    """What a programme manager and an owner can send now; each is bound where it is what was sent."""
    sent = {name: request.POST if request.POST.get("act") == name else None for name in ("lower", "refuse", "withdraw")}
    withdraw = Form(sent["withdraw"]) if request.actor.owner_of(row.award.organisation_id) else None
    if not request.actor.has(Role.PROGRAMME_MANAGER):
        return None, None, withdraw
    lower = LowerForm(sent["lower"], most=row.quantity - 1, auto_id="lower_%s") if row.quantity > 1 else None
    return lower, RefuseForm(sent["refuse"], auto_id="refuse_%s"), withdraw


def _done(form: Any, act: Any, given: dict[str, Any]) -> bool:
    if form is None or not form.is_valid():
        return False
    tried(form, lambda: act(**given, **form.cleaned_data))
    return not form.errors


urlpatterns = [
    path("awards/<slug:number>/supplement/", ask, name="supplement-new"),
    path("staff/supplements/", supplements, name="supplements"),
    path("staff/supplements/trial/", supplement_trial, name="supplement-trial"),
    path("supplements/<int:supplement>/", supplement, name="supplement"),
]
