"""`madang disclose`: from rows in a file to tables in a file, or to a sentence that says what is wrong."""

import csv

import pytest

from madang.cli.main import main

ROWS = """region,kind,gpus
city,startup,8
city,startup,16
city,startup,8
city,startup,8
city,startup,64
city,school,8
county,startup,8
county,school,16
county,school,16
county,school,8
county,school,8
county,school,8
"""


@pytest.fixture
def disclose(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "en")

    def run(text, *arguments):
        rows, out = tmp_path / "rows.csv", tmp_path / "tables.csv"
        rows.write_text(text, encoding="utf-8")
        status = main(["disclose", str(rows), "--by", "region,kind", "--out", str(out), *arguments])
        told = capsys.readouterr()
        return status, out.read_text(encoding="utf-8") if out.exists() else "", told.out + told.err

    return run


def test_tables_are_written_without_small_cells(disclose):
    status, written, told = disclose(ROWS, "--amount", "gpus", "--threshold", "3")
    assert status == 0
    cells = {(row["region"], row["kind"]): row for row in csv.DictReader(written.splitlines())}
    assert len(cells) == 9
    assert cells["city", "school"]["state"] == cells["county", "startup"]["state"] == "withheld"
    assert cells["city", "school"]["contributors"] == ""
    assert cells["", ""] == {"region": "", "kind": "", "contributors": "12", "amount": "176", "state": "shown"}
    assert told.startswith("9 cells, ")


def test_only_the_tables_asked_for(disclose):
    status, written, _ = disclose(ROWS, "--table", "region", "--table", "")
    assert status == 0
    cells = {row["region"]: row["contributors"] for row in csv.DictReader(written.splitlines())}
    assert cells == {"": "12", "city": "6", "county": "6"}


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("region\ncity\n", (), "lacks these columns: kind"),
        (ROWS + "city,school,-4\n", ("--amount", "gpus"), "line 14: gpus must be a whole number of at least 0"),
        (ROWS, ("--threshold", "1"), "threshold must be at least 2"),
        (ROWS, ("--table", "sector"), "divides by sector"),
        ('region,kind\n"city,startup\n', (), "cannot be read"),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(disclose, text, arguments, said):
    status, written, told = disclose(text, *arguments)
    assert (status, written) == (2, "")
    assert said in told
