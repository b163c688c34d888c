"""Says whether a field can be read at all: sharp enough, stained, neither empty nor too thick, and a smear field."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from smear_reader.images import resized
from smear_reader.optics import densities

Array = np.ndarray


class Fault(StrEnum):
    """Why a field counts for nothing."""

    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    OVEREXPOSED = "overexposed"
    TOO_THICK = "too_thick"
    EMPTY = "empty"
    NOT_A_SMEAR = "not_a_smear"


@dataclass(frozen=True)
class Quality:
    """What was measured of a field, and its fault, if any.

    sharpness: spread of the fine detail over that of the grain. ground: brightness of the clear ground, 0 to 255.
    covered: part of the field that is stained. clear: part within a tenth of the ground's own colour.
    """

    sharpness: float
    ground: float
    covered: float
    clear: float
    fault: Fault | None


def quality(image: Array, shrink: float) -> Quality:
    """Judges a field (bytes, height x width x 3) whose working scale is `shrink` times smaller."""
    seen = resized(image, 1 / shrink)
    density = densities(seen)
    green = density[..., 1]
    ground = float(np.percentile(seen.reshape(-1, 3).mean(axis=1), 75))
    covered = float((green > 0.35).mean())
    clear = float((np.abs(density).max(axis=2) < 0.12).mean())
    measured = _sharpness(green), ground, covered, clear
    return Quality(*measured, _fault(*measured, _mixed(seen)))


def _sharpness(green: Array) -> float:
    """The 99.9th percentile of the size of second differences two pixels apart, in density."""
    across = green[:, 2:-2] * 2 - green[:, :-4] - green[:, 4:]
    down = green[2:-2] * 2 - green[:-4] - green[4:]
    return float(max(np.percentile(np.abs(part), 99.9) for part in (across, down)))


def _mixed(seen: Array) -> float:
    """How many different hues hold a tenth of the picture each: a stained film has few, a street or a cat many."""
    small = seen[::4, ::4].astype(float)
    total = small.sum(axis=2, keepdims=True) + 1
    share = (small / total).reshape(-1, 3)
    away = np.abs(share - np.median(share, axis=0)).max(axis=1)
    return float((away > 0.06).mean())


def _fault(sharpness: float, ground: float, covered: float, clear: float, mixed: float) -> Fault | None:
    if ground < 60:
        return Fault.TOO_DARK
    if ground > 252:
        return Fault.OVEREXPOSED
    if mixed > 0.5 or (clear < 0.05 and covered < 0.2):
        return Fault.NOT_A_SMEAR
    if covered > 0.6:
        return Fault.TOO_THICK
    if sharpness < 0.12:
        return Fault.EMPTY if covered < 0.0005 else Fault.BLURRED
    return None
