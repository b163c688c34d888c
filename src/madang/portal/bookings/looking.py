"""Looks ahead for who wants to book: which of several periods could be had, and what quotas leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.bookings import operating, rules, slots
from madang.portal.bookings.models import HourQuota, HoursTaken
from madang.portal.bookings.queries import bookable, taken
from madang.portal.facilities.models import Facility
from madang.portal.facilities.queries import terms_of
from madang.portal.qualifications import queries as qualifications
from madang.portal.qualifications.rules import refuse_short
from madang.values import Month, Period

Minutes = dict[str, dict[Month, int]]


def minutes_taken(organisation: int, kind: str) -> dict[Month, int]:
    """Minutes that an organisation has booked of a class, by month."""
    rows = HoursTaken.objects.filter(organisation=organisation, kind=kind).values_list("month", "minutes")
    return {Month.parse(month): minutes for month, minutes in rows}


def quotas() -> dict[str, HourQuota]:
    """The limits that are set, by class."""
    return {row.kind: row for row in HourQuota.objects.all()}


def outlook(by: Actor, organisation: int, rows: Sequence[Facility], periods: Sequence[Period], now: datetime
            ) -> list[tuple[Period, Refused | None]]:  # fmt: skip
    """Of each period whether all the facilities can be had then, or why not; quotas are counted from the first on."""
    keeper = by.has(*rules.BOOKERS)
    limits = {kind: row.hours for kind, row in quotas().items()}
    used = {row.kind: minutes_taken(organisation, row.kind) for row in rows}
    held = {row.pk: _held(row, periods) for row in rows}
    asked = [] if keeper else qualifications.asked_of(by.person, rows, qualifications.today(now))
    crewed = operating.crewed(rows)
    found: list[tuple[Period, Refused | None]] = []
    for period in periods:
        try:
            refuse_short(asked, slots.last_day_of(period, settings.MADANG_ZONE))
            if crewed and (alone := operating.first_unserved(rows, period)):
                raise Refused("operator_not_free", facility=alone.code)
            minutes = _fits(rows, period, now, keeper, limits, used, held)
        except Refused as refused:
            found.append((period, refused))
            continue
        for kind, by_month in minutes.items():
            for month, more in by_month.items():
                used[kind][month] = used[kind].get(month, 0) + more
        found.append((period, None))
    return found


def _held(row: Facility, periods: Sequence[Period]) -> frozenset[int]:
    """What is held of a facility from the first of these periods to the last, buffers counted, in one query."""
    terms = terms_of(row)
    whole = Period(min(one.start for one in periods), max(one.end for one in periods))
    wanted = slots.with_buffers(slots.touched(whole, terms.grain, settings.MADANG_ZONE), terms)
    return taken([row.pk], wanted.start, wanted.stop).get(row.pk, frozenset())


def _fits(
    rows: Sequence[Facility], period: Period, now: datetime, keeper: bool, limits: Mapping[str, int], used: Minutes,
    held: Mapping[int, frozenset[int]],
) -> Minutes:  # fmt: skip
    zone = settings.MADANG_ZONE
    for row in rows:
        one = bookable(row)
        needed = slots.with_buffers(rules.check_period(one, period, now=now, zone=zone, keeper=keeper), one.terms)
        if not held[row.pk].isdisjoint(needed):
            raise Refused("booking_taken", facility=row.code)
    minutes = minutes_by_kind(rows, period)
    for kind, by_month in minutes.items():
        if full := rules.over_quota(limits.get(kind), used[kind], by_month):
            raise Refused("quota_used_up", month=str(full), hours=limits[kind])
    return minutes


def minutes_by_kind(rows: Iterable[Facility], period: Period) -> Minutes:
    """Minutes of use of each class by month that a period of these facilities comes to."""
    zone = settings.MADANG_ZONE
    found: Minutes = {}
    for row in rows:
        grain = terms_of(row).grain
        into = found.setdefault(row.kind, {})
        for month, minutes in slots.minutes_by_month(slots.slots_of(period, grain, zone), grain, zone).items():
            into[month] = into.get(month, 0) + minutes
    return found
