"""Reads an image that a stranger sent: bytes in, an array of red, green and blue out, or a clear refusal."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from smear_reader.words import NO_FILE, text

Array = np.ndarray
SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
FORMATS = ("JPEG", "PNG", "TIFF")
MOST_BYTES = 64 * 2**20
MOST_PIXELS = 80_000_000
LEAST_SIDE = 200


@dataclass
class UnreadableError(Exception):
    """A field that cannot be read; `code` names why, `facts` fill the sentence for it."""

    code: str
    facts: dict[str, object]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code]

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)


SENTENCES = {
    "not_there": NO_FILE,
    "too_many_bytes": text("{name}: {bytes} bytes are more than the {most} that a field may have."),
    "not_an_image": text("{name}: not a JPEG, PNG or TIFF image."),
    "too_many_pixels": text("{name}: it has more than the {most} pixels that a field may have."),
    "too_small": text("{name}: {width} x {height} pixels are too few; a field has at least {least} on each side."),
    "broken": text("{name}: the image is cut off or damaged."),
}


def read(source: Path | bytes, *, name: str | None = None, shrink: float = 1.0) -> tuple[Array, float]:
    """(height x width x 3 bytes, pixels of the file for each pixel of the array).

    `shrink`: by how much the caller will make it smaller anyway; a JPEG is then decoded at a half, quarter or eighth
    at once. Grey, palette, CMYK, 16-bit and transparent images become red, green and blue. Raises `UnreadableError`.
    """
    label = name or (source.name if isinstance(source, Path) else "image")
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size > MOST_BYTES:
        raise UnreadableError("too_many_bytes", {"name": label, "bytes": size, "most": MOST_BYTES})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of large images; the limit below is ours
            image = Image.open(source if isinstance(source, Path) else io.BytesIO(source), formats=FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as wrong:
        raise UnreadableError("not_an_image", {"name": label}) from wrong
    except Image.DecompressionBombError as wrong:
        raise UnreadableError("too_many_pixels", {"name": label, "most": MOST_PIXELS}) from wrong
    with image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise UnreadableError("too_many_pixels", {"name": label, "most": MOST_PIXELS})
        if min(width, height) < LEAST_SIDE:
            raise UnreadableError("too_small", {"name": label, "width": width, "height": height, "least": LEAST_SIDE})
        try:
            return _decoded(image, shrink), width / image.width
        except (OSError, ValueError, SyntaxError, EOFError) as wrong:
            raise UnreadableError("broken", {"name": label}) from wrong


def _decoded(image: Image.Image, shrink: float) -> Array:
    if shrink >= 2 and image.format == "JPEG":
        image.draft("RGB", (round(image.width / shrink), round(image.height / shrink)))
    image.load()
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        deep = np.asarray(image, dtype=np.float64)
        top = 65535.0 if image.mode.startswith("I;16") else max(float(deep.max()), 1.0)
        grey = np.clip(deep * (255 / top), 0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    return np.asarray(image.convert("RGB"))


def resized(image: Array, by: float, *, multiple: int = 1) -> Array:
    """The image `by` times as large, each side rounded to a whole `multiple`; averages where it shrinks."""
    height, width = image.shape[:2]
    sides = (max(multiple, round(side * by / multiple) * multiple) for side in (width, height))
    return np.asarray(
        Image.fromarray(image).resize(
            tuple(sides), Image.Resampling.BOX if by < 0.5 else Image.Resampling.BILINEAR, reducing_gap=2.0
        )
    )
