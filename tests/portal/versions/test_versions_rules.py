"""What changed between two versions, worked out as values."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from madang.portal.versions.rules import Fate, changes, compared

TEXTS = st.text(st.sampled_from("가나 ab\n."), max_size=60)


def without(pieces, fate):
    return "".join(piece.text for piece in pieces if piece.fate != fate)


@given(TEXTS, TEXTS)
def test_the_pieces_make_both_texts_again(old, new):
    pieces = compared(old, new)
    assert without(pieces, Fate.NEW) == old
    assert without(pieces, Fate.GONE) == new
    assert all(one.fate != other.fate for one, other in pairwise(pieces))


@given(TEXTS)
def test_what_is_the_same_is_all_of_one_piece(text):
    assert [piece.fate for piece in compared(text, text)] == [Fate.SAME] * bool(text)


def test_a_word_is_found_within_its_sentence():
    pieces = compared("서버 4대를 신청합니다.\n끝.", "서버 8대를 신청합니다.\n끝.")
    assert pieces == [
        (Fate.SAME, "서버 "),
        (Fate.GONE, "4대를"),
        (Fate.NEW, "8대를"),
        (Fate.SAME, " 신청합니다.\n끝."),
    ]


def test_long_texts_that_share_nothing_are_compared_at_once():
    start = time.process_time()
    pieces = compared("가 나 " * 5000, "다 라 " * 5000)
    assert [piece.fate for piece in pieces] == [Fate.GONE, Fate.NEW]
    assert time.process_time() - start < 1


def ask(product, quantity):
    return {"product": product, "quantity": quantity, "least": 1, "first_month": "2026-05", "months": 3}


def file(name, sha256="a"):
    return {"name": name, "sha256": sha256, "size": 1}


def test_asks_and_files_come_in_pairs_and_only_where_they_differ():
    old = {"asks": [ask("a", 1), ask("b", 1)], "files": [file("x"), file("y"), file("y", "b")]}
    new = {"asks": [ask("a", 2), ask("b", 1), ask("c", 1)], "files": [file("y"), file("y", "c")]}
    found = changes(old, new)
    assert found.asks == [(ask("a", 1), ask("a", 2)), (None, ask("c", 1))]
    assert found.files == [(file("x"), None), (file("y", "b"), file("y", "c"))]
    assert found.texts == {}
    assert found.any


def test_a_consent_given_again_is_no_change():
    old = {"title": "T", "sections": {"why": "x"}, "consents": [{"code": "privacy", "accepted_at": "1"}]}
    new = {"title": "T", "sections": {"why": "x"}, "consents": [{"code": "privacy", "accepted_at": "2"}]}
    assert not changes(old, new).any
    assert changes(old, {**new, "consents": []}).consents == [(Fate.GONE, "privacy")]


def test_a_content_that_was_emptied_is_compared_as_empty():
    assert list(changes({"title": "T", "sections": {"why": "x"}}, {"title": "T"}).texts) == ["why"]
