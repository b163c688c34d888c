"""What is held of people who use facilities: qualifications, and what they wrote about damage and accidents."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from madang.portal.incidents.models import IncidentReport, IncidentStep
from madang.portal.qualifications.models import QualificationGrant


def due_grants(before: datetime) -> QuerySet[QualificationGrant]:
    """Qualifications of people that were no longer valid before an instant."""
    day = before.astimezone(settings.MADANG_ZONE).date()
    return QualificationGrant.objects.filter(Q(expires_on__lt=day) | Q(revoked_at__lt=before))


def remove_grants(ids: list[int], now: datetime) -> None:
    QualificationGrant.objects.filter(pk__in=ids).delete()


def due_incidents(before: datetime) -> QuerySet[IncidentReport]:
    """Reports of damage and accidents that ended before an instant and still have words or a file."""
    return IncidentReport.objects.filter(settled_at__lt=before).exclude(what="", file__isnull=True)


def empty_incidents(ids: list[int], now: datetime) -> None:
    """Words and files go; that a facility had damage, how bad and when, stays."""
    IncidentReport.objects.filter(pk__in=ids).update(what="", file=None, file_name="")
    IncidentStep.objects.filter(report__in=ids).update(words="")
