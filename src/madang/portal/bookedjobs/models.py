"""Table of the jobs that bookings carry."""

from django.db import models
from django.db.models import Q

from madang.portal.awards.models import Award
from madang.portal.bookedjobs.rules import CarriedState
from madang.portal.bookings.models import Booking
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.environments.models import Environment
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import Shape
from madang.portal.people.models import Person
from madang.portal.resources.models import Pool


class BookedJob(models.Model):
    """A job as it will be submitted when its booking has begun; `key` makes it one job however often that is tried.

    `files_of`: an earlier job whose files it is given. `reason_code`: why it was refused.
    """

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="carried")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    argv = models.JSONField()
    environment = models.ForeignKey(Environment, null=True, on_delete=models.PROTECT, related_name="+")
    files_of = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    gpus = models.PositiveIntegerField(default=0)
    cores = models.PositiveIntegerField(default=1)
    memory_mb = models.PositiveIntegerField()
    wall_seconds = models.PositiveIntegerField()
    key = models.UUIDField(unique=True)
    state = models.CharField(max_length=10, choices=choices(CarriedState), default=CarriedState.OWED)
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="carried")
    reason_code = models.CharField(max_length=60, blank=True)
    reason_facts = models.JSONField(default=dict)
    chosen_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("bookedjob", "state", CarriedState),
            exactly_when("bookedjob_has_its_job", Q(state="submitted"), "job"),
            exactly_when("bookedjob_tried_when", ~Q(state="owed"), "tried_at"),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(reason_code="")) | (~Q(state="refused") & Q(reason_code="")),
                name="bookedjob_refused_why",
            ),
            models.CheckConstraint(condition=Q(wall_seconds__gt=0, cores__gte=1), name="bookedjob_asks_for_something"),
        ]
        indexes = [models.Index(fields=["state"], name="bookedjob_by_state")]

    @property
    def shape(self) -> Shape:
        """What it asks for."""
        return Shape(self.gpus, self.cores, self.memory_mb, self.wall_seconds)

    @property
    def nodes(self) -> int:
        """It is never spread; the page of shapes asks."""
        return 1
