"""How a company comes from a first contact to an opened office: stages, their evidence and order, names, progress."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.companies.seeds.forms import AHEAD, BEHIND, BRACKETED
from madang.portal.people.rules import ORGANISATION_NAME_LIMIT, clean_name, registration_number


class CompanyStage(StrEnum):
    """In this order; a stage may be passed over. A memorandum is an intention, and no office."""

    CONTACT = "contact"
    VISIT = "visit"
    MEMORANDUM = "memorandum"
    PLAN = "plan"
    LEASE = "lease"
    OFFICE = "office"
    GROWN = "grown"
    LEFT = "left"


class CompanySupportKind(StrEnum):
    """What was given; computing, equipment, rooms and programmes are also counted from the centre's own tables."""

    COMPUTING = "computing"
    EQUIPMENT = "equipment"
    ROOMS = "rooms"
    LEARNERS = "learners"
    PROGRAMME = "programme"
    MONEY = "money"


KEEPERS = frozenset({Role.PROGRAMME_MANAGER, Role.SCREENING_OFFICER})
STAGES = tuple(CompanyStage)
# stages that say how many people work there
STAFFED = (CompanyStage.OFFICE, CompanyStage.GROWN)
EVIDENCE_LIMIT, ADDRESS_LIMIT, FIELD_LIMIT, CONTACT_LIMIT = 300, 200, 60, 200
STEP_LIMIT, NOTE_LIMIT, NAME_LIMIT = 200, 4000, ORGANISATION_NAME_LIMIT
STAFF_MOST = 1_000_000
# a step is told of the day before it is due, and once more when it is a week late
TELL_BEFORE, TELL_LATE = 1, 7


def refuse_unless_keeper(by: Actor) -> int:
    """Who keeps the companies, by number. Refused: ``not_allowed_for_role``."""
    if by.person is None or not by.has(*KEEPERS):
        raise Refused("not_allowed_for_role")
    return by.person


# --- names ---

