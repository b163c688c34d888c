"""Shows an evaluation's errors as one picture: false alarms above, what was missed below."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from smear_reader.evaluation import CROP, Evaluation, errors

ACROSS = 12
GAP = 4


def gallery(evaluation: Evaluation, path: Path) -> int:
    """Writes the picture and gives the number of errors; red edges are false alarms, blue ones were missed."""
    found = errors(evaluation)
    side = 2 * CROP + 2 * GAP
    rows = [[error for error in found if error[0] == kind] for kind in ("false_alarm", "missed")]
    high = sum(-(-len(row) // ACROSS) for row in rows) or 1
    sheet = np.full((high * side, ACROSS * side, 3), 255, dtype=np.uint8)
    top = 0
    for row, colour in zip(rows, ((200, 30, 30), (30, 60, 200)), strict=True):
        for number, (_, _, _, picture) in enumerate(row):
            y, x = (top + number // ACROSS) * side, number % ACROSS * side
            sheet[y : y + side - GAP, x : x + side - GAP] = colour
            high_, wide = picture.shape[:2]
            sheet[y + GAP // 2 : y + GAP // 2 + high_, x + GAP // 2 : x + GAP // 2 + wide] = picture
        top += -(-len(row) // ACROSS)
    Image.fromarray(sheet).save(path)
    return len(found)
