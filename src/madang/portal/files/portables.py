"""PDF documents without what is written about them: who made them, what is attached, signed, remarked or hidden."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from madang.portal.files import pictures

# written about the document or a part of it, wherever it stands (ISO 32000-2: 7.11, 14.3, 14.5, 14.13)
_ANYWHERE = ("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/CreatorInfo", "/AA")
_IN_ROOT = ("/OpenAction", "/Collection", "/Perms", "/DSS", "/Threads", "/URI", "/Requirements", "/Legal")
_IN_NAMES = ("/EmbeddedFiles", "/JavaScript", "/URLS", "/Renditions")
_IN_REMARKS = ("/T", "/TU", "/NM", "/M", "/Contents", "/CreationDate", "/Subj", "/RC")
_SIGNED = ("/V", "/Name", "/Reason", "/Location", "/ContactInfo", "/Contents", "/Cert", "/M", "/Lock", "/SV")


def clean(source: Path, target: Path) -> None:
    """Copies a PDF as its pages look. ValueError where a password locks it; what pypdf raises where it is damaged."""
    reader = PdfReader(source)
    if reader.is_encrypted:
        raise ValueError("locked by a password")
    writer = PdfWriter(clone_from=reader)
    _take_out(writer)
    between = BytesIO()
    writer.write(between)
    # copied once more from its root, so that nothing stays that no page leads to
    again = PdfWriter(clone_from=PdfReader(between))
    again.metadata = None
    with target.open("wb") as out:
        again.write(out)


def _take_out(writer: PdfWriter) -> None:
    writer.metadata = None
    root = writer.root_object
    for key in _IN_ROOT:
        root.pop(key, None)
    _drop(root.get("/Names"), _IN_NAMES)
    _drop(root.get("/AcroForm"), ("/XFA", "/SigFlags"))
    for page in writer.pages:
        _remarks(page)
    for one in _every(root):
        _drop(one, _ANYWHERE)
        if one.get("/Type") == "/Sig" or one.get("/FT") == "/Sig":
            _drop(one, _SIGNED)
        if one.get("/Type") in ("/Filespec", "/EmbeddedFile"):
            one.clear()
        if isinstance(one, StreamObject) and one.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
            one._data = pictures.jpeg(one._data)


def _drop(one: Any, keys: tuple[str, ...]) -> None:
    found = one.get_object() if one is not None else None
    if isinstance(found, DictionaryObject):
        for key in keys:
            found.pop(key, None)


def _every(root: Any) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached from the root, each once."""
    seen: set[int] = set()
    waiting: list[Any] = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in seen:
                continue
            seen.add(one.idnum)
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            yield one
            waiting += one.values()
        elif isinstance(one, ArrayObject):
            waiting += one


def _remarks(page: Any) -> None:
    """Keeps fields of a form and links within the document; of remarks, signatures and addresses nothing stays."""
    kept = ArrayObject()
    for one in page.get("/Annots", ArrayObject()).get_object():
        row = one.get_object()
        if row.get("/Subtype") == "/Widget" and row.get("/FT") != "/Sig":
            _drop(row, ("/TU", "/NM", "/M", "/A"))
            kept.append(one)
        elif row.get("/Subtype") == "/Link" and _goes_inside(row):
            _drop(row, _IN_REMARKS)
            kept.append(one)
        else:
            # the structure of a tagged document may point to it as well
            row.clear()
    page.pop("/Annots", None)
    if kept:
        page[NameObject("/Annots")] = kept


def _goes_inside(row: Any) -> bool:
    act = row.get("/A")
    return "/Dest" in row if act is None else act.get_object().get("/S") == "/GoTo"