_SIGNS = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """A company's name as two writings of it compare: without its corporate form, spaces, signs and letters' case.

    "㈜마당", "주식회사 마당" and "마당(주)" have one key; so have "Madang Co., Ltd." and "MADANG Inc".
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    words = [word for word in _SIGNS.sub(" ", _bracketed(plain)).split() if word]
    while len(words) > 1 and words[-1] in BEHIND:
        words.pop()
    joined = "".join(words)
    while (bare := _bare(joined)) != joined:
        joined = bare
    return joined[:NAME_LIMIT]


def _bare(joined: str) -> str:
    """Without the first form before or behind it; a form alone stays."""
    for form in AHEAD:
        if len(joined) > len(form) and joined.startswith(form):
            return joined.removeprefix(form)
        if len(joined) > len(form) and joined.endswith(form):
            return joined.removesuffix(form)
    return joined


def _bracketed(plain: str) -> str:
    """Without the short forms that stand in brackets, such as (주); a name that is nothing else stays."""
    short = BRACKETED.sub(" ", plain)
    return short if short.strip() else plain


@dataclass(frozen=True)
class CompanyParticulars:
    """What is known of a company beside its stages; `registration_number` is ten digits or empty."""

    name: str
    name_en: str = ""
    registration_number: str = ""
    field: str = ""
    contact: str = ""


def cleaned(given: CompanyParticulars) -> CompanyParticulars:
    """The particulars as they are kept.

    Refused: ``company_text_too_long`` (most) and as for names and registration numbers; each with its field.
    """
    name = clean_name(given.name, NAME_LIMIT)
    number = registration_number(given.registration_number) if given.registration_number.strip() else ""
    found = replace(
        given,
        name=name,
        registration_number=number,
        name_en=" ".join(given.name_en.split()),
        field=" ".join(given.field.split()),
        contact=given.contact.strip(),
    )
    for field, most in (("name_en", NAME_LIMIT), ("field", FIELD_LIMIT), ("contact", CONTACT_LIMIT)):
        if len(getattr(found, field)) > most:
            raise Refused("company_text_too_long", field=field, most=most)
    return found


# --- stages ---


@dataclass(frozen=True)
class Step:
    """A stage that a company reached on a day, with its evidence: a text, a file (`filed`), or both.

    An office has its business registration number, its address, and how many worked there on a day from its opening on.
    """

    stage: CompanyStage
    on: date
    evidence: str = ""
    filed: bool = False
    number: str = ""
    address: str = ""
    staff: int | None = None
    staff_on: date | None = None


def checked(given: Step, reached: Mapping[CompanyStage, date], today: date, staff_at_opening: int = 0) -> Step:
    """The step as it is kept, if it may be entered beside the stages already reached.

    Refused, each with its field: ``company_stage_reached``, ``company_day_ahead``, ``company_day_out_of_order``
    (first, last: between which days it has to be), ``company_evidence_needed``, ``company_text_too_long``,
    ``company_not_opened``, ``company_office_incomplete``, ``company_staff_day``, ``company_not_grown`` (staff), and
    as for registration numbers.
    """
    if given.stage in reached:
        raise Refused("company_stage_reached", field="stage")
    _refuse_day(given, reached, today)
    evidence = given.evidence.strip()
    if not evidence and not given.filed:
        raise Refused("company_evidence_needed", field="evidence")
    if len(evidence) > EVIDENCE_LIMIT:
        raise Refused("company_text_too_long", field="evidence", most=EVIDENCE_LIMIT)
    bare = Step(given.stage, given.on, evidence, given.filed)
    if given.stage not in STAFFED:
        return bare
    if given.staff is None or not 1 <= given.staff <= STAFF_MOST or given.staff_on is None:
        raise Refused("company_office_incomplete", field="staff")
    if not given.on <= given.staff_on <= today:
        raise Refused("company_staff_day", field="staff_on")
    staffed = replace(bare, staff=given.staff, staff_on=given.staff_on)
    if given.stage is CompanyStage.GROWN:
        if CompanyStage.OFFICE not in reached:
            raise Refused("company_not_opened", field="stage")
        if given.staff <= staff_at_opening:
            raise Refused("company_not_grown", field="staff", staff=staff_at_opening)
        return staffed
    address = " ".join(given.address.split())
    for field, text in (("number", given.number.strip()), ("address", address)):
        if not text:
            raise Refused("company_office_incomplete", field=field)
    if len(address) > ADDRESS_LIMIT:
        raise Refused("company_text_too_long", field="address", most=ADDRESS_LIMIT)
    try:
        number = registration_number(given.number)
    except Refused as refused:
        raise Refused(refused.code, field="number") from refused
    return replace(staffed, number=number, address=address)


def _refuse_day(given: Step, reached: Mapping[CompanyStage, date], today: date) -> None:
    if given.on > today:
        raise Refused("company_day_ahead", field="on")
    place = STAGES.index(given.stage)
    first = max((day for stage, day in reached.items() if STAGES.index(stage) < place), default=None)
    last = min((day for stage, day in reached.items() if STAGES.index(stage) > place), default=None)
    if (first and given.on < first) or (last and given.on > last):
        shown = {"first": first.isoformat() if first else "–", "last": (last or today).isoformat()}
        raise Refused("company_day_out_of_order", field="on", **shown)


def refuse_to_strike(stage: CompanyStage, reached: Mapping[CompanyStage, date]) -> None:
    """Whether a stage entered by mistake may be taken back. Refused: ``company_last_stage``, ``company_grown``."""
    if set(reached) <= {stage}:
        raise Refused("company_last_stage")
    if stage is CompanyStage.OFFICE and CompanyStage.GROWN in reached:
        raise Refused("company_grown")


def stands_at(reached: Mapping[CompanyStage, date]) -> tuple[CompanyStage, date]:
    """The stage furthest on, and since when; at least one is reached."""
    stage = max(reached, key=STAGES.index)
    return stage, reached[stage]


def following(stage: CompanyStage) -> CompanyStage | None:
    """The stage that usually comes next; None after the last."""
    place = STAGES.index(stage) + 1
    return STAGES[place] if place < len(STAGES) else None


def joined(ways: Iterable[Mapping[CompanyStage, date]]) -> dict[CompanyStage, date]:
    """The way of companies that are one: each stage on the first day on which one of them reached it."""
    found: dict[CompanyStage, date] = {}
    for way in ways:
        for stage, day in way.items():
            found[stage] = min(day, found.get(stage, day))
    return found
