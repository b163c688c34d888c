"""Eligibility rules and findings as sentences in the reader's language, with regions named as of the reference day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext

from madang.portal import formats
from madang.portal.calls.rules import EligibilityKind
from madang.portal.eligibility.rules import Finding, Regions, Rule
from madang.portal.eligibility.sentences import ASKED, FAILED, KINDS, PASSED, REFERENCE_DATES
from madang.portal.people.rules import region_at

LISTS = {"kinds", "regions", "region"}
DAYS = {"founded_on", "until"}
# the pages on which what failed can be put right
WHERE = {EligibilityKind.NO_OVERDUE_REPORT: "outcome-reports", EligibilityKind.NOT_BANNED: "sanctions"}


@dataclass(frozen=True)
class Line:
    """One rule as a person reads it; `passed` is None where nobody was judged."""

    text: str
    reference: str
    day: date | None
    passed: bool | None = None
    # the page on which it can be put right
    where: str = ""


def _name(value: str, names: Mapping[str, Any]) -> str:
    if value in KINDS:
        return gettext(KINDS[value])
    row = names.get(value)
    if row is None:
        return value
    return str(row.name_ko if get_language() == "ko" else row.name_en or row.name_ko)


def _readable(name: str, value: Any, names: Mapping[str, Any]) -> Any:
    if name in LISTS:
        return ", ".join(_name(one, names) for one in value)
    if name in DAYS:
        return formats.day(date.fromisoformat(value), get_language() or "ko")
    return _name(value, names) if isinstance(value, str) else value


def _fill(sentence: str, facts: Mapping[str, Any], names: Mapping[str, Any]) -> str:
    return gettext(sentence).format(**{name: _readable(name, value, names) for name, value in facts.items()})


def asked(rule: Rule, day: date | None, regions: Regions, names: Mapping[str, Any]) -> Line:
    """What a rule asks. Regions are named as they are called on the reference day, once that day is known."""
    facts = dict(rule.parameters)
    if day and "regions" in facts:
        known = regions.spans
        facts["regions"] = sorted({region_at(code, day, known) for code in facts["regions"] if code in known})
    return Line(_fill(ASKED[rule.kind], facts, names), gettext(REFERENCE_DATES[rule.reference_date]), day)


def found(finding: Finding, names: Mapping[str, Any]) -> Line:
    """What was found of an organisation."""
    return line(finding.rule.kind, finding.rule.reference_date, finding.passed, finding.day, finding.facts, names)


def line(
    kind: str, reference: str, passed: bool, day: date, facts: Mapping[str, Any], names: Mapping[str, Any]
) -> Line:
    """What a stored check says."""
    sentence = (PASSED if passed else FAILED)[kind]
    where = reverse(WHERE[kind]) if kind in WHERE and not passed else ""
    return Line(_fill(sentence, facts, names), gettext(REFERENCE_DATES[reference]), day, passed, where)
