"""An organisation's awards: figures, the answer to an offer, members, agreement; and the end of an award by staff."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.agreements import actions as agreements
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import actions, budgets, instalments, queries, rules
from madang.portal.awards.forms import AcceptForm, DeclineForm, InstalmentsForm
from madang.portal.awards.rules import AwardState
from madang.portal.decisions.halves import halves
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.supplements import queries as supplements
from madang.portal.takebacks.queries import take_backs
from madang.portal.transfers import offers
from madang.portal.transfers import queries as transfers

A_PAGE = 50


@signed_in
def awards(request: HttpRequest) -> HttpResponse:
    """The awards of one's organisations; all of them for staff and auditors."""
    page = Paginator(queries.awards(request.actor), A_PAGE).get_page(request.GET.get("page"))
    if request.actor.reads_everything:
        actions.note_search(by=request.actor, now=request.now)
    return render(request, "awards/awards.html", {"page": page})


@signed_in
def award(request: HttpRequest, number: str) -> HttpResponse:
    """One award: what was given, what was used, what is left; what waits to be done."""
    row = one(queries.awards(request.actor), number=number)
    found = halves(
        request,
        ApprovalKind.END_AWARD,
        row.pk,
        partial(actions.draft_end, award=row.pk),
        partial(actions.end, award=row.pk),
    )
    if found.done:
        return redirect("award", number)
    if request.actor.reads_everything:
        given = {"award": row.pk, "organisation": row.organisation_id}
        actions.note_reading(by=request.actor, now=request.now, **given)
    may_end = row.state == AwardState.IN_FORCE and request.actor.reads_everything
    figures = queries.figures(row)
    context = {
        "award": row,
        "figures": figures,
        "outlooks": budgets.outlooks(row, figures, request.now),
        "members": queries.members(row),
        "take_backs": take_backs(request.actor).filter(award=row.pk),
        "supplements": supplements.supplements(request.actor).filter(award=row.pk),
        "may_ask": bool(supplements.offers(request.actor, row, request.now)),
        "transfers": transfers.transfers(request.actor).filter(award=row.pk),
        "may_transfer": request.actor.owner_of(row.organisation_id) and bool(offers.offers(row, request.now)),
        "second": getattr(row, "second_instalment", None),
        "may_split": row.state in instalments.BEFORE and request.actor.has(Role.PROGRAMME_MANAGER),
        "may_answer": _answerable(request, row),
        "halves": found if may_end else None,
        "what_follows": _what_follows(row) if may_end else "",
        "crumbs": [(_("Awards"), reverse("awards")), (row.number, "")],
    }
    return render(request, "awards/award.html", context)


def _what_follows(row: Any) -> str:
    """What the end of this award would mean for its jobs, for the two who decide on it."""
    waiting, running = queries.open_jobs(row.pk)
    hours = settings.MADANG_JOB_NOTICE_HOURS
    text = _(
        "Jobs that wait are cancelled at once (now: {waiting}). Jobs that run are cancelled {hours} hours after the "
        "end, unless they end before (now: {running}). The organisation's owners and whoever has jobs here are told at "
        "once."
    )
    return text.format(waiting=waiting, running=running, hours=hours)


def _answerable(request: HttpRequest, row: Any) -> bool:
    """Whether this person can answer the offer at this instant."""
    try:
        rules.check_answerable(row.state, row.accept_by, request.now)
    except Refused:
        return False
    return bool(request.actor.owner_of(row.organisation_id))


@with_role(Role.PROGRAMME_MANAGER)
def split(request: HttpRequest, number: str) -> HttpResponse:
    """Asks for the day of the report, after which the second half of the hours comes; without one all comes at once."""
    row = one(queries.awards(request.actor), number=number)
    set_before = queries.second_instalment(row.pk)
    first = {"report_on": set_before.report_on} if set_before else None
    form = InstalmentsForm(request.POST if request.method == "POST" else None, initial=first)
    given = {"by": request.actor, "now": request.now, "award": row.pk}
    if form.is_valid() and tried(form, lambda: instalments.split(**given, **form.cleaned_data)):
        messages.success(request, _("The instalments are set. The award's page says how."))
        return redirect("award", number)
    title = _("Grant award {number} in two instalments").format(number=number)
    lead = _(
        "When the award enters into force, half of what it counts by the hour is granted; a second that cannot be "
        "halved comes with it. The rest is granted once an interim report on its outcomes is accepted."
    )
    back = reverse("award", args=[number])
    return form_page(request, form, title=title, label=_("Set it"), lead=lead, back=back)


@signed_in
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Asks for confirmation, then takes the offer."""
    row = one(queries.awards(request.actor), number=number)
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, lambda: agreements.accept(by=request.actor, now=request.now, award=row.pk))
        if not form.errors:
            messages.success(request, _("The award is accepted. Please read and sign the agreement now."))
            return redirect("agreement", number)
    title = _("Accept award {number}").format(number=number)
    back = reverse("award", args=[number])
    return form_page(request, form, title=title, label=_("Accept"), lead=row.title, back=back)


@signed_in
def decline(request: HttpRequest, number: str) -> HttpResponse:
    """Asks for confirmation, then gives the offer up."""
    row = one(queries.awards(request.actor), number=number)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        tried(form, lambda: actions.decline(by=request.actor, now=request.now, award=row.pk, reason=reason))
        if not form.errors:
            messages.success(request, _("The award is declined. What it held goes to others."))
            return redirect("award", number)
    title = _("Decline award {number}").format(number=number)
    back = reverse("award", args=[number])
    return form_page(request, form, title=title, label=_("Decline"), lead=row.title, back=back, danger=True)


urlpatterns = [
    path("awards/", awards, name="awards"),
    path("awards/<slug:number>/", award, name="award"),
    path("awards/<slug:number>/instalments/", split, name="award-instalments"),
    path("awards/<slug:number>/accept/", accept, name="award-accept"),
    path("awards/<slug:number>/decline/", decline, name="award-decline"),
]
