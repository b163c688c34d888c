"""Table of answered requests, so that a repeated one gets the first one's answer."""

from django.db import models
from django.db.models import Q

from madang.portal.constraints import exactly_when
from madang.portal.people.models import Person


class AnsweredRequest(models.Model):
    """A request by one person with one key; `status` is empty while the first is still being worked on."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(null=True)
    location = models.CharField(max_length=300, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="answeredrequest_key_once"),
            exactly_when("answeredrequest_whole", Q(status__isnull=False), "body"),
        ]
