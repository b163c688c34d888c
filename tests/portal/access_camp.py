"""The part of the centre with one of everything of the start-up camp; its tenant is organisation A."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from factories import NOW, actor

from madang.portal.camp import actions as camp
from madang.portal.camp.rules import NoticeText, Space, SpaceKind, TenantCallText
from madang.portal.files import tables
from madang.portal.tenancies import actions, chores, living, upkeep
from madang.portal.tenancies.models import MonthDuty, Tenancy
from madang.portal.tenancies.rules import Condition, Hours

SHEET = b"code,name_ko,name_en,kind,floor,x,y,width,height\nnew,n,n,seat,9,0,0,2,2\n"
DAY = timedelta(days=1)
TODAY = date(2026, 4, 1)
TEXTS = {"title_ko": "제목", "title_en": "Title", "text_ko": "내용", "text_en": "Text"}


def space(code: str, x: int, kind: SpaceKind = SpaceKind.ROOM, **given: Any) -> Space:
    """A room of 4 by 3 steps on the third floor."""
    values = {"floor": 3, "x": x, "y": 0, "width": 4, "height": 3, "people": 2} | given
    return Space(code, f"{code}호", f"Room {code}", kind, **values)


def call_text(opens: int = -20, closes: int = -10, months: int = 12, ceiling: int = 24) -> TenantCallText:
    """A call for tenants that is open on these days from NOW."""
    return TenantCallText(**TEXTS, opens_at=NOW + opens * DAY, closes_at=NOW + closes * DAY, months=months,
                          ceiling_months=ceiling)  # fmt: skip


def make_camp(world: Any, a: Any) -> None:
    """Four rooms; a draft of a call, a closed one with a bid of A's; a tenancy of A's that runs, one that is offered;
    a resident, a visitor, reports owed, a request, a thing of the check-out, and a notice.
    """
    manager, owner = actor(world.people["manager"]), actor(world.people["owner"])
    by, then = {"by": manager, "now": NOW}, {"by": owner, "now": NOW}
    rooms = [camp.add_space(**by, given=space(f"R{n}", n * 4)) for n in range(4)]
    actions.write_text(**by, text_ko="계약", text_en="Agreement")
    camp.draft_call(**by, code="tenants", given=call_text(), spaces=[rooms[0].pk])
    closed = camp.draft_call(**by, code="closed", given=call_text(), spaces=[rooms[3].pk])
    camp.publish_call(by=manager, now=NOW - 21 * DAY, call=closed.pk)
    bid = camp.hand_in(by=owner, now=NOW - 15 * DAY, call=closed.pk, organisation=a.pk, people=2, text="AI")
    running = _running(a, manager, owner, rooms[1].pk)
    offered = actions.offer(**by, organisation=a.pk, spaces=[rooms[2].pk], starts_on=TODAY, ends_on=date(2026, 9, 1),
                            ceiling_on=date(2027, 9, 1), reason="Selected elsewhere")  # fmt: skip
    asked = upkeep.ask(**then, tenancy=running.pk, what="Lamp", words="Dark", space=rooms[1].pk)
    visitor = living.announce(**then, tenancy=running.pk, name="Visitor", on=TODAY)
    actions.ask_extension(**then, tenancy=running.pk, ends_on=date(2027, 2, 1), why="More time")
    item = actions.enter_item(**by, tenancy=running.pk, what="Key", condition=Condition.GOOD)
    notice = camp.put_up(**by, given=NoticeText(**TEXTS, from_on=TODAY, until_on=TODAY))
    sheet = tables.keep(now=NOW, name="s.csv", chunks=[SHEET])
    chores.owe(NOW)
    for name in ("", "-edit"):
        world.places[f"tenant-call{name}"] = {"code": "tenants" if name else "closed"}
    for name in ("", "-select"):
        world.places[f"tenant-bid{name}"] = {"pk": bid.pk}
    month = MonthDuty.objects.filter(tenancy=running).latest("month").month
    world.places |= {
        "tenant-bid-new": {"code": "closed"},
        "tenant-bid-do": {"pk": bid.pk, "verb": "points"},
        "tenant-call-do": {"code": "tenants", "verb": "publish"},
        "camp-space-edit": {"code": "R0"},
        "camp-spaces-file": {"kind": "csv"},
        "camp-access-file": {"kind": "csv"},
        "camp-spaces-look": {"sha256": sheet.sha256},
        "house-notice-take-down": {"pk": notice.pk},
        "tenancy": {"pk": running.pk},
        "tenancy-do": {"pk": running.pk, "verb": "let-in"},
        "tenancy-part": {"pk": running.pk, "verb": "item-remove", "part": item.pk},
        "month-report": {"pk": running.pk, "month": month},
        "upkeep-new": {"pk": running.pk},
        "upkeep": {"pk": asked.pk},
        "visitor-came": {"pk": visitor.pk},
        "tenancy-offered": {"pk": offered.pk},
        "camp-organisation": {"organisation": a.pk},
    }


def _running(a: Any, manager: Any, owner: Any, room: int) -> Tenancy:
    """Offered, signed and begun in January, with the owner as a resident."""
    begun = NOW - 80 * DAY
    row = actions.offer(by=manager, now=begun, organisation=a.pk, spaces=[room], starts_on=date(2026, 1, 15),
                        ends_on=date(2027, 1, 15), ceiling_on=date(2028, 1, 15), reason="Selected")  # fmt: skip
    actions.sign(by=owner, now=begun, tenancy=row.pk, text_version=1)
    chores.move_on(NOW - 70 * DAY)
    living.let_in(by=owner, now=NOW - 70 * DAY, tenancy=row.pk, person=owner.person, hours=Hours())
    return row


def given_of_camp(places: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What stands in the paths of the operations of the camp."""
    tenancy, offered = {"tenancy": places["tenancy"]["pk"]}, {"tenancy": places["tenancy-offered"]["pk"]}
    bid = {"bid": places["tenant-bid"]["pk"]}
    names = ("get_tenancy", "end_tenancy", "ask_extension", "decide_extension", "add_check_out_item", "add_resident",
             "finish_check_out", "list_residents", "announce_visitor", "list_month_reports", "ask_upkeep")  # fmt: skip
    draft, closed = {"code": "tenants"}, {"code": "closed"}
    return (
        dict.fromkeys(names, tenancy)
        | dict.fromkeys(("sign_tenancy", "decline_tenancy", "drop_tenancy"), offered)
        | dict.fromkeys(("withdraw_bid", "give_bid_points", "decide_bid", "select_bid"), bid)
        | dict.fromkeys(("put_tenant_call", "publish_tenant_call"), draft)
        | dict.fromkeys(("finish_tenant_call", "hand_in_bid"), closed)
        | {
            "put_camp_space": {"code": "R0"},
            "hand_in_month_report": tenancy | {"month": places["month-report"]["month"]},
            "move_upkeep": {"request_id": places["upkeep"]["pk"]},
            "take_down_house_notice": {"notice": places["house-notice-take-down"]["pk"]},
        }
    )


