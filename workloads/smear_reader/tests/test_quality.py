"""Fields that cannot be read are named for what is wrong with them; stained fields in focus pass."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from smear_reader.folders import images
from smear_reader.images import read, resized
from smear_reader.optics import densities
from smear_reader.quality import Fault, quality


def judged(image):
    return quality(image, densities(image)).fault


def blurred(image, by):
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(by)))


def noisy(colour, spread=2.0, size=(384, 512)):
    rng = np.random.default_rng(5)
    return np.clip(np.array(colour) + rng.normal(0, spread, (*size, 3)), 0, 255).astype(np.uint8)


def cat():
    """A ginger cat as a child paints it: fur of many strokes, green eyes, a bright window behind."""
    rng = np.random.default_rng(9)
    image = noisy((120, 110, 100), 12)
    image[:120, 300:] = (250, 250, 245)
    y, x = np.mgrid[0:384, 0:512]
    fur = (x - 240) ** 2 / 150**2 + (y - 230) ** 2 / 130**2 < 1
    image[fur] = np.clip(np.array((200, 130, 60)) + rng.normal(0, 45, (fur.sum(), 1)), 0, 255).astype(np.uint8)
    for left in (190, 290):
        image[(x - left) ** 2 + (y - 200) ** 2 < 18**2] = (90, 170, 60)
    return image


def test_most_drawn_fields_pass_and_none_is_called_something_else(drawn):
    found = [judged(drawn(number)) for number in range(12)]
    assert found.count(None) >= 11
    assert Fault.NOT_A_SMEAR not in found


def test_strong_blur_is_found(drawn):
    found = [judged(blurred(drawn(number), 5)) for number in range(12) if judged(drawn(number)) is None]
    assert found.count(Fault.BLURRED) >= 9 and len(found) - found.count(Fault.BLURRED) <= 2
    assert None not in found[:4]


@pytest.mark.parametrize(
    ("image", "fault"),
    [
        (noisy((20, 18, 22)), Fault.TOO_DARK),
        (noisy((255, 255, 255), 0.5), Fault.OVEREXPOSED),
        (noisy((190, 195, 190), 1.0), Fault.EMPTY),
        (cat(), Fault.NOT_A_SMEAR),
        (np.where(np.arange(512)[None, :, None] < 360, noisy((40, 20, 90)), noisy((190, 190, 190))), Fault.TOO_THICK),
    ],
)
def test_what_is_wrong_is_named(image, fault):
    assert judged(image) == fault


def test_a_picture_without_colour_is_not_stained(drawn):
    grey = np.repeat(drawn(1).mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    assert judged(grey) == Fault.UNSTAINED


@pytest.mark.parametrize("name", ["flower.jpg"])
def test_a_photograph_of_a_flower_is_no_smear(name):
    samples = pytest.importorskip("sklearn.datasets", reason="scikit-learn, whose photograph this is, is not installed")
    assert judged(samples.load_sample_image(name)) == Fault.NOT_A_SMEAR


@pytest.mark.parametrize(
    ("name", "shrink", "most"),
    [("microscope2-set2", 2.6, 0), ("microscope2-set1", 1.55, 1), ("microscope1-set6", 1.15, 3)],
)
def test_real_fields_pass_but_for_those_that_are_too_thick_or_white(real, name, shrink, most):
    faults = []
    for path in images(real(name)):
        image, before = read(path, shrink=shrink)
        faults.append(judged(resized(image, before / shrink)))
    assert len(faults) - faults.count(None) <= most
    assert set(faults) <= {None, Fault.TOO_THICK, Fault.OVEREXPOSED}
