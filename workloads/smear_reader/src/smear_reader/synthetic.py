"""Draws Ziehl-Neelsen fields that never were: light through a stained film, with its bacilli and what looks like them.

A field is drawn as a camera would see it: a lamp's colour and fall-off, dimmed by what stands in the light (Beer and
Lambert: optical densities add), blurred by the objective, given a sensor's noise and a JPEG's blocks. Every number of a
slide (stains, haze, cells, dirt, sharpness) is drawn anew for each field, from ranges wider than one laboratory has.
Lengths are in pixels of the reader's working scale, at which a bacillus is about 25 pixels long.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from smear_reader.drawing import Film, blob, haze, lobed, rod, speckle
from smear_reader.marks import ARTIFACT, CLUSTER, SINGLE, Mark

Array = np.ndarray


@dataclass(frozen=True)
class Style:
    """What one slide under one microscope has in common; colours are optical densities for red, green and blue."""

    lamp: Array
    fuchsin: Array
    blue: Array
    brown: Array
    strength: float
    blur: float
    gain: float


LAMPS = np.array(
    [
        (222, 184, 164), (205, 160, 168), (196, 198, 156), (180, 200, 198), (236, 232, 160), (186, 178, 196),
        (198, 244, 158), (178, 192, 168), (242, 226, 205), (168, 150, 200), (205, 208, 210), (212, 196, 140),
    ],
    dtype=float,
)  # fmt: skip


def field(rng: np.random.Generator, width: int = 640, height: int = 480) -> tuple[Array, list[Mark]]:
    """One field: (height x width x 3 array of bytes, its marks). The same generator state gives the same field."""
    style = _style(rng)
    film = Film(height, width)
    _ground(rng, film, style)
    _cells(rng, film, style)
    _dirt(rng, film, style)
    marks = _lookalikes(rng, film, style)
    marks += _bacilli(rng, film, style)
    return _seen(rng, film, style), marks


def _style(rng: np.random.Generator) -> Style:
    lamp = LAMPS[rng.integers(len(LAMPS))] * rng.uniform(0.85, 1.12) + rng.normal(0, 10, 3)
    fuchsin = np.array([rng.uniform(0.22, 0.75), 1.0, rng.uniform(0.2, 0.75)])
    blue = np.array([1.0, rng.uniform(0.35, 0.85), rng.uniform(0.08, 0.5)])
    brown = np.array([rng.uniform(0.5, 0.9), rng.uniform(0.7, 1.0), rng.uniform(0.7, 1.2)])
    strength = float(np.exp(rng.normal(np.log(0.62), 0.36)))
    return Style(np.clip(lamp, 110, 250), fuchsin, blue, brown, strength, rng.uniform(0.5, 1.3), rng.uniform(0.8, 1.25))


def _ground(rng: np.random.Generator, film: Film, style: Style) -> None:
    """Mucus and counterstain without form: slow haze, fine grain, little bubbles that gather the light."""
    for colour, most in ((style.blue, 0.35), (style.fuchsin, 0.14), (style.brown, 0.1)):
        if rng.random() < 0.75:
            film.add(haze(rng, film.shape, rng.uniform(15, 140), rng.uniform(0.2, 0.8)), colour * rng.uniform(0, most))
    film.add(haze(rng, film.shape, rng.uniform(2, 5), 0.0) - 0.5, np.ones(3) * rng.uniform(0, 0.07))
    if rng.random() < 0.5:
        film.add(haze(rng, film.shape, rng.uniform(3, 8), 0.6), style.blue * rng.uniform(0, 0.25))
    for _ in range(rng.poisson(rng.choice([0, 30, 120]))):
        x, y = film.somewhere(rng)
        ring = rng.uniform(2, 6)
        blob(rng, film, (x, y), ring, np.ones(3) * rng.uniform(0.02, 0.09), soft=ring / 2, rough=0.1)
        blob(rng, film, (x, y), ring * 0.6, -np.ones(3) * rng.uniform(0.03, 0.16), soft=1.2, rough=0.1)
    for _ in range(rng.poisson(0.5)):
        x, y = film.somewhere(rng)
        rod(
            rng, film, (x, y), rng.uniform(100, 600), rng.uniform(2, 10), -np.ones(3) * rng.uniform(0.02, 0.1), turn=0.1
        )


def _cells(rng: np.random.Generator, film: Film, style: Style) -> None:
    """Nuclei of white cells in one to four lobes, and large flat epithelial cells with folds."""
    depth = rng.uniform(0.5, 2.2)
    for _ in range(rng.poisson(rng.choice([0, 0, 2, 8, 22]))):
        x, y = film.somewhere(rng)
        size = rng.uniform(9, 17)
        colour, soft = style.blue * depth * rng.uniform(0.5, 1.1), rng.uniform(2, 5)
        lobes = [(x + rng.normal(0, size * 0.8), y + rng.normal(0, size * 0.8)) for _ in range(rng.integers(1, 5))]
        lobed(rng, film, lobes, size * rng.uniform(0.6, 1), colour, soft=soft, grain=rng.uniform(0, 0.4))
        if rng.random() < 0.4:
            blob(rng, film, (x, y), size * 2, style.fuchsin * rng.uniform(0, 0.15), soft=8, rough=0.3)
    for _ in range(rng.poisson(0.5)):
        at, size = film.somewhere(rng), rng.uniform(50, 150)
        colour = (style.fuchsin, style.brown, style.blue)[rng.integers(3)] * rng.uniform(0.06, 0.4)
        blob(rng, film, at, size, colour, soft=3, rough=0.35, grain=0.5)
        for _ in range(rng.integers(0, 7)):
            start = at[0] + rng.normal(0, size / 3), at[1] + rng.normal(0, size / 3)
            rod(rng, film, start, rng.uniform(20, size), rng.uniform(1.5, 4), colour * rng.uniform(0.2, 0.7), turn=0.5)
    for _ in range(rng.poisson(0.7)):  # threads of fibrin and mucus, wide and pale
        colour = (style.fuchsin, style.blue)[rng.integers(2)] * rng.uniform(0.1, 0.4)
        rod(rng, film, film.somewhere(rng), rng.uniform(80, 400), rng.uniform(7, 22), colour, turn=0.8, soft=4)


def _dirt(rng: np.random.Generator, film: Film, style: Style) -> None:
    """Stain deposits, dust and crystals: dark, sharp, round or ragged, never rods."""
    for _ in range(rng.poisson(rng.choice([2, 8, 25]))):
        colour = (style.blue, style.brown, np.ones(3), style.fuchsin + style.blue)[rng.integers(4)]
        size = float(np.exp(rng.normal(0.9, 0.5)))
        blob(
            rng, film, film.somewhere(rng), size, colour * rng.uniform(0.2, 1.4), soft=rng.uniform(0.8, 2.5), rough=0.3
        )
    for _ in range(rng.poisson(0.8)):
        colour = (style.brown, np.ones(3), style.fuchsin + 0.6 * style.blue)[rng.integers(3)] * rng.uniform(0.6, 3.0)
        blob(rng, film, film.somewhere(rng), rng.uniform(8, 32), colour, soft=rng.uniform(1.2, 6), rough=0.6, grain=0.4)
    for _ in range(rng.poisson(1.5)):  # clumps of blue grains
        x, y = film.somewhere(rng)
        spread = rng.uniform(6, 28)
        for _ in range(rng.integers(6, 45)):
            at = x + rng.normal(0, spread), y + rng.normal(0, spread)
            blob(rng, film, at, rng.uniform(1, 3.5), style.blue * rng.uniform(0.15, 0.7), soft=1.3, rough=0.2)
    speckle(rng, film, style.blue * rng.uniform(0.05, 0.3), rng.poisson(rng.choice([0, 60, 250])))


def _lookalikes(rng: np.random.Generator, film: Film, style: Style) -> list[Mark]:
    """Rods that are not red, red things that are not rods: what a reader must learn to leave."""
    marks = []
    for _ in range(rng.poisson(2.0)):
        at, length, wide = film.somewhere(rng), rng.uniform(9, 34), rng.uniform(2.6, 6.5)
        colour = (style.blue, style.blue + 0.4, np.ones(3), style.brown)[rng.integers(4)] * rng.uniform(0.3, 1.4)
        marks.append(_box(ARTIFACT, rod(rng, film, at, length, wide, colour, turn=0.4)))
    for _ in range(rng.poisson(1.6)):
        at, colour = film.somewhere(rng), style.fuchsin * style.strength * rng.uniform(0.4, 1.3)
        size = rng.uniform(1.8, 4.5)
        blob(rng, film, at, size, colour, soft=rng.uniform(1, 2.5), rough=0.35)
        marks.append(Mark(ARTIFACT, at[0] - size, at[1] - size, 2 * size, 2 * size))
    for _ in range(rng.poisson(0.5)):
        at, colour = film.somewhere(rng), style.fuchsin * rng.uniform(0.1, 0.45)
        marks.append(
            _box(ARTIFACT, rod(rng, film, at, rng.uniform(25, 70), rng.uniform(9, 20), colour, turn=0.5, soft=3))
        )
    return marks


def _bacilli(rng: np.random.Generator, film: Film, style: Style) -> list[Mark]:
    """Slender red rods, straight or curved, even or beaded, alone or in bundles, cords and letters of the alphabet."""
    marks = []
    for _ in range(rng.poisson(rng.choice([0, 3, 8, 16]))):
        x, y = film.somewhere(rng)
        count = 1 if rng.random() < 0.83 else int(rng.integers(2, 7))
        direction, spread = rng.uniform(0, np.pi), rng.uniform(3, 8) * np.sqrt(count - 1)
        found = []
        for _ in range(count):
            at = x + rng.normal(0, spread), y + rng.normal(0, spread)
            angle = direction + (rng.normal(0, 0.15) if rng.random() < 0.5 else rng.uniform(0, np.pi))
            found.append(_bacillus(rng, film, style, at, angle))
        marks.append(_box(SINGLE if count == 1 else CLUSTER, np.concatenate(found)))
    return marks


def _bacillus(rng: np.random.Generator, film: Film, style: Style, at: tuple[float, float], angle: float) -> Array:
    length = float(np.clip(np.exp(rng.normal(np.log(21), 0.33)), 8, 48))
    hue = style.fuchsin + rng.normal(0, 0.06, 3) + style.blue * (rng.uniform(0, 0.35) if rng.random() < 0.3 else 0)
    colour = hue * style.strength * np.exp(rng.normal(0, 0.28))
    width, turn, soft = rng.uniform(2.2, 4.3), float(abs(rng.normal(0, 0.5))), rng.uniform(0.7, 1.5)
    beads = rng.uniform(0, 0.85) if rng.random() < 0.4 else 0.0
    colour = np.clip(colour, 0.03, 2.2)
    return rod(rng, film, at, length, width, colour, angle=angle, turn=turn, beads=beads, soft=soft)


def _box(label: str, points: Array) -> Mark:
    (left, top), (right, bottom) = points.min(axis=0) - 3, points.max(axis=0) + 3
    return Mark(label, float(left), float(top), float(right - left), float(bottom - top))


def _seen(rng: np.random.Generator, film: Film, style: Style) -> Array:
    """What the camera makes of the film: fall-off of the lamp, blur, noise, a tone curve and JPEG."""
    high, wide = film.shape
    y, x = np.mgrid[0:high, 0:wide]
    px, py = (x - wide * rng.uniform(0.2, 0.8)) / wide, (y - high * rng.uniform(0.2, 0.8)) / wide
    light = 1 - rng.uniform(0, 0.7) * (px**2 + py**2) + rng.normal(0, 0.08) * px + rng.normal(0, 0.08) * py
    density = film.blurred(style.blur)
    if rng.random() < 0.6:  # cameras sharpen, and refraction leaves a bright rim
        density = density + rng.uniform(0.1, 0.7) * (density - film.blurred(style.blur + rng.uniform(1, 3)))
    image = style.lamp * light[..., None] * np.exp(-density)
    image = 255 * np.clip(image / 255, 0, 1) ** style.gain
    noise = rng.normal(0, rng.uniform(0.5, 5), (high, wide, 1)) + rng.normal(0, rng.uniform(0, 2.5), (high, wide, 3))
    image = np.clip(image + noise, 0, 255).astype(np.uint8)
    kept = io.BytesIO()
    Image.fromarray(image).save(kept, "JPEG", quality=int(rng.integers(60, 96)))
    return np.asarray(Image.open(kept))
