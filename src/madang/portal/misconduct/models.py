"""Table of findings of misconduct in an evaluation; what was annulled stays."""

from django.db import models
from django.db.models import Q

from madang.portal.constraints import exactly_when
from madang.portal.people.models import Person
from madang.portal.reviews.models import Reviewer


class Misconduct(models.Model):
    """Misconduct of an expert, found on a day. It counts from its confirmation by a second person until annulled."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="misconduct")
    found_on = models.DateField()
    ground = models.CharField(max_length=1000)
    reference = models.CharField(max_length=120)
    noted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    annulled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    annulled_at = models.DateTimeField(null=True)
    annulled_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            exactly_when("misconduct_confirmed_by_whom", Q(confirmed_at__isnull=False), "confirmed_by"),
            exactly_when("misconduct_annulled_by_whom", Q(annulled_at__isnull=False), "annulled_by"),
            models.CheckConstraint(
                condition=Q(annulled_at__isnull=True) | (Q(confirmed_at__isnull=False) & ~Q(annulled_reason="")),
                name="misconduct_annulled_after_confirmed",
            ),
        ]
