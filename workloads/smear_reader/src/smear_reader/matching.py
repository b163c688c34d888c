"""Which detections are bacilli that were marked: one to one, the surest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from smear_reader.marks import BACILLI, UNCLASSIFIED, Mark

GROWN = 1.25  # a centre within the box grown by a quarter counts as found
NEAR = 40.0  # so does one this near to the box's centre, in pixels of a field of FULL_WIDTH pixels
FULL_WIDTH = 2592


class Detection(NamedTuple):
    """A place that looks like a bacillus: centre in pixels of the image, and how sure (0 to 1)."""

    x: float
    y: float
    score: float


class Matched(NamedTuple):
    """What became of one detection; `mark` is the place of its mark in the field's list, or None for a false alarm."""

    detection: Detection
    mark: int | None


def match(detections: Sequence[Detection], marks: Sequence[Mark], *, near: float = NEAR) -> list[Matched]:
    """Each detection, the surest first, with the nearest free bacillus that it hits; hits on unclassified are left out.

    `near`: how many pixels beside a box's centre still hit, whatever the box.
    """
    free = {place for place, mark in enumerate(marks) if mark.label in BACILLI}
    doubtful = [mark for mark in marks if mark.label == UNCLASSIFIED]
    found: list[Matched] = []
    for detection in sorted(detections, key=lambda d: (-d.score, d.x, d.y)):
        hits = [(_away(detection, marks[place]), place) for place in free if _hits(detection, marks[place], near)]
        if hits:
            _, place = min(hits)
            free.discard(place)
            found.append(Matched(detection, place))
        elif not any(_hits(detection, mark, near) for mark in doubtful):
            found.append(Matched(detection, None))
    return found


def _away(detection: Detection, mark: Mark) -> float:
    x, y = mark.centre
    return float(((detection.x - x) ** 2 + (detection.y - y) ** 2) ** 0.5)


def _hits(detection: Detection, mark: Mark, near: float) -> bool:
    x, y = mark.centre
    inside = abs(detection.x - x) <= mark.width / 2 * GROWN and abs(detection.y - y) <= mark.height / 2 * GROWN
    return inside or _away(detection, mark) <= near
