"""Jobs on the real machine: held for, run, metered and settled once, whatever dies between two steps."""

import threading
import uuid
from datetime import date, timedelta

import pytest
from backends.local_site import until
from django.db import connection
from django.utils import translation
from factories import NOW, actor, make_actor, make_member, make_person
from portal.jobs.conftest import balances, fresh, make_paid, over, settled, submit, work, work_until

from madang.accounting.metering import seconds_charged
from madang.errors import Refused, Stale
from madang.portal import backends
from madang.portal.actors import WORKER, MemberRole, Role
from madang.portal.awards.models import Award
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.jobs import actions, chores, machine, places, posting, queries
from madang.portal.jobs.models import Job, UsageCursor
from madang.portal.jobs.rules import JobState, owner_of
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.models import Movement


def refused(function, *given, **named):
    with pytest.raises(Refused) as caught:
        function(*given, **named)
    return caught.value


def uses(job):
    return list(Movement.objects.filter(subject=f"job:{job.pk}", kind="use"))


def put(content, name="file"):
    return store(now=NOW, name=name, allowed=EVERYTHING, upload_chunks=[content])


def test_a_job_is_held_for_runs_is_metered_and_settled(machine, paid):
    files = [("in/words.txt", put(b"hello ")), ("empty", put(b""))]
    job = submit(
        paid, "cat in/words.txt empty; echo $HOME; sleep 1.1; echo out > out.txt", files=files, cores=2, seconds=50
    )
    assert (balances(paid).held, balances(paid).left) == (100, 9_900)
    job = settled(job)
    assert (job.state, job.exit_code, job.reason_code) == (JobState.SUCCEEDED, 0, "ended_well")
    now = balances(paid)
    assert now.held == 0 and 2 <= now.used <= 20 and now.granted == now.used + now.left == 10_000
    assert sum(one.amount for one in uses(job)) == now.used
    assert [(one.path, one.size) for one in queries.outputs(job.pk)] == [("out.txt", 4)]
    assert list(dict.fromkeys(did(job))) == ["jobs.submit", "jobs.hand_over", "jobs.follow", "jobs.settle"]
    assert machine_log(job) == "hello /job\n"


def machine_log(job):
    return machine.log(job, 0).data.decode()


def did(job):
    rows = JournalEntry.objects.filter(subject_kind="job", subject=str(job.pk)).order_by("pk")
    return list(rows.values_list("action", flat=True))


def test_the_same_key_is_the_same_job(machine, paid):
    key = uuid.uuid4()
    first = submit(paid, key=key)
    assert submit(paid, key=key).pk == first.pk
    assert balances(paid).held == 60
    assert refused(submit, paid, "another", key=key).code == "job_key_reused"


def test_what_cannot_be_paid_for_is_refused_with_the_figures(machine, paid):
    told = refused(submit, paid, cores=4, seconds=2501)
    assert (told.code, told.facts) == ("not_enough_left", {"asked": 10_004, "left": 10_000})
    assert not Job.objects.exists() and balances(paid).left == 10_000
    submit(paid, cores=4, seconds=2500)
    assert balances(paid).left == 0


def test_only_members_of_an_award_in_force_submit(machine, paid):
    for other in (actor(make_member()), actor(make_person()), make_actor(Role.OPERATOR), make_actor(Role.AUDITOR)):
        assert refused(submit, paid, by=other).code == "not_allowed_for_role"
    member = actor(make_member(paid.award.organisation, role=MemberRole.MEMBER))
    assert submit(paid, by=member).submitted_by_id == member.person
    assert refused(submit, paid, now=NOW - timedelta(days=2)).code == "award_not_now"
    stranger = make_paid()
    paid.pool = stranger.pool
    assert refused(submit, paid).code == "job_pool"


def test_an_award_that_ends_at_this_moment_takes_no_job(machine, paid):
    Award.objects.filter(pk=paid.award.pk).update(state="ended", ended_at=NOW)
    with pytest.raises(Stale):
        submit(paid)
    assert balances(paid).held == 0
    paid.award.refresh_from_db()
    assert refused(submit, paid).code == "award_not_in_force"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_where_jobs_are_off_submitting_says_why(machine, paid, settings, language):
    settings.MADANG_TENANT_JOBS = "off"
    with translation.override(language):
        told = refused(submit, paid)
    assert told.code == "jobs_off"
    assert ("switched" in told.facts["why"]) is (language == "en")
    assert not Job.objects.exists()


