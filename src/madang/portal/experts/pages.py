"""Staff's pages of the pool of experts, a file of experts before it is stored, and the terms of a call."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal import refusals
from madang.portal.actors import READING_ROLES, Role
from madang.portal.experts import actions, exports, queries, roster
from madang.portal.experts.forms import AgreeForm, ApartForm, RosterForm, SoughtForm, TermsForm
from madang.portal.experts.rules import LONG_AGO, Verdict
from madang.portal.experts.sentences import FAULTS, LANGUAGES, VERDICTS
from madang.portal.faces import form_page, one, signed_in, tried, whole, with_role
from madang.portal.files import tables
from madang.portal.files.faces import taken
from madang.portal.journal.actions import read
from madang.portal.misconduct import queries as misconduct
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.forms import PurposeForm, ReviewerForm
from madang.portal.templatetags.madang import in_language

MANAGER = Role.PROGRAMME_MANAGER
A_PAGE, SHOWN = 50, 500
TONES = {
    Verdict.NEW: "success",
    Verdict.CHANGED: "information",
    Verdict.UNCHANGED: "neutral",
    Verdict.POSSIBLE: "warning",
    Verdict.SKIPPED: "neutral",
    Verdict.STAFF: "danger",
}


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), *more]


@with_role(*READING_ROLES)
def experts(request: HttpRequest) -> HttpResponse:
    """The pool, searchable, with the form for a new reviewer; the search is logged."""
    form = ReviewerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        common = {"by": request.actor, "now": request.now}
        if request.POST.get("what") == "active":
            active = request.POST.get("active") == "yes"
            reviews.set_active(**common, reviewer=whole(request.POST.get("reviewer", "")), active=active)
            return redirect("reviewers")
        if form.is_valid() and tried(form, lambda: reviews.add_reviewer(**common, **form.reviewer())):
            messages.success(request, _("The reviewer is in the pool."))
            return redirect("reviewers")
    sought = SoughtForm(request.GET or None, by=request.actor, day=queries.today(request.now))
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    found = queries.experts(request.actor, sought.sought())
    context = {
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "sought": sought,
        "searching": bool(request.GET),
        "may_change": request.actor.has(MANAGER),
        "crumbs": _crumbs((_("Reviewers"), "")),
    }
    return render(request, "experts/experts.html", context)


@with_role(*READING_ROLES)
def expert(request: HttpRequest, reviewer: int) -> HttpResponse:
    """One expert: what is known, where they worked, and that their particulars were opened is noted."""
    row = one(queries.experts(request.actor), pk=reviewer)
    read(by=request.actor, now=request.now, what="view", kind="reviewer", subject=row.pk, whose=row.person_id)
    profile = getattr(row, "profile", None)
    context = {
        "row": row,
        "profile": profile,
        "spoken": [_(LANGUAGES.get(code, code)) for code in profile.languages] if profile else [],
        "posts": [(post, None if post.since == LONG_AGO else post.since) for post in row.affiliations.all()],
        "agreed": queries.agreements(request.actor, row.pk),
        "misconduct": misconduct.findings(request.actor, row.pk),
        "may_misconduct": request.actor.has(MANAGER),
        "crumbs": _crumbs((_("Reviewers"), reverse("reviewers")), (row.person.name, "")),
    }
    return render(request, "experts/expert.html", context)


@with_role(*READING_ROLES)
def experts_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Asks what the list is for, notes it, and gives the pool as a file that can be brought in again."""
    if kind not in exports.FORMATS:
        raise Http404
    make, mime = exports.FORMATS[kind]
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        note = {"what": "download", "kind": "reviewer", "subject": "all", "purpose": form.cleaned_data["purpose"]}
        read(by=request.actor, now=request.now, **note)
        response = HttpResponse(make(queries.experts(request.actor)), content_type=mime)
        name = f"experts-{queries.today(request.now)}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    lead = _("The list names people, their addresses and where they worked. Your answer is kept for two years.")
    title, back = _("Download the pool of experts"), reverse("reviewers")
    return form_page(request, form, title=title, label=_("Download"), lead=lead, back=back)


@with_role(MANAGER)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Takes a file of experts for a look; nothing is stored before the next page's button."""
    form = RosterForm(request.POST or None, request.FILES or None)
    kept = taken(request, form)
    if kept is not None:
        return redirect("experts-look", kept.sha256)
    title, back = _("Bring in a list of experts"), reverse("reviewers")
    return form_page(request, form, title=title, label=_("Look at it"), back=back)


