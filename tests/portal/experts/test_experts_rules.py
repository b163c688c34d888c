"""A file of experts: what its rows say, and which of them are people who are here already, or perhaps are."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.experts.roster import read
from madang.portal.experts.rules import LONG_AGO, Known, Listed, Post, Verdict, judged
from madang.portal.files.tables import rows_of_text

REGIONS = {"광주광역시": "29", "광주": "29", "Gwangju": "29"}
HEAD = "성명,전자우편,전문분야,언어,지역,최대 평가 건수,다른 이름 표기,소속,사업자등록번호,재직 시작일,재직 종료일"


def rows(*lines, head=HEAD):
    return read(rows_of_text("\n".join([head, *lines]).encode()), REGIONS)


def test_a_row_is_read_with_everything_it_says():
    found = rows("김 하늘,Kim@Test.Example,의료; 제조,한국어;en,광주,12,Kim Haneul,가나대학교,123-45-67891,2020.3.1,")
    assert found.faults == ()
    (one,) = found.experts
    assert (one.place, one.name, one.email) == (2, "김 하늘", "kim@test.example")
    assert (one.fields, one.languages, one.region, one.load_limit) == (("의료", "제조"), ("en", "ko"), "29", 12)
    assert one.other_names == ("Kim Haneul",)
    assert one.posts == (Post("가나대학교", "1234567891", date(2020, 3, 1)),)


def test_several_rows_with_one_address_are_one_expert_with_several_posts():
    found = rows("김하늘,k@t.example,의료,,,,,가대학,,,", "", "김하늘,k@t.example,,,,,,나연구소,,2019-01-01,2023-01-01")
    (one,) = found.experts
    assert [post.name for post in one.posts] == ["가대학", "나연구소"]
    assert one.posts[0].since == LONG_AGO
    assert one.fields == ("의료",)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("김하늘,none,,,,,,,,,", "expert_email_unreadable"),
        (",k@t.example,,,,,,,,,", "expert_name_unusable"),
        (f"김하늘,k@t.example,{'가' * 31},,,,,,,,", "expert_fields_too_long"),
        ("김하늘,k@t.example,,라틴어,,,,,,,", "expert_language_unknown"),
        ("김하늘,k@t.example,,,달,,,,,,", "expert_region_unknown"),
        ("김하늘,k@t.example,,,,0,,,,,", "expert_limit_unusable"),
        ("김하늘,k@t.example,,,,1.5,,,,,", "expert_limit_unusable"),
        ("김하늘,k@t.example,,,,,,,123-45-67891,,", "expert_post_without_name"),
        ("김하늘,k@t.example,,,,,,가대학,123-45-67890,,", "expert_number_wrong"),
        ("김하늘,k@t.example,,,,,,가대학,,봄,", "expert_day_unreadable"),
        ("김하늘,k@t.example,,,,,,가대학,,2024-02-30,", "expert_day_unreadable"),
        ("김하늘,k@t.example,,,,,,가대학,,2024-01-01,2024-01-01", "expert_post_ends_early"),
        ("박바다,k@t.example,,,,,,,,,", "expert_rows_differ"),
        ("김하늘,k@t.example,제조,,,,,,,,", "expert_rows_differ"),
        ("김하늘,k@t.example,,,,7,,,,,", "expert_rows_differ"),
    ],
)
def test_a_wrong_row_is_named_and_the_others_are_read(line, code):
    found = rows("김하늘,k@t.example,의료,,,3,,,,,", line, "이강,lee@t.example,,,,,,,,,")
    assert [(fault.place, fault.code) for fault in found.faults] == [(3, code)]
    assert [one.name for one in found.experts] == ["김하늘", "이강"]


def test_headings_stand_in_either_language_and_not_always_first():
    text = "Pool of experts\n\nName,E-mail,Works at\nKim,k@t.example,Univ\n"
    (one,) = read(rows_of_text(text.encode()), REGIONS).experts
    assert (one.place, one.posts[0].name) == (4, "Univ")
    with pytest.raises(Refused, match="experts_heading_missing"):
        rows("a,b", head="a,b")


def listed(place, name, email, **more):
    return Listed(place, name, email, **more)


POOL = Known(7, "김하늘", frozenset({"k@t.example"}), expert=3, fields=("의료",), load_limit=40)


def verdicts(*listed_rows, known=(POOL,), **decided):
    return [one.verdict for one in judged(listed_rows, known, {int(k[1:]): v for k, v in decided.items()})]


def test_the_same_address_and_name_is_the_same_person_in_any_spelling():
    assert verdicts(listed(2, "김 하늘", "k@t.example")) == ["changed"]  # a spelling that is not here yet
    assert verdicts(listed(2, "김하늘", "k@t.example")) == ["unchanged"]
    assert verdicts(listed(2, "김하늘", "k@t.example", fields=("제조",))) == ["changed"]
    assert verdicts(listed(2, "김하늘", "k@t.example", posts=(Post("가", "", LONG_AGO),))) == ["changed"]


def test_one_expert_in_two_spellings_waits_for_a_person():
    row = listed(2, "하늘 김", "other@t.example")
    assert verdicts(row) == ["possible"]
    assert verdicts(row, r2="7") == ["changed"]
    assert verdicts(row, r2="another") == ["new"]
    assert verdicts(row, r2="skip") == ["skipped"]
    with pytest.raises(Refused, match="expert_decision_unknown"):
        verdicts(row, r2="8")


def test_an_address_under_another_name_waits_for_a_person_and_is_never_a_second_account():
    row = listed(2, "박바다", "k@t.example")
    assert verdicts(row) == ["possible"]
    assert verdicts(row, r2="7") == ["changed"]
    with pytest.raises(Refused, match="expert_decision_unknown"):
        verdicts(row, r2="another")


def test_two_rows_of_a_file_under_one_name_wait_for_a_person():
    two = (listed(2, "이강", "a@t.example"), listed(3, "이 강", "b@t.example"))
    assert verdicts(*two) == ["new", "possible"]
    assert verdicts(*two, r3="another") == ["new", "new"]


def test_staff_are_never_taken_in():
    staff = Known(9, "이강", frozenset({"a@t.example"}), staff=True)
    assert verdicts(listed(2, "이강", "a@t.example"), known=(staff,)) == ["staff"]


@given(st.permutations([("김하늘", "k@t.example"), ("이강", "a@t.example"), ("박바다", "b@t.example")]))
def test_the_order_of_a_file_does_not_matter(order):
    found = judged([listed(place, *who) for place, who in enumerate(order, start=2)], [POOL], {})
    assert {one.row.email: one.verdict for one in found} == {
        "k@t.example": Verdict.UNCHANGED,
        "a@t.example": Verdict.NEW,
        "b@t.example": Verdict.NEW,
    }