def test_cancelled_before_it_is_handed_over_it_ends_at_once(machine, paid):
    job = submit(paid)
    actions.cancel(by=paid.by, now=NOW, job=job)
    assert fresh(job).state == JobState.CANCELLED
    with pytest.raises(Stale):
        actions.cancel(by=paid.by, now=NOW, job=job)
    job = settled(job)
    assert job.backend_id is None and (balances(paid).held, balances(paid).used) == (0, 0)


def test_cancelled_while_it_runs_it_pays_for_what_it_used(machine, paid):
    job = submit(paid, "echo up; sleep 600", seconds=900)
    job = work_until(job, lambda row: row.state == JobState.RUNNING)
    actions.cancel(by=paid.by, now=NOW, job=job)
    assert fresh(job).state == JobState.RUNNING
    job = settled(job)
    now = balances(paid)
    assert (job.state, job.reason_code) == (JobState.CANCELLED, "cancelled_running")
    assert now.held == 0 and now.used < 100 and now.left == 10_000 - now.used


def test_cancelled_while_somebody_hands_it_over_it_still_ends(machine, paid):
    job = submit(paid, "sleep 600", seconds=900)
    taken = actions.claim(now=NOW, jobs=queries.to_hand_over(NOW, 10))
    assert [one.pk for one in taken] == [job.pk]
    # The worker dies here; nobody knows whether the machine has the job.
    actions.cancel(by=paid.by, now=NOW, job=fresh(job))
    assert fresh(job).state == JobState.ACCEPTED
    chores.hand_over(NOW + actions.CLAIM / 2)
    assert fresh(job).state == JobState.ACCEPTED
    chores.hand_over(NOW + actions.CLAIM)
    assert fresh(job).state == JobState.WAITING
    assert settled(job).state == JobState.CANCELLED
    assert balances(paid).held == 0


def test_strangers_and_staff_do_not_cancel(machine, paid):
    job = submit(paid)
    for other in (actor(make_member()), make_actor(Role.OPERATOR), make_actor(Role.AUDITOR)):
        assert refused(actions.cancel, by=other, now=NOW, job=job).code == "not_allowed_for_role"


def test_a_job_that_the_machine_cannot_run_gives_its_hold_back(machine, paid):
    job = submit(paid, cores=64, seconds=100)
    job = settled(job)
    assert (job.state, job.reason_code) == (JobState.REFUSED, "larger_than_machine")
    assert balances(paid).left == 10_000


def test_an_ended_award_closes(machine, paid):
    before, waiting = submit(paid, "sleep 600", seconds=700), submit(paid, "sleep 600", cores=2, seconds=700)
    work_until(before, lambda row: row.state == JobState.RUNNING)
    later = submit(paid)
    Award.objects.filter(pk=paid.award.pk).update(state="ended", ended_at=NOW)
    chores.tell_limits(NOW)
    chores.cancel(NOW)
    assert fresh(later).state == JobState.CANCELLED and fresh(later).reason_code == "award_over"
    assert settled(waiting).state == JobState.CANCELLED
    chores.cancel(NOW + timedelta(hours=24) - timedelta(seconds=1))
    assert fresh(before).cancel_asked_at is None and fresh(before).state == JobState.RUNNING
    chores.cancel(NOW + timedelta(hours=24))
    assert settled(before).state == JobState.CANCELLED
    assert {fresh(job).told_state for job in (before, waiting, later)} == {"award_over"}
    assert balances(paid).held == 0


class Killed(BaseException):
    """Stands for a worker that dies: nothing catches it."""


