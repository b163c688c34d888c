"""Storing contents: whole or not at all, once each, known by what they are."""

import errno
import io
import os
import stat
import struct
import zipfile
from datetime import timedelta

import pytest
from factories import NOW, make_application, make_person
from portal.races import at_once

from madang.errors import Refused, Unavailable
from madang.portal.files import actions, chores, faces, queries
from madang.portal.files.models import StoredFile
from madang.portal.files.rules import ATTACHMENTS, EVERYTHING

PDF = b"%PDF-1.7\n" + b"x" * 100


def zipped(*entries: tuple[str, bytes], link: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        if link:
            entry = zipfile.ZipInfo(link)
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def compound(*names: str) -> bytes:
    """An OLE compound file with a directory of these names, two sectors long, and nothing else."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 2, 0xFFFFFFFE, *[0xFFFFFFFF] * 125)
    entries = bytearray(1024)
    for place, name in enumerate(names):
        written = name.encode("utf-16-le")
        entries[place * 128 : place * 128 + len(written)] = written
        struct.pack_into("<H", entries, place * 128 + 64, len(written) + 2)
    return bytes(header) + table + bytes(entries)


DOCX = zipped(("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>"))
HWP = compound("Root Entry", "BodyText", "PrvText", "Scripts", "FileHeader", "DocInfo")


def store(content: bytes, name: str, allowed=ATTACHMENTS, now=NOW) -> StoredFile:
    return actions.store(now=now, name=name, allowed=allowed, upload_chunks=[content[:50], content[50:]])


def code_of(content: bytes, name: str) -> str:
    with pytest.raises(Refused) as caught:
        store(content, name)
    return caught.value.code


def left_behind() -> list[str]:
    return [path.name for path in queries.folder().rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_content_lies_under_its_hash_for_its_owner_only():
    row = store(PDF, "계획서.pdf")
    path = queries.path_of(row)
    assert path.read_bytes() == PDF
    assert path.name == row.sha256
    assert path.parent.name == row.sha256[:2]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
    assert (row.size, row.media_type) == (len(PDF), "application/pdf")


@pytest.mark.django_db
def test_the_same_content_is_kept_once():
    first, second = store(PDF, "a.pdf"), store(PDF, "b.pdf", now=NOW + timedelta(days=1))
    assert first.pk == second.pk
    assert second.stored_at == NOW + timedelta(days=1)
    assert left_behind() == [first.sha256]


@pytest.mark.django_db
def test_a_file_of_this_machine_is_stored_too(tmp_path):
    paper = tmp_path / "paper"
    paper.write_bytes(b"anything")
    row = actions.store(now=NOW, name="out.bin", allowed=EVERYTHING, path=paper)
    assert row.media_type == "application/octet-stream"
    assert paper.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "content"), [("a.docx", DOCX), ("a.hwp", HWP)])
def test_documents_are_known_by_their_inner_parts(name, content):
    assert store(content, name).size == len(content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "file_empty"),
        ("a.pdf", DOCX, "file_type_lies"),
        ("a.docx", PDF, "file_type_lies"),
        ("a.docx", DOCX[:60], "file_type_unknown"),
        ("a.hwp", compound("Root Entry", "WordDocument"), "file_type_unknown"),
        ("a.hwp", HWP[:600], "file_type_unknown"),
        ("a.docx", zipped(("[Content_Types].xml", b""), ("word/document.xml", b""), ("../x", b"")), "archive_escapes"),
        ("a.docx", zipped(("[Content_Types].xml", b""), ("word/document.xml", b""), link="x"), "archive_escapes"),
        ("a.docx", zipped(("[Content_Types].xml", b""), ("word/document.xml", b"0" * 20_000_000)), "archive_bomb"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(name, content, code):
    assert code_of(content, name) == code
    assert left_behind() == []
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_an_upload_above_the_limit_is_refused_as_it_streams(settings):
    settings.MADANG_UPLOAD_LIMIT_MB = 1
    read = []

    def chunks():
        for n in range(100):
            read.append(n)
            yield b"x" * 600_000

    with pytest.raises(Refused) as caught:
        actions.store(now=NOW, name="a.pdf", allowed=ATTACHMENTS, upload_chunks=chunks())
    assert caught.value.code == "file_too_large"
    assert len(read) == 2
    assert left_behind() == []


@pytest.mark.django_db
def test_a_full_disk_is_a_refusal_and_leaves_nothing_behind():
    def chunks():
        yield PDF
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(Refused) as caught:
        actions.store(now=NOW, name="a.pdf", allowed=ATTACHMENTS, upload_chunks=chunks())
    assert caught.value.code == "disk_full"
    assert left_behind() == []
    assert not StoredFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_content_stored_twice_at_once_is_one():
    answers = at_once(lambda: store(PDF, "a.pdf"), lambda: store(PDF, "b.pdf"))
    assert answers[0].pk == answers[1].pk
    assert left_behind() == [answers[0].sha256]


@pytest.mark.django_db
def test_what_nothing_points_to_is_cleared_away_after_two_days():
    unused, used = store(PDF, "a.pdf"), store(PDF + b"2", "b.pdf")
    application = make_application()
    application.attachments.create(file=used, name="b.pdf", attached_by=make_person(), attached_at=NOW)
    later = NOW + timedelta(days=2)
    assert chores.clear_away(later) == 0
    assert chores.clear_away(later + timedelta(seconds=1)) == 1
    assert left_behind() == [used.sha256]
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [used.pk]
    assert not StoredFile.objects.filter(pk=unused.pk).exists()


@pytest.mark.django_db
def test_a_content_stored_anew_is_not_cleared_away():
    store(PDF, "a.pdf")
    later = NOW + timedelta(days=5)
    store(PDF, "a.pdf", now=later)
    assert chores.clear_away(later + timedelta(hours=1)) == 0


@pytest.mark.django_db
def test_a_download_is_an_attachment_under_its_own_name():
    response = faces.answer(store(PDF, "a.pdf"), '계획서 "최종".pdf')
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%EA%B3%84")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"
    assert "no-store" in response["Cache-Control"]
    response.close()


@pytest.mark.django_db
def test_a_content_that_is_gone_from_disk_is_unavailable():
    row = store(PDF, "a.pdf")
    queries.path_of(row).unlink()
    with pytest.raises(Unavailable):
        faces.answer(row, "a.pdf")
