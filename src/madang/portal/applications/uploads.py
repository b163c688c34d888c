"""Takes the file that an applicant attaches, with the copy that reviewers of a blind call get."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from madang.portal.applications.models import Application
from madang.portal.files.actions import store, without_metadata
from madang.portal.files.cleaning import CLEANABLE
from madang.portal.files.rules import ATTACHMENTS, clean_name


def kept(row: Application, *, now: datetime, name: str, chunks: Iterable[bytes], evidence: str) -> dict[str, Any]:
    """What `applications.actions.attach` needs of an upload; never inside a transaction.

    In a blind call a copy without metadata is made at once, so that whoever attaches the file hears when that cannot
    be. A paper that the track asks for shows who applies by itself: it goes to screening, and needs no copy.
    Refused: as `files.actions.store` and `without_metadata`.
    """
    blind = row.intake.call.blind and not evidence
    allowed = CLEANABLE if blind else ATTACHMENTS
    stored = store(now=now, name=name, allowed=allowed, upload_chunks=chunks)
    copy = without_metadata(now=now, stored=stored, name=name) if blind else None
    return {"file": stored.pk, "name": clean_name(name), "cleaned": copy.pk if copy else None}
