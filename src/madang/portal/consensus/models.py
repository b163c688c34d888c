"""Tables of consensuses, of the sheets that moderators sent, and of what each reviewer said to them."""

from django.db import models
from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.consensus.rules import ConsensusState
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person
from madang.portal.reviews.models import Reviewer


class Consensus(models.Model):
    """A moderator's work on one application; `points`, `reasons` and `comment` are the sheet as it is being written.

    `reason` says why it was closed over an objection, or taken up again.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="consensus")
    moderator = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=choices(ConsensusState), default=ConsensusState.WRITING)
    points = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    appointed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            one_of("consensus", "state", ConsensusState),
            exactly_when("consensus_closed_has_time", Q(state="closed"), "closed_at"),
        ]


class AgreedSheet(models.Model):
    """One version of the sheet as a moderator sent it to the reviewers. Never edited; the last one counts."""

    consensus = models.ForeignKey(Consensus, on_delete=models.PROTECT, related_name="sheets")
    number = models.PositiveSmallIntegerField()
    points = models.JSONField()
    reasons = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    sent_by = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consensus", "number"], name="agreedsheet_number_once")]


class Assent(models.Model):
    """What one reviewer said to one version: that they agree, or why not."""

    sheet = models.ForeignKey(AgreedSheet, on_delete=models.PROTECT, related_name="assents")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="+")
    agrees = models.BooleanField()
    reason = models.CharField(max_length=1000, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "reviewer"], name="assent_once"),
            models.CheckConstraint(condition=Q(agrees=True) | ~Q(reason=""), name="assent_objection_says_why"),
        ]
