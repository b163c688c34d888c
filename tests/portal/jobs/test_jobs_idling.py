"""Jobs that do next to nothing: their people are told, may put the end off, and only then is one stopped."""

from datetime import UTC, datetime, timedelta

import pytest
from backends.local_site import until
from factories import NOW, actor, make_actor, make_job, make_member
from hypothesis import given
from hypothesis import strategies as st
from portal.jobs.conftest import balances, fresh, make_paid, settled, submit, work_until

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.jobs import idling, queries, uses
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import IdleTerms, JobState, Need, idle_step
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
STOPS = IdleTerms(HOUR, HOUR, 24 * HOUR)
WARNS = IdleTerms(HOUR, None, 24 * HOUR)


@pytest.mark.parametrize(
    ("since", "until", "idle", "terms", "step"),
    [
        (None, None, 59 * MINUTE, STOPS, None),
        (None, None, HOUR, STOPS, "tell"),
        (NOW - HOUR, NOW + MINUTE, HOUR, STOPS, None),
        (NOW - HOUR, NOW, HOUR, STOPS, "stop"),
        (NOW - HOUR, NOW, 59 * MINUTE, STOPS, "works"),
        (NOW - HOUR, None, 2 * HOUR, WARNS, None),
        (NOW - HOUR, None, 2 * HOUR, STOPS, "tell"),  # switched on meanwhile: they are told when
        (NOW - HOUR, NOW, 2 * HOUR, WARNS, "works"),  # switched off meanwhile: nobody is stopped
    ],
)
def test_what_is_due(since, until, idle, terms, step):
    assert idle_step(since, until, idle, NOW, terms) == step


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(0, 200)), max_size=30), st.booleans())
def test_nobody_is_stopped_before_the_time_that_was_told(looks, stops):
    """Whatever is measured: told when first, never stopped sooner than that, never where the last look saw it work."""
    terms, now, since, until, told = STOPS if stops else WARNS, NOW, None, None, None
    for minutes, idle in looks:
        now += minutes * MINUTE
        step = idle_step(since, until, idle * MINUTE, now, terms)
        if step == "tell":
            since, until = since or now - idle * MINUTE, now + terms.stopped_after if stops else None
            told = now
        elif step == "works":
            since = until = told = None
        elif step == "stop":
            assert (
                stops and told is not None and now >= told + terms.stopped_after and idle * MINUTE >= terms.told_after
            )
            return


@pytest.fixture
def stopping(settings):
    """A centre that stops idle jobs half an hour after it has told their people."""
    settings.MADANG_IDLE_STOP_MINUTES = 30


def make_idle(paid, **given):
    return make_job(
        paid.award, submitted_by=paid.owner, state=JobState.RUNNING, started_at=NOW - HOUR, backend_id="x", **given
    )


def test_the_person_is_told_once_and_nothing_is_stopped_where_that_is_not_set(paid):
    job = make_idle(paid)
    assert idling.tell(now=NOW, job=job, idle=HOUR) and not idling.tell(now=NOW, job=job, idle=HOUR)
    mail = Message.objects.get()
    assert (mail.code, mail.person_id, mail.link) == ("job_idle", paid.owner.pk, f"/jobs/{job.pk}/")
    assert (fresh(job).idle_since, fresh(job).idle_until) == (NOW - HOUR, None)
    assert queries.tasks(paid.by, NOW)[0].count == 1 and len(queries.tasks(paid.by, NOW)) == 1
    with pytest.raises(Refused, match="job_not_idle"):
        idling.keep(by=paid.by, now=NOW, job=fresh(job), need=Need.SOON)


