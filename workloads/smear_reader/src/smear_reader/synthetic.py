"""Draws Ziehl-Neelsen fields that never were: light through a stained film, with its bacilli and what looks like them.

A field is drawn as a camera would see it: a lamp's colour and fall-off, dimmed by what stands in the light (Beer and
Lambert: optical densities add), blurred by the objective, given a sensor's noise and a JPEG's blocks. Every number of a
slide (stains, haze, cells, dirt, sharpness) is drawn anew for each field, from ranges wider than one laboratory has.
Lengths are in pixels of the reader's working scale, at which a bacillus is about 27 pixels long.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image

from smear_reader.detector import OPAQUE
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
        (226, 218, 152), (255, 254, 176), (182, 172, 122), (214, 208, 160), (168, 176, 140), (255, 255, 255),
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
    purple = rng.random() < 0.3  # fuchsin over blue, or a camera whose red sees green light too
    fuchsin = np.array([rng.uniform(0.4, 0.75) if purple else rng.uniform(0.08, 0.45), 1.0, rng.uniform(0.08, 0.85)])
    blue = np.array([1.0, rng.uniform(0.3, 0.85), rng.uniform(0.05, 0.5)])
    brown = np.array([rng.uniform(0.5, 0.9), rng.uniform(0.7, 1.0), rng.uniform(0.7, 1.2)])
    strength = float(np.exp(rng.normal(np.log(0.55), 0.42)))
    blur = rng.uniform(0.5, 1.8)
    return Style(np.clip(lamp, 110, 265), fuchsin, blue, brown, strength, blur, rng.uniform(0.8, 1.25))


def _ground(rng: np.random.Generator, film: Film, style: Style) -> None:
    """Mucus and counterstain without form: slow haze, fine grain, little bubbles that gather the light."""
    for colour, most in ((style.blue, 0.35), (style.fuchsin, 0.14), (style.brown, 0.1)):
        if rng.random() < 0.75:
            film.add(haze(rng, film.shape, rng.uniform(15, 140), rng.uniform(0.2, 0.8)), colour * rng.uniform(0, most))
    film.add(haze(rng, film.shape, rng.uniform(2, 5), 0.0) - 0.5, np.ones(3) * rng.uniform(0, 0.07))
    if rng.random() < 0.5:
        film.add(haze(rng, film.shape, rng.uniform(3, 8), 0.6), style.blue * rng.uniform(0, 0.25))
    if rng.random() < 0.5:  # a film that is cobbled by mucus: grains as large as a bacillus is wide, and pits
        film.add(haze(rng, film.shape, rng.uniform(5, 14), 0.0) - 0.5, np.ones(3) * rng.uniform(0.02, 0.16))
    for _ in range(rng.poisson(rng.choice([0, 30, 120]))):
        x, y = film.somewhere(rng)
        ring = rng.uniform(2, 6) if rng.random() < 0.8 else rng.uniform(6, 14)
        blob(rng, film, (x, y), ring, np.ones(3) * rng.uniform(0.02, 0.09), soft=ring / 2, rough=0.1)
        blob(rng, film, (x, y), ring * 0.6, -np.ones(3) * rng.uniform(0.03, 0.16), soft=1.2, rough=0.1)
    for _ in range(rng.poisson(0.5)):
        x, y = film.somewhere(rng)
        rod(
            rng, film, (x, y), rng.uniform(100, 600), rng.uniform(2, 10), -np.ones(3) * rng.uniform(0.02, 0.1), turn=0.1
        )


def _cells(rng: np.random.Generator, film: Film, style: Style) -> None:
    """Nuclei of white cells in one to four lobes, and large flat epithelial cells with folds."""
    depth, usual = rng.uniform(0.5, 3.6), rng.uniform(9, 24)
    for _ in range(rng.poisson(rng.choice([0, 2, 6, 16]))):
        x, y = film.somewhere(rng)
        size = usual * rng.uniform(0.75, 1.25)
        colour, soft = style.blue * depth * rng.uniform(0.5, 1.1), rng.uniform(1.2, 5)
        lobes = [(x + rng.normal(0, size * 0.8), y + rng.normal(0, size * 0.8)) for _ in range(rng.integers(1, 5))]
        lobed(rng, film, lobes, size * rng.uniform(0.6, 1), colour, soft=soft, grain=rng.uniform(0, 0.6))
        for _ in range(rng.poisson(rng.choice([0, 2, 5]))):  # chromatin: darker lumps and creases within
            at = x + rng.normal(0, size * 0.6), y + rng.normal(0, size * 0.6)
            if rng.random() < 0.6:
                blob(rng, film, at, rng.uniform(2, size / 2), colour * rng.uniform(0.1, 0.6), soft=soft, rough=0.4)
            else:
                rod(rng, film, at, rng.uniform(8, 26), rng.uniform(2, 5), colour * rng.uniform(0.1, 0.6), soft=1.5)
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
    _crystals(rng, film, style)
    if rng.random() < 0.1:
        _deposit(rng, film, style)
    for _ in range(rng.poisson(rng.choice([0, 4, 14]))):  # grey and violet scraps, pale
        x, y = film.somewhere(rng)
        colour = (np.ones(3), style.blue, style.fuchsin + style.blue)[rng.integers(3)] * rng.uniform(0.06, 0.35)
        for _ in range(rng.integers(1, 5)):
            at = x + rng.normal(0, 5), y + rng.normal(0, 5)
            blob(rng, film, at, rng.uniform(2, 6), colour, soft=rng.uniform(1, 2.5), rough=0.7)
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


def _crystals(rng: np.random.Generator, film: Film, style: Style) -> None:
    """Refractile matter, brown or golden, in heaps of grains with a bright rim; and masses far out of focus."""
    for _ in range(rng.poisson(0.5)):
        x, y = film.somewhere(rng)
        spread, grain = rng.uniform(4, 26), rng.uniform(4, 11)
        colour = style.brown * np.array([rng.uniform(0.3, 1), 1, rng.uniform(1, 1.8)])
        for _ in range(rng.integers(2, 22)):
            at = x + rng.normal(0, spread), y + rng.normal(0, spread)
            blob(rng, film, at, grain * 1.5, -np.ones(3) * rng.uniform(0.02, 0.12), soft=3, rough=0.1)
            blob(rng, film, at, grain, colour * rng.uniform(0.2, 0.9), soft=1.2, rough=0.15)
            blob(rng, film, at, grain * 0.6, -colour * rng.uniform(0.1, 0.5), soft=1.5, rough=0.15)
    for _ in range(rng.poisson(0.25)):
        colour = (style.fuchsin, style.fuchsin + style.blue, style.brown)[rng.integers(3)] * rng.uniform(0.3, 1.6)
        blob(rng, film, film.somewhere(rng), rng.uniform(20, 110), colour, soft=rng.uniform(8, 30), rough=0.5)


def _deposit(rng: np.random.Generator, film: Film, style: Style) -> None:
    """Dried stain over a part of the field, black but for pits and cracks through which it glows."""
    colour = (style.brown + rng.uniform(0, 1) * style.fuchsin) * rng.uniform(1.2, 4)
    size = rng.uniform(120, 300)
    film.add(np.clip(haze(rng, film.shape, size, rng.uniform(0.55, 0.75)) * rng.uniform(3, 12), 0, 1), colour)
    for _ in range(rng.integers(10, 60)):
        at, light = film.somewhere(rng), -colour * rng.uniform(0.2, 0.8)
        if film.density[int(at[1]), int(at[0]), 1] < OPAQUE:
            continue
        if rng.random() < 0.5:
            blob(rng, film, at, rng.uniform(3, 22), light, soft=rng.uniform(1.5, 5), rough=0.3)
        else:
            rod(rng, film, at, rng.uniform(12, 45), rng.uniform(3, 7), light, turn=0.8, soft=rng.uniform(1.5, 4))
    np.clip(film.density, -1.0, None, out=film.density)


def _ring(rng: np.random.Generator, film: Film, at: tuple[float, float], colour: Array) -> Mark:
    """A closed or open outline: an empty cell, a bubble's rim, a curl."""
    size, squeeze, lean = rng.uniform(5, 15), rng.uniform(0.5, 1), rng.uniform(0, np.pi)
    turns = rng.uniform(0.35, 1) * 2 * np.pi
    width, steps = rng.uniform(1.5, 3), 9
    around = lean + np.linspace(0, turns, steps)
    for here, there in pairwise(around):
        middle = (here + there) / 2
        x, y = at[0] + size * np.cos(middle), at[1] + size * squeeze * np.sin(middle)
        step_x, step_y = -np.sin(middle), squeeze * np.cos(middle)
        long, angle = size * (there - here) * np.hypot(step_x, step_y), np.arctan2(step_y, step_x)
        rod(rng, film, (x, y), max(3.0, long), width, colour * 0.7, angle=float(angle), turn=0.0)
    return Mark(ARTIFACT, at[0] - size, at[1] - size, 2 * size, 2 * size)


