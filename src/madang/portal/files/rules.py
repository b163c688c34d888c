"""Judges uploaded files: what kind a content is, whether its name tells the truth, whether an archive may be opened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from madang.errors import Refused

NAME_LIMIT = 150
PARTS_LIMIT = 10_000
UNPACKED_LIMIT = 1024 * 1024 * 1024
# An honest office file packs text some 10 to 60 times smaller; a bomb a thousand times.
RATIO_LIMIT = 250
RATIO_COUNTS_FROM = 10 * 1024 * 1024


class FileKind(StrEnum):
    """What a content can be; `ANY` in a set of allowed kinds lets every content through, whatever its name."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    HWPX = "hwpx"
    HWP = "hwp"
    PNG = "png"
    JPEG = "jpeg"
    ZIP = "zip"
    ANY = "any"


ATTACHMENTS = frozenset(
    {FileKind.PDF, FileKind.DOCX, FileKind.XLSX, FileKind.HWPX, FileKind.HWP, FileKind.PNG, FileKind.JPEG}
)
SIGNED_PAPERS = frozenset({FileKind.PDF})
EVERYTHING = frozenset({FileKind.ANY})

MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.HWPX: "application/hwp+zip",
    FileKind.HWP: "application/x-hwp",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.ZIP: "application/zip",
    FileKind.ANY: "application/octet-stream",
}
_EXTENSIONS = {
    "pdf": FileKind.PDF,
    "docx": FileKind.DOCX,
    "xlsx": FileKind.XLSX,
    "hwpx": FileKind.HWPX,
    "hwp": FileKind.HWP,
    "png": FileKind.PNG,
    "jpg": FileKind.JPEG,
    "jpeg": FileKind.JPEG,
    "zip": FileKind.ZIP,
}
# The part inside an archive that makes it the one or the other.
_INNER_PARTS = {
    "word/document.xml": FileKind.DOCX,
    "xl/workbook.xml": FileKind.XLSX,
    "Contents/header.xml": FileKind.HWPX,
}
_OPEN_PACKAGE = "[Content_Types].xml"


@dataclass(frozen=True)
class Member:
    """One entry of an archive as its directory lists it; sizes in bytes."""

    name: str
    size: int
    packed: int
    is_link: bool = False


@dataclass(frozen=True)
class Look:
    """What was seen of a content: its first bytes, the entries if it is a ZIP, the stream names if it is OLE."""

    head: bytes
    members: Sequence[Member] | None = None
    streams: frozenset[str] = frozenset()


def kind_of(look: Look) -> FileKind | None:
    """What the content is, whatever its name says; None when it is none of the kinds that Madang knows."""
    if look.head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return FileKind.PDF
    if look.head.startswith(b"\x89PNG\r\n\x1a\n") and look.head[12:16] == b"IHDR":
        return FileKind.PNG
    if look.head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if look.members is not None:
        return _kind_of_archive({member.name for member in look.members})
    if {"FileHeader", "DocInfo"} <= look.streams:
        return FileKind.HWP
    return None


def _kind_of_archive(names: set[str]) -> FileKind:
    for part, kind in _INNER_PARTS.items():
        marker = "mimetype" if kind is FileKind.HWPX else _OPEN_PACKAGE
        if part in names and marker in names:
            return kind
    return FileKind.ZIP


def extension_of(name: str) -> str:
    """The last extension in lower case without its dot; empty where there is none."""
    return PurePosixPath(name).suffix.lower().lstrip(".")


def judge(name: str, look: Look, allowed: frozenset[FileKind]) -> FileKind:
    """The kind under which a file may be kept; Refused when it is not allowed, lies about its type or hides a trap."""
    found = kind_of(look)
    if FileKind.ANY in allowed:
        return found or FileKind.ANY
    claimed = _EXTENSIONS.get(extension_of(name))
    if claimed is None or claimed not in allowed:
        raise Refused("file_type_not_allowed", name=name, allowed=listed(allowed))
    if found is None:
        raise Refused("file_type_unknown", name=name)
    if found is not claimed:
        raise Refused("file_type_lies", name=name, found=found.upper())
    if look.members is not None:
        check_members(name, look.members)
        if any(member.name.lower().endswith("vbaproject.bin") for member in look.members):
            raise Refused("file_has_macros", name=name)
    return found


def listed(allowed: frozenset[FileKind]) -> str:
    """The allowed kinds as a person reads them: DOCX, HWP, PDF."""
    return ", ".join(sorted(kind.upper() for kind in allowed))


def check_members(name: str, members: Sequence[Member]) -> None:
    """Refuses an archive that would write outside its folder or grow beyond measure, before anybody unpacks it."""
    if len(members) > PARTS_LIMIT:
        raise Refused("archive_bomb", name=name)
    for member in members:
        if member.is_link or escapes(member.name):
            raise Refused("archive_escapes", name=name, member=shown(member.name))
    unpacked, packed = sum(member.size for member in members), sum(member.packed for member in members)
    if unpacked > UNPACKED_LIMIT or (unpacked > RATIO_COUNTS_FROM and unpacked > packed * RATIO_LIMIT):
        raise Refused("archive_bomb", name=name)


def escapes(member: str) -> bool:
    """Whether an entry's path leads out of the folder that the archive is unpacked in."""
    path = member.replace("\\", "/")
    return path.startswith("/") or "\0" in path or ".." in path.split("/") or re.match(r"[A-Za-z]:", path) is not None


def shown(name: str) -> str:
    """A name that can stand in a message: no control characters, at most 80 characters."""
    return "".join(letter for letter in name if letter.isprintable())[:80]


def clean_name(name: str) -> str:
    """A file's name as it is kept and offered: no folders, no control characters, composed Hangul, at most 150 letters.

    The extension survives shortening. Names that are nothing but dots, or empty, become "file".
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable()).strip().lstrip(".").strip()
    if not kept:
        return "file"
    if len(kept) <= NAME_LIMIT:
        return kept
    suffix = PurePosixPath(kept).suffix[:20]
    return kept[: NAME_LIMIT - len(suffix)] + suffix
