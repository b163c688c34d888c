"""What a facility is and under which terms it can be booked: kinds, states, particulars and their limits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role


class FacilityKind(StrEnum):
    """The class by which quotas are set and utilisation is reported."""

    EQUIPMENT = "equipment"
    SIMULATOR = "simulator"
    ROOM = "room"
    SEAT = "seat"


class FacilityField(StrEnum):
    MOBILITY = "mobility"
    ENERGY = "energy"
    HEALTHCARE = "healthcare"
    OTHER = "other"


class SafetyClass(StrEnum):
    """`open`: nothing special; `instructed`: after an instruction; `supervised`: only with staff present."""

    OPEN = "open"
    INSTRUCTED = "instructed"
    SUPERVISED = "supervised"


class SlotGrain(StrEnum):
    """By what a facility is booked; days are the centre's calendar days."""

    QUARTER = "quarter"
    DAY = "day"


class FacilityState(StrEnum):
    IN_USE = "in_use"
    REPAIR = "repair"
    RETIRED = "retired"


class FacilityFileKind(StrEnum):
    PHOTO = "photo"
    MANUAL = "manual"


KEEPERS = frozenset({Role.PROGRAMME_MANAGER, Role.OPERATOR})

MINUTES_A_DAY = 24 * 60
EVERY_DAY, WORKING_DAYS = 0b1111111, 0b0011111
CODE = re.compile(r"[-a-zA-Z0-9_]{1,30}")
TEXT_LIMITS = {
    "name_ko": 80, "name_en": 80, "maker": 80, "model": 80, "specification_ko": 2000, "specification_en": 2000,
    "place_ko": 120, "place_en": 120,
}  # fmt: skip
# field: (least, most)
NUMBER_LIMITS = {
    "before": (0, 96), "after": (0, 96), "notice_hours": (0, 24 * 365), "ahead_days": (1, 730), "longest": (1, 366),
    "grace_minutes": (5, MINUTES_A_DAY), "each_night": (0, 96),
    "opens": (0, MINUTES_A_DAY), "closes": (0, MINUTES_A_DAY),
    "weekdays": (1, EVERY_DAY),
}  # fmt: skip
FILES_MOST, FILE_WORDS = 12, 200
ACCESSORIES_MOST, ACCESSORY_NAME, ACCESSORY_COUNT = 50, 80, 10_000


@dataclass(frozen=True)
class Accessory:
    """Something that goes with a facility, and how many there are."""

    name_ko: str
    name_en: str
    count: int


@dataclass(frozen=True)
class Terms:
    """Under which terms a facility is booked.

    `opens` and `closes` are minutes of the centre's day, `weekdays` bits from Monday (1) to Sunday (64). `before`,
    `after` and `longest` count grains: quarters of an hour or days. `calibrated_until`: the last day on which it can
    be used before its calibration is due. `each_night`: how many grains one person may hold of it from noon to noon;
    0 is no limit.
    """

    grain: SlotGrain = SlotGrain.QUARTER
    opens: int = 9 * 60
    closes: int = 18 * 60
    weekdays: int = WORKING_DAYS
    before: int = 0
    after: int = 0
    notice_hours: int = 0
    ahead_days: int = 90
    longest: int = 36
    grace_minutes: int = 30
    each_night: int = 0
    needs_approval: bool = False
    calibrated_until: date | None = None


@dataclass(frozen=True)
class Particulars:
    """A facility as the catalogue describes it; `responsible` is an e-mail address of somebody with an account."""

    code: str
    name_ko: str
    name_en: str
    kind: FacilityKind = FacilityKind.EQUIPMENT
    field: FacilityField = FacilityField.OTHER
    maker: str = ""
    model: str = ""
    specification_ko: str = ""
    specification_en: str = ""
    place_ko: str = ""
    place_en: str = ""
    safety: SafetyClass = SafetyClass.OPEN
    responsible: str = ""
    terms: Terms = Terms()
    accessories: tuple[Accessory, ...] = ()


def refuse_unless_keeper(by: Actor) -> None:
    """Only those who keep the catalogue and the calendar."""
    if by.person is None or not by.has(*KEEPERS):
        raise Refused("not_allowed_for_role")


def check(given: Particulars) -> None:
    """Refused: ``facility_code_malformed``, ``facility_name_needed``, ``facility_text_too_long`` (most),
    ``facility_number_out_of_range`` (least, most), ``facility_hours_wrong``, ``accessory_wrong``; each names its field.
    """
    if not CODE.fullmatch(given.code):
        raise Refused("facility_code_malformed", field="code")
    for name in ("name_ko", "name_en"):
        if not getattr(given, name).strip():
            raise Refused("facility_name_needed", field=name)
    for name, most in TEXT_LIMITS.items():
        if len(getattr(given, name)) > most:
            raise Refused("facility_text_too_long", field=name, most=most)
    for name, (low, high) in NUMBER_LIMITS.items():
        if not low <= getattr(given.terms, name) <= high:
            raise Refused("facility_number_out_of_range", field=name, least=low, most=high)
    terms = given.terms
    if terms.opens >= terms.closes or terms.opens % 15 or terms.closes % 15:
        raise Refused("facility_hours_wrong", field="closes")
    _check_accessories(given.accessories)


def _check_accessories(accessories: Iterable[Accessory]) -> None:
    listed = list(accessories)
    names = {one.name_ko for one in listed}
    fits = all(
        0 < one.count <= ACCESSORY_COUNT
        and one.name_ko.strip()
        and len(one.name_ko) <= ACCESSORY_NAME
        and len(one.name_en) <= ACCESSORY_NAME
        for one in listed
    )
    if not fits or len(names) < len(listed) or len(listed) > ACCESSORIES_MOST:
        raise Refused("accessory_wrong", field="accessories")


def accessories_of(text: str) -> tuple[Accessory, ...]:
    """One accessory a line or between semicolons: name, its English name (may be left out), count, between bars.

    Refused: ``accessory_wrong``.
    """
    found = []
    for line in re.split(r"[\n;]", unicodedata.normalize("NFC", text)):
        parts = [part.strip() for part in line.split("|")]
        if parts == [""]:
            continue
        if len(parts) not in (2, 3) or not (parts[-1].isascii() and parts[-1].isdecimal() and len(parts[-1]) < 6):
            raise Refused("accessory_wrong", field="accessories")
        found.append(Accessory(parts[0], parts[1] if len(parts) == 3 else "", int(parts[-1])))
    _check_accessories(found)
    return tuple(found)


def accessories_text(accessories: Iterable[Accessory], between: str = "\n") -> str:
    """The other way round, as a form or a sheet shows them."""
    return between.join(" | ".join([one.name_ko, one.name_en, str(one.count)]) for one in accessories)


def minutes_of(text: str) -> int:
    """09:30 as minutes of the day, 24:00 at its end; ValueError for anything else."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", text.strip())
    minutes = int(match[1]) * 60 + int(match[2]) if match else MINUTES_A_DAY + 1
    if match is None or int(match[2]) > 59 or minutes > MINUTES_A_DAY:
        raise ValueError(f"{text!r} is no time of day")
    return minutes


def clock(minutes: int) -> str:
    """570 is 09:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def weekdays_of(days: Iterable[int]) -> int:
    """Days from Monday (0) to Sunday (6) as bits."""
    return sum(1 << day for day in set(days))


def days_of(weekdays: int) -> list[int]:
    """The other way round."""
    return [day for day in range(7) if weekdays & 1 << day]
