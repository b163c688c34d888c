"""Measured energy stands beside the charges, once, and is told with the share of what was used that it is of."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from factories import make_award, make_organisation, make_pool, make_product, make_submitted, make_track

from madang.portal.energy import actions, figures
from madang.portal.energy.models import MeasuredUse
from madang.portal.indicators.models import DayUse
from madang.portal.ledger.models import AccountingMonth
from madang.portal.ledger.rules import Usage

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_energy_is_told_of_closed_months_with_its_share_and_not_of_too_few(settings):
    settings.MADANG_SMALL_CELL = 3
    pool = make_pool(grain="hour")
    track = make_track(products=[make_product(pool, grain="hour", units=1)])
    awards = [
        make_award(make_submitted(track, state="eligible", organisation=make_organisation())).pk for _ in range(3)
    ]

    def measured(award, month, joules, seconds=3600):
        usage = Usage("c", f"{award}{month}", f"award:{award}", pool.pk, "job:1", month, date(2026, 5, 1), seconds)
        return usage, joules

    rows = [measured(award, "2026-05", 1_000_000 + place) for place, award in enumerate(awards)]
    actions.keep(now=NOW, measured=[*rows, *(measured(award, "2026-04", 5) for award in awards[:2])])
    actions.keep(now=NOW, measured=rows)
    assert MeasuredUse.objects.count() == 5
    for award in awards:
        DayUse.objects.create(day=date(2026, 5, 3), pool=pool, award_id=award, seconds=7200)
    assert figures.by_month([]) == []
    for month in ("2026-04", "2026-05"):
        AccountingMonth.objects.update_or_create(month=month, defaults={"closed_at": NOW})
    april, may = figures.by_month([])
    assert (april["measured_joules"], april["measured_seconds"], april["used_seconds"]) == (None, None, 0)
    assert (may["measured_joules"], may["measured_seconds"], may["used_seconds"]) == (3_000_003, 10_800, 21_600)
    MeasuredUse.objects.update(joules=7)
    assert figures.by_month([april, may]) == [april, may]
