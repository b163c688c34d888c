"""Tables of qualifications, which facility asks for which, and who holds them until when."""

from django.db import models
from django.db.models import F, Q

from madang.portal.constraints import exactly_when
from madang.portal.courses.models import Course
from madang.portal.facilities.models import Facility
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Person


class Qualification(models.Model):
    """Something that a facility can ask for; whoever has a certificate of its `course` holds it without an end."""

    code = models.CharField(max_length=30, unique=True)
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    course = models.ForeignKey(Course, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()


class FacilityRequirement(models.Model):
    """That a facility can be used only by somebody who holds a qualification."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="requirements")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="requirements")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "qualification"], name="facilityrequirement_once"),
        ]


class QualificationGrant(models.Model):
    """That a person holds a qualification on [given_on, expires_on), with what shows it; one that is revoked stays."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="grants")
    given_on = models.DateField()
    expires_on = models.DateField()
    evidence = models.CharField(max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=150, blank=True)
    granted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_on__gt=F("given_on")), name="qualificationgrant_days_in_order"),
            exactly_when("qualificationgrant_revoked_by_whom", Q(revoked_at__isnull=False), "revoked_by"),
        ]
        indexes = [models.Index(fields=["person", "qualification"], name="qualificationgrant_held")]
