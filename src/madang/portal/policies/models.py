"""Tables of allocation policies, one row a version, and of the committed seeds of lotteries."""

from django.db import models
from django.db.models import Q

from madang.portal.calls.models import Intake
from madang.portal.people.models import Person


class AllocationPolicy(models.Model):
    """One version of an intake's policy. Never edited: a change is a further version of the same number.

    `policy` and `rules` are the library's documents, `reference` the unit in which pools are compared, or null.
    `rates` says of each rule of overbooking what its rate of use rests on, measurements as whole numbers.
    `made_from` is the version that it was changed from. A withdrawn policy is no longer offered.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="policies")
    number = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField(default=1)
    name_ko = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    policy = models.JSONField()
    rules = models.JSONField(default=list)
    reference = models.JSONField(null=True)
    rates = models.JSONField(default=dict)
    made_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "number", "version"], name="allocationpolicy_version_once"),
            models.CheckConstraint(condition=Q(number__gte=1) & Q(version__gte=1), name="allocationpolicy_from_one"),
        ]


class LotterySeed(models.Model):
    """The seed of an intake's lotteries, drawn by the portal; its digest is published before the first plan."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="lottery_seed")
    seed = models.BigIntegerField()
    commitment = models.CharField(max_length=64)
    committed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    committed_at = models.DateTimeField()
