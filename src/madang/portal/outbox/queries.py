"""Reads messages: a person's own, and for operators and auditors what was sent and what failed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.outbox.models import Message
from madang.portal.outbox.rules import MessageState
from madang.portal.tasks import Task


def own(by: Actor) -> QuerySet[Message]:
    """What was mailed to a person, newest first; messages whose text was destroyed are left out."""
    return Message.objects.filter(person=by.person, person__isnull=False).exclude(body="").order_by("-pk")


def messages(by: Actor) -> QuerySet[Message]:
    """All messages, newest first, for an operator or an auditor; their texts are nobody's business but the person's."""
    rows = Message.objects.defer("body", "link").order_by("-pk")
    return rows if by.has(Role.OPERATOR, Role.AUDITOR) else rows.none()


def counts(by: Actor) -> dict[str, int]:
    """How many messages wait and how many have failed."""
    rows = messages(by)
    return {
        "waiting": rows.filter(state=MessageState.WAITING).count(),
        "failed": rows.filter(state=MessageState.FAILED).count(),
    }


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For an operator: mails that could not be delivered."""
    if not by.has(Role.OPERATOR):
        return []
    failed = counts(by)["failed"]
    return [Task(gettext("Mails that could not be delivered"), reverse("outbox"), failed)] if failed else []
