"""The marks of a field: where bacilli, clusters and things that only look like them are, in pixels of the image."""

from __future__ import annotations

from typing import NamedTuple

SINGLE = "single"
CLUSTER = "cluster"
UNCLASSIFIED = "unclassified"
ARTIFACT = "artifact"
LABELS = (SINGLE, CLUSTER, UNCLASSIFIED, ARTIFACT)
BACILLI = (SINGLE, CLUSTER)


class Mark(NamedTuple):
    """A box around one thing: left and top edge, width and height in pixels."""

    label: str
    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def scaled(self, by: float) -> Mark:
        return Mark(self.label, self.x * by, self.y * by, self.width * by, self.height * by)
