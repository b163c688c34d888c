"""A slide read field by field: what counts, what does not, what is counted once, and where reading stops."""

import os
import subprocess
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import smear_reader
from smear_reader.matching import Detection
from smear_reader.quality import Quality
from smear_reader.reading import REFERENCE_UM2, Look, Settings, Slide, look, read_slide

GOOD = Quality(1.0, 1.0, 200.0, 0.1, 1.0, 0.0, 0.0, 0.01, None)
PLAIN = Settings(shrink=1.0, threshold=0.4)


def sources(stored, fields):
    return [(f"{number}.png", stored(image)) for number, image in enumerate(fields, start=1)]


def last(detector, found, settings=PLAIN, **options):
    slide = None
    for slide, _ in read_slide(detector, found, settings, **options):  # noqa: B007
        pass
    return slide


@pytest.fixture(scope="module")
def two(detector, drawn, stored):
    """Two different fields, read."""
    return last(detector, sources(stored, [drawn(3), drawn(4)]), whole=True)


def test_fields_are_counted_and_pictured(two, drawn):
    assert two.readable == 2 and two.area == 2
    assert two.count == sum(place.score >= PLAIN.threshold for place in two.places) > 0
    assert all(place.picture.startswith(b"\xff\xd8") for place in two.places)
    assert [place.score for place in two.places] == sorted((p.score for p in two.places), reverse=True)


def test_the_same_field_again_counts_once(detector, drawn, stored, two):
    again = last(detector, sources(stored, [drawn(3), drawn(4), drawn(3)]), whole=True)
    assert (again.count, again.area) == (two.count, two.area)
    assert again.fields[2].fault == "seen_before"


def test_a_recompressed_double_counts_once(detector, drawn, stored, two):
    double = ("3.jpg", stored(drawn(3), "JPEG", quality=80))
    again = last(detector, [*sources(stored, [drawn(3), drawn(4)]), double], whole=True)
    assert (again.count, again.area) == (two.count, two.area)


def test_bacilli_and_ground_of_an_overlap_count_once(detector, drawn, stored):
    wide = drawn(100, 1024, 768)
    left, right, both = wide[:384, :640], wide[:384, 384:], wide[:384]
    apart = last(detector, sources(stored, [left, right]), whole=True)
    assert apart.fields[1].new == pytest.approx(384 / 640, abs=0.03)
    whole = last(detector, sources(stored, [both]), whole=True)
    assert abs(apart.count - whole.count) <= 1


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("cut.jpg", "cut", "refused"),
        ("bomb.zip", "zip", "refused"),
        ("dot.png", "dot", "refused"),
        ("blur.png", "blur", "blurred"),
        ("white.png", "white", "overexposed"),
    ],
)
def test_what_cannot_be_read_counts_for_nothing_and_the_rest_goes_on(
    detector, drawn, stored, tmp_path, name, content, fault
):
    if content == "zip":
        with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("zeros", b"\0" * 5_000_000)
    made = {
        "cut": lambda: stored(drawn(3), "JPEG")[:3000],
        "zip": lambda: (tmp_path / "bomb.zip").read_bytes(),
        "dot": lambda: stored(np.zeros((1, 1, 3), np.uint8)),
        "blur": lambda: stored(np.asarray(Image.fromarray(drawn(3)).resize((24, 18)).resize((512, 384)))),
        "white": lambda: stored(np.full((384, 512, 3), 255, np.uint8)),
    }
    slide = last(detector, [(name, made[content]()), *sources(stored, [drawn(4)])], whole=True)
    assert [seen.fault for seen in slide.fields] == [fault, None]
    assert slide.area == 1
    if fault == "refused":
        assert str(slide.fields[0].refused).startswith(f"{name}: ")


def test_a_missing_file_is_a_field_that_was_refused(detector, tmp_path):
    found = look(detector, tmp_path / "none.jpg", PLAIN, "none.jpg")
    assert found.refused is not None and found.refused.code == "not_there"


def test_a_deep_grey_image_and_a_cmyk_one_are_read(detector, drawn, stored, tmp_path):
    Image.fromarray(drawn(3)).convert("CMYK").save(tmp_path / "a.jpg")
    Image.fromarray((drawn(4).mean(axis=2) * 257).astype(np.uint16)).save(tmp_path / "b.png")
    slide = last(detector, [(name, tmp_path / name) for name in ("a.jpg", "b.png")], whole=True)
    assert [seen.fault for seen in slide.fields] == [None, "unstained"]


def test_area_is_counted_by_pixel_size():
    settings = Settings(1.0, 0.4, pixel_nm=65)
    assert settings.area(2592, 1944) == Fraction(2592 * 1944 * 65 * 65, REFERENCE_UM2 * 10**6)
    assert 0.6 < settings.area(2592, 1944) < 0.7


def seen(number, bacilli, tall=96):
    """What a look at one field found, without an image: ground of its own, and so many places."""
    ground = np.random.default_rng(number).normal(0, 1, (tall, 128, 3)).astype(np.float32)
    places = tuple(Detection(5 + 6 * k, 50, 0.9) for k in range(bacilli))
    return Look(f"{number}", f"{number}", 128, tall, quality=GOOD, density=ground, places=places)


@pytest.mark.parametrize(("bacilli", "stop"), [(13, 20), (11, 100), (3, 50), (1, 100), (0, 100)])
def test_reading_stops_at_the_tables_own_counts(bacilli, stop):
    slide = Slide(PLAIN)
    while not slide.enough:  # each of another shape: only those of one shape are laid over one another
        slide.add(seen(len(slide.fields), bacilli, tall=64 + len(slide.fields)))
    assert (len(slide.fields), slide.count) == (stop, stop * bacilli)


def test_a_place_in_ground_that_was_shown_before_is_left_out():
    slide = Slide(PLAIN)
    first = seen(1, 3)
    slide.add(first)
    shifted = np.roll(first.density, -64, axis=1)
    shifted[:, 64:] = np.random.default_rng(99).normal(0, 1, (96, 64, 3))
    places = (Detection(20, 50, 0.9), Detection(100, 50, 0.9))
    found = slide.add(Look("2", "2", 128, 96, quality=GOOD, density=shifted, places=places))
    assert (found.counted, slide.count) == (1, 4)
    assert found.new == Fraction(1, 2)


def test_reading_reports_to_nobody(detector, tmp_path):
    """ONNX Runtime keeps what it would send to its maker below the home folder; there must be nothing."""
    code = "from smear_reader.detector import Detector; Detector(threads=1)"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    here = str(Path(smear_reader.__file__).parents[1])
    subprocess.run([sys.executable, "-c", code], env=kept | {"HOME": str(tmp_path), "PYTHONPATH": here}, check=True)
    assert list(tmp_path.rglob("*")) == []
