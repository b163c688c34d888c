"""What the reader says to people: English is what the code holds, Korean stands in ko.json."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

LANGUAGES = ("ko", "en")
KOREAN = Path(__file__).parent / "ko.json"


def text(sentence: str) -> str:
    """Marks a sentence for translation where it is written; it is said later."""
    return sentence


@cache
def _korean() -> dict[str, str]:
    return dict(json.loads(KOREAN.read_text(encoding="utf-8")))


def say(language: str, sentence: str, **facts: object) -> str:
    """The sentence in a language, its `{names}` filled. ``KeyError`` where Korean lacks it; a test finds those."""
    spoken = _korean()[sentence] if language == "ko" else sentence
    return spoken.format(**facts) if facts else spoken


NOT_A_DEVICE = text(
    "Decision support for a person's eyes. It is not a medical device and gives no diagnosis; the World Health "
    "Organization recommends computer-aided detection for chest X-rays, not for smears."
)
FAULTS = {
    "refused": text("not an image that can be read"),
    "seen_before": text("shows what an earlier field showed"),
    "blurred": text("out of focus"),
    "too_dark": text("too dark"),
    "overexposed": text("overexposed"),
    "too_thick": text("smear too thick"),
    "empty": text("nothing on the slide here"),
    "unstained": text("not stained"),
    "not_a_smear": text("not a smear field"),
}
GRADES = {
    "negative": text("negative"),
    "scanty": text("scanty"),
    "1+": text("1+"),
    "2+": text("2+"),
    "3+": text("3+"),
}
OUTCOMES = {
    "no_fields": text("No field could be read."),
    "not_released": text("No result is released: this site is not calibrated on negative slides of its own yet."),
    "more_fields": text("More fields are needed before the table can answer."),
    "cannot_tell": text("Cannot tell: what the machine counted could all be false alarms. A person must look."),
    "to_confirm": text("So few bacilli are never reported by the machine alone. A person must confirm them."),
    "graded": text("Graded by the machine; a person confirms."),
    "waiting": text("Waiting for a person to look at the rest of the pictures."),
    "more_pictures": text("Too few were bacilli to judge the rest by them. More pictures must be looked at."),
    "final": text("Confirmed by a person."),
}
