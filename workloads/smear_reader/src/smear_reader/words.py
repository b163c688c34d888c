"""What the reader says to people: English is what the code holds, Korean stands in ko.json."""

from __future__ import annotations

import json
import os
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


def shell_language() -> str:
    """The command's language: SMEAR_READER_LANGUAGE, else the shell's locale; "ko" or "en"."""
    asked = (os.environ.get(name) for name in ("SMEAR_READER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return "ko" if next((word for word in asked if word), "").lower().startswith("ko") else "en"


class SaidError(ValueError):
    """What cannot be done, as a marked sentence with its facts; as text it is English."""

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence.format(**facts))
        self.sentence, self.facts = sentence, facts


def in_words(wrong: Exception, language: str) -> str:
    """What went wrong in a language, where its class knows sentences; else as the library that raised it has it."""
    sentence = getattr(wrong, "sentence", None)
    if isinstance(sentence, str):
        return say(language, sentence, **getattr(wrong, "facts", {}))
    if isinstance(wrong, OSError) and wrong.filename is not None:
        return say(language, NO_FILE, name=wrong.filename)
    if isinstance(wrong, ImportError) and wrong.name:
        return say(language, NOT_INSTALLED, name=wrong.name)
    return str(wrong)


STOPPED = text("Stopped; the same command goes on from the checkpoint.")
LEARNT = text("The model learnt some of these fields itself: the figures say nothing of fields that it has not seen.")
NO_FILE = text("{name}: there is no such file, or it may not be read.")
NOT_INSTALLED = text("{name} is not installed; training needs smear-reader[train], the desk smear-reader[serve].")
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
