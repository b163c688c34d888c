"""Hands stored contents to the browser as downloads that it neither opens nor guesses at, and takes tables from it."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import FileResponse, HttpRequest

from madang.errors import Unavailable
from madang.portal.faces import tried
from madang.portal.files import actions, queries, tables
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import ATTACHMENTS, clean_name

# What the API's document says of an operation that answers with a file.
BINARY_ANSWER = {"responses": {200: {"description": "The file", "content": {"application/octet-stream": {}}}}}


def answer(stored: StoredFile, name: str) -> FileResponse:
    """An attachment under its own name (RFC 5987 for Hangul); Unavailable when the content is not on disk."""
    try:
        content = queries.path_of(stored).open("rb")
    except FileNotFoundError as error:
        raise Unavailable(f"content {stored.sha256} is not on disk") from error
    response = FileResponse(content, as_attachment=True, filename=name, content_type=stored.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def attached(request: HttpRequest, form: Form) -> dict[str, Any]:
    """The paper or photo that a form brought, stored, as `file` and `file_name`; taken out of what the form says.

    Nothing where none came or is asked for. Refused as `actions.store`.
    """
    upload = form.cleaned_data.pop("file", None)
    if not upload:
        return {}
    stored = actions.store(now=request.now, name=upload.name, allowed=ATTACHMENTS, upload_chunks=upload.chunks())
    return {"file": stored, "file_name": clean_name(upload.name)}


def taken(request: HttpRequest, form: Form) -> StoredFile | None:
    """The table that a form brought, kept to be looked at; None while there is none, or the form says why not."""
    if request.method != "POST" or not form.is_valid():
        return None
    upload = form.cleaned_data["file"]
    return tried(form, lambda: tables.keep(now=request.now, name=upload.name, chunks=upload.chunks()))
