"""The rules on conflicts of two traditions, as data that a call takes over and may change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from madang.errors import Refused


class Ground(StrEnum):
    """What a conflict rests on.

    Found in the records: `member` (one of the applicant's people), `same_organisation`, `same_department`,
    `firm_group`, `former_organisation`, `sanctioned` (evaluation misconduct) and `possible_match` (a name, an address
    or a domain of e-mail that may be the applicant's). Declared: `relative`, `advice` (research and services too),
    `financial`, `superior` (a former one), `supervision` (teacher or student), `coauthor`, `recusal` (회피, a
    withdrawal) and `other`; what the records can find may be declared as well. `challenge` (기피) is the applicant's.
    """

    MEMBER = "member"
    SAME_ORGANISATION = "same_organisation"
    SAME_DEPARTMENT = "same_department"
    FIRM_GROUP = "firm_group"
    FORMER_ORGANISATION = "former_organisation"
    SANCTIONED = "sanctioned"
    POSSIBLE_MATCH = "possible_match"
    RELATIVE = "relative"
    ADVICE = "advice"
    FINANCIAL = "financial"
    SUPERIOR = "superior"
    SUPERVISION = "supervision"
    COAUTHOR = "coauthor"
    RECUSAL = "recusal"
    CHALLENGE = "challenge"
    OTHER = "other"


class Severity(StrEnum):
    """What follows: `excludes` bars, `open` bars until a person has decided, `warns` only asks a person to look."""

    EXCLUDES = "excludes"
    OPEN = "open"
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from a ground: its severity, and for how many years after it ended (None: for ever)."""

    severity: Severity
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A tradition's rules by ground; a ground without one is no conflict.

    `shared_domains` are those of e-mail that tell nothing, and without `domains` none tells anything; an interest is
    reported late when more than `report_days` pass after it was learnt (None: no such rule).
    """

    name: str
    rules: Mapping[Ground, Rule]
    shared_domains: frozenset[str]
    report_days: int | None = None
    domains: bool = True

    def changed(self, changes: Mapping[str, object]) -> Preset:
        """These rules as a call changes them, such as `{"coauthor": {"severity": "warns", "years": 3}, "other": None}`.

        None takes a rule away; `years` left out or None means for ever. Refused: ``conflict_rule_invalid`` (ground).
        """
        rules = dict(self.rules)
        for name, given in changes.items():
            ground = _ground(name)
            if given is None:
                rules.pop(ground, None)
            else:
                rules[ground] = _rule(name, given)
        return replace(self, rules=rules)


def _ground(name: str) -> Ground:
    try:
        return Ground(name)
    except ValueError:
        raise Refused("conflict_rule_invalid", ground=name) from None


def _rule(name: str, given: object) -> Rule:
    if isinstance(given, Mapping) and set(given) <= {"severity", "years"} and given.get("severity") in set(Severity):
        years = given.get("years")
        if years is None or (isinstance(years, int) and not isinstance(years, bool) and 0 <= years <= 99):
            return Rule(Severity(given["severity"]), years)
    raise Refused("conflict_rule_invalid", ground=name)


_MAIL_FOR_ALL = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "icloud.com", "yahoo.com", "proton.me"}
    | {"naver.com", "hanmail.net", "daum.net", "kakao.com", "nate.com", "korea.kr"}
)
_REGISTRIES = frozenset(
    {"kr", "ac.kr", "co.kr", "go.kr", "or.kr", "re.kr", "com", "net", "org", "edu", "ac.uk", "co.uk"}
)
_SHARED_DOMAINS = _MAIL_FOR_ALL | _REGISTRIES
_EXCLUDES, _OPEN, _WARNS = Severity.EXCLUDES, Severity.OPEN, Severity.WARNS
_EVERYWHERE = {
    Ground.MEMBER: Rule(_EXCLUDES),
    Ground.SAME_DEPARTMENT: Rule(_EXCLUDES),
    Ground.FIRM_GROUP: Rule(_EXCLUDES),
    Ground.POSSIBLE_MATCH: Rule(_OPEN),
    Ground.RELATIVE: Rule(_EXCLUDES),
    Ground.FINANCIAL: Rule(_EXCLUDES, years=0),
    Ground.RECUSAL: Rule(_EXCLUDES),
    Ground.OTHER: Rule(_WARNS),
}

KOREAN = Preset(
    name="korean",
    rules=_EVERYWHERE
    | {
        Ground.SAME_ORGANISATION: Rule(_EXCLUDES),
        Ground.FORMER_ORGANISATION: Rule(_EXCLUDES, years=3),
        Ground.SANCTIONED: Rule(_EXCLUDES, years=3),
        Ground.ADVICE: Rule(_EXCLUDES, years=3),
        Ground.SUPERIOR: Rule(_EXCLUDES, years=2),
        Ground.SUPERVISION: Rule(_WARNS, years=5),
        Ground.COAUTHOR: Rule(_WARNS, years=2),
        Ground.CHALLENGE: Rule(_EXCLUDES),
    },
    shared_domains=_SHARED_DOMAINS,
    report_days=14,
)
"""Exclusion (제척) by rule, challenge (기피) and withdrawal (회피), as Korean public evaluation has them."""

INTERNATIONAL = Preset(
    name="international",
    rules=_EVERYWHERE
    | {
        Ground.SAME_ORGANISATION: Rule(_WARNS),
        Ground.ADVICE: Rule(_WARNS, years=3),
        Ground.SUPERIOR: Rule(_WARNS, years=2),
        Ground.SUPERVISION: Rule(_EXCLUDES, years=5),
        Ground.COAUTHOR: Rule(_EXCLUDES, years=2),
    },
    shared_domains=_SHARED_DOMAINS,
)
"""The practice of research councils: sharing an institution alone does not exclude, sharing a department does."""

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in (KOREAN, INTERNATIONAL)}
