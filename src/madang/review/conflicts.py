"""Finds what stands between reviewers and applications, under rules that a call chooses as data.

A conflict is worked out whenever it is asked for, never stored: people, memberships and applications change. What has
changed between two times is `difference`. Periods are half-open: whoever left on a day belonged up to the day before.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from madang.review.names import possibly_same, spellings
from madang.review.presets import Ground, Preset, Severity


@dataclass(frozen=True, slots=True)
class Membership:
    """Belonging to an organisation (and its department and firm group, where known) from `start` to before `end`."""

    organisation: str
    start: date
    end: date | None = None
    department: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A reviewer by id (that of the person), with dated organisations, spellings of the name and e-mail addresses.

    `addresses` take in those that nobody has confirmed; `domains` are further ones of e-mail.
    """

    id: str
    memberships: tuple[Membership, ...] = ()
    domains: frozenset[str] = frozenset()
    sanctioned_on: tuple[date, ...] = ()
    names: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """An application with every organisation in it (the lead and the participants) and its people.

    `members` are ids of people with an account; `names` and `addresses` are those of all people named in it, and
    `departments` are (organisation, department).
    """

    application: str
    organisations: frozenset[str]
    members: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    departments: frozenset[tuple[str, str]] = frozenset()
    groups: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared of a reviewer about one application, organisation or person; `ended` None: it still holds.

    `ended` is the first day on which it held no more; `learnt` and `reported` are when the reviewer knew and said so.
    """

    reviewer: str
    ground: Ground
    application: str = ""
    organisation: str = ""
    person: str = ""
    ended: date | None = None
    learnt: date | None = None
    reported: date | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """An applicant's challenge (기피) of a named reviewer, with whether it was `upheld` (None: not decided yet)."""

    reviewer: str
    application: str
    upheld: bool | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """A person's answer to a possible match: that reviewer and applicant are (`same`) or are not connected so.

    It holds as long as the match rests on the same facts: `rests_on` is their `matched` (empty: whatever they are).
    """

    reviewer: str
    application: str
    same: bool
    rests_on: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that is known besides reviewers and applications themselves."""

    declarations: Collection[Declaration] = ()
    challenges: Collection[Challenge] = ()
    resolutions: Collection[Resolution] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One finding: ground, severity, the ids and dates (ISO) that it rests on, and the first day free of it, if any."""

    ground: Ground
    severity: Severity
    facts: Mapping[str, str]
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What findings on a pair came and went between two times."""

    appeared: tuple[Conflict, ...]
    gone: tuple[Conflict, ...]


Pair = tuple[str, str]  # (application, reviewer)
Found = Mapping[Pair, tuple[Conflict, ...]]


@dataclass(frozen=True, slots=True)
class _Finding:
    ground: Ground
    facts: dict[str, str]
    ended: date | None = None
    severity: Severity | None = None  # where it is not the rule's


@dataclass(slots=True)
class _Filed:
    """Records by what they are looked up by."""

    declarations: dict[str, list[Declaration]] = field(default_factory=lambda: defaultdict(list))
    challenges: dict[Pair, list[Challenge]] = field(default_factory=lambda: defaultdict(list))
    resolutions: dict[Pair, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, records: Records) -> _Filed:
        filed = cls()
        for made in records.declarations:
            filed.declarations[made.reviewer].append(made)
        for challenge in records.challenges:
            filed.challenges[challenge.application, challenge.reviewer].append(challenge)
        for answer in records.resolutions:
            given = filed.resolutions[answer.application, answer.reviewer]
            given[answer.rests_on] = answer.same or given.get(answer.rests_on, False)
        return filed


def conflicts(reviewer: Reviewer, subject: Subject, records: Records, preset: Preset, on: date) -> list[Conflict]:
    """All conflicts of one reviewer with one application on the reference day `on`, those that exclude first.

    `records` may be everybody's; only what touches the two counts. A possible match is left out where an
    organisation's match already says more; once resolved it excludes or is gone.
    """
    return _between(reviewer, subject, _Filed.of(records), preset, on)


def every_conflict(
    reviewers: Iterable[Reviewer], subjects: Iterable[Subject], records: Records, preset: Preset, on: date
) -> dict[Pair, tuple[Conflict, ...]]:
    """The conflicts of every (application, reviewer) that has any; the order of the input does not matter.

    Only pairs that have something in common are looked at: 2,000 applications meet 400 reviewers in about a second.
    """
    filed, places = _Filed.of(records), _Places(preset)
    for subject in subjects:
        places.add(subject)
    found = {}
    for reviewer in reviewers:
        for subject in places.touched(reviewer, filed, on):
            between = _between(reviewer, subject, filed, preset, on)
            if between:
                found[subject.application, reviewer.id] = tuple(between)
    return dict(sorted(found.items()))


def excluded(found: Iterable[Conflict]) -> bool:
    """Whether the reviewer is barred, for good or until someone decides: he may not even see that it exists."""
    return any(conflict.severity != Severity.WARNS for conflict in found)


def difference(before: Found, after: Found) -> dict[Pair, Difference]:
    """What changed between two runs of `every_conflict`, by pair; pairs on which nothing changed are left out."""
    changed = {}
    for pair in sorted(before.keys() | after.keys()):
        old, new = before.get(pair, ()), after.get(pair, ())
        if old != new:
            changed[pair] = Difference(
                tuple(one for one in new if one not in old), tuple(one for one in old if one not in new)
            )
    return changed


def years_after(day: date, years: int) -> date:
    """The same date `years` later; 1 March where 29 February does not exist, so that no bar ends a day early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