def test_the_end_is_told_put_off_once_and_comes(paid, stopping):
    job = make_idle(paid)
    idling.tell(now=NOW, job=job, idle=HOUR)
    due = NOW + 30 * MINUTE
    assert fresh(job).idle_until == due and Message.objects.get().code == "job_idle_stops"
    assert [task.count for task in queries.tasks(paid.by, NOW)] == [1, 1]
    late = fresh(job)
    assert idling.keep(by=paid.by, now=NOW, job=fresh(job), need=Need.WAITS) == due + 24 * HOUR
    assert not idling.stop(now=due, job=late, idle=HOUR)
    with pytest.raises(Refused, match="job_kept_already"):
        idling.keep(by=paid.by, now=NOW, job=fresh(job), need=Need.WAITS)
    with pytest.raises(Stale):
        idling.keep(by=paid.by, now=NOW, job=late, need=Need.SOON)
    assert idling.stop(now=due + 24 * HOUR, job=late, idle=25 * HOUR)
    assert not idling.stop(now=due + 24 * HOUR, job=late, idle=25 * HOUR)
    row = fresh(job)
    assert (row.cancel_asked_at, row.idle_stopped_at) == (due + 24 * HOUR, due + 24 * HOUR)
    assert list(Message.objects.order_by("pk").values_list("code", flat=True)) == ["job_idle_stops", "job_idle_stopped"]
    deeds = list(JournalEntry.objects.filter(subject_kind="job").order_by("pk").values_list("action", flat=True))
    assert deeds == ["jobs.tell_of_idle", "jobs.keep", "jobs.stop_idle"]


def test_what_works_again_is_not_stopped_and_may_be_put_off_anew(paid, stopping):
    job = make_idle(paid)
    idling.tell(now=NOW, job=job, idle=HOUR)
    idling.keep(by=paid.by, now=NOW, job=fresh(job), need=Need.UNSEEN)
    assert idling.works_again(now=NOW, job=fresh(job), idle=MINUTE)
    assert (fresh(job).idle_since, fresh(job).idle_until, fresh(job).idle_need) == (None, None, "")
    assert not idling.stop(now=NOW + 99 * HOUR, job=job, idle=HOUR)
    idling.tell(now=NOW + 9 * HOUR, job=fresh(job), idle=HOUR)
    idling.keep(by=paid.by, now=NOW + 9 * HOUR, job=fresh(job), need=Need.UNSEEN)


def test_only_members_put_an_end_off(paid, stopping, db):
    job = make_idle(paid)
    idling.tell(now=NOW, job=job, idle=HOUR)
    for by in (make_actor(Role.OPERATOR), make_actor(Role.AUDITOR), actor(make_member(make_paid().award.organisation))):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            idling.keep(by=by, now=NOW, job=fresh(job), need=Need.SOON)


def test_an_idle_job_is_told_of_on_its_page_put_off_and_stopped(machine, client, settings, db):
    """On the real machine, with a centre that tells at once."""
    settings.MADANG_IDLE_MINUTES, settings.MADANG_IDLE_STOP_MINUTES = 0, 30
    now = datetime.now(UTC)
    paid = make_paid(starts_on=now.date() - timedelta(days=2), ends_on=now.date() + timedelta(days=300))
    job = submit(paid, "sleep 600", now=now, seconds=600)
    work_until(job, lambda row: row.state == JobState.RUNNING)
    until(lambda: uses.of(fresh(job)))
    assert idling.look(now) == 1 and idling.look(now) == 0
    client.force_login(paid.owner)
    client.cookies["madang_language"] = "en"
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "and will be stopped at" in page and "I still need it" in page and "min" in page
    assert "stopped at" in client.get(f"/jobs/{job.pk}/keep/").content.decode()
    assert client.post(f"/jobs/{job.pk}/keep/", {"need": "soon"}).status_code == 302
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "Its end was put off once." in page and "I still need it" not in page
    assert client.post(f"/jobs/{job.pk}/keep/", {"need": "soon"}).status_code == 422
    settings.MADANG_IDLE_MINUTES = 60
    assert idling.look(now) == 1 and fresh(job).idle_until is None  # it has worked within the hour
    settings.MADANG_IDLE_MINUTES = 0
    assert idling.look(now) == 1 and idling.look(now + 31 * MINUTE) == 1
    assert "is being stopped, as was announced" in client.get(f"/jobs/{job.pk}/").content.decode()
    row = settled(job)
    assert (row.state, row.reason_code) == (JobState.CANCELLED, "idle_stopped")
    page, listed = (client.get(address).content.decode() for address in (f"/jobs/{job.pk}/", "/jobs/"))
    assert balances(paid).held == 0 and "stopped at the time that was announced" in page
    for shown in (page, listed):
        assert "Stopped because it did nothing</span>" in shown and "Cancelled on request</span>" not in shown
    assert Job.objects.filter(pk=job.pk, idle_stopped_at__isnull=False).exists()
