"""The officer's page of a track whose applicants review each other, and the rejection for missing reviews."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.exchanges import actions, queries
from madang.portal.exchanges.forms import ConfirmPeersForm, GivePeerForm, SureForm
from madang.portal.exchanges.proposing import propose
from madang.portal.exchanges.sentences import FLAGS, STANDINGS, TONES
from madang.portal.exchanges.showing import proposed
from madang.portal.exchanges.standing import neutrality
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.policies.queries import committed
from madang.portal.templatetags.madang import in_language
from madang.review.distributed import Standing

MANAGER = Role.PROGRAMME_MANAGER
A_PAGE = 50


def _found(request: HttpRequest, intake: int, track: str) -> queries.PeerExchange:
    row = queries.exchange(request.actor, intake, track)
    if row is None:
        raise Http404
    return row


def _crumbs(row: queries.PeerExchange) -> list[tuple[str, str]]:
    call = _("{call}, intake {number}").format(call=in_language(row.intake.call, "title"), number=row.intake.number)
    return [
        (_("Work of the centre"), reverse("staff")),
        (call, reverse("intake-round", args=[row.intake_id])),
        (_("Reviews"), reverse("intake-reviews", args=[row.intake_id])),
        (in_language(row.track, "title"), ""),
    ]


@with_role(*READING_ROLES)
def exchange(request: HttpRequest, intake: int, track: str) -> HttpResponse:
    """Has it arranged who reviews whom, confirms that, and then shows who handed in what, and whose scoring is odd."""
    row = _found(request, intake, track)
    what = request.POST.get("what", "")
    due = min(max(row.intake.review_due_at, request.now + timedelta(days=1)), request.now + timedelta(days=365))
    initial = {"due_at": timezone.localtime(due), "basis": row.basis_sha256}
    form = ConfirmPeersForm(request.POST if what == "confirm" else None, initial=initial)
    if request.method == "POST" and _done(request, row, what, form):
        return redirect("intake-exchange", intake, track)
    context = {
        "row": row,
        "intake": row.intake,
        "form": form,
        "found": proposed(row, request.now),
        "seed": committed(intake),
        "may_change": request.actor.has(MANAGER),
        "crumbs": _crumbs(row),
        **(_progress(request, row) if row.confirmed_at else {}),
    }
    if context["found"]:
        context["page"] = Paginator(context["found"].lines, A_PAGE).get_page(request.GET.get("page"))
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    return render(request, "exchanges/exchange.html", context, status=422 if form.is_bound and form.errors else 200)


def _done(request: HttpRequest, row: queries.PeerExchange, what: str, form: ConfirmPeersForm) -> bool:
    """Does what was asked for; False where the form has to come back."""
    given = {"by": request.actor, "now": request.now}
    if what == "arrange":
        propose(**given, intake=row.intake_id, track=row.track.code)
        messages.success(request, _("It was worked out who could review whom. Nothing is given out yet."))
    elif what == "remind":
        count = actions.remind(**given, exchange=row.pk or 0)
        messages.success(request, _("Reviewers reminded: {count}").format(count=count))
    elif what == "confirm" and form.is_valid():
        sheets = tried(form, partial(actions.confirm, **given, exchange=row.pk or 0, **form.cleaned_data))
        if sheets:
            messages.success(request, _("Sheets given out: {count}. Everyone was told.").format(count=sheets))
    return not form.is_bound or not form.errors


def _progress(request: HttpRequest, row: queries.PeerExchange) -> dict[str, Any]:
    members = queries.members(row, request.now)
    page = Paginator(members, A_PAGE).get_page(request.GET.get("page"))
    lines = [
        {
            "member": member,
            "word": _(STANDINGS[member.standing]),
            "tone": TONES[member.standing],
            "flags": [_(FLAGS[flag]) for flag in member.flags],
            "lost": member.standing is Standing.FORFEITED,
        }
        for member in page
    ]
    return {
        "page": page,
        "lines": lines,
        "ends_at": queries.ends_at(row),
        "given": sum(member.duty.given for member in members),
        "handed_in": sum(member.duty.handed_in for member in members),
        "missing": sum(member.missing for member in members),
        "faults": neutrality(row),
        "short": queries.short(row),
    }


@with_role(MANAGER)
def give(request: HttpRequest, application: int) -> HttpResponse:
    """Gives an application of which a review fell away to one more applicant."""
    entry = one(queries.entries(request.actor), application=application)
    row, file = entry.exchange, entry.application
    due = max(row.due_at, request.now + timedelta(days=3))
    people = queries.takers(row, file, request.now)
    given = {"people": people, "initial": {"due_at": timezone.localtime(due)}}
    form = GivePeerForm(request.POST if request.method == "POST" else None, **given)
    if request.method == "POST" and form.is_valid():
        reviewer, due_at = int(form.cleaned_data["reviewer"]), form.cleaned_data["due_at"]
        common = {"by": request.actor, "now": request.now, "application": application}
        tried(form, partial(actions.give, **common, reviewer=reviewer, due_at=due_at))
        if not form.errors:
            messages.success(request, _("The sheet was given out."))
            return redirect("intake-exchange", row.intake_id, row.track.code)
    lead = _("Applicants of other review groups whom nothing bars, those with the fewest open sheets first.")
    title = _("One more review of {number}").format(number=file.number)
    back = reverse("intake-exchange", args=[row.intake_id, row.track.code])
    return form_page(request, form, title=title, label=_("Give out the sheet"), lead=lead, back=back)


@with_role(MANAGER)
def forfeit(request: HttpRequest, application: int) -> HttpResponse:
    """Rejects an application as reviews that were to be written for it are missing."""
    entry = one(queries.entries(request.actor), application=application)
    lead = _(
        "{who} did not hand in all reviews for this application after reminders and days of grace. The owners of "
        "{organisation} are told at once. You can take it back until the decisions are published."
    ).format(who=entry.reviewer.person.name, organisation=entry.application.organisation.name)
    title = _("Reject {number} for missing reviews").format(number=entry.application.number)
    return _settle(request, entry, actions.forfeit, title=title, label=_("Reject the application"), lead=lead)


@with_role(MANAGER)
def reinstate(request: HttpRequest, application: int) -> HttpResponse:
    """Takes the rejection for missing reviews back."""
    entry = one(queries.entries(request.actor), application=application, forfeited_at__isnull=False)
    lead = _("The application is in review again, and its owners are told.")
    title = _("Take back the rejection of {number}").format(number=entry.application.number)
    return _settle(request, entry, actions.reinstate, title=title, label=_("Put back in review"), lead=lead)


def _settle(request: HttpRequest, entry: queries.PeerEntry, act: Any, **words: str) -> HttpResponse:
    form = SureForm(request.POST if request.method == "POST" else None)
    row = entry.exchange
    if request.method == "POST" and form.is_valid():
        tried(form, partial(act, by=request.actor, now=request.now, application=entry.application_id))
        if not form.errors:
            return redirect("intake-exchange", row.intake_id, row.track.code)
    back = reverse("intake-exchange", args=[row.intake_id, row.track.code])
    return form_page(request, form, danger=True, back=back, **words)


urlpatterns = [
    path("staff/intakes/<int:intake>/peers/<slug:track>/", exchange, name="intake-exchange"),
    path("staff/applications/<int:application>/peers/give/", give, name="exchange-give"),
    path("staff/applications/<int:application>/peers/forfeit/", forfeit, name="exchange-forfeit"),
    path("staff/applications/<int:application>/peers/reinstate/", reinstate, name="exchange-reinstate"),
]
