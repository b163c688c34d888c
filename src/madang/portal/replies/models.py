"""Tables of the right of reply: until when an intake's applicants may answer, and what each wrote."""

from django.db import models

from madang.portal.applications.models import Application
from madang.portal.calls.models import Intake
from madang.portal.people.models import Person


class ReplyPeriod(models.Model):
    """From `opened_at` until before `until` the applicants of an intake read their reviews and may answer."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="reply_period")
    until = models.DateTimeField()
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()


class Reply(models.Model):
    """What an applicant answered to the reviews of one application; it may be changed until the deadline."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="reply")
    text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
