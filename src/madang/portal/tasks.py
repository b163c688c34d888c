"""One thing that waits for somebody, as the home pages list it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Task:
    """A line on a home page: translated text, where it leads, how many, and until when."""

    text: str
    url: str
    count: int = 1
    due: datetime | None = None