def dies_after(monkeypatch, owner, name):
    """The worker dies, once, as this function has done its work and before it can do anything more."""
    real = getattr(owner, name)

    def call(*given, **named):
        monkeypatch.setattr(owner, name, real)
        real(*given, **named)
        raise Killed

    monkeypatch.setattr(owner, name, call)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "step", ["claim", "submit", "handed_over", "reports", "follow", "usage", "import_usage", "move_cursor", "settle"]
)
def test_a_worker_killed_between_any_two_steps_loses_nothing_and_charges_once(machine, monkeypatch, step):
    paid = make_paid()
    job = submit(paid, "sleep 1.1; echo done > done", seconds=100)
    owner = {"submit": backends.backend(), "reports": backends.backend(), "usage": backends.backend()}.get(
        step, actions
    )
    dies_after(monkeypatch, posting if step == "import_usage" else owner, step)
    died = []

    def round_of_a_worker():
        try:
            work(NOW + actions.CLAIM * (1 + len(died)))
        except Killed:
            died.append(step)
        row = fresh(job)
        return row if row.settled_at else None

    job = until(round_of_a_worker)
    work()
    now = balances(paid)
    assert died == [step] and job.state == JobState.SUCCEEDED
    assert now.held == 0 and 1 <= now.used <= 20 and now.left == 10_000 - now.used
    assert sum(one.amount for one in uses(job)) == now.used
    assert now.used == sum(piece.cores * seconds(piece) for piece in slices(job))
    assert Movement.objects.filter(subject=f"job:{job.pk}", kind="release").count() == 1
    assert [one.path for one in queries.outputs(job.pk)] == ["done"]


def slices(job):
    batch = backends.backend().usage("")
    found = list(batch.slices)
    while batch.slices:
        batch = backends.backend().usage(batch.cursor)
        found += batch.slices
    return [piece for piece in found if piece.job == job.backend_id]


def seconds(piece):
    return seconds_charged(piece.period)


def test_posting_all_usage_again_changes_nothing(machine, paid):
    job = settled(submit(paid, "sleep 1.1"))
    before = balances(paid)
    UsageCursor.objects.all().delete()
    assert chores.post_usage(NOW) == 0
    assert balances(paid) == before and uses(job)


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_that_each_fit_alone_never_overspend(machine):
    paid = make_paid(seconds=300)
    start, told = threading.Barrier(10), []

    def one():
        start.wait()
        try:
            told.append(submit(paid, seconds=100).pk)
        except Refused as refusal:
            told.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(answer, int) for answer in told) == 3
    assert [answer for answer in told if not isinstance(answer, int)] == ["not_enough_left"] * 7
    assert (balances(paid).held, balances(paid).left) == (300, 0)
    for job in Job.objects.all():
        actions.cancel(by=paid.by, now=NOW, job=job)


@pytest.mark.django_db(transaction=True)
def test_two_workers_settle_a_job_once(machine):
    paid = make_paid()
    job = submit(paid)
    actions.cancel(by=paid.by, now=NOW, job=job)
    start, done = threading.Barrier(2), []

    def one():
        start.wait()
        try:
            done.append(actions.settle(now=NOW, job=job.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    assert balances(paid).left == 10_000


def test_limits_follow_the_awards(machine, paid):
    make_paid(state="ended", ended_at=NOW)
    limits = {award: limit for award, *limit in places.limits()}
    assert limits[paid.award.pk] == [0, 128, True]
    assert [is_open for _, _, is_open in limits.values()].count(False) == 1


def test_hours_may_be_used_as_fast_as_the_machine_gives_them(machine, paid):
    by_hour = make_paid(grain="hour")
    limits = {award: limit for award, *limit in places.limits()}
    assert (limits[by_hour.award.pk], limits[paid.award.pk]) == ([0, places.MANY, True], [0, 128, True])


def test_use_beyond_the_hold_is_recorded_all_the_same(machine, paid):
    ledger.give_back(
        by=WORKER, now=NOW, owner=owner_of(paid.award.pk), pool=paid.pool.pk, amount=9_999, source="t", key="1"
    )
    job = submit(paid, "sleep 5", seconds=1)
    job = settled(job)
    assert job.state == JobState.TIMED_OUT
    now = balances(paid)
    assert now.held == 0 and now.used >= 1 and now.used == 1 + now.overrun


def test_days_of_the_award_are_the_centres(paid):
    assert date(2026, 4, 1) == actions._day(NOW)
    assert date(2026, 4, 2) == actions._day(NOW + timedelta(hours=12))
    assert not over(Job(state="running")) and work is not None
