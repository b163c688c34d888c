"""Copies for blind reviewers: nothing that a writer's program puts into a file survives, and the document does."""

import io
import struct
import subprocess
import sys
import zipfile
import zlib

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link, Text
from pypdf.generic import DecodedStreamObject, DictionaryObject, EncodedStreamObject, NameObject, TextStringObject

from madang.errors import Refused
from madang.portal.files import cleaning, packages, pictures
from madang.portal.files.cleaning import CLEANERS
from madang.portal.files.rules import ATTACHMENTS, FileKind

PLANTED, BODY = "Hanbit Kim Minjun", "plan of the project"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(planted: str, after: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    notes = chunk(b"tEXt", b"Author\0" + planted.encode()) + chunk(b"eXIf", planted.encode())
    return b"\x89PNG\r\n\x1a\n" + head + notes + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"") + after


def segment(marker: int, data: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(planted: str, after: bytes = b"") -> bytes:
    said = planted.encode()
    head = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\1\1" + said) + segment(0xE1, b"Exif\0\0" + said) + segment(0xFE, said)
    drawn = segment(0xDB, bytes(65)) + segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0") + segment(0xDA, b"\1\1\0\0\x3f\0")
    return b"\xff\xd8" + head + drawn + b"\x12\xff\x00\x34\xff\xd0\x56" + b"\xff\xd9" + after


def archive(parts: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        out.comment = PLANTED.encode()
        for name, content in parts.items():
            out.writestr(name, content)
    return made.getvalue()


def docx(planted: str) -> bytes:
    return archive(
        {
            "[Content_Types].xml": "<Types/>",
            "docProps/core.xml": f"<a><dc:creator>{planted}</dc:creator></a>",
            "docProps/app.xml": f"<Properties><Company>{planted}</Company></Properties>",
            "docProps/custom.xml": f"<Properties>{planted}</Properties>",
            "docProps/thumbnail.jpeg": jpeg(planted),
            "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?><w:p><w:ins w:id="1" w:author="{planted}">'
            f"<w:t>{BODY}</w:t></w:ins></w:p>",
            "word/comments.xml": f"<w:comment w:author='{planted}' w:initials='{planted}'><w:t>?</w:t></w:comment>",
            "word/people.xml": f'<w15:person w15:author="{planted}"><w15:is w15:userId="{planted}"/></w15:person>',
            "word/settings.xml": f'<w:docVars><w:docVar w:name="x" w:val="{planted}"/></w:docVars>',
            "word/_rels/settings.xml.rels": f'<Relationship Target="file:///C:/{planted}/a.dotx"/>',
            "customXml/item1.xml": f'<cover who="{planted}"><Company>{planted}</Company></cover>',
            "word/media/image1.png": png(planted),
            "word/embeddings/table.xlsx": xlsx(planted),
        }
    )


def xlsx(planted: str) -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.properties.creator = book.properties.lastModifiedBy = book.properties.company = planted
    book.active["A1"] = BODY
    book.active["A1"].comment = Comment(f"{planted}:\nplease check", planted)
    book.save(made)
    return made.getvalue()


def hwpx(planted: str) -> bytes:
    return archive(
        {
            "mimetype": "application/hwp+zip",
            "Contents/content.hpf": f"<opf:package><opf:title>{planted}</opf:title>"
            f'<opf:meta name="creator" content="text">{planted}</opf:meta></opf:package>',
            "Contents/header.xml": f'<hh:head><hh:trackChangeAuthor name="{planted}" mark="1" id="1"/></hh:head>',
            "Contents/section0.xml": f"<hs:sec><hp:t>{BODY}</hp:t></hs:sec>",
            "Preview/PrvText.txt": planted,
            "DocHistory/VersionLog0.xml": planted,
        }
    )


def pdf(planted: str) -> bytes:
    writer, made = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(200, 200)
    drawn, picture, notes = DecodedStreamObject(), EncodedStreamObject(), DecodedStreamObject()
    drawn.set_data(f"BT /F1 12 Tf 10 100 Td ({BODY}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(drawn)
    picture._data = jpeg(planted)
    picture.update({NameObject("/Subtype"): NameObject("/Image"), NameObject("/Filter"): NameObject("/DCTDecode")})
    objects = DictionaryObject({NameObject("/Im"): writer._add_object(picture)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): objects})
    notes.set_data(f"<x:xmpmeta>{planted}</x:xmpmeta>".encode())
    for one in (writer.root_object, page):
        one[NameObject("/Metadata")] = writer._add_object(notes)
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/App"): TextStringObject(planted)})
    writer.add_metadata({"/Author": planted, "/Company": planted})
    writer.add_attachment(f"{planted}.txt", planted.encode())
    writer.add_annotation(0, FreeText(text=planted, rect=(0, 0, 9, 9)))
    writer.add_annotation(0, Text(text=planted, rect=(0, 0, 9, 9)))
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url=f"https://{planted.replace(' ', '')}.kr"))
    # a tagged document names its remarks in its structure too
    tagged = DictionaryObject({NameObject("/Obj"): page["/Annots"][0]})
    writer.root_object[NameObject("/StructTreeRoot")] = writer._add_object(tagged)
    act = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(planted)}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(act)
    writer.write(made)
    return made.getvalue()


