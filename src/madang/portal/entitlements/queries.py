"""Reads the rules by which holders of awards get more; they are public."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from madang.accounting.credits import WaitCredit
from madang.portal.actors import Actor
from madang.portal.entitlements.models import Entitlement
from madang.portal.entitlements.rules import EntitlementKind, Figures, wait_credit


def listed(by: Actor) -> QuerySet[Entitlement]:
    """All rules, by kind, the latest first."""
    return Entitlement.objects.order_by("kind", "-starts_on", "code")


def open_on(day: date) -> QuerySet[Entitlement]:
    """The rules of a day; of one kind the first counts, of back charges all."""
    open_then = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    return Entitlement.objects.filter(open_then, starts_on__lte=day).order_by("kind", "-starts_on", "code")


def supplement_on(day: date) -> Entitlement | None:
    """The rule on supplements that counts on a day."""
    return open_on(day).filter(kind=EntitlementKind.SUPPLEMENT).first()


def back_charges_on(day: date) -> QuerySet[Entitlement]:
    """The rules on back charges that count on a day: each names its own condition, so all of them do."""
    return open_on(day).filter(kind=EntitlementKind.BACK_CHARGE)


def wait_credits() -> list[WaitCredit]:
    """All rules on waits as the library takes them, past ones too."""
    rows = Entitlement.objects.filter(kind=EntitlementKind.WAIT_CREDIT).order_by("code")
    return [
        wait_credit(
            row.code,
            Figures(row.permille, 0, row.promise_seconds, row.won, row.cap_permille),
            row.starts_on,
            row.ends_on,
            row.sentence_en,
            row.sentence_ko,
        )
        for row in rows
    ]
