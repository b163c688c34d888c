"""What is shared in the camp: so much a night for each person, residents only, who used least lately first."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from factories import NOW, make_facility
from portal.access_camp import space
from portal.bookings.april import booked, hours, state
from portal.tenancies.april import camp

from madang.errors import Refused
from madang.portal.bookings import actions, nights, slots
from madang.portal.camp.actions import add_space
from madang.portal.camp.rules import SpaceKind
from madang.portal.facilities.rules import SlotGrain
from madang.portal.tenancies import living
from madang.portal.tenancies.rules import Hours
from madang.values import Period

SEOUL = ZoneInfo("Asia/Seoul")


def test_a_night_goes_from_noon_to_noon():
    def at(day, hour):
        return datetime(2026, 4, day, hour, tzinfo=SEOUL)

    taken = slots.slots_of(Period(at(1, 11), at(2, 13)), SlotGrain.QUARTER, SEOUL)
    assert nights.nights(taken, SlotGrain.QUARTER, SEOUL) == Counter(
        {date(2026, 3, 31): 4, date(2026, 4, 1): 96, date(2026, 4, 2): 4}
    )
    day = slots.slots_of(Period(at(1, 0), at(3, 0)), SlotGrain.DAY, SEOUL)
    assert nights.nights(day, SlotGrain.DAY, SEOUL) == Counter({date(2026, 4, 1): 1, date(2026, 4, 2): 1})


@pytest.mark.django_db
def test_a_shower_is_for_residents_so_much_a_night_and_fair():
    found = camp()
    shower = make_facility(code="shower", each_night=4, after=1)
    add_space(by=found.by("officer"), now=NOW, given=space("SH", 0, SpaceKind.SHARED, floor=1, facility="shower"))
    owner, member = found.by("owner"), found.by("member")
    for who in (member, found.by("stranger")):
        with pytest.raises(Refused) as refused:
            booked(who, [shower], hours(10, 11))
        assert refused.value.code == "residents_only"
    person = found.people["member"].pk
    living.let_in(by=owner, now=NOW, tenancy=found.places["tenancy"]["pk"], person=person, hours=Hours())
    first = booked(owner, [shower], hours(10, 10.75))
    with pytest.raises(Refused) as refused:
        booked(owner, [shower], hours(12, 12.5))
    assert refused.value.code == "night_limit"
    with pytest.raises(Refused) as refused:
        actions.extend(by=owner, now=NOW, booking=first.pk, until=hours(10, 11.25).end)
    assert refused.value.code == "night_limit"
    # the next night's is another, and of two who wait the one who used less comes first
    mine = booked(owner, [shower], hours(10, 10.75, day=4))
    taken = booked(owner, [shower], hours(10, 10.75, day=6))
    again = booked(owner, [shower], hours(10, 10.5, day=6), wait=True)
    theirs = booked(member, [shower], hours(10, 10.75, day=6), wait=True)
    actions.cancel(by=owner, now=hours(9, 10, day=5).start, booking=taken.pk)
    assert [state(row) for row in (mine, again, theirs)] == ["confirmed", "queued", "confirmed"]
    # a stranger's cleaning gap holds too
    with pytest.raises(Refused) as refused:
        booked(member, [shower], hours(10.75, 11, day=4))
    assert refused.value.code == "booking_taken"
