"""Table of messages owed to persons or addresses."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.outbox.rules import MessageState


class Message(models.Model):
    """One mail; `key` makes writing it twice impossible and is its stable Message-ID. `calendar`: an RFC 5546 entry."""

    key = models.CharField(max_length=120, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="messages")
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    code = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=600, blank=True)
    calendar = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=choices(MessageState), default=MessageState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="message_due"),
            models.Index(fields=["written_at"], condition=Q(state="failed"), name="message_failed"),
        ]
        constraints = [
            one_of("message", "state", MessageState),
            exactly_when("message_sent_has_time", Q(state=MessageState.SENT.value), "sent_at"),
        ]
