"""Pages of reviewers' fees: a reviewer's own, an intake's list with its two halves, rates and rules of withholding."""

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
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions.halves import halves
from madang.portal.experts.queries import today
from madang.portal.faces import form_page, one, signed_in, tried, whole, with_role
from madang.portal.honoraria import actions, exports, queries, working
from madang.portal.honoraria.forms import RateForm, WithholdingForm
from madang.portal.honoraria.sentences import INCOMES, WORK
from madang.portal.journal.actions import read
from madang.portal.reviews.forms import PurposeForm
from madang.portal.templatetags.madang import in_language

MANAGER = Role.PROGRAMME_MANAGER
A_PAGE = 50


@signed_in
def honoraria(request: HttpRequest) -> HttpResponse:
    """A reviewer's own fees: what calls pay, with the choice to decline, and the statements that were fixed."""
    by, now = request.actor, request.now
    found, offers = list(queries.own(by)), queries.offers(by, now)
    if not (found or offers or by.reviewer):
        raise Http404
    if request.method == "POST":
        call, declined = whole(request.POST.get("call", "")), request.POST.get("declined") == "yes"
        if call not in {row.pk for row, _rate, _declined in offers}:
            raise Http404
        actions.decline(by=by, now=now, call=call, declined=declined)
        text = _("You get no fee for this call.") if declined else _("You get the fee for this call.")
        messages.success(request, text)
        return redirect("honoraria")
    context = {
        "statements": found,
        "offers": [(call, rate, _(INCOMES[rate.income]), declined) for call, rate, declined in offers],
        "crumbs": [(_("Reviews"), reverse("reviews")), (_("Reviewers' fees"), "")],
    }
    return render(request, "honoraria/honoraria.html", context)


@signed_in
def honorarium(request: HttpRequest, intake: int) -> HttpResponse:
    """One's own statement, to be printed."""
    row = one(queries.own(request.actor), fees__intake=intake)
    context = {
        "row": row,
        "lines": [(_(WORK[line["work"]]), line, line["each_won"] * line["count"]) for line in row.lines],
        "income": _(INCOMES[row.income]),
        "crumbs": [(_("Reviews"), reverse("reviews")), (_("Reviewers' fees"), reverse("honoraria")),
                   (in_language(row.fees.intake.call, "title"), "")],
    }  # fmt: skip
    return render(request, "honoraria/honorarium.html", context)


# --- staff's ---


def _staff(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), *more]


@with_role(*READING_ROLES)
def intake_honoraria(request: HttpRequest, intake: int) -> HttpResponse:
    """The fees of an intake as they stand or as they were fixed, and the two halves of fixing them."""
    row = one(queries.intakes(request.actor), pk=intake)
    acts = {"draft": partial(actions.draft, intake=intake), "approve": partial(actions.fix, intake=intake)}
    found = halves(request, ApprovalKind.PAY_REVIEWERS, intake, **acts)
    if found.done:
        return redirect("intake-honoraria", intake)
    read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    fixed, refused = queries.fixed(request.actor, intake), ""
    try:
        given = queries.statements(request.actor, intake) if fixed else _worked(request, row)
    except Refused as error:
        given, refused = [], refusals.sentence(error)
    page = Paginator(given, A_PAGE).get_page(request.GET.get("page"))
    people = queries.people({line["reviewer"] for line in page})
    context = {
        "intake": row,
        "fixed": fixed,
        "refused": refused,
        "decided": row.state in queries.RESULTS_OUT,
        "page": page,
        "shown": [(people[line["reviewer"]], line, _counts(line)) for line in page],
        "sums": {name: sum(line[name] for line in given) for name in ("gross_won", "tax_won", "local_won", "net_won")},
        "halves": None if fixed else found,
        "crumbs": _staff((in_language(row.call, "title"), reverse("intake-round", args=[intake])),
                         (_("Reviewers' fees"), "")),
    }  # fmt: skip
    return render(request, "honoraria/intake.html", context)


