"""The commands of forecasts against a served centre whose worker answers while the command waits."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from cli.test_cli_office import staff  # noqa: F401 - a fixture
from factories import NOW, make_award, make_job, make_pool_month
from rounds import make_round, propose

from madang.portal.actors import Role
from madang.portal.forecasts import answering, chores


@pytest.fixture
def answered(monkeypatch):
    """A worker that answers trials when the command would sleep."""

    def work(_seconds):
        chores.trial(NOW)
        for run in answering.TRIALS.running.values():
            run.child.process.wait(120)

    monkeypatch.setattr("madang.cli.forecasts.time", SimpleNamespace(sleep=work))


def test_what_a_plan_would_do_is_told_by_pool(staff, answered):  # noqa: F811
    plan = propose(make_round([60, 50], funded=24))
    told = staff(Role.PROGRAMME_MANAGER, "effects", str(plan.pk), "--replays", "1")
    assert told.status == 0, told.err
    assert "Lost to others" in told.out and "GPU-hours" in told.out
    assert staff(Role.AUDITOR, "effects", str(plan.pk)).status == 2


def test_a_quarter_under_another_policy_is_set_beside_the_present_one(staff, here, answered):  # noqa: F811
    award = make_award()
    pool = award.lines.first().product.pool
    type(pool).objects.filter(pk=pool.pk).update(runs_jobs=True)
    make_pool_month(pool, "2026-02", physical=16, funded=16)
    start = datetime.fromisoformat("2026-02-01T00:00:00+09:00")
    given = {"started_at": start, "ended_at": start + timedelta(hours=1), "submitted_at": start, "wall_seconds": 7200}
    make_job(award, gpus=8, state="succeeded", key=uuid.uuid4(), **given)
    place = ("bench", pool.code, "2026-Q1", "--policy", "fcfs")
    told = staff(Role.OPERATOR, *place, "--report", "report.html")
    assert told.status == 0, told.err
    assert "As asked" in told.out and "<!doctype html>" in (here / "report.html").read_text(encoding="utf-8")
    assert "요청한 조건" in staff(Role.OPERATOR, *place, language="ko").out
    refused = staff(Role.OPERATOR, "bench", pool.code, "2020-Q1", "--policy", "fcfs")
    assert refused.status == 2 and "2026-Q1" in refused.err
