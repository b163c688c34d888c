"""How jobs wait and run again, through the portal on the real machine: arrays, holds, order, dependencies, the book."""

import os
import signal
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from backends.local_site import until
from factories import NOW, actor, make_actor, make_job, make_member
from portal.jobs.conftest import balances, fresh, make_paid, over, settled, submit, work, work_until

from madang.compute.local import records
from madang.errors import Refused, Stale
from madang.portal import backends
from madang.portal.actors import Role
from madang.portal.cluster import actions as cluster
from madang.portal.cluster.rules import Hold
from madang.portal.jobs import actions, arrays, chores, queries, steering, waiting
from madang.portal.jobs import machine as jobs_machine
from madang.portal.jobs.forms import JobForm
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import USUAL, JobState, Shape, Terms, check_terms
from madang.portal.jobs.terms import TermsForm
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger.models import Movement

SHAPE = Shape(0, 1, 256, 60)


def rows(job):
    return Job.objects.filter(pk=job.pk)


def array_of(job):
    return Job.objects.filter(array=job.array).order_by("array_index")


def waits(job, code):
    return work_until(job, lambda row: row.state == JobState.WAITING and row.reason_code == code)


@pytest.mark.parametrize(
    ("terms", "files", "code"),
    [
        (Terms(priority=1001), 0, "job_priority"),
        (Terms(priority=-1001), 0, "job_priority"),
        (Terms(elements=0), 0, "job_elements"),
        (Terms(elements=1001), 0, "job_elements"),
        (Terms(checkpoint_seconds=60), 0, "job_checkpoint_seconds"),
        (Terms(elements=1000), 11, "job_array_too_large"),
        (Terms(elements=1000, after=tuple((n, True) for n in range(11))), 0, "job_array_too_large"),
    ],
)
def test_terms_beyond_their_bounds_are_refused(terms, files, code):
    with pytest.raises(Refused) as caught:
        check_terms(terms, SHAPE, files)
    assert caught.value.code == code


@pytest.mark.django_db
def test_one_machine_takes_no_job_on_several_nodes_and_does_not_offer_it(machine, paid):
    given = {"award": paid.award, "pool": paid.pool, "name": "wide", "argv": ["true"], "files": ()}
    shape = Shape(0, 2, 256, 60, 2)
    with pytest.raises(Refused, match="job_one_node"):
        actions.submit(by=paid.by, now=NOW, shape=shape, key=uuid.uuid4(), **given)
    assert "nodes" not in JobForm(places=()).fields and "nodes" in JobForm(places=(), most_nodes=2).fields
    job = submit(paid, on_hold=True, cores=2)
    rows(job).update(nodes=2)
    assert jobs_machine.spec(fresh(job)).nodes == 2
    assert "priority" in TermsForm({"elements": 1, "priority": 1, "checkpoint_seconds": 0}, most_priority=0).errors


def test_terms_at_their_bounds_are_taken():
    check_terms(USUAL, SHAPE, 200)
    check_terms(Terms(priority=1000, elements=1000, checkpoint_seconds=59), SHAPE, 10)
    check_terms(Terms(priority=-1000, after=tuple((n, True) for n in range(200))), SHAPE, 200)


def test_an_array_is_numbered_jobs_each_with_a_hold_of_its_own(machine, paid):
    job = submit(paid, "echo $MADANG_ARRAY_INDEX of $MADANG_ARRAY_COUNT; exit $MADANG_ARRAY_INDEX", elements=3)
    jobs = list(array_of(job))
    assert [one.array_index for one in jobs] == [0, 1, 2] and jobs[0] == job
    assert [one.title for one in jobs] == ["job [0]", "job [1]", "job [2]"]
    assert (balances(paid).held, balances(paid).left) == (180, 9_820)
    assert {one.subject: one.amount for one in Movement.objects.filter(kind="hold")} == {
        f"job:{one.pk}": 60 for one in jobs
    }
    for number, one in enumerate(jobs):
        row = settled(one)
        assert (row.state, row.exit_code) == (JobState.FAILED if number else JobState.SUCCEEDED, number)
        assert log_of(row) == f"{number} of 3\n"
    now = balances(paid)
    assert now.held == 0 and now.granted == now.used + now.left
    assert arrays.counts([job.array]) == {job.array: {JobState.SUCCEEDED: 1, JobState.FAILED: 2}}
    assert queries.amounts(*[one.pk for one in jobs]) == (0, now.used)


def log_of(job):
    return jobs_machine.log(job, 0).data.decode()


def test_an_array_that_cannot_be_paid_for_leaves_nothing_behind(machine, paid):
    with pytest.raises(Refused) as caught:
        submit(paid, seconds=4_000, elements=3)
    assert (caught.value.code, caught.value.facts) == ("not_enough_left", {"asked": 12_000, "left": 10_000})
    assert not Job.objects.exists() and balances(paid).held == 0


