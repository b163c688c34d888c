"""Ground that was shown before is found, at any shift and in any order; other ground never is."""

import numpy as np
import pytest

from smear_reader.folders import images
from smear_reader.images import read, resized
from smear_reader.optics import densities
from smear_reader.overlap import Overlaps, pairs


@pytest.fixture(scope="module")
def wide(drawn):
    return drawn(100, 1024, 768)


def view(wide, left, top):
    """A field of 512 x 384 pixels of a wider one, with a camera's own noise."""
    part = wide[top : top + 384, left : left + 512]
    rng = np.random.default_rng([left, top])
    return densities(np.clip(part + rng.normal(0, 2, part.shape), 0, 255).astype(np.uint8))


@pytest.mark.parametrize(("left", "top"), [(400, 0), (0, 300), (256, 192), (40, 10), (330, 60)])
def test_the_common_part_is_found(wide, left, top):
    seen = Overlaps()
    assert not seen.seen_before(view(wide, 0, 0)).any()
    before = seen.seen_before(view(wide, left, top))
    common = (512 - left) * (384 - top) / (512 * 384)
    assert before.mean() == pytest.approx(common, abs=0.03)
    assert before[0, 0] and not before[-1, -1]


def test_pairs_that_share_ground_are_named_whatever_lies_between(wide, drawn):
    fields = [view(wide, 0, 0), densities(drawn(3)), view(wide, 256, 192), densities(drawn(4)), view(wide, 40, 300)]
    assert pairs(fields) == {(0, 2), (0, 4), (2, 4)}
    assert pairs([]) == pairs(fields[:1]) == set()


def test_the_same_field_again_is_wholly_known(wide):
    seen = Overlaps()
    seen.seen_before(view(wide, 7, 9))
    assert seen.seen_before(view(wide, 7, 9)).all()


def test_two_earlier_fields_can_cover_a_third(wide):
    seen = Overlaps()
    seen.seen_before(view(wide, 0, 0))
    seen.seen_before(view(wide, 512, 0))
    assert seen.seen_before(view(wide, 256, 0)).mean() > 0.95


def test_other_fields_are_new(drawn):
    seen = Overlaps()
    found = [seen.seen_before(densities(drawn(number))).any() for number in range(12)]
    assert not any(found)


def test_a_field_of_another_shape_is_never_taken_for_the_same(drawn):
    seen = Overlaps()
    seen.seen_before(densities(drawn(1)))
    assert not seen.seen_before(densities(drawn(1)[:300])).any()


def test_real_neighbours_are_found(real):
    """Fields 20 and 28 are the same view; 1 and 2, 6 and 7, 34 and 35 are neighbours (found by eye)."""
    paths = {path.stem: path for path in images(real("microscope2-set2"))}
    for pair, least in ((("20", "28"), 0.99), (("1", "2"), 0.07), (("6", "7"), 0.12), (("34", "35"), 0.12)):
        seen = Overlaps()
        shown = []
        for name in pair:
            image, before = read(paths[name], shrink=2.6)
            shown.append(seen.seen_before(densities(resized(image, before / 2.6))).mean())
        assert shown[0] == 0
        assert shown[1] >= least
