"""Tables of meetings of committees, of who was there, of points on top, and of minutes that no longer change."""

from django.db import models
from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees.models import Committee
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.meetings.rules import MeetingState
from madang.portal.people.models import Person
from madang.portal.reviews.models import Reviewer


class Meeting(models.Model):
    """One step of a committee's work on one day; who leads it, what they all think, and where it stands."""

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="meetings")
    step = models.CharField(max_length=12, choices=choices(ReviewStep))
    state = models.CharField(max_length=10, choices=choices(MeetingState), default=MeetingState.PLANNED)
    meets_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    arranged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    arranged_at = models.DateTimeField()
    chair = models.ForeignKey(Reviewer, null=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(null=True)
    opinion = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            one_of("meeting", "step", ReviewStep),
            one_of("meeting", "state", MeetingState),
            models.UniqueConstraint(
                fields=["committee", "step"], condition=~Q(state="cancelled"), name="meeting_of_a_step_once"
            ),
            exactly_when("meeting_begun", Q(state__in=["sitting", "closed"]), "chair", "began_at"),
        ]


class Attendance(models.Model):
    """Whether a member was there."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendance")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="+")
    here = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "reviewer"], name="attendance_once")]


class CommitteePoints(models.Model):
    """What a committee adds to an application's score (above 0) or takes off (below), and why; never in the sheets."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="points")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    points = models.SmallIntegerField()
    reason = models.CharField(max_length=500)
    noted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "application"], name="committeepoints_once"),
            models.CheckConstraint(condition=~Q(points=0), name="committeepoints_not_nothing"),
        ]


class Minutes(models.Model):
    """What a meeting came to as its chair approved it, with its SHA-256; people stand in it by number. Never edited."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="minutes")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="minutes_number_once")]
