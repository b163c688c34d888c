"""The staff's page that says as what a facility is charged."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.facilities import queries as facilities
from madang.portal.facilities.rules import KEEPERS
from madang.portal.fees import actions, queries
from madang.portal.fees.forms import FeeForm
from madang.portal.templatetags.madang import in_language


@with_role(*KEEPERS)
def facility_fee(request: HttpRequest, code: str) -> HttpResponse:
    """Chooses the product as which new bookings of a facility are charged."""
    row = one(facilities.facilities(request.actor), code=code)
    known = queries.charged_as([row.pk]).get(row.pk)
    form = FeeForm(
        request.POST if request.method == "POST" else None,
        products=queries.products_for(row.grain),
        initial={"product": known.code if known else ""},
    )
    if request.method == "POST" and form.is_valid():
        given = {"facility": row.pk, "product": form.cleaned_data["product"]}
        tried(form, lambda: actions.set_fee(by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("facility", code)
    lead = _(
        "Its price is that of the product, by the hour or by the day as the facility is booked. Products and their "
        "prices are set up under Capacity and Tariffs. What is booked already stays as it was booked."
    )
    return form_page(request, form, title=in_language(row, "name"), label=_("Save"), lead=lead,
                     back=reverse("facility", args=[code]))  # fmt: skip


urlpatterns = [path("staff/facilities/items/<slug:code>/fee/", facility_fee, name="facility-fee")]
