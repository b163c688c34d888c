"""What the network learns from: fields at the working scale, cut, turned and re-stained into samples without end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from smear_reader.folders import MarkedField
from smear_reader.images import read, resized
from smear_reader.marks import BACILLI, SINGLE, UNCLASSIFIED, Mark
from smear_reader.network import STRIDE
from smear_reader.optics import densities, ground_of
from smear_reader.synthetic import field
from smear_reader.words import SaidError, text

Array = np.ndarray
LENGTH = 30.0  # median longer side of the boxes of single bacilli at the working scale, in pixels
SIDE = 256
CELLS = SIDE // STRIDE
REAL_VARIES = 1.6  # how much farther the stain of a real field is varied than that of a drawn one
MARKED = 0.5  # the part of the cuts that lie around a mark


@dataclass(frozen=True)
class Lesson:
    """A field at the working scale: bytes (height x width x 3) and its marks in the same pixels."""

    image: Array
    marks: tuple[Mark, ...]
    real: bool = False

    @cached_property
    def ground(self) -> Array:
        """Its clear ground, wanted for every part cut from it."""
        return ground_of(self.image)


@dataclass(frozen=True)
class Cut:
    """The part of a lesson that becomes one sample: left and top edge and side, in pixels."""

    left: int
    top: int
    side: int


def drawn(count: int, seed: int) -> list[Lesson]:
    """So many synthetic fields."""
    lessons = []
    for number in range(count):
        image, marks = field(np.random.default_rng([seed, number]), 512, 384)
        lessons.append(Lesson(image, tuple(marks)))
    return lessons


def shrink_of(fields: Sequence[MarkedField]) -> float:
    """By how much these images are larger than the working scale, from the boxes of their single bacilli."""
    sides = [max(m.width, m.height) for f in fields for m in f.marks or () if m.label == SINGLE]
    if not sides:
        raise SaidError(text("no single bacillus is marked, so the scale of these images is not known"))
    return float(np.median(sides)) / LENGTH


def real(fields: Sequence[MarkedField], shrink: float) -> list[Lesson]:
    """Marked fields, made `shrink` times smaller; what nobody marked is left out."""
    lessons = []
    for marked in fields:
        if marked.marks is None:
            continue
        image, before = read(marked.path, shrink=shrink)
        seen = resized(image, before / shrink)
        by = seen.shape[1] / (image.shape[1] * before)
        lessons.append(Lesson(seen, tuple(mark.scaled(by) for mark in marked.marks), real=True))
    return lessons


def somewhere(rng: np.random.Generator, lesson: Lesson, near: tuple[float, float] | None = None) -> Cut:
    """A part of a lesson, a third larger or smaller than a sample is; around a place, where one is given.

    Otherwise half of them lie around one of the marks: a field has few, and most of it is clear ground.
    """
    side = int(SIDE / np.exp(rng.uniform(-0.28, 0.28)))
    high, wide = lesson.image.shape[:2]
    x, y = near if near is not None else (rng.uniform(0, wide), rng.uniform(0, high))
    if near is None and lesson.marks and rng.random() < MARKED:
        x, y = lesson.marks[int(rng.integers(len(lesson.marks)))].centre
    shift = rng.uniform(-0.35, 0.35, 2) * side
    left = int(np.clip(x + shift[0] - side / 2, 0, max(0, wide - side)))
    top = int(np.clip(y + shift[1] - side / 2, 0, max(0, high - side)))
    return Cut(left, top, side)


def sample(rng: np.random.Generator, lesson: Lesson, cut: Cut) -> tuple[Tensor, Tensor, Tensor]:
    """(densities 3 x 256 x 256, target 1 x 64 x 64, weight 1 x 64 x 64) of a part of a lesson, varied.

    Stains vary by a random matrix near one that mixes the three densities, as another batch of dye, lamp or camera
    would, more so for real fields, which come from few slides; then, for some, a softer focus; grain, and one of eight
    turns.
    """
    part = lesson.image[cut.top : cut.top + cut.side, cut.left : cut.left + cut.side]
    part = densities(part, lesson.ground)
    part = np.pad(part, ((0, cut.side - part.shape[0]), (0, cut.side - part.shape[1]), (0, 0)), mode="edge")
    seen = torch.from_numpy(np.ascontiguousarray(part.transpose(2, 0, 1)))[None]
    smaller = cut.side > SIDE
    seen = nn.functional.interpolate(seen, (SIDE, SIDE), mode="bilinear", antialias=smaller, align_corners=False)
    target, weight = targets(lesson.marks, cut)
    flip, turn = bool(rng.random() < 0.5), bool(rng.random() < 0.5)
    stained = _stained(rng, seen[0], REAL_VARIES if lesson.real else 1.0)
    whole = [_turned(part, flip, turn) for part in (stained, target, weight)]
    return whole[0], whole[1], whole[2]


def targets(marks: Sequence[Mark], cut: Cut) -> tuple[Tensor, Tensor]:
    """(target, weight) of a cut: a peak at each bacillus's centre; no weight where a mark is unclassified."""
    rows, columns = np.mgrid[0:CELLS, 0:CELLS].astype(np.float32)
    target, weight = np.zeros((CELLS, CELLS), np.float32), np.ones((CELLS, CELLS), np.float32)
    by = SIDE / cut.side / STRIDE
    for mark in marks:
        x, y = (mark.centre[0] - cut.left) * by - 0.5, (mark.centre[1] - cut.top) * by - 0.5
        if mark.label in BACILLI and -0.5 <= x < CELLS - 0.5 and -0.5 <= y < CELLS - 0.5:
            wide = 1.0 if mark.label == SINGLE else 1.4
            away = (columns - round(x)) ** 2 + (rows - round(y)) ** 2
            target = np.maximum(target, np.exp(-away / (2 * wide**2)))
        elif mark.label == UNCLASSIFIED:
            weight[(abs(columns - x) <= mark.width * by / 2 + 1) & (abs(rows - y) <= mark.height * by / 2 + 1)] = 0
    return torch.from_numpy(target)[None], torch.from_numpy(np.where(target > 0.99, 1, weight).astype(np.float32))[None]


