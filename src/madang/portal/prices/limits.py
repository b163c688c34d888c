"""Reads what bounds a subsidy, which is public: self-pay parts and ceilings."""

from __future__ import annotations

from django.db.models import QuerySet

from madang.accounting.pricing import Days
from madang.portal.actors import Actor
from madang.portal.prices.models import SubsidyLimit
from madang.portal.prices.rules import Limit, LimitKind


def listed(by: Actor) -> QuerySet[SubsidyLimit]:
    """All limits of subsidies, which are public."""
    return SubsidyLimit.objects.order_by("starts_on", "code")


def values() -> list[Limit]:
    """All limits as the library takes them, named by their codes."""
    return [
        Limit(
            name=row.code,
            kind=LimitKind(row.kind),
            attribute=row.applies_to,
            figure=row.figure,
            years=row.years,
            days=Days(row.starts_on, row.ends_on),
            sentence_en=row.sentence_en,
            sentence_ko=row.sentence_ko,
        )
        for row in SubsidyLimit.objects.order_by("code")
    ]
