"""Reads a file, compressed with gzip or not, in blocks that end with a line, and tells where it breaks off."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from madang.errors import Refused
from madang.simulation.formats.bad_rows import Tally

BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib reads gzip headers and checks their sums


def blocks(path: Path, tally: Tally, size: int = BLOCK) -> Iterator[tuple[int, bytes]]:
    """(number of its first line, block) of about `size` bytes, each of whole lines that end with a newline.

    Whether the file is compressed is seen from its first two bytes. A compressed file that breaks off is a bad row
    ``truncated`` at the line where it does; where bad rows are skipped the lines before it are given and the broken
    last one is not. Raises `Refused("trace_unreadable", file=…, why=…)` where there is no such file.
    """
    line, rest = 1, b""
    for piece in _pieces(path, tally, size):
        if piece is None:
            tally.bad("truncated", line + rest.count(b"\n"), "", "")
            return
        cut = piece.rfind(b"\n") + 1
        if cut:
            block = rest + piece[:cut] if rest else piece[:cut]
            yield line, block
            line += block.count(b"\n")
            rest = piece[cut:]
        else:
            rest += piece
    if rest:
        yield line, rest + b"\n"


def lines(path: Path, tally: Tally) -> Iterator[str]:
    """The lines with their newlines, as text in UTF-8; what is no UTF-8 becomes U+FFFD and is seen where it matters."""
    for _, block in blocks(path, tally):
        text = block.decode("utf-8-sig" if block.startswith(b"\xef\xbb\xbf") else "utf-8", "replace")
        yield from (f"{line}\n" for line in text[:-1].split("\n"))


def _pieces(path: Path, tally: Tally, size: int) -> Iterator[bytes | None]:
    """The file's content in pieces of at most `size` bytes; None at the end where a compressed file breaks off."""
    try:
        with path.open("rb") as stream:
            first = stream.read(size)
            if first.startswith(_GZIP):
                yield from _unpacked(stream, first, size)
                return
            while first:
                yield first
                first = stream.read(size)
    except OSError as error:
        raise Refused("trace_unreadable", file=tally.file, why=error.strerror or str(error)) from error


def _unpacked(stream: BinaryIO, packed: bytes, size: int) -> Iterator[bytes | None]:
    """All members of a gzip file one after another. What stands before a break is given, unlike by `gzip`."""
    unpacking = zlib.decompressobj(_GZIP_WINDOW)
    try:
        while packed:
            piece = unpacking.decompress(packed, size)
            if piece:
                yield piece
            packed = unpacking.unconsumed_tail
            if unpacking.eof:
                # Another member may follow at once, or after the zeros that tapes pad with.
                packed = (unpacking.unused_data or stream.read(size)).lstrip(b"\0")
                unpacking = zlib.decompressobj(_GZIP_WINDOW) if packed else unpacking
            elif not packed:
                packed = stream.read(size)
        rest = unpacking.flush()
    except zlib.error:
        yield None
        return
    if rest:
        yield rest
    if not unpacking.eof:
        yield None
