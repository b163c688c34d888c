"""What is shared is shared fairly: how much one person may hold in a night, and who used least lately."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Sum

from madang.errors import Refused
from madang.portal.bookings import queries, slots
from madang.portal.bookings.models import BookedFacility
from madang.portal.bookings.rules import HOLDING
from madang.portal.facilities.models import Facility
from madang.portal.facilities.queries import terms_of
from madang.portal.facilities.rules import SlotGrain
from madang.values import Period

NOON = timedelta(hours=12)
LATELY = timedelta(days=14)


def nights(taken: range, grain: SlotGrain, zone: ZoneInfo) -> Counter[date]:
    """Slots by the night that they belong to: from noon to noon of the centre's clock, named by its evening."""
    if grain is SlotGrain.DAY:
        return Counter(slots.day_of(slot, grain, zone) for slot in taken)
    local = (slots.instant_of(slot, grain, zone).astimezone(zone).replace(tzinfo=None) for slot in taken)
    return Counter((one - NOON).date() for one in local)


def refuse_beyond(person: int | None, rows: Iterable[Facility], period: Period, booking: int | None = None) -> None:
    """Refused: ``night_limit`` (facility, most) where a person would hold more of a facility in a night than it allows.

    `booking` itself is not counted. Inside the facility's turn, so that two bookings come one after the other.
    """
    zone = settings.MADANG_ZONE
    for row in rows:
        if not row.each_night or person is None:
            continue
        grain = terms_of(row).grain
        wanted = nights(slots.slots_of(period, grain, zone), grain, zone)
        around = Period(period.start - 2 * NOON, period.end + 2 * NOON)
        others = BookedFacility.objects.filter(
            facility=row, booking__person=person, booking__state__in=HOLDING,
            booking__starts_at__lt=around.end, booking__ends_at__gt=around.start,
        )  # fmt: skip
        for other in others.exclude(booking=booking).select_related("booking"):
            held = slots.slots_of(queries.period_of(other.booking), grain, zone)
            wanted += Counter({night: n for night, n in nights(held, grain, zone).items() if night in wanted})
        if max(wanted.values(), default=0) > row.each_night:
            raise Refused("night_limit", facility=row.code, most=row.each_night, field="ends_at")


def used_lately(people: Iterable[int], facilities: Iterable[int], now: datetime) -> dict[int, int]:
    """Minutes that each of these people held over two weeks, of those of the facilities that have a limit a night.

    Whoever held least is the first whom the waiting list serves.
    """
    rows = BookedFacility.objects.filter(
        booking__person__in=set(people), facility__in=set(facilities), facility__each_night__gt=0,
        booking__state__in=HOLDING, booking__starts_at__gte=now - LATELY, booking__starts_at__lt=now,
    )  # fmt: skip
    return dict(rows.order_by().values_list("booking__person").annotate(n=Sum("minutes")))
