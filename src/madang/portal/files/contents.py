"""Looks into a file on disk without unpacking it: first bytes, ZIP directory, names of OLE streams."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from madang.portal.files.rules import Look, Member

HEAD = 1024
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENTRY = 128
_LAST_SECTOR = 0xFFFFFFFA
# A directory longer than this is no document that anybody wrote.
_SECTORS_LIMIT = 4096


def look(path: Path) -> Look:
    """What can be seen of the content at `path`; a damaged archive shows as no archive."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head.startswith(_OLE):
            return Look(head, streams=_streams(file))
    if head.startswith(b"PK\x03\x04"):
        return Look(head, members=_members(path))
    return Look(head)


def _members(path: Path) -> list[Member] | None:
    try:
        with zipfile.ZipFile(path) as archive:
            return [
                Member(one.filename, one.file_size, one.compress_size, stat.S_ISLNK(one.external_attr >> 16))
                for one in archive.infolist()
            ]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        return None


def _streams(file: BinaryIO) -> frozenset[str]:
    """The names in an OLE compound file's directory (layout: [MS-CFB] 2.2, 2.3 and 2.6); empty when damaged."""
    try:
        return frozenset(_directory_names(file))
    except (struct.error, ValueError, IndexError, OverflowError):
        return frozenset()


def _directory_names(file: BinaryIO) -> list[str]:
    file.seek(0)
    header = file.read(512)
    size = 1 << struct.unpack_from("<H", header, 30)[0]
    if size not in (512, 4096):
        return []
    fat_sectors = [number for number in struct.unpack_from("<109I", header, 76) if number < _LAST_SECTOR]
    sector = struct.unpack_from("<I", header, 48)[0]
    names: list[str] = []
    for _ in range(_SECTORS_LIMIT):
        if sector >= _LAST_SECTOR:
            break
        names += _names_in(_sector(file, sector, size))
        slot, place = divmod(sector, size // 4)
        sector = struct.unpack_from("<I", _sector(file, fat_sectors[slot], size), place * 4)[0]
    return names


def _sector(file: BinaryIO, number: int, size: int) -> bytes:
    file.seek((number + 1) * size)
    return file.read(size)


def _names_in(sector: bytes) -> list[str]:
    names = []
    for start in range(0, len(sector) - _ENTRY + 1, _ENTRY):
        length = struct.unpack_from("<H", sector, start + 64)[0]
        if 2 < length <= 64:
            names.append(sector[start : start + length - 2].decode("utf-16-le", "replace"))
    return names
