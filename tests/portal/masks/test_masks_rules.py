"""Names of applicants are covered wherever they stand as words, and other words stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.portal.masks.rules import BAR, OPEN, mask

MASK = mask(
    organisations=["주식회사 한빛소프트", "Hanbit Soft Co., Ltd.", "누리", ""],
    people=["김민준", "Lee Seo-yeon"],
    literally=["123-45-67891", "kim@hanbit.kr"],
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("주식회사 한빛소프트는 개발한다", f"{BAR}는 개발한다"),
        ("(주)한빛소프트의 모형", f"{BAR}의 모형"),
        ("한빛 소프트웨어연구팀", f"{BAR}웨어연구팀"),
        ("HANBIT-SOFT CO., LTD. builds", f"{BAR}. builds"),
        ("the hanbit soft team", f"the {BAR} team"),
        ("Hanbitsofter", "Hanbitsofter"),
        ("누리의 계획", f"{BAR}의 계획"),
        ("누리호 발사, 온누리", "누리호 발사, 온누리"),
        ("책임자 김 민준 박사", f"책임자 {BAR} 박사"),
        ("Seo-yeon Lee and LEE SEOYEON", f"{BAR} and {BAR}"),
        ("No. 123-45-67891, kim@hanbit.kr", f"No. {BAR}, {BAR}"),
        ("Hanbit soft모형", f"{BAR}모형"),
        ("nothing of the kind", "nothing of the kind"),
    ],
)
def test_names_are_covered_as_words(written, shown):
    assert MASK.text(written) == shown


def test_values_are_covered_within_and_an_open_mask_changes_nothing():
    assert MASK.value({"why": ["한빛소프트", 3, None]}) == {"why": [BAR, 3, None]}
    assert OPEN.value({"why": "한빛소프트"}) == {"why": "한빛소프트"}
    assert mask(organisations=["", "A", "--"]).text("A plan") == "A plan"


names = st.text(st.sampled_from("abcdef 가나다라마한 -(.*+&[\\"), min_size=2, max_size=12).filter(
    lambda name: name.strip()
)


@given(names, st.sampled_from(["", " ", ", ", "("]))
def test_no_name_as_it_is_registered_survives_as_a_word(name, around):
    shown = mask(organisations=[name]).text(f"x{around or ' '}{name.strip()}{around or '.'}")
    assert sum(letter.isalnum() for letter in name) < 2 or name.strip() not in shown
