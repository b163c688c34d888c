"""Works out what an arrangement stands on: applications, who reviews for each, who stands together, what is barred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from madang.errors import Refused
from madang.portal.applications.models import Application
from madang.portal.applications.rules import content_hash
from madang.portal.exchanges import rules
from madang.portal.exchanges.models import PeerEntry, PeerExchange
from madang.portal.experts.rules import compact
from madang.portal.people.models import Membership, Organisation, Person
from madang.portal.policies.models import LotterySeed
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.reviews.rules import LIVE_STATES
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.review.distributed import Arrangement, Entry, Influence, influences


@dataclass(frozen=True)
class Standing:
    """The applications of a track by number, who reviews for each, and the pairs that conflicts bar."""

    files: dict[int, Application]
    people: dict[int, Person]
    houses: dict[int, str]
    barred: frozenset[tuple[int, int]]
    each: int
    groups: int
    seed: int

    @property
    def entries(self) -> list[Entry]:
        """The applications as the library takes them; persons and applications by number."""
        return [
            Entry(str(pk), str(self.people[pk].pk), self.houses[file.organisation_id])
            for pk, file in self.files.items()
        ]

    @cached_property
    def document(self) -> dict[str, Any]:
        """All that the arrangement is worked out from."""
        return {
            "entries": sorted([one.application, one.reviewer, one.organisation] for one in self.entries),
            "conflicts": sorted([str(application), str(person)] for application, person in self.barred),
            "each": self.each,
            "groups": self.groups,
            "seed": self.seed,
        }

    @property
    def sha256(self) -> str:
        return content_hash(self.document)


def standing(exchange: PeerExchange, now: datetime) -> Standing:
    """A track of an intake as it is now; some ten queries, however many applications.

    Refused: "exchange_nobody_reviews" (number) for an application without a person who can review.
    """
    rows = Application.objects.filter(
        intake=exchange.intake_id, track=exchange.track_id, state__in=REVIEWED_STATES, in_force__isnull=False
    )
    files = {row.pk: row for row in rows.select_related("track", "in_force").order_by("number")}
    people = _representatives(files.values())
    seed = LotterySeed.objects.filter(intake=exchange.intake_id).first()
    return Standing(
        files=files,
        people=people,
        houses=houses({row.organisation_id for row in files.values()}, {one.pk for one in people.values()}),
        barred=_barred(files.values(), people.values(), now),
        each=exchange.track.reviews_wanted,
        groups=exchange.track.peer_groups,
        seed=seed.seed if seed else 0,
    )


def _representatives(files: Iterable[Application]) -> dict[int, Person]:
    """Who reviews for each application: who submitted it, if they still belong there; else an owner, or a member.

    Nobody who works for the centre, and no expert who rests.
    """
    rows = Membership.objects.filter(organisation__in={file.organisation_id for file in files}, left_at__isnull=True)
    rows = rows.filter(person__is_active=True).exclude(person__staff_roles__ended_at__isnull=True,
                                                       person__staff_roles__isnull=False)  # fmt: skip
    rows = rows.exclude(person__reviewer__active=False).select_related("person").order_by("joined_at", "pk")
    known: dict[int, list[Membership]] = defaultdict(list)
    for row in rows:
        known[row.organisation_id].append(row)
    found = {}
    for file in files:
        there = known[file.organisation_id]
        sent = file.in_force.submitted_by_id
        first = min(there, key=lambda row: (row.person_id != sent, row.role != "owner"), default=None)
        if first is None:
            raise Refused("exchange_nobody_reviews", number=file.number)
        found[file.pk] = first.person
    return found


def houses(organisations: set[int], people: set[int]) -> dict[int, str]:
    """Which organisations stand together: by a group of firms, or by a person who reviews and belongs to both."""
    ties: dict[str, list[int]] = defaultdict(list)
    grouped = Organisation.objects.filter(pk__in=organisations).exclude(firm_group="")
    for pk, name in grouped.values_list("pk", "firm_group"):
        ties[f"group {compact(name)}"].append(pk)
    members = Membership.objects.filter(organisation__in=organisations, person__in=people, left_at__isnull=True)
    for person, organisation in members.values_list("person", "organisation"):
        ties[f"person {person}"].append(organisation)
    return rules.houses(organisations, ties.values())


def _barred(files: Iterable[Application], people: Iterable[Person], now: datetime) -> frozenset[tuple[int, int]]:
    """(application, person) that a conflict bars; who is no reviewer yet is one for the question."""
    persons = {one.pk: one for one in people}
    rows = list(Reviewer.objects.filter(person__in=persons).select_related("person"))
    new = persons.keys() - {row.person_id for row in rows}
    rows += [Reviewer(pk=-pk, person=persons[pk]) for pk in sorted(new)]
    whose = {row.pk: row.person_id for row in rows}
    return frozenset((application, whose[one]) for application, one in circle(files, rows, now).barred())


def neutrality(exchange: PeerExchange) -> list[Influence]:
    """Every way in which somebody's scores could move their own place, by what is stored now; empty is the proof."""
    rows = list(PeerEntry.objects.filter(exchange=exchange).select_related("application", "reviewer"))
    here = houses({row.application.organisation_id for row in rows}, {row.reviewer.person_id for row in rows})
    entries = [
        Entry(str(row.application_id), str(row.reviewer.person_id), here[row.application.organisation_id])
        for row in rows
    ]
    sheets = ReviewAssignment.objects.filter(application__peer_entry__exchange=exchange, state__in=LIVE_STATES)
    chosen: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for application, person in sheets.values_list("application", "reviewer__person").order_by("pk"):
        chosen[str(application)] += (str(person),)
    return influences(entries, Arrangement({str(row.application_id): row.group for row in rows}, chosen))
