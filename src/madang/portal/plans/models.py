"""Table of allocation plans."""

from django.db import models
from django.db.models import Q

from madang.portal.calls.models import Intake
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.people.models import Person
from madang.portal.plans.rules import PlanState
from madang.portal.policies.models import AllocationPolicy


class Plan(models.Model):
    """A proposed allocation of one intake: the whole input, the policy, the result. Never edited, only superseded.

    `problem` and `result` are the documents of `madang.allocation` (the result without its copy of the problem);
    `reasons` holds code and facts for every request; `outline` what pages show, worked out by the solving child;
    `pseudonyms` maps request ids to application ids and stays here. `own` is the policy of the intake's own that it
    follows, null for one of the standard ones; `moved_from` the plan of which a number was moved. `failure` is the
    code and the facts of a refusal.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    policy = models.JSONField()
    own = models.ForeignKey(AllocationPolicy, null=True, on_delete=models.PROTECT, related_name="plans")
    moved_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="moves")
    seed = models.BigIntegerField(default=0)
    commitment = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=choices(PlanState), default=PlanState.SOLVING)
    problem = models.JSONField()
    problem_hash = models.CharField(max_length=64)
    pseudonyms = models.JSONField()
    result = models.JSONField(null=True)
    faults = models.JSONField(null=True)
    reasons = models.JSONField(default=dict)
    outline = models.JSONField(null=True)
    progress = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)
    claimed_until = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("plan", "state", PlanState),
            models.UniqueConstraint(fields=["intake", "number"], name="plan_number_once"),
            models.UniqueConstraint(fields=["intake"], condition=Q(state="adopted"), name="plan_one_adopted"),
            exactly_when(
                "plan_solved_whole",
                ~Q(state__in=["solving", "failed", "cancelled"]),
                "solved_at",
                "result",
                "faults",
                "outline",
            ),
            only_when("plan_adopted_has_time", Q(state="adopted"), "adopted_at"),
        ]
