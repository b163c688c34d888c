"""Tables of what the cluster noted of its nodes, of what that comes to by day, and of how far it was read."""

from django.db import models
from django.db.models import F, Q

from madang.compute.availability import Condition
from madang.portal.constraints import choices, one_of
from madang.portal.resources.rules import PoolUnit


class NodeEvent(models.Model):
    """A node was out of service from `starts_at` until `ends_at`, which is empty while it is; as slurmdbd has it.

    A row with an empty node says what the whole cluster had installed. `state` and `reason` are the cluster's own
    words; `gpus` counts the GPUs by type.
    """

    cluster = models.CharField(max_length=40)
    node = models.CharField(max_length=64, blank=True)
    condition = models.CharField(max_length=9, choices=choices(Condition))
    state = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    cores = models.PositiveIntegerField()
    gpus = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["cluster", "ends_at"], name="nodeevent_by_end")]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "node", "starts_at"], name="nodeevent_once"),
            one_of("nodeevent", "condition", Condition),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="nodeevent_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(condition="installed", node="") | ~Q(condition="installed") & ~Q(node=""),
                name="nodeevent_installed_is_the_whole_cluster",
            ),
        ]


class NodeDay(models.Model):
    """Seconds of one of the centre's days, of one type of GPU or of cores: installed, of these down, and drained."""

    cluster = models.CharField(max_length=40)
    day = models.DateField()
    unit = models.CharField(max_length=5, choices=choices(PoolUnit))
    kind = models.CharField(max_length=30, blank=True)
    installed = models.BigIntegerField()
    down = models.BigIntegerField(default=0)
    drained = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cluster", "day", "unit", "kind"], name="nodeday_once"),
            one_of("nodeday", "unit", PoolUnit),
            models.CheckConstraint(
                condition=Q(installed__gt=0, down__gte=0, drained__gte=0) & Q(installed__gte=F("down") + F("drained")),
                name="nodeday_within_installed",
            ),
        ]


class NodeReading(models.Model):
    """How far a cluster's events were read: everything in [since, until)."""

    cluster = models.CharField(max_length=40, unique=True)
    since = models.DateTimeField()
    until = models.DateTimeField()
