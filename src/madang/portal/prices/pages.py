"""The public page of prices, and the staff's pages that draft, approve and end them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from madang.accounting.currencies import written
from madang.portal import formats
from madang.portal.actors import READING_ROLES, Role
from madang.portal.entitlements import queries as entitlements
from madang.portal.entitlements.showing import shown
from madang.portal.faces import one, tried, with_role
from madang.portal.fees import queries as fees
from madang.portal.indicators import queries as indicators
from madang.portal.prices import actions, limits, queries
from madang.portal.prices.forms import ApproveForm, DiscountForm, EndDiscountForm, LimitForm, RejectForm, TariffForm
from madang.portal.prices.rules import DISCOUNT, LimitKind, Quoted
from madang.portal.prices.sentences import HOLDERS, KINDS, LIMIT_KINDS, STACKINGS, VATS
from madang.portal.templatetags.madang import in_language

A_PAGE = 50


def prices(request: HttpRequest) -> HttpResponse:
    """Today's prices and discounts, for everybody."""
    day = queries.today(request.now)
    listed = queries.in_force(request.actor, request.now)
    context = {
        "tariffs": [_tariff(row) for row in listed],
        "discounts": [_discount(row) for row in queries.discounts_open(request.actor, day)],
        "limits": [_limit(row) for row in limits.listed(request.actor) if _open(row, day)],
        "rules": [shown(row) for row in entitlements.open_on(day)],
        "hour": _hour(),
        "stackings": [_(sentence) for sentence in STACKINGS.values()],
        "fee_terms": fees.terms() if any(row.product.pool.unit == "item" for row in listed) else None,
    }
    return render(request, "prices/prices.html", context)


def _hour() -> dict[str, Any] | None:
    """What a GPU-hour cost the centre in the last year that the public figures tell it of."""
    found = indicators.latest()
    rows = [row for row in found.figures["expenditure"] if not row["pool"]] if found else []
    return rows[-1] if rows else None


def _tariff(row: Any) -> dict[str, object]:
    return {"row": row, "per": _(KINDS[row.kind]), "vat": _(VATS[row.vat]), "quoted": _quoted(queries.quoted(row))}


def _quoted(found: Quoted | None) -> str:
    if found is None:
        return ""
    words = _("{amount} {currency}, {rate} won for {per} {currency} ({source}, {day})")
    amount, day = written(found.minor, found.currency), formats.day(found.day, get_language() or "ko")
    facts = {"currency": found.currency, "rate": found.rate_written, "per": found.per, "source": found.source}
    return words.format(amount=amount, day=day, **facts)


def _discount(row: Any) -> dict[str, object]:
    share = formats.percent(row.permille, 1000, 1 if row.permille % 10 else 0)
    return {"row": row, "holder": _(HOLDERS.get(row.applies_to, row.applies_to)), "share": share}


def _limit(row: Any) -> dict[str, object]:
    kind, holder = _(LIMIT_KINDS[row.kind]), _(HOLDERS.get(row.applies_to, row.applies_to))
    if row.kind == LimitKind.SELF_PAY:
        share = formats.percent(row.figure, 1000, 1 if row.figure % 10 else 0)
        return {"row": row, "kind": kind, "holder": holder, "figure": share}
    figure = _("{won} in {years} calendar years").format(
        won=formats.won(row.figure, get_language() or "ko"), years=row.years
    )
    return {"row": row, "kind": kind, "holder": holder, "figure": figure}


def _open(row: Any, day: date) -> bool:
    return row.starts_on <= day and (row.ends_on is None or day < row.ends_on)


@with_role(*READING_ROLES)
def tariffs(request: HttpRequest) -> HttpResponse:
    """Every price with where it stands, every discount and limit, and the forms for new ones.

    What was tried comes in the address, so that nobody has to type it again.
    """
    by, tried_kind = request.actor, request.GET.get("kind", "")
    what = request.POST.get("what", "") if request.method == "POST" else ""
    given = {one: request.POST if what == one else None for one in ("tariff", DISCOUNT, "limit")}
    forms = {
        "tariff": TariffForm(given["tariff"], by=by, auto_id="tariff_%s"),
        DISCOUNT: DiscountForm(given[DISCOUNT], initial=request.GET.dict(), auto_id="discount_%s"),
        "limit": LimitForm(given["limit"], initial=request.GET.dict(), auto_id="limit_%s"),
    }
    if what in forms and _done(forms[what], lambda: _saved(request, forms[what])):
        messages.success(request, _SAVED[what])
        return redirect("tariffs")
    page = Paginator(queries.tariffs_listed(by, request.now), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": _crumbs(),
        "page": page,
        "tariffs": [{**_tariff(listed.tariff), "standing": listed.standing} for listed in page],
        "discounts": [_discount(row) for row in queries.discounts(by)],
        "limits": [_limit(row) for row in limits.listed(by)],
        "tariff_form": forms["tariff"],
        "discount_form": forms[DISCOUNT],
        "limit_form": forms["limit"],
        "tried": "limit" if tried_kind in LIMIT_KINDS else tried_kind,
        "may_draft": by.has(Role.PROGRAMME_MANAGER),
    }
    return render(request, "prices/tariffs.html", context)


