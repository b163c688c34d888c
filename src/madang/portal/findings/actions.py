"""Resolves possible matches, and sets sheets aside whose reviewers have come to be barred."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.applications.rules import SCREENING
from madang.portal.calls.rules import only
from madang.portal.findings import queries
from madang.portal.findings.models import MatchAnswer
from madang.portal.journal import actions as journal
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.rules import AssignmentState, manager_of
from madang.portal.transactions import action


@action
def resolve(
    *, by: Actor, now: datetime, intake: int, organisation: int, reviewer: int, rests_on: str, same: bool, reason: str
) -> MatchAnswer:
    """Says whether a reviewer is one of an organisation's people (and then barred), or another person.

    `rests_on` is what was looked at; when names or addresses have changed since it is Stale, and an answer ends with
    the facts that it was given on. Refused: "not_allowed_for_role", "not_found", "possible_match_reason_needed".
    """
    only(by, SCREENING)
    if not reason.strip():
        raise Refused("possible_match_reason_needed", field="reason")
    found = queries.match(by, intake, organisation, reviewer, now)
    if found is None:
        raise Refused("not_found")
    if found.rests_on != rests_on:
        raise Stale("match")
    about = {"reviewer_id": reviewer, "organisation_id": organisation, "rests_on": rests_on}
    MatchAnswer.objects.filter(**about, replaced_at__isnull=True).update(replaced_at=now)
    given = {"same": same, "reason": reason.strip()[:500], "answered_by_id": by.person, "answered_at": now}
    try:
        with transaction.atomic():
            made = MatchAnswer.objects.create(**about, **given)
    except IntegrityError as error:
        raise Stale("match") from error
    facts = {"organisation": organisation, "same": same}
    journal.record(by=by, now=now, did="findings.resolve", kind="reviewer", subject=reviewer, **facts)
    return made


@action
def set_aside(*, by: Actor, now: datetime, assignment: int, reason: str) -> None:
    """Ends the sheets on an application of a reviewer who is barred from it by now, also those that were handed in.

    Refused: "not_allowed_for_role", "not_found" (nothing bars), "review_reason_needed". Stale when it was decided.
    """
    manager_of(by)
    if not reason.strip():
        raise Refused("review_reason_needed", field="reason")
    found = queries.barred_sheets(by, now, pk=assignment)
    if not found:
        raise Refused("not_found")
    (row,) = found
    given = {"reviewer": row.reviewer_id, "applications": [row.application_id], "reason": reason}
    if not reviews.set_aside(by=by, now=now, state=AssignmentState.WITHDRAWN, **given):
        raise Stale("review")
