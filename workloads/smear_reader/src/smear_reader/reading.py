"""Reads the fields of one slide: each is judged, searched for bacilli, and freed of what earlier fields showed.

Looking at a field (`look`) needs the field alone, so several can be looked at side by side; adding what was seen to a
slide (`Slide.add`) goes field by field, in the order in which they were taken.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from smear_reader.detector import BLOCK, Detector
from smear_reader.grading import stops
from smear_reader.images import UnreadableError, read, resized
from smear_reader.matching import Detection
from smear_reader.optics import densities
from smear_reader.overlap import Overlaps
from smear_reader.quality import Quality, quality

Array = np.ndarray
CROP = 64  # pixels of the working scale on each side of a place's picture
PICTURE = 160  # pixels on each side of the picture itself
PICTURED = 4  # places of a field that are pictured although they do not count
KEPT = 300  # pictures kept of a slide, the likeliest
REFERENCE_UM2 = 31_416  # the field of an eyepiece of field number 20 under an objective of 100: 0.2 mm across
THUMB = 320  # pixels across of the small picture of a field


@dataclass(frozen=True)
class Settings:
    """How a microscope's images are read; lengths in nanometres, areas in square micrometres.

    shrink: pixels of the file for one of the working scale. threshold: the chance from which a place counts.
    pixel_nm: what one pixel of the file shows; where it is not known each image counts as one field.
    """

    shrink: float
    threshold: float
    pixel_nm: int | None = None
    reference_um2: int = REFERENCE_UM2

    def area(self, width: int, height: int) -> Fraction:
        """Reference fields that an image shows."""
        if self.pixel_nm is None:
            return Fraction(1)
        return Fraction(width * height * self.pixel_nm**2, self.reference_um2 * 1_000_000)


@dataclass(frozen=True)
class Place:
    """What may be a bacillus: centre in pixels of its field's file, how likely, and its picture as JPEG."""

    field: int
    x: int
    y: int
    score: float
    picture: bytes = b""

    @property
    def key(self) -> str:
        """Names the place within its slide."""
        return f"{self.field}-{self.x}-{self.y}"


@dataclass(frozen=True)
class Look:
    """One image, looked at by itself: either `refused`, or a quality and, where that has no fault, places."""

    name: str
    digest: str
    width: int = 0
    height: int = 0
    refused: UnreadableError | None = None
    quality: Quality | None = None
    density: Array | None = None
    places: tuple[Detection, ...] = ()
    pictures: tuple[bytes, ...] = ()
    thumb: bytes = b""


@dataclass(frozen=True)
class FieldRead:
    """One field of a slide: how much of its area was new (0 to 1), and how many places in that part count."""

    number: int
    name: str
    width: int
    height: int
    fault: str | None
    new: Fraction
    counted: int
    refused: UnreadableError | None = None
    quality: Quality | None = None
    thumb: bytes = b""


@dataclass
class Slide:
    """What has been read of one slide so far."""

    settings: Settings
    fields: list[FieldRead] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    count: int = 0
    area: Fraction = Fraction(0)
    enough: bool = False

    def __post_init__(self) -> None:
        self._overlaps = Overlaps()
        self._digests: set[str] = set()

    @property
    def readable(self) -> int:
        return sum(seen.fault is None for seen in self.fields)

    def add(self, look: Look) -> FieldRead:
        """Counts what a field shows that no field before it showed."""
        number = len(self.fields) + 1
        fault, new = self._fault(look), Fraction(0)
        places: list[tuple[Detection, bytes]] = []
        if fault is None and look.density is not None:
            before = self._overlaps.seen_before(look.density)
            new = 1 - Fraction(int(before.sum()), before.size)
            places = [pair for pair in _with(look) if not _within(before, pair[0], look)]
            fault = "seen_before" if new < Fraction(1, 20) else None
        counted = sum(place.score >= self.settings.threshold for place, _ in places) if fault is None else 0
        read = FieldRead(
            number, look.name, look.width, look.height, fault, new if fault is None else Fraction(0), counted,
            look.refused, look.quality, look.thumb,
        )  # fmt: skip
        self.fields.append(read)
        if fault is None:
            self._count(read, places)
        return read

    def _fault(self, look: Look) -> str | None:
        if look.refused is not None:
            return "refused"
        if look.digest in self._digests:
            return "seen_before"
        self._digests.add(look.digest)
        return look.quality.fault.value if look.quality is not None and look.quality.fault is not None else None

    def _count(self, read: FieldRead, places: list[tuple[Detection, bytes]]) -> None:
        before = self.area
        self.area += read.new * self.settings.area(read.width, read.height)
        self.count += read.counted
        found = [Place(read.number, round(d.x), round(d.y), d.score, picture) for d, picture in places if picture]
        self.places = sorted([*self.places, *found], key=lambda place: (-place.score, place.field, place.x))[:KEPT]
        self.enough = self.enough or stops(self.count, before, self.area)


