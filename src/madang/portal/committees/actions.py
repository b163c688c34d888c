"""Sets committees up, commits to draws, freezes pools, draws, invites in the drawn order and takes answers."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.lots import commitment
from madang.portal.actors import WORKER, Actor
from madang.portal.calls.models import Intake
from madang.portal.committees import pool, queries, rules
from madang.portal.committees.models import Candidate, Committee, CommitteeDraw
from madang.portal.committees.rules import CandidateState, DrawState
from madang.portal.experts import actions as experts
from madang.portal.experts import queries as terms
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.people import links
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.reviews.rules import AssignmentState, check_learnt, manager_of
from madang.portal.transactions import action

LARGEST_SECRET = 2**63
LINK_LIFE = timedelta(days=60)


# --- setting up ---


@action
def create(
    *,
    by: Actor,
    now: datetime,
    intake: int,
    name_ko: str,
    name_en: str,
    seats: int,
    meets_at: datetime,
    place: str = "",
    track: int | None = None,
) -> Committee:
    """A section's committee, with no draw yet.

    Refused: "not_allowed_for_role", "not_found", "committee_meets_in_the_past", "committee_of_another_call",
    "committee_named_already", "committee_after_decision".
    """
    manager = manager_of(by)
    row = queries.intakes(by).filter(pk=intake).first()
    if row is None:
        raise Refused("not_found")
    _check_intake(row)
    if meets_at <= now:
        raise Refused("committee_meets_in_the_past", field="meets_at")
    if track is not None and not row.call.tracks.filter(pk=track).exists():
        raise Refused("committee_of_another_call", field="track")
    given = {"name_ko": name_ko.strip(), "name_en": name_en.strip(), "seats": seats, "meets_at": meets_at}
    try:
        with transaction.atomic():
            made = Committee.objects.create(
                intake=row, track_id=track, place=place.strip(), created_by_id=manager, created_at=now, **given
            )
    except IntegrityError as error:
        raise Refused("committee_named_already", field="name_ko") from error
    facts = {"intake": intake, "seats": seats}
    journal.record(by=by, now=now, did="committees.create", kind="committee", subject=made.pk, **facts)
    return made


def _check_intake(intake: Intake) -> None:
    if intake.state in queries.RESULTS_OUT:
        raise Refused("committee_after_decision")


@action
def commit(
    *,
    by: Actor,
    now: datetime,
    committee: int,
    outside_source: str,
    outside_from: datetime,
    times: int = 3,
    per_organisation: int = 1,
    quotas: Sequence[Any] = (),
    answer_days: int = 3,
) -> CommitteeDraw:
    """Begins the next numbered round for the seats that are not taken: a secret is drawn and its digest published.

    `outside_source` names the value that nobody controls, which comes about at `outside_from`. Refused:
    "not_allowed_for_role", "committee_after_decision", "draw_going", "draw_list_not_used_up", "committee_full",
    "draw_value_in_the_past", "draw_terms_impossible".
    """
    manager = manager_of(by)
    row = _committee(by, committee)
    _check_intake(row.intake)
    left = row.seats - row.taken
    _check_next(row, left)
    if outside_from <= now or outside_from >= row.meets_at:
        raise Refused("draw_value_in_the_past", field="outside_from")
    rules.check_terms(left, times, per_organisation, quotas)
    secret = secrets.randbelow(LARGEST_SECRET)
    given = {"times": times, "per_organisation": per_organisation, "quotas": [list(one) for one in quotas]}
    made = CommitteeDraw.objects.create(
        committee=row, number=len(row.draws.all()) + 1, seats=left, secret=secret, commitment=commitment(secret),
        outside_source=outside_source.strip(), outside_from=outside_from, answer_days=answer_days,
        committed_by_id=manager, committed_at=now, **given,
    )  # fmt: skip
    facts = {"number": made.number, "commitment": made.commitment}
    journal.record(by=by, now=now, did="committees.commit", kind="committee", subject=committee, **facts)
    return made


def _committee(by: Actor, committee: int) -> Committee:
    row = queries.committees(by).filter(pk=committee).first()
    if row is None:
        raise Refused("not_found")
    return row


def _check_next(row: Committee, left: int) -> None:
    last = max(row.draws.all(), key=lambda draw: draw.number, default=None)
    if left < 1:
        raise Refused("committee_full")
    if last is None or last.state == DrawState.ABANDONED:
        return
    if last.state != DrawState.DRAWN:
        raise Refused("draw_going")
    if row.asked or queries.to_ask(last):
        raise Refused("draw_list_not_used_up")


@action
def freeze(*, by: Actor, now: datetime, draw: int) -> CommitteeDraw:
    """Freezes the pool by its digest, before the value outside comes about; everybody in it gets an alias.

    Refused: "not_allowed_for_role", "not_found", "draw_frozen_too_late", "draw_before_deadline",
    "draw_pool_too_small". Stale when it was frozen or given up.
    """
    manager = manager_of(by)
    row = _draw(by, draw)
    committee = row.committee
    if now >= row.outside_from:
        raise Refused("draw_frozen_too_late")
    if now < committee.intake.closes_at:
        raise Refused("draw_before_deadline")
    found = pool.free(by, committee, now, terms.today(now))
    where = {key: secrets.token_hex(4) for key in sorted({one.organisation for one in found if one.organisation})}
    Candidate.objects.bulk_create(
        Candidate(
            draw=row,
            reviewer_id=one.reviewer,
            alias=secrets.token_hex(6),
            organisation=where.get(one.organisation, ""),
            traits=list(one.traits),
        )
        for one in found
    )
    frozen = queries.pool_of(row.pk)
    # a list that cannot be made whatever the lots are is said now; the lots of this trial tell nothing
    rules.drawn(queries.terms_of(row), frozen, 0, "")
    digest = rules.digest(queries.terms_of(row), frozen)
    changed = CommitteeDraw.objects.filter(pk=draw, state=DrawState.COMMITTED)
    if not changed.update(state=DrawState.FROZEN, digest=digest, frozen_by_id=manager, frozen_at=now):
        raise Stale("draw")
    facts = {"number": row.number, "pool": len(frozen), "digest": digest}
    journal.record(by=by, now=now, did="committees.freeze", kind="committee", subject=committee.pk, **facts)
    return _draw(by, draw)


def _draw(by: Actor, draw: int) -> CommitteeDraw:
    row = queries.draws(by).filter(pk=draw).first()
    if row is None:
        raise Refused("not_found")
    return row


@action
def draw_list(*, by: Actor, now: datetime, draw: int, outside: str) -> CommitteeDraw:
    """Draws the ordered list with the value that has come about, as published.

    Refused: "not_allowed_for_role", "not_found", "draw_value_not_yet", "draw_value_empty", "draw_pool_too_small".
    Stale when it is not frozen, or drawn already.
    """
    manager = manager_of(by)
    row = _draw(by, draw)
    value = " ".join(outside.split())
    if not value:
        raise Refused("draw_value_empty", field="outside")
    if now < row.outside_from:
        raise Refused("draw_value_not_yet", at=row.outside_from)
    if row.state != DrawState.FROZEN:
        raise Stale("draw")
    frozen = queries.pool_of(draw)
    made = rules.drawn(queries.terms_of(row), frozen, row.secret, value)
    rows = {one.alias: one.row for one in frozen}
    changed = CommitteeDraw.objects.filter(pk=draw, state=DrawState.FROZEN)
    if not changed.update(state=DrawState.DRAWN, outside=value, drawn_by_id=manager, drawn_at=now):
        raise Stale("draw")
    listed = [Candidate(pk=rows[name], place=place) for place, name in enumerate(made.names, start=1)]
    Candidate.objects.bulk_update(listed, ["place"])
    facts = {"number": row.number, "listed": len(made.names), "digest": made.digest}
    journal.record(by=by, now=now, did="committees.draw_list", kind="committee", subject=row.committee_id, **facts)
    return _draw(by, draw)


@action
def abandon(*, by: Actor, now: datetime, draw: int, reason: str) -> None:
    """Gives a draw up before it is drawn; that it was, and why, stays public. Stale when it is drawn."""
    manager_of(by)
    row = _draw(by, draw)
    if not reason.strip():
        raise Refused("committee_reason_needed", field="reason")
    going = CommitteeDraw.objects.filter(pk=draw, state__in=[DrawState.COMMITTED, DrawState.FROZEN])
    given = {"abandoned_reason": reason.strip()[:300], "abandoned_at": now}
    if not going.update(state=DrawState.ABANDONED, **given):
        raise Stale("draw")
    facts = {"number": row.number}
    journal.record(by=by, now=now, did="committees.abandon", kind="committee", subject=row.committee_id, **facts)


# --- inviting ---


@action
def invite(*, by: Actor, now: datetime, draw: int) -> int:
    """Asks those who stand first on the list, as many as there are seats; from then on the next moves up by itself.

    Returns how many were asked. Refused: "not_allowed_for_role", "not_found", "committee_met", "draw_nobody_to_ask".
    """
    manager_of(by)
    row = _draw(by, draw)
    if row.state != DrawState.DRAWN:
        raise Stale("draw")
    if now >= row.committee.meets_at:
        raise Refused("committee_met")
    asked = _ask_next(by, now, row)
    if not asked:
        raise Refused("draw_nobody_to_ask")
    return asked


def _ask_next(by: Actor, now: datetime, row: CommitteeDraw) -> int:
    """Invites who is next; nobody once the committee has met."""
    if now >= row.committee.meets_at:
        return 0
    found = queries.to_ask(row)
    answer_by = min(now + timedelta(days=row.answer_days), row.committee.meets_at)
    for pk in found:
        waiting = Candidate.objects.filter(pk=pk, state=CandidateState.POOLED)
        if not waiting.update(state=CandidateState.WAITING, asked_at=now, answer_by=answer_by):
            raise Stale("candidate")
        _mail(now, queries.invitation(pk))
    if found:
        facts = {"number": row.number, "asked": len(found)}
        journal.record(by=by, now=now, did="committees.invite", kind="committee", subject=row.committee_id, **facts)
    return len(found)


def _mail(now: datetime, row: Any) -> None:
    person, committee = row.reviewer.person, row.draw.committee
    if not person.email:
        return
    call = committee.intake.call
    token = links.make("committee", now=now, life=LINK_LIFE, candidate=row.pk)
    people.write_mail(
        person,
        now=now,
        code="committee_invited",
        key=f"committee-invited-{row.pk}",
        link=f"/committees/invitations/{token}/",
        call=call.title_en if person.language == "en" else call.title_ko,
        meets=committee.meets_at,
        answer_by=row.answer_by,
    )


def candidate_of(token: str, now: datetime) -> int:
    """Whose invitation a mailed link opens; Refused "link_invalid"."""
    return int(links.read("committee", token, now=now)["candidate"])


@action
def answer(
    *,
    by: Actor,
    now: datetime,
    candidate: int,
    said: CandidateState,
    agreed: bool = False,
    note: str = "",
    learnt_on: date | None = None,
) -> None:
    """An invited expert accepts, refuses, or steps back for an interest; whoever is next on the list is asked.

    `by` is the expert, logged in or proved by the mailed link. Accepting needs agreement where the call has terms.
    Refused: "not_found", "committee_invitation_over", "committee_terms_needed", "interest_learnt_ahead".
    """
    row = queries.invitation(candidate)
    if row is None or by.person != row.reviewer.person_id:
        raise Refused("not_found")
    rules.check_said(said, rules.ANSWERS)
    rules.check_open(row.state, row.answer_by, now)
    needed = terms.terms_of(row.draw.committee.intake.call_id)
    if said == CandidateState.ACCEPTED and needed is not None:
        if not agreed:
            raise Refused("committee_terms_needed", field="agreed")
        experts.note_agreement(by=by, now=now, terms=needed, reviewer=row.reviewer_id)
    _settle(by, now, row, CandidateState.WAITING, said, note, learnt_on)


@action
def note_answer(
    *, by: Actor, now: datetime, candidate: int, said: CandidateState, note: str = "", learnt_on: date | None = None
) -> None:
    """Staff note what somebody who is asked answered by telephone, or that they cannot be reached."""
    manager_of(by)
    row = queries.invitation(candidate)
    if row is None:
        raise Refused("not_found")
    rules.check_said(said, rules.NOTED)
    _settle(by, now, row, CandidateState.WAITING, said, note, learnt_on)


@action
def withdraw(*, by: Actor, now: datetime, candidate: int, note: str, learnt_on: date | None) -> None:
    """A member steps back from the whole committee, saying why and when they learnt of it; sheets end at once.

    Refused: "not_found", "committee_reason_needed", "interest_learnt_ahead". Stale when they hold no seat.
    """
    row = queries.invitation(candidate)
    if row is None or by.person != row.reviewer.person_id:
        raise Refused("not_found")
    if not note.strip():
        raise Refused("committee_reason_needed", field="note")
    _settle(by, now, row, CandidateState.ACCEPTED, CandidateState.RECUSED, note, learnt_on)
    files = [application.pk for application in pool.section(row.draw.committee)]
    given = {"applications": files, "reason": note, "state": AssignmentState.RECUSED}
    reviews.set_aside(by=by, now=now, reviewer=row.reviewer_id, **given)


def _settle(
    by: Actor, now: datetime, row: Candidate, was: CandidateState, said: CandidateState, note: str, learnt: date | None
) -> None:
    check_learnt(learnt, terms.today(now))
    given = {"state": said, "answered_at": now, "note": note.strip()[:500], "learnt_on": learnt}
    if not Candidate.objects.filter(pk=row.pk, state=was).update(**given):
        raise Stale("candidate")
    facts = {"number": row.draw.number, "place": row.place, "said": said}
    journal.record(by=by, now=now, did="committees.answer", kind="committee", subject=row.draw.committee_id, **facts)
    if said != CandidateState.ACCEPTED:
        _ask_next(by, now, row.draw)


@action
def lapse(*, now: datetime, limit: int = 50) -> int:
    """Notes as absent whoever has not answered in time, and asks who is next; returns how many."""
    due = Candidate.objects.filter(state=CandidateState.WAITING, answer_by__lte=now).order_by("answer_by", "pk")
    rows = list(due.select_related("draw__committee__intake", "reviewer__person")[:limit])
    for row in rows:
        _settle(WORKER, now, row, CandidateState.WAITING, CandidateState.ABSENT, "", None)
    return len(rows)


# --- sheets ---


@action
def give_sheets(*, by: Actor, now: datetime, committee: int, due_at: datetime) -> int:
    """Gives every member a sheet for each application of the section that nothing bars them from; returns how many.

    Refused: "not_allowed_for_role", "not_found", "nothing_to_assign" and as `reviews.actions.assign`.
    """
    manager_of(by)
    row = _committee(by, committee)
    files, people_ids = pool.section(row), queries.members(committee)
    seated = list(Reviewer.objects.filter(pk__in=people_ids).select_related("person"))
    barred = circle(files, seated, now).barred()
    given = ReviewAssignment.objects.filter(application__in=files, reviewer__in=people_ids)
    had = set(given.values_list("application", "reviewer"))
    taken = barred | had
    chosen = {file.pk: [one.pk for one in seated if (file.pk, one.pk) not in taken] for file in files}
    chosen = {file: members for file, members in chosen.items() if members}
    if not chosen:
        raise Refused("nothing_to_assign")
    return reviews.assign(by=by, now=now, intake=row.intake_id, chosen=chosen, due_at=due_at)
