"""Tables of lessons and of who came."""

from django.db import models
from django.db.models import F, Q

from madang.portal.bookings.models import Booking
from madang.portal.constraints import exactly_when
from madang.portal.courses.models import Cohort
from madang.portal.learners.models import Learner
from madang.portal.people.models import Person


class Lesson(models.Model):
    """A lesson on [starts_at, ends_at), for one track or for all; `booking` is its room.

    `code` is what learners enter, once a teacher has opened it.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="lessons")
    title = models.CharField(max_length=120)
    track = models.CharField(max_length=60, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    booking = models.OneToOneField(Booking, null=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=6, null=True)
    opened_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="lesson_ends_after_start"),
            exactly_when("lesson_code_when", Q(code__isnull=False), "opened_at"),
        ]
        indexes = [models.Index(fields=["cohort", "starts_at"], name="lesson_of_cohort")]


class Presence(models.Model):
    """That a learner came to a lesson or, as somebody corrected with a reason, did not; no row: nobody saw them."""

    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="presences")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="presences")
    came = models.BooleanField()
    noted_at = models.DateTimeField()
    corrected_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "learner"], name="presence_once"),
            models.CheckConstraint(
                condition=Q(corrected_by__isnull=False) | Q(came=True), name="presence_by_code_is_there"
            ),
        ]
