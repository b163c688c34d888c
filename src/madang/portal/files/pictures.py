"""Pictures without what their makers wrote into them: only what draws the picture is copied.

Layouts: PNG, ISO/IEC 15948 (chunks); JPEG, ITU-T T.81 annex B (markers). Both as bytes, in and out.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
# what draws the picture, moves it, and says how its colours are meant; texts, times and profiles are left out
_DRAWS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
_MOVES = {b"acTL", b"fcTL", b"fdAT"}
_JFIF, _ADOBE = b"JFIF\0", b"Adobe"
_SOI, _EOI, _SOS, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE


def png(content: bytes) -> bytes:
    """A PNG of the chunks that draw it. ValueError where it is damaged; whatever follows its end is left out."""
    if not content.startswith(_PNG):
        raise ValueError("not a PNG")
    kept = b"".join(_chunk(kind, data) for kind, data in _chunks(content) if kind in _DRAWS | _MOVES)
    return _PNG + kept


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_PNG)
    while place + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, place)
        kind, data = content[place + 4 : place + 8], content[place + 8 : place + 8 + size]
        if len(data) != size:
            break
        yield kind, data
        if kind == b"IEND":
            return
        place += 12 + size
    raise ValueError("the PNG ends early")


def jpeg(content: bytes) -> bytes:
    """A JPEG without comments, EXIF, XMP, previews and profiles. ValueError where it is damaged."""
    if content[:2] != bytes([0xFF, _SOI]):
        raise ValueError("not a JPEG")
    made, place = bytearray(content[:2]), 2
    while True:
        marker, place = _marker(content, place)
        if marker == _EOI:
            return bytes(made + bytes([0xFF, _EOI]))
        (size,) = struct.unpack_from(">H", content, place)
        if size < 2 or place + size > len(content):
            raise ValueError("the JPEG ends early")
        made += _segment(marker, content[place + 2 : place + size])
        place += size
        if marker == _SOS:
            end = _scan_end(content, place)
            made += content[place:end]
            place = end


def _marker(content: bytes, place: int) -> tuple[int, int]:
    """The next marker and where its segment begins; bytes that fill up before it are passed over."""
    while place + 1 < len(content) and content[place] == 0xFF:
        if content[place + 1] != 0xFF:
            if place + 4 > len(content) and content[place + 1] != _EOI:
                break
            return content[place + 1], place + 2
        place += 1
    raise ValueError("the JPEG ends early")


def _segment(marker: int, data: bytes) -> bytes:
    if marker == 0xE0 and data.startswith(_JFIF) and len(data) >= 14:
        data = data[:12] + b"\0\0"
    elif marker == 0xEE and data.startswith(_ADOBE):
        data = data[:12]
    elif 0xE0 <= marker <= 0xEF or marker == _COMMENT:
        return b""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def _scan_end(content: bytes, place: int) -> int:
    """Where the next marker that ends the drawn data stands: not a stuffed zero, not a restart."""
    while (place := content.find(b"\xff", place)) >= 0 and place + 1 < len(content):
        after = content[place + 1]
        if after and not 0xD0 <= after <= 0xD7 and after != 0xFF:
            return place
        place += 1 if after == 0xFF else 2
    raise ValueError("the JPEG ends early")
