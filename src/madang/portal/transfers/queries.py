"""Reads the rates, which are public, and transfers as far as the actor may see them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import PUBLIC, Actor, Role
from madang.portal.tasks import Task
from madang.portal.transfers.models import Transfer, TransferRate
from madang.portal.transfers.rules import Between, Rate, TransferState


def rates(by: Actor) -> QuerySet[TransferRate]:
    """All rates, past and planned ones too, the latest first; they are public."""
    return TransferRate.objects.select_related("pool", "product__pool").order_by("-starts_on", "code")


def open_on(day: date) -> QuerySet[TransferRate]:
    """The rates of a day."""
    return among(rates(PUBLIC), day, day + timedelta(days=1))


def among(rows: QuerySet[TransferRate], start: date, end: date | None) -> QuerySet[TransferRate]:
    """Those of the rates that share a day with [start, end)."""
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=start))
    return rows if end is None else rows.filter(starts_on__lt=end)


def between(row: TransferRate) -> Between:
    """A rate as the rules take it."""
    return Between(row.pool_id, row.product.pool_id, Rate(row.gives, row.gets))


def transfers(by: Actor) -> QuerySet[Transfer]:
    """Those that wait first, then the latest: all for staff and auditors, one's own organisation's for its members."""
    rows = Transfer.objects.select_related(
        "award__organisation", "rate__product__pool", "pool", "product__pool", "line", "decided_by"
    ).order_by(F("decided_at").desc(nulls_first=True), "-pk")
    return rows if by.reads_everything else rows.filter(award__organisation__in=by.memberships)


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: transfers that wait."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    count = Transfer.objects.filter(state=TransferState.ASKED).count()
    return [Task(gettext("Transfers to decide"), reverse("transfers"), count)] if count else []
