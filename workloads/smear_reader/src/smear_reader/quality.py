"""Says whether a field can be read at all: a smear field, sharp enough, stained, neither empty nor too thick.

The limits were set on 139 real fields from two microscopes, of which all but four pass, and on two dozen photographs
and drawings of other things; `docs/smear-reader.md` says how far they hold. All figures are taken at the working scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

Array = np.ndarray


class Fault(StrEnum):
    """Why a field counts for nothing."""

    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    OVEREXPOSED = "overexposed"
    TOO_THICK = "too_thick"
    EMPTY = "empty"
    UNSTAINED = "unstained"
    NOT_A_SMEAR = "not_a_smear"


@dataclass(frozen=True)
class Quality:
    """What was measured of a field, and its fault, if any.

    sharpness: 99.9th percentile of second differences of green density. edges: the same over the contrast of the field,
    since a blurred field of dark cells still has strong differences. ground: brightness of the clear ground, 0 to
    255. covered: part of the field that is stained. colour: how far the stained parts are from grey, in density.
    bright, green, busy: parts brighter than clear ground, parts that let green through best, and the median detail: all
    near nothing in light that came through a stained film.
    """

    sharpness: float
    edges: float
    ground: float
    covered: float
    colour: float
    bright: float
    green: float
    busy: float
    fault: Fault | None


def quality(seen: Array, density: Array) -> Quality:
    """Judges a field at the working scale: its bytes (height x width x 3) and their densities, of the same shape."""
    red, green, blue = (density[::2, ::2, channel] for channel in range(3))
    sharpness = _sharpness(density[..., 1])
    contrast = float(np.percentile(green, 99.9) - np.median(green))
    measured = (
        sharpness,
        sharpness / max(contrast, 0.02),
        float(np.percentile(seen[::2, ::2].mean(axis=2), 75)),
        float((green > 0.35).mean()),
        float(np.percentile(np.ptp(density[::2, ::2], axis=2), 99.5)),
        float(((red + green + blue) / 3 < -0.25).mean()),
        float((green < np.minimum(red, blue) - 0.12).mean()),
        float(np.median(np.abs(green[:, 2:] - green[:, :-2]))),
    )
    return Quality(*measured, _fault(*measured))


def _sharpness(green: Array) -> float:
    """The 99.9th percentile of the size of second differences two pixels apart, in density."""
    across = green[::2, 2:-2] * 2 - green[::2, :-4] - green[::2, 4:]
    down = green[2:-2, ::2] * 2 - green[:-4, ::2] - green[4:, ::2]
    return float(max(np.percentile(np.abs(part), 99.9) for part in (across, down)))


def _fault(
    sharpness: float,
    edges: float,
    ground: float,
    covered: float,
    colour: float,
    bright: float,
    green: float,
    busy: float,
) -> Fault | None:
    if ground < 60:
        return Fault.TOO_DARK
    if bright > 0.004 or green > 0.08 or busy > 0.05:
        return Fault.NOT_A_SMEAR
    if ground > 252:
        return Fault.OVEREXPOSED
    if colour < 0.1:
        return Fault.EMPTY if covered < 0.0005 else Fault.UNSTAINED
    if covered > 0.45:
        return Fault.TOO_THICK
    if sharpness < 0.12 or edges < 0.09:
        return Fault.EMPTY if covered < 0.0005 else Fault.BLURRED
    return None
