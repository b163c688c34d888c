"""A map of the regions as tiles of equal size, drawn here as SVG: no outside shapes, and area tells nothing.

Each known region has a place in a grid of columns and rows, as they lie to each other; one that the grid does not know
stands in a row below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

SIDE, GAP, FOOT = 96, 6, 26
STEPS = 4
# the size of a name by how many letters it has at most
SIZES = ((8, 17), (11, 13), (99, 10))
# column and row of each region's tile, from the top left
PLACES = {
    "gyeonggi": (1, 0), "gangwon": (2, 0),
    "incheon": (0, 1), "seoul": (1, 1), "chungbuk": (2, 1), "gyeongbuk": (3, 1),
    "chungnam": (0, 2), "sejong": (1, 2), "daejeon": (2, 2), "daegu": (3, 2), "ulsan": (4, 2),
    "jeonbuk": (1, 3), "gyeongnam": (2, 3), "busan": (3, 3),
    "jeonnam": (0, 4), "gwangju": (1, 4), "jeonnam-gwangju": (1, 4),
    "jeju": (0, 5),
}  # fmt: skip


@dataclass(frozen=True)
class Tile:
    """One region: its code, its short name, the number that shades it and that number in words."""

    code: str
    name: str
    number: int
    words: str


def svg(title: str, description: str, tiles: Sequence[Tile]) -> str:
    """The map: presentation attributes only, named for a screen reader; darker where the number is larger.

    The shade has five steps of equal width from 0 to the largest number. The words stand in each tile, so that nothing
    is told by colour alone.
    """
    placed = _placed(tiles)
    most = max((tile.number for tile in tiles), default=0)
    wide = max((x for _, (x, _) in placed), default=0) + 1
    high = max((y for _, (_, y) in placed), default=0) + 1
    body = "".join(_tile(tile, x, y, most) for tile, (x, y) in placed)
    size = f"0 0 {wide * (SIDE + GAP) - GAP} {high * (SIDE + GAP) - GAP}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="map-title map-words" viewBox="{size}" '
        f'font-family="Pretendard GOV, Noto Sans KR, Noto Sans CJK KR, NanumGothic, sans-serif" text-anchor="middle">'
        f'<title id="map-title">{escape(title)}</title><desc id="map-words">{escape(description)}</desc>{body}</svg>'
    )


def _placed(tiles: Sequence[Tile]) -> list[tuple[Tile, tuple[int, int]]]:
    below = max((y for _, y in PLACES.values()), default=0) + 1
    unknown = [tile for tile in tiles if tile.code not in PLACES]
    found = [(tile, PLACES[tile.code]) for tile in tiles if tile.code in PLACES]
    return found + [(tile, (n % 5, below + n // 5)) for n, tile in enumerate(unknown)]


def _tile(tile: Tile, x: int, y: int, most: int) -> str:
    step = -(-tile.number * STEPS // most) if most else 0
    ink = "#ffffff" if step >= STEPS - 1 else "#1e2125"
    left, top = x * (SIDE + GAP), y * (SIDE + GAP)
    middle, size = left + SIDE // 2, next(size for most, size in SIZES if len(tile.name) <= most)
    return (
        f'<rect x="{left}" y="{top}" width="{SIDE}" height="{SIDE}" rx="6" fill="{FILLS[step]}" stroke="#6d7882"/>'
        f'<text x="{middle}" y="{top + 42}" font-size="{size}" fill="{ink}">{escape(tile.name)}</text>'
        f'<text x="{middle}" y="{top + 42 + FOOT}" font-size="17" font-weight="700" fill="{ink}">'
        f"{escape(tile.words)}</text>"
    )


# from white to deep blue: the text on each has a contrast of at least 4.5 to 1
FILLS = ("#ffffff", "#e0eaff", "#b1cefb", "#1d56bc", "#063a74")
