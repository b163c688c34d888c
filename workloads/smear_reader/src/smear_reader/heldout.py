"""Trains and judges where nothing judged was learnt: contiguous blocks of one set in turn, or one set of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from smear_reader import measures
from smear_reader.baseline import Baseline
from smear_reader.detector import Detector
from smear_reader.evaluation import Detects, evaluate_fields, figures
from smear_reader.folders import MarkedField
from smear_reader.matching import Detection
from smear_reader.optics import densities
from smear_reader.overlap import pairs
from smear_reader.practice import Material, Wanted, learn
from smear_reader.samples import Lesson, drawn, real
from smear_reader.training import Stop
from smear_reader.words import SaidError, text

Report = Callable[[str, int, float], None]


@dataclass(frozen=True)
class Fold:
    """What is learnt and what is judged; `shrink` is the judged fields' scale."""

    name: str
    learnt: tuple[Material, ...]
    judged: tuple[MarkedField, ...]
    shrink: float


def blocks(whole: Material, firsts: Sequence[str]) -> list[Fold]:
    """One fold for each contiguous block of a set; `firsts` names the first field of every block but the first.

    What is judged is learnt nowhere: a field outside the block that shows some of the ground of one within (slides are
    photographed with overlap) is left out of what that fold learns. The scale comes from all fields of the set, which
    one microscope took. `SaidError` for a name that no field has.
    """
    names = [field.path.stem for field in whole.fields]
    unknown = [first for first in firsts if first not in names]
    if unknown:
        raise SaidError(text("{folder} has no field {fields}"), folder=whole.name, fields=", ".join(unknown))
    edges = [0, *sorted(names.index(first) for first in firsts), len(names)]
    shared = pairs(densities(lesson.image) for lesson in real(whole.fields, whole.shrink))
    found = []
    for start, end in pairwise(edges):
        inside = range(start, end)
        beside = {one for pair in shared for one in pair if any(other in inside for other in pair)}
        rest = tuple(f for place, f in enumerate(whole.fields) if place not in inside and place not in beside)
        name = f"{whole.name}-{names[start]}-{names[end - 1]}"
        found.append(Fold(name, (replace(whole, fields=rest),), whole.fields[start:end], whole.shrink))
    return found


def sets(materials: Sequence[Material]) -> list[Fold]:
    """One fold for each set: learnt from all others. The scale of the set is given, not found."""
    return [
        Fold(one.name, tuple(other for other in materials if other is not one), one.fields, one.shrink)
        for one in materials
    ]


def hold_out(
    folds: Sequence[Fold], wanted: Wanted, report: Report | None = None, stop: Stop | None = None
) -> dict[str, object]:
    """Trains each fold into the folder `wanted.out`, and gives the figures of each and of all their fields together.

    Each model is read at the threshold that it chose on what it learnt. Raises `Interrupted` as training does; the
    same call goes on from the checkpoints.
    """
    wanted.out.mkdir(parents=True, exist_ok=True)
    synthetic = drawn(wanted.synthetic, wanted.seed)
    models = []
    for fold in folds:
        one = replace(wanted, out=wanted.out / f"{fold.name}.onnx")
        told = None if report is None else (lambda step, cost, name=fold.name: report(name, step, cost))
        learn(one, fold.learnt, synthetic, told, stop)
        models.append(Detector(one.out))
    return judged(folds, models)


def with_baseline(folds: Sequence[Fold], synthetic: Sequence[Lesson] = ()) -> dict[str, object]:
    """The classical baseline's figures for the same folds."""
    models = []
    for fold in folds:
        lessons = [lesson for each in fold.learnt for lesson in real(each.fields, each.shrink)]
        models.append(Baseline([*lessons, *synthetic]))
    return judged(folds, models)


def judged(folds: Sequence[Fold], models: Sequence[Detects]) -> dict[str, object]:
    """Figures by fold, and of all fields together with every fold's own threshold moved to one half."""
    each, together = {}, []
    for fold, model in zip(folds, models, strict=True):
        found = evaluate_fields(fold.judged, model, fold.shrink)
        each[fold.name] = found.figures
        together += [moved(seen.scored, model.facts.threshold) for seen in found.looked]
    return {"folds": each, "together": figures(together, 0.5, folds[0].shrink)}


def moved(field: measures.Scored, threshold: float) -> measures.Scored:
    """The field with the odds of its scores divided by those of `threshold`, which then stands at one half."""
    by = (1 - threshold) / threshold if 0 < threshold < 1 else 1.0
    return replace(
        field,
        matched=tuple(matched._replace(detection=_rescored(matched.detection, by)) for matched in field.matched),
    )


def _rescored(detection: Detection, by: float) -> Detection:
    odds = by * detection.score / max(1 - detection.score, 1e-9)
    return detection._replace(score=float(np.clip(odds / (1 + odds), 0, 1)))
