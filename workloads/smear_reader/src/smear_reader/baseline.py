"""The classical reader to compare with: red spots as candidates, judged by gradient boosting on what they measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage
from sklearn.ensemble import HistGradientBoostingClassifier

from smear_reader import measures
from smear_reader.detector import Facts
from smear_reader.images import resized
from smear_reader.matching import Detection, match
from smear_reader.optics import densities
from smear_reader.practice import NEAR, scored
from smear_reader.samples import Lesson
from smear_reader.words import SaidError, text

Array = np.ndarray
REDDER = 0.05  # by how much green light must be dimmed more than red, over the ground around, to be a candidate
LEAST_AREA, MOST_AREA = 12, 900  # pixels at the working scale
AROUND = 41  # side of the square, in pixels, over which the ground around a spot is taken
BLOCK = 8


class Baseline:
    """Fitted to lessons; detects as `smear_reader.detector.Detector` does. Training needs the `train` extra."""

    def __init__(self, lessons: Sequence[Lesson], *, seed: int = 1) -> None:
        """Learns from candidates of these lessons: those that hit a marked bacillus against all others."""
        rows, right = [], []
        for lesson in lessons:
            spots = candidates(lesson.image)
            found = [Detection(x, y, 1.0 - place * 1e-9) for place, (x, y, _) in enumerate(spots)]
            for place, matched in enumerate(_in_order(found, lesson)):
                if matched is not None:
                    rows.append(spots[place][2])
                    right.append(matched)
        if len(set(right)) < 2:
            raise SaidError(text("the lessons hold no candidate that is a bacillus, or none that is not"))
        self.forest = HistGradientBoostingClassifier(
            max_iter=150, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=10, random_state=seed
        )
        self.forest.fit(np.array(rows), np.array(right))
        self.facts = Facts(0.5, f"{len(lessons)} fields, colour candidates and gradient boosting")
        self.facts = Facts(measures.best_threshold(scored(self, lessons)), self.facts.trained)

    def detect(self, image: Array, shrink: float, *, least: float = 0.02) -> list[Detection]:
        """Places in pixels of `image`, which is made `shrink` times smaller first; the surest first."""
        seen = resized(image, 1 / shrink, multiple=BLOCK)
        spots = candidates(seen)
        if not spots:
            return []
        by_x, by_y = image.shape[1] / seen.shape[1], image.shape[0] / seen.shape[0]
        chances = self.forest.predict_proba(np.array([measured for _, _, measured in spots]))[:, 1]
        found = [
            Detection(x * by_x, y * by_y, float(chance))
            for (x, y, _), chance in zip(spots, chances, strict=True)
            if chance >= least
        ]
        return sorted(found, key=lambda d: (-d.score, d.x, d.y))


def _in_order(found: Sequence[Detection], lesson: Lesson) -> list[bool | None]:
    """For each detection whether it hit a bacillus; None where it lies on what nobody could classify."""
    became = {matched.detection: matched.mark is not None for matched in match(found, lesson.marks, near=NEAR)}
    return [became.get(detection) for detection in found]


def candidates(image: Array) -> list[tuple[float, float, list[float]]]:
    """(x, y, measurements) of each spot of a field at the working scale that is redder than the ground around it."""
    density = densities(image)
    redness = density[..., 1] - 0.7 * density[..., 0]
    above = redness - ndimage.uniform_filter(redness, AROUND)
    above = ndimage.gaussian_filter(above, 0.8)
    grain = float(np.median(np.abs(above))) * 1.4826
    labels, _ = ndimage.label(above > max(REDDER, 2.5 * grain))
    found = []
    for number, where in enumerate(ndimage.find_objects(labels), start=1):
        inside = labels[where] == number
        if LEAST_AREA <= inside.sum() <= MOST_AREA:
            rows, columns = np.nonzero(inside)
            place = rows.mean() + where[0].start, columns.mean() + where[1].start
            found.append((float(place[1]), float(place[0]), _measured(density, above, where, inside)))
    return found


def _measured(density: Array, above: Array, where: tuple[slice, slice], inside: Array) -> list[float]:
    """Size, shape and colour of one spot, and how its colour stands against the ground within four pixels."""
    rows, columns = np.nonzero(inside)
    spread = np.linalg.eigvalsh(np.cov(np.stack([rows, columns])) + np.eye(2) / 12)
    wide = tuple(slice(max(0, s.start - 4), s.stop + 4) for s in where)
    mask = np.zeros(density.shape[:2], dtype=bool)[wide]
    top, left = where[0].start - wide[0].start, where[1].start - wide[1].start
    mask[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
    own, ground = density[wide][mask], density[wide][~mask]
    colour, around = own.mean(axis=0), ground.mean(axis=0)
    length, width = 4 * np.sqrt(spread[1]), 4 * np.sqrt(spread[0])
    return [
        float(value)
        for value in (
            inside.sum(), length, width, length / width, inside.sum() / max(1.0, length * width),
            *colour, *own.std(axis=0), *(colour - around), *ground.std(axis=0), *around,
            above[where][inside].mean(), above[where][inside].max(),
            (colour[0] - around[0]) / max(0.02, colour[1] - around[1]),
            (colour[2] - around[2]) / max(0.02, colour[1] - around[1]),
        )
    ]  # fmt: skip
