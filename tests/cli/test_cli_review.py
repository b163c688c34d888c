"""`madang review`: the examples of docs/review.md come out as they stand there, and faults are named."""

import json
import re
import shlex
from pathlib import Path

import pytest

from madang.cli.main import main

PAGE = Path(__file__).parents[2] / "docs" / "review.md"
FILE = re.compile(r"^```(?:json|csv) (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, content in FILE.findall(PAGE.read_text(encoding="utf-8")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "en")
    return tmp_path


def examples():
    """What is typed, and what is shown below it until the next."""
    for block in CONSOLE.findall(PAGE.read_text(encoding="utf-8")):
        for typed in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = typed.partition("\n")
            yield command, shown


def test_every_example_of_the_page_comes_out_as_it_stands_there(folder, capsys):
    found = list(examples())
    assert len(found) >= 6
    for command, shown in found:
        assert main(shlex.split(command)[1:]) == 0, command
        assert capsys.readouterr().out == shown, command


def run(capsys, *words):
    status = main(["review", *words])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def edited(path, change):
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_difference_shows_what_came_and_went(folder, capsys):
    (folder / "old.json").write_text((folder / "facts.json").read_text(encoding="utf-8"), encoding="utf-8")
    edited(folder / "facts.json", lambda facts: facts.update(on="2027-01-01"))
    assert run(capsys, "conflicts", "facts.json", "--before", "old.json")[1].count("-A-1") == 1
    status, out, _ = run(capsys, "conflicts", "facts.json", "--before", "old.json", "--json")
    assert (status, [(one["change"], one["ground"]) for one in json.loads(out)]) == (0, [("-", "former_organisation")])


def test_a_changed_assignment_or_draw_is_found_out(folder, capsys):
    assert run(capsys, "assign", "problem.json", "--out", "assignment.json")[0] == 0
    edited(folder / "assignment.json", lambda stored: stored["chosen"].update({"A-1": ["choi", "park"]}))
    assert run(capsys, "check", "problem.json", "assignment.json")[:2] == (1, "park is barred from A-1.\n")
    run(capsys, "draw", "pool.json", "--secret", "42", "--outside", "1 2", "--out", "draw.json")
    edited(folder / "draw.json", lambda stored: stored["names"].reverse())
    assert run(capsys, "draw", "draw.json", "--replay")[:2] == (1, "Another list comes out.\n")
    assert run(capsys, "draw", "pool.json", "--secret", "42", "--outside", "1", "--commitment", "x")[0] == 1


def test_a_secret_and_its_digest_belong_together(folder, capsys):
    made = json.loads(run(capsys, "commit", "--json")[1])
    drawn = ("draw", "pool.json", "--secret", made["secret"], "--outside", "1", "--commitment", made["commitment"])
    assert run(capsys, *drawn)[0] == 0
    assert json.loads(run(capsys, "commit", "--json")[1]) != made


def test_a_panel_is_calibrated(folder, capsys):
    lines = [f"a{a:02},r{r},{50 + a + 5 * r}.5" for a in range(12) for r in range(4)]
    (folder / "totals.csv").write_text("\n".join(["application,reviewer,total", *lines]), encoding="utf-8")
    status, out, _ = run(capsys, "calibrate", "totals.csv", "--places", "3", "--json")
    found = json.loads(out)
    assert (status, found["in"], found["out"]) == (0, [], [])
    assert found["applications"]["a11"]["raw_milli"] == 69_000
    offsets = [one["offset_milli"] for one in found["reviewers"].values()]
    assert offsets == sorted(offsets)
    assert run(capsys, "calibrate", "totals.csv", "--places", "3")[1].endswith("In by calibrated scores: -. Out: -.\n")


def test_applicants_review_each_other(folder, capsys):
    lines = [f"a{n},r{n},o{n}" for n in range(12)]
    (folder / "entries.csv").write_text("\n".join(["application,reviewer,organisation", *lines]), encoding="utf-8")
    status, out, _ = run(capsys, "distribute", "entries.csv", "--each", "3", "--seed", "5")
    assert status == 0
    assert out.endswith("Checked: nobody's scores can move the rank of an application of his own.\n")


@pytest.mark.parametrize(
    ("name", "change", "words", "said"),
    [
        ("facts.json", lambda it: it.update(preset="german"), ["conflicts"], "facts.json: preset: is not one of"),
        ("facts.json", lambda it: it.update(on="soon"), ["conflicts"], "facts.json: on: must be a date"),
        ("facts.json", lambda it: it.pop("on"), ["conflicts"], "facts.json: on: is missing"),
        ("facts.json", lambda it: it.update(rules={"x": None}), ["conflicts"], "The rule on x cannot be used"),
        ("facts.json", lambda it: it.update(challenge=[]), ["conflicts"], "facts.json: challenge: is not a member"),
        (
            "problem.json",
            lambda it: it.update(conflicts=[["A-1"]]),
            ["assign"],
            "conflicts[0]: must be a list of two",
        ),
        ("problem.json", lambda it: it["applications"][0].update(needed=4), ["assign"], "A-1 needs 4 more"),
        ("problem.json", lambda it: it["reviewers"].append({"id": "lee", "limit": 1}), ["assign"], "occurs twice"),
        (
            "pool.json",
            lambda it: it["pool"].pop(2),
            ["draw", "--secret", "1", "--outside", "x"],
            "pool is too small",
        ),
    ],
)
def test_what_is_wrong_in_a_document_is_named(folder, capsys, name, change, words, said):
    edited(folder / name, change)
    status, out, error = run(capsys, words[0], name, *words[1:])
    assert (status, out) == (2, "")
    assert said in error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("application,reviewer\n", "totals.csv: line 1, total: is missing"),
        ("application,reviewer,total\na,r,x\n", "totals.csv: line 2.total: must be points"),
        ("application,reviewer,total\na,r,\n", "totals.csv: line 2.total: is missing"),
        ("application,reviewer,total\na,r,1\n\na,r,2\n", "totals.csv: line 4: is already taken"),
        ("application,reviewer,total\na,r\n", "totals.csv: line 2: must have one cell for each column"),
        ("application,reviewer,total\na,r,1\n", "1 applications and 1 reviewers are too few"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(folder, capsys, content, said):
    (folder / "totals.csv").write_text(content, encoding="utf-8")
    status, _, error = run(capsys, "calibrate", "totals.csv")
    assert status == 2
    assert said in error


def test_it_speaks_korean(folder, capsys):
    run(capsys, "assign", "problem.json", "--out", "assignment.json")
    edited(folder / "assignment.json", lambda stored: stored["chosen"].update({"A-1": ["choi", "park"]}))
    said = run(capsys, "check", "problem.json", "assignment.json", "--language", "ko")[1]
    assert said == "park 평가위원은 A-1 신청에서 제척됩니다.\n"
