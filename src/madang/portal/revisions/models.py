"""Table of what sheets said before they were opened again."""

from django.db import models

from madang.portal.people.models import Person
from madang.portal.reviews.models import ReviewAssignment


class SheetVersion(models.Model):
    """A sheet as it was handed in, kept when it was opened again: points and comments by criterion code.

    When retention is over the words go and the points stay.
    """

    assignment = models.ForeignKey(ReviewAssignment, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    points = models.JSONField()
    comments = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    submitted_at = models.DateTimeField()
    reopened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    restored_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "number"], name="sheetversion_number_once")]
