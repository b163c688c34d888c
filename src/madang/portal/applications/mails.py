"""The receipts and notices that applicants get by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import translation

from madang.portal.applications import queries
from madang.portal.calls import queries as calls
from madang.portal.eligibility import queries as eligibility
from madang.portal.eligibility import texts
from madang.portal.eligibility.rules import Finding
from madang.portal.outbox import actions as outbox


def reasons(unfit: Sequence[Finding]) -> str:
    """Why an organisation may not apply, in the reader's language, one sentence a rule."""
    names = eligibility.region_names()
    return " ".join(texts.found(finding, names).text for finding in unfit)


def receipt(submission: Any, now: datetime) -> None:
    """Owes the receipt to every member of the organisation."""
    row = submission.application
    files = "\n".join(f"- {one['name']}: {one['sha256']}" for one in submission.content["files"]) or "-"
    _tell(
        row,
        now,
        code="application_submitted",
        key=f"application_submitted:{submission.pk}",
        link=f"/applications/{row.pk}/receipt/",
        number=row.number,
        submitted_at=submission.submitted_at,
        version=submission.number,
        sha256=submission.content_sha256,
        files=files,
    )


def withdrawn(row: Any, now: datetime) -> None:
    """Owes the notice that an application was withdrawn."""
    _tell(
        row,
        now,
        code="application_withdrawn",
        key=f"application_withdrawn:{row.pk}",
        link=f"/applications/{row.pk}/",
        number=row.number,
        withdrawn_at=now,
    )


def _tell(row: Model | Any, now: datetime, *, code: str, key: str, link: str, **facts: object) -> None:
    for person in queries.people_of(row.organisation_id):
        with translation.override(person.language):
            call = calls.titled(row.intake.call)
        outbox.write(
            now=now,
            key=f"{key}:{person.pk}",
            code=code,
            person=person.pk,
            address=person.email,
            language=person.language,
            link=link,
            title=row.title,
            call=call,
            **facts,
        )