def body_of_camp(world: Any) -> dict[str, dict[str, Any]]:
    """What is sent to them."""
    a = world.places["camp-organisation"]["organisation"]
    rectangle = {"kind": "room", "floor": 3, "x": 0, "y": 0, "width": 4, "height": 3}
    wish = {"spaces": ["R3"], "starts_on": "2026-05-01", "reason": "x"}
    when = {"opens_at": "2026-05-01T00:00:00Z", "closes_at": "2026-05-09T00:00:00Z"}
    days = {"from_on": "2026-04-01", "until_on": "2026-04-02"}
    straight = wish | {"organisation_id": a, "ends_on": "2026-08-01", "ceiling_on": "2027-01-01"}
    return {
        "put_camp_space": {"name_ko": "x", "name_en": "x", "version": 1, **rectangle},
        "put_tenant_call": {**TEXTS, **when, "months": 6, "ceiling_months": 12, "spaces": ["R0"], "version": 1},
        "hand_in_bid": {"organisation_id": a, "people": 2, "text": "x"},
        "give_bid_points": {"points": 80, "reason": "x"},
        "decide_bid": {"state": "reserve", "reason": "x"},
        "select_bid": wish,
        "put_up_house_notice": TEXTS | days,
        "offer_tenancy": straight,
        "sign_tenancy": {"text_version": 1},
        "drop_tenancy": {"reason": "x"},
        "end_tenancy": {"ends_on": "2026-05-01", "reason": "x"},
        "ask_extension": {"ends_on": "2027-02-01", "reason": "x"},
        "decide_extension": {"approve": True},
        "add_check_out_item": {"what": "Desk", "condition": "worn", "owed_won": 1},
        "add_resident": {"person_id": world.people["member"].pk},
        "announce_visitor": {"name": "x", "on": "2026-04-02"},
        "hand_in_month_report": {"staff": 3, "revenue_won": 1, "investment_won": 0, "patents": 0},
        "ask_upkeep": {"what": "x", "words": "x"},
        "move_upkeep": {"to": "seen", "version": 1},
    }
