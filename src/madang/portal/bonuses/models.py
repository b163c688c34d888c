"""Table of what officers found of claims of bonus points; the claims themselves are part of the application."""

from django.db import models
from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.bonuses.rules import JUDGED, ClaimState
from madang.portal.calls.models import BonusRule
from madang.portal.constraints import choices, exactly_when
from madang.portal.people.models import Person


class BonusVerdict(models.Model):
    """An officer's verdict on one claim with the reason. Taken back it stays, with who did so and why."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="bonus_verdicts")
    rule = models.ForeignKey(BonusRule, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=choices(ClaimState))
    reason = models.CharField(max_length=500)
    judged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField()
    undone_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in JUDGED]), name="bonusverdict_state_judged"
            ),
            models.UniqueConstraint(
                fields=["application", "rule"], condition=Q(undone_at__isnull=True), name="bonusverdict_once"
            ),
            exactly_when("bonusverdict_undone_by_whom", Q(undone_at__isnull=False), "undone_by"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | ~Q(undone_reason=""), name="bonusverdict_undone_says_why"
            ),
        ]
