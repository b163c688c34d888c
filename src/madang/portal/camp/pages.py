"""The camp for everybody and for bidders: its plan, calls for tenants, bids; for officers what is decided."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES
from madang.portal.camp import actions, plan, queries, space_pages
from madang.portal.camp.forms import BidForm, PlanForm, PointsForm, ReasonForm, TenantCallForm
from madang.portal.camp.rules import DECIDERS, KEEPERS, LET, UNDECIDED, BidState, SpaceState, TenantCallState
from madang.portal.camp.sentences import SPACE_KINDS
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.people import queries as people
from madang.portal.templatetags.madang import in_language
from madang.portal.tenancies import queries as tenancies

PAGE = 50


def camp(request: HttpRequest) -> HttpResponse:
    """What the camp is: open calls for tenants, and a floor's plan with what is free on a day, drawn and as a table."""
    floors, today = queries.floors(), queries.today(request.now)
    form = PlanForm(request.GET or None, floors=floors)
    floor, day = form.chosen(floors, today)
    rows = list(queries.spaces().filter(floor=floor))
    tenants = tenancies.tenants_on(day, [row.pk for row in rows])
    ends = {space: row.ends_on for space, row in tenants.items()}
    known = {
        space: row.organisation.name
        for space, row in tenants.items()
        if request.actor.reads_everything or request.actor.member_of(row.organisation_id)
    }
    drawing = plan.drawn(rows, queries.taken_from(day, floor), ends if known else {}, day)
    context = {
        "calls": queries.open_calls(request.actor, request.now),
        "form": PlanForm(initial={"floor": floor, "day": day}, floors=floors),
        "floors": floors,
        "floor": floor,
        "day": day,
        "drawing": drawing,
        "rows": [(shape, _(SPACE_KINDS[shape.row.kind]), known.get(shape.row.pk, "")) for shape in drawing.shapes],
        "may_change": request.actor.has(*KEEPERS),
        "mine": bool(request.actor.memberships) or request.actor.reads_everything,
    }
    return render(request, "camp/camp.html", context)


# --- calls for tenants ---


def _call(request: HttpRequest, code: str) -> Any:
    return one(queries.calls(request.actor), code=code)


def tenant_call(request: HttpRequest, code: str) -> HttpResponse:
    """A call for tenants; to a bidder with their own bids, to staff with all of them by rank."""
    by, row = request.actor, _call(request, code)
    state = queries.state_of(row, request.now)
    judged = queries.judged(row.pk) if by.reads_everything else []
    if judged:
        read(by=by, now=request.now, what="search", kind="bid", subject=row.pk)
    context = {
        "crumbs": [(_("Start-up camp"), reverse("camp")), (in_language(row, "title"), "")],
        "call": row,
        "state": state,
        "judged": judged,
        "mine": [] if by.reads_everything else queries.bids(by).filter(call=row),
        "may_bid": state == TenantCallState.OPEN and any(by.owner_of(place) for place in by.memberships),
        "may_decide": by.has(*DECIDERS),
        "may_finish": by.has(*DECIDERS) and state == TenantCallState.JUDGED,
    }
    return render(request, "camp/call.html", context)


@with_role(*READING_ROLES)
def tenant_calls(request: HttpRequest) -> HttpResponse:
    """Every call for tenants, drafts too."""
    page = Paginator(queries.calls(request.actor), PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Calls for tenants"), "")],
        "page": page,
        "rows": [(row, queries.state_of(row, request.now)) for row in page],
        "may_change": request.actor.has(*DECIDERS),
    }
    return render(request, "camp/calls.html", context)


def _lettable(request: HttpRequest) -> Any:
    return queries.spaces().filter(kind__in=LET, state=SpaceState.IN_USE)


@with_role(*DECIDERS)
def tenant_call_new(request: HttpRequest) -> HttpResponse:
    """Drafts a call for tenants."""
    form = TenantCallForm(request.POST or None, spaces=_lettable(request))
    if request.method == "POST" and form.is_valid():
        given = {"code": form.cleaned_data["code"], "given": form.call(), "spaces": form.cleaned_data["spaces"]}
        row = tried(form, partial(actions.draft_call, by=request.actor, now=request.now, **given))
        if row:
            messages.success(request, _("The draft is kept. Nobody outside sees it before it is published."))
            return redirect("tenant-call", row.code)
    title = _("Call for tenants")
    return form_page(request, form, title=title, label=_("Keep the draft"), back=reverse("tenant-calls"))


