"""Table of decisions."""

from django.db import models
from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.decisions.rules import Outcome
from madang.portal.plans.models import Plan


class Decision(models.Model):
    """What was decided for one application: outcome, reason as code and facts, held until published.

    `rank` is the place by score among `among`; `criteria_milli` maps criterion codes to thousandths of a point.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="decision")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=choices(Outcome))
    score_milli = models.PositiveIntegerField(null=True)
    reserve_place = models.PositiveIntegerField(null=True)
    reason_code = models.CharField(max_length=60)
    reason_facts = models.JSONField(default=dict)
    rank = models.PositiveIntegerField(null=True)
    among = models.PositiveIntegerField(null=True)
    criteria_milli = models.JSONField(default=dict)
    decided_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("decision", "outcome", Outcome),
            exactly_when("decision_reserve_has_place", Q(outcome="reserve"), "reserve_place"),
        ]
