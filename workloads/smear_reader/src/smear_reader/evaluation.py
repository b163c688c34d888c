"""Evaluates a model on a folder of marked fields: the figures with their intervals, and every error as a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from smear_reader import measures
from smear_reader.detector import Detector, Facts, named
from smear_reader.folders import MarkedField, marked
from smear_reader.images import read, resized
from smear_reader.marks import BACILLI, Mark
from smear_reader.matching import FULL_WIDTH, NEAR, Detection, match
from smear_reader.optics import densities
from smear_reader.quality import quality
from smear_reader.scales import CANDIDATES, find_shrink
from smear_reader.words import SaidError, text

Array = np.ndarray
Report = Callable[[int, int], None]
CROP = 64  # pixels of the working scale on each side of an error's picture


class Detects(Protocol):
    """What can be evaluated: the network, or the baseline beside it."""

    facts: Facts

    def detect(self, image: Array, shrink: float, *, least: float = 0.02) -> list[Detection]: ...


@dataclass(frozen=True)
class Looked:
    """One field as the detector saw it: its image at about twice the working scale, and what was made of it."""

    field: MarkedField
    scored: measures.Scored


@dataclass(frozen=True)
class Evaluation:
    """What came out for a folder; `figures` is what the command prints as JSON."""

    figures: dict[str, object]
    looked: tuple[Looked, ...]
    threshold: float
    shrink: float


def evaluate(
    folder: Path, detector: Detector, *, shrink: float | None = None, report: Report | None = None
) -> Evaluation:
    """Finds bacilli in every marked field of `folder` and compares.

    `shrink`: by how much these images are larger than the working scale; found from the images (never from the marks)
    where it is not given. Raises `MarksError`, `UnreadableError`, and ``ValueError`` where no field is marked.
    """
    fields = [field for field in marked(folder) if field.marks is not None]
    if not fields:
        raise SaidError(text("{folder}: no image with marks beside it"), folder=folder)
    shrink = shrink if shrink is not None else shrink_of(detector, [field.path for field in fields])
    return evaluate_fields(fields, detector, shrink, report)


def evaluate_fields(
    fields: Sequence[MarkedField], detector: Detects, shrink: float, report: Report | None = None
) -> Evaluation:
    """The same for some fields of a folder, whose scale is known."""
    looked = []
    for number, field in enumerate(fields, start=1):
        looked.append(Looked(field, look(detector, field, shrink)))
        if report is not None:
            report(number, len(fields))
    threshold = detector.facts.threshold
    found = figures([seen.scored for seen in looked], threshold, shrink)
    found["fields_that_the_model_learnt"] = sum(named(field.path) in detector.facts.fields for field in fields)
    return Evaluation(found, tuple(looked), threshold, shrink)


def shrink_of(detector: Detector, paths: Sequence[Path]) -> float:
    """The scale of a folder's images, found by the detector on a dozen of them."""
    step = max(1, len(paths) // 12)
    return find_shrink(detector, [read(path, shrink=1)[0] for path in paths[::step][:12]])


def look(detector: Detects, field: MarkedField, shrink: float) -> measures.Scored:
    """Detections of one marked field, matched with its marks.

    A field that cannot be read (see `quality`) gives none, as in reading; bacilli marked in it count as missed.
    """
    image, before = read(field.path, shrink=shrink)
    seen = resized(image, before / shrink)
    if quality(seen, densities(seen)).fault is not None:
        return measures.scored(field.path.name, [], field.marks or ())
    found = [
        Detection(d.x * before, d.y * before, d.score)
        for d in detector.detect(image, max(shrink / before, CANDIDATES[0] / 2))
    ]
    marks = field.marks or ()
    near = NEAR * image.shape[1] * before / FULL_WIDTH if image.shape[1] * before > FULL_WIDTH else NEAR
    return measures.scored(field.path.name, match(found, marks, near=near), marks)


def figures(scored: Sequence[measures.Scored], threshold: float, shrink: float) -> dict[str, object]:
    """All figures of an evaluation, rounded to four places, each with its 95 % interval by fields."""
    whole = measures.at(threshold, scored)
    found: dict[str, object] = {name: round(value, 4) for name, value in whole.items()}
    found["average_precision"] = round(measures.average_precision(scored), 4)
    found["froc"] = {name: round(value, 4) for name, value in measures.froc(scored).items()}
    intervals = {
        name: measures.interval(scored, lambda part, name=name: measures.at(threshold, part)[name])  # type: ignore[misc]
        for name in ("precision", "recall", "f1")
    }
    intervals["average_precision"] = measures.interval(scored, measures.average_precision, draws=200)
    found["intervals_95"] = {name: [round(low, 4), round(high, 4)] for name, (low, high) in intervals.items()}
    found["counts"] = _counts(scored, threshold)
    found |= {
        "fields": len(scored),
        "bacilli": sum(field.bacilli for field in scored),
        "threshold": round(threshold, 4),
        "shrink": round(shrink, 3),
        "best_f1_at_any_threshold": round(measures.at(measures.best_threshold(scored), scored)["f1"], 4),
    }
    return found


def _counts(scored: Sequence[measures.Scored], threshold: float) -> dict[str, float]:
    """How counts by field agree: their ratio over all fields, the mean error, and how they move together."""
    machine = np.array([sum(m.detection.score >= threshold for m in field.matched) for field in scored], dtype=float)
    person = np.array([field.bacilli for field in scored], dtype=float)
    together = float(np.corrcoef(machine, person)[0, 1]) if machine.std() > 0 and person.std() > 0 else 0.0
    return {
        "ratio": round(float(machine.sum() / max(person.sum(), 1)), 4),
        "mean_error_per_field": round(float((machine - person).mean()), 4),
        "correlation": round(together, 4),
    }


def errors(evaluation: Evaluation) -> list[tuple[str, str, float, Array]]:
    """(kind, field, score, picture) of every false alarm, the surest first, and of every bacillus that was missed."""
    found = []
    for seen in evaluation.looked:
        image, before = read(seen.field.path, shrink=evaluation.shrink)
        kept = [m for m in seen.scored.matched if m.detection.score >= evaluation.threshold]
        hit = {m.mark for m in kept}
        for m in kept:
            if m.mark is None:
                place = (m.detection.x / before, m.detection.y / before)
                found.append(
                    (
                        "false_alarm",
                        seen.field.path.name,
                        m.detection.score,
                        crop(image, place, evaluation.shrink / before),
                    )
                )
        for number, mark in enumerate(seen.field.marks or ()):
            if mark.label in BACILLI and number not in hit:
                found.append(("missed", seen.field.path.name, 0.0, _of_mark(image, mark, before, evaluation.shrink)))
    return sorted(found, key=lambda error: (error[0], -error[2], error[1]))


def _of_mark(image: Array, mark: Mark, before: float, shrink: float) -> Array:
    x, y = mark.centre
    return crop(image, (x / before, y / before), shrink / before)


def crop(image: Array, at: tuple[float, float], shrink: float) -> Array:
    """The picture around a place, twice as large as the working scale; grey beyond the field's edge."""
    half = int(CROP / 2 * shrink)
    x, y = int(at[0]), int(at[1])
    wide = np.full((2 * half, 2 * half, 3), 128, dtype=np.uint8)
    top, left = max(0, y - half), max(0, x - half)
    part = image[top : y + half, left : x + half]
    wide[top - (y - half) : top - (y - half) + part.shape[0], left - (x - half) : left - (x - half) + part.shape[1]] = (
        part
    )
    return np.asarray(Image.fromarray(resized(wide, 2 * CROP / (2 * half))))
