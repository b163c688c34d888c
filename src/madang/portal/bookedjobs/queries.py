"""Reads the jobs that bookings carry: a booking's, a job's booking, what is due to be submitted or ended."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from madang.portal.actors import Actor
from madang.portal.bookedjobs import rules
from madang.portal.bookedjobs.models import BookedJob
from madang.portal.bookedjobs.rules import CarriedState
from madang.portal.bookings import queries as bookings
from madang.portal.bookings.models import Booking
from madang.portal.bookings.rules import AHEAD, BookingState
from madang.portal.jobs.models import Job, JobFile
from madang.portal.jobs.places import Place, places
from madang.portal.jobs.rules import FINAL_STATES


def of_booking(by: Actor, booking: int) -> BookedJob | None:
    """The job that a booking carries, as far as the actor may see the booking."""
    rows = BookedJob.objects.filter(booking__in=bookings.bookings(by).order_by().values("pk"), booking=booking)
    return rows.select_related("award", "pool", "environment", "job", "files_of").first()


def booking_of(job: int) -> Booking | None:
    """The booking that a job started with, for a caller who may see the job."""
    return Booking.objects.filter(carried__job=job).prefetch_related("booked__facility").first()


def offered(by: Actor, booking: Booking, now: datetime) -> list[Place]:
    """Where a booking's job may run: the awards of its own organisation."""
    return [place for place in places(by, now) if place.award.organisation_id == booking.organisation_id]


def earlier(by: Actor, booking: Booking) -> QuerySet[Job]:
    """Jobs of the organisation whose files can be given again, newest first."""
    with_files = JobFile.objects.filter(job=OuterRef("pk"))
    rows = Job.objects.filter(Exists(with_files), award__organisation=booking.organisation_id, cleared_at__isnull=True)
    rows = rows.filter(award__organisation__in=by.memberships).select_related("award")
    return rows.order_by("-pk")


def may_carry(by: Actor, booking: Booking, now: datetime, carried: BookedJob | None) -> bool:
    """Whether the actor may choose a job for a booking, or another one."""
    kinds = {one.facility.kind for one in booking.booked.all()}
    over = booking.ends_at <= now or booking.state not in AHEAD | {BookingState.USED}
    settled = carried is not None and carried.state not in rules.OPEN
    return by.member_of(booking.organisation_id) and rules.can_carry(kinds) and not over and not settled


def to_begin(now: datetime, limit: int) -> list[BookedJob]:
    """Those whose booking has begun and was checked in, and those of which a worker died in the middle."""
    begun = BookedJob.objects.filter(booking__state=BookingState.USED, booking__starts_at__lte=now)
    rows = begun.filter(state__in=[CarriedState.OWED, CarriedState.STARTING])
    joined = rows.select_related("booking", "award__organisation", "pool", "environment", "files_of", "person")
    return list(joined.order_by("pk")[:limit])


def to_end(now: datetime, limit: int) -> list[Job]:
    """Jobs that go on though their booking is over."""
    rows = Job.objects.filter(carried__booking__ends_at__lte=now, cancel_asked_at__isnull=True)
    return list(rows.exclude(state__in=FINAL_STATES).order_by("pk")[:limit])
