"""The table of charges whose energy was measured."""

from django.db import models
from django.db.models import Q

from madang.portal.awards.models import Award
from madang.portal.resources.models import Pool


class MeasuredUse(models.Model):
    """A charge of the ledger, by its source's key, and the joules that were measured for its seconds."""

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7, db_index=True)
    seconds = models.BigIntegerField()
    joules = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="measureduse_once"),
            models.CheckConstraint(condition=Q(seconds__gt=0, joules__gte=0), name="measureduse_not_negative"),
        ]
