"""Rectangles of a plan, calls for tenants by the clock, and the ranking of bids; no table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import NOW
from hypothesis import given
from hypothesis import strategies as st
from portal.access_camp import SHEET, TEXTS, call_text, space

from madang.errors import Refused
from madang.portal.camp import plan, rules, sheet
from madang.portal.camp.exports import words
from madang.portal.camp.rules import NoticeText, SpaceKind, TenantCallState
from madang.portal.files.tables import rows_of_text

spots = st.builds(lambda x, y, w, h: space("a", x, y=y, width=w, height=h),
                  st.integers(0, 9), st.integers(0, 9), st.integers(1, 9), st.integers(1, 9))  # fmt: skip


@given(spots, spots)
def test_two_spaces_overlap_where_a_step_is_in_both(one, other):
    def steps(of):
        return {(x, y) for x in range(of.x, of.x + of.width) for y in range(of.y, of.y + of.height)}

    assert rules.overlap(one, other) == bool(steps(one) & steps(other))
    assert not rules.overlap(one, replace(other, floor=4))


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("space_code_malformed", {"code": "a b"}),
        ("space_name_needed", {"name_en": " "}),
        ("space_number_wrong", {"width": 0}),
        ("space_off_the_plan", {"x": 199}),
        ("space_not_shared", {"facility": "shower"}),
    ],
)
def test_a_space_that_cannot_be_drawn(code, changed):
    with pytest.raises(Refused) as refused:
        rules.checked(replace(space("a", 0), **changed))
    assert refused.value.code == code


def test_a_call_for_tenants_goes_by_the_clock():
    opens, closes, day = NOW, NOW + timedelta(days=2), timedelta(days=1)
    states = [rules.call_state(NOW, opens, closes, None, at) for at in (NOW - day, NOW, NOW + day, closes)]
    assert states == [TenantCallState.PLANNED, TenantCallState.OPEN, TenantCallState.OPEN, TenantCallState.JUDGED]
    assert rules.call_state(None, opens, closes, None, NOW) == TenantCallState.DRAFT
    assert rules.call_state(NOW, opens, closes, closes, closes) == TenantCallState.DECIDED
    for wrong in ({"closes": -20}, {"months": 0}, {"months": 25}, {"ceiling": 121}):
        with pytest.raises(Refused):
            rules.checked_call(call_text(**wrong))


@given(st.dictionaries(st.integers(1, 50), st.lists(st.integers(0, 100), max_size=4), max_size=8), st.randoms())
def test_bids_rank_by_their_mean_whatever_the_order(points, shuffled):
    order = list(points)
    shuffled.shuffle(order)
    found = rules.ranking(points)
    assert found == rules.ranking({bid: points[bid] for bid in order})
    without = sum(not given for given in points.values())
    assert all((one.mean_milli is None) == (place >= len(found) - without) for place, one in enumerate(found))
    for one in found:
        better = [other for other in found if (other.mean_milli or -1) > (one.mean_milli or -1)]
        assert one.rank == len(better) + 1 or one.mean_milli in (0, None)


def test_equal_means_share_a_rank():
    found = rules.ranking({1: [80, 81], 2: [90], 3: [], 4: [90]})
    assert [(one.bid, one.mean_milli, one.rank) for one in found] == [
        (2, 90_000, 1), (4, 90_000, 1), (1, 80_500, 3), (3, None, 4)]  # fmt: skip


def test_a_notice_needs_both_languages_and_its_days_in_order():
    good = NoticeText(**TEXTS, from_on=date(2026, 4, 1), until_on=date(2026, 4, 1))
    assert rules.checked_notice(good) == good
    for wrong in ({"text_ko": ""}, {"until_on": date(2026, 3, 31)}):
        with pytest.raises(Refused):
            rules.checked_notice(replace(good, **wrong))


def test_a_sheet_says_what_is_wrong_row_by_row():
    text = SHEET + b"new,n,n,seat,9,5,5,2,2\nover,n,n,seat,9,1,1,2,2\nodd,n,n,tower,9,8,8,1,1\nno,n,n,seat,x,1,1,1,1\n"
    found = sheet.read(rows_of_text(text), words())
    assert [one.code for _place, one in found.listed] == ["new"]
    assert [(fault.place, fault.code) for fault in found.faults] == [
        (3, "space_code_twice"), (4, "space_overlaps"), (5, "space_choice_unknown"), (6, "space_number_wrong")
    ]  # fmt: skip


def test_the_plan_says_what_is_free():
    day = date(2026, 4, 1)

    class Row:
        def __init__(self, pk, kind=SpaceKind.ROOM, state="in_use"):
            self.pk, self.kind, self.state, self.code = pk, kind, state, "SHOWER-1" if pk else "201"
            self.x, self.y, self.width, self.height = pk * 4, 0, 4, 3

    rows = [Row(0), Row(1), Row(2), Row(3, SpaceKind.SHARED), Row(4, state="closed")]
    drawing = plan.drawn(rows, {1: day, 2: date(2026, 6, 1)}, {1: date(2026, 5, 1)}, day)
    assert [(shape.state, shape.until) for shape in drawing.shapes] == [
        ("free", None), ("taken", date(2026, 5, 1)), ("free", date(2026, 6, 1)), ("shared", None), ("closed", None)
    ]  # fmt: skip
    assert drawing.width == 2 * plan.EDGE + 20 * plan.STEP
    # a code that would stand out of its rectangle is squeezed into it
    assert [shape.squeezed for shape in drawing.shapes[:2]] == [None, 4 * plan.STEP - plan.EDGE]
