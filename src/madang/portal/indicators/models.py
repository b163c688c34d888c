"""Tables of day totals, from which the public figures are read, and of drawn charts."""

from django.db import models

from madang.portal.awards.models import Award
from madang.portal.resources.models import Pool


class DayUse(models.Model):
    """Seconds used in one pool by one award on one of the centre's days, rolled up from movements."""

    day = models.DateField()
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="+")
    seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "pool", "award"], name="dayuse_once")]


class RollUpCursor(models.Model):
    """The last movement that day totals contain; one row a name."""

    name = models.CharField(max_length=40, unique=True)
    movement = models.BigIntegerField(default=0)


class Chart(models.Model):
    """A picture that the worker drew for a figure, by the digest of the data it shows."""

    name = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    digest = models.CharField(max_length=64)
    svg = models.TextField()
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "language", "digest"], name="chart_once")]
