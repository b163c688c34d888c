"""Word, Excel and Hangul documents without the names of who wrote, changed, remarked on and printed them.

All are ZIP archives of XML (ECMA-376; KS X 6101). Every entry is written anew; what cannot be cleaned is a ValueError.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from madang.portal.files import pictures

# no honest part of text is larger; drawings and pictures may be
XML_LIMIT = 64 * 1024 * 1024
DEPTH = 3
_EPOCH = (1980, 1, 1, 0, 0, 0)
_VALUE = rb"""\s*=\s*("[^"]*"|'[^']*')"""
_NAMED = re.compile(
    rb"((?:[\w-]+:)?(?:author|initials|userId|providerId|userName|lastEdited|company|manager|displayName|lastModifiedBy))"
    + _VALUE
)
_LOCAL_TARGET = re.compile(rb"""(Target\s*=\s*)("(?:file:|[A-Za-z]:|\\\\)[^"]*"|'(?:file:|[A-Za-z]:|\\\\)[^']*')""")
_TEXT = re.compile(rb">[^<]+<")
_ATTRIBUTE = re.compile(rb"""(?<=\s)(?!xmlns|[\w-]*:?itemID)([\w:-]+)""" + _VALUE)
_AUTHOR = re.compile(rb"<((?:\w+:)?author)>([^<]*)</")
_BLOCKS = re.compile(rb"<(\w+:)?(absPath|docVars)\b[^>]*?(?:/>|>.*?</\1?\2>)", re.DOTALL)
_META = re.compile(rb"<(opf:meta)\b[^>]*?(?:/>|>.*?</\1>)", re.DOTALL)
_TITLE = re.compile(rb"(<opf:(?:title|language)>)[^<]*<")
_CHANGER = re.compile(rb"<((?:\w+:)?trackChangeAuthor)\b[^>]*?(?:/>|>.*?</\1>)", re.DOTALL)
_EMPTY = {
    "docProps/core.xml": b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>',
    "docProps/app.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"/>',
    "docProps/custom.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'custom-properties"/>',
}
_HEAD = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = {".docx", ".xlsx", ".pptx"}
# pictures that hold no more than what they draw, and fonts
_PLAIN = {".emf", ".wmf", ".bmp", ".odttf", ".fntdata", ".txt"}


def clean(source: BinaryIO | Path, target: BinaryIO | Path, depth: int = 0) -> None:
    """Copies an archive entry by entry, each as its name asks for. ValueError for what cannot be cleaned."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.is_dir():
                continue
            made = zipfile.ZipInfo(entry.filename, _EPOCH)
            made.compress_type = entry.compress_type if entry.filename == "mimetype" else zipfile.ZIP_DEFLATED
            new.writestr(made, _part(entry.filename, _read(old, entry), depth))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > XML_LIMIT:
        raise ValueError("a part is too large")
    with archive.open(entry) as part:
        # never more than the directory promised
        return part.read(entry.file_size)


def _part(name: str, content: bytes, depth: int) -> bytes:
    kind = "." + name.rpartition(".")[2].lower()
    if name in _EMPTY:
        return _HEAD + _EMPTY[name]
    if "printersettings" in name.lower() or name.startswith(("DocHistory/", "Preview/")):
        return b""
    if name == "mimetype" or kind in _PLAIN:
        return content
    if kind in _PICTURES:
        return _PICTURES[kind](content)
    if kind in {".xml", ".rels", ".hpf", ".vml", ".rdf", ".svg"}:
        return _xml(name, content)
    if kind in _OFFICE and depth < DEPTH:
        return _nested(content, depth)
    raise ValueError(f"a part of a kind that cannot be cleaned: {kind}")


def _nested(content: bytes, depth: int) -> bytes:
    made = BytesIO()
    clean(BytesIO(content), made, depth + 1)
    return made.getvalue()


def _gif(content: bytes) -> bytes:
    # its comments and programs' notes stand in blocks between the frames
    if b"\x21\xfe" in content or b"XMP Data" in content:
        raise ValueError("a GIF with remarks")
    return content


_PICTURES: dict[str, Callable[[bytes], bytes]] = {
    ".png": pictures.png,
    ".jpg": pictures.jpeg,
    ".jpeg": pictures.jpeg,
    ".gif": _gif,
}


def _xml(name: str, content: bytes) -> bytes:
    if not content.strip():
        return content
    text = content.removeprefix(b"\xef\xbb\xbf")
    declared = re.match(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w-]+)["']""", text)
    if b"\0" in text or b"<!DOCTYPE" in text or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
        raise ValueError("a part in another encoding")
    text = re.sub(rb"<!--.*?-->", b"", text, flags=re.DOTALL)
    if name.startswith("customXml/item") and "Props" not in name:
        return _ATTRIBUTE.sub(rb'\1=""', _TEXT.sub(b"><", text))
    if name.endswith(".rels"):
        return _LOCAL_TARGET.sub(rb'\1"removed"', text)
    if name.endswith(".hpf"):
        return _TITLE.sub(rb"\1<", _META.sub(b"", text))
    text = _BLOCKS.sub(b"", text)
    for _tag, author in _AUTHOR.findall(text):
        # Excel writes who remarks into the remark as well
        text = text.replace(author, b"") if len(author.strip()) > 1 else text
    return _NAMED.sub(rb'\1=""', _CHANGER.sub(_unnamed, text))


def _unnamed(found: re.Match[bytes]) -> bytes:
    return re.sub(rb"""\bname""" + _VALUE, b'name=""', found[0])
