"""Staff's pages of committees and draws, an expert's invitation, and what anyone may know of a draw."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Actor, Role
from madang.portal.calls import queries as calls
from madang.portal.committees import actions, queries
from madang.portal.committees.forms import (
    AnswerForm,
    CommitteeForm,
    DrawForm,
    NotedForm,
    ReasonForm,
    SheetsForm,
    ValueForm,
    WithdrawForm,
)
from madang.portal.committees.rules import CandidateState, DrawState
from madang.portal.experts import queries as experts
from madang.portal.faces import form_page, one, signed_in, tried, whole, with_role
from madang.portal.journal.actions import read
from madang.portal.meetings import queries as meetings
from madang.portal.templatetags.madang import in_language

MANAGER = Role.PROGRAMME_MANAGER


def _crumbs(intake: Any, *more: tuple[str, str]) -> list[tuple[str, str]]:
    call = _("{call}, intake {number}").format(call=in_language(intake.call, "title"), number=intake.number)
    return [
        (_("Work of the centre"), reverse("staff")),
        (call, reverse("intake-round", args=[intake.pk])),
        (_("Committees"), reverse("intake-committees", args=[intake.pk])),
        *more,
    ]


@with_role(*READING_ROLES)
def committees(request: HttpRequest, intake: int) -> HttpResponse:
    """The committees of an intake with their seats."""
    row = one(queries.intakes(request.actor), pk=intake)
    context = {
        "intake": row,
        "committees": queries.committees(request.actor, intake),
        "may_change": request.actor.has(MANAGER),
        "crumbs": [*_crumbs(row)[:-1], (_("Committees"), "")],
    }
    return render(request, "committees/committees.html", context)


@with_role(MANAGER)
def committee_new(request: HttpRequest, intake: int) -> HttpResponse:
    """Sets up a section's committee."""
    row = one(queries.intakes(request.actor), pk=intake)
    initial = {"meets_at": timezone.localtime(row.review_due_at)}
    form = CommitteeForm(request.POST if request.method == "POST" else None, intake=row, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "intake": intake, **form.cleaned_data}
        made = tried(form, partial(actions.create, **given))
        if made is not None:
            return redirect("committee", made.pk)
    title, back = _("New committee"), reverse("intake-committees", args=[intake])
    return form_page(request, form, title=title, label=_("Set it up"), back=back, crumbs=_crumbs(row, (title, "")))


def _shown(row: Any, now: Any) -> dict[str, Any]:
    """A draw with what can be done with it now."""
    return {
        "row": row,
        "may_freeze": row.state == DrawState.COMMITTED and now < row.outside_from,
        "may_draw": row.state == DrawState.FROZEN and now >= row.outside_from,
        "waits": row.state == DrawState.FROZEN and now < row.outside_from,
        "going": row.state in (DrawState.COMMITTED, DrawState.FROZEN),
    }


@with_role(*READING_ROLES)
def committee(request: HttpRequest, committee: int) -> HttpResponse:
    """One committee: its draws, its list with the answers, and the next step; opening the list is noted."""
    row = one(queries.committees(request.actor), pk=committee)
    if request.method == "POST":
        return _acted(request, row)
    listed = list(queries.listed(request.actor, committee))
    if listed:
        read(by=request.actor, now=request.now, what="search", kind="committee", subject=committee)
    name = in_language(row, "name")
    draws = list(row.draws.all())
    last = draws[-1] if draws else None
    next_ones = queries.to_ask(last) if last else []
    used_up = bool(last and last.state == DrawState.DRAWN and row.taken < row.seats and not row.asked and not next_ones)
    context = {
        "committee": row,
        "draws": [_shown(draw, request.now) for draw in draws],
        "listed": listed,
        "meetings": meetings.meetings(request.actor, committee),
        "left": max(0, row.seats - row.taken),
        "last": last,
        "may_invite": bool(next_ones) and request.now < row.meets_at,
        "may_begin": last is None or last.state == DrawState.ABANDONED or used_up,
        "may_change": request.actor.has(MANAGER),
        "crumbs": _crumbs(row.intake, (name, "")),
    }
    return render(request, "committees/committee.html", context)


