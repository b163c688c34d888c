"""Tables of coursework and of who completed it."""

from django.db import models
from django.db.models import Q

from madang.portal.courses.models import Cohort
from madang.portal.learners.models import Learner
from madang.portal.people.models import Person


class Coursework(models.Model):
    """A piece of work that a class is given, for one track or for all; a certificate counts what is required."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="coursework")
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    track = models.CharField(max_length=60, blank=True)
    required = models.BooleanField()
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(title_ko="") & ~Q(title_en=""), name="coursework_has_title")]
        indexes = [models.Index(fields=["cohort", "due_at"], name="coursework_of_cohort")]


class CourseworkDone(models.Model):
    """That a learner completed a piece, as who teaches them says; no row: not completed."""

    coursework = models.ForeignKey(Coursework, on_delete=models.CASCADE, related_name="done")
    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="coursework_done")
    noted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coursework", "learner"], name="courseworkdone_once")]
