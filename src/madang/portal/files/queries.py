"""Where a stored content lies, and which stored contents nothing points to any more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from madang.portal.files.models import StoredFile


def folder() -> Path:
    """The folder of all contents in the centre's home."""
    return Path(settings.MADANG_HOME) / "files"


def path_of_content(sha256: str) -> Path:
    """Where a content with this hash lies, or would lie."""
    return folder() / sha256[:2] / sha256


def path_of(stored: StoredFile) -> Path:
    """Where the content of a stored file lies on disk."""
    return path_of_content(stored.sha256)


def unused(before: datetime) -> QuerySet[StoredFile]:
    """Contents last stored before an instant to which no row of any table points."""
    rows = StoredFile.objects.filter(stored_at__lt=before)
    # hidden ones too: nearly every domain points here without a name for the way back
    relations = [
        one for one in StoredFile._meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete
    ]
    for relation in relations:
        pointing = relation.related_model._base_manager.filter(**{relation.field.attname: OuterRef("pk")})
        rows = rows.exclude(Exists(pointing))
    return rows.order_by("pk")
