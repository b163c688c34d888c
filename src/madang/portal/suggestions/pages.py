"""Pages of the suggestion who reviews what, of reviewers who are kept apart, and of reviewers' bids."""

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

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import READING_ROLES, Role
from madang.portal.faces import form_page, one, signed_in, tried, whole, with_role
from madang.portal.journal.actions import read
from madang.portal.reviews import queries as reviews
from madang.portal.suggestions import actions, queries
from madang.portal.suggestions.forms import AskForm, BidsForm, ConfirmForm, KeepApartForm, OpenBidsForm
from madang.portal.suggestions.rules import SuggestionState
from madang.portal.suggestions.sentences import EXPERTISE, LACKS, SAID, WHYS
from madang.portal.suggestions.showing import Line, Shown, shown
from madang.portal.templatetags.madang import in_language

MANAGER = Role.PROGRAMME_MANAGER
A_PAGE = 50
# each takes four choices, which stand below each other on a phone
BIDS_A_PAGE = 25


def _crumbs(intake: Any, *more: str) -> list[tuple[str, str]]:
    call = _("{call}, intake {number}").format(call=in_language(intake.call, "title"), number=intake.number)
    above = [(_("Work of the centre"), reverse("staff")), (call, reverse("intake-round", args=[intake.pk]))]
    return [*above, (_("Reviews"), reverse("intake-reviews", args=[intake.pk])), *((text, "") for text in more)]


@with_role(*READING_ROLES)
def suggestion(request: HttpRequest, intake: int) -> HttpResponse:
    """Asks for a suggestion, shows what it would change of what stands, and confirms it whole or pair by pair."""
    row = one(reviews.intakes(request.actor), pk=intake)
    due = min(max(row.review_due_at, request.now + timedelta(days=1)), request.now + timedelta(days=365))
    what = request.POST.get("what", "") if request.method == "POST" else ""
    asked = AskForm(request.POST if what == "ask" else None)
    last = queries.suggestion(request.actor, intake)
    initial = {"due_at": timezone.localtime(due), "suggestion": last.pk if last else 0}
    form = ConfirmForm(request.POST if request.method == "POST" and what != "ask" else None, initial=initial)
    if what == "ask" and asked.is_valid():
        moves = asked.cleaned_data["moves"] == "yes"
        act = partial(actions.ask, by=request.actor, now=request.now, intake=intake, moves=moves)
        if tried(asked, act):
            return redirect("review-suggestion", intake)
    elif form.is_bound and form.is_valid() and (done := tried(form, partial(_confirm, request, form, what))):
        text = _("Given out: {given}. Taken back: {taken}. The reviewers were told.")
        messages.success(request, text.format(given=done[0], taken=done[1]))
        return redirect("review-suggestion", intake)
    context = {
        "intake": row,
        "row": last,
        "asked": asked,
        "form": form,
        "apart": queries.apart(request.actor),
        "may_change": request.actor.has(MANAGER),
        "failure": refusals.sentence(Refused(last.failure["code"], **last.failure["facts"]))
        if last and last.failure
        else "",
        "waiting": last is not None and last.state == SuggestionState.WAITING,
        "crumbs": _crumbs(row, _("Suggested assignment")),
        **_shown(request, shown(last, request.now)),
    }
    wrong = any(one.is_bound and one.errors for one in (asked, form))
    return render(request, "suggestions/suggestion.html", context, status=422 if wrong else 200)


def _confirm(request: HttpRequest, form: ConfirmForm, what: str) -> tuple[int, int]:
    data = form.cleaned_data
    only = None
    if what == "ticked":
        pairs = [value.partition("-") for value in request.POST.getlist("pair")]
        only = [(whole(application), whole(reviewer)) for application, _dash, reviewer in pairs]
    given = {"suggestion": data["suggestion"], "due_at": data["due_at"], "begun": data["begun"], "only": only}
    return actions.confirm(by=request.actor, now=request.now, **given)


def _shown(request: HttpRequest, found: Shown | None) -> dict[str, Any]:
    if found is None:
        return {"found": None}
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    page = Paginator(found.lines, A_PAGE).get_page(request.GET.get("page"))
    return {
        "found": found,
        "page": page,
        "lines": [(line.file, _entries(line)) for line in page],
        "gaps": [(gap, _(LACKS[gap.lack])) for gap in found.gaps],
    }


