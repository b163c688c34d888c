"""Figures: thresholds by their rules, FROC and average precision on cases that can be counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smear_reader import measures
from smear_reader.marks import SINGLE, UNCLASSIFIED, Mark
from smear_reader.matching import Detection, Matched


def field(*found: tuple[float, bool], bacilli: int) -> measures.Scored:
    matched = tuple(Matched(Detection(0, 0, score), place if hit else None) for place, (score, hit) in enumerate(found))
    return measures.Scored("field", matched, bacilli)


FIELDS = [field((0.9, True), (0.8, True), (0.7, False), (0.6, True), bacilli=4), field((0.5, False), bacilli=0)]


def test_figures_at_a_threshold() -> None:
    assert measures.at(0.6, FIELDS) == {
        "precision": 0.75,
        "recall": 0.75,
        "f1": 0.75,
        "false_alarms_per_field": 0.5,
    }
    assert measures.at(1.0, FIELDS)["f1"] == 0
    assert measures.at(0.5, [])["precision"] == 0


def test_average_precision_by_hand() -> None:
    assert measures.average_precision(FIELDS) == pytest.approx((1 + 1 + 0.75) / 4)
    assert measures.average_precision([field(bacilli=3)]) == 0


def test_froc_counts_only_what_stands_before_too_many_false_alarms() -> None:
    found = measures.froc(FIELDS)
    assert found["0.01"] == 0.5
    assert found["0.5"] == 0.75
    assert found["1"] == 0.75


def test_thresholds_follow_their_rules() -> None:
    assert measures.best_threshold(FIELDS) == 0.6
    assert measures.precise_threshold(FIELDS, 0.9) == 0.8
    assert measures.precise_threshold(FIELDS, 0.75) == 0.6
    assert measures.precise_threshold([field((0.4, False), bacilli=1)], 0.5) == 1.0
    assert measures.best_threshold([field(bacilli=1)]) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=20), st.floats(0.05, 1))
def test_the_precise_threshold_keeps_its_promise(found: list[tuple[float, bool]], wanted: float) -> None:
    one = [field(*dict(found).items(), bacilli=20)]
    threshold = measures.precise_threshold(one, wanted)
    kept = [m for m in one[0].matched if m.detection.score >= threshold]
    if threshold < 1:
        assert sum(m.mark is not None for m in kept) / len(kept) >= wanted


def test_intervals_hold_the_figure_and_are_the_same_each_time() -> None:
    fields = [field((0.9, True), bacilli=1)] * 8 + [field((0.9, False), bacilli=1)] * 2

    def f1(part):
        return measures.at(0.5, part)["f1"]

    low, high = measures.interval(fields, f1)
    assert low < f1(fields) < high
    assert (low, high) == measures.interval(fields, f1)


def test_only_what_is_certainly_a_bacillus_counts_as_one() -> None:
    marks = [Mark(SINGLE, 0, 0, 1, 1), Mark(UNCLASSIFIED, 0, 0, 1, 1)]
    assert measures.scored("a", [], marks).bacilli == 1
