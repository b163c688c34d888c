"""The API of submitted versions: each stays readable as it was, whatever was submitted after it."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal.faces import one
from madang.portal.journal import actions as journal
from madang.portal.versions import queries

router = Router(tags=["applications"])


class VersionLineOut(Schema):
    """A submitted version with the SHA-256 of its content in hexadecimal."""

    number: int
    submitted_at: datetime
    content_sha256: str


class SubmittedVersionOut(VersionLineOut):
    """A version with its whole content, as it was hashed."""

    content: dict[str, Any]


def _found(request: HttpRequest, id: int) -> Any:
    row = queries.application(request.actor, id)
    if row is None:
        raise Http404
    given = {"kind": "application", "subject": id, "whose": row.created_by_id, "organisation": row.organisation_id}
    journal.read(by=request.actor, now=request.now, what="view", **given)
    return row


@router.get("/applications/{int:id}/versions", response=list[VersionLineOut], operation_id="list_versions")
@paginate(LimitOffsetPagination)
def list_versions(request: HttpRequest, id: int) -> Any:
    """The versions of an application that were submitted, newest first."""
    return queries.versions(_found(request, id))


@router.get(
    "/applications/{int:id}/versions/{int:number}", response=SubmittedVersionOut, operation_id="get_submitted_version"
)
def get_version(request: HttpRequest, id: int, number: int) -> Any:
    """One version as it was submitted."""
    return one(queries.versions(_found(request, id)), number=number)
