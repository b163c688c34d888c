"""Files challenges, and decides them: whoever is challenged is kept from the application from the first moment on."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.challenges import queries, rules
from madang.portal.challenges.models import Challenge
from madang.portal.challenges.rules import ChallengeState
from madang.portal.conflicts import queries as conflicts
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.people.rules import clean_name
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.rules import AssignmentState
from madang.portal.transactions import action


@action
def file(*, by: Actor, now: datetime, application: int, name: str, reason: str, organisation: str = "") -> Challenge:
    """An applicant asks that a named person take no part; whoever may be meant is kept out until it is decided.

    Refused: "not_found", "name_empty", "name_malformed", "challenge_reason_needed", "challenge_not_in_rules",
    "challenge_too_many", "challenge_too_late".
    """
    row = queries.applications(by).filter(pk=application).first()
    if row is None:
        raise Refused("not_found")
    kept = clean_name(name)
    if not reason.strip():
        raise Refused("challenge_reason_needed", field="reason")
    # the application's row first: of two at the same moment the later one counts what the first filed
    Application.objects.filter(pk=row.pk).update(title=F("title"))
    filed = Challenge.objects.filter(application=row).count()
    rules.check_filing(conflicts.presets([row.track])[row.track_id], filed, queries.session(row), now)
    given = {"name": kept, "organisation": organisation.strip()[:120], "reason": reason.strip()[:2000]}
    made = Challenge.objects.create(application=row, filed_by_id=by.person, filed_at=now, **given)
    journal.record(by=by, now=now, did="challenges.file", kind="challenge", subject=made.pk, application=row.pk)
    return made


@action
def decide(
    *, by: Actor, now: datetime, challenge: int, upheld: bool, decision: str, reviewer: int | None = None
) -> None:
    """Upholds or dismisses a challenge with the grounds, which the applicant reads; says whom it meant, if anybody.

    Upheld, the sheets of whom it meant on that application end at once. Refused: "not_allowed_for_role", "not_found",
    "challenge_grounds_needed", "challenge_means_another", "challenge_session_begun". Stale when it is decided.
    """
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = queries.challenges(by).filter(pk=challenge).first()
    if row is None:
        raise Refused("not_found")
    if not decision.strip():
        raise Refused("challenge_grounds_needed", field="decision")
    if reviewer is not None and reviewer not in [one.pk for one in queries.namesakes(row.name)]:
        raise Refused("challenge_means_another", field="reviewer")
    rules.check_decision(upheld, queries.session(row.application), now)
    state = ChallengeState.UPHELD if upheld else ChallengeState.DISMISSED
    given = {"state": state, "decision": decision.strip()[:1000], "reviewer_id": reviewer}
    waiting = Challenge.objects.filter(pk=challenge, state=ChallengeState.WAITING)
    if not waiting.update(**given, decided_by_id=by.person, decided_at=now):
        raise Stale("challenge")
    facts = {"application": row.application_id, "state": state}
    journal.record(by=by, now=now, did="challenges.decide", kind="challenge", subject=challenge, **facts)
    if upheld:
        _keep_out(by, now, row, reviewer)
    _tell(row, now)


def _keep_out(by: Actor, now: datetime, row: Challenge, reviewer: int | None) -> None:
    """Takes the sheets away from whom it meant, or from everybody who may be of that name."""
    found = [reviewer] if reviewer is not None else [one.pk for one in queries.namesakes(row.name)]
    given = {"applications": [row.application_id], "reason": "challenge", "state": AssignmentState.WITHDRAWN}
    for one in found:
        reviews.set_aside(by=by, now=now, reviewer=one, **given)


def _tell(row: Challenge, now: datetime) -> None:
    application = row.application
    for person in persons.owners(application.organisation_id):
        people.write_mail(
            person,
            now=now,
            code="challenge_decided",
            key=f"challenge-decided-{row.pk}-{person.pk}",
            link=f"/applications/{application.pk}/challenges/",
            number=application.number,
        )


@action
def note_reading(*, by: Actor, now: datetime, challenge: Challenge) -> None:
    """Notes that staff or an auditor opened a challenge."""
    organisation = challenge.application.organisation_id
    journal.read(by=by, now=now, what="view", kind="challenge", subject=challenge.pk, organisation=organisation)
