"""What a content is, whether a name tells the truth, which archives are traps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.files import rules
from madang.portal.files.rules import ATTACHMENTS, EVERYTHING, FileKind, Look, Member

PDF = Look(b"%PDF-1.7\n")
PNG = Look(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
JPEG = Look(b"\xff\xd8\xff\xe0")
HWP = Look(b"\xd0\xcf\x11\xe0", streams=frozenset({"Root Entry", "FileHeader", "DocInfo"}))
WORD = Look(b"\xd0\xcf\x11\xe0", streams=frozenset({"Root Entry", "WordDocument"}))


def archive(*names: str, size: int = 10, packed: int = 10) -> Look:
    return Look(b"PK\x03\x04", members=[Member(name, size, packed) for name in names])


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
HWPX = archive("mimetype", "Contents/header.xml")


def code_of(act, *arguments) -> str:
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value.code


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        (PDF, FileKind.PDF),
        (Look(b"\xef\xbb\xbf%PDF-1.4"), FileKind.PDF),
        (PNG, FileKind.PNG),
        (JPEG, FileKind.JPEG),
        (DOCX, FileKind.DOCX),
        (XLSX, FileKind.XLSX),
        (HWPX, FileKind.HWPX),
        (HWP, FileKind.HWP),
        (archive("a.txt"), FileKind.ZIP),
        (archive("word/document.xml"), FileKind.ZIP),
        (WORD, None),
        (Look(b"MZ\x90"), None),
        (Look(b"\x89PNG\r\n\x1a\nxxxxxxxx"), None),
        (Look(b""), None),
    ],
)
def test_a_content_is_known_by_what_it_is(look, kind):
    assert rules.kind_of(look) is kind


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("a.pdf", PDF),
        ("a.PDF", PDF),
        ("a.jpg", JPEG),
        ("a.jpeg", JPEG),
        ("계획서.hwp", HWP),
        ("계획서.hwpx", HWPX),
        ("a.docx", DOCX),
    ],
)
def test_an_honest_file_passes(name, look):
    assert rules.judge(name, look, ATTACHMENTS) is rules.kind_of(look)


@pytest.mark.parametrize(
    ("name", "look", "code"),
    [
        ("a.pdf", PNG, "file_type_lies"),
        ("a.hwp", HWPX, "file_type_lies"),
        ("a.docx", archive("a.txt"), "file_type_lies"),
        ("a.pdf", Look(b"MZ"), "file_type_unknown"),
        ("a.hwp", WORD, "file_type_unknown"),
        ("a.exe", PDF, "file_type_not_allowed"),
        ("pdf", PDF, "file_type_not_allowed"),
        ("a.zip", archive("a.txt"), "file_type_not_allowed"),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "file_has_macros"),
        ("a.docx", archive("[Content_Types].xml", "word/document.xml", "../../x"), "archive_escapes"),
    ],
)
def test_a_file_that_lies_or_hides_a_trap_is_refused(name, look, code):
    assert code_of(rules.judge, name, look, ATTACHMENTS) == code


def test_the_refusal_says_what_the_content_is():
    with pytest.raises(Refused) as caught:
        rules.judge("성적.pdf", PNG, ATTACHMENTS)
    assert caught.value.facts == {"name": "성적.pdf", "found": "PNG"}


def test_a_kind_that_this_place_does_not_take_is_refused():
    assert code_of(rules.judge, "a.png", PNG, rules.SIGNED_PAPERS) == "file_type_not_allowed"


def test_inputs_of_jobs_may_be_anything():
    assert rules.judge("train.py", Look(b"import os"), EVERYTHING) is FileKind.ANY
    assert rules.judge("a.exe", PDF, EVERYTHING) is FileKind.PDF


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/passwd", "\\\\host\\x", "C:\\x", "c:x", "a\\..\\b", "a\0b"]
)
def test_entries_that_lead_out_of_their_folder_are_seen(name):
    assert rules.escapes(name)
    assert code_of(rules.check_members, "a.zip", [Member(name, 1, 1)]) == "archive_escapes"


@pytest.mark.parametrize("name", ["a", "a/b.txt", "a..b", "..a/b", "a/./b", "[Content_Types].xml"])
def test_ordinary_entries_stay_inside(name):
    assert not rules.escapes(name)


def test_links_in_an_archive_are_refused():
    assert code_of(rules.check_members, "a.zip", [Member("link", 1, 1, is_link=True)]) == "archive_escapes"


@pytest.mark.parametrize(
    "members",
    [
        [Member("a", rules.UNPACKED_LIMIT + 1, rules.UNPACKED_LIMIT)],
        [Member("a", 100 * 1024 * 1024, 100 * 1024)],
        [Member(str(n), 0, 0) for n in range(rules.PARTS_LIMIT + 1)],
    ],
)
def test_bombs_are_refused_before_they_are_unpacked(members):
    assert code_of(rules.check_members, "a.zip", members) == "archive_bomb"


def test_a_small_file_may_pack_well():
    rules.check_members("a.docx", [Member("a", 1_000_000, 1000)])


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("..\\..\\보고서.pdf", "보고서.pdf"),
        ("/etc/passwd", "passwd"),
        ("a\r\nX: y.pdf", "aX: y.pdf"),
        ("...", "file"),
        ("", "file"),
        ("\u1100\u1161.pdf", "가.pdf"),
    ],
)
def test_names_are_made_harmless(given_name, kept):
    assert rules.clean_name(given_name) == kept


@given(st.text(max_size=400))
def test_a_cleaned_name_stays_as_it_is_and_never_leads_anywhere(name):
    kept = rules.clean_name(name)
    assert rules.clean_name(kept) == kept
    assert 0 < len(kept) <= rules.NAME_LIMIT
    assert not set("/\\\0\r\n") & set(kept)
    assert not kept.startswith(".")


@given(st.text("abc", min_size=200, max_size=300))
def test_a_long_name_keeps_its_extension(stem):
    assert rules.clean_name(f"{stem}.hwpx").endswith(".hwpx")