def _acted(request: HttpRequest, row: Any) -> HttpResponse:
    """Freezes the pool or invites, for the draw that is named."""
    draw = one(queries.draws(request.actor), pk=whole(request.POST.get("draw", "")), committee=row)
    given = {"by": request.actor, "now": request.now, "draw": draw.pk}
    if request.POST.get("what") == "freeze":
        actions.freeze(**given)
        messages.success(request, _("The pool is frozen. Its digest is public."))
    else:
        asked = actions.invite(**given)
        messages.success(request, _("Invitations sent: {count}").format(count=asked))
    return redirect("committee", row.pk)


@with_role(MANAGER)
def draw_new(request: HttpRequest, committee: int) -> HttpResponse:
    """Commits to the next round."""
    row = one(queries.committees(request.actor), pk=committee)
    form = DrawForm(request.POST if request.method == "POST" else None, by=request.actor)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "committee": committee, **form.terms()}
        if tried(form, partial(actions.commit, **given)):
            messages.success(request, _("The commitment is public. Freeze the pool before the value comes about."))
            return redirect("committee", committee)
    title = _("Begin a draw")
    lead = _("A secret is drawn now and kept by the centre; only its digest is public until the results are.")
    given = {"title": title, "label": title, "lead": lead, "back": reverse("committee", args=[committee])}
    return form_page(request, form, crumbs=_crumbs(row.intake, (title, "")), **given)


@with_role(MANAGER)
def draw_value(request: HttpRequest, draw: int) -> HttpResponse:
    """Takes the value that has come about, and draws."""
    row = one(queries.draws(request.actor), pk=draw)
    form = ValueForm(request.POST if request.method == "POST" else None)
    back = reverse("committee", args=[row.committee_id])
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "draw": draw, **form.cleaned_data}
        if tried(form, partial(actions.draw_list, **given)):
            messages.success(request, _("The list is drawn. Invite those who stand first."))
            return redirect(back)
    lead = _("Announced: {source}").format(source=row.outside_source)
    return form_page(request, form, title=_("Draw the list"), label=_("Draw the list"), lead=lead, back=back)


@with_role(MANAGER)
def draw_abandon(request: HttpRequest, draw: int) -> HttpResponse:
    """Gives a draw up; that and the reason stay public."""
    row = one(queries.draws(request.actor), pk=draw)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    back = reverse("committee", args=[row.committee_id])
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "draw": draw, **form.cleaned_data}
        tried(form, partial(actions.abandon, **given))
        if not form.errors:
            return redirect(back)
    lead = _("That this draw was given up, and your reason, stay public beside its commitment.")
    title = _("Give the draw up")
    return form_page(request, form, title=title, label=title, lead=lead, back=back, danger=True)


@with_role(MANAGER)
def candidate_answer(request: HttpRequest, candidate: int) -> HttpResponse:
    """Notes what somebody who was asked answered by telephone."""
    row = queries.invitation(candidate)
    if row is None or row.state != CandidateState.WAITING:
        raise Http404
    form = NotedForm(request.POST if request.method == "POST" else None)
    back = reverse("committee", args=[row.draw.committee_id])
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "candidate": candidate, **form.cleaned_data}
        tried(form, partial(actions.note_answer, **given))
        if not form.errors:
            return redirect(back)
    title = _("Answer of {name}").format(name=row.reviewer.person.name)
    lead = _("Whoever does not take the seat is followed by the next on the list, who is invited at once.")
    return form_page(request, form, title=title, label=_("Note the answer"), lead=lead, back=back)


@with_role(MANAGER)
def committee_sheets(request: HttpRequest, committee: int) -> HttpResponse:
    """Gives every member a sheet for each application of the section that nothing bars them from."""
    row = one(queries.committees(request.actor), pk=committee)
    initial = {"due_at": timezone.localtime(row.meets_at)}
    form = SheetsForm(request.POST if request.method == "POST" else None, initial=initial)
    back = reverse("committee", args=[committee])
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "committee": committee, **form.cleaned_data}
        count = tried(form, partial(actions.give_sheets, **given))
        if count is not None:
            messages.success(request, _("Sheets given out: {count}").format(count=count))
            return redirect(back)
    title = _("Give the members their sheets")
    lead = _("Every member gets every application of the section, save where a conflict of interest bars them.")
    return form_page(request, form, title=title, label=_("Give them out"), lead=lead, back=back)


# --- an invited expert ---


