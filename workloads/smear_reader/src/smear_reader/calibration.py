"""What a site's own slides say of the machine: false alarms on negative slides, recall on marked fields.

No result is released before at least 20 negative slides of the same laboratory and microscope were read: false alarms
depend on stain, dirt and camera more than on the model, and 0.4 of them a field would make every negative slide
positive (`smear-reader simulate`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from smear_reader.grading import FEW, Measured
from smear_reader.reading import Settings, Slide
from smear_reader.words import text

FORMAT = 1
LEAST_SLIDES = 20
LEAST_FIELDS = FEW  # reference fields that a negative slide must show to count
STEPS = tuple(round(0.02 * step, 2) for step in range(5, 50))  # chances from which a place may count, tried in turn


@dataclass
class CalibrationError(Exception):
    """A calibration that cannot be made or used; `code` names why, `facts` fill the sentence."""

    code: str
    facts: dict[str, object]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code]

    def __str__(self) -> str:
        return self.sentence.format(**self.facts)


SENTENCES = {
    "too_few_slides": text(
        "Only {slides} of the negative slides show at least {fields} readable fields; {least} are needed."
    ),
    "no_recall": text("How many bacilli the model finds is not known: give marked fields, or what was measured of it."),
    "other_model": text("This calibration was made with another model; calibrate again."),
    "not_a_calibration": text("{name} is not a calibration that this version can read."),
    "no_threshold": text("No threshold keeps false alarms to {most} a field; the lowest reached is {reached}."),
}


@dataclass(frozen=True)
class NegativeSlide:
    """A slide without bacilli: reference fields read, in thousandths, and the chances of all that was found on it."""

    name: str
    millifields: int
    scores: tuple[float, ...]

    def false(self, threshold: float) -> int:
        return sum(score >= threshold for score in self.scores)


@dataclass(frozen=True)
class Calibration:
    """A site's calibration: `found` of `bacilli` marked ones at `threshold`; places a slide by `slides`."""

    site: str
    made: str
    model: str
    settings: Settings
    slides: tuple[NegativeSlide, ...]
    found: int
    bacilli: int
    recall_from: str

    @property
    def measured(self) -> Measured:
        """The same as the interval needs it."""
        by_slide = tuple((s.false(self.settings.threshold), Fraction(s.millifields, 1000)) for s in self.slides)
        false, fields = sum(pair[0] for pair in by_slide), sum((pair[1] for pair in by_slide), Fraction(0))
        return Measured(self.found, self.bacilli, false, fields, by_slide)

    @property
    def false_alarms(self) -> float:
        """False alarms a reference field: the figure that every report publishes."""
        return self.measured.false / float(self.measured.fields)


def negative_slide(name: str, slide: Slide) -> NegativeSlide:
    """What calibration keeps of a negative slide that was read wholly."""
    scores = tuple(round(place.score, 3) for place in slide.places if place.score >= STEPS[0])
    return NegativeSlide(name, int(slide.area * 1000), scores)


def usable(slides: Sequence[NegativeSlide]) -> tuple[NegativeSlide, ...]:
    """The slides that show enough fields. Raises `CalibrationError` where they are fewer than 20."""
    kept = tuple(slide for slide in slides if slide.millifields >= 1000 * LEAST_FIELDS)
    if len(kept) < LEAST_SLIDES:
        raise CalibrationError("too_few_slides", {"slides": len(kept), "fields": LEAST_FIELDS, "least": LEAST_SLIDES})
    return kept


def threshold_for(slides: Sequence[NegativeSlide], most: float) -> float:
    """The lowest threshold at which the slides together have at most `most` false alarms a reference field."""
    fields = sum(slide.millifields for slide in slides) / 1000
    rates = {step: sum(slide.false(step) for slide in slides) / fields for step in STEPS}
    fitting = [step for step in STEPS if rates[step] <= most]
    if not fitting:
        raise CalibrationError("no_threshold", {"most": most, "reached": round(rates[STEPS[-1]], 4)})
    return fitting[0]


def digest(model: Path) -> str:
    """Names a model by its content."""
    return hashlib.sha256(model.read_bytes()).hexdigest()


def write(calibration: Calibration, path: Path) -> None:
    """Keeps a calibration as JSON; written beside and renamed."""
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps({"format": FORMAT, **asdict(calibration)}, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)


def load(path: Path, model: Path) -> Calibration:
    """A calibration from its file. Raises `CalibrationError` where it is none, or was made with another model."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept.pop("format") != FORMAT:
            raise ValueError("format")
        slides = tuple(NegativeSlide(s["name"], int(s["millifields"]), tuple(s["scores"])) for s in kept.pop("slides"))
        found = Calibration(settings=Settings(**kept.pop("settings")), slides=slides, **kept)
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise CalibrationError("not_a_calibration", {"name": path.name}) from wrong
    if found.model != digest(model):
        raise CalibrationError("other_model", {})
    return found
