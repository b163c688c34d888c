"""What strangers send: every kind of image that is one, and a clear sentence for everything else."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from smear_reader.images import UnreadableError, read, resized


def picture(mode="RGB", size=(320, 240)):
    rng = np.random.default_rng(1)
    return Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)).convert(mode)


def stored(image, kind, **options):
    kept = io.BytesIO()
    image.save(kept, kind, **options)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGB", "JPEG"), ("CMYK", "JPEG"), ("L", "PNG"), ("RGBA", "PNG"), ("P", "PNG"), ("1", "TIFF")]
)
def test_every_kind_of_image_becomes_red_green_and_blue(mode, kind):
    image, before = read(stored(picture(mode), kind))
    assert image.shape == (240, 320, 3) and image.dtype == np.uint8 and before == 1


def test_sixteen_bits_become_eight():
    deep = Image.fromarray(np.linspace(0, 65535, 320 * 240).reshape(240, 320).astype(np.uint16))
    image, _ = read(stored(deep, "PNG"))
    assert (image[0, 0, 0], image[-1, -1, 0]) == (0, 255)


def test_a_large_jpeg_is_decoded_small():
    image, before = read(stored(picture(size=(2592, 1944)), "JPEG"), shrink=2.6)
    assert (image.shape[:2], before) == ((972, 1296), 2)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "not_an_image"),
        (b"a slide, surely", "not_an_image"),
        (b"PK\x03\x04" + b"\0" * 100, "not_an_image"),
        (b"GIF89a" + b"\0" * 100, "not_an_image"),
        (stored(picture(size=(1, 1)), "PNG"), "too_small"),
        (stored(picture(), "JPEG")[:900], "broken"),
        (stored(picture(), "PNG")[:900], "broken"),
    ],
)
def test_what_is_no_field_is_refused_in_words(sent, code):
    with pytest.raises(UnreadableError) as refused:
        read(sent, name="7.jpg")
    assert refused.value.code == code
    assert str(refused.value).startswith("7.jpg: ")


def test_a_picture_of_half_a_billion_pixels_is_refused_before_it_is_unpacked():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 25_000, 20_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    with pytest.raises(UnreadableError) as refused:
        read(bomb)
    assert refused.value.code == "too_many_pixels"


def test_sides_become_whole_multiples():
    assert resized(np.zeros((100, 203, 3), np.uint8), 0.5, multiple=8).shape == (48, 104, 3)
