"""Drawn fields: the same from the same seed, marked where something was drawn, of the stated shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smear_reader.drawing import Film, rod
from smear_reader.marks import ARTIFACT, BACILLI, LABELS
from smear_reader.optics import densities
from smear_reader.synthetic import field


def drawn(seed: int) -> tuple[np.ndarray, list]:
    return field(np.random.default_rng(seed), 256, 192)


def test_the_same_seed_gives_the_same_field() -> None:
    (image, marks), (again, too) = drawn(4), drawn(4)
    assert np.array_equal(image, again)
    assert marks == too
    assert not np.array_equal(image, drawn(5)[0])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**31))
def test_every_field_is_bytes_of_the_asked_size_with_known_labels(seed: int) -> None:
    image, marks = drawn(seed)
    assert image.shape == (192, 256, 3)
    assert image.dtype == np.uint8
    assert all(mark.label in LABELS and mark.width > 0 and mark.height > 0 for mark in marks)


def test_bacilli_dim_green_light_more_than_red_on_the_average() -> None:
    differences = []
    for seed in range(24):
        image, marks = drawn(seed)
        density = densities(image)
        for mark in marks:
            x, y = (int(value) for value in mark.centre)
            if mark.label in BACILLI and 4 <= x < 252 and 4 <= y < 188:
                red, green, _ = density[y - 3 : y + 4, x - 3 : x + 4].mean(axis=(0, 1))
                differences.append(green - red)
    assert len(differences) > 30
    assert np.median(differences) > 0.02


def test_some_fields_are_without_bacilli_and_most_hold_what_looks_like_them() -> None:
    every = [drawn(seed)[1] for seed in range(24)]
    without = sum(not any(mark.label in BACILLI for mark in marks) for marks in every)
    lookalikes = sum(any(mark.label == ARTIFACT for mark in marks) for marks in every)
    assert 1 <= without < 20
    assert lookalikes > 12


def test_a_rod_darkens_the_film_along_its_line_and_nowhere_else() -> None:
    film = Film(64, 96)
    points = rod(
        np.random.default_rng(0), film, (48, 32), 24, 3, np.array([0.2, 1.0, 0.5]), angle=0.0, turn=0.0, soft=0.7
    )
    assert film.density[32, 48, 1] == pytest.approx(1.0, abs=0.15)
    assert film.density[32, 48, 0] == pytest.approx(0.2, abs=0.03)
    assert film.density[10, 48].max() < 1e-3
    assert np.ptp(points[:, 0]) == pytest.approx(24, rel=0.15)


def test_a_rod_outside_the_film_draws_nothing() -> None:
    film = Film(32, 32)
    rod(np.random.default_rng(0), film, (-200, -200), 20, 3, np.ones(3))
    assert film.density.max() == 0


def test_a_blurred_film_keeps_its_mean() -> None:
    film = Film(40, 40)
    film.density[20, 20] = 1.0
    seen = film.blurred(1.5)
    assert seen.sum() == pytest.approx(3.0, rel=1e-3)
    assert seen[20, 20, 0] < 0.2
