"""Reads what was sent, one slide after the other, and deletes images when their time has come."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from smear_reader.calibration import Calibration
from smear_reader.desk.store import Store
from smear_reader.detector import Detector
from smear_reader.reading import Settings, Slide, looks
from smear_reader.record import recorded, to_json

AT_ONCE = 32  # fields read before other slides have their turn
REMEMBERED = 8  # unfinished slides whose overlaps are kept in memory; others are read again from their images


class ReadingRoom:
    """Turns sent fields into records. All that matters is in the store, so a kill loses only time."""

    def __init__(
        self, store: Store, detector: Detector, model: str, settings: Settings, calibration: Calibration | None
    ) -> None:
        self.store, self.detector, self.model = store, detector, model
        self.settings, self.calibration = settings, calibration
        self._slides: OrderedDict[int, Slide] = OrderedDict()

    def work(self, now: datetime) -> bool:
        """Reads some fields of each slide that waits, and finishes closed ones; False where there was nothing to do."""
        waiting = self.store.all("SELECT id, state FROM slides WHERE state <> 'read' AND wiped_at IS NULL ORDER BY id")
        busy = [self._slide(row["id"], row["state"], now) for row in waiting]
        return any(busy)

    def _slide(self, number: int, state: str, now: datetime) -> bool:
        slide = self._remembered(number)
        rows = self.store.all(
            "SELECT number FROM fields WHERE slide_id = ? AND seen = 0 ORDER BY number LIMIT ?", number, AT_ONCE
        )
        self._read(number, slide, [row["number"] for row in rows])
        if state == "closed" and len(rows) < AT_ONCE:
            row = self.store.one("SELECT sample FROM slides WHERE id = ?", number)
            sample = row["sample"] if row is not None else str(number)
            self.store.finish(number, to_json(recorded(sample, slide, self.calibration, self.model, now)))
            self._slides.pop(number, None)
            return True
        return bool(rows)

    def _remembered(self, number: int) -> Slide:
        """The slide as it was read so far; after a restart it is read again."""
        if number not in self._slides:
            self._slides[number] = Slide(self.settings)
            rows = self.store.all("SELECT number FROM fields WHERE slide_id = ? AND seen = 1 ORDER BY number", number)
            self._read(number, self._slides[number], [row["number"] for row in rows])
            while len(self._slides) > REMEMBERED:
                self._slides.popitem(last=False)
        return self._slides[number]

    def _read(self, slide_id: int, slide: Slide, numbers: list[int]) -> None:
        sources = [(str(number), self.store.image(slide_id, number)) for number in numbers]
        for number, seen in zip(numbers, looks(self.detector, sources, self.settings), strict=True):
            field = slide.add(seen)
            with self.store.connected() as connection:
                connection.execute(
                    "UPDATE fields SET seen = 1, fault = ? WHERE slide_id = ? AND number = ?",
                    (field.fault, slide_id, number),
                )
                connection.execute("UPDATE slides SET enough = ? WHERE id = ?", (int(slide.enough), slide_id))


def keep_working(room: ReadingRoom, keep: timedelta, stop: threading.Event, report: Callable[[str], None]) -> None:
    """Works until `stop` is set; what goes wrong is reported and tried again."""
    while not stop.is_set():
        try:
            now = datetime.now(UTC)
            busy = room.work(now)
            room.store.wipe(now, keep)
        except Exception as wrong:  # the room must not close over one slide
            report(f"reading failed, will be tried again: {wrong!r}")
            busy = False
        stop.wait(0 if busy else 0.3)
