"""Reads the submitted versions of an application, for those who may see it."""

from __future__ import annotations

from django.db.models import QuerySet

from madang.portal.actors import Actor
from madang.portal.applications import queries as applications
from madang.portal.applications.models import Application, Submission


def application(by: Actor, pk: int) -> Application | None:
    """An application that was ever submitted, with the names of its track's parts."""
    rows = applications.visible(by).filter(pk=pk, in_force__isnull=False)
    return rows.prefetch_related("track__sections", "track__products__product").first()


def versions(row: Application) -> QuerySet[Submission]:
    """Its versions with who sent them, newest first; for a caller who has been allowed to see the application."""
    return Submission.objects.filter(application=row).select_related("submitted_by").order_by("-number")
