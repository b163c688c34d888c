"""What stands at a facility's door: a label with a QR code to print, and the page to which it leads."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from madang.portal.bookings import queries, showing
from madang.portal.bookings.rules import BookingState
from madang.portal.faces import one, signed_in, with_role
from madang.portal.facilities import queries as facilities
from madang.portal.facilities.rules import KEEPERS
from madang.portal.templatetags.madang import in_language

# a quarter of the drawing may be scratched; four modules of white around it belong to it (ISO/IEC 18004)
CORRECTION, MODULE, WHITE = "q", 8, 4


@signed_in
def here(request: HttpRequest, code: str) -> HttpResponse:
    """Leads whoever stands at a facility to checking in to its present booking; says so where they have none."""
    row = one(facilities.facilities(request.actor), code=code)
    booking = queries.present(request.actor, row.pk, request.now).first()
    if booking is not None and booking.state == BookingState.CONFIRMED:
        given = urlencode({"code": request.GET.get("code", "")[:8]})
        return redirect(f"{reverse('booking-check-in', args=[booking.pk])}?{given}")
    if booking is not None:
        return redirect("booking", booking.pk)
    context = {
        "crumbs": [(_("Facilities"), reverse("facilities")), (in_language(row, "name"), "")],
        "facility": row,
        "own": queries.coming(request.actor, row.pk, request.now),
    }
    return render(request, "bookings/here.html", context)


@with_role(*KEEPERS)
def door(request: HttpRequest, code: str) -> HttpResponse:
    """A label to print and put up."""
    row = one(facilities.facilities(request.actor), code=code)
    crumbs = [(in_language(row, "name"), reverse("facility", args=[code])), (_("Label for the door"), "")]
    context = {"crumbs": crumbs, "facility": row, "address": showing.door_address(row)}
    return render(request, "bookings/door.html", context)


@with_role(*KEEPERS)
def door_drawing(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code as a drawing; it has no style of its own."""
    row = one(facilities.facilities(request.actor), code=code)
    response = HttpResponse(drawn(showing.door_address(row)), content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    return response


def drawn(address: str) -> bytes:
    """An address as a QR code in SVG."""
    out = io.BytesIO()
    made: Any = segno.make_qr(address, error=CORRECTION)
    made.save(out, kind="svg", scale=MODULE, border=WHITE, light="#fff")
    return out.getvalue()


urlpatterns = [
    path("facilities/<slug:code>/here/", here, name="facility-here"),
    path("staff/facilities/items/<slug:code>/label/", door, name="facility-door"),
    path("staff/facilities/items/<slug:code>/label/qr.svg", door_drawing, name="facility-door-drawing"),
]
