"""What is heavy stays out of the web process: it is loaded by none of its modules, and documents are made apart."""

import io
import json
import subprocess
import sys

import pytest
from openpyxl import load_workbook

from madang.errors import Refused, Unavailable
from madang.portal import apart, sheets
from madang.portal.agreements import documents

HEAVY = ("altair", "highspy", "narwhals", "numpy", "openpyxl", "pandas", "scipy", "sklearn", "typst", "vl_convert")
LOADED = f"""
import json, sys
from madang.portal.wsgi import application
from django.urls import get_resolver
get_resolver().url_patterns
import madang.portal.api
print(json.dumps(sorted(set({HEAVY!r}) & set(sys.modules))))
"""


def loaded(code: str, folder) -> list[str]:
    environment = {"MADANG_HOME": str(folder), "PYTHONPATH": ":".join(filter(None, sys.path))}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return json.loads(found.stdout)


def test_a_web_process_loads_nothing_heavy(tmp_path):
    assert loaded(LOADED, tmp_path) == []


def test_what_is_loaded_would_be_seen(tmp_path):
    assert loaded("import numpy" + LOADED, tmp_path) == ["numpy"]


def test_a_sheet_keeps_numbers_and_text_apart():
    rows = [["마당", "x"], [], ["Title", "Won"], ["=1+1", 1_000_000_000_000], ["", -3]]
    sheet = load_workbook(io.BytesIO(sheets.xlsx("2026-04", rows, heading=3)))["2026-04"]
    first, _, _, fourth, _ = sheet.values
    assert (first, fourth) == (("마당", "x"), ("=1+1", 1_000_000_000_000))
    assert [cell.data_type for cell in sheet[4]] == ["s", "n"]
    assert (sheet["A3"].font.bold, sheet["A4"].font.bold, sheet.freeze_panes) == (True, False, "A4")


def test_neither_typesetter_nor_spreadsheet_library_is_left_behind():
    code = "\n".join(
        (
            "import json, sys",
            "from madang.portal import sheets",
            "from madang.portal.agreements import documents",
            "sheets.xlsx('a', [['b']])",
            "documents.pdf(number='C-1', text='a', sha256='0', language='ko')",
            f"print(json.dumps(sorted(set({HEAVY!r}) & set(sys.modules))))",
        )
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == []


def test_a_refusal_comes_back_with_its_facts(tmp_path, monkeypatch):
    (tmp_path / "refusing.py").write_text(
        "import sys\nfrom madang.errors import Refused\nfrom madang.portal import apart\n"
        "def make(given):\n    raise Refused('font_missing', packages=given['packages'])\n"
        "sys.exit(apart.answer(make))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Refused) as refused:
        apart.made("refusing", {"packages": "글꼴"})
    assert (refused.value.code, refused.value.facts) == ("font_missing", {"packages": "글꼴"})


def test_a_module_that_breaks_off_is_unavailable(capfd):
    with pytest.raises(Unavailable):
        apart.made("madang.portal.sheets", {"title": "a"})
    assert "KeyError" in capfd.readouterr().err


def test_a_module_that_takes_too_long_is_unavailable(tmp_path, monkeypatch):
    (tmp_path / "endless.py").write_text("import threading\nthreading.Event().wait()\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(apart, "MOST_SECONDS", 0.2)
    with pytest.raises(Unavailable):
        apart.made("endless", {})


def test_an_agreement_is_a_pdf():
    content = documents.pdf(number="C-1", text="# 협약\n\n#let x = 1 *bold*", sha256="0" * 64, language="ko")
    assert content.startswith(b"%PDF-")
