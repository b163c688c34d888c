"""The scale of a microscope is found from its images alone, and no image is too large to try."""

import numpy as np
import pytest

from smear_reader.folders import images
from smear_reader.images import read, resized
from smear_reader.scales import CANDIDATES, find_shrink


@pytest.mark.parametrize("larger", [1.0, 2.0])
def test_the_scale_of_drawn_fields_is_found(detector, drawn, larger):
    fields = [resized(drawn(number), larger) for number in range(6)]
    assert 0.7 <= find_shrink(detector, fields) / larger <= 1.45


def test_without_bacilli_the_scale_follows_from_the_width(detector):
    rng = np.random.default_rng(3)
    empty = [np.clip(rng.normal(200, 3, (480, 1700, 3)), 0, 255).astype(np.uint8)]
    assert find_shrink(detector, empty) == 2.0


def test_the_scale_is_one_that_the_reader_can_work_at(detector, drawn):
    assert find_shrink(detector, [drawn(0)]) >= CANDIDATES[0]


@pytest.mark.parametrize(
    ("name", "fits"), [("microscope2-set2", 2.6), ("microscope2-set1", 1.55), ("microscope1-set6", 1.15)]
)
def test_the_scale_of_real_microscopes_is_found(detector, real, name, fits):
    """Within one and a half steps of the candidates (each 1.3 times the one before)."""
    found = find_shrink(detector, [read(path)[0] for path in images(real(name))[::13][:3]])
    assert 0.66 <= found / fits <= 1.5
