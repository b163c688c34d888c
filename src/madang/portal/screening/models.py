"""Table of the reports that organisations owe the body, which eligibility rules look at."""

from django.db import models

from madang.portal.constraints import exactly_when
from madang.portal.people.models import Organisation, Person


class OwedReport(models.Model):
    """A report that an organisation owes by a day; overdue after that day until it is received.

    `noted_by` is nobody where a call asks for it (outcomes).
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="owed_reports")
    title = models.CharField(max_length=160)
    due_on = models.DateField()
    noted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    received_on = models.DateField(null=True)
    received_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["organisation", "due_on"], name="owedreport_by_organisation")]
        constraints = [
            exactly_when("owedreport_received_by_whom", models.Q(received_on__isnull=False), "received_by"),
            models.UniqueConstraint(fields=["organisation", "title", "due_on"], name="owedreport_once"),
        ]
