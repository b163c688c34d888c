"""Staff's pages of conflicts: who must not review what, sheets to be set aside, possible matches to be resolved."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.applications.rules import SCREENING
from madang.portal.conflicts.sentences import GROUNDS
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.findings import actions, queries
from madang.portal.findings.forms import AnswerForm
from madang.portal.findings.sentences import FACTS
from madang.portal.journal import actions as journal
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.forms import ReasonForm
from madang.portal.templatetags.madang import in_language

A_PAGE = 50


def _crumbs(intake: reviews.Intake, *more: tuple[str, str]) -> list[tuple[str, str]]:
    call = _("{call}, intake {number}").format(call=in_language(intake.call, "title"), number=intake.number)
    return [
        (_("Work of the centre"), reverse("staff")),
        (call, reverse("intake-round", args=[intake.pk])),
        (_("Reviews"), reverse("intake-reviews", args=[intake.pk])),
        *more,
    ]


@with_role(*READING_ROLES)
def conflicts(request: HttpRequest, intake: int) -> HttpResponse:
    """Who must not review what, and why, before anyone is asked; on top, who was asked before it was known."""
    row = one(reviews.intakes(request.actor), pk=intake)
    page = Paginator(queries.findings(request.actor, intake, request.now), A_PAGE).get_page(request.GET.get("page"))
    journal.read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    rows = [(found, [(_(GROUNDS[c.ground]), c.until) for c in found.conflicts]) for found in page]
    context = {
        "intake": row,
        "page": page,
        "rows": rows,
        "sheets": queries.barred_sheets(request.actor, request.now, application__intake=intake),
        "may_change": request.actor.has(Role.PROGRAMME_MANAGER),
        "crumbs": _crumbs(row, (_("Conflicts of interest"), "")),
    }
    return render(request, "findings/conflicts.html", context)


@with_role(Role.PROGRAMME_MANAGER)
def set_aside(request: HttpRequest, assignment: int) -> HttpResponse:
    """Ends the sheets of a reviewer who is barred by now."""
    found = queries.barred_sheets(request.actor, request.now, pk=assignment)
    if not found:
        raise Http404
    (row,) = found
    back = reverse("intake-conflicts", args=[row.application.intake_id])
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "assignment": assignment, **form.cleaned_data}
        tried(form, partial(actions.set_aside, **given))
        if not form.errors:
            messages.success(request, _("The sheet was set aside; it no longer counts."))
            return redirect(back)
    facts = {"name": row.reviewer.person.name, "number": row.application.number}
    title = _("Set aside the sheet of {name} on {number}").format(**facts)
    lead = _("The reviewer sees nothing of the application any more. What was scored no longer counts.")
    return form_page(request, form, title=title, label=_("Set aside"), lead=lead, danger=True, back=back)


@with_role(*READING_ROLES)
def matches(request: HttpRequest, intake: int) -> HttpResponse:
    """Reviewers who may be somebody of an applicant, by name or address, those that nobody has resolved first."""
    row = one(reviews.intakes(request.actor), pk=intake)
    page = Paginator(queries.matches(request.actor, intake, request.now), A_PAGE).get_page(request.GET.get("page"))
    journal.read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    context = {
        "intake": row,
        "page": page,
        "rows": [(found, _shown(found)) for found in page],
        "may_change": request.actor.has(*SCREENING),
        "crumbs": _crumbs(row, (_("Possible matches"), "")),
    }
    return render(request, "findings/matches.html", context)


def _shown(found: queries.Match) -> list[tuple[str, str, str]]:
    """What a match rests on: of which kind, on the reviewer's side, on the applicant's."""
    rows = []
    for facts in found.facts:
        kind = next(name for name in FACTS if name in facts)
        rows.append((_(FACTS[kind]), facts[kind], facts.get(f"other_{kind}", facts[kind])))
    return rows


@with_role(*SCREENING)
def match(request: HttpRequest, intake: int, organisation: int, reviewer: int) -> HttpResponse:
    """One possible match, and what was found of it."""
    row = one(reviews.intakes(request.actor), pk=intake)
    found = queries.match(request.actor, intake, organisation, reviewer, request.now)
    if found is None:
        raise Http404
    journal.read(by=request.actor, now=request.now, what="view", kind="reviewer", subject=reviewer,
                 whose=found.reviewer.person_id, organisation=organisation)  # fmt: skip
    form = AnswerForm(request.POST if request.method == "POST" else None, initial={"rests_on": found.rests_on})
    if request.method == "POST" and form.is_valid():
        about = {"intake": intake, "organisation": organisation, "reviewer": reviewer}
        given = {"by": request.actor, "now": request.now, **about, **form.cleaned_data}
        if tried(form, partial(actions.resolve, **given)):
            messages.success(request, _("Your answer counts as long as these names and addresses stay as they are."))
            return redirect("intake-matches", intake)
    back = (_("Possible matches"), reverse("intake-matches", args=[intake]))
    crumbs = _crumbs(row, back, (_("Possible match"), ""))
    context = {"intake": row, "found": found, "shown": _shown(found), "form": form, "crumbs": crumbs}
    return render(request, "findings/match.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("staff/intakes/<int:intake>/reviews/conflicts/", conflicts, name="intake-conflicts"),
    path("staff/intakes/<int:intake>/reviews/matches/", matches, name="intake-matches"),
    path("staff/intakes/<int:intake>/reviews/matches/<int:organisation>/<int:reviewer>/", match, name="intake-match"),
    path("staff/reviews/<int:assignment>/set-aside/", set_aside, name="review-set-aside"),
]
