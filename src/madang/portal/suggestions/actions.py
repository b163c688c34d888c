"""Has suggestions worked out and confirms them, keeps reviewers apart, and takes reviewers' bids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import queries as review_queries
from madang.portal.reviews.models import ReviewAssignment, Reviewer, ReviewersApart
from madang.portal.reviews.rules import AssignmentState, check_due, manager_of
from madang.portal.suggestions import queries, rules
from madang.portal.suggestions.models import AssignmentSuggestion, Bid, BidPeriod
from madang.portal.suggestions.problem import Standing, standing
from madang.portal.suggestions.rules import Pair, Removal, SuggestionState, Why, Wish
from madang.portal.suggestions.sentences import WHYS
from madang.portal.transactions import action

GOING = (SuggestionState.WAITING, SuggestionState.FOUND)


@action
def ask(*, by: Actor, now: datetime, intake: int, moves: bool = False) -> AssignmentSuggestion:
    """Has it worked out anew who could review what; an earlier suggestion that nobody confirmed is dropped.

    `moves`: sheets that nobody has begun may be given to somebody else. Refused: "not_allowed_for_role", "not_found",
    "suggestion_not_now".
    """
    manager = manager_of(by)
    row = review_queries.intakes(by).filter(pk=intake).first()
    if row is None:
        raise Refused("not_found")
    if row.state != "in_review":
        raise Refused("suggestion_not_now")
    known = AssignmentSuggestion.objects.filter(intake=intake)
    known.filter(state__in=GOING).update(state=SuggestionState.DROPPED, claimed_until=None)
    number = (known.aggregate(last=Max("number"))["last"] or 0) + 1
    given = {"intake": row, "number": number, "moves": moves, "asked_by_id": manager, "asked_at": now}
    made = AssignmentSuggestion.objects.create(**given)
    journal.record(by=by, now=now, did="suggestions.ask", kind="intake", subject=intake, suggestion=number, moves=moves)
    return made


@action
def finish(*, now: datetime, suggestion: int, until: datetime, result: Mapping[str, Any]) -> None:
    """Keeps what a worker found; Stale when the claim was lost, or another suggestion was asked for."""
    mine = AssignmentSuggestion.objects.filter(pk=suggestion, state=SuggestionState.WAITING, claimed_until=until)
    content = {name: result[name] for name in ("chosen", "cost", "bound", "gaps")}
    given = {"content": content, "basis_sha256": result["basis_sha256"], "done_at": now, "claimed_until": None}
    if not mine.update(state=SuggestionState.FOUND, **given):
        raise Stale("suggestion")
    journal.record(by=WORKER, now=now, did="suggestions.finish", kind="suggestion", subject=suggestion)


@action
def fail(*, now: datetime, suggestion: int, until: datetime, failure: Mapping[str, Any]) -> None:
    """Notes why there is no suggestion; Stale as `finish`."""
    mine = AssignmentSuggestion.objects.filter(pk=suggestion, state=SuggestionState.WAITING, claimed_until=until)
    if not mine.update(state=SuggestionState.FAILED, failure=dict(failure), claimed_until=None):
        raise Stale("suggestion")
    journal.record(by=WORKER, now=now, did="suggestions.fail", kind="suggestion", subject=suggestion)


@action
def confirm(
    *,
    by: Actor,
    now: datetime,
    suggestion: int,
    due_at: datetime,
    only: Collection[Pair] | None = None,
    begun: bool = False,
) -> tuple[int, int]:
    """Gives out and takes back what a suggestion changes, all of it or only some pairs; (given out, taken back).

    Sheets on which something is written are taken back only where `only` names them, or with `begun`. Where some of it
    was left out, the rest is worked out anew. Refused: "not_allowed_for_role", "not_found", "review_due_in_the_past",
    "assignment_pair_unknown", "assignment_nothing_chosen", and as `reviews.assign`. Stale when it was confirmed or
    dropped, or when anything that it stands on has changed.
    """
    manager = manager_of(by)
    check_due(due_at, now)
    row = AssignmentSuggestion.objects.filter(pk=suggestion).first()
    if row is None:
        raise Refused("not_found")
    # the reviewers' rows first: of two who confirm at the same moment the second one sees what the first gave out
    Reviewer.objects.filter(active=True).order_by("pk").update(load_limit=F("load_limit"))
    given = {"state": SuggestionState.CONFIRMED, "confirmed_by_id": manager, "confirmed_at": now}
    if not AssignmentSuggestion.objects.filter(pk=suggestion, state=SuggestionState.FOUND).update(**given):
        raise Stale("suggestion")
    found = standing(row.intake_id, now, moves=row.moves)
    if found.sha256 != row.basis_sha256:
        raise Stale("suggestion")
    changes = found.changes(row.content["chosen"])
    added, removed = rules.confirmed(changes, only, begun=begun)
    _take_back(found, removed, now)
    if added:
        chosen: dict[int, list[int]] = {}
        for application, reviewer in added:
            chosen.setdefault(application, []).append(reviewer)
        reviews.assign(by=by, now=now, intake=row.intake_id, chosen=chosen, due_at=due_at)
    facts = {"suggestion": row.number, "given": len(added), "taken_back": len(removed)}
    journal.record(by=by, now=now, did="suggestions.confirm", kind="intake", subject=row.intake_id, **facts)
    if len(added) + len(removed) < len(changes.added) + len(changes.removed):
        ask(by=by, now=now, intake=row.intake_id, moves=row.moves)
    return len(added), len(removed)


def _take_back(found: Standing, removed: Collection[Removal], now: datetime) -> None:
    """Ends the sheets and tells whoever loses one that nobody bars from knowing; Stale where one has moved on."""
    lost: dict[int, int] = {}
    for one in removed:
        sheet = found.sheets[one.pair]
        same = ReviewAssignment.objects.filter(pk=sheet.pk, state=AssignmentState.ASSIGNED, version=sheet.version)
        reason = {"ended_at": now, "ended_reason": gettext(WHYS[one.why]), "version": F("version") + 1}
        if not same.update(state=AssignmentState.WITHDRAWN, **reason):
            raise Stale("suggestion")
        if one.why == Why.MOVED:
            lost[one.pair[1]] = lost.get(one.pair[1], 0) + 1
    for reviewer, sheets in lost.items():
        person = found.people[reviewer].person
        if person.email:
            key = f"review-moved-{reviewer}-{now.isoformat()}"
            people.write_mail(person, now=now, code="review_moved", key=key, link="/reviews/", sheets=sheets)


# --- reviewers who must not meet ---


@action
def keep_apart(*, by: Actor, now: datetime, one: int, other: int, reason: str) -> ReviewersApart:
    """Two reviewers never get the same application from now on; sheets that both have already stay.

    Refused: "not_allowed_for_role", "reviewer_not_active", "apart_from_oneself", "review_reason_needed",
    "apart_already".
    """
    manager = manager_of(by)
    low, high = rules.check_apart(one, other, reason)
    if Reviewer.objects.filter(pk__in=(low, high)).count() < 2:
        raise Refused("reviewer_not_active")
    given = {"one_id": low, "other_id": high, "reason": reason.strip(), "noted_by_id": manager, "noted_at": now}
    try:
        with transaction.atomic():
            made = ReviewersApart.objects.create(**given)
    except IntegrityError as error:
        raise Refused("apart_already") from error
    facts = {"one": low, "other": high}
    journal.record(by=by, now=now, did="suggestions.keep_apart", kind="apart", subject=made.pk, **facts)
    return made


@action
def end_apart(*, by: Actor, now: datetime, apart: int) -> None:
    """Lets two reviewers meet again. Refused: "not_allowed_for_role". Stale when they may already."""
    manager = manager_of(by)
    kept = ReviewersApart.objects.filter(pk=apart, ended_at__isnull=True)
    if not kept.update(ended_by_id=manager, ended_at=now):
        raise Stale("apart")
    journal.record(by=by, now=now, did="suggestions.end_apart", kind="apart", subject=apart)


# --- bids ---


@action
def open_bids(*, by: Actor, now: datetime, intake: int, until: datetime) -> None:
    """Asks every active reviewer which applications of an intake they would like; a later instant makes it longer.

    Refused: "not_allowed_for_role", "not_found", "bids_not_now", "bids_too_short".
    """
    manager = manager_of(by)
    row = review_queries.intakes(by).filter(pk=intake).first()
    if row is None:
        raise Refused("not_found")
    rules.check_bidding(row.state, until, now)
    given = {"until": until, "opened_by_id": manager, "opened_at": now}
    if not BidPeriod.objects.filter(intake=row).update(**given):
        BidPeriod.objects.create(intake=row, **given)
    told = 0
    for reviewer in review_queries.reviewers(by).filter(active=True):
        if reviewer.person.email:
            key, link = f"bids-{intake}-{reviewer.pk}-{until.isoformat()}", f"/reviews/bids/{intake}/"
            people.write_mail(reviewer.person, now=now, code="bids_open", key=key, link=link, until=until)
            told += 1
    journal.record(by=by, now=now, did="suggestions.open_bids", kind="intake", subject=intake, reviewers=told)


@action
def bid(*, by: Actor, now: datetime, intake: int, wishes: Mapping[int, Wish | None]) -> int:
    """A reviewer says of applications how much they would like them; None takes it back. Returns how many were said.

    Refused: "not_found" for what the reviewer does not see, "bids_over".
    """
    found = queries.bidding(by, now, intake)
    if found is None:
        raise Refused("not_found")
    if now >= found.until:
        raise Refused("bids_over", until=found.until)
    if wishes.keys() - {file.pk for file, _ in found.files}:
        raise Refused("not_found")
    own = Bid.objects.filter(reviewer=found.reviewer, application__in=list(wishes))
    own.delete()
    said = [
        Bid(application_id=application, reviewer=found.reviewer, wish=wish, said_at=now)
        for application, wish in wishes.items()
        if wish is not None
    ]
    Bid.objects.bulk_create(said)
    facts = {"bids": len(said), "reviewer": found.reviewer.pk}
    journal.record(by=by, now=now, did="suggestions.bid", kind="intake", subject=intake, **facts)
    return len(said)
