"""Finds by how much a microscope's images are larger than the scale at which the detector was trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from smear_reader.detector import Detector

Array = np.ndarray
CANDIDATES: tuple[float, ...] = tuple(0.8 * 1.3**step for step in range(8))  # 0.8 to 5
MOST_FIELDS = 6
ALIKE = 0.9  # of candidates within a tenth of the surest the finest is taken: too coarse, neighbours run together
MOST_SIDE = 2100  # pixels across at the working scale: no usual field is as wide
WORKING_SIDE = 850  # pixels across of a usual field at the working scale: what is taken when no field says more


def find_shrink(detector: Detector, images: Sequence[Array]) -> float:
    """The candidate at which the detector is surest of what it finds, over some fields spread over `images`.

    Bacilli are of one size, so at the right scale many places look exactly like one; a field without bacilli says
    little, and where no candidate finds any, the scale follows from the images' width.
    """
    step = max(1, len(images) // MOST_FIELDS)
    chosen = [image for image in images[::step][:MOST_FIELDS] if min(image.shape[:2]) / CANDIDATES[0] >= 64]
    sure = {shrink: sum(_sure(detector, image, shrink) for image in chosen) for shrink in CANDIDATES}
    most = max(sure.values())
    if most < 1:
        return float(max(CANDIDATES[0], images[0].shape[1] / WORKING_SIDE))
    return min(shrink for shrink in CANDIDATES if sure[shrink] >= ALIKE * most)


def _sure(detector: Detector, image: Array, shrink: float) -> float:
    """How much is found: by how much the chances of the forty surest places exceed 0.3, summed."""
    if min(image.shape[:2]) / shrink < 64 or max(image.shape[:2]) / shrink > MOST_SIDE:
        return 0.0
    scores = [found.score for found in detector.detect(image, shrink, least=0.3)][:40]
    return float(sum(score - 0.3 for score in scores))
