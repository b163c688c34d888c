"""What the tests share: the shipped detector, synthetic fields, and where real ones lie, if they do."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

from smear_reader.detector import SHIPPED, Detector
from smear_reader.synthetic import field

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
settings.load_profile("untimed")
REAL = Path(os.environ.get("SMEAR_READER_REAL_FIELDS", Path(__file__).resolve().parents[4] / "shared/data/smears"))


@pytest.fixture(scope="session")
def detector():
    """The shipped weights on one thread."""
    if not SHIPPED.exists():
        pytest.skip("the weights are not in this checkout")
    return Detector(threads=1)


@pytest.fixture(scope="session")
def drawn():
    """A synthetic field by its number, always the same; 512 x 384 pixels of the working scale."""
    kept = {}

    def of(number, width=512, height=384):
        if (number, width) not in kept:
            kept[number, width] = field(np.random.default_rng([42, number]), width, height)[0]
        return kept[number, width]

    return of


@pytest.fixture(scope="session")
def real():
    """A folder of real fields by its name; skips where they are not at hand."""

    def of(name):
        if not (REAL / name).is_dir():
            pytest.skip("the real fields are not at hand: set SMEAR_READER_REAL_FIELDS to their folder")
        return REAL / name

    return of


@pytest.fixture(scope="session")
def stored():
    """An array as the bytes of an image file."""

    def of(image, kind="PNG", **options):
        kept = io.BytesIO()
        Image.fromarray(image).save(kept, kind, **options)
        return kept.getvalue()

    return of
