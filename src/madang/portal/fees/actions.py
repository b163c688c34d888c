"""Says as what bookings of a facility are charged from now on."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import refuse_unless_keeper
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
