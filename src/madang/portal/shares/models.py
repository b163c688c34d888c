"""The table of how the machine is shared, in versions."""

from django.db import models

from madang.portal.constraints import choices, one_of
from madang.portal.people.models import Person
from madang.portal.shares.rules import Borrowing


class ShareSetting(models.Model):
    """How kinds of organisations share the machine, as `compute.protocol.ClassShares` says; the newest row holds."""

    weights = models.JSONField()
    parts = models.JSONField()
    borrowing = models.CharField(max_length=7, choices=choices(Borrowing))
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("sharesetting", "borrowing", Borrowing)]
