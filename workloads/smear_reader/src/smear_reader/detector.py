"""Runs the detector on a field: image in, places that look like bacilli out. Needs ONNX Runtime only."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from smear_reader.images import resized
from smear_reader.matching import Detection
from smear_reader.optics import densities

Array = np.ndarray
STRIDE = 4
BLOCK = 8  # both sides of what the network sees are multiples of this
LEAST = 0.02  # below this chance nothing is a place at all
APART = 2  # cells within which only the surest place is kept
OPAQUE = 1.3  # density for green light behind which nobody sees a bacillus: dried stain, black but for its cracks
AROUND = 20  # pixels on each side that are its surroundings
SHIPPED = Path(__file__).parent / "weights.onnx"


@dataclass(frozen=True)
class Facts:
    """What a model says of itself: the chance above which a place counts, and what it was trained on.

    `fields` names each real field that it learnt, by `named`, so that no figure is taken on them unnoticed.
    """

    threshold: float
    trained: str
    version: int = 1
    fields: tuple[str, ...] = ()


class Detector:
    """A loaded model, on a GPU where there is one, else on the CPU: `threads`, 0 for the cores that we may use."""

    def __init__(self, model: Path = SHIPPED, *, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        # left to itself, ONNX Runtime binds threads to cores that a job does not have, and says so in the job's log
        options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
        options.log_severity_level = 3
        wanted = [name for name in ("CUDAExecutionProvider",) if name in onnxruntime.get_available_providers()]
        self.session = onnxruntime.InferenceSession(str(model), options, providers=[*wanted, "CPUExecutionProvider"])
        said = self.session.get_modelmeta().custom_metadata_map
        kept = json.loads(said["smear_reader"])
        self.facts = Facts(**(kept | {"fields": tuple(kept.get("fields", ()))}))

    def heat(self, density: Array) -> Array:
        """Densities (height x width x 3, sides multiples of 8) to chances (height / 4 x width / 4)."""
        seen = np.ascontiguousarray(density.transpose(2, 0, 1))[None]
        chances: Array = self.session.run(None, {"densities": seen})[0][0, 0]
        return chances

    def detect(self, image: Array, shrink: float, *, least: float = LEAST) -> list[Detection]:
        """Places in pixels of `image`, which is made `shrink` times smaller first; the surest first."""
        seen = resized(image, 1 / shrink, multiple=BLOCK)
        by = image.shape[1] / seen.shape[1], image.shape[0] / seen.shape[0]
        return self.places(densities(seen), by, least=least)

    def places(self, density: Array, by: tuple[float, float], *, least: float = LEAST) -> list[Detection]:
        """Places in a field at the working scale, each side multiplied by `by` (across, down); the surest first.

        What lies in matter through which no light comes is left out (`hidden`).
        """
        return [
            Detection((column + 0.5) * STRIDE * by[0], (row + 0.5) * STRIDE * by[1], score)
            for row, column, score in peaks(self.heat(density), least)
            if not hidden(density, row, column)
        ]


def hidden(density: Array, row: float, column: float) -> bool:
    """Whether a cell lies in matter through which no light comes: there a reader would find cracks, not bacilli."""
    top, left = (max(0, int((place + 0.5) * STRIDE) - AROUND) for place in (row, column))
    around = density[top : top + 2 * AROUND : 4, left : left + 2 * AROUND : 4, 1]
    return bool(np.median(around) > OPAQUE)


def named(field: Path) -> str:
    """A field's name by its content: the first 12 digits of its SHA-256."""
    return hashlib.sha256(field.read_bytes()).hexdigest()[:12]


def peaks(chances: Array, least: float) -> list[tuple[float, float, float]]:
    """(row, column, chance) of the cells that are the largest within `APART` cells, placed between cells by weight."""
    high, wide = chances.shape
    around = np.pad(chances, APART, constant_values=-1.0)
    rows = np.max([around[k : k + high] for k in range(2 * APART + 1)], axis=0)
    highest = np.max([rows[:, k : k + wide] for k in range(2 * APART + 1)], axis=0)
    found = []
    for row, column in np.argwhere((chances == highest) & (chances >= least)):
        part = around[row + APART - 1 : row + APART + 2, column + APART - 1 : column + APART + 2].clip(0)
        weight = part / part.sum()
        dy, dx = float((weight.sum(1) * (-1, 0, 1)).sum()), float((weight.sum(0) * (-1, 0, 1)).sum())
        found.append((float(row) + dy, float(column) + dx, float(chances[row, column])))
    return sorted(found, key=lambda peak: (-peak[2], peak[0], peak[1]))
