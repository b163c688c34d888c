"""Whether somebody holds what a facility asks for: instructions that end on a day, certificates of courses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from madang.errors import Refused

CODE = re.compile(r"[-a-zA-Z0-9_]{1,30}")
NAME, EVIDENCE, WHY = 80, 300, 300
NEEDED_MOST = 10
YEARS_MOST = 10
LAST = date(2999, 12, 31)


class GrantStanding(StrEnum):
    """Where a grant stands on a day."""

    VALID = "valid"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Asked:
    """What a facility asks for, by the name in the reader's language, and until before which day somebody has it."""

    facility: str
    qualification: str
    until: date | None


def refuse_short(asked: Iterable[Asked], last_day: date) -> None:
    """Refused: ``qualification_missing`` (facility, qualification), ``qualification_ends_before`` (and `until`) where
    it is not held on the last day of a use.
    """
    for one in asked:
        facts = {"facility": one.facility, "qualification": one.qualification}
        if one.until is None:
            raise Refused("qualification_missing", **facts)
        if one.until <= last_day:
            raise Refused("qualification_ends_before", until=one.until.isoformat(), **facts)


def standing(expires_on: date, *, revoked: bool, today: date) -> GrantStanding:
    """Where a grant stands: it ends with the day before `expires_on`."""
    if revoked:
        return GrantStanding.REVOKED
    return GrantStanding.VALID if today < expires_on else GrantStanding.ENDED


def check_names(code: str, name_ko: str, name_en: str) -> None:
    """Refused: ``qualification_code_malformed``, ``qualification_name_needed`` (most); each names its field."""
    if not CODE.fullmatch(code):
        raise Refused("qualification_code_malformed", field="code")
    for field, name in (("name_ko", name_ko), ("name_en", name_en)):
        if not 1 <= len(name.strip()) <= NAME:
            raise Refused("qualification_name_needed", field=field, most=NAME)


def check_grant(given_on: date, expires_on: date, evidence: str, today: date) -> str:
    """The evidence as it is kept. Refused: ``grant_day_ahead``, ``grant_days_wrong`` (most),
    ``grant_evidence_needed`` (most).
    """
    if given_on > today:
        raise Refused("grant_day_ahead", field="given_on")
    if not timedelta(0) < expires_on - given_on <= timedelta(days=366 * YEARS_MOST):
        raise Refused("grant_days_wrong", field="expires_on", most=YEARS_MOST)
    if not 1 <= len(evidence.strip()) <= EVIDENCE:
        raise Refused("grant_evidence_needed", field="evidence", most=EVIDENCE)
    return evidence.strip()
