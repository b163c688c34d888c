"""Simulations are kept as long as the rule says, and their reports go with them."""

from datetime import UTC, datetime, timedelta

import pytest
from factories import make_person

from madang.portal.actors import WORKER
from madang.portal.files import chores as files
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.forecasts.models import Trial
from madang.portal.holdings import chores
from madang.portal.journal import actions as journal
from madang.portal.journal.models import Destruction

NOW = datetime(2026, 4, 1, tzinfo=UTC)
KEPT = timedelta(days=730)


@pytest.mark.django_db
def test_a_simulation_goes_with_its_report_and_one_under_way_stays():
    journal.seed_retention(by=WORKER, now=NOW)
    stored = store(now=NOW, name="report-en.html", allowed=EVERYTHING, upload_chunks=[b"<h1>"])
    asked = {"kind": "bench", "question": {}, "asked_by": make_person(), "asked_at": NOW}
    Trial.objects.create(**asked, state="done", result={}, ended_at=NOW, report_en=stored)
    waiting = Trial.objects.create(**asked)
    chores.destroy_due(NOW + KEPT)
    assert Trial.objects.count() == 2 and files.clear_away(NOW + KEPT) == 0
    chores.destroy_due(NOW + KEPT + timedelta(seconds=1))
    assert list(Trial.objects.all()) == [waiting]
    assert Destruction.objects.get(kind="trial").count == 1
    assert files.clear_away(NOW + KEPT) == 1
