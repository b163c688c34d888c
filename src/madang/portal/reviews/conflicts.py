"""Works out which reviewers are barred from which applications, from affiliations, memberships and declarations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.people.models import Membership
from madang.portal.reviews.models import Affiliation, DeclaredInterest, Reviewer
from madang.portal.reviews.rules import GROUNDS, Interest
from madang.review import conflicts as law
from madang.review.conflicts import KOREAN, Conflict

Pair = tuple[int, int]


@dataclass(frozen=True)
class Circle:
    """What is known of reviewers and applications, as the library judges it; ids are row ids as text."""

    reviewers: Mapping[int, law.Reviewer]
    subjects: Mapping[int, law.Subject]
    declarations: Mapping[int, tuple[law.Declaration, ...]]
    on: date

    def between(self, application: int, reviewer: int) -> list[Conflict]:
        """All conflicts of one reviewer with one application, those that exclude first."""
        declared = self.declarations.get(reviewer, ())
        return law.conflicts(self.reviewers[reviewer], self.subjects[application], declared, KOREAN, self.on)

    def barred(self) -> set[Pair]:
        """Every (application, reviewer) that must not come together."""
        return {
            (application, reviewer)
            for application in self.subjects
            for reviewer in self.reviewers
            if self._touch(application, reviewer) and law.excluded(self.between(application, reviewer))
        }

    def _touch(self, application: int, reviewer: int) -> bool:
        """Whether the two have anything in common at all: hundreds of applications meet scores of reviewers."""
        subject, person = self.subjects[application], self.reviewers[reviewer]
        return (
            person.id in subject.members
            or any(membership.organisation in subject.organisations for membership in person.memberships)
            or any(made.organisation in subject.organisations for made in self.declarations.get(reviewer, ()))
        )


def circle(applications: Iterable[Application], reviewers: Iterable[Reviewer], now: datetime) -> Circle:
    """Reads what conflicts rest on, in three queries however many there are. Reviewers come with their person."""
    files, people = list(applications), list(reviewers)
    organisations = {row.organisation_id for row in files}
    persons = {row.person_id for row in people}
    belonging = _memberships(organisations, persons)
    return Circle(
        reviewers={row.pk: _reviewer(row, belonging.by_person[row.person_id]) for row in people},
        subjects={row.pk: _subject(row, belonging.by_organisation[row.organisation_id]) for row in files},
        declarations=_declarations(people),
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
    affiliations = Affiliation.objects.filter(reviewer__person__in=persons)
    rows = affiliations.values_list("reviewer__person", "organisation", "since", "until")
    for person, organisation, since, until in rows:
        found.by_person[person].append(law.Membership(str(organisation), since, until))
    return found


def _reviewer(row: Reviewer, memberships: list[law.Membership]) -> law.Reviewer:
    return law.Reviewer(id=str(row.person_id), memberships=tuple(memberships))


def _subject(row: Application, members: set[str]) -> law.Subject:
    return law.Subject(
        application=str(row.pk),
        organisations=frozenset({str(row.organisation_id)}),
        members=frozenset(members | {str(row.created_by_id)}),
    )


def _declarations(reviewers: list[Reviewer]) -> dict[int, tuple[law.Declaration, ...]]:
    found: dict[int, list[law.Declaration]] = defaultdict(list)
    rows = DeclaredInterest.objects.filter(reviewer__in=reviewers).values_list(
        "reviewer", "reviewer__person", "organisation", "kind"
    )
    for reviewer, person, organisation, kind in rows:
        made = law.Declaration(str(person), GROUNDS[Interest(kind)], organisation=str(organisation))
        found[reviewer].append(made)
    return {reviewer: tuple(made) for reviewer, made in found.items()}
