"""The shipped weights: small, saying what they learnt, and as good as the model card says where fields are at hand."""

from __future__ import annotations

import numpy as np

from smear_reader import measures
from smear_reader.detector import SHIPPED
from smear_reader.evaluation import evaluate_fields
from smear_reader.folders import marked
from smear_reader.matching import match
from smear_reader.synthetic import field


def test_they_are_small_and_learnt_from_drawn_fields_alone(detector) -> None:
    assert SHIPPED.stat().st_size <= 2_000_000
    assert "synthetic" in detector.facts.trained
    assert "microscope" not in detector.facts.trained
    assert 0.05 < detector.facts.threshold < 0.95


def test_most_of_what_they_find_on_drawn_fields_is_right(detector) -> None:
    scored = []
    for number in range(6):
        image, marks = field(np.random.default_rng([77, number]), 512, 384)
        found = match(detector.detect(image, 1.0), marks, near=15.0)
        scored.append(measures.scored(str(number), found, marks))
    figures = measures.at(detector.facts.threshold, scored)
    assert figures["precision"] > 0.7
    assert figures["recall"] > 0.4


def test_real_fields_are_read_about_as_well_as_stated(detector, real) -> None:
    fields = [one for one in marked(real("microscope2-set2")) if one.marks is not None][::8]
    assert evaluate_fields(fields, detector, 2.57).figures["f1"] >= 0.75
