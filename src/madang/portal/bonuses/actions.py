"""Claims bonus points with an application; and an officer's verdict on each claim, which can be taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.applications.models import Application
from madang.portal.applications.rules import EDITABLE, check_member
from madang.portal.bonuses import queries, rules
from madang.portal.bonuses.models import BonusVerdict
from madang.portal.bonuses.rules import JUDGED_IN, ClaimState
from madang.portal.calls.models import Intake
from madang.portal.journal import actions as journal
from madang.portal.screening.rules import check_officer, check_own
from madang.portal.transactions import action


@action
def claim(*, by: Actor, now: datetime, application: int, version: int, claims: Collection[str]) -> None:
    """Says which bonus points the draft claims; the papers that prove them are attached like all others.

    Refused: "not_found", "not_allowed_for_role", "bonus_unknown", "application_not_editable". Stale when the draft
    was saved elsewhere in the meantime.
    """
    row = queries.own(by).filter(pk=application).first()
    if row is None:
        raise Refused("not_found")
    check_member(by, row.organisation_id)
    kept = rules.check_codes(claims, queries.bonus_rules(row.track_id))
    if row.state not in EDITABLE:
        raise Refused("application_not_editable")
    rows = Application.objects.filter(pk=application, version=version, state__in=EDITABLE)
    if not rows.update(claims=kept, version=F("version") + 1, saved_at=now):
        raise Stale("application", version=row.version)
    journal.record(by=by, now=now, did="bonuses.claim", kind="application", subject=application, claims=len(kept))


@action
def judge(*, by: Actor, now: datetime, application: int, bonus: str, confirmed: bool, reason: str) -> BonusVerdict:
    """Confirms or declines one claim, with the reason, which the applicant reads.

    Refused: "not_allowed_for_role", "not_found", "screening_own_organisation", "bonus_reason_needed",
    "bonus_not_judged_now". Stale when somebody has judged it already.
    """
    row = _judged(by, application)
    rules.check_reason(reason)
    found = next((one for one in queries.claims(row) if one.rule.code == bonus), None)
    if found is None:
        raise Refused("not_found")
    state = ClaimState.CONFIRMED if confirmed else ClaimState.DECLINED
    given = {"state": state, "reason": reason.strip()[:500], "judged_by_id": by.person, "judged_at": now}
    try:
        with transaction.atomic():
            made = BonusVerdict.objects.create(application=row, rule=found.rule, **given)
    except IntegrityError as error:
        raise Stale("bonus") from error
    facts = {"bonus": bonus, "state": state}
    journal.record(by=by, now=now, did="bonuses.judge", kind="application", subject=application, **facts)
    return made


@action
def undo(*, by: Actor, now: datetime, application: int, bonus: str, reason: str) -> None:
    """Takes a verdict back, with the reason, as long as scores can change; the claim waits again.

    Refused as `judge`. Stale when there is no verdict any more.
    """
    row = _judged(by, application)
    rules.check_reason(reason)
    standing = BonusVerdict.objects.filter(application=row, rule__code=bonus, undone_at__isnull=True)
    given = {"undone_by": by.person, "undone_at": now, "undone_reason": reason.strip()[:500]}
    if not standing.update(**given):
        raise Stale("bonus")
    journal.record(by=by, now=now, did="bonuses.undo", kind="application", subject=application, bonus=bonus)


def _judged(by: Actor, application: int) -> Application:
    """The application for an officer's verdict; its intake's row is held, so that nobody decides meanwhile."""
    check_officer(by)
    row = queries.claimed(by).filter(pk=application).first()
    if row is None:
        raise Refused("not_found")
    check_own(by, row.organisation_id)
    open_still = Intake.objects.filter(pk=row.intake_id, state__in=JUDGED_IN)
    if not open_still.update(last_receipt=F("last_receipt")):
        raise Refused("bonus_not_judged_now")
    return row


@action
def note_reading(*, by: Actor, now: datetime, application: Application) -> None:
    """Notes that staff or an auditor opened an application's claims."""
    given = {"kind": "application", "subject": application.pk, "organisation": application.organisation_id}
    journal.read(by=by, now=now, what="view", **given)