def everything(content: bytes) -> bytes:
    """All that stands in a content: unpacked, inflated, and texts of PDF in either way of writing."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as found:
            return found.comment + b"".join(one.encode() + everything(found.read(one)) for one in found.namelist())
    if content.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(content))
        found = [reader.get_object(number) for number in range(1, int(reader.trailer["/Size"]))]
        streams = [one.get_data() for one in found if hasattr(one, "get_data")]
        return content + repr(found).encode() + b"".join(streams)
    return content


def forms_of(planted: str) -> list[bytes]:
    return [planted.encode(), planted.encode("utf-16-be"), planted.replace(" ", "").encode()]


MADE = {
    FileKind.PDF: pdf, FileKind.DOCX: docx, FileKind.XLSX: xlsx, FileKind.HWPX: hwpx, FileKind.PNG: png,
    FileKind.JPEG: jpeg,
}  # fmt: skip


def test_every_kind_that_is_accepted_can_be_cleaned_but_hwp():
    assert set(CLEANERS) == set(MADE) == ATTACHMENTS - {FileKind.HWP}


@pytest.mark.parametrize("kind", list(MADE))
def test_nothing_planted_survives(kind, tmp_path):
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(MADE[kind](PLANTED))
    CLEANERS[kind](source, target)
    before, after = everything(source.read_bytes()), everything(target.read_bytes())
    assert any(form in before for form in forms_of(PLANTED))
    assert [form for form in forms_of(PLANTED) if form in after] == []
    if kind not in (FileKind.PNG, FileKind.JPEG):
        assert BODY.encode() in after


def test_what_was_cleaned_still_opens(tmp_path):
    for kind in (FileKind.PDF, FileKind.XLSX):
        (tmp_path / "in").write_bytes(MADE[kind](PLANTED))
        CLEANERS[kind](tmp_path / "in", tmp_path / f"out.{kind}")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").active["A1"].value == BODY
    assert BODY.encode() in PdfReader(tmp_path / "out.pdf").pages[0].get_contents().get_data()
    # cleaned again it is the same: everything was taken out the first time
    assert pictures.jpeg(pictures.jpeg(jpeg("x"))) == pictures.jpeg(jpeg(PLANTED, b"after the end"))
    assert pictures.png(png("x")) == pictures.png(png(PLANTED, b"after the end"))


@given(st.binary(max_size=200), st.integers(0, 400))
def test_damaged_pictures_are_refused_or_whole(noise, cut):
    for clean, whole in ((pictures.png, png("x")), (pictures.jpeg, jpeg("x"))):
        for content in (noise, whole[:cut], whole[:cut] + noise + whole[cut:]):
            try:
                made = clean(content)
            except ValueError:
                continue
            assert clean(made) == made


@pytest.mark.parametrize(
    "parts",
    [
        {"word/document.xml": "<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16")},
        {"word/document.xml": "<!DOCTYPE a [<!ENTITY b 'Kim'>]><a>&b;</a>"},
        {"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"},
        {"word/media/image1.png": b"no picture"},
    ],
)
def test_parts_that_cannot_be_read_are_refused(parts):
    with pytest.raises(ValueError):
        packages.clean(io.BytesIO(archive(parts)), io.BytesIO())


def test_a_file_that_breaks_the_parser_is_a_refusal(tmp_path):
    (tmp_path / "in").write_bytes(b"%PDF-1.7\nnothing of the kind")
    with pytest.raises(Refused) as caught:
        cleaning.clean(FileKind.PDF, tmp_path / "in", tmp_path / "out", "plan.pdf")
    assert caught.value.code == "file_not_cleanable"
    locked, made = PdfWriter(), io.BytesIO()
    locked.add_blank_page(9, 9)
    locked.encrypt("secret")
    locked.write(made)
    (tmp_path / "in").write_bytes(made.getvalue())
    command = [sys.executable, "-m", cleaning.__name__, "pdf", str(tmp_path / "in"), str(tmp_path / "out")]
    assert subprocess.run(command, check=False, capture_output=True).returncode == cleaning.NO
