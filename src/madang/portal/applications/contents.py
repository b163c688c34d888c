"""The whole content of an application as it is submitted and hashed."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from madang.portal.applications import queries


def written(row: Any) -> dict[str, Any]:
    """A draft's whole content as it is submitted: plain values only, so that its hash can be worked out anywhere."""
    return {
        "application": row.pk,
        "call": row.intake.call.code,
        "intake": row.intake.number,
        "track": row.track.code,
        "organisation": row.organisation_id,
        "department": row.department,
        "title": row.title,
        "sections": dict(row.sections),
        "claims": sorted(row.claims),
        "asks": [vars(queries.ask_line(ask)) for ask in row.asks.all()],
        "files": [
            {
                "name": one.name,
                "sha256": one.file.sha256,
                "size": one.file.size,
                "paper": one.evidence.code if one.evidence else None,
                "issued_on": one.issued_on.isoformat() if one.issued_on else None,
                "valid_until": one.valid_until.isoformat() if one.valid_until else None,
            }
            for one in row.attachments.all()
        ],
        "consents": [
            {
                "code": one.text.code,
                "version": one.text.version,
                "person": one.accepted_by_id,
                "accepted_at": one.accepted_at.astimezone(UTC).isoformat(timespec="seconds"),
            }
            for one in sorted(row.consents.all(), key=lambda one: (one.text.code, one.text.version))
        ],
    }
