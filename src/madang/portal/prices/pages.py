"""The public page of prices, and the staff's pages that draft, approve and end them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal import formats
from madang.portal.actors import READING_ROLES, Role
from madang.portal.faces import one, tried, with_role
from madang.portal.prices import actions, queries
from madang.portal.prices.forms import ApproveForm, DiscountForm, EndDiscountForm, RejectForm, TariffForm
from madang.portal.prices.sentences import HOLDERS, KINDS, STACKINGS, VATS
from madang.portal.templatetags.madang import in_language

A_PAGE = 50


def prices(request: HttpRequest) -> HttpResponse:
    """Today's prices and discounts, for everybody."""
    day = queries.today(request.now)
    context = {
        "tariffs": [_tariff(row) for row in queries.in_force(request.actor, request.now)],
        "discounts": [_discount(row) for row in queries.discounts_open(request.actor, day)],
        "stackings": [_(sentence) for sentence in STACKINGS.values()],
    }
    return render(request, "prices/prices.html", context)


def _tariff(row: Any) -> dict[str, object]:
    return {"row": row, "per": _(KINDS[row.kind]), "vat": _(VATS[row.vat])}


def _discount(row: Any) -> dict[str, object]:
    share = formats.percent(row.permille, 1000, 1 if row.permille % 10 else 0)
    return {"row": row, "holder": _(HOLDERS.get(row.applies_to, row.applies_to)), "share": share}


@with_role(*READING_ROLES)
def tariffs(request: HttpRequest) -> HttpResponse:
    """Every price with where it stands, every discount, and the forms for new ones."""
    by, new = request.actor, {"by": request.actor, "now": request.now}
    tariff_form, discount_form = TariffForm(by=by, auto_id="tariff_%s"), DiscountForm(auto_id="discount_%s")
    if request.method == "POST":
        if request.POST.get("what") == "tariff":
            tariff_form = TariffForm(request.POST, by=by, auto_id="tariff_%s")
            done = _done(tariff_form, lambda: actions.draft_tariff(**new, **tariff_form.cleaned_data))
            said = _("The price is drafted and waits for another person's approval.")
        else:
            discount_form = DiscountForm(request.POST, auto_id="discount_%s")
            done = _done(discount_form, lambda: actions.create_discount(**new, **discount_form.cleaned_data))
            said = _("The discount is saved.")
        if done:
            messages.success(request, said)
            return redirect("tariffs")
    page = Paginator(queries.tariffs_listed(by, request.now), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "crumbs": _crumbs(),
        "page": page,
        "tariffs": [{**_tariff(listed.tariff), "standing": listed.standing} for listed in page],
        "discounts": [_discount(row) for row in queries.discounts(by)],
        "tariff_form": tariff_form,
        "discount_form": discount_form,
        "may_draft": by.has(Role.PROGRAMME_MANAGER),
    }
    return render(request, "prices/tariffs.html", context)


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
    if row.ends_on is not None and row.ends_on <= queries.today(request.now):
        raise Http404
    form = EndDiscountForm(request.POST or None)
    given = {"by": request.actor, "now": request.now, "discount": row.pk}
    if request.method == "POST" and _done(form, lambda: _decided(actions.end_discount, given | form.cleaned_data)):
        messages.success(request, _("The discount ends on the day you gave."))
        return redirect("tariffs")
    name = in_language(row, "name")
    context = {
        "crumbs": _crumbs((name, "")),
        "heading": _("End the discount {discount}").format(discount=name),
        "text": _("From the day on which it ends nobody's price is reduced by it. It cannot be opened again."),
        "form": form,
        "label": _("End the discount"),
        "url": reverse("discount-end", args=[code]),
        "back": reverse("tariffs"),
        "danger": True,
    }
    return render(request, "prices/confirm.html", context)


urlpatterns = [
    path("prices/", prices, name="prices"),
    path("staff/tariffs/", tariffs, name="tariffs"),
    path("staff/tariffs/<int:pk>/", tariff, name="tariff"),
    path("staff/discounts/<slug:code>/end/", end_discount, name="discount-end"),
]
