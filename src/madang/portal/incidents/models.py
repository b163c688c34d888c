"""Tables of reports of damage and accidents, and of their steps."""

from django.db import models
from django.db.models import Q

from madang.portal.bookings.models import Booking, Closure
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.facilities.models import Facility
from madang.portal.files.models import StoredFile
from madang.portal.incidents.rules import IncidentKind, IncidentState, Severity
from madang.portal.people.models import Person


class IncidentReport(models.Model):
    """What somebody reports of a facility, how far that is, and the closure that it led to."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="incidents")
    booking = models.ForeignKey(Booking, null=True, on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField(max_length=10, choices=choices(IncidentKind))
    severity = models.CharField(max_length=10, choices=choices(Severity))
    what = models.CharField(max_length=200, blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=150, blank=True)
    state = models.CharField(max_length=10, choices=choices(IncidentState), default=IncidentState.REPORTED)
    closure = models.ForeignKey(Closure, null=True, on_delete=models.SET_NULL, related_name="incidents")
    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            one_of("incidentreport", "kind", IncidentKind),
            one_of("incidentreport", "severity", Severity),
            one_of("incidentreport", "state", IncidentState),
            exactly_when("incidentreport_settled_when", Q(state__in=["settled", "unfounded"]), "settled_at"),
        ]
        indexes = [models.Index(fields=["state", "reported_at"], name="incidentreport_by_state")]


class IncidentStep(models.Model):
    """One step of a report: to which state, by whom, with what words."""

    report = models.ForeignKey(IncidentReport, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=choices(IncidentState))
    words = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("incidentstep", "state", IncidentState)]