@with_role(MANAGER)
def look(request: HttpRequest, sha256: str) -> HttpResponse:
    """The rows of a kept file and what each comes to; who may be here already is told apart, then all is stored."""
    stored = tables.kept(sha256)
    if stored is None:
        raise Http404
    crumbs = _crumbs((_("Reviewers"), reverse("reviewers")), (_("A list of experts"), ""))
    try:
        content = _roster(request, stored)
        asked = [row for row in _looked(request, content, {}) if row.verdict == Verdict.POSSIBLE]
        form = ApartForm(request.POST if request.method == "POST" else None, found=asked)
        decided = form.decided() if request.method == "POST" else {}
        if request.method == "POST" and form.is_valid():
            given = {"sha256": sha256, "roster": content, "decided": decided}
            done = tried(form, partial(actions.bring_in, by=request.actor, now=request.now, **given))
            if done is not None:
                text = _("{new} experts are new, {changed} have new particulars; {rest} rows changed nothing.")
                rest = done.unchanged + done.skipped
                messages.success(request, text.format(new=done.new, changed=done.changed, rest=rest))
                return redirect("reviewers")
        context = _shown(_looked(request, content, decided), content) | {"form": form, "asked": asked}
    except Refused as refused:
        context = {"refused": refusals.sentence(refused), "form": None}
    wrong = context.get("refused") or (context["form"] and context["form"].errors)
    return render(request, "experts/look.html", context | {"crumbs": crumbs}, status=422 if wrong else 200)


def _roster(request: HttpRequest, stored: Any) -> roster.Roster:
    regions = queries.region_names(queries.today(request.now))
    return roster.read(tables.rows(stored, roster.ROWS_AT_MOST + 1), regions)


def _looked(request: HttpRequest, content: roster.Roster, decided: Any) -> list[Any]:
    return actions.look(by=request.actor, roster=content, decided=decided)


def _shown(found: list[Any], content: roster.Roster) -> dict[str, Any]:
    faults = [(fault.place, fault.value, _(FAULTS[fault.code])) for fault in content.faults]
    faults += [(one.row.place, one.row.email, _(FAULTS["staff"])) for one in found if one.verdict == Verdict.STAFF]
    return {
        "faults": sorted(faults)[:SHOWN],
        "rows": [(row, TONES[row.verdict], _(VERDICTS[row.verdict])) for row in found[:SHOWN]],
        "more": max(0, len(found) - SHOWN),
        "count": len(found),
        "changing": any(row.verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.POSSIBLE) for row in found),
    }


@with_role(*READING_ROLES)
def call_terms(request: HttpRequest, code: str) -> HttpResponse:
    """What reviewers of a call promise; a programme manager sets it."""
    call = one(queries.calls(request.actor), code=code)
    terms = queries.terms_of(call.pk)
    may_change = request.actor.has(MANAGER)
    initial = {"body_ko": terms.body_ko, "body_en": terms.body_en} if terms else {}
    form = TermsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "call": call.pk, **form.cleaned_data}
        if tried(form, partial(actions.set_terms, **given)):
            messages.success(request, _("The terms count from now on; reviewers are asked to agree to them."))
            return redirect("call-expert-terms", code)
    title = in_language(call, "title")
    context = {
        "call": call,
        "terms": terms,
        "form": form if may_change else None,
        "agreed": queries.agreed_count(terms.pk) if terms else 0,
        "crumbs": _crumbs((title, reverse("call-manage", args=[code])), (_("Terms for reviewers"), "")),
    }
    return render(request, "experts/terms.html", context, status=422 if form.is_bound and form.errors else 200)


@signed_in
def review_terms(request: HttpRequest, code: str) -> HttpResponse:
    """The terms of a call, to a reviewer who has yet to agree to them."""
    terms = queries.owed(request.actor, code)
    if terms is None:
        raise Http404
    form = AgreeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.agree, by=request.actor, now=request.now, terms=terms.pk))
        if not form.errors:
            messages.success(request, _("Thank you. The applications are open to you now."))
            return redirect("reviews")
    context = {"terms": terms, "form": form, "crumbs": [(_("Reviews"), reverse("reviews")), (_("Terms"), "")]}
    return render(request, "experts/agree.html", context, status=422 if form.is_bound and form.errors else 200)


urlpatterns = [
    path("staff/reviewers/", experts, name="reviewers"),
    path("staff/reviewers/<int:reviewer>/", expert, name="expert"),
    path("staff/reviewers/file/<slug:kind>/", experts_file, name="experts-file"),
    path("staff/reviewers/lists/new/", bring_in, name="experts-bring-in"),
    path("staff/reviewers/lists/<slug:sha256>/", look, name="experts-look"),
    path("staff/calls/<slug:code>/expert-terms/", call_terms, name="call-expert-terms"),
    path("reviews/terms/<slug:code>/", review_terms, name="review-terms"),
]