@with_role(*DECIDERS)
def tenant_call_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Changes a draft."""
    row = _call(request, code)
    filled = TenantCallForm.filled(row)
    posted = request.POST.copy() if request.method == "POST" else None
    if posted is not None:
        posted["code"] = code
    form = TenantCallForm(posted, spaces=_lettable(request), initial=filled)
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        given = {"version": form.cleaned_data["version"] or 0, "given": form.call()}
        given["spaces"] = form.cleaned_data["spaces"]
        tried(form, partial(actions.change_call, by=request.actor, now=request.now, call=row.pk, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("tenant-call", code)
    title, back = in_language(row, "title"), reverse("tenant-call", args=[code])
    return form_page(request, form, title=title, label=_("Save"), back=back)


CALL_VERBS: dict[str, tuple[Callable[..., object], Callable[[], tuple[str, str, str]]]] = {
    "publish": (
        actions.publish_call,
        lambda: (
            _("Publish this call for tenants"),
            _("Publish"),
            _("Everybody can read it, and it cannot be changed any more."),
        ),
    ),
    "finish": (
        actions.finish_call,
        lambda: (
            _("Finish this call for tenants"),
            _("Finish"),
            _("Every bid is decided. Who is on the reserve list can still be selected."),
        ),
    ),
}


@with_role(*DECIDERS)
def tenant_call_do(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Asks, then publishes or finishes a call."""
    row = _call(request, code)
    if verb not in CALL_VERBS:
        raise Http404
    act, words = CALL_VERBS[verb]
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(act, by=request.actor, now=request.now, call=row.pk))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("tenant-call", code)
    title, label, lead = words()
    return form_page(request, form, title=title, label=label, lead=lead, back=reverse("tenant-call", args=[code]))


# --- bids ---


@signed_in
def bid_new(request: HttpRequest, code: str) -> HttpResponse:
    """Answers a call for tenants."""
    row, by = _call(request, code), request.actor
    owned = [place for place in by.memberships if by.owner_of(place)]
    if not owned:
        raise Http404
    form = BidForm(request.POST or None, organisations=people.organisations(by).filter(pk__in=owned))
    back = reverse("tenant-call", args=[code])
    if request.method == "POST" and form.is_valid():
        made = tried(form, partial(actions.hand_in, by=by, now=request.now, call=row.pk, **form.cleaned_data))
        if made:
            messages.success(request, _("Your bid is handed in. You can take it back until it is decided."))
            return redirect("tenant-bid", made.pk)
    title = _("Hand in a bid")
    return form_page(request, form, title=title, label=_("Hand in"), lead=in_language(row, "title"), back=back)


@signed_in
def bid(request: HttpRequest, pk: int) -> HttpResponse:
    """One bid, with the points that officers gave it for those who may see them."""
    by = request.actor
    row = one(queries.bids(by), pk=pk)
    read(by=by, now=request.now, what="view", kind="bid", subject=pk, organisation=row.organisation_id)
    own = by.member_of(row.organisation_id)
    closed = row.call.closes_at <= request.now
    context = {
        "crumbs": [
            (_("Start-up camp"), reverse("camp")),
            (in_language(row.call, "title"), reverse("tenant-call", args=[row.call.code])),
            (row.organisation.name, ""),
        ],
        "bid": row,
        "points": queries.points_of(pk) if by.reads_everything and not own else [],
        "may_withdraw": by.owner_of(row.organisation_id) and row.state == BidState.HANDED_IN,
        "may_judge": by.has(*KEEPERS) and not own and closed and row.state == BidState.HANDED_IN,
        "may_decide": by.has(*DECIDERS) and not own and closed and row.state in UNDECIDED,
    }
    return render(request, "camp/bid.html", context)


BID_VERBS: dict[str, tuple[type[Form], Callable[..., object], Callable[[], tuple[str, str]]]] = {
    "withdraw": (Form, actions.withdraw, lambda: (_("Take this bid back?"), _("Yes, take it back"))),
    "points": (PointsForm, actions.give_points, lambda: (_("Give points"), _("Save"))),
    "reserve": (
        ReasonForm,
        partial(actions.decide, state=BidState.RESERVE),
        lambda: (_("Put this bid on the reserve list"), _("Put it on the list")),
    ),
    "refuse": (
        ReasonForm,
        partial(actions.decide, state=BidState.NOT_SELECTED),
        lambda: (_("Do not select this bid"), _("Do not select")),
    ),
}


@signed_in
def bid_do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """A form for what can be done with a bid; for others than those who may it does not exist."""
    by = request.actor
    row = one(queries.bids(by), pk=pk)
    allowed = by.owner_of(row.organisation_id) if verb == "withdraw" else by.has(*KEEPERS)
    if verb not in BID_VERBS or not allowed:
        raise Http404
    make, act, words = BID_VERBS[verb]
    form = make(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(act, by=by, now=request.now, bid=pk, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("tenant-bid", pk)
    title, label = words()
    back, danger = reverse("tenant-bid", args=[pk]), verb == "withdraw"
    return form_page(request, form, title=title, label=label, lead=row.organisation.name, back=back, danger=danger)


urlpatterns = [
    path("camp/", camp, name="camp"),
    path("camp/calls/<slug:code>/", tenant_call, name="tenant-call"),
    path("camp/calls/<slug:code>/bids/new/", bid_new, name="tenant-bid-new"),
    path("camp/bids/<int:pk>/", bid, name="tenant-bid"),
    path("camp/bids/<int:pk>/<slug:verb>/", bid_do, name="tenant-bid-do"),
    path("staff/camp/calls/", tenant_calls, name="tenant-calls"),
    path("staff/camp/calls/new/", tenant_call_new, name="tenant-call-new"),
    path("staff/camp/calls/<slug:code>/edit/", tenant_call_edit, name="tenant-call-edit"),
    path("staff/camp/calls/<slug:code>/<slug:verb>/", tenant_call_do, name="tenant-call-do"),
    *space_pages.urlpatterns,
]
