"""Says as what bookings of a facility are charged from now on, of one or of a whole sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.facilities import actions as facilities
from madang.portal.facilities import queries as catalogue
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import Particulars, refuse_unless_keeper
from madang.portal.fees import queries
from madang.portal.fees.models import FacilityFee
from madang.portal.journal.actions import record
from madang.portal.transactions import action


@action
def set_fee(*, by: Actor, now: datetime, facility: int, product: str) -> None:
    """Charges new bookings of a facility as a product, by its code; empty: they cost nothing.

    What is booked already stays as it was booked. Refused: ``not_allowed_for_role``, ``fee_product_wrong``.
    """
    refuse_unless_keeper(by)
    # whoever changes its grain or books it at this moment comes before or after
    if not Facility.objects.filter(pk=facility).update(turn=F("turn") + 1):
        raise Stale("facility")
    grain = Facility.objects.values_list("grain", flat=True).get(pk=facility)
    chosen = queries.products_for(grain).filter(code=product).first() if product else None
    if product and chosen is None:
        raise Refused("fee_product_wrong", field="product")
    FacilityFee.objects.filter(facility=facility).delete()
    if chosen is not None:
        FacilityFee.objects.create(facility_id=facility, product=chosen)
    record(by=by, now=now, did="fees.set_fee", kind="facility", subject=facility, product=product)


@action
def bring_in(*, by: Actor, now: datetime, listed: Sequence[Particulars], charged: Mapping[str, str]) -> tuple[int, int]:
    """Adds and changes the facilities of a sheet with their fees, all of it or nothing; gives how many of each.

    `charged`: the product's code by the facility's code, as `facilities.sheet.Sheet` has it. What is booked already
    stays as it was booked. Refused as `facilities.actions.bring_in` and `set_fee`.
    """
    codes = [one.code for one in listed]
    fees, known = queries.charged_by_code(codes), catalogue.known(codes)
    added, changed = facilities.bring_in(by=by, now=now, listed=listed)
    rows = dict(Facility.objects.filter(code__in=codes).values_list("code", "pk"))
    for one in listed:
        if charged.get(one.code, fees.get(one.code, "")) != fees.get(one.code, ""):
            set_fee(by=by, now=now, facility=rows[one.code], product=charged[one.code])
            changed += known.get(one.code) == one
    return added, changed