class _Places:
    """Applications by everything that a reviewer may have in common with them."""

    def __init__(self, preset: Preset) -> None:
        self.preset = preset
        self.every: list[Subject] = []
        self.by_word: dict[tuple[str, str], list[Subject]] = defaultdict(list)

    def add(self, subject: Subject) -> None:
        self.every.append(subject)
        words = {("application", subject.application)}
        words |= {("person", one) for one in subject.members} | {("organisation", one) for one in subject.organisations}
        words |= {("group", one) for one in subject.groups if one}
        words |= {("name", spelt) for name in subject.names for spelt in spellings(name)}
        words |= self._mail(subject)
        for word in words:
            self.by_word[word].append(subject)

    def touched(self, reviewer: Reviewer, filed: _Filed, on: date) -> list[Subject]:
        if any(day <= on for day in reviewer.sanctioned_on):
            return self.every
        words = {("person", reviewer.id)}
        words |= {("organisation", one.organisation) for one in reviewer.memberships}
        words |= {("group", one.group) for one in reviewer.memberships}
        words |= {("name", spelt) for name in reviewer.names for spelt in spellings(name)}
        words |= self._mail(reviewer)
        for made in filed.declarations.get(reviewer.id, ()):
            words |= {
                ("application", made.application),
                ("organisation", made.organisation),
                ("person", made.person),
            }
        words |= {("application", application) for application, name in filed.challenges if name == reviewer.id}
        found = {one.application: one for word in words for one in self.by_word.get(word, ())}
        return list(found.values())

    def _mail(self, one: Reviewer | Subject) -> set[tuple[str, str]]:
        addresses = {("address", mail.lower()) for mail in one.addresses}
        parts = {part for domain in _domains(one) for part in _parents(domain)} if self.preset.domains else set()
        return addresses | {("mail", part) for part in parts - self.preset.shared_domains}


def _domains(one: Reviewer | Subject) -> set[str]:
    """Domains of e-mail, those of the addresses among them."""
    return {name.lower() for name in one.domains} | {mail.lower().rpartition("@")[2] for mail in one.addresses}


def _parents(domain: str) -> Iterator[str]:
    """The domain and every domain above it but the top: what two related domains share."""
    parts = domain.split(".")
    for place in range(max(1, len(parts) - 1)):
        yield ".".join(parts[place:])


def _between(reviewer: Reviewer, subject: Subject, filed: _Filed, preset: Preset, on: date) -> list[Conflict]:
    pair = subject.application, reviewer.id
    declared = _declared(reviewer, subject, filed.declarations.get(reviewer.id, ()), preset)
    found = [*_recorded(reviewer, subject, on), *declared, *_challenged(filed.challenges.get(pair, ()))]
    kept = [conflict for finding in found if (conflict := _judge(finding, preset, on)) is not None]
    organisational = {Ground.SAME_ORGANISATION, Ground.FORMER_ORGANISATION, Ground.MEMBER}
    if not any(conflict.ground in organisational for conflict in kept):
        kept += _matches(reviewer, subject, preset, filed.resolutions.get(pair, {}))
    unique = {(one.ground, tuple(sorted(one.facts.items()))): one for one in kept}
    return sorted(unique.values(), key=lambda one: (one.severity, one.ground, sorted(one.facts.items())))


def _judge(finding: _Finding, preset: Preset, on: date) -> Conflict | None:
    rule = preset.rules.get(finding.ground)
    if rule is None:
        return None
    until = None
    if finding.ended is not None and rule.years is not None:
        until = years_after(finding.ended, rule.years)
        if finding.ended <= on and until <= on:
            return None
    ended = {"ended": finding.ended.isoformat()} if finding.ended else {}
    return Conflict(finding.ground, finding.severity or rule.severity, finding.facts | ended, until)