def _worked(request: HttpRequest, row: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = working.content(row, today(request.now))["statements"]
    names = queries.people({line["reviewer"] for line in found})
    return sorted(found, key=lambda line: (names[line["reviewer"]].person.name, line["reviewer"]))


def _counts(line: dict[str, Any]) -> list[tuple[str, int, int]]:
    return [(_(WORK[part["work"]]), part["count"], part["each_won"]) for part in line["lines"]]


@with_role(*READING_ROLES)
def honoraria_file(request: HttpRequest, intake: int, kind: str) -> HttpResponse:
    """Asks what the list is for, notes it, and gives what was fixed as a file for whoever pays it."""
    row = one(queries.intakes(request.actor), pk=intake)
    if kind not in exports.FORMATS or queries.fixed(request.actor, row.pk) is None:
        raise Http404
    make, mime = exports.FORMATS[kind]
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        note = {"what": "download", "kind": "reviewer", "subject": "all", "purpose": form.cleaned_data["purpose"]}
        read(by=request.actor, now=request.now, **note)
        found = queries.statements(request.actor, row.pk)
        people = queries.people({line["reviewer"] for line in found})
        response = HttpResponse(make(exports.table(found, people)), content_type=mime)
        response["Content-Disposition"] = f'attachment; filename="fees-{row.pk}.{kind}"'
        return response
    lead = _(
        "The list names people and what they are paid. Resident registration numbers and bank accounts are not kept "
        "here: their columns are empty. Your answer is kept for two years."
    )
    title, back = _("Download the list of fees"), reverse("intake-honoraria", args=[row.pk])
    return form_page(request, form, title=title, label=_("Download"), lead=lead, back=back)


@with_role(*READING_ROLES)
def call_honoraria(request: HttpRequest, code: str) -> HttpResponse:
    """What a call pays its reviewers; a programme manager sets it."""
    call = one(queries.calls(request.actor), code=code)
    form = RateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "call": call.pk, "rate": form.rate()}
        if tried(form, partial(actions.set_rate, **given)):
            messages.success(request, _("The rate is set."))
            return redirect("call-honoraria", code)
    context = {
        "call": call,
        "rates": [(rate, _(INCOMES[rate.income])) for rate in queries.rates(request.actor, call.pk)],
        "form": form if request.actor.has(MANAGER) else None,
        "crumbs": _staff((in_language(call, "title"), reverse("call-manage", args=[code])),
                         (_("Reviewers' fees"), "")),
    }  # fmt: skip
    return _shown(request, "honoraria/rates.html", context, form)


@with_role(*READING_ROLES)
def withholding(request: HttpRequest) -> HttpResponse:
    """What is kept back of fees, by the day from which it counts; a programme manager adds a rule."""
    form = WithholdingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "rule": form.rule(), "source": form.cleaned_data["source"]}
        if tried(form, partial(actions.set_withholding, **given)):
            messages.success(request, _("The rule is set."))
            return redirect("withholding")
    context = {
        "rules": [(rule, _(INCOMES[rule.income])) for rule in queries.withholding(request.actor)],
        "form": form if request.actor.has(MANAGER) else None,
        "crumbs": _staff((_("Withholding from fees"), "")),
    }
    return _shown(request, "honoraria/withholding.html", context, form)


def _shown(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)


urlpatterns = [
    path("reviews/fees/", honoraria, name="honoraria"),
    path("reviews/fees/<int:intake>/", honorarium, name="honorarium"),
    path("staff/intakes/<int:intake>/fees/", intake_honoraria, name="intake-honoraria"),
    path("staff/intakes/<int:intake>/fees/files/<slug:kind>/", honoraria_file, name="honoraria-file"),
    path("staff/calls/<slug:code>/fees/", call_honoraria, name="call-honoraria"),
    path("staff/withholding/", withholding, name="withholding"),
]
