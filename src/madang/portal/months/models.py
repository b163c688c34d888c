"""Tables of charges that came again otherwise, of checks of a month against the backend, and of closed months."""

from django.db import models
from django.db.models import F, Q

from madang.portal.approvals.models import Approval
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.months.rules import CheckState, DifferenceState
from madang.portal.people.models import Person
from madang.portal.resources.models import Pool


class UsageDifference(models.Model):
    """A charge that came again with another amount or place (`code` "changed"), or an oddity of the backend's.

    `stands` is what is in the book, `came` what came, in the pool unit's seconds; an oddity has neither, nor a pool.
    `revision` counts how often the charge was taken over anew.
    """

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    code = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    owner = models.CharField(max_length=40, blank=True)
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=40, blank=True)
    month = models.CharField(max_length=7, blank=True)
    day = models.DateField(null=True)
    stands = models.BigIntegerField(null=True)
    came = models.BigIntegerField(null=True)
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=choices(DifferenceState), default=DifferenceState.OPEN)
    noted_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["state", "month"], name="usagedifference_open")]
        constraints = [
            one_of("usagedifference", "state", DifferenceState),
            models.UniqueConstraint(fields=["source", "key"], name="usagedifference_once"),
            exactly_when("usagedifference_decided", ~Q(state="open"), "decided_by", "decided_at"),
            exactly_when("usagedifference_of_a_charge", Q(code="changed"), "pool", "day", "stands", "came"),
            models.CheckConstraint(condition=Q(code="changed") | ~Q(state="settled"), name="usagedifference_settled"),
        ]


class MonthCheck(models.Model):
    """What the book says of a month beside what the backend itself says; never changed once it is done.

    `digest` is of the book's side. `equal` and `differing` count the lines.
    """

    month = models.CharField(max_length=7)
    state = models.CharField(max_length=10, choices=choices(CheckState), default=CheckState.WANTED)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    equal = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            one_of("monthcheck", "state", CheckState),
            exactly_when("monthcheck_done", Q(state="done"), "checked_at"),
            models.UniqueConstraint(fields=["month"], condition=Q(state="wanted"), name="monthcheck_wanted_once"),
        ]


class CheckLine(models.Model):
    """One source, owner and unit of a check, in seconds; a difference may be accepted, with a reason."""

    check_of = models.ForeignKey(MonthCheck, on_delete=models.PROTECT, related_name="lines")
    source = models.CharField(max_length=40)
    owner = models.CharField(max_length=40)
    unit = models.CharField(max_length=10)
    booked = models.BigIntegerField()
    reported = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    accepted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["check_of", "source", "owner", "unit"], name="checkline_once"),
            exactly_when("checkline_accepted", ~Q(reason=""), "accepted_by", "accepted_at"),
            models.CheckConstraint(condition=Q(reason="") | ~Q(booked=F("reported")), name="checkline_differs"),
        ]


class MonthClose(models.Model):
    """That a month was closed on a check, by two people, and perhaps reopened by two."""

    month = models.CharField(max_length=7)
    check_of = models.OneToOneField(MonthCheck, on_delete=models.PROTECT, related_name="close")
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    reopening = models.OneToOneField(Approval, null=True, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month"], condition=Q(reopened_at__isnull=True), name="monthclose_in_force_once"
            ),
            exactly_when("monthclose_reopened", Q(reopened_at__isnull=False), "reopening"),
        ]