@signed_in
def invitation(request: HttpRequest, candidate: int) -> HttpResponse:
    """One's own invitation, with the form to answer it while it waits."""
    row = one(queries.invitations(request.actor), pk=candidate)
    return _invitation(request, row, request.actor, reverse("committee-invitation", args=[candidate]))


def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same for whoever holds the mailed link, without logging in."""
    row = queries.invitation(actions.candidate_of(token, request.now))
    if row is None:
        raise Http404
    return _invitation(request, row, request.actor.speaking_for(row.reviewer.person_id), request.path)


def _invitation(request: HttpRequest, row: Any, by: Actor, here: str) -> HttpResponse:
    terms = experts.terms_of(row.draw.committee.intake.call_id)
    waiting = row.state == CandidateState.WAITING and request.now < row.answer_by
    form = AnswerForm(request.POST if request.method == "POST" else None, terms=terms is not None)
    if request.method == "POST" and form.is_valid():
        given = {"by": by, "now": request.now, "candidate": row.pk, **form.answer()}
        tried(form, partial(actions.answer, **given))
        if not form.errors:
            messages.success(request, _("Thank you. Your answer was noted."))
            return redirect(here)
    context = {
        "row": row,
        "committee": row.draw.committee,
        "form": form if waiting else None,
        "terms": terms,
        "seated": row.state == CandidateState.ACCEPTED,
        "own": request.actor.person == row.reviewer.person_id,
        "crumbs": [(_("Reviews"), reverse("reviews")), (_("Invitation to a committee"), "")],
    }
    wrong = form.is_bound and form.errors
    return render(request, "committees/invitation.html", context, status=422 if wrong else 200)


@signed_in
def withdraw(request: HttpRequest, candidate: int) -> HttpResponse:
    """A member steps back from the committee."""
    row = one(queries.invitations(request.actor), pk=candidate, state=CandidateState.ACCEPTED)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    back = reverse("committee-invitation", args=[candidate])
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "candidate": row.pk, **form.cleaned_data}
        tried(form, partial(actions.withdraw, **given))
        if not form.errors:
            messages.success(request, _("You have stepped back. Thank you for saying so."))
            return redirect(back)
    title = _("Step back from the committee")
    lead = _("Your sheets of this section end at once, and you no longer see the applications.")
    return form_page(request, form, title=title, label=_("Step back"), lead=lead, back=back, danger=True)


# --- everybody ---


def call_draws(request: HttpRequest, code: str) -> HttpResponse:
    """The draws of a call's committees, for everybody."""
    call = one(calls.calls(request.actor), code=code)
    rows = list(queries.public_draws().filter(committee__intake__call=call).order_by("committee", "number"))
    title = in_language(call, "title")
    crumbs = [(_("Calls"), reverse("calls")), (title, reverse("call", args=[code])), (_("Draws of committees"), "")]
    shown = [(row, queries.revealed(row)) for row in rows]
    return render(request, "committees/draws.html", {"rows": shown, "crumbs": crumbs})


def draw_record(request: HttpRequest, draw: int) -> JsonResponse:
    """What anyone may know of a draw; after the results the document that draws the list again."""
    row = one(queries.public_draws(), pk=draw)
    response = JsonResponse(queries.known(row), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="draw-{row.pk}.json"'
    return response


urlpatterns = [
    path("staff/intakes/<int:intake>/committees/", committees, name="intake-committees"),
    path("staff/intakes/<int:intake>/committees/new/", committee_new, name="committee-new"),
    path("staff/committees/<int:committee>/", committee, name="committee"),
    path("staff/committees/<int:committee>/draws/new/", draw_new, name="committee-draw-new"),
    path("staff/committees/<int:committee>/sheets/", committee_sheets, name="committee-sheets"),
    path("staff/draws/<int:draw>/value/", draw_value, name="draw-value"),
    path("staff/draws/<int:draw>/give-up/", draw_abandon, name="draw-abandon"),
    path("staff/candidates/<int:candidate>/answer/", candidate_answer, name="candidate-answer"),
    path("reviews/invitations/<int:candidate>/", invitation, name="committee-invitation"),
    path("reviews/invitations/<int:candidate>/step-back/", withdraw, name="committee-withdraw"),
    path("committees/invitations/<str:token>/", invitation_link, name="committee-invitation-link"),
    path("calls/<slug:code>/draws/", call_draws, name="call-draws"),
    path("draws/<int:draw>.json", draw_record, name="draw-record"),
]