_SAVED = {
    "tariff": gettext_lazy("The price is drafted and waits for another person's approval."),
    DISCOUNT: gettext_lazy("The discount is saved."),
    "limit": gettext_lazy("The limit is saved."),
}


def _saved(request: HttpRequest, form: TariffForm | DiscountForm | LimitForm) -> object:
    new = {"by": request.actor, "now": request.now}
    if isinstance(form, LimitForm):
        return actions.create_limit(**new, **form.values())
    if isinstance(form, DiscountForm):
        return actions.create_discount(**new, **form.cleaned_data)
    return actions.draft_tariff(**new, **form.values())


def _done(form: Form, act: Callable[[], object]) -> bool:
    return form.is_valid() and tried(form, act) is not None


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    here = (_("Tariffs and discounts"), reverse("tariffs") if more else "")
    return [(_("Work of the centre"), reverse("staff")), here, *more]


@with_role(*READING_ROLES)
def tariff(request: HttpRequest, pk: int) -> HttpResponse:
    """One price with its draft; an approver who did not draft it decides here."""
    row = one(queries.tariffs(request.actor), pk=pk)
    approve_form, reject_form = ApproveForm(auto_id="approve_%s"), RejectForm(auto_id="reject_%s")
    if request.method == "POST":
        given = {"by": request.actor, "now": request.now, "tariff": pk}
        if request.POST.get("what") == "approve":
            approve_form = ApproveForm(request.POST, auto_id="approve_%s")
            done = _done(approve_form, lambda: _decided(actions.approve_tariff, given | approve_form.cleaned_data))
        else:
            reject_form = RejectForm(request.POST, auto_id="reject_%s")
            done = _done(reject_form, lambda: _decided(actions.reject_tariff, given | reject_form.cleaned_data))
        if done:
            messages.success(request, _("Your decision is recorded."))
            return redirect("tariff", pk=pk)
    waiting = queries.drafted(pk) is not None
    context = {
        "crumbs": _crumbs((in_language(row.product, "name"), "")),
        **_tariff(row),
        "before": queries.tariff_on(row.product_id, row.kind, row.starts_on),
        "waiting": waiting,
        "own": row.drafted_by_id == request.actor.person,
        "may_decide": waiting and request.actor.has(Role.APPROVER) and row.drafted_by_id != request.actor.person,
        "approve_form": approve_form,
        "reject_form": reject_form,
    }
    return render(request, "prices/tariff.html", context)


def _decided(decide: Callable[..., None], given: dict[str, object]) -> bool:
    decide(**given)
    return True


@with_role(Role.PROGRAMME_MANAGER)
def end_discount(request: HttpRequest, code: str) -> HttpResponse:
    """Asks for the day, then ends a discount."""
    row = one(queries.discounts(request.actor), code=code)
    words = {
        "heading": _("End the discount {discount}").format(discount=in_language(row, "name")),
        "text": _("From the day on which it ends nobody's price is reduced by it. It cannot be opened again."),
        "label": _("End the discount"),
    }
    said = _("The discount ends on the day you gave.")
    return _end(request, row, partial(actions.end_discount, discount=row.pk), words, said)


@with_role(Role.PROGRAMME_MANAGER)
def end_limit(request: HttpRequest, code: str) -> HttpResponse:
    """Asks for the day, then ends a limit."""
    row = one(limits.listed(request.actor), code=code)
    words = {
        "heading": _("End the limit {limit}").format(limit=in_language(row, "name")),
        "text": _("From the day on which it ends it bounds nobody's support. It cannot be opened again."),
        "label": _("End the limit"),
    }
    return _end(request, row, partial(actions.end_limit, limit=row.pk), words, _("The limit ends on the day you gave."))


def _end(request: HttpRequest, row: Any, end: Callable[..., None], words: dict[str, str], said: str) -> HttpResponse:
    if row.ends_on is not None and row.ends_on <= queries.today(request.now):
        raise Http404
    form = EndDiscountForm(request.POST or None)
    given = {"by": request.actor, "now": request.now}
    if request.method == "POST" and _done(form, lambda: _decided(end, given | form.cleaned_data)):
        messages.success(request, said)
        return redirect("tariffs")
    context = {
        "crumbs": _crumbs((in_language(row, "name"), "")),
        **words,
        "form": form,
        "url": request.path,
        "back": reverse("tariffs"),
        "danger": True,
    }
    return render(request, "prices/confirm.html", context)


urlpatterns = [
    path("prices/", prices, name="prices"),
    path("staff/tariffs/", tariffs, name="tariffs"),
    path("staff/tariffs/<int:pk>/", tariff, name="tariff"),
    path("staff/discounts/<slug:code>/end/", end_discount, name="discount-end"),
    path("staff/limits/<slug:code>/end/", end_limit, name="limit-end"),
]