def test_the_same_key_is_the_same_array(machine, paid):
    key = uuid.uuid4()
    first = submit(paid, elements=3, key=key)
    assert submit(paid, elements=3, key=key) == first and Job.objects.count() == 3
    with pytest.raises(Refused, match="job_key_reused"):
        submit(paid, elements=4, key=key)
    with pytest.raises(Refused, match="job_key_reused"):
        submit(paid, key=key)


def test_an_array_is_cancelled_as_a_whole(machine, paid):
    job = submit(paid, "sleep 600", seconds=700, elements=4)
    work_until(job, lambda row: row.state == JobState.RUNNING)
    own = queries.listed(paid.by, array=job.array)
    for other in (actor(make_member()), make_actor(Role.OPERATOR), make_actor(Role.AUDITOR)):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            actions.cancel_array(by=other, now=NOW, jobs=own)
    assert actions.cancel_array(by=paid.by, now=NOW, jobs=own) == 4
    with pytest.raises(Stale):
        actions.cancel_array(by=paid.by, now=NOW, jobs=own)
    assert {settled(one).state for one in array_of(job)} == {JobState.CANCELLED}
    assert balances(paid).held == 0


def test_a_job_on_hold_starts_once_it_is_released(machine, paid):
    job = submit(paid, on_hold=True)
    waits(job, "held")
    assert steering.steer(by=paid.by, now=NOW, jobs=rows(job), on_hold=False) == 1
    assert settled(job).state == JobState.SUCCEEDED
    assert list(JournalEntry.objects.filter(action="jobs.steer").values_list("subject", flat=True)) == [str(job.pk)]


def test_a_job_is_held_back_while_it_waits_and_what_has_started_is_not(machine, paid):
    blocker = submit(paid, "sleep 600", cores=2, seconds=700)
    work_until(blocker, lambda row: row.state == JobState.RUNNING)
    with pytest.raises(Stale):
        steering.steer(by=paid.by, now=NOW, jobs=rows(blocker), on_hold=True)
    job = submit(paid)
    waits(job, "waits_for_cores")
    steering.steer(by=paid.by, now=NOW, jobs=rows(job), on_hold=True, priority=7)
    actions.cancel(by=paid.by, now=NOW, job=blocker)
    settled(blocker)
    row = waits(job, "held")
    assert (row.on_hold, row.priority, row.steered, row.steering) == (True, 7, 1, 1)
    steering.steer(by=paid.by, now=NOW, jobs=rows(job), on_hold=False)
    assert (settled(job).on_hold, fresh(job).state) == (False, JobState.SUCCEEDED)


def test_a_change_that_came_while_a_worker_died_handing_over_is_told(machine, paid):
    """The machine has the job as it was submitted; the change follows, whenever it was made."""
    chores.tell_limits(NOW)
    job = submit(paid, on_hold=True)
    (taken,) = actions.claim(now=NOW, jobs=queries.to_hand_over(NOW, 10))
    backends.backend().submit(machine_spec(taken))
    steering.steer(by=paid.by, now=NOW, jobs=rows(job), on_hold=False)
    later = NOW + 2 * actions.CLAIM

    def ended():
        work(later)
        return over(fresh(job))

    until(ended)
    assert fresh(job).state == JobState.SUCCEEDED


def test_priority_orders_the_jobs_of_an_award(machine, paid):
    blocker = submit(paid, "sleep 600", cores=2, seconds=700)
    work_until(blocker, lambda row: row.state == JobState.RUNNING)
    first, second = submit(paid, cores=2), submit(paid, cores=2, priority=-5)
    waits(second, "waits_behind")
    steering.steer(by=paid.by, now=NOW, jobs=rows(second), priority=5)
    waits(second, "waits_for_cores")
    actions.cancel(by=paid.by, now=NOW, job=blocker)
    assert settled(second).started_at < settled(first).started_at


def test_strangers_and_staff_do_not_steer(machine, paid):
    job = submit(paid)
    for other in (actor(make_member()), make_actor(Role.OPERATOR), make_actor(Role.AUDITOR)):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            steering.steer(by=other, now=NOW, jobs=rows(job), on_hold=True)
    with pytest.raises(Refused, match="job_priority"):
        steering.steer(by=paid.by, now=NOW, jobs=rows(job), priority=1001)