def _lookalikes(rng: np.random.Generator, film: Film, style: Style) -> list[Mark]:
    """Rods that are not red, red things that are not rods: what a reader must learn to leave."""
    marks = []
    for _ in range(rng.poisson(2.0)):
        at, length, wide = film.somewhere(rng), rng.uniform(9, 34), rng.uniform(2.6, 6.5)
        colour = (style.blue, style.blue + 0.4, np.ones(3), style.brown)[rng.integers(4)] * rng.uniform(0.3, 1.4)
        marks.append(_box(ARTIFACT, rod(rng, film, at, length, wide, colour, turn=0.4)))
    for _ in range(rng.poisson(rng.choice([0, 3, 6]))):  # pale threads and curls of any colour but red
        at, grey = film.somewhere(rng), rng.uniform(0.7, 1.1, 3)
        colour = (style.blue, style.blue + grey, grey, style.brown)[rng.integers(4)] * rng.uniform(0.08, 0.5)
        if rng.random() < 0.3:
            marks.append(_ring(rng, film, at, colour))
            continue
        length, wide, turn = rng.uniform(9, 45), rng.uniform(1.4, 4), rng.uniform(0, 2)
        beads = rng.uniform(0, 0.8) if rng.random() < 0.3 else 0.0
        marks.append(_box(ARTIFACT, rod(rng, film, at, length, wide, colour, turn=turn, beads=beads)))
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
    """Slender red rods, straight or curved, even or beaded, alone or in bundles, cords, chains and letters."""
    marks = []
    for _ in range(rng.poisson(rng.choice([0, 3, 8, 14]))):
        at, kind = film.somewhere(rng), rng.random()
        if film.density[int(at[1]), int(at[0]), 1] > OPAQUE:
            continue
        if kind < 0.62:
            marks.append(_box(SINGLE, _bacillus(rng, film, style, at, rng.uniform(0, np.pi))))
        elif kind < 0.80:
            marks += _chain(rng, film, style, at)
        else:
            marks.append(_bundle(rng, film, style, at) if kind < 0.91 else _heap(rng, film, style, at))
    return marks


