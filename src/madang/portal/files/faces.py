"""Hands a stored content to the browser as a download that it neither opens nor guesses at."""

from __future__ import annotations

from django.http import FileResponse

from madang.errors import Unavailable
from madang.portal.files import queries
from madang.portal.files.models import StoredFile

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
