"""Opens and ends the rules by which holders of awards get more."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db.models import Q

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.entitlements.models import Entitlement
from madang.portal.entitlements.rules import EntitlementKind, figures_of
from madang.portal.journal.actions import record
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import queries as books
from madang.portal.prices.rules import refuse_issued, refuse_unless_drafter, refuse_unless_rule_days
from madang.portal.transactions import action


@action
def create(
    *,
    by: Actor,
    now: datetime,
    code: str,
    kind: EntitlementKind,
    name_ko: str,
    name_en: str,
    sentence_ko: str,
    sentence_en: str,
    starts_on: date,
    ends_on: date | None = None,
    **figures: int,
) -> Entitlement:
    """Opens a rule from a day on; `figures` as `rules.figures_of` takes them.

    Refused: ``not_allowed_for_role``, ``supplement_rule_wrong``, ``wait_credit_wrong``, ``entitlement_code_taken``,
    ``days_end_before_start``, ``price_starts_in_issued_month``.
    """
    refuse_unless_drafter(by)
    refuse_issued(starts_on, books.issued_months())
    refuse_unless_rule_days(starts_on, ends_on)
    stored = asdict(figures_of(EntitlementKind(kind), **figures))
    if Entitlement.objects.filter(code=code).exists():
        raise Refused("entitlement_code_taken", taken=code, field="code")
    ledger.keep_open_since(day=starts_on, now=now)
    words = {"name_ko": name_ko, "name_en": name_en, "sentence_ko": sentence_ko, "sentence_en": sentence_en}
    days = {"starts_on": starts_on, "ends_on": ends_on}
    row = Entitlement.objects.create(code=code, kind=kind, **words, **stored, **days)
    facts = {"code": code, "of": str(kind), "starts_on": str(starts_on), **stored}
    record(by=by, now=now, did="entitlements.create", kind="entitlement", subject=row.pk, **facts)
    return row


@action
def end(*, by: Actor, now: datetime, entitlement: int, ends_on: date) -> None:
    """Ends a rule from a day on. Refused: ``price_starts_in_issued_month``, ``days_end_before_start``."""
    refuse_unless_drafter(by)
    refuse_issued(ends_on, books.issued_months())
    row = Entitlement.objects.get(pk=entitlement)
    refuse_unless_rule_days(row.starts_on, ends_on)
    ledger.keep_open_since(day=ends_on, now=now)
    open_then = Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on)
    if not Entitlement.objects.filter(open_then, pk=entitlement).update(ends_on=ends_on):
        raise Stale("entitlement")
    record(by=by, now=now, did="entitlements.end", kind="entitlement", subject=entitlement, ends_on=str(ends_on))
