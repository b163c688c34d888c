"""Works out which reviewers are barred from which applications, from affiliations, memberships and declarations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from madang.portal.applications.models import Application
from madang.portal.challenges.models import Challenge
from madang.portal.challenges.rules import ChallengeState, meant
from madang.portal.conflicts.queries import presets
from madang.portal.experts.models import ExpertProfile
from madang.portal.experts.rules import compact
from madang.portal.findings.models import MatchAnswer
from madang.portal.misconduct import queries as misconduct
from madang.portal.people.models import Invitation, Membership, Organisation
from madang.portal.people.rules import InvitationState
from madang.portal.reviews.models import Affiliation, DeclaredInterest, Reviewer
from madang.portal.reviews.rules import Interest, declared
from madang.review import conflicts as law
from madang.review.conflicts import Conflict, excluded
from madang.review.presets import Preset

Pair = tuple[int, int]


@dataclass(frozen=True)
class Circle:
    """What is known of reviewers and applications, as the library judges it; ids are row ids as text."""

    reviewers: Mapping[int, law.Reviewer]
    subjects: Mapping[int, law.Subject]
    presets: Mapping[int, Preset]
    records: law.Records
    on: date

    def between(self, application: int, reviewer: int) -> list[Conflict]:
        """All conflicts of one reviewer with one application, those that exclude first."""
        subject, preset = self.subjects[application], self.presets[application]
        return law.conflicts(self.reviewers[reviewer], subject, self.records, preset, self.on)

    def every(self) -> dict[Pair, tuple[Conflict, ...]]:
        """The conflicts of every (application, reviewer) that has any, by the rules of the application's call."""
        rows = {person.id: row for row, person in self.reviewers.items()}
        found: dict[Pair, tuple[Conflict, ...]] = {}
        for preset in {preset.name: preset for preset in self.presets.values()}.values():
            subjects = [one for row, one in self.subjects.items() if self.presets[row].name == preset.name]
            pairs = law.every_conflict(self.reviewers.values(), subjects, self.records, preset, self.on)
            found |= {(int(application), rows[person]): every for (application, person), every in pairs.items()}
        return found

    def unanswered(self) -> dict[Pair, tuple[Conflict, ...]]:
        """The same as if nobody had resolved any possible match."""
        return replace(self, records=replace(self.records, resolutions=())).every()

    def barred(self) -> set[Pair]:
        """Every (application, reviewer) that must not come together."""
        return {pair for pair, found in self.every().items() if excluded(found)}


def circle(applications: Iterable[Application], reviewers: Iterable[Reviewer], now: datetime) -> Circle:
    """Reads what conflicts rest on, in a fixed number of queries, however many there are.

    Reviewers come with their person, applications with their track.
    """
    files, people = list(applications), list(reviewers)
    organisations = {row.organisation_id for row in files}
    belonging = _memberships(organisations, {row.person_id for row in people})
    profiles = {row.reviewer_id: row for row in ExpertProfile.objects.filter(reviewer__in=people)}
    tracks, sanctioned = presets(row.track for row in files), misconduct.counting(people)
    challenges = _challenges(files, people, profiles)
    return Circle(
        reviewers={
            row.pk: _reviewer(row, belonging.by_person[row.person_id], profiles.get(row.pk), sanctioned.get(row.pk, ()))
            for row in people
        },
        presets={row.pk: tracks[row.track_id] for row in files},
        subjects={row.pk: _subject(row, belonging) for row in files},
        records=law.Records(_declarations(people), challenges, _answers(files, people)),
        on=now.astimezone(settings.MADANG_ZONE).date(),
    )


@dataclass
class _Belonging:
    """Memberships by person; by organisation its people, their names and addresses, and its group of firms."""

    by_person: dict[int, list[law.Membership]]
    people: dict[int, set[str]]
    names: dict[int, set[str]]
    addresses: dict[int, set[str]]
    groups: dict[int, str]


def _day(instant: datetime) -> date:
    return instant.astimezone(settings.MADANG_ZONE).date()


