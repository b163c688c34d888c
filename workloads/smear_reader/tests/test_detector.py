"""The detector's places: where they lie, and what is left out because no light comes through."""

import numpy as np
import pytest

from smear_reader.detector import OPAQUE, STRIDE, hidden


@pytest.mark.parametrize(("covered", "expected"), [(0, False), (4, False), (30, True)])
def test_a_place_is_hidden_where_most_around_it_is_black(covered, expected):
    """A dark bacillus, or one beside a nucleus, is no hiding place; dried stain with a crack in it is."""
    density = np.zeros((128, 128, 3), np.float32)
    density[64 - covered : 64 + covered, 64 - covered : 64 + covered] = OPAQUE + 1
    density[62:66, 54:74] = 0.6
    assert hidden(density, 64 / STRIDE, 64 / STRIDE) is expected


def test_places_in_dried_stain_are_left_out(detector, drawn):
    seen = np.pad(drawn(3), ((0, 0), (0, 512), (0, 0)), constant_values=2)
    seen[100:104, 700:724] = (150, 30, 20)
    assert all(place.x < 520 for place in detector.detect(seen, 1.0))


def test_a_place_at_the_edge_is_judged_by_what_there_is():
    density = np.full((64, 64, 3), OPAQUE + 1, np.float32)
    assert hidden(density, 0, 0) and hidden(density, 15.9, 15.9)
