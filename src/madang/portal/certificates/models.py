"""Table of certificates."""

from django.db import models
from django.db.models import Q

from madang.portal.constraints import exactly_when
from madang.portal.learners.models import Learner
from madang.portal.people.models import Person


class Certificate(models.Model):
    """That a learner completed a cohort, under the name that they chose; one that was revoked stays to be seen."""

    learner = models.OneToOneField(Learner, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=50, unique=True)
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80, blank=True)
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            exactly_when("certificate_revoked_by_whom", Q(revoked_at__isnull=False), "revoked_by"),
        ]
