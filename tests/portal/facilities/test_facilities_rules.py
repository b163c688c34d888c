"""What a facility may be, and how a sheet of facilities is read: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.facilities import rules, sheet
from madang.portal.facilities.rules import Accessory, FacilityKind, Particulars, SlotGrain, Terms

CAR = Particulars("car-1", "자율주행차", "Self-driving car")
WORDS = sheet.Words(
    {name: name for name in ("code", "name_ko", "name_en", *rules.TEXT_LIMITS, *rules.NUMBER_LIMITS, "kind", "field",
                             "grain", "safety", "responsible", "needs_approval", "calibrated_until", "accessories",
                             "product")}
    | {"구분": "kind"},
    {"kind": {"equipment": "equipment", "room": "room", "실증장비": "equipment"}, "field": {"energy": "energy"},
     "grain": {"day": "day", "quarter": "quarter"}, "safety": {"open": "open"},
     "needs_approval": {"yes": "yes", "no": "no"}},
)  # fmt: skip
HEAD = ["code", "name_ko", "name_en", "구분"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "a b"}, "facility_code_malformed"),
        ({"code": "x" * 31}, "facility_code_malformed"),
        ({"name_en": " "}, "facility_name_needed"),
        ({"maker": "x" * 81}, "facility_text_too_long"),
        ({"terms": Terms(longest=0)}, "facility_number_out_of_range"),
        ({"terms": Terms(opens=600, closes=600)}, "facility_hours_wrong"),
        ({"terms": Terms(opens=605)}, "facility_hours_wrong"),
        ({"terms": Terms(weekdays=0)}, "facility_number_out_of_range"),
        ({"accessories": (Accessory("a", "", 1), Accessory("a", "b", 2))}, "accessory_wrong"),
    ],
)
def test_what_cannot_be_is_refused(changed, code):
    rules.check(CAR)
    with pytest.raises(Refused, match=code):
        rules.check(replace(CAR, **changed))


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20)


@given(
    st.lists(st.builds(Accessory, names, names, st.integers(1, 9999)), max_size=5, unique_by=lambda one: one.name_ko)
)
def test_accessories_come_back_as_they_were_written(listed):
    same = tuple(replace(one, name_ko=rules.unicodedata.normalize("NFC", one.name_ko),
                         name_en=rules.unicodedata.normalize("NFC", one.name_en)) for one in listed)  # fmt: skip
    for between in ("\n", "; "):
        assert rules.accessories_of(rules.accessories_text(same, between)) == same


@pytest.mark.parametrize("text", ["cable", "cable | 0", "cable | x", "a | b | c | 3", "a|1\na|2"])
def test_an_accessory_that_cannot_be_read_is_refused(text):
    with pytest.raises(Refused, match="accessory_wrong"):
        rules.accessories_of(text)


@given(st.integers(0, 1440))
def test_times_of_day_come_back(minutes):
    assert rules.minutes_of(rules.clock(minutes)) == minutes


@pytest.mark.parametrize("text", ["24:15", "9", "09:60", "", "-1:00"])
def test_what_is_no_time_of_day(text):
    with pytest.raises(ValueError, match="no time of day"):
        rules.minutes_of(text)


def test_weekdays_come_back():
    assert rules.days_of(rules.weekdays_of([0, 4, 4])) == [0, 4]


# --- sheets ---


def test_a_sheet_is_read_by_headings_and_words_of_either_language():
    rows = [[*HEAD, "grain", "calibrated_until", "accessories", "weekdays"],
            ["car-1", "차", "Car", "실증장비", "day", "2026-12-31", "케이블 | 2", "1 2, 7"], ["", "", "", ""],
            ["hall", "홀", "Hall", "ROOM"]]  # fmt: skip
    found = sheet.read(rows, WORDS, {})
    assert not found.faults and [place for place, _ in found.listed] == [2, 4]
    car, hall = (one for _, one in found.listed)
    assert (car.kind, car.terms.grain, car.terms.longest) == (FacilityKind.EQUIPMENT, SlotGrain.DAY, 30)
    assert car.terms.calibrated_until == date(2026, 12, 31) and car.accessories == (Accessory("케이블", "", 2),)
    assert rules.days_of(car.terms.weekdays) == [0, 1, 6]
    assert hall.terms == Terms()


def test_a_column_that_is_not_there_leaves_what_is_known():
    known = replace(CAR, maker="Hyundai", terms=Terms(notice_hours=24))
    ((_, one),) = sheet.read([HEAD, ["car-1", "새 이름", "Car", "room"]], WORDS, {"car-1": known}).listed
    assert one == replace(known, name_ko="새 이름", name_en="Car", kind=FacilityKind.ROOM)


def test_fees_stay_unless_a_sheet_has_their_column():
    assert not sheet.read([HEAD, ["a", "o", "o", "room"]], WORDS, {}).charged
    rows = [[*HEAD, "product"], ["a", "o", "o", "room", "hall"], ["b", "o", "o", "room", ""]]
    assert sheet.read(rows, WORDS, {}).charged == {"a": "hall", "b": ""}


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("구분", "house", "facility_choice_unknown"),
        ("name_en", "", "facility_name_needed"),
        ("longest", "-1", "facility_number_out_of_range"),
        ("longest", "9999", "facility_number_out_of_range"),
        ("opens", "9h", "facility_hours_wrong"),
        ("weekdays", "8", "facility_number_out_of_range"),
        ("calibrated_until", "soon", "facility_day_unreadable"),
        ("accessories", "cable", "accessory_wrong"),
        ("needs_approval", "perhaps", "facility_choice_unknown"),
    ],
)
def test_a_fault_names_its_row_and_column_and_the_others_are_read(column, cell, code):
    heading = HEAD if column in HEAD else [*HEAD, column]
    bad = dict(zip(HEAD, ["x", "x", "x", "room"], strict=True)) | {column: cell}
    rows = [heading, ["ok", "o", "o", "room", *[""] * (len(heading) - 4)], [bad[name] for name in heading]]
    found = sheet.read(rows, WORDS, {})
    assert [one.code for _, one in found.listed] == ["ok"]
    (fault,) = found.faults
    assert (fault.place, fault.code) == (3, code) and fault.column == ("kind" if column == "구분" else column)


def test_a_code_twice_in_one_sheet_is_a_fault():
    found = sheet.read([HEAD, ["a", "o", "o", "room"], ["a", "o", "o", "room"]], WORDS, {})
    assert [(one.place, one.code) for one in found.faults] == [(3, "facility_code_twice")]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "facilities_heading_missing"),
        ([["code", "name_ko"]], "facilities_heading_missing"),
        ([HEAD], "facilities_none"),
        ([HEAD] * (sheet.ROWS_AT_MOST + 2), "facilities_too_many_rows"),
    ],
)
def test_a_sheet_that_is_none_is_refused(rows, code):
    with pytest.raises(Refused, match=code):
        sheet.read(rows, WORDS, {})
