"""Marks on a film of optical densities: rods, blobs, haze and grains, each drawn only where it lies."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
EDGE = 3.0  # pixels drawn beyond a shape's own size, in units of its softness


class Film:
    """A height x width x 3 array of optical densities; shapes add to it."""

    def __init__(self, height: int, width: int) -> None:
        self.shape = (height, width)
        self.density = np.zeros((height, width, 3), dtype=np.float32)

    def somewhere(self, rng: np.random.Generator) -> tuple[float, float]:
        return float(rng.uniform(0, self.shape[1])), float(rng.uniform(0, self.shape[0]))

    def add(self, map_: Array, colour: Array) -> None:
        """Adds a map over the whole film, in a colour."""
        self.density += (map_[..., None] * colour).astype(np.float32)

    def window(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice] | None:
        """The part of the film within these edges, or None where they lie outside."""
        rows = slice(max(0, int(top)), min(self.shape[0], int(bottom) + 2))
        columns = slice(max(0, int(left)), min(self.shape[1], int(right) + 2))
        return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None

    def blurred(self, sigma: float) -> Array:
        """The densities seen through an objective that blurs by so many pixels (a Gaussian, applied by its kernel)."""
        reach = max(1, int(3 * sigma))
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
        kernel = (kernel / kernel.sum()).astype(np.float32)
        out = np.pad(self.density, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
        high, wide = self.shape
        nothing: Array = np.zeros(1, np.float32)
        out = sum((weight * out[i : i + high] for i, weight in enumerate(kernel)), nothing)
        return sum((weight * out[:, i : i + wide] for i, weight in enumerate(kernel)), nothing)


def rod(
    rng: np.random.Generator,
    film: Film,
    at: tuple[float, float],
    length: float,
    width: float,
    colour: Array,
    *,
    angle: float | None = None,
    turn: float = 0.3,
    beads: float = 0.0,
    soft: float = 1.0,
) -> Array:
    """Draws a rod around `at` that bends by up to `turn` radians over its length; gives the points of its middle line.

    `beads` (0 to 1): how much weaker it is between its beads. `soft`: pixels over which its edge fades.
    """
    steps = max(4, int(length / 2))
    bend = rng.normal(0, 1) * turn
    start = rng.uniform(0, 2 * np.pi) if angle is None else angle
    along = np.linspace(-0.5, 0.5, steps)
    heading = start + bend * along + 0.15 * turn * np.sin(along * rng.uniform(4, 12))
    points = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1) * (length / steps), axis=0)
    points += np.array(at) - points.mean(axis=0)
    margin = width / 2 + EDGE * soft
    (left, top), (right, bottom) = points.min(axis=0) - margin, points.max(axis=0) + margin
    where = film.window(left, top, right, bottom)
    if where is None:
        return points
    y, x = np.mgrid[where[0], where[1]].astype(np.float32)
    away = (x[..., None] - points[:, 0]) ** 2 + (y[..., None] - points[:, 1]) ** 2
    nearest = away.argmin(axis=2)
    distance = np.sqrt(np.take_along_axis(away, nearest[..., None], axis=2)[..., 0])
    phase = rng.uniform(0, 2 * np.pi)
    pattern = 1 - beads * (0.5 + 0.5 * np.sin(phase + np.arange(steps) * rng.uniform(0.6, 1.4)))
    map_ = pattern[nearest] / (1 + np.exp(np.clip((distance - width / 2) / (0.35 * soft), -30, 30)))
    film.density[where] += (map_[..., None] * colour).astype(np.float32)
    return points


def blob(
    rng: np.random.Generator,
    film: Film,
    at: tuple[float, float],
    radius: float,
    colour: Array,
    *,
    soft: float = 1.0,
    rough: float = 0.2,
    grain: float = 0.0,
) -> None:
    """Draws a closed shape whose outline wanders by `rough` of its radius, mottled within by `grain`."""
    reach = radius * (1 + 2 * rough) + EDGE * soft
    where = film.window(at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach)
    if where is None:
        return
    y, x = np.mgrid[where[0], where[1]].astype(np.float32)
    stretch, lean = rng.uniform(0.7, 1.4), rng.uniform(0, np.pi)
    dx, dy = x - at[0], y - at[1]
    u, v = (dx * np.cos(lean) + dy * np.sin(lean)) * stretch, (dy * np.cos(lean) - dx * np.sin(lean)) / stretch
    around = np.arctan2(v, u)
    edge = np.ones_like(around)
    for wave in range(2, 7):
        edge += rough * rng.normal(0, 0.5) / wave * 2 * np.cos(wave * around + rng.uniform(0, 2 * np.pi))
    map_ = 1 / (1 + np.exp(np.clip((np.hypot(u, v) - radius * edge) / (0.35 * soft), -30, 30)))
    if grain:
        mottle = haze(rng, (int(map_.shape[0]), int(map_.shape[1])), max(2.0, radius / 6), 0.0)
        map_ = map_ * (1 - grain + 2 * grain * mottle)
    film.density[where] += (map_[..., None] * colour).astype(np.float32)


def lobed(
    rng: np.random.Generator,
    film: Film,
    centres: list[tuple[float, float]],
    radius: float,
    colour: Array,
    *,
    soft: float = 2.5,
    grain: float = 0.2,
) -> None:
    """Draws one body of several round lobes that run into one another, as the nucleus of a white cell does."""
    reach = radius * 1.6 + EDGE * soft
    xs, ys = [x for x, _ in centres], [y for _, y in centres]
    where = film.window(min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach)
    if where is None:
        return
    y, x = np.mgrid[where[0], where[1]].astype(np.float32)
    body = np.zeros_like(x)
    for cx, cy in centres:
        stretch, lean = rng.uniform(0.75, 1.3), rng.uniform(0, np.pi)
        dx, dy = x - cx, y - cy
        u, v = (dx * np.cos(lean) + dy * np.sin(lean)) * stretch, (dy * np.cos(lean) - dx * np.sin(lean)) / stretch
        edge = radius * rng.uniform(0.7, 1.1)
        body = np.maximum(body, 1 / (1 + np.exp(np.clip((np.hypot(u, v) - edge) / (0.35 * soft), -30, 30))))
    mottle = haze(rng, (int(body.shape[0]), int(body.shape[1])), max(2.0, radius / 4), 0.0)
    film.density[where] += ((body * (1 - grain + grain * mottle))[..., None] * colour).astype(np.float32)


def haze(rng: np.random.Generator, shape: tuple[int, int], size: float, above: float) -> Array:
    """Smooth noise between 0 and 1 with features of about `size` pixels; what lies below `above` is nothing."""
    coarse = rng.random((int(shape[0] / size) + 4, int(shape[1] / size) + 4)).astype(np.float32)
    rows, columns = np.arange(shape[0]) / size, np.arange(shape[1]) / size
    smooth = _between(_between(coarse, rows).T, columns).T
    smooth = (smooth - smooth.min()) / max(float(np.ptp(smooth)), 1e-6)
    kept: Array = np.clip((smooth - above) / (1 - above), 0, 1)
    return kept


def _between(table: Array, at: Array) -> Array:
    """Rows of a table at places between them, by a cubic (Catmull and Rom)."""
    base = at.astype(int)
    t = (at - base)[:, None].astype(np.float32)
    a, b, c, d = (table[base + k] for k in range(4))
    curve: Array = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    return curve


def speckle(rng: np.random.Generator, film: Film, colour: Array, count: int) -> None:
    """So many grains of one to two pixels."""
    high, wide = film.shape
    rows, columns = rng.integers(0, high - 1, count), rng.integers(0, wide - 1, count)
    weight = rng.uniform(0.3, 1, (count, 1))
    for dy, dx, part in ((0, 0, 1.0), (0, 1, 0.6), (1, 0, 0.6), (1, 1, 0.4)):
        np.add.at(film.density, (rows + dy, columns + dx), (part * weight * colour).astype(np.float32))