def _memberships(organisations: set[int], persons: set[int]) -> _Belonging:
    groups = dict(Organisation.objects.exclude(firm_group="").values_list("pk", "firm_group"))
    groups = {organisation: compact(name) for organisation, name in groups.items()}
    found = _Belonging(defaultdict(list), defaultdict(set), defaultdict(set), defaultdict(set), groups)
    rows = Membership.objects.filter(Q(organisation__in=organisations) | Q(person__in=persons))
    named = ("person", "organisation", "joined_at", "left_at", "person__name", "person__email")
    for person, organisation, since, until, name, address in rows.values_list(*named):
        group = groups.get(organisation, "")
        end = _day(until) if until else None
        found.by_person[person].append(law.Membership(str(organisation), _day(since), end, group=group))
        if until is None:
            found.people[organisation].add(str(person))
            found.names[organisation].add(name)
            found.addresses[organisation] |= {address} - {None}
    for person, organisation, since, until, part in _posts(organisations | set(groups), persons):
        group = groups.get(organisation, "")
        found.by_person[person].append(law.Membership(str(organisation), since, until, compact(part), group))
    # nobody has confirmed the address of an invitation that waits
    waiting = Invitation.objects.filter(organisation__in=organisations, state=InvitationState.WAITING)
    for organisation, address in waiting.values_list("organisation", "email"):
        found.addresses[organisation].add(address)
    return found


def _posts(organisations: set[int], persons: set[int]) -> Iterable[tuple[int, int, date, date | None, str]]:
    """Where reviewers work or worked; a post known by number or name alone is at the one of these that has it."""
    theirs = Organisation.objects.filter(pk__in=organisations).order_by("pk")
    numbered = theirs.filter(registration_number=OuterRef("registration_number")).values("pk")[:1]
    called = theirs.filter(name=OuterRef("name")).values("pk")[:1]
    where = Coalesce("organisation", Subquery(numbered), Subquery(called))
    rows = Affiliation.objects.filter(reviewer__person__in=persons).annotate(where=where, who=F("reviewer__person"))
    return rows.filter(where__isnull=False).values_list("who", "where", "since", "until", "department")


def _reviewer(
    row: Reviewer, memberships: list[law.Membership], profile: ExpertProfile | None, sanctioned: tuple[date, ...]
) -> law.Reviewer:
    addresses = {row.person.email or "", *(profile.other_addresses if profile else ())}
    return law.Reviewer(
        id=str(row.person_id),
        memberships=tuple(memberships),
        sanctioned_on=sanctioned,
        names=frozenset(_names(row, profile)),
        addresses=frozenset(addresses - {""}),
    )


def _names(row: Reviewer, profile: ExpertProfile | None) -> list[str]:
    return [row.person.name, *(profile.other_names if profile else ())]


def _subject(row: Application, belonging: _Belonging) -> law.Subject:
    organisation = row.organisation_id
    return law.Subject(
        application=str(row.pk),
        organisations=frozenset({str(organisation)}),
        members=frozenset(belonging.people[organisation] | {str(row.created_by_id)}),
        departments=frozenset({(str(organisation), compact(row.department))} if row.department else ()),
        groups=frozenset({belonging.groups.get(organisation, "")} - {""}),
        names=frozenset(belonging.names[organisation]),
        addresses=frozenset(belonging.addresses[organisation]),
    )


def _answers(files: list[Application], reviewers: list[Reviewer]) -> tuple[law.Resolution, ...]:
    """What was found of possible matches; an answer about an organisation counts for all of its applications."""
    person = {row.pk: str(row.person_id) for row in reviewers}
    given: dict[int, list[MatchAnswer]] = defaultdict(list)
    for answer in MatchAnswer.objects.filter(reviewer__in=person, replaced_at__isnull=True):
        given[answer.organisation_id].append(answer)
    return tuple(
        law.Resolution(person[one.reviewer_id], str(file.pk), one.same, one.rests_on)
        for file in files
        for one in given[file.organisation_id]
    )


def _challenges(
    files: list[Application], reviewers: list[Reviewer], profiles: Mapping[int, ExpertProfile]
) -> tuple[law.Challenge, ...]:
    """Challenges that were not dismissed: of whom each was found to mean, or of everybody who may be of that name."""
    rows = list(Challenge.objects.filter(application__in=files).exclude(state=ChallengeState.DISMISSED))
    pool = {row.pk: _names(row, profiles.get(row.pk)) for row in reviewers}
    person = {row.pk: str(row.person_id) for row in reviewers}
    return tuple(
        law.Challenge(person[pk], str(row.application_id), True if row.state == ChallengeState.UPHELD else None)
        for row in rows
        for pk in ([row.reviewer_id] if row.reviewer_id else meant(row.name, pool))
        if pk in person
    )


def _declarations(reviewers: list[Reviewer]) -> tuple[law.Declaration, ...]:
    rows = DeclaredInterest.objects.filter(reviewer__in=reviewers).values_list(
        "reviewer__person", "organisation", "kind", "ended_on", "learnt_on", "declared_at"
    )
    return tuple(
        law.Declaration(
            str(person), ground, organisation=str(organisation), ended=ended, learnt=learnt, reported=_day(said)
        )
        for person, organisation, kind, ended, learnt, said in rows
        for ground in declared(Interest(kind), ended is not None)
    )