def _entries(line: Line) -> list[dict[str, Any]]:
    """What would change on one application: a sign, a name, and what speaks for it."""
    given = [
        {
            "pair": one.pair,
            "name": one.person.person.name,
            "taken": False,
            "about": [
                *([_(EXPERTISE[one.expertise])] if one.expertise else []),
                *([_(SAID[one.wish])] if one.wish else []),
            ],
        }
        for one in line.given
    ]
    taken = [
        {
            "pair": one.removal.pair,
            "name": one.person.person.name,
            "taken": True,
            "begun": one.removal.begun,
            "about": [_(WHYS[one.removal.why])],
        }
        for one in line.taken
    ]
    return [*taken, *given]


# --- reviewers who must not meet ---


@with_role(*READING_ROLES)
def apart(request: HttpRequest) -> HttpResponse:
    """Which reviewers never get the same application, and why; a manager adds and ends."""
    form = KeepApartForm(request.POST if request.method == "POST" else None, by=request.actor)
    if request.method == "POST" and request.POST.get("end"):
        actions.end_apart(by=request.actor, now=request.now, apart=whole(request.POST["end"]))
        messages.success(request, _("The two may get the same application again."))
        return redirect("reviewers-apart")
    if request.method == "POST" and form.is_valid() and tried(form, partial(_keep_apart, request, form)):
        messages.success(request, _("The two never get the same application from now on."))
        return redirect("reviewers-apart")
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    context = {
        "page": Paginator(queries.apart(request.actor), A_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "may_change": request.actor.has(MANAGER),
        "crumbs": [
            (_("Work of the centre"), reverse("staff")),
            (_("Reviewers"), reverse("reviewers")),
            (_("Kept apart"), ""),
        ],
    }
    return render(request, "suggestions/apart.html", context, status=422 if form.is_bound and form.errors else 200)


def _keep_apart(request: HttpRequest, form: KeepApartForm) -> Any:
    return actions.keep_apart(by=request.actor, now=request.now, **form.pair())


# --- bids ---


@with_role(MANAGER)
def bids_open(request: HttpRequest, intake: int) -> HttpResponse:
    """Asks reviewers which applications of an intake they would like; asked again, it makes the time longer."""
    one(reviews.intakes(request.actor), pk=intake)
    asked = queries.period(request.actor, intake)
    until = asked.until if asked and asked.until > request.now else request.now + timedelta(days=5)
    form = OpenBidsForm(
        request.POST if request.method == "POST" else None, initial={"until": timezone.localtime(until)}
    )
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "intake": intake, **form.cleaned_data}
        tried(form, partial(actions.open_bids, **given))
        if not form.errors:
            messages.success(request, _("The reviewers were asked."))
            return redirect("intake-reviews", intake)
    lead = _(
        "Every active reviewer gets a mail and sees the titles of the applications that no conflict bars, without the "
        "applicants. What they say counts in the suggestion who reviews what."
    )
    title, back = _("Ask reviewers what they would like to review"), reverse("intake-reviews", args=[intake])
    return form_page(request, form, title=title, label=_("Ask the reviewers"), lead=lead, back=back)


@signed_in
def bids(request: HttpRequest, intake: int) -> HttpResponse:
    """A reviewer's own bids: the titles that no conflict bars, a page of them at a time."""
    found = queries.bidding(request.actor, request.now, intake)
    if found is None:
        raise Http404
    read(by=request.actor, now=request.now, what="search", kind="application", subject="all", as_reviewer=True)
    page = Paginator(found.files, BIDS_A_PAGE).get_page(request.GET.get("page"))
    open_now = request.now < found.until
    form = BidsForm(request.POST if request.method == "POST" else None, found=found, page=page)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "intake": intake, "wishes": form.wishes()}
        tried(form, partial(actions.bid, **given))
        if not form.errors:
            messages.success(request, _("What you said was kept. You can change it until the deadline."))
            after = page.next_page_number() if page.has_next() else page.number
            return redirect(f"{reverse('review-bids', args=[intake])}?page={after}")
    context = {
        "found": found,
        "page": page,
        "form": form if open_now else None,
        "said": sum(bool(wish) for _file, wish in found.files),
        "crumbs": [(_("Reviews"), reverse("reviews")), (_("What you would like to review"), "")],
    }
    return render(request, "suggestions/bids.html", context, status=422 if form.is_bound and form.errors else 200)


urlpatterns = [
    path("staff/intakes/<int:intake>/reviews/suggestion/", suggestion, name="review-suggestion"),
    path("staff/intakes/<int:intake>/reviews/bids/", bids_open, name="bids-open"),
    path("staff/reviewers/apart/", apart, name="reviewers-apart"),
    path("reviews/bids/<int:intake>/", bids, name="review-bids"),
]