def _chain(rng: np.random.Generator, film: Film, style: Style, at: tuple[float, float]) -> list[Mark]:
    """Two or three bacilli one after the other, or side by side, each to be counted."""
    angle, marks = rng.uniform(0, np.pi), []
    across, (x, y) = rng.random() < 0.25, at
    for _ in range(rng.integers(2, 4)):
        length = _length(rng)
        toward = np.array([np.cos(angle), np.sin(angle)])
        if across:
            here = np.array([x, y])
            x, y = here + np.array([-toward[1], toward[0]]) * rng.uniform(12, 20) + rng.normal(0, 3, 2)
        else:
            here = np.array([x, y]) + toward * length / 2
            x, y = here + toward * (length / 2 + rng.uniform(0, 8)) + rng.normal(0, 1.5, 2)
        middle = float(here[0]), float(here[1])
        marks.append(_box(SINGLE, _bacillus(rng, film, style, middle, angle, length)))
        angle += rng.normal(0, 0.2 if across else 0.5)
    return marks


def _bundle(rng: np.random.Generator, film: Film, style: Style, at: tuple[float, float]) -> Mark:
    """Two to five bacilli close together and along one another, so that a person marks them as one."""
    angle, length = rng.uniform(0, np.pi), _length(rng)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    apart, found = rng.uniform(3, 7), []
    for place in range(rng.integers(2, 6)):
        x, y = np.array(at) + across * apart * place + along * rng.normal(0, 5)
        found.append(_bacillus(rng, film, style, (x, y), angle + rng.normal(0, 0.12), length * rng.uniform(0.7, 1.3)))
    return _box(CLUSTER, np.concatenate(found))


def _heap(rng: np.random.Generator, film: Film, style: Style, at: tuple[float, float]) -> Mark:
    """Two to six bacilli across one another."""
    count = int(rng.integers(2, 7))
    spread, found = rng.uniform(2.5, 6.5) * np.sqrt(count - 1), []
    for _ in range(count):
        here = at[0] + rng.normal(0, spread), at[1] + rng.normal(0, spread)
        found.append(_bacillus(rng, film, style, here, rng.uniform(0, np.pi)))
    return _box(CLUSTER, np.concatenate(found))


def _length(rng: np.random.Generator) -> float:
    return float(np.clip(np.exp(rng.normal(np.log(27), 0.37)), 9, 64))


def _bacillus(
    rng: np.random.Generator, film: Film, style: Style, at: tuple[float, float], angle: float, long: float | None = None
) -> Array:
    length = _length(rng) if long is None else long
    hue = style.fuchsin + rng.normal(0, 0.05, 3) + style.blue * (rng.uniform(0, 0.25) if rng.random() < 0.25 else 0)
    colour = hue * style.strength * np.exp(rng.normal(0, 0.28))
    width, turn, soft = rng.uniform(1.9, 4.2), float(abs(rng.normal(0, 0.5))), rng.uniform(0.7, 1.5)
    beads = rng.uniform(0, 0.85) if rng.random() < 0.4 else 0.0
    colour = np.clip(colour * max(1.0, 0.12 / colour[1]), 0.02, 2.2)  # what nobody could see is not to be learnt
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
    for channel in (0, 2):  # glass bends red and blue a little otherwise than green
        away = rng.integers(-1, 2, 2) if rng.random() < 0.3 else (0, 0)
        density[..., channel] = np.roll(density[..., channel], away, axis=(0, 1))
    image = style.lamp * light[..., None] * np.exp(-density)
    if rng.random() < 0.3:  # stray light in the darkest parts, or a camera that cuts them off
        image = image + rng.uniform(-25, 25, 3) * (1 - np.exp(-np.clip(density, 0, None)))
    image = 255 * np.clip(image / 255, 0, 1) ** style.gain
    noise = rng.normal(0, rng.uniform(0.5, 5), (high, wide, 1)) + rng.normal(0, rng.uniform(0, 2.5), (high, wide, 3))
    image = np.clip(image + noise, 0, 255).astype(np.uint8)
    kept = io.BytesIO()
    Image.fromarray(image).save(kept, "JPEG", quality=int(rng.integers(60, 96)))
    return np.asarray(Image.open(kept))