@pytest.mark.parametrize("ok", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_a_job_starts_after_another_as_it_was_asked(machine, paid, ok, fails):
    before = submit(paid, on_hold=True)
    job = submit(paid, after=((before.pk, ok),))
    assert waits(job, "waits_for_success" if ok else "waits_for_job").reason_facts == {"job": before.pk}
    if fails:
        actions.cancel(by=paid.by, now=NOW, job=before)
    else:
        steering.steer(by=paid.by, now=NOW, jobs=rows(before), on_hold=False)
    job = settled(job)
    if ok and fails:
        assert (job.state, job.reason_code) == (JobState.CANCELLED, "job_before_failed")
        assert job.reason_facts == {"job": before.pk} and balances(paid).held == 0
    else:
        assert job.state == JobState.SUCCEEDED and job.started_at >= settled(before).ended_at


def test_after_an_array_means_after_all_its_jobs(machine, paid):
    array = submit(paid, "sleep 0.$MADANG_ARRAY_INDEX", elements=3)
    wanted = waiting.chosen(paid.by, str(array.array))
    job = settled(submit(paid, after=tuple((one, True) for one in wanted)))
    assert job.started_at >= max(settled(one).ended_at for one in array_of(array))
    stranger = make_paid()
    assert waiting.chosen(stranger.by, str(array.array)) == waiting.chosen(stranger.by, str(job.pk)) == []
    assert list(waiting.choices(stranger.by)) == []


@pytest.mark.parametrize("ok", [True, False])
def test_what_waits_for_a_job_that_never_reached_the_machine_does_not_wait_for_ever(machine, paid, ok):
    before = submit(paid, on_hold=True)
    job = submit(paid, after=((before.pk, ok),))
    actions.cancel(by=paid.by, now=NOW, job=before)
    job = settled(job)
    assert job.state == (JobState.CANCELLED if ok else JobState.SUCCEEDED)
    assert not ok or job.reason_facts == {"job": before.pk}


def test_what_waits_is_handed_over_only_after_what_it_waits_for(machine, paid):
    before = submit(paid, "sleep 600", seconds=700)
    actions.claim(now=NOW, jobs=[before])  # by a worker that died
    job = submit(paid, after=((before.pk, True),))
    chores.hand_over(NOW)
    assert fresh(job).state == JobState.ACCEPTED
    chores.hand_over(NOW + actions.CLAIM)
    chores.hand_over(NOW + actions.CLAIM)
    assert {fresh(before).state, fresh(job).state} == {JobState.WAITING}
    actions.cancel(by=paid.by, now=NOW, job=before)
    settled(job)


def test_only_jobs_of_the_same_award_can_be_waited_for(machine, paid):
    theirs = make_job(make_paid().award)
    for job in (theirs.pk, 10**9):
        with pytest.raises(Refused, match="job_after"):
            submit(paid, after=((job, True),))


def test_a_job_that_is_run_again_uses_no_more_than_it_holds(machine, paid):
    job = submit(paid, "echo up $MADANG_RESTART_COUNT $MADANG_WALL_SECONDS; sleep 600", seconds=900, requeue=True)
    job = work_until(job, lambda row: row.state == JobState.RUNNING)
    until(lambda: log_of(job).count("up") == 1)
    folder = backends.spool() / "jobs" / job.backend_id
    os.kill(records.read(folder, "start", 0)["pid"], signal.SIGKILL)
    job = work_until(job, lambda row: row.state == JobState.RUNNING and row.restarts == 1)
    until(lambda: log_of(job).count("up") == 2)
    assert balances(paid).held + balances(paid).used == 900
    second = log_of(job).splitlines()[1].split()
    assert second[:2] == ["up", "1"] and 0 < int(second[2]) < 900
    actions.cancel(by=paid.by, now=NOW, job=job)
    job = settled(job)
    now = balances(paid)
    assert (job.state, job.restarts, now.held) == (JobState.CANCELLED, 1, 0)
    assert now.used == queries.amounts(job.pk)[1] and now.left == 10_000 - now.used
    assert Movement.objects.filter(kind="overrun").count() == 0


def test_a_job_has_a_network_where_its_award_allows_it(machine, paid, client):
    kept = submit(paid, "cat /proc/net/dev")
    row = settled(kept)
    assert not row.network and interfaces(log_of(row)) == ["lo"]
    by = make_actor(Role.OPERATOR)
    cluster.set_terms(by=by, now=NOW, award=paid.award, hold=Hold.CAP, stop_percent=100, network=True)
    assert JournalEntry.objects.get(action="cluster.set_terms").facts["network"] is True
    client.force_login(paid.owner)
    client.cookies["madang_language"] = "en"
    assert "None: its award does not allow any" in client.get(f"/jobs/{kept.pk}/").content.decode()
    job = submit(paid, "cat /proc/net/dev")
    row = settled(job)
    assert row.network and JournalEntry.objects.filter(action="jobs.hand_over", subject=job.pk, facts__network=True)
    assert interfaces(log_of(row)) == interfaces(Path("/proc/net/dev").read_text())
    assert "as its award allows" in client.get(f"/jobs/{job.pk}/").content.decode()


def interfaces(text):
    """The names in what /proc/net/dev says."""
    return [line.partition(":")[0].strip() for line in text.splitlines() if ":" in line]


def test_the_machine_knows_the_class_of_an_award(machine, paid):
    job = submit(paid)
    assert machine_spec(job).fair_share_class == paid.award.organisation.kind == "company"


def machine_spec(job):
    return jobs_machine.spec(fresh(job))


def test_an_array_is_known_in_the_list_until_all_of_it_has_ended(machine, paid):
    job = submit(paid, elements=2, on_hold=True)
    assert list(waiting.choices(paid.by)) == [job]
    Job.objects.filter(pk=job.pk).update(state="cancelled", ended_at=NOW + timedelta(seconds=1))
    assert list(waiting.choices(paid.by)) == [job]
    Job.objects.filter(array=job.array).update(state="cancelled", ended_at=NOW)
    assert list(waiting.choices(paid.by)) == []
