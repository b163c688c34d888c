"""Pages of aid: a cohort's terms and months of each kind, a month's list with its two halves, and its file."""

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
from madang.portal.aids import actions, exports, queries, working
from madang.portal.aids.forms import MonthForm, TermsForm
from madang.portal.aids.rules import AidKind
from madang.portal.aids.sentences import KINDS, UNITS
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.courses import queries as courses
from madang.portal.decisions.halves import halves
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.reviews.forms import PurposeForm
from madang.portal.wageclaims import actions as wageclaims_acts
from madang.portal.wageclaims import queries as wageclaims
from madang.portal.wageclaims.forms import WageTermsForm

MANAGER = Role.PROGRAMME_MANAGER
A_PAGE = 50
COHORT_PAGES = {AidKind.LIVING: "cohort-aid", AidKind.WAGE: "cohort-wage-aid"}


def _crumbs(cohort: Any, *rest: tuple[str, str]) -> list[tuple[str, str]]:
    name = f"{cohort.course.code}-{cohort.number}"
    return [(_("Courses and cohorts"), reverse("staff-courses")), (name, reverse("staff-cohort", args=[cohort.pk])),
            *rest]  # fmt: skip


def _place(row: Any) -> tuple[str, str]:
    return _(KINDS[row.kind]), reverse(COHORT_PAGES[row.kind], args=[row.cohort_id])


@with_role(*READING_ROLES)
def cohort_aid(request: HttpRequest, pk: int) -> HttpResponse:
    """What a cohort pays in living aid, and its lists; a programme manager sets terms and opens a month."""
    row = one(courses.cohorts(request.actor), pk=pk)
    posted = request.POST.get("what") if request.method == "POST" else None
    manager = request.actor.has(MANAGER)
    terms = TermsForm(request.POST if posted == "terms" else None, by=request.actor, auto_id="terms_%s")
    month = MonthForm(request.POST if posted == "month" else None, auto_id="month_%s")
    common = {"by": request.actor, "now": request.now, "cohort": pk}
    if (
        posted == "terms"
        and terms.is_valid()
        and tried(terms, lambda: actions.set_terms(**common, terms=terms.terms()))
    ):
        messages.success(request, _("Saved."))
        return redirect("cohort-aid", pk)
    if posted == "month" and month.is_valid():
        made = tried(month, lambda: actions.open_month(**common, **month.cleaned_data))
        if made:
            return redirect("aid-list", made.pk)
    context = {
        "cohort": row,
        "rates": [(rate, _(UNITS[rate.unit])) for rate in queries.rates(request.actor, pk)],
        "lists": queries.lists(request.actor).filter(cohort=pk, kind=AidKind.LIVING),
        "terms": terms if manager else None,
        "month": month if manager else None,
        "crumbs": _crumbs(row, (_("Living aid"), "")),
    }
    return render(request, "aids/cohort.html", context, status=422 if terms.errors or month.errors else 200)


@with_role(*READING_ROLES)
def cohort_wage_aid(request: HttpRequest, pk: int) -> HttpResponse:
    """What a cohort pays companies that hire its graduates, and the lists; a manager sets terms and opens a month."""
    row = one(courses.cohorts(request.actor), pk=pk)
    posted = request.POST.get("what") if request.method == "POST" else None
    manager = request.actor.has(MANAGER)
    terms = WageTermsForm(request.POST if posted == "terms" else None, by=request.actor, auto_id="terms_%s")
    month = MonthForm(request.POST if posted == "month" else None, auto_id="month_%s")
    common = {"by": request.actor, "now": request.now, "cohort": pk}
    if (
        posted == "terms"
        and terms.is_valid()
        and tried(terms, lambda: wageclaims_acts.set_terms(**common, terms=terms.terms()))
    ):
        messages.success(request, _("Saved."))
        return redirect("cohort-wage-aid", pk)
    if posted == "month" and month.is_valid():
        made = tried(month, lambda: actions.open_month(**common, **month.cleaned_data, kind=AidKind.WAGE))
        if made:
            return redirect("aid-list", made.pk)
    context = {
        "cohort": row,
        "rates": wageclaims.terms(pk),
        "lists": queries.lists(request.actor).filter(cohort=pk, kind=AidKind.WAGE),
        "terms": terms if manager else None,
        "month": month if manager else None,
        "crumbs": _crumbs(row, (_("Wage aid"), "")),
    }
    return render(request, "aids/wage.html", context, status=422 if terms.errors or month.errors else 200)


