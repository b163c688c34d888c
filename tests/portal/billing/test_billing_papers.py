"""The PDF of a statement: tagged, its fonts in it, and its Hangul read again as text."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from datetime import date

import pytest
from django.utils import translation
from factories import NOW
from portal.billing.test_billing_actions import awarded, worked

from madang.portal.billing import exports, papers
from madang.portal.billing.models import Statement
from madang.portal.billing.queries import lines

pytestmark = pytest.mark.django_db


def streams(pdf: bytes) -> bytes:
    """The file with what is compressed in it unpacked."""
    found = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"\n".join(found)


@pytest.fixture
def paper() -> bytes:
    award = awarded()
    statement = worked(award)
    Statement.objects.filter(pk=statement.pk).update(
        state="issued", number="2026-05-0001", issued_at=NOW, due_on=date(2026, 6, 30)
    )
    row = Statement.objects.select_related("organisation").get(pk=statement.pk)
    row.organisation.name = "㈜한빛 인공지능"
    with translation.override("ko"):
        return papers.typeset(exports.written(row, lines(row)))


def test_it_is_tagged_says_its_language_and_embeds_its_fonts(paper):
    read = streams(paper)
    assert b"/StructTreeRoot" in read and re.search(rb"/Marked\s+true", read) and b"/Lang" in read
    assert b"/TH" in read and b"pdfuaid" in read
    fonts = re.findall(rb"/FontDescriptor\b.*?>>", read, re.DOTALL)
    assert fonts and read.count(b"/FontFile") >= 1
    assert b"/ToUnicode" in read


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="apt-get install poppler-utils")
def test_its_hangul_and_figures_are_read_again(paper, tmp_path):
    file = tmp_path / "statement.pdf"
    file.write_bytes(paper)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    assert "사용내역서 2026-05-0001" in text and "㈜한빛 인공지능" in text
    assert all(one in text for one in ("6,400,000", "2026. 6. 30.", "납부액(원)"))
    fonts = subprocess.run(["pdffonts", file], capture_output=True, check=True).stdout.decode().splitlines()[2:]
    assert fonts and all(line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts)
