"""Tables of how a track's applicants review each other, and of each application that takes part."""

from django.db import models
from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.calls.models import Intake, Track
from madang.portal.constraints import exactly_when
from madang.portal.people.models import Person
from madang.portal.reviews.models import Reviewer


class PeerExchange(models.Model):
    """Who reviews whom in one track of an intake: proposed anew until it is confirmed, then fixed.

    `content` holds what was worked out: `groups` (application: number from 1) and `chosen` (application: persons),
    `basis_sha256` the digest of all that it stands on.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="exchanges")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="exchanges")
    content = models.JSONField()
    basis_sha256 = models.CharField(max_length=64)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "track"], name="peerexchange_once"),
            exactly_when("peerexchange_confirmed_whole", Q(confirmed_at__isnull=False), "confirmed_by", "due_at"),
        ]


class PeerEntry(models.Model):
    """An application that takes part, its review group, and who reviews for it; forfeited when their reviews lack."""

    exchange = models.ForeignKey(PeerExchange, on_delete=models.PROTECT, related_name="entries")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="peer_entry")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="peer_entries")
    group = models.PositiveSmallIntegerField()
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    forfeited_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    forfeited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(group__gte=1), name="peerentry_group_from_one"),
            exactly_when("peerentry_reminded_when", Q(reminders__gte=1), "reminded_at"),
            exactly_when("peerentry_forfeited_by_whom", Q(forfeited_at__isnull=False), "forfeited_by"),
        ]
