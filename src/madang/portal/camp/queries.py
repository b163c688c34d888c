"""Reads the camp: its spaces and which are free on a day, calls for tenants with their bids, notices of the house."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, F, Min, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.camp import rules
from madang.portal.camp.models import CampSpace, HouseNotice, OfferedSpace, TenantBid, TenantBidPoints, TenantCall
from madang.portal.camp.rules import BidState, Ranked, Space, SpaceKind, SpaceState, TenantCallState
from madang.portal.tasks import Task
from madang.portal.tenancies.models import LetDay
from madang.portal.tenancies.rules import HOLDING


def today(now: datetime) -> date:
    """The centre's day."""
    return now.astimezone(settings.MADANG_ZONE).date()


# --- spaces ---


def spaces() -> QuerySet[CampSpace]:
    """Every room, seat and shared space, floor by floor; anybody may see the plan."""
    return CampSpace.objects.select_related("facility").order_by("floor", "code")


def floors() -> list[int]:
    """The floors that have a space, from below."""
    return list(CampSpace.objects.order_by("floor").values_list("floor", flat=True).distinct())


def space_of(row: CampSpace) -> Space:
    """A space as forms, sheets and rules see it."""
    names = ("code", "name_ko", "name_en", "floor", "x", "y", "width", "height", "people")
    facility = row.facility.code if row.facility else ""
    return Space(kind=SpaceKind(row.kind), facility=facility, **{name: getattr(row, name) for name in names})


def drawn(floors_of: Iterable[int]) -> list[Space]:
    """What is on these floors already."""
    return [space_of(row) for row in spaces().filter(floor__in=set(floors_of))]


def taken_from(day: date, floor: int | None = None) -> dict[int, date]:
    """Of each let space the first day from `day` on that is not free; `day` itself where it is taken now."""
    rows = LetDay.objects.filter(day__gte=day, **({"space__floor": floor} if floor is not None else {}))
    return dict(rows.order_by().values_list("space").annotate(first=Min("day")))


def free_on(day: date) -> QuerySet[CampSpace]:
    """Rooms and seats that can be let on a day."""
    taken = LetDay.objects.filter(day=day)
    rows = spaces().filter(kind__in=rules.LET, state=SpaceState.IN_USE)
    return rows.exclude(pk__in=taken.values("space"))


def is_let(space: int, day: date) -> bool:
    """Whether a space belongs to somebody on a day or after it."""
    return LetDay.objects.filter(space=space, day__gte=day).exists()


# --- calls and bids ---


def calls(by: Actor) -> QuerySet[TenantCall]:
    """Calls for tenants with what they offer, the newest first; drafts for staff and auditors."""
    offered = Prefetch("offered", OfferedSpace.objects.select_related("space").order_by("space__floor", "space__code"))
    rows = TenantCall.objects.prefetch_related(offered).order_by("-opens_at", "-pk")
    return rows if by.reads_everything else rows.filter(published_at__isnull=False)


def state_of(call: TenantCall, now: datetime) -> TenantCallState:
    """What a call is now."""
    return rules.call_state(call.published_at, call.opens_at, call.closes_at, call.finished_at, now)


def open_calls(by: Actor, now: datetime) -> QuerySet[TenantCall]:
    """Those that can be answered now."""
    return calls(by).filter(published_at__isnull=False, finished_at=None, opens_at__lte=now, closes_at__gt=now)


def bids(by: Actor) -> QuerySet[TenantBid]:
    """Bids with their call, the newest first: of one's organisations; all of them for staff and auditors."""
    rows = TenantBid.objects.select_related("call", "organisation", "person", "decided_by").order_by(
        "-handed_in_at", "-pk"
    )
    return rows if by.reads_everything else rows.filter(organisation__in=list(by.memberships))


def judged(call: int) -> list[tuple[TenantBid, Ranked]]:
    """The bids of a call that stand, by rank; two queries."""
    rows = {row.pk: row for row in TenantBid.objects.filter(call=call).exclude(state=BidState.WITHDRAWN)
            .select_related("organisation").prefetch_related("points")}  # fmt: skip
    found = rules.ranking({pk: [one.points for one in row.points.all()] for pk, row in rows.items()})
    return [(rows[place.bid], place) for place in found]


def points_of(bid: int) -> QuerySet[TenantBidPoints]:
    """What officers gave a bid, in the order of time."""
    return TenantBidPoints.objects.filter(bid=bid).select_related("officer").order_by("given_at", "pk")


# --- notices ---


def notices(by: Actor) -> QuerySet[HouseNotice]:
    """Every notice, the newest first, for staff and auditors."""
    rows = HouseNotice.objects.select_related("made_by").order_by("-from_on", "-pk")
    return rows if by.reads_everything else rows.none()


def notices_on(day: date) -> list[HouseNotice]:
    """What stands in the house on a day, for its tenants."""
    rows = HouseNotice.objects.filter(from_on__lte=day, until_on__gte=day, taken_down_at=None)
    return list(rows.order_by("-from_on", "-pk"))


# --- figures and what waits ---


def filling(day: date) -> dict[str, int]:
    """Rooms and seats in use with their places for people, and how many of both are let on a day; two queries."""
    let = Q(days__day=day, days__tenancy__state__in=HOLDING)
    rows = CampSpace.objects.filter(kind__in=rules.LET, state=SpaceState.IN_USE)
    in_all = rows.values_list("people", flat=True)
    held = rows.filter(let).values_list("people", flat=True)
    return {"spaces": len(in_all), "places": sum(in_all), "spaces_let": len(held), "places_let": sum(held)}


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For those who keep the camp: calls that are closed and have bids nobody decided."""
    if not by.has(*rules.KEEPERS):
        return []
    waiting = TenantBid.objects.filter(state=BidState.HANDED_IN, call__closes_at__lte=now).order_by()
    rows = waiting.values(code=F("call__code")).annotate(n=Count("pk")).order_by("code")
    text = gettext("Bids of the call for tenants {call} to be decided")
    return [Task(text.format(call=row["code"]), reverse("tenant-call", args=[row["code"]]), row["n"]) for row in rows]