@with_role(*READING_ROLES)
def aid_list(request: HttpRequest, pk: int) -> HttpResponse:
    """A month's list as it stands or as it was fixed, and the two halves of fixing it."""
    row = one(queries.lists(request.actor), pk=pk)
    acts = {"draft": partial(actions.draft, aids=pk), "approve": partial(actions.fix, aids=pk)}
    found = halves(request, ApprovalKind.PAY_AID, pk, **acts)
    if found.done:
        return redirect("aid-list", pk)
    read(by=request.actor, now=request.now, what="search", kind="learner", subject=row.cohort_id)
    refused = ""
    try:
        lines = queries.lines(request.actor, pk) if row.fixed_at else working.content(row)["lines"]
    except Refused as error:
        lines, refused = [], refusals.sentence(error)
    sums = exports.by_payee(row.month, lines)
    names = queries.people({learner for _to, learner in sums} - {None})
    companies = queries.organisations({to for to, _learner in sums})
    listed = sorted(sums.items(), key=lambda one_: exports.order(one_[0], names, companies))
    page = Paginator(listed, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "list": row,
        "cohort": row.cohort,
        "refused": refused,
        "page": page,
        "shown": [(companies.get(to), names.get(learner), line) for (to, learner), line in page],
        "sums": {name: sum(line[name] for line in sums.values()) for name in ("own", "adjusted", "won")},
        "halves": None if row.fixed_at else found,
        "kind": _(KINDS[row.kind]),
        "crumbs": _crumbs(row.cohort, _place(row), (row.month, "")),
    }
    return render(request, "aids/list.html", context)


@with_role(*READING_ROLES)
def aid_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Asks what the list is for, notes it, and gives what was fixed as a file for whoever pays it."""
    row = one(queries.lists(request.actor), pk=pk)
    if kind not in exports.FORMATS or row.fixed_at is None:
        raise Http404
    make, mime = exports.FORMATS[kind]
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        note = {
            "what": "download",
            "kind": "learner",
            "subject": row.cohort_id,
            "purpose": form.cleaned_data["purpose"],
        }
        read(by=request.actor, now=request.now, **note)
        lines = queries.lines(request.actor, pk)
        people = queries.people({line["learner"] for line in lines} - {None})
        companies = queries.organisations({line["organisation"] for line in lines})
        response = HttpResponse(make(exports.table(row.month, lines, people, companies)), content_type=mime)
        name = f"{row.kind}-aid-{row.cohort_id}-{row.month}.{kind}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    lead = _(
        "The list names people and what is paid to them or to who hired them. Resident registration numbers and bank "
        "accounts are not kept here: their columns are empty. Your answer is kept for two years."
    )
    title, back = _("Download the list of aid"), reverse("aid-list", args=[pk])
    return form_page(request, form, title=title, label=_("Download"), lead=lead, back=back)


urlpatterns = [
    path("staff/cohorts/<int:pk>/aid/", cohort_aid, name="cohort-aid"),
    path("staff/cohorts/<int:pk>/wage-aid/", cohort_wage_aid, name="cohort-wage-aid"),
    path("staff/aid/<int:pk>/", aid_list, name="aid-list"),
    path("staff/aid/<int:pk>/files/<slug:kind>/", aid_file, name="aid-file"),
]
