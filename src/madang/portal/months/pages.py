"""The staff's pages of months of the books, their checks, and charges that came otherwise than they are booked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal.actors import READING_ROLES
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.decisions.halves import Halves, halves
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.jobs import machine
from madang.portal.ledger import monthly
from madang.portal.months import actions, queries, rules
from madang.portal.months.forms import ReasonForm
from madang.portal.months.rules import CHECKERS, MonthState
from madang.portal.months.sentences import CODES, UNITS
from madang.values import Month

PAGE = 50


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), *more]


@with_role(*READING_ROLES)
def accounting_months(request: HttpRequest) -> HttpResponse:
    """The months of the books, the last first, each with where it stands."""
    context = {
        "crumbs": _crumbs((_("Months of the books"), "")),
        "page": Paginator(queries.months(request.actor, request.now), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "months/months.html", context)


@with_role(*READING_ROLES)
def accounting_month(request: HttpRequest, month: str) -> HttpResponse:
    """One month: its check against the backend, what came late, and the two halves of closing or reopening it."""
    place = _known(request, month)
    if request.method == "POST" and "check" in request.POST:
        actions.want_check(by=request.actor, now=request.now, month=month)
        messages.success(request, _("The check is asked for. The worker makes it within a minute."))
        return redirect("accounting-month", month)
    found = _halves(request, place)
    if found and found.done:
        return redirect("accounting-month", month)
    checks = list(queries.checks(request.actor).filter(month=month)[:10])
    check = next((one for one in checks if one.state == "done"), None)
    everything = request.GET.get("all") == "1"
    lines = queries.lines(request.actor, check.pk) if check else None
    if lines is not None and not everything:
        lines = queries.differing(lines)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page")) if lines is not None else None
    context = {
        "crumbs": _crumbs((_("Months of the books"), reverse("accounting-months")), (month, "")),
        "place": place,
        "close": queries.close_of(month),
        "check": check,
        "wanted": any(one.state == "wanted" for one in checks),
        "page": page,
        "lines": _named(page or []),
        "everything": everything,
        "adjustments": monthly.adjustments(month) if place.closed_at else [],
        "halves": found,
        "may_check": request.actor.has(*CHECKERS) and place.state in (MonthState.GRACE, MonthState.TO_CLOSE),
        "may_accept": request.actor.has(*CHECKERS) and place.closed_at is None,
    }
    return render(request, "months/month.html", context)


def _known(request: HttpRequest, month: str) -> queries.BookMonth:
    try:
        Month.parse(month)
        rules.month_of(rules.number_of(month))
    except (Refused, ValueError) as error:
        raise Http404 from error
    return queries.month(month, request.now)


def _halves(request: HttpRequest, place: queries.BookMonth) -> Halves | None:
    """The act that the month's state allows: closing it, or reopening it as long as no statement is issued."""
    number = rules.number_of(place.month)
    if place.state == MonthState.TO_CLOSE:
        acts = {"draft": partial(actions.draft_close, number=number), "approve": partial(actions.close, number=number)}
        return halves(request, ApprovalKind.CLOSE_MONTH, number, **acts)
    if place.state == MonthState.CLOSED:
        draft = partial(actions.draft_reopening, number=number)
        return halves(
            request, ApprovalKind.REOPEN_MONTH, number, draft=draft, approve=partial(actions.reopen, number=number)
        )
    return None


def _named(lines: Any) -> list[dict[str, Any]]:
    listed = list(lines)
    numbers = queries.award_numbers({line.owner for line in listed})
    return [
        {"line": line, "award": numbers.get(line.owner, ""), "unit": _(UNITS.get(line.unit, line.unit))}
        for line in listed
    ]


@with_role(*CHECKERS)
def check_line(request: HttpRequest, month: str, pk: int) -> HttpResponse:
    """Asks for the reason, then accepts a difference between book and backend."""
    check = queries.last_check(_known(request, month).month)
    row = one(queries.differing(queries.lines(request.actor, check.pk if check else 0)), pk=pk)
    form, back = (
        ReasonForm(request.POST if request.method == "POST" else None),
        reverse("accounting-month", args=[month]),
    )
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if tried(form, lambda: actions.accept(by=request.actor, now=request.now, line=row.pk, reason=reason)):
            messages.success(request, _("The difference is accepted."))
            return redirect(back)
    (named,) = _named([row])
    facts = {"booked": f"{row.booked:,}", "reported": f"{row.reported:,}", "unit": named["unit"]}
    lead = _("The book says {booked}, the backend says {reported} ({unit}). The month is closed with this difference.")
    title = _("Accept the difference of {award}").format(award=named["award"] or row.owner)
    return form_page(request, form, title=title, label=_("Accept it"), lead=lead.format(**facts), back=back)


@with_role(*READING_ROLES)
def usage_differences(request: HttpRequest) -> HttpResponse:
    """Charges that came otherwise and oddities of the backend, those that wait first."""
    page = Paginator(queries.differences(request.actor), PAGE).get_page(request.GET.get("page"))
    numbers = queries.award_numbers({row.owner for row in page})
    context = {
        "crumbs": _crumbs((_("Use that came otherwise"), "")),
        "page": page,
        "listed": [(row, numbers.get(row.owner, ""), _said(row)) for row in page],
    }
    return render(request, "months/differences.html", context)


def _said(row: Any) -> str:
    return _(CODES[row.code]) if row.code in CODES else machine.sentence(row.code, row.facts)


@with_role(*READING_ROLES)
def usage_difference(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: who, what stands, what came, and what to do with it."""
    row = one(queries.differences(request.actor), pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    acts: dict[str, Callable[..., Any]] = {"settle": actions.settle, "dismiss": actions.dismiss}
    if request.method == "POST" and form.is_valid() and (act := acts.get(request.POST.get("act", ""))):
        given = {"difference": pk, "reason": form.cleaned_data["reason"]}
        if tried(form, lambda: act(by=request.actor, now=request.now, **given)):
            messages.success(request, _("It is decided."))
            return redirect("usage-differences")
    place = queries.month(row.month, request.now) if row.month else None
    context = {
        "crumbs": _crumbs((_("Use that came otherwise"), reverse("usage-differences")), (row.key, "")),
        "row": row,
        "said": _said(row),
        "award": queries.award_numbers({row.owner}).get(row.owner, ""),
        "unit": _(UNITS[row.pool.unit]) if row.pool else "",
        "place": place,
        "form": form,
        "may_decide": row.state == "open" and request.actor.has(*CHECKERS),
    }
    return render(request, "months/difference.html", context, status=422 if form.is_bound and form.errors else 200)


urlpatterns = [
    path("staff/months/", accounting_months, name="accounting-months"),
    path("staff/months/<str:month>/", accounting_month, name="accounting-month"),
    path("staff/months/<str:month>/lines/<int:pk>/accept/", check_line, name="check-line"),
    path("staff/usage-differences/", usage_differences, name="usage-differences"),
    path("staff/usage-differences/<int:pk>/", usage_difference, name="usage-difference"),
]
