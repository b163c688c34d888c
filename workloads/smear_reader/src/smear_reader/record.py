"""What is kept of a slide once it was read: the machine's word, its fields and pictures, its calibration."""

from __future__ import annotations

import base64
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from smear_reader.calibration import Calibration
from smear_reader.grading import Estimate, Grade
from smear_reader.reading import Place, Slide
from smear_reader.results import Final, Judgement, Outcome, judge, pages_of, settle
from smear_reader.words import NOT_A_DEVICE, OUTCOMES, SaidError, text

NOT_A_READING = text("not a reading that this version can use")
FORMAT = 1


@dataclass(frozen=True)
class FieldLine:
    """One field as the record lists it; `new` is the part of it, in thousandths, that no field before it showed."""

    number: int
    name: str
    fault: str | None
    new: int
    counted: int
    refused: dict[str, Any] | None = None


@dataclass(frozen=True)
class Site:
    """The calibration in short: false alarms a reference field, on how many slides; recall as found of bacilli."""

    site: str
    made: str
    slides: int
    false_alarms: float
    found: int
    bacilli: int


@dataclass(frozen=True)
class Record:
    """One slide that was read."""

    name: str
    read_at: str
    model: str
    threshold: float
    judgement: Judgement
    fields: tuple[FieldLine, ...]
    places: tuple[Place, ...]
    site: Site | None

    @property
    def faults(self) -> dict[str, int]:
        return dict(sorted(Counter(line.fault for line in self.fields if line.fault is not None).items()))

    @property
    def readable(self) -> int:
        return sum(line.fault is None for line in self.fields)

    def shown(self, pages: int = 1) -> tuple[Place, ...]:
        return pages_of(self.places, self.threshold, pages)

    def settled(self, answers: dict[str, bool]) -> tuple[Final, tuple[Place, ...]]:
        """What the answers make of it, and the pictures shown; pages are added while the answers ask for more."""
        pages = 1
        while True:
            shown = self.shown(pages)
            final = settle(self.judgement, shown, answers, self.judgement.count, len(self.places))
            if final.outcome != Outcome.MORE_PICTURES or len(self.shown(pages + 1)) == len(shown):
                return final, shown
            pages += 1


def recorded(name: str, slide: Slide, calibration: Calibration | None, model: str, now: datetime) -> Record:
    """The record of a slide as it stands at `now` (an instant with its zone)."""
    lines = tuple(
        FieldLine(f.number, f.name, f.fault, int(f.new * 1000), f.counted, asdict(f.refused) if f.refused else None)
        for f in slide.fields
    )
    site = None
    if calibration is not None:
        rate = round(calibration.false_alarms, 5)
        site = Site(
            calibration.site, calibration.made, len(calibration.slides), rate, calibration.found, calibration.bacilli
        )
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    word = judge(slide, calibration)
    return Record(name, at, model, slide.settings.threshold, word, lines, tuple(slide.places), site)


def to_json(record: Record, *, pictures: bool = True) -> dict[str, object]:
    """Plain values for a file; with `pictures` the JPEGs go along as base64."""
    kept = asdict(record)
    kept["judgement"] |= {"area": str(record.judgement.area), "more": str(record.judgement.more)}
    for place in kept["places"]:
        picture = place.pop("picture")
        if pictures:
            place["picture"] = base64.b64encode(picture).decode()
    return {"format": FORMAT, **kept}


def from_json(kept: dict[str, Any]) -> Record:
    """The record that `to_json` wrote. `SaidError` where it is none of this format."""
    try:
        return _from(dict(kept))
    except (KeyError, TypeError, AttributeError) as wrong:
        raise SaidError(NOT_A_READING) from wrong


def _from(kept: dict[str, Any]) -> Record:
    if kept.pop("format") != FORMAT:
        raise KeyError("format")
    fields = tuple(FieldLine(**line) for line in kept.pop("fields"))
    places = tuple(_place(**place) for place in kept.pop("places"))
    site = kept.pop("site")
    judgement = _judgement(**kept.pop("judgement"))
    return Record(judgement=judgement, fields=fields, places=places, site=Site(**site) if site else None, **kept)


def _place(*, picture: str = "", **where: Any) -> Place:
    return Place(**where, picture=base64.b64decode(picture))


def _judgement(
    *, outcome: str, count: int, area: str, grade: str | None, estimate: dict[str, Any] | None, more: str
) -> Judgement:
    between = None
    if estimate is not None:
        between = Estimate(**(estimate | {"least": Grade(estimate["least"]), "most": Grade(estimate["most"])}))
    said = Grade(grade) if grade is not None else None
    return Judgement(Outcome(outcome), count, Fraction(area), said, between, Fraction(more))


def save(record: Record, path: Path) -> None:
    """Writes a record to a file; written beside and renamed."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps(to_json(record), ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)


def opened(path: Path) -> Record:
    """A record from its file. `SaidError` where it is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise SaidError(NOT_A_READING) from wrong
    return from_json(kept)


def summary(record: Record, answers: dict[str, bool]) -> dict[str, object]:
    """What a device or a script is told: the machine's word, what stands after the answers, and what is missing.

    `grade` is given only where it may be said: by the machine from 1+ on, or after a person's confirmation.
    """
    word, (final, shown) = record.judgement, record.settled(answers)
    outcome = final.outcome if answers else word.outcome
    said = final.grade if answers else word.grade if word.outcome == Outcome.GRADED else None
    return {
        "sample": record.name,
        "read_at": record.read_at,
        "outcome": outcome.value,
        "sentence": OUTCOMES[outcome.value],
        "grade": said.value if said is not None else None,
        "confirmed_by_a_person": final.outcome == Outcome.FINAL and bool(answers),
        "machine_count": word.count,
        "fields": len(record.fields),
        "readable_fields": record.readable,
        "reference_fields": round(float(word.area), 3),
        "faults": record.faults,
        "fields_to_read": round(float(word.more), 3),
        "interval_per_100_fields": _interval(word.estimate),
        "calibration": asdict(record.site) if record.site is not None else None,
        "to_confirm": [
            {"place": place.key, "field": place.field, "x": place.x, "y": place.y, "chance": round(place.score, 3)}
            for place in shown
            if place.key not in answers
        ],
        "confirmed": {
            "bacilli": final.confirmed,
            "of": final.shown,
            "left": final.left,
            "count": None if final.left else final.count,
        },
        "model": record.model,
        "notice": NOT_A_DEVICE,
    }


def _interval(found: Estimate | None) -> dict[str, object] | None:
    if found is None:
        return None
    rates = {"low": round(found.low, 2), "middle": round(found.middle, 2), "high": round(found.high, 2)}
    return rates | {"least": found.least.value, "most": found.most.value}
