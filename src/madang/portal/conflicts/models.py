"""Table of a call's own rules on conflicts of interest."""

from django.db import models

from madang.portal.calls.models import Call
from madang.portal.people.models import Person


class ConflictRuleSet(models.Model):
    """One version of a call's rules, for all its tracks; never edited, the last one counts.

    `rules` holds severity and years by ground, whole, so that they stay what they were when a tradition changes; a
    ground that is not there is no conflict. Where a call has none, the tradition of each track counts.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="conflict_rule_sets")
    number = models.PositiveSmallIntegerField()
    rules = models.JSONField()
    report_days = models.PositiveSmallIntegerField(null=True)
    domains = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="conflictruleset_number_once")]
