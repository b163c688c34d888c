"""Table of challenges."""

from django.db import models
from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.challenges.rules import ChallengeState
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person
from madang.portal.reviews.models import Reviewer


class Challenge(models.Model):
    """Whom an applicant wants kept from the application, in the applicant's words, and what came of it.

    `reviewer` is whom it was found to mean; without one it bars everybody who may be of that name.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="challenges")
    name = models.CharField(max_length=80)
    organisation = models.CharField(max_length=120, blank=True)
    reason = models.TextField()
    filed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices(ChallengeState), default=ChallengeState.WAITING)
    reviewer = models.ForeignKey(Reviewer, null=True, on_delete=models.PROTECT, related_name="challenges")
    decision = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("challenge", "state", ChallengeState),
            exactly_when("challenge_decided", ~Q(state="waiting"), "decided_by", "decided_at"),
        ]
