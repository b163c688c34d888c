"""Applicants of a track who review each other, as the tests of exchanges and of access share them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

from factories import (
    NOW,
    actor,
    make_actor,
    make_call,
    make_intake,
    make_member,
    make_organisation,
    make_pool,
    make_pool_month,
    make_product,
    make_submitted,
    make_track,
)

from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.calls.models import Intake, Track
from madang.portal.exchanges import actions, arranging, queries
from madang.portal.exchanges.models import PeerExchange
from madang.portal.exchanges.standing import standing
from madang.portal.people.models import Person
from madang.portal.policies.actions import commit_seed
from madang.portal.policies.queries import committed
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.models import ReviewAssignment

DUE = NOW + timedelta(days=20)
GRACE = timedelta(days=3)


@dataclass
class Peers:
    """An intake in review whose applicants review each other, one owner for each application."""

    manager: Actor
    approver: Actor
    intake: Intake
    track: Track
    files: list[Application]
    people: list[Person]


def make_peers(count: int = 6, *, each: int = 2, firm_group: int = 0) -> Peers:
    """So many organisations with an application each; the first `firm_group` of them are one group of firms."""
    call = make_call()
    given = {"opens_at": NOW - timedelta(days=40), "closes_at": NOW - timedelta(days=20), "review_due_at": DUE}
    intake = make_intake(call, state="in_review", **given, decision_due_at=DUE + timedelta(days=9))
    product = make_product(make_pool())
    for month in ("2026-05", "2026-06", "2026-07"):
        make_pool_month(product.pool, month, physical=100, funded=48)
    track = make_track(call, products=[product], reviews_wanted=each, peer_groups=2, grace_days=GRACE.days)
    houses = [make_organisation(firm_group="한빛" if n < firm_group else "") for n in range(count)]
    people = [make_member(house) for house in houses]
    files = [
        make_submitted(track, intake, organisation=house, created_by=person, state="eligible")
        for house, person in zip(houses, people, strict=True)
    ]
    return Peers(make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER), intake, track, files, people)


def proposed(found: Peers) -> PeerExchange:
    """A proposal, worked out in this process."""
    if committed(found.intake.pk) is None:
        commit_seed(by=found.manager, now=NOW, intake=found.intake.pk)
    row = queries.exchange(found.manager, found.intake.pk, found.track.code)
    stands = standing(row, NOW)
    content = json.loads(arranging.answer(stands.document))
    given = {"intake": found.intake.pk, "track": found.track.code, "basis_sha256": stands.sha256}
    return actions.propose(by=found.manager, now=NOW, content=content, **given)


def given_out(found: Peers) -> PeerExchange:
    """The same with the sheets given out."""
    row = proposed(found)
    actions.confirm(by=found.manager, now=NOW, exchange=row.pk, basis=row.basis_sha256, due_at=DUE)
    row.refresh_from_db()
    return row


def hand_in(person: Person, now=NOW, *, points: int = 40, comment: str = "Sound. " * 30, most: int = 99) -> int:
    """A person hands in up to `most` of their open sheets; gives how many."""
    rows = ReviewAssignment.objects.filter(reviewer__person=person, state="assigned").order_by("pk")[:most]
    for row in rows:
        values = {"points": {"merit": points, "plan": 20 + row.pk % 7}, "comment": comment, "version": row.version}
        reviews.submit(by=actor(person), now=now, assignment=row.pk, **values)
    return len(rows)
