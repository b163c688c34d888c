"""One bacillus, one detection: who gets it, what is left out, and what the figures make of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smear_reader import measures
from smear_reader.marks import Mark
from smear_reader.matching import Detection, match

BOX = Mark("single", 100, 100, 80, 40)


def test_two_detections_of_one_bacillus_are_a_find_and_a_false_alarm():
    found = match([Detection(140, 120, 0.9), Detection(150, 125, 0.8)], [BOX])
    assert [m.mark for m in found] == [0, None]


def test_the_surest_detection_takes_the_nearest_bacillus():
    other = Mark("cluster", 150, 100, 80, 40)
    found = match([Detection(185, 120, 0.9), Detection(150, 120, 0.5)], [BOX, other])
    assert [m.mark for m in found] == [1, 0]


@pytest.mark.parametrize(("x", "hit"), [(189, True), (191, False)])
def test_a_box_counts_grown_by_a_quarter(x, hit):
    assert (match([Detection(x, 120, 0.9)], [BOX], near=1)[0].mark == 0) is hit


def test_a_hit_beside_a_small_box_counts_within_forty_pixels():
    small = Mark("single", 100, 100, 10, 10)
    assert match([Detection(105, 144, 0.9)], [small])[0].mark == 0
    assert match([Detection(105, 146, 0.9)], [small])[0].mark is None


def test_what_people_could_not_classify_counts_neither_way():
    assert match([Detection(140, 120, 0.9)], [Mark("unclassified", *BOX[1:])]) == []


def test_an_artifact_is_no_bacillus():
    assert match([Detection(140, 120, 0.9)], [Mark("artifact", *BOX[1:])])[0].mark is None


def scored(*fields):
    """Fields as lists of (score, right) with the number of bacilli."""
    return [
        measures.Scored(
            str(n), tuple(measures.Matched(Detection(0, 0, s), 0 if r else None) for s, r in found), bacilli
        )
        for n, (found, bacilli) in enumerate(fields)
    ]


def test_figures_of_a_small_case_by_hand():
    fields = scored(([(0.9, True), (0.8, False), (0.7, True)], 3), ([(0.6, True)], 1))
    assert measures.at(0.75, fields) == {"precision": 0.5, "recall": 0.25, "f1": 1 / 3, "false_alarms_per_field": 0.5}
    # precision at the three hits, made monotone: 1, 3/4, 3/4
    assert measures.average_precision(fields) == pytest.approx((1 + 0.75 + 0.75) / 4)
    assert measures.froc(fields)["0.1"] == 0.25
    assert measures.froc(fields)["0.5"] == 0.75
    assert measures.best_threshold(fields) == 0.6


def test_nothing_found_is_nothing_and_no_error():
    nothing = scored(([], 2))
    assert measures.at(0.5, nothing)["f1"] == 0
    assert measures.average_precision(nothing) == 0
    assert measures.froc(nothing)["1"] == 0


@given(st.lists(st.lists(st.tuples(st.floats(0.01, 1), st.booleans()), max_size=6), min_size=1, max_size=5))
def test_figures_stay_between_nought_and_one(found):
    fields = scored(*[(field, sum(right for _, right in field) + 1) for field in found])
    for value in [*measures.froc(fields).values(), measures.average_precision(fields)]:
        assert 0 <= value <= 1
    low, high = measures.interval(fields, measures.average_precision, draws=20)
    assert 0 <= low <= high <= 1
    assert all(np.diff(measures.curve(fields).scores) <= 0)
