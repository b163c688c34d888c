"""Estimated starts of real jobs on a real machine: told, kept, judged, counted, and shown."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from backends.local_site import until
from django.utils import timezone, translation
from factories import make_job, make_member, make_staff
from portal.jobs.conftest import make_paid, submit, work_until

from madang.portal import backends
from madang.portal.actors import PUBLIC, Role
from madang.portal.forecasts import actions, chores, faces, foreseeing, queries
from madang.portal.forecasts.models import Estimate, EstimateMonth
from madang.portal.forecasts.rules import Basis, Told, Unknown
from madang.portal.jobs import actions as jobs
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import JobState

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]


@pytest.fixture
def today(machine):
    """An award that is in force on the day of the test; what is left on the machine is ended after it."""
    day = timezone.now().date()
    yield make_paid(starts_on=day - timedelta(days=2), ends_on=day + timedelta(days=30))
    backend = backends.backend()
    left = list(Job.objects.filter(backend_id__isnull=False).values_list("backend_id", flat=True))
    for id in left:
        backend.cancel(id)
    until(lambda: all(report.state.final for report in backend.reports(left)))


def submitted(paid, command, **given):
    return submit(paid, command, now=timezone.now(), **given)


def reach(job, state):
    return work_until(job, lambda row: row.state == state)


def foresee():
    """Rounds of the chore until the replay that it began is told."""
    chores.foresee(timezone.now())
    until(lambda: (chores.foresee(timezone.now()), not foreseeing.REPLAYING)[1])


def estimate(job):
    return Estimate.objects.get(job=job.pk)


def seen(job, by):
    return queries.Job.objects.select_related("estimate").get(pk=job.pk)


def ended_jobs(paid, count, seconds=6, wall=60):
    """Jobs of an award that have ended, each having used a tenth of its limit."""
    start = timezone.now() - timedelta(days=1)
    for _ in range(count):
        make_job(
            paid.award, state="succeeded", started_at=start, ended_at=start + timedelta(seconds=seconds),
            wall_seconds=wall, settled_at=start + timedelta(days=1), key=uuid.uuid4(),
        )  # fmt: skip


def busy(paid, seconds=600):
    """A job that holds the whole machine, and one that waits behind it."""
    holder = submitted(paid, "sleep 300", cores=2, seconds=seconds)
    reach(holder, JobState.RUNNING)
    waiting = submitted(paid, "true", cores=2, seconds=60)
    reach(waiting, JobState.WAITING)
    return holder, waiting


def end(holder, paid):
    jobs.cancel(by=paid.by, now=timezone.now(), job=Job.objects.get(pk=holder.pk))
    reach(holder, JobState.CANCELLED)


def test_a_job_that_waits_is_told_a_start_and_its_start_is_judged(today, client):
    holder, waiting = busy(today)
    foresee()
    told = estimate(waiting)
    latest = Job.objects.get(pk=holder.pk).started_at + timedelta(seconds=600)
    assert (told.unknown, told.basis) == ("", Basis.LIMITS)
    assert latest - timedelta(minutes=1) <= told.late <= latest + timedelta(minutes=3)
    with translation.override("en"):
        shown = faces.start_of(seen(waiting, today), timezone.now())
    assert "uses its whole limit" in shown.sentence and shown.row.pk == told.pk
    client.force_login(today.owner)
    client.cookies["madang_language"] = "en"
    assert "uses its whole limit" in client.get(f"/jobs/{waiting.pk}/").content.decode()
    assert "by about" in client.get("/jobs/").content.decode()
    end(holder, today)
    work_until(waiting, lambda row: row.started_at is not None)
    assert chores.judge(timezone.now()) == 1
    fared = estimate(waiting)
    assert fared.within and fared.error_seconds < 0
    assert chores.judge(timezone.now()) == 0
    chores.count(timezone.now())
    month = EstimateMonth.objects.get()
    assert (month.basis, month.jobs, month.within, month.before, month.after) == ("limits", 1, 1, 0, 0)
    page = client.get(f"/jobs/{waiting.pk}/").content.decode()
    assert "It started within that." in page
    assert "Told by limits alone" in client.get("/jobs/estimates/").content.decode()


def test_what_earlier_jobs_took_makes_a_range(today):
    ended_jobs(today, 6, seconds=6)
    ended_jobs(today, 6, seconds=54)
    holder, waiting = busy(today, seconds=1200)
    started = Job.objects.get(pk=holder.pk).started_at
    asked = timezone.now()
    foresee()
    told, took = estimate(waiting), timezone.now() - asked
    assert (told.basis, told.replays, len(told.kept)) == (Basis.HISTORY, 99, 1)
    # a tenth of twenty minutes, or at once where that was over when it was replayed; or nine tenths of them
    # (a replay counts in whole seconds from when it was begun, on a machine that does other things too)
    soon = max(started + timedelta(seconds=130) + took, timezone.now() + timedelta(seconds=70))
    assert told.early <= soon and told.late >= started + timedelta(seconds=1079)
    assert told.early < told.middle or told.middle < told.late
    with translation.override("en"):
        assert "replays of the queue" in faces.start_of(seen(waiting, today), timezone.now()).sentence


def test_a_later_estimate_takes_the_place_of_the_earlier_which_is_kept(today):
    _holder, waiting = busy(today)
    foresee()
    first = estimate(waiting)
    later = Told(
        *(one + timedelta(minutes=9) for one in (first.made_at, first.early, first.middle, first.late)), Basis.LIMITS
    )
    actions.tell(now=timezone.now(), found={waiting.pk: later}, replays=9)
    told = estimate(waiting)
    assert (told.middle, told.first_at, len(told.kept)) == (later.middle, first.first_at, 2)
    assert told.kept[0] == first.kept[0]


def test_nothing_new_is_replayed_within_a_minute(today):
    _holder, waiting = busy(today)
    foresee()
    made = estimate(waiting).made_at
    assert chores.foresee(made + timedelta(seconds=59)) == 0 and not foreseeing.REPLAYING
    chores.foresee(made + timedelta(seconds=61))
    assert foreseeing.REPLAYING


def test_a_replay_that_is_killed_is_made_again(today, machine):
    _holder, waiting = busy(today)
    now = timezone.now()
    chores.foresee(now)
    foreseeing.REPLAYING[0].child.process.kill()
    foreseeing.REPLAYING[0].child.process.wait()
    chores.foresee(now)
    assert estimate(waiting).unknown in (Unknown.COMING, "")
    chores.foresee(now + timedelta(seconds=61))
    until(lambda: (chores.foresee(now + timedelta(seconds=62)), not foreseeing.REPLAYING)[1])
    assert estimate(waiting).unknown == ""
    assert list((machine / "forecasts").iterdir()) == []


def test_a_job_that_a_person_holds_up_is_told_so_and_one_that_is_gone_forgotten(today):
    _holder, waiting = busy(today)
    jobs.cancel(by=today.by, now=timezone.now(), job=Job.objects.get(pk=waiting.pk))
    foresee()
    assert estimate(waiting).unknown == Unknown.CANCELLING
    work_until(waiting, lambda row: row.state == JobState.CANCELLED)
    assert chores.judge(timezone.now()) == 0
    assert not Estimate.objects.filter(job=waiting.pk).exists()


def test_a_start_after_the_award_is_none(today):
    _holder, waiting = busy(today, seconds=600)
    job = next(one for one in queries.queued() if one.pk == waiting.pk)
    assert job.before == datetime.combine(today.award.ends_on, datetime.min.time(), job.before.tzinfo)
    replay = foreseeing.Replay(None, [job], timezone.now(), Basis.LIMITS)
    late = int(job.before.timestamp())
    assert foreseeing._foreseen(job, [late, late, late], replay) == Unknown.AFTER_AWARD
    assert foreseeing._foreseen(job, None, replay) == Unknown.NEVER
    assert isinstance(foreseeing._foreseen(job, [late - 60] * 3, replay), Told)


def test_a_job_that_has_started_meanwhile_is_told_nothing(today):
    holder, waiting = busy(today)
    made = timezone.now()
    told = Told(made, made, made, made, Basis.LIMITS)
    assert actions.tell(now=made, found={holder.pk: told, waiting.pk: told}, replays=9) == 1
    assert not Estimate.objects.filter(job=holder.pk).exists()


def test_lists_and_pages_ask_as_often_for_three_jobs_as_for_one(machine, client, django_assert_num_queries):
    today = make_paid()
    client.force_login(today.owner)
    made = datetime(2026, 4, 1, tzinfo=UTC)

    def told(count):
        for _ in range(count):
            job = make_job(today.award, state="waiting", backend_id=uuid.uuid4().hex)
            actions.tell(now=made, found={job.pk: Told(made, made, made, made, Basis.HISTORY)}, replays=9)

    told(1)
    with django_assert_num_queries(8):
        client.get("/jobs/")
    told(2)
    with django_assert_num_queries(8):
        client.get("/jobs/")


def test_a_stranger_learns_nothing_of_a_job_and_everybody_how_good_estimates_are(today, client):
    job = make_job(today.award)
    client.force_login(make_member())
    assert client.get(f"/jobs/{job.pk}/").status_code == 404
    assert client.get("/jobs/estimates/").status_code == 200
    client.logout()
    assert client.get("/jobs/estimates/").status_code == 302
    assert queries.quality(PUBLIC) == []
    EstimateMonth.objects.create(
        month="2026-03", basis="history", jobs=10, within=8, before=1, after=1, median_error=60, median_wait=600,
        counted_at=timezone.now(),
    )  # fmt: skip
    for person, more in ((today.owner, False), (make_staff(Role.OPERATOR), True)):
        client.force_login(person)
        client.cookies["madang_language"] = "en"
        page = client.get("/jobs/estimates/").content.decode()
        assert "80%" in page and ("Sooner" in page) is more
