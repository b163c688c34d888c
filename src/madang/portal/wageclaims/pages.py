"""Wage aid as pages: what a company can claim and has claimed, and for staff every claim, its months and decision."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.aids import queries as aids
from madang.portal.courses.rules import KEEPERS
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.files.faces import answer, attached
from madang.portal.journal.actions import read
from madang.portal.wageclaims import actions, queries, rules
from madang.portal.wageclaims.forms import ClaimDecisionForm, ClaimForm
from madang.portal.wageclaims.rules import ClaimState
from madang.portal.wageclaims.sentences import STATES

A_PAGE, HIRED = 50, 200


@signed_in
def wage_claims(request: HttpRequest) -> HttpResponse:
    """For a company the graduates it hired and its claims; for staff and auditors every claim, or those of a state."""
    by, state = request.actor, request.GET.get("state", "")
    rows = queries.claims(by)
    rows = rows.filter(state=state) if state in STATES else rows
    if by.reads_everything:
        read(by=by, now=request.now, what="search", kind="wage_claim", subject=state if state in STATES else "all")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(row, row.standing * row.terms.month_won) for row in page],
        "member": bool(by.memberships),
        "hired": list(queries.placements(by)[:HIRED]),
        "states": [(value, _(word)) for value, word in STATES.items()] if by.reads_everything else [],
        "chosen": state if state in STATES else "",
    }
    return render(request, "wageclaims/claims.html", context)


@signed_in
def wage_claim_new(request: HttpRequest, placement: int) -> HttpResponse:
    """Claims wage aid for months of one graduate."""
    row = one(queries.placements(request.actor), pk=placement)
    terms = queries.terms(row.learner.cohort_id).first()
    first = str(rules.first_whole(row.hired_on))
    form = ClaimForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        initial={"first_month": first, "last_month": first},
    )
    if request.method == "POST" and form.is_valid():
        made = tried(form, partial(_claim, request, form, placement))
        if made:
            messages.success(request, _("Claimed. The centre looks at it; here you see how far it is."))
            return redirect("wage-claim", made.pk)
    lead = _("{name}, hired on {day}. {won} won for each whole month, {months} months at most.").format(
        name=row.learner.person.name, day=row.hired_on, won=f"{terms.month_won:,}", months=terms.months_most
    )
    back = reverse("wage-claims")
    return form_page(request, form, title=_("Claim wage aid"), label=_("Claim it"), lead=lead, back=back)


def _claim(request: HttpRequest, form: ClaimForm, placement: int) -> Any:
    paper = attached(request, form)
    return actions.claim(by=request.actor, now=request.now, placement=placement, **form.cleaned_data, **paper)


def _whose(row: Any) -> dict[str, int]:
    return {"whose": row.placement.learner.person_id, "organisation": row.organisation_id}


@signed_in
def wage_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim with its months and what was paid of them; staff accept or refuse it."""
    by = request.actor
    row = one(queries.claims(by), pk=pk)
    if by.reads_everything:
        read(by=by, now=request.now, what="view", kind="wage_claim", subject=pk, **_whose(row))
    may = by.has(*KEEPERS) and not by.member_of(row.organisation_id)
    deciding = may and row.state == ClaimState.CLAIMED
    form = ClaimDecisionForm(request.POST if request.method == "POST" else None) if deciding else None
    if request.method == "POST" and form is None:
        raise Http404
    if request.method == "POST" and form is not None and form.is_valid():
        given = {"claim": pk, "accept": "accept" in request.POST, "why": form.cleaned_data["why"]}
        tried(form, partial(actions.decide, by=by, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("wage-claim", pk)
    months = list(queries.months(pk))
    context = {
        "claim": row,
        "form": form,
        "won": row.standing * row.terms.month_won,
        "months": months,
        "may_strike": may and row.state == ClaimState.ACCEPTED,
        "paid": aids.of_claim(row.placement.learner_id, row.organisation_id, [one_.month for one_ in months]),
        "crumbs": [(_("Wage aid"), reverse("wage-claims")), (row.placement.learner.person.name or "–", "")],
    }
    return render(request, "wageclaims/claim.html", context, status=422 if form and form.errors else 200)


@signed_in
def wage_claim_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of a claim."""
    row = one(queries.claims(request.actor), pk=pk)
    if row.file is None:
        raise Http404
    if request.actor.reads_everything:
        read(by=request.actor, now=request.now, what="view", kind="wage_claim", subject=pk, **_whose(row))
    return answer(row.file, row.file_name)


@with_role(*KEEPERS)
def wage_month_strike(request: HttpRequest, pk: int, month: str) -> HttpResponse:
    """Strikes a month of an accepted claim, once confirmed."""
    row = one(queries.claims(request.actor), pk=pk, state=ClaimState.ACCEPTED)
    if not queries.months(pk).filter(month=month, struck_at__isnull=True).exists():
        raise Http404
    form = ClaimDecisionForm(request.POST if request.method == "POST" else None)
    del form.fields["why"]
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.strike, by=request.actor, now=request.now, claim=pk, month=month))
        if not form.errors:
            messages.success(request, _("Struck. The next list takes back what was paid for it."))
            return redirect("wage-claim", pk)
    lead = _("{name} at {organisation}, {month}. What was paid for it is taken back with the next list.").format(
        name=row.placement.learner.person.name, organisation=row.organisation.name, month=month
    )
    return form_page(request, form, title=_("Strike this month"), label=_("Strike this month"), lead=lead,
                     back=reverse("wage-claim", args=[pk]), danger=True)  # fmt: skip


urlpatterns = [
    path("wage-aid/", wage_claims, name="wage-claims"),
    path("wage-aid/new/<int:placement>/", wage_claim_new, name="wage-claim-new"),
    path("wage-aid/<int:pk>/", wage_claim, name="wage-claim"),
    path("wage-aid/<int:pk>/file/", wage_claim_file, name="wage-claim-file"),
    path("staff/wage-aid/<int:pk>/months/<slug:month>/strike/", wage_month_strike, name="wage-month-strike"),
]
