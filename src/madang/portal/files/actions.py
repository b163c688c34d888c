"""Stores uploaded contents by their hash, whole or not at all, and clears away what nothing points to."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from madang.errors import Refused
from madang.portal.files import cleaning, contents, queries, rules
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import FileKind
from madang.portal.transactions import action

CHUNK = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def store(
    *,
    now: datetime,
    name: str,
    allowed: frozenset[FileKind],
    upload_chunks: Iterable[bytes] | None = None,
    path: Path | None = None,
) -> StoredFile:
    """Keeps one content, from an upload's chunks or a file on this machine, and returns its row.

    Call it before the action whose row points to it, never inside: writing a large file would hold the database.
    What no row points to is cleared away after two days. The same content is kept once. Refused: "file_empty",
    "file_too_large", "file_type_lies", "file_type_unknown", "file_type_not_allowed", "file_has_macros",
    "archive_bomb", "archive_escapes", "disk_full"; nothing stays on disk then.
    """
    shown = rules.clean_name(name)
    chunks = upload_chunks if upload_chunks is not None else _chunks_of(path)
    with _temporary() as draft:
        sha256, size = _write(draft, chunks, shown)
        if not size and FileKind.ANY not in allowed:
            raise Refused("file_empty", name=shown)
        kind = rules.judge(shown, contents.look(draft), allowed)
        stored = _row(sha256=sha256, size=size, media_type=rules.MEDIA_TYPES[kind], now=now)
        _put(draft, queries.path_of_content(sha256))
    return stored


def without_metadata(*, now: datetime, stored: StoredFile, name: str) -> StoredFile:
    """Keeps a copy of a content without what names its makers; a process makes it, so never inside a transaction.

    Refused: "file_not_cleanable", and as `store`.
    """
    shown = rules.clean_name(name)
    kind = next(kind for kind, media_type in rules.MEDIA_TYPES.items() if media_type == stored.media_type)
    with _temporary() as draft:
        cleaning.clean(kind, queries.path_of(stored), draft, shown)
        return store(now=now, name=f"copy.{kind}", allowed=cleaning.CLEANABLE, path=draft)


def _chunks_of(path: Path | None) -> Iterator[bytes]:
    if path is None:
        raise ValueError("store needs upload_chunks or path")
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


@contextlib.contextmanager
def _temporary() -> Iterator[Path]:
    """A new file beside the contents, gone in the end whatever happens; a full disk is a refusal."""
    folder = queries.folder()
    draft: Path | None = None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(prefix="upload-", dir=folder)
        os.close(descriptor)
        draft = Path(made)
        yield draft
    except OSError as error:
        if error.errno in _FULL:
            raise Refused("disk_full") from error
        raise
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def _write(draft: Path, chunks: Iterable[bytes], name: str) -> tuple[str, int]:
    limit = settings.MADANG_UPLOAD_LIMIT_MB * 1024 * 1024
    digest, size = hashlib.sha256(), 0
    with draft.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise Refused("file_too_large", name=name, limit_mb=settings.MADANG_UPLOAD_LIMIT_MB)
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def _put(draft: Path, final: Path) -> None:
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft.replace(final)
    for folder in (final.parent, final.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@action
def _row(*, sha256: str, size: int, media_type: str, now: datetime) -> StoredFile:
    """The row comes before the file and is made young again, so that clearing away cannot take what is stored anew."""
    if not StoredFile.objects.filter(sha256=sha256).update(stored_at=now):
        # a second upload of the same content at the same moment: its row serves both
        StoredFile.objects.bulk_create(
            [StoredFile(sha256=sha256, size=size, media_type=media_type, stored_at=now)], ignore_conflicts=True
        )
    return StoredFile.objects.get(sha256=sha256)


def clear_away(*, before: datetime, limit: int = 100) -> int:
    """Removes contents that nothing points to and that were last stored before an instant; returns how many."""
    return sum(_remove(stored=row.pk, sha256=row.sha256, before=before) for row in queries.unused(before)[:limit])


@action
def _remove(*, stored: int, sha256: str, before: datetime) -> int:
    """Row and file go together; a row can come to point here only after `store` has made this one young again."""
    gone, _ = queries.unused(before).filter(pk=stored).delete()
    if gone:
        queries.path_of_content(sha256).unlink(missing_ok=True)
    return gone
