"""Keeps what was measured of jobs' energy beside the charges of the same use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from madang.portal.actors import WORKER
from madang.portal.energy.models import MeasuredUse
from madang.portal.journal.actions import record
from madang.portal.ledger.rules import Usage
from madang.portal.transactions import action

OWNER = "award:"


def keep(*, now: datetime, measured: Sequence[tuple[Usage, int]], at_once: int = 300) -> None:
    """Keeps the joules of charges, each once: what comes again replaces what was known. Small transactions."""
    rows = [one for one in measured if one[0].owner.startswith(OWNER)]
    for first in range(0, len(rows), at_once):
        _keep(now=now, measured=rows[first : first + at_once])


@action
def _keep(*, now: datetime, measured: Sequence[tuple[Usage, int]]) -> None:
    rows = {
        (usage.source, usage.key): MeasuredUse(
            source=usage.source, key=usage.key, award_id=int(usage.owner.removeprefix(OWNER)), pool_id=usage.pool,
            month=usage.month, seconds=usage.amount, joules=joules,
        )
        for usage, joules in measured
    }  # fmt: skip
    place, given = ["source", "key"], ["seconds", "joules"]
    MeasuredUse.objects.bulk_create(rows.values(), update_conflicts=True, unique_fields=place, update_fields=given)
    facts = {"charges": len(rows), "joules": sum(row.joules for row in rows.values())}
    record(by=WORKER, now=now, did="energy.keep", kind="usage", subject=measured[0][0].source, **facts)