def _with(look: Look) -> list[tuple[Detection, bytes]]:
    """Places with their pictures, where they have one."""
    return list(zip(look.places, [*look.pictures, *[b""] * (len(look.places) - len(look.pictures))], strict=True))


def _within(before: Array, place: Detection, look: Look) -> bool:
    rows, columns = before.shape
    row = min(rows - 1, int(place.y / look.height * rows))
    return bool(before[row, min(columns - 1, int(place.x / look.width * columns))])


def look(detector: Detector, source: Path | bytes, settings: Settings, name: str) -> Look:
    """Looks at one image by itself. Never raises for what is wrong with the image: that is `Look.refused`."""
    sent = source if isinstance(source, bytes) else None
    try:
        digest = hashlib.sha256(sent if sent is not None else Path(str(source)).read_bytes()).hexdigest()
        image, before = read(source, name=name, shrink=settings.shrink)
    except UnreadableError as refused:
        return Look(name, "", refused=refused)
    except OSError:
        return Look(name, "", refused=UnreadableError("not_there", {"name": name}))
    shrink = settings.shrink / before
    seen = resized(image, 1 / shrink, multiple=BLOCK)
    width, height = round(image.shape[1] * before), round(image.shape[0] * before)
    density = densities(seen)
    judged, thumb = quality(seen, density), _jpeg(resized(seen, min(1.0, THUMB / seen.shape[1])), 80)
    if judged.fault is not None:
        return Look(name, digest, width, height, quality=judged, thumb=thumb)
    found = detector.places(density, (width / seen.shape[1], height / seen.shape[0]))
    wanted = max(PICTURED, sum(place.score >= settings.threshold for place in found))
    pictures = tuple(picture(image, (d.x / before, d.y / before), shrink) for d in found[:wanted])
    return Look(name, digest, width, height, None, judged, density, tuple(found), pictures, thumb)


def picture(image: Array, at: tuple[float, float], shrink: float, *, wider: int = 1) -> bytes:
    """The surroundings of a place as JPEG, `wider` times as wide as usual; grey beyond the field's edge."""
    half = max(8, round(CROP / 2 * shrink * wider))
    padded = np.full((2 * half, 2 * half, 3), 128, dtype=np.uint8)
    left, top = round(at[0]) - half, round(at[1]) - half
    rows = slice(max(0, top), max(0, min(image.shape[0], top + 2 * half)))
    columns = slice(max(0, left), max(0, min(image.shape[1], left + 2 * half)))
    part = image[rows, columns]
    y, x = rows.start - top, columns.start - left
    padded[y : y + part.shape[0], x : x + part.shape[1]] = part
    return _jpeg(resized(padded, wider * PICTURE / (2 * half)), 88)


def _jpeg(image: Array, how: int) -> bytes:
    kept = io.BytesIO()
    Image.fromarray(image).save(kept, "JPEG", quality=how)
    return kept.getvalue()


def looks(detector: Detector, sources: Iterable[tuple[str, Path | bytes]], settings: Settings) -> Iterator[Look]:
    """Looks at images side by side, one for each core, and gives them in their order."""
    workers = os.cpu_count() or 1
    waiting: deque[Future[Look]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for name, source in sources:
                waiting.append(pool.submit(look, detector, source, settings, name))
                if len(waiting) > workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def read_slide(
    detector: Detector,
    sources: Iterable[tuple[str, Path | bytes]],
    settings: Settings,
    *,
    whole: bool = False,
) -> Iterator[tuple[Slide, FieldRead]]:
    """Reads a slide field by field until the table answers at one of its own counts, or (`whole`) to the last field.

    Gives the slide as it stands after each field; `detector` should run on one thread, since fields run side by side.
    """
    slide = Slide(settings)
    for seen in looks(detector, sources, settings):
        yield slide, slide.add(seen)
        if slide.enough and not whole:
            return
