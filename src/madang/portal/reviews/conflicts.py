"""Works out which reviewers are barred from which applications, from affiliations, memberships and declarations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from madang.portal.applications.models import Application
from madang.portal.challenges.models import Challenge
from madang.portal.challenges.rules import ChallengeState, meant
from madang.portal.experts.models import ExpertProfile
from madang.portal.people.models import Membership, Organisation
from madang.portal.reviews.models import Affiliation, DeclaredInterest, Reviewer
from madang.portal.reviews.rules import GROUNDS, Interest
from madang.review import conflicts as law
from madang.review.conflicts import Conflict, excluded
from madang.review.presets import PRESETS, Ground, Preset

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
        """The conflicts of every (application, reviewer) that has any, by the rules of the application's track."""
        rows = {person.id: row for row, person in self.reviewers.items()}
        found: dict[Pair, tuple[Conflict, ...]] = {}
        for preset in {preset.name: preset for preset in self.presets.values()}.values():
            subjects = [one for row, one in self.subjects.items() if self.presets[row].name == preset.name]
            pairs = law.every_conflict(self.reviewers.values(), subjects, self.records, preset, self.on)
            found |= {(int(application), rows[person]): every for (application, person), every in pairs.items()}
        return found

    def barred(self) -> set[Pair]:
        """Every (application, reviewer) that must not come together."""
        return {pair for pair, found in self.every().items() if excluded(found)}


def circle(applications: Iterable[Application], reviewers: Iterable[Reviewer], now: datetime) -> Circle:
    """Reads what conflicts rest on, in four queries (five where somebody is challenged), however many there are.

    Reviewers come with their person, applications with their track.
    """
    files, people = list(applications), list(reviewers)
    organisations = {row.organisation_id for row in files}
    persons = {row.person_id for row in people}
    belonging = _memberships(organisations, persons)
    return Circle(
        reviewers={row.pk: _reviewer(row, belonging.by_person[row.person_id]) for row in people},
        presets={row.pk: PRESETS[row.track.conflict_rules] for row in files},
        subjects={row.pk: _subject(row, belonging.by_organisation[row.organisation_id]) for row in files},
        records=law.Records(_declarations(people), _challenges(files, people)),
        on=now.astimezone(settings.MADANG_ZONE).date(),
    )


@dataclass
class _Belonging:
    by_person: dict[int, list[law.Membership]]
    by_organisation: dict[int, set[str]]


def _day(instant: datetime) -> date:
    return instant.astimezone(settings.MADANG_ZONE).date()


def _memberships(organisations: set[int], persons: set[int]) -> _Belonging:
    rows = Membership.objects.filter(Q(organisation__in=organisations) | Q(person__in=persons))
    found = _Belonging(defaultdict(list), defaultdict(set))
    for person, organisation, since, until in rows.values_list("person", "organisation", "joined_at", "left_at"):
        end = _day(until) if until else None
        found.by_person[person].append(law.Membership(str(organisation), _day(since), end))
        if until is None:
            found.by_organisation[organisation].add(str(person))
    for person, organisation, since, until in _posts(organisations, persons):
        found.by_person[person].append(law.Membership(str(organisation), since, until))
    return found


def _posts(organisations: set[int], persons: set[int]) -> Iterable[tuple[int, int, date, date | None]]:
    """Where reviewers work or worked; a post known by number or name alone is at the applicant that has it."""
    theirs = Organisation.objects.filter(pk__in=organisations).order_by("pk")
    numbered = theirs.filter(registration_number=OuterRef("registration_number")).values("pk")[:1]
    called = theirs.filter(name=OuterRef("name")).values("pk")[:1]
    where = Coalesce("organisation", Subquery(numbered), Subquery(called))
    rows = Affiliation.objects.filter(reviewer__person__in=persons).annotate(where=where, who=F("reviewer__person"))
    return rows.filter(where__isnull=False).values_list("who", "where", "since", "until")


def _reviewer(row: Reviewer, memberships: list[law.Membership]) -> law.Reviewer:
    return law.Reviewer(id=str(row.person_id), memberships=tuple(memberships))


def _subject(row: Application, members: set[str]) -> law.Subject:
    return law.Subject(
        application=str(row.pk),
        organisations=frozenset({str(row.organisation_id)}),
        members=frozenset(members | {str(row.created_by_id)}),
    )


def _challenges(files: list[Application], reviewers: list[Reviewer]) -> tuple[law.Challenge, ...]:
    """Challenges that were not dismissed: of whom each was found to mean, or of everybody who may be of that name."""
    rows = list(Challenge.objects.filter(application__in=files).exclude(state=ChallengeState.DISMISSED))
    if not rows:
        return ()
    profiles = ExpertProfile.objects.filter(reviewer__in=reviewers).values_list("reviewer", "other_names")
    others: dict[int, list[str]] = dict(profiles)
    pool = {row.pk: [row.person.name, *others.get(row.pk, ())] for row in reviewers}
    person = {row.pk: str(row.person_id) for row in reviewers}
    return tuple(
        law.Challenge(person[pk], str(row.application_id), True if row.state == ChallengeState.UPHELD else None)
        for row in rows
        for pk in ([row.reviewer_id] if row.reviewer_id else meant(row.name, pool))
        if pk in person
    )


def _declarations(reviewers: list[Reviewer]) -> tuple[law.Declaration, ...]:
    rows = DeclaredInterest.objects.filter(reviewer__in=reviewers).values_list(
        "reviewer__person", "organisation", "kind", "learnt_on", "declared_at"
    )
    # whoever declares an interest steps back, also where the track's rules would only warn of it
    return tuple(
        law.Declaration(str(person), ground, organisation=str(organisation), learnt=learnt, reported=_day(said))
        for person, organisation, kind, learnt, said in rows
        for ground in sorted({GROUNDS[Interest(kind)], Ground.RECUSAL})
    )
