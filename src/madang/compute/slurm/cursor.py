"""How far the usage of a cluster has been read: an hour, and a digest of what each of the hours before it held.

Slurm's records come late and are mended. So the last hours are read again and again, and an hour whose digest differs
from the one that was noted is given out anew, whole. All of it fits in one short text, which the portal keeps.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from madang.errors import Refused

OVERLAP = 24  # hours of which digests are kept
_DIGEST = 6  # characters of six bits: one in 7e10 that a changed hour looks unchanged
_NOTHING = "." * _DIGEST
_FORM = re.compile(r"1;(\d{1,9});(\+\d{0,5}|(?:[A-Za-z0-9_.-]{6}){0,24})")


@dataclass(frozen=True)
class Cursor:
    """Everything up to and with hour `hour` (epoch seconds divided by 3,600) was read; `digests` by hour.

    On the way through `history` there are no digests: where it ends, its last hours are given out once more. `step`
    is how many hours of it are to be read next, 0 where nothing is known of how full they are.
    """

    hour: int
    digests: dict[int, str] = field(default_factory=dict)
    history: bool = False
    step: int = 0

    @classmethod
    def parse(cls, text: str, first: int) -> Cursor:
        """Reads what `str` wrote; an empty text stands just before hour `first`. Refused: ``usage_cursor``."""
        if not text:
            return cls(first - 1, history=True)
        found = _FORM.fullmatch(text)
        if not found:
            raise Refused("usage_cursor", cursor=text)
        hour, written = int(found[1]), found[2]
        if written.startswith("+"):
            return cls(hour, history=True, step=int(written[1:] or 0))
        cells = [written[at : at + _DIGEST] for at in range(0, len(written), _DIGEST)]
        return cls(hour, {hour - back: cell for back, cell in enumerate(cells) if cell != _NOTHING})

    def __str__(self) -> str:
        if self.history:
            return f"1;{self.hour};+{self.step or ''}"
        cells = [self.digests.get(self.hour - back, _NOTHING) for back in range(OVERLAP)]
        while cells and cells[-1] == _NOTHING:
            cells.pop()
        return f"1;{self.hour};{''.join(cells)}"

    def moved(self, hour: int, read: dict[int, str], from_hour: int) -> Cursor:
        """The cursor at `hour`, after the hours from `from_hour` on were found to hold `read`; it never goes back."""
        hour = max(hour, self.hour)
        known = {at: digest for at, digest in self.digests.items() if at < from_hour}
        kept = {at: digest for at, digest in (known | read).items() if hour - OVERLAP < at <= hour}
        return Cursor(hour, kept)


def digest(lines: Iterable[str]) -> str:
    """Six characters for some lines in any order."""
    whole = hashlib.sha256("\n".join(sorted(lines)).encode())
    return base64.urlsafe_b64encode(whole.digest()).decode()[:_DIGEST]
