"""Finds what stands between a reviewer and an application, under a preset of rules that a call chooses as data.

A conflict is worked out whenever it is asked for, never stored: people, memberships and applications change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Ground(StrEnum):
    """What a conflict rests on.

    Found in the records, or declared: `member` (of the applicant's people) and `same_organisation`. Found only:
    `former_organisation`, `sanctioned` and `possible_match`. Declared only: the others; `advice` takes in research and
    services, `superior` is a former superior, `supervision` teacher or student, `recusal` (회피) a withdrawal.
    """

    MEMBER = "member"
    SAME_ORGANISATION = "same_organisation"
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
    OTHER = "other"


class Severity(StrEnum):
    """Whether a conflict bars the reviewer or only asks a person to look."""

    EXCLUDES = "excludes"
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class Membership:
    """Belonging to an organisation from `start` up to, and without, `end` (None: still)."""

    organisation: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A reviewer by id (that of the person), with dated organisations, e-mail domains and evaluation sanctions."""

    id: str
    memberships: tuple[Membership, ...] = ()
    domains: frozenset[str] = frozenset()
    sanctioned_on: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """An application with every organisation in it (the lead and the participants), its people and their domains."""

    application: str
    organisations: frozenset[str]
    members: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a reviewer declared about one application, organisation or person; `ended` None means it still holds.

    `ended` is the first day on which it held no more.
    """

    reviewer: str
    ground: Ground
    application: str = ""
    organisation: str = ""
    person: str = ""
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from a ground: its severity, and for how many years after it ended (None: for ever)."""

    severity: Severity
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A tradition's rules by ground (a ground without one is no conflict) and the domains that tell nothing."""

    name: str
    rules: Mapping[Ground, Rule]
    shared_domains: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One finding, with the ids and dates (ISO) that its sentence needs."""

    ground: Ground
    severity: Severity
    facts: Mapping[str, str]


_MAIL_FOR_ALL = frozenset(
    {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "icloud.com", "yahoo.com", "proton.me"}
    | {"naver.com", "hanmail.net", "daum.net", "kakao.com", "nate.com", "korea.kr"}
)
_REGISTRIES = frozenset(
    {"kr", "ac.kr", "co.kr", "go.kr", "or.kr", "re.kr", "com", "net", "org", "edu", "ac.uk", "co.uk"}
)
_SHARED_DOMAINS = _MAIL_FOR_ALL | _REGISTRIES
_EXCLUDES, _WARNS = Severity.EXCLUDES, Severity.WARNS

KOREAN = Preset(
    name="korean",
    rules={
        Ground.MEMBER: Rule(_EXCLUDES),
        Ground.SAME_ORGANISATION: Rule(_EXCLUDES),
        Ground.FORMER_ORGANISATION: Rule(_EXCLUDES, years=3),
        Ground.SANCTIONED: Rule(_EXCLUDES, years=3),
        Ground.POSSIBLE_MATCH: Rule(_WARNS),
        Ground.RELATIVE: Rule(_EXCLUDES),
        Ground.ADVICE: Rule(_EXCLUDES, years=3),
        Ground.FINANCIAL: Rule(_EXCLUDES, years=0),
        Ground.SUPERIOR: Rule(_EXCLUDES, years=2),
        Ground.SUPERVISION: Rule(_WARNS, years=5),
        Ground.COAUTHOR: Rule(_WARNS, years=2),
        Ground.RECUSAL: Rule(_EXCLUDES),
        Ground.OTHER: Rule(_WARNS),
    },
    shared_domains=_SHARED_DOMAINS,
)
"""Exclusion (제척) by rule and recusal (회피), as Korean public evaluation has it."""

PLAIN = Preset(
    name="plain",
    rules={
        Ground.MEMBER: Rule(_EXCLUDES),
        Ground.SAME_ORGANISATION: Rule(_WARNS),
        Ground.POSSIBLE_MATCH: Rule(_WARNS),
        Ground.RELATIVE: Rule(_EXCLUDES),
        Ground.ADVICE: Rule(_WARNS, years=3),
        Ground.FINANCIAL: Rule(_EXCLUDES, years=0),
        Ground.SUPERIOR: Rule(_WARNS, years=2),
        Ground.SUPERVISION: Rule(_EXCLUDES, years=5),
        Ground.COAUTHOR: Rule(_EXCLUDES, years=2),
        Ground.RECUSAL: Rule(_EXCLUDES),
        Ground.OTHER: Rule(_WARNS),
    },
    shared_domains=_SHARED_DOMAINS,
)
"""The common practice of research councils: sharing an institution alone does not exclude."""

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in (KOREAN, PLAIN)}

Finding = tuple[Ground, date | None, dict[str, str]]


def conflicts(
    reviewer: Reviewer, subject: Subject, declarations: Iterable[Declaration], preset: Preset, on: date
) -> list[Conflict]:
    """All conflicts of one reviewer with one application on the reference day `on`, those that exclude first.

    `declarations` may be everybody's; only this reviewer's that touch the subject count. A possible match by e-mail
    domain is left out where an organisation's match already says more.
    """
    found = list(_recorded(reviewer, subject, on)) + list(_declared(reviewer, subject, declarations))
    kept = [conflict for finding in found if (conflict := _judge(finding, preset, on)) is not None]
    organisational = {Ground.SAME_ORGANISATION, Ground.FORMER_ORGANISATION, Ground.MEMBER}
    if not any(conflict.ground in organisational for conflict in kept):
        matches = _domain_matches(reviewer, subject, preset)
        kept += [conflict for finding in matches if (conflict := _judge(finding, preset, on)) is not None]
    return sorted(kept, key=lambda conflict: (conflict.severity, conflict.ground, sorted(conflict.facts.items())))


def excluded(found: Iterable[Conflict]) -> bool:
    """Whether the reviewer is barred: he may neither review the application nor see that it exists."""
    return any(conflict.severity == Severity.EXCLUDES for conflict in found)


def years_after(day: date, years: int) -> date:
    """The same date `years` later; 1 March where 29 February does not exist, so that no bar ends a day early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _judge(finding: Finding, preset: Preset, on: date) -> Conflict | None:
    ground, ended, facts = finding
    rule = preset.rules.get(ground)
    if rule is None:
        return None
    if ended is not None and ended <= on and rule.years is not None and on >= years_after(ended, rule.years):
        return None
    return Conflict(ground, rule.severity, facts | ({"ended": ended.isoformat()} if ended else {}))


def _recorded(reviewer: Reviewer, subject: Subject, on: date) -> Iterator[Finding]:
    if reviewer.id in subject.members:
        yield Ground.MEMBER, None, {"application": subject.application}
    for membership in reviewer.memberships:
        if membership.organisation in subject.organisations and membership.start <= on:
            left = membership.end is not None and membership.end <= on
            ground = Ground.FORMER_ORGANISATION if left else Ground.SAME_ORGANISATION
            yield ground, membership.end, {"organisation": membership.organisation}
    for day in reviewer.sanctioned_on:
        if day <= on:
            yield Ground.SANCTIONED, day, {}


def _declared(reviewer: Reviewer, subject: Subject, declarations: Iterable[Declaration]) -> Iterator[Finding]:
    for made in declarations:
        touched = {
            "application": made.application if made.application == subject.application else "",
            "organisation": made.organisation if made.organisation in subject.organisations else "",
            "person": made.person if made.person in subject.members else "",
        }
        facts = {name: value for name, value in touched.items() if value}
        if made.reviewer == reviewer.id and facts:
            yield made.ground, made.ended, facts


def _domain_matches(reviewer: Reviewer, subject: Subject, preset: Preset) -> Iterator[Finding]:
    for mine in sorted(domain.lower() for domain in reviewer.domains):
        for theirs in sorted(domain.lower() for domain in subject.domains):
            if {mine, theirs} & preset.shared_domains:
                continue
            if mine == theirs or mine.endswith(f".{theirs}") or theirs.endswith(f".{mine}"):
                yield Ground.POSSIBLE_MATCH, None, {"domain": mine, "other_domain": theirs}