def _stained(rng: np.random.Generator, seen: Tensor, by: float) -> Tensor:
    """Another stain, focus and grain; `by`: how much farther than usual the stain may be from this one."""
    mix = np.diag(np.exp(by * rng.uniform(-0.28, 0.26, 3))) + rng.normal(0, 0.06 * by, (3, 3))
    shift = torch.from_numpy(rng.normal(0, 0.05, 3).astype(np.float32))[:, None, None]
    mixed = torch.einsum("ij,jhw->ihw", torch.from_numpy(mix.astype(np.float32)), seen)
    if rng.random() < 0.25:
        mixed = _softer(mixed, float(rng.uniform(0.4, 1.1)))
    grain = torch.from_numpy(rng.normal(0, rng.uniform(0, 0.04), seen.shape).astype(np.float32))
    return mixed * float(np.exp(rng.normal(0, 0.2))) + shift + grain


def _softer(seen: Tensor, sigma: float) -> Tensor:
    """Blurred by a Gaussian of so many pixels."""
    line = torch.exp(-0.5 * (torch.arange(-3, 4) / sigma) ** 2)
    line = (line / line.sum())[None, None, None].repeat(3, 1, 1, 1)
    across = nn.functional.conv2d(nn.functional.pad(seen[None], (3, 3, 3, 3), mode="replicate"), line, groups=3)
    return nn.functional.conv2d(across, line.transpose(2, 3), groups=3)[0]


def _turned(part: Tensor, flip: bool, turn: bool) -> Tensor:
    part = part.flip(2) if flip else part
    return part.transpose(1, 2) if turn else part
