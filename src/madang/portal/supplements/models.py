"""Table of the supplements that were asked for."""

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award, AwardLine
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.entitlements.models import Entitlement
from madang.portal.people.models import Person
from madang.portal.supplements.rules import SupplementState


class Supplement(models.Model):
    """That an award's organisation asks for `asked` more of one of its products; `quantity` may be set lower.

    Of an award one at a time is asked for, and one at all granted: `added` is the line that it became.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="supplements")
    line = models.ForeignKey(AwardLine, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=choices(SupplementState), default=SupplementState.ASKED)
    asked = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    reasons = models.TextField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    less_reason = models.CharField(max_length=1000, blank=True)
    decision = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    added = models.OneToOneField(AwardLine, null=True, on_delete=models.PROTECT, related_name="supplement")

    class Meta:
        constraints = [
            one_of("supplement", "state", SupplementState),
            models.UniqueConstraint(
                fields=["award"], condition=Q(state__in=["asked", "granted"]), name="supplement_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=F("asked")), name="supplement_within_asked"
            ),
            exactly_when("supplement_decided", ~Q(state="asked"), "decided_by", "decided_at"),
            exactly_when("supplement_granted_has_line", Q(state="granted"), "added"),
        ]
