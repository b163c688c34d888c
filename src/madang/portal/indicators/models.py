"""Tables of day totals, of worked-out public figures, and of figures that others reported."""

from django.db import models
from django.db.models import Q

from madang.portal.approvals.models import Approval
from madang.portal.awards.models import Award
from madang.portal.calls.models import Call, Intake
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


class FigureSet(models.Model):
    """All public figures as they were at one instant; the newest is shown, the last of each day is kept."""

    worked_out_at = models.DateTimeField(unique=True)
    figures = models.JSONField()


class IntakeFigures(models.Model):
    """What an intake's demand shows for good, released once with its decisions; `demand` is a `rules.Divided`."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    released_at = models.DateTimeField()
    threshold = models.PositiveSmallIntegerField()
    demand = models.JSONField()


class YearFigures(models.Model):
    """The figures of a year as two people froze them, word for word, with the SHA-256 of that text; never changed."""

    year = models.PositiveSmallIntegerField(unique=True)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()


class ReportedFigure(models.Model):
    """A figure on a call that somebody else published, shown beside ours with its source. `kind` empty: in all."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="reported_figures")
    measure = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, blank=True)
    number = models.BigIntegerField()
    source = models.CharField(max_length=200)
    reported_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "measure", "kind", "source"], name="reportedfigure_once"),
            models.CheckConstraint(
                condition=Q(measure__in=["applications", "awards", "gpus_asked", "gpus_given"]),
                name="reportedfigure_measure_known",
            ),
        ]
