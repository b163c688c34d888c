"""Tables of the rules on idle awards, by date, and of take-backs."""

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award
from madang.portal.calls.models import Call
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person
from madang.portal.resources.models import Pool
from madang.portal.takebacks.rules import AnswerKind, TakeBackState


class IdleRule(models.Model):
    """From a day on, for one call or (without one) the centre: use below `percent` of the plan after so many days.

    Of several the one with the latest day counts, a call's own before the centre's; percent 0 looks at nothing.
    """

    call = models.ForeignKey(Call, null=True, on_delete=models.PROTECT, related_name="idle_rules")
    starts_on = models.DateField()
    percent = models.PositiveSmallIntegerField()
    after_days = models.PositiveSmallIntegerField()
    grace_days = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__lte=100) & Q(after_days__gte=1) & Q(grace_days__gte=10), name="idlerule_figures"
            ),
        ]


class TakeBack(models.Model):
    """One pool of an award that lies idle: the finding of a day, the notice, the answer, and what came of it.

    Amounts are seconds of the pool's unit. `whole`: the award holds units by the month and can only be ended whole.
    `freed` are the unit-hours of months ahead that became the pool's again.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="take_backs")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=choices(TakeBackState), default=TakeBackState.NOTICED)
    whole = models.BooleanField()
    percent = models.PositiveSmallIntegerField()
    found_on = models.DateField()
    planned = models.BigIntegerField()
    used = models.BigIntegerField()
    left = models.BigIntegerField()
    amount = models.BigIntegerField()
    first_amount = models.BigIntegerField()
    reason = models.CharField(max_length=1000)
    noticed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answer_kind = models.CharField(max_length=10, choices=choices(AnswerKind), blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reduced_reason = models.CharField(max_length=1000, blank=True)
    decision = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    taken = models.BigIntegerField(default=0)
    freed = models.PositiveIntegerField(default=0)
    exempt_until = models.DateField(null=True)

    class Meta:
        constraints = [
            one_of("takeback", "state", TakeBackState),
            models.UniqueConstraint(fields=["award", "pool"], condition=Q(state="noticed"), name="takeback_open_once"),
            exactly_when("takeback_decided", ~Q(state="noticed"), "decided_by", "decided_at"),
            exactly_when("takeback_answered", ~Q(answer_kind=""), "answered_by", "answered_at"),
            models.CheckConstraint(condition=Q(answer_by__gt=F("noticed_at")), name="takeback_time_to_answer"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) & Q(amount__lte=F("first_amount")), name="takeback_only_reduced"
            ),
            models.CheckConstraint(
                condition=~Q(state="taken_back") | (Q(taken__gt=0) & Q(decided_at__gte=F("answer_by"))),
                name="takeback_after_notice",
            ),
            models.CheckConstraint(
                condition=Q(exempt_until__isnull=True) | Q(state="dropped"), name="takeback_exempt_when_dropped"
            ),
        ]
