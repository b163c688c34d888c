"""Tables of suggestions who reviews what, and of reviewers' bids with the time in which they are taken."""

from django.db import models
from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.calls.models import Intake
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person
from madang.portal.reviews.models import Reviewer
from madang.portal.suggestions.rules import SuggestionState, Wish


class AssignmentSuggestion(models.Model):
    """Who could review what in an intake, worked out by a worker; an intake has one at a time that can be confirmed.

    `moves`: sheets that nobody has begun may be given to somebody else. `content` is what the worker found, ids as
    text; `basis_sha256` the digest of all that it stands on.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="suggestions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=choices(SuggestionState), default=SuggestionState.WAITING)
    moves = models.BooleanField(default=False)
    content = models.JSONField(default=dict)
    basis_sha256 = models.CharField(max_length=64, blank=True)
    progress = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)
    claimed_until = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("assignmentsuggestion", "state", SuggestionState),
            models.UniqueConstraint(fields=["intake", "number"], name="assignmentsuggestion_number_once"),
            models.UniqueConstraint(
                fields=["intake"], condition=Q(state__in=["waiting", "found"]), name="assignmentsuggestion_one_going"
            ),
            exactly_when(
                "assignmentsuggestion_confirmed_by_whom", Q(state="confirmed"), "confirmed_by", "confirmed_at"
            ),
        ]


class BidPeriod(models.Model):
    """From `opened_at` until before `until` reviewers say which applications of an intake they would like to have."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="bid_period")
    until = models.DateTimeField()
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()


class Bid(models.Model):
    """How much a reviewer would like to review an application; who says nothing has no row."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="bids")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="bids")
    wish = models.CharField(max_length=10, choices=choices(Wish))
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("bid", "wish", Wish),
            models.UniqueConstraint(fields=["application", "reviewer"], name="bid_once"),
        ]
