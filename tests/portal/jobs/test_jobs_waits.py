"""How long a job waited is measured from its reports: what was its own doing does not count."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from factories import NOW, make_award, make_job, make_submitted

from madang.accounting.credits import Wait
from madang.compute.protocol import JobReport, JobState, Reason
from madang.portal.jobs import actions, waits
from madang.portal.jobs.models import Job, JobWait

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    award = make_award(make_submitted(state="eligible"))
    return make_job(award, state="waiting", backend_id="b1", submitted_at=NOW)


def told(job, hours, reason=None, started=None, restarts=0):
    state = JobState.RUNNING if started is not None else JobState.WAITING
    report = JobReport(
        "b1", "key", "account", state, NOW, reason=Reason(reason) if reason else None, restarts=restarts,
        started_at=None if started is None else NOW + started * HOUR,
    )  # fmt: skip
    actions.follow(now=NOW + hours * HOUR, job=Job.objects.get(pk=job.pk), report=report)


def test_only_the_queue_counts_and_only_once(job):
    told(job, 1, "held")
    told(job, 3, "waits_behind")
    told(job, 4, "account_at_limit")
    told(job, 5, "account_at_limit")
    told(job, 6, "waits_for_gpus")
    told(job, 12, started=12)
    row = JobWait.objects.get()
    # of twelve hours two were on hold and two at its own limit
    assert (row.seconds, row.own_seconds) == (8 * 3600, 4 * 3600)
    told(job, 14, "waits_behind", restarts=1)
    told(job, 30, started=30, restarts=1)
    assert JobWait.objects.get().seconds == 8 * 3600
    found = waits.by_place([job.award_id], date(2026, 1, 1), date(2027, 1, 1))
    assert found == {(job.award_id, job.pool_id): [Wait(row.day, 8 * 3600)]}


def test_a_hold_until_the_very_start_counts_as_its_own_doing(job):
    told(job, 1, "held")
    told(job, 9, started=8)
    row = JobWait.objects.get()
    assert (row.seconds, row.own_seconds) == (3600, 7 * 3600)


def test_a_wait_of_less_than_an_hour_leaves_nothing(job):
    told(job, 1, started=0.9)
    assert not JobWait.objects.exists()
