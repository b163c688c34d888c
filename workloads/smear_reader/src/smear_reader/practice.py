"""From folders and synthetic fields to a model on disk: what `smear-reader train` and `draw` do."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from smear_reader import measures
from smear_reader.detector import Detector, Facts, named
from smear_reader.evaluation import Detects
from smear_reader.export import export
from smear_reader.folders import COLUMNS, MarkedField, marked
from smear_reader.matching import match
from smear_reader.samples import Lesson, drawn, real, shrink_of
from smear_reader.synthetic import field
from smear_reader.training import Plan, Report, Stop, train
from smear_reader.words import SaidError, text

PRECISE = 0.9  # part of the finds on held-back synthetic fields that must be right at the threshold
NEAR = 15.0  # pixels of the working scale: forty of a field of full size
CHECKED = 60  # synthetic fields never trained on, on which the threshold is chosen


@dataclass(frozen=True)
class Wanted:
    """What to train: folders of marked fields, so many synthetic ones, where to, how long, from which weights."""

    folders: tuple[Path, ...]
    synthetic: int
    out: Path
    steps: int = 2000
    seed: int = 1
    start: Path | None = None


@dataclass(frozen=True)
class Material:
    """Marked fields of one microscope to learn from, by how much they are larger than the working scale, their name."""

    name: str
    fields: tuple[MarkedField, ...]
    shrink: float

    def __str__(self) -> str:
        return f"{self.name} ({len(self.fields)} fields, {self.shrink:.2f} times the working scale)"


def material(folder: Path) -> Material:
    """All marked fields of a folder; the scale follows from the boxes of single bacilli."""
    fields = tuple(field for field in marked(folder) if field.marks is not None)
    return Material(folder.name, fields, shrink_of(fields))


def practise(wanted: Wanted, report: Report | None = None, stop: Stop | None = None) -> dict[str, object]:
    """Trains on all of the folders and writes `wanted.out`, beside it the checkpoint; gives what was done."""
    if not wanted.folders and not wanted.synthetic:
        raise SaidError(text("nothing to learn from: give --data, --synthetic, or both"))
    lessons = drawn(wanted.synthetic, wanted.seed)
    return learn(wanted, [material(folder) for folder in wanted.folders], lessons, report, stop)


def learn(
    wanted: Wanted,
    materials: Sequence[Material],
    synthetic: Sequence[Lesson],
    report: Report | None = None,
    stop: Stop | None = None,
) -> dict[str, object]:
    """Trains on these fields, whatever `wanted.folders` says, and writes `wanted.out`.

    The threshold is the score at which F1 is largest on the real lessons, where there are any, after they were learnt.
    Else it is the score down to which `PRECISE` of what is found on synthetic fields held back is right: those hold
    many bacilli too pale for most eyes, so the largest F1 on them would lie too low for a slide.
    """
    real_ones = [lesson for each in materials for lesson in real(each.fields, each.shrink)]
    plan, kept = Plan(steps=wanted.steps, seed=wanted.seed), wanted.out.with_suffix(".checkpoint")
    network = train([*synthetic, *real_ones], plan, kept, report=report, stop=stop, start=wanted.start)
    first = f"{len(synthetic)} synthetic fields"
    trained = " and ".join([*([first] if synthetic else []), *map(str, materials)])
    if wanted.start is not None:
        trained += f", begun from {wanted.start.stem}"
    facts = Facts(0.5, trained, fields=tuple(sorted(named(field.path) for each in materials for field in each.fields)))
    export(network, wanted.out, facts)
    if real_ones:
        chosen = measures.best_threshold(scored(Detector(wanted.out), real_ones))
    else:
        held = drawn(CHECKED, wanted.seed + 1_000_000)
        chosen = measures.precise_threshold(scored(Detector(wanted.out), held), PRECISE)
    export(network, wanted.out, replace(facts, threshold=round(chosen, 4)))
    return {
        "model": str(wanted.out),
        "trained": trained,
        "threshold": round(chosen, 4),
        "bytes": wanted.out.stat().st_size,
    }


def scored(detector: Detects, lessons: Sequence[Lesson]) -> list[measures.Scored]:
    """What a detector finds on these lessons."""
    return [
        measures.scored(str(number), match(detector.detect(lesson.image, 1.0), lesson.marks, near=NEAR), lesson.marks)
        for number, lesson in enumerate(lessons)
    ]


def draw(folder: Path, count: int, seed: int) -> None:
    """Writes so many synthetic fields as PNG with their marks as CSV."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        image, marks = field(np.random.default_rng([seed, number]))
        Image.fromarray(image).save(folder / f"{number + 1}.png")
        with (folder / f"{number + 1}.csv").open("w", encoding="utf-8", newline="") as lines:
            rows = csv.writer(lines)
            rows.writerow(COLUMNS)
            rows.writerows([m.label, *(round(value, 1) for value in m[1:])] for m in marks)
