"""Finds what a field shows again of the fields before it, so that no bacillus and no ground is counted twice.

Each field is kept as a small picture of its detail. Where the phase correlation of two such pictures has a sharp peak
(Kuglin and Hines, "The phase correlation image alignment method", 1975), the pictures are laid over one another by that
shift, and only if they then agree pixel by pixel is the part held to be the same ground.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image

Array = np.ndarray
WIDE = 128  # pixels across of the small picture; its height follows from the field's
AGREEING = 0.7  # correlation over the common part from which two fields show the same ground
LEAST_PART = 0.08  # of the field's area: smaller overlaps are not looked for
EDGE = 5  # pixels over which the small picture fades out, so that its frame is no feature
PEAKS = 6  # shifts tried for each earlier field


class Overlaps:
    """The fields of one slide so far; only fields of one shape are ever said to overlap."""

    def __init__(self) -> None:
        self._small: list[Array] = []
        self._spectra: list[Array] = []

    def seen_before(self, density: Array) -> Array:
        """Which part of a field (densities at the working scale) earlier fields showed: rows x columns of bool, small.

        The field is then kept, for the fields after it.
        """
        small = _small(density)
        spectrum = _spectrum(small)
        before = np.zeros(small.shape, dtype=bool)
        same = [k for k, other in enumerate(self._small) if other.shape == small.shape]
        if same:
            for k, shifts in zip(
                same, _shifts(np.stack([self._spectra[k] for k in same]), spectrum, small.shape), strict=True
            ):
                _lay_over(before, small, self._small[k], shifts)
        self._small.append(small)
        self._spectra.append(spectrum)
        return before


def pairs(fields: Iterable[Array]) -> set[tuple[int, int]]:
    """The places (earlier, later) of fields, as densities at the working scale, that show some of the same ground."""
    kept = [(small, _spectrum(small)) for small in map(_small, fields)]
    found = set()
    for later, (small, spectrum) in enumerate(kept):
        same = [k for k in range(later) if kept[k][0].shape == small.shape]
        shifts = _shifts(np.stack([kept[k][1] for k in same]), spectrum, small.shape) if same else []
        for k, tried in zip(same, shifts, strict=True):
            before = np.zeros(small.shape, dtype=bool)
            _lay_over(before, small, kept[k][0], tried)
            if before.any():
                found.add((k, later))
    return found


def _small(density: Array) -> Array:
    """The detail of red and green densities, without slow shading: the lamp's fall-off is no match."""
    grey = density[..., 0] + density[..., 1]
    size = (WIDE, max(16, round(WIDE * grey.shape[0] / grey.shape[1])))
    small = np.asarray(Image.fromarray(grey.astype(np.float32)).resize(size, Image.Resampling.BOX), dtype=np.float32)
    detail = small - _blurred(small, 6)
    return np.asarray(np.clip(detail / max(float(detail.std()), 0.02), -2, 2))


def _blurred(small: Array, reach: int) -> Array:
    """Means over squares of 2 x `reach` + 1 pixels."""
    side = 2 * reach + 1
    padded = np.pad(small, reach + 1, mode="edge")[:-1, :-1].cumsum(0, dtype=np.float64).cumsum(1)
    padded = np.pad(padded, ((0, 1), (0, 1)), mode="edge")
    whole = padded[side:, side:] - padded[:-side, side:] - padded[side:, :-side] + padded[:-side, :-side]
    return np.asarray(whole[: small.shape[0], : small.shape[1]] / side**2, dtype=np.float32)


def _spectrum(small: Array) -> Array:
    window = np.outer(*(np.minimum(1, np.minimum(np.arange(n), np.arange(n)[::-1]) / EDGE) for n in small.shape))
    wide = [2 * side for side in small.shape]
    return np.asarray(np.fft.rfft2(small * window, wide), dtype=np.complex64)


def _shifts(earlier: Array, later: Array, shape: tuple[int, ...]) -> list[list[tuple[int, int]]]:
    """For each earlier field the likeliest shifts (rows, columns) that lay the later one over it."""
    cross = earlier * later.conj()
    cross /= np.abs(cross) ** 0.7 + 1e-6
    heights = np.fft.irfft2(cross, [2 * side for side in shape])
    found = []
    for height in heights.reshape(len(earlier), -1):
        best = np.argpartition(height, -PEAKS)[-PEAKS:]
        rows, columns = np.unravel_index(best, (2 * shape[0], 2 * shape[1]))
        found.append(
            [(_signed(int(r), shape[0]), _signed(int(c), shape[1])) for r, c in zip(rows, columns, strict=True)]
        )
    return found


def _signed(shift: int, side: int) -> int:
    return shift - 2 * side if shift >= side else shift


def _lay_over(before: Array, later: Array, earlier: Array, shifts: list[tuple[int, int]]) -> None:
    """Marks in `before` the part of `later` that `earlier` shows under one of the shifts, if it does."""
    parts = [part for shift in shifts if (part := _common(later, earlier, *shift)) is not None]
    best = max(parts, key=lambda part: part[0], default=(0.0, slice(0), slice(0)))
    if best[0] >= AGREEING:
        before[best[1], best[2]] = True


def _common(later: Array, earlier: Array, down: int, across: int) -> tuple[float, slice, slice] | None:
    """How well two fields agree under a shift, and the rows and columns of the later one that both show."""
    high, wide = later.shape
    rows, columns = high - abs(down), wide - abs(across)
    if min(rows, columns) < 8 or rows * columns < LEAST_PART * high * wide:
        return None
    mine = slice(max(0, -down), max(0, -down) + rows), slice(max(0, -across), max(0, -across) + columns)
    theirs = slice(max(0, down), max(0, down) + rows), slice(max(0, across), max(0, across) + columns)
    return _agreement(later[mine], earlier[theirs]), *mine


def _agreement(one: Array, other: Array) -> float:
    """Correlation of two parts; 0 where either is flat."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / size) if size > 1e-6 * a.size else 0.0
