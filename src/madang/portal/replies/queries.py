"""Reads until when applicants may reply, and what they wrote: their own for them, all for staff and auditors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.applications.models import Application
from madang.portal.replies.models import Reply, ReplyPeriod
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.tasks import Task


def applications(by: Actor) -> QuerySet[Application]:
    """The applications of the actor's organisations whose reviews can be read and answered, or could be."""
    rows = Application.objects.filter(organisation__in=by.memberships, state__in=REVIEWED_STATES, number__isnull=False)
    return rows.filter(intake__reply_period__isnull=False).select_related("intake__call", "intake__reply_period")


def reply(by: Actor, application: int) -> Reply | None:
    """What was answered for one application, for its organisation's members, for staff and auditors."""
    rows = Reply.objects.filter(application=application)
    rows = rows if by.reads_everything else rows.filter(application__organisation__in=by.memberships)
    return rows.first()


def replies(applications: Iterable[int]) -> list[Reply]:
    """What was answered for these applications, in order of their numbers; for who may read them anyway."""
    return list(
        Reply.objects.filter(application__in=applications)
        .select_related("application__intake__call")
        .order_by("application__number")
    )


def period(by: Actor, intake: int) -> ReplyPeriod | None:
    """The time for replies of an intake, for staff and auditors."""
    return ReplyPeriod.objects.filter(intake=intake).first() if by.reads_everything else None


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For an applicant: reviews that may be answered and were not."""
    if not by.memberships:
        return []
    open_now = applications(by).filter(intake__reply_period__until__gt=now, reply__isnull=True)
    text = gettext("Reviews of your application can be answered")
    return [
        Task(text, reverse("application-reply", args=[row.pk]), 1, row.intake.reply_period.until)
        for row in open_now.order_by("pk")
    ]
