"""The jobs of bookings: what may be chosen, that each is submitted once, by the ordinary checks, and ends in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from factories import actor, make_actor, make_facility, make_job, make_member
from portal.bookings.april import hours
from portal.jobs.conftest import balances, machine, machine_home, make_paid, work  # noqa: F401

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.bookedjobs import actions, chores
from madang.portal.bookedjobs.models import BookedJob
from madang.portal.bookings import actions as bookings
from madang.portal.jobs import actions as jobs
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import JobState, Shape
from madang.portal.outbox.models import Message

pytestmark = pytest.mark.django_db
PERIOD = hours(0, 2, day=3)
START = PERIOD.start


@pytest.fixture
def paid():
    return make_paid()


def booked(paid, kind="simulator", period=PERIOD):
    sim = make_facility(kind=kind, opens=0, closes=1440, weekdays=127)
    given = {"organisation": paid.award.organisation_id, "facilities": [sim.pk], "purpose": "x", "period": period}
    return bookings.book(by=paid.by, now=START - timedelta(days=1), **given), sim


def wanted(paid, seconds=3600, **given):
    return replace(actions.Wanted(paid.award, paid.pool, "run", ["true"], Shape(0, 1, 256, seconds)), **given)


def choose(paid, booking, want=None, **given):
    act = {"by": paid.by, "now": START - timedelta(hours=1), "booking": booking.pk} | given
    return actions.choose(**act, wanted=want or wanted(paid))


def came(paid, booking, sim, now=START):
    bookings.check_in(by=paid.by, now=now, booking=booking.pk, code=sim.door_code)


def carried(booking):
    return BookedJob.objects.get(booking=booking)


def refused(call, *given, **named):
    with pytest.raises(Refused) as caught:
        call(*given, **named)
    return caught.value.code


def test_the_job_starts_with_its_booking_once_and_is_charged_to_the_award(machine, paid):  # noqa: F811
    booking, sim = booked(paid)
    choose(paid, booking)
    assert chores.begin(START) == 0 and balances(paid).held == 0
    came(paid, booking, sim, START - timedelta(minutes=10))
    assert chores.begin(START - timedelta(minutes=1)) == 0
    assert chores.begin(START + timedelta(seconds=90 * 60)) == 1
    job = Job.objects.get()
    assert carried(booking).job == job and job.submitted_by_id == paid.owner.pk
    # an hour was asked for; half an hour of the booking is left
    assert (job.wall_seconds, balances(paid).held) == (1800, 1800)
    assert chores.begin(PERIOD.end - timedelta(seconds=1)) == 0 and Job.objects.count() == 1
    assert refused(choose, paid, booking, now=START + timedelta(hours=1)) == "booked_job_begun"
    assert chores.end(PERIOD.end - timedelta(seconds=1)) == 0
    assert chores.end(PERIOD.end) == 1
    job.refresh_from_db()
    assert (job.state, job.told_state) == (JobState.CANCELLED, "booking_ended")
    work(PERIOD.end)
    assert balances(paid).left == 10_000


def test_a_worker_that_dies_in_the_middle_submits_the_same_job_again(machine, paid):  # noqa: F811
    booking, sim = booked(paid)
    row = choose(paid, booking)
    came(paid, booking, sim)
    claimed = actions._claim(now=START, row=row)
    given = {"award": paid.award, "pool": paid.pool, "name": "run", "argv": ["true"], "files": []}
    first = jobs.submit(by=paid.by, now=START, shape=claimed.shape, key=row.key, **given)
    assert refused(choose, paid, booking, now=START) == "booked_job_begun"
    assert chores.begin(START + timedelta(hours=1)) == 1
    assert carried(booking).job == first and Job.objects.count() == 1


@pytest.mark.parametrize(("why", "code"), [("paid", "not_enough_left"), ("left", "not_allowed_for_role")])
def test_what_is_refused_is_told_and_the_booking_stays(machine, paid, why, code):  # noqa: F811
    booking, _sim = booked(paid)
    choose(paid, booking, wanted(paid, shape=Shape(0, 4 if why == "paid" else 1, 256, 3600)))
    if why == "left":
        paid.owner.memberships.update(left_at=START)
    bookings.check_in(by=make_actor(Role.OPERATOR), now=START, booking=booking.pk)
    assert chores.begin(START) == 1 and chores.begin(START) == 0
    row = carried(booking)
    assert (row.state, row.reason_code, Job.objects.count()) == ("refused", code, 0)
    booking.refresh_from_db()
    assert booking.state == "used"
    assert "run" in Message.objects.get(code="booked_job_refused").body


def test_a_booking_that_is_cancelled_or_missed_starts_nothing(paid):
    booking, _sim = booked(paid)
    choose(paid, booking)
    bookings.cancel(by=paid.by, now=START - timedelta(minutes=30), booking=booking.pk)
    assert chores.begin(START) == 0 and carried(booking).state == "owed"
    assert refused(choose, paid, booking) == "booking_over"


def test_what_may_be_chosen(paid):
    booking, _sim = booked(paid)
    other = make_paid()
    assert refused(choose, paid, booking, wanted(paid, 7201)) == "booked_job_too_long"
    assert refused(choose, paid, booking, wanted(other)) == "booked_job_elsewhere"
    assert refused(choose, paid, booking, wanted(paid, files_of=make_job(other.award))) == "booked_job_elsewhere"
    assert refused(choose, paid, booking, wanted(paid, pool=other.pool)) == "job_pool"
    assert refused(choose, paid, booking, wanted(paid, argv=[])) == "job_command"
    assert refused(choose, paid, booking, by=make_actor(Role.OPERATOR)) == "not_allowed_for_role"
    assert refused(choose, paid, booking, by=actor(make_member())) == "not_found"
    table, _ = booked(paid, kind="equipment")
    assert refused(choose, paid, table) == "booking_without_simulator"
    choose(paid, booking)
    choose(paid, booking, wanted(paid, name="another"))
    assert carried(booking).name == "another"
    actions.drop(by=paid.by, now=START, booking=booking.pk)
    with pytest.raises(Stale):
        actions.drop(by=paid.by, now=START, booking=booking.pk)
