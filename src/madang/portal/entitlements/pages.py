"""The staff's pages of supplements, service credits and back charges as rules."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.entitlements import actions, queries
from madang.portal.entitlements.forms import EntitlementForm
from madang.portal.entitlements.showing import shown
from madang.portal.faces import one, tried, with_role
from madang.portal.prices.forms import EndDiscountForm
from madang.portal.prices.queries import today
from madang.portal.templatetags.madang import in_language


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        (_("Work of the centre"), reverse("staff")),
        (_("Supplements, service credits and back charges"), reverse("entitlements")),
        *more,
    ]


@with_role(*READING_ROLES)
def entitlements(request: HttpRequest) -> HttpResponse:
    """Every rule, and for a programme manager the form for another; what was tried comes in the address."""
    form = None
    if request.actor.has(Role.PROGRAMME_MANAGER):
        bound = request.POST if request.method == "POST" else None
        form = EntitlementForm(bound, initial=request.GET.dict())
        new = {"by": request.actor, "now": request.now}
        if form.is_valid() and tried(form, lambda: actions.create(**new, **form.values())):
            messages.success(request, _("The rule is saved."))
            return redirect("entitlements")
    context = {
        "crumbs": _crumbs(),
        "rules": [shown(row) for row in queries.listed(request.actor)],
        "form": form,
        "open": bool(request.GET or (form and form.errors)),
    }
    status = 422 if form and form.is_bound and form.errors else 200
    return render(request, "entitlements/entitlements.html", context, status=status)


@with_role(Role.PROGRAMME_MANAGER)
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Asks for the day, then ends a rule."""
    row: Any = one(queries.listed(request.actor), code=code)
    if row.ends_on is not None and row.ends_on <= today(request.now):
        raise Http404
    form = EndDiscountForm(request.POST or None)
    given = {"by": request.actor, "now": request.now, "entitlement": row.pk}
    if form.is_valid():
        tried(form, lambda: actions.end(**given, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("The rule ends on the day you gave."))
            return redirect("entitlements")
    context = {
        "crumbs": _crumbs((in_language(row, "name"), "")),
        "heading": _("End the rule {rule}").format(rule=in_language(row, "name")),
        "text": _("From the day on which it ends nobody gets anything by it. It cannot be opened again."),
        "label": _("End the rule"),
        "form": form,
        "url": request.path,
        "back": reverse("entitlements"),
        "danger": True,
    }
    return render(request, "prices/confirm.html", context)


urlpatterns = [
    path("staff/entitlements/", entitlements, name="entitlements"),
    path("staff/entitlements/<slug:code>/end/", end, name="entitlement-end"),
]
