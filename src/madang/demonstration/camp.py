"""The demonstration's start-up camp: four floors of rooms and seats, what is shared, 25 tenants with their months.

Names, figures and layout are ours, drawn by a fixed seed and marked as generated.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.conf import settings

from madang.demonstration import draw, rounds
from madang.demonstration.cast import Cast
from madang.portal.actors import Actor, MemberRole
from madang.portal.camp import actions as house
from madang.portal.camp.models import CampSpace, TenantCall
from madang.portal.camp.rules import BidState, NoticeText, Space, SpaceKind, TenantCallText
from madang.portal.facilities import actions as facilities
from madang.portal.facilities.rules import FacilityKind, Particulars, Terms
from madang.portal.people.models import Membership
from madang.portal.tenancies import actions, living, reporting, upkeep
from madang.portal.tenancies.models import MonthDuty, Tenancy
from madang.portal.tenancies.rules import Condition, Hours, MonthFigures, UpkeepState

TENANTS, BIDDERS = 25, 4
FLOORS = (3, 4, 5, 6)
BEGUN = 240  # days since the first tenants came
# what is shared, on the first floor: code, names, x, quarters of an hour at once and a night, gap for cleaning
SHARED = [
    ("KITCHEN", "공용 주방", "Shared kitchen", 0, 4, 8, 1),
    ("SLEEP-1", "수면실 1", "Sleeping room 1", 8, 32, 32, 2),
    ("SLEEP-2", "수면실 2", "Sleeping room 2", 14, 32, 32, 2),
    ("SHOWER-1", "샤워실 1", "Shower 1", 20, 2, 4, 1),
    ("SHOWER-2", "샤워실 2", "Shower 2", 24, 2, 4, 1),
]
REPAIRS = [
    ("천장 등이 깜박입니다", "저녁마다 깜박여 작업하기 어렵습니다."),
    ("회의실 문이 잘 닫히지 않습니다", "손잡이가 헐겁습니다."),
    ("냉방이 약합니다", "오후에 실내가 매우 덥습니다."),
    ("공용 주방 수도가 샙니다", "싱크대 아래에 물이 고입니다."),
]
TEXT = (
    "시연용 입주계약서입니다. 입주기업은 공간을 신청한 용도로만 쓰고, 매월 현황을 보고하며, 퇴거할 때 점검을 받습니다.",
    "An agreement made up for the demonstration. The tenant uses its spaces for what it asked for, reports each month, "
    "and hands everything back when it leaves.",
)


def spaces() -> list[Space]:
    """Forty rooms and seats on four floors, and what is shared on the first."""
    found = []
    for floor in FLOORS:
        for n in range(6):
            people = 4 + 2 * (n % 3)
            x, y = 8 * (n % 3), 7 * (n // 3)
            found.append(Space(f"{floor}0{n + 1}", f"{floor}0{n + 1}호", f"Room {floor}0{n + 1}", SpaceKind.ROOM, floor,
                               x, y, 7, 6, people))  # fmt: skip
        for n in range(4):
            code = f"{floor}-S{n + 1}"
            names = (f"{floor}층 좌석 {n + 1}", f"Seat {n + 1} on floor {floor}")
            found.append(Space(code, *names, SpaceKind.SEAT, floor, 25 + 6 * (n % 2), 5 * (n // 2), 5, 4))
    for code, korean, english, x, *_terms in SHARED:
        width = 7 if code == "KITCHEN" else 5 if code.startswith("SLEEP") else 3
        found.append(Space(code, korean, english, SpaceKind.SHARED, 1, x, 0, width + 1, 6, 1, code))
    return found


def build(cast: Cast, now: datetime) -> None:
    """The house, a call for tenants that is open with bids, and tenants whose months went by."""
    keeper, draws = cast.actor("manager"), random.Random(draw.SEED + 5)
    at = _morning(now, -BEGUN)
    for code, korean, english, _x, longest, night, gap in SHARED:
        terms = Terms(opens=0, closes=1440, weekdays=127, after=gap, longest=longest, each_night=night, ahead_days=14)
        facilities.add(by=keeper, now=at, generated=True, given=Particulars(
            code=code, name_ko=korean, name_en=english, kind=FacilityKind.ROOM, place_ko="창업캠프 1층",
            place_en="Start-up camp, floor 1", terms=terms))  # fmt: skip
    house.bring_in(by=keeper, now=at, listed=spaces(), generated=True)
    actions.write_text(by=keeper, now=at, text_ko=TEXT[0], text_en=TEXT[1])
    owners = _owners()
    free = list(CampSpace.objects.filter(kind__in=("room", "seat")).order_by("code"))
    draws.shuffle(free)
    for place, (owner, organisation) in enumerate(owners[:TENANTS]):
        _tenant(keeper, owner, organisation, free.pop(), place, draws, now)
    _living(cast, now, draws)
    _call(cast, owners[TENANTS : TENANTS + BIDDERS], free, now)


def _morning(now: datetime, days: int) -> datetime:
    local = now.astimezone(settings.MADANG_ZONE) + timedelta(days=days)
    return local.replace(hour=9, minute=0, second=0, microsecond=0)


def _owners() -> list[tuple[Actor, int]]:
    """Companies with an owner, those of the trial call first, so that the log-ins that are printed see a tenancy."""
    rows = Membership.objects.filter(organisation__kind="company", role=MemberRole.OWNER, left_at__isnull=True)
    found: dict[int, int] = {}
    for person, organisation in rows.order_by("-organisation", "pk").values_list("person", "organisation"):
        found.setdefault(organisation, person)
    return [(rounds.actor(person), organisation) for organisation, person in found.items()]


def _tenant(
    keeper: Actor, owner: Actor, organisation: int, space: CampSpace, place: int, draws: random.Random, now: datetime
) -> None:
    """Offered and signed within days, begun, with a resident, and the months since reported; the last three wait."""
    at = _morning(now, -draws.randint(60, BEGUN - 20) if place < TENANTS - 2 else -3)
    starts_on = (at + timedelta(days=3)).date()
    days = {"starts_on": starts_on, "ends_on": starts_on + timedelta(days=365)}
    days["ceiling_on"] = starts_on + timedelta(days=1095)
    row = actions.offer(by=keeper, now=at, organisation=organisation, spaces=[space.pk], generated=True,
                        reason="시연용 모집에서 선정", **days)  # fmt: skip
    if place >= TENANTS - 1:
        return
    actions.sign(by=owner, now=at + timedelta(days=1), tenancy=row.pk, text_version=1)
    actions.move_on(now=at + timedelta(days=3), tenancy=row.pk)
    hours = Hours() if place % 3 else Hours(8 * 60, 22 * 60, 0b0111111)
    living.let_in(by=owner, now=at + timedelta(days=3), tenancy=row.pk, person=owner.person or 0, hours=hours)
    reporting.owe(now=now, tenancy=row.pk)
    staff, revenue = draws.randint(2, 12), draws.randint(0, 40) * 1_000_000
    duties = MonthDuty.objects.filter(tenancy=row).order_by("month")
    for month in duties.values_list("month", flat=True)[: 12 if place % 8 else 2]:
        staff = max(1, staff + draws.choice([-1, 0, 0, 1]))
        invested = draws.choice([0] * 11 + [200_000_000])
        figures = MonthFigures(staff, revenue + draws.randint(0, 9) * 1_000_000, invested, draws.choice([0] * 7 + [1]))
        reporting.hand_in(by=owner, now=now, tenancy=row.pk, month=month, figures=figures, version=0)


def _living(cast: Cast, now: datetime, draws: random.Random) -> None:
    """Requests at every state, an extension that waits, a visitor, somebody who left, and notices."""
    keeper = cast.actor("screening")
    today = now.astimezone(settings.MADANG_ZONE).date()
    rows = list(Tenancy.objects.filter(state="running").order_by("pk"))
    owners = {organisation: owner for owner, organisation in _owners()}
    ways = [(), (UpkeepState.SEEN,), (UpkeepState.SEEN, UpkeepState.WORKING), (UpkeepState.WORKING, UpkeepState.DONE)]
    for place, way in enumerate(ways):
        what, words = REPAIRS[place]
        owner = owners[rows[place].organisation_id]
        asked = upkeep.ask(by=owner, now=now - timedelta(days=4), tenancy=rows[place].pk, what=what, words=words)
        for version, state in enumerate(way, start=1):
            said = "담당자가 확인하고 처리했습니다." if state is UpkeepState.DONE else ""
            at = now - timedelta(days=3)
            upkeep.move(by=keeper, now=at, request=asked.pk, version=version, to=state, words=said)
    first = rows[0]
    actions.ask_extension(by=owners[first.organisation_id], now=now, tenancy=first.pk, why="과제 기간이 남아 있습니다.",
                          ends_on=first.ends_on + timedelta(days=180))  # fmt: skip
    living.announce(by=owners[first.organisation_id], now=now, tenancy=first.pk, name="시연 방문자", on=today)
    left = rows[-2]
    actions.end(by=cast.actor("manager"), now=now, tenancy=left.pk, ends_on=today, reason="시연용 조기 퇴거")
    actions.enter_item(by=keeper, now=now, tenancy=left.pk, what="출입 열쇠", condition=Condition.GOOD)
    actions.enter_item(by=keeper, now=now, tenancy=left.pk, what="책상", condition=Condition.WORN, owed_won=30_000)
    texts = [
        ("승강기 점검", "Lift inspection", "오전 10시부터 12시까지 승강기를 쓸 수 없습니다.", "The lift is out of use from 10 to 12."),
        ("샤워실 청소 시간 안내", "Cleaning of the showers", "이용 뒤 15분은 청소 시간입니다.", "Quarter hours after use are for cleaning."),
    ]  # fmt: skip
    for title_ko, title_en, text_ko, text_en in texts:
        given = NoticeText(title_ko, title_en, text_ko, text_en, today, today + timedelta(days=draws.randint(5, 20)))
        house.put_up(by=keeper, now=now, given=given)


def _call(cast: Cast, bidders: list[tuple[Actor, int]], free: list[CampSpace], now: datetime) -> None:
    """One call that was judged and finished, and one that takes bids."""
    manager, officer = cast.actor("manager"), cast.actor("screening")
    for code, opens, closes in (("camp-1", -40, -20), ("camp-2", -6, 20)):
        text = TenantCallText("창업캠프 입주기업 모집", "Tenants for the start-up camp", "시연용 모집입니다.",
                              "Made up for the demonstration.", _morning(now, opens), _morning(now, closes), 12, 36)  # fmt: skip
        at = _morning(now, opens - 1)
        row = house.draft_call(by=manager, now=at, code=code, given=text, spaces=[space.pk for space in free])
        house.publish_call(by=manager, now=at, call=row.pk)
    judged = TenantCall.objects.get(code="camp-1")
    for place, (owner, organisation) in enumerate(bidders):
        given = {"organisation": organisation, "people": 2 + place, "text": "시연용으로 만든 입주신청입니다."}
        bid = house.hand_in(by=owner, now=_morning(now, -30), call=judged.pk, **given)
        for by, points in ((manager, 70 + 5 * place), (officer, 68 + 6 * place)):
            house.give_points(
                by=by, now=_morning(now, -15), bid=bid.pk, points=points, reason="사업계획과 인원이 뚜렷함"
            )
        at = _morning(now, -10)
        if place == len(bidders) - 1:
            actions.select(by=manager, now=at, bid=bid.pk, spaces=[free[0].pk], starts_on=now.date(), reason="최고점")
        else:
            state = BidState.RESERVE if place else BidState.NOT_SELECTED
            house.decide(by=manager, now=at, bid=bid.pk, state=state, reason="점수 순위에 따름")
    house.finish_call(by=manager, now=_morning(now, -9), call=judged.pk)
    owner, organisation = bidders[0]
    house.hand_in(by=owner, now=now - timedelta(days=1), call=TenantCall.objects.get(code="camp-2").pk,
                  organisation=organisation, people=3, text="시연용으로 만든 입주신청입니다.")  # fmt: skip