def _recorded(reviewer: Reviewer, subject: Subject, on: date) -> Iterator[_Finding]:
    if reviewer.id in subject.members:
        yield _Finding(Ground.MEMBER, {"application": subject.application})
    for membership in reviewer.memberships:
        if membership.start <= on:
            left = membership.end is not None and membership.end <= on
            yield from _belonging(membership, subject, left)
    for day in reviewer.sanctioned_on:
        if day <= on:
            yield _Finding(Ground.SANCTIONED, {}, day)


def _belonging(membership: Membership, subject: Subject, left: bool) -> Iterator[_Finding]:
    if membership.organisation in subject.organisations:
        ground = Ground.FORMER_ORGANISATION if left else Ground.SAME_ORGANISATION
        yield _Finding(ground, {"organisation": membership.organisation}, membership.end)
        department = membership.organisation, membership.department
        if not left and membership.department and department in subject.departments:
            facts = {"organisation": membership.organisation, "department": membership.department}
            yield _Finding(Ground.SAME_DEPARTMENT, facts, membership.end)
    elif not left and membership.group and membership.group in subject.groups:
        facts = {"organisation": membership.organisation, "group": membership.group}
        yield _Finding(Ground.FIRM_GROUP, facts, membership.end)


def _declared(
    reviewer: Reviewer, subject: Subject, declarations: Iterable[Declaration], preset: Preset
) -> Iterator[_Finding]:
    for made in declarations:
        touched = {
            "application": made.application if made.application == subject.application else "",
            "organisation": made.organisation if made.organisation in subject.organisations else "",
            "person": made.person if made.person in subject.members else "",
        }
        facts = {name: value for name, value in touched.items() if value}
        if facts:
            yield _Finding(made.ground, facts | _reporting(made, preset), made.ended)


def _reporting(made: Declaration, preset: Preset) -> dict[str, str]:
    """When the reviewer knew and said so, and by how many days that was late."""
    days = {"learnt": made.learnt, "reported": made.reported}
    facts = {name: day.isoformat() for name, day in days.items() if day}
    if made.learnt and made.reported and preset.report_days is not None:
        late = (made.reported - made.learnt).days - preset.report_days
        facts |= {"late_days": str(late)} if late > 0 else {}
    return facts


def _challenged(challenges: Iterable[Challenge]) -> Iterator[_Finding]:
    for challenge in challenges:
        if challenge.upheld is not False:
            severity = None if challenge.upheld else Severity.OPEN
            yield _Finding(Ground.CHALLENGE, {"application": challenge.application}, severity=severity)


def _matches(reviewer: Reviewer, subject: Subject, preset: Preset, answers: Mapping[str, bool]) -> list[Conflict]:
    rule = preset.rules.get(Ground.POSSIBLE_MATCH)
    if rule is None:
        return []
    every = [*_same_names(reviewer, subject), *_same_addresses(reviewer, subject)]
    every += _domain_matches(reviewer, subject, preset) if preset.domains else ()
    given = [answers[key] for key in ("", matched(every)) if key in answers]
    if given and not any(given):
        return []
    severity = Severity.EXCLUDES if given else rule.severity
    return [Conflict(Ground.POSSIBLE_MATCH, severity, facts) for facts in every]


def matched(every: Iterable[Mapping[str, str]]) -> str:
    """The digest of what possible matches rest on; another one as soon as a name or an address comes or goes."""
    lines = {repr(sorted(facts.items())) for facts in every}
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _same_names(reviewer: Reviewer, subject: Subject) -> Iterator[dict[str, str]]:
    for mine in sorted(reviewer.names):
        for theirs in sorted(subject.names):
            if possibly_same(mine, theirs):
                yield {"name": mine, "other_name": theirs}


def _same_addresses(reviewer: Reviewer, subject: Subject) -> Iterator[dict[str, str]]:
    theirs = {mail.lower() for mail in subject.addresses}
    for mine in sorted({mail.lower() for mail in reviewer.addresses}):
        if mine in theirs:
            yield {"address": mine}


def _domain_matches(reviewer: Reviewer, subject: Subject, preset: Preset) -> Iterator[dict[str, str]]:
    for mine in sorted(_domains(reviewer) - preset.shared_domains):
        for theirs in sorted(_domains(subject) - preset.shared_domains):
            if mine == theirs or mine.endswith(f".{theirs}") or theirs.endswith(f".{mine}"):
                yield {"domain": mine, "other_domain": theirs}
