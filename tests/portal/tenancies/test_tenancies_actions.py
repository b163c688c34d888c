"""A tenancy from a bid to check-out, and what nobody can do: two tenants in one room, beyond the ceiling."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from factories import NOW, actor, make_member
from portal.access_camp import DAY, TODAY
from portal.races import at_once, errors
from portal.tenancies.april import camp

from madang.errors import Refused, Stale
from madang.portal.camp import actions as house
from madang.portal.camp import queries as house_queries
from madang.portal.camp.models import CampSpace, TenantBid
from madang.portal.camp.rules import BidState
from madang.portal.holdings import actions as holdings
from madang.portal.outbox.models import Message
from madang.portal.tenancies import actions, chores, figures, living, looking, queries, reporting, upkeep
from madang.portal.tenancies.models import (
    LetDay,
    MonthDuty,
    MonthReport,
    Resident,
    Tenancy,
    TenancyExtension,
    UpkeepRequest,
    Visitor,
)
from madang.portal.tenancies.rules import Condition, Hours, MonthFigures, UpkeepState

pytestmark = pytest.mark.django_db
FIGURES = MonthFigures(5, 1_000_000, 0, 1)


def refused(act) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def row(found, name="tenancy") -> Tenancy:
    return Tenancy.objects.get(pk=found.places[name]["pk"])


def test_from_a_bid_to_check_out():
    found = camp()
    manager, owner = {"by": found.by("manager"), "now": NOW}, {"by": found.by("owner"), "now": NOW}
    bid, room = TenantBid.objects.get(), CampSpace.objects.get(code="R3")
    house.give_points(**manager, bid=bid.pk, points=80, reason="Clear plan")
    house.give_points(by=found.by("officer"), now=NOW, bid=bid.pk, points=91, reason="Good team")
    (judged,) = house_queries.judged(bid.call_id)
    assert (judged[1].mean_milli, judged[1].rank, judged[1].officers) == (85_500, 1, 2)
    house.decide(**manager, bid=bid.pk, state=BidState.RESERVE, reason="One room only")
    made = actions.select(**manager, bid=bid.pk, spaces=[room.pk], starts_on=TODAY, reason="Room is free")
    assert (made.ends_on, made.ceiling_on) == (date(2027, 4, 1), date(2028, 4, 1))
    house.finish_call(**manager, call=bid.call_id)
    assert refused(lambda: actions.sign(**owner, tenancy=made.pk, text_version=2)) == "tenancy_text_other"
    actions.sign(**owner, tenancy=made.pk, text_version=1)
    chores.move_on(NOW)
    actions.end(**owner, tenancy=made.pk, ends_on=date(2026, 5, 1), reason="Grown out of it")
    assert LetDay.objects.filter(tenancy=made).count() == 30
    later = NOW + timedelta(days=30)
    chores.move_on(later)
    assert refused(lambda: actions.check_out(by=found.by("officer"), now=later, tenancy=made.pk)) == "check_out_empty"
    for what, condition, owed in (("Key", Condition.GOOD, 0), ("Desk", Condition.DAMAGED, 50_000)):
        given = {"tenancy": made.pk, "what": what, "condition": condition, "owed_won": owed}
        actions.enter_item(by=found.by("officer"), now=later, **given)
    assert actions.check_out(by=found.by("officer"), now=later, tenancy=made.pk) == 50_000
    done = Tenancy.objects.get(pk=made.pk)
    assert (done.state, done.owed_won) == ("checked_out", 50_000)
    codes = Message.objects.filter(link=f"/camp/tenancies/{made.pk}/").order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["tenancy_offered", "tenancy_ends", "tenancy_ended", "tenancy_checked_out"]


def test_nobody_gets_days_that_another_holds_and_they_come_back():
    found = camp()
    manager = {"by": found.by("manager"), "now": NOW}
    taken = CampSpace.objects.get(code="R1")
    other = next(iter(actor(found.people["stranger"]).memberships))
    wish = {"organisation": other, "spaces": [taken.pk], "reason": "x", "ceiling_on": date(2029, 1, 1)}

    def act(start, end):
        return actions.offer(**manager, starts_on=start, ends_on=end, **wish)

    assert refused(lambda: act(date(2027, 1, 14), date(2027, 3, 1))) == "space_taken"
    made = act(date(2027, 1, 15), date(2027, 3, 1))
    assert Tenancy.objects.filter(organisation=other).count() == 1
    # the extension that waits wants a day of it
    asked = TenancyExtension.objects.get()

    def decide():
        actions.decide_extension(**manager, extension=asked.pk, approve=True)

    assert refused(decide) == "space_taken"
    assert row(found).ends_on == date(2027, 1, 15)
    actions.decline(by=found.by("stranger"), now=NOW, tenancy=made.pk)
    decide()
    assert row(found).ends_on == date(2027, 2, 1)
    assert refused(decide) == "extension_decided"
    beyond = {"tenancy": row(found).pk, "ends_on": date(2028, 1, 16), "why": "x"}
    assert refused(lambda: actions.ask_extension(by=found.by("owner"), now=NOW, **beyond)) == "tenancy_past_ceiling"
    actions.drop(**manager, tenancy=found.places["tenancy-offered"]["pk"], reason="Mistake")
    assert house_queries.free_on(TODAY).filter(code="R2").exists()


def test_an_offer_lapses_and_an_end_ends_residence_and_extension():
    found = camp()
    chores.move_on(NOW + 20 * DAY)
    assert row(found, "tenancy-offered").state == "lapsed"
    actions.end(by=found.by("manager"), now=NOW, tenancy=row(found).pk, ends_on=TODAY, reason="Not paid")
    assert row(found).state == "ended"
    assert TenancyExtension.objects.get().state == "dropped"
    assert Resident.objects.get().until_on == TODAY
    assert not looking.may_come_in(found.by("officer"), TODAY).exists()
    with pytest.raises(Stale):
        actions.move_on(now=NOW, tenancy=row(found).pk)


def test_who_comes_in():
    found = camp()
    owner, officer, tenancy = found.by("owner"), found.by("officer"), row(found)
    member = found.people["member"]

    def let(person, hours=None):
        given = {"tenancy": tenancy.pk, "person": person, "hours": hours or Hours()}
        return living.let_in(by=owner, now=NOW, **given)

    assert refused(lambda: let(found.people["stranger"].pk)) == "resident_no_member"
    made = let(member.pk, Hours(540, 1080, 0b11111))
    assert refused(lambda: let(member.pk)) == "resident_twice"
    assert refused(lambda: let(make_member(found.a).pk)) == "residents_too_many"
    assert [one.person.name for one in looking.may_come_in(officer, TODAY)]
    assert looking.lives_there(member.pk, found.a.pk, TODAY)
    living.move_out(by=officer, now=NOW, resident=made.pk)
    assert not looking.lives_there(member.pk, found.a.pk, TODAY)
    guest = {"tenancy": tenancy.pk, "name": "Lee", "on": TODAY}
    assert refused(lambda: living.announce(by=found.by("member"), now=NOW, **guest)) == "visit_by_residents_only"
    visit = living.announce(by=owner, now=NOW, **guest)
    living.note_came(by=officer, now=NOW, visitor=visit.pk)
    with pytest.raises(Stale):
        living.note_came(by=officer, now=NOW, visitor=visit.pk)
    assert not queries.tenancies(found.by("stranger")).exists()


def test_months_are_owed_told_reported_and_corrected():
    found = camp()
    assert list(MonthDuty.objects.order_by("month").values_list("month", flat=True)) == [
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    chores.owe(NOW)
    assert MonthDuty.objects.count() == 3
    assert [chores.remind(NOW), chores.remind(NOW), chores.remind(NOW + 10 * DAY)] == [3, 0, 1]
    codes = Message.objects.filter(code__startswith="month_report").order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["month_report_late", "month_report_late", "month_report_due", "month_report_late"]
    given = {"by": found.by("member"), "now": NOW, "tenancy": row(found).pk, "month": "2026-03", "figures": FIGURES}
    reporting.hand_in(**given, version=0)
    with pytest.raises(Stale):
        reporting.hand_in(**given, version=0)
    assert refused(lambda: reporting.hand_in(**given, version=1)) == "camp_reason_needed"
    reporting.hand_in(**(given | {"figures": MonthFigures(6, 0, 0, 0)}), version=1, why="One more")
    assert [one.staff for one in looking.reported([found.a.pk])] == [6]
    assert MonthReport.objects.count() == 2
    assert refused(lambda: reporting.hand_in(**(given | {"month": "2026-04"}), version=0)) == "month_not_owed"


def test_a_request_goes_to_its_end_and_back():
    found = camp()
    request = UpkeepRequest.objects.get()

    def move(who, to, words=""):
        version = UpkeepRequest.objects.get().version
        upkeep.move(by=found.by(who), now=NOW, request=request.pk, version=version, to=to, words=words)

    for who in ("stranger", "operator", "auditor"):
        assert refused(lambda who=who: move(who, UpkeepState.SEEN)) == "not_allowed_for_role"
    assert refused(lambda: move("owner", UpkeepState.DONE, "x")) == "request_move_wrong"
    for who, to, words in (
        ("officer", UpkeepState.SEEN, ""),
        ("manager", UpkeepState.WORKING, "Part ordered"),
        ("officer", UpkeepState.DONE, "New lamp"),
        ("member", UpkeepState.REOPENED, "Still dark"),
        ("officer", UpkeepState.DONE, "Wire mended"),
        ("owner", UpkeepState.CONFIRMED, ""),
    ):
        move(who, to, words)
    assert [step.state for step in looking.steps(request.pk)][-1] == "confirmed"
    assert Message.objects.filter(code="upkeep_done").count() == 2
    assert refused(lambda: move("officer", UpkeepState.SEEN)) == "request_move_wrong"


def test_what_is_due_is_destroyed_and_the_rest_stays():
    found = camp()
    actions.end(by=found.by("manager"), now=NOW, tenancy=row(found).pk, ends_on=TODAY, reason="x")
    house.withdraw(by=found.by("owner"), now=NOW, bid=TenantBid.objects.get().pk)
    request = UpkeepRequest.objects.get()
    upkeep.move(by=found.by("owner"), now=NOW, request=request.pk, version=1, to=UpkeepState.WITHDRAWN)
    before, after = NOW - DAY, NOW + DAY
    for kind in ("visitor", "resident", "tenant_bid", "upkeep"):
        first = {"tenant_bid": NOW - 12 * DAY}.get(kind, before)
        assert holdings.destroy(now=after, kind=kind, before=first) == 0, kind
        assert holdings.destroy(now=after, kind=kind, before=after + DAY) == 1, kind
    assert not Visitor.objects.exists() and not Resident.objects.exists()
    assert (TenantBid.objects.get().text, UpkeepRequest.objects.get().what) == ("", "")


def test_the_months_of_the_camp_in_figures(settings):
    found = camp()
    rows = figures.by_month(NOW, [])
    assert [(one["month"], one["camp_tenants"], one["camp_let"], one["camp_residents"]) for one in rows] == [
        ("2026-01", 1, 1, None), ("2026-02", 1, 1, None), ("2026-03", 1, 1, None)
    ]  # fmt: skip
    settings.MADANG_SMALL_CELL = 1
    known = [rows[0] | {"camp_spaces": 99}]
    again = figures.by_month(NOW, known)
    assert [one["camp_spaces"] for one in again] == [99, 4, 4]
    assert [one["camp_residents"] for one in again[1:]] == [1, 1]
    assert found.a.pk


@pytest.mark.django_db(transaction=True)
def test_two_offers_of_one_room_at_the_same_moment():
    found = camp()
    room = CampSpace.objects.get(code="R0").pk
    other = next(iter(found.by("stranger").memberships))
    given = {"now": NOW, "spaces": [room], "starts_on": TODAY, "ends_on": date(2026, 5, 1), "reason": "x",
             "ceiling_on": date(2026, 9, 1)}  # fmt: skip
    by = found.by("manager")
    answers = at_once(*(lambda place=place: actions.offer(by=by, organisation=place, **given)
                        for place in (found.a.pk, other)))  # fmt: skip
    (lost,) = errors(answers)
    assert not isinstance(lost, Refused) or lost.code == "space_taken"
    assert Tenancy.objects.filter(spaces__space=room).count() == 1
    assert LetDay.objects.filter(space=room).count() == 30
