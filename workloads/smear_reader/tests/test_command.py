"""The command as a person types it: a folder becomes a result, a person confirms, and every bad input has an answer."""

import csv
import io
import json
import re
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from smear_reader.calibration import Calibration, NegativeSlide, digest, write
from smear_reader.command import main
from smear_reader.detector import SHIPPED
from smear_reader.reading import Settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory, drawn, detector):
    """A slide of six fields: one a double, one blurred, one no image."""
    found = tmp_path_factory.mktemp("S26-0147")
    for number, field in enumerate((3, 4, 6), start=1):
        Image.fromarray(drawn(field)).save(found / f"{number}.png")
    Image.fromarray(drawn(3)).save(found / "4.jpg", quality=90)
    Image.fromarray(np.asarray(Image.fromarray(drawn(9)).resize((20, 15)).resize((512, 384)))).save(found / "5.png")
    (found / "6.jpg").write_bytes(b"PK\x03\x04 a packed bomb")
    return found


@pytest.fixture
def calibration(tmp_path, detector):
    path = tmp_path / "calibration.json"
    slides = tuple(NegativeSlide(f"n{k}", 100_000, ()) for k in range(20))
    settings = Settings(1.0, 0.4, reference_um2=31_416)
    write(Calibration("bench", "2026-03-01", digest(SHIPPED), settings, slides, 90, 100, "given"), path)
    return path


def answer(capsys, *words):
    """(exit code, JSON of standard output)."""
    code = main([str(word) for word in words])
    return code, json.loads(capsys.readouterr().out)


def test_a_folder_is_a_slide(folder, capsys):
    code, said = answer(capsys, "read", folder, "--shrink", 1, "--json")
    assert code == 0
    assert (said["fields"], said["readable_fields"], said["reference_fields"]) == (6, 3, 3.0)
    assert said["faults"] == {"blurred": 1, "refused": 1, "seen_before": 1}
    assert (said["outcome"], said["grade"]) == ("not_released", None)
    assert "not a medical device" in said["notice"]


def test_the_same_reading_every_time(folder, capsys):
    first, second = (answer(capsys, "read", folder, "--shrink", 1, "--json")[1] for _ in range(2))
    assert first | {"read_at": ""} == second | {"read_at": ""}


def test_a_person_confirms_and_the_log_and_report_say_so(folder, calibration, tmp_path, capsys):
    reading, written = tmp_path / "r.json", tmp_path / "report.html"
    code, said = answer(
        capsys, "read", folder, "--calibration", calibration, "--out", reading, "--report", written, "--json"
    )
    assert (code, said["outcome"]) == (0, "more_fields")
    assert "의료기기가 아니며" in written.read_text(encoding="utf-8")
    code, said = answer(capsys, "confirm", reading, "--who", "김검사", "--bacilli", "1,3", "--report", written)
    assert (said["confirmed"]["bacilli"], said["confirmed"]["left"]) == (2, 0)
    assert said["outcome"] == "more_fields" and said["grade"] is None
    assert "김검사" in written.read_text(encoding="utf-8")
    assert len((tmp_path / "r.confirmations.jsonl").read_text(encoding="utf-8").splitlines()) == said["confirmed"]["of"]


def test_a_folder_of_slides_is_read_one_by_one(folder, tmp_path, capsys):
    code, said = answer(capsys, "read", folder.parent, "--shrink", 1, "--json", "--report", tmp_path / "reports")
    assert code == 0
    one = said if isinstance(said, dict) else next(one for one in said if one["sample"] == folder.name)
    assert one["fields"] == 6


def test_a_stream_is_answered_field_by_field(folder, capsys, monkeypatch):
    paths = "".join(f"{folder / name}\n" for name in ("1.png", "6.jpg", "none.png"))
    monkeypatch.setattr("sys.stdin", io.StringIO(paths))
    assert main(["read", "-", "--shrink", "1", "--json"]) == 0
    *lines, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["fault"] for line in lines] == [None, "refused", "refused"]
    assert last["readable_fields"] == 1


@pytest.mark.parametrize("make", ["empty", "blur", "cat"])
def test_slides_without_a_readable_field_say_so(tmp_path, make, capsys, calibration):
    rng = np.random.default_rng(4)
    slide = tmp_path / "S1-01"
    slide.mkdir()
    for number in range(0 if make == "empty" else 3):
        grey = rng.normal(170, 12, (12, 16, 3)).clip(0, 255).astype(np.uint8)
        noise = rng.integers(0, 255, (300, 400, 3), dtype=np.uint8)
        image = np.asarray(Image.fromarray(grey).resize((400, 300))) if make == "blur" else noise
        Image.fromarray(image).save(slide / f"{number}.png")
    code, said = answer(capsys, "read", slide, "--calibration", calibration, "--json")
    assert (code, said["outcome"], said["reference_fields"]) == (0, "no_fields", 0.0)
    assert set(said["faults"]) <= {"blurred", "unstained", "empty", "not_a_smear", "seen_before"}


@pytest.mark.parametrize(
    "words",
    [
        ("read", "{folder}", "--pixel-size", "65 nm"),
        ("read", "{folder}", "--pixel-size", "65"),
        ("read", "{folder}", "--shrink", "0"),
        ("read", "{folder}", "--calibration", "{folder}/1.png"),
        ("confirm", "{folder}/1.png", "--who", "x"),
        ("evaluate", "--data", "{folder}"),
        ("evaluate", "--data", "{folder}/none"),
        ("keys", "revoke", "nobody", "--home", "{folder}/desk"),
        ("calibrate", "--site", "x", "--negatives", "{folder}/none", "--out", "c.json"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line_of_either_language(folder, words, capsys, monkeypatch):
    monkeypatch.setenv("SMEAR_READER_LANGUAGE", "en")
    assert main([word.format(folder=folder) for word in words]) == 2
    said = capsys.readouterr().err
    assert said.startswith("smear-reader: ") and "Traceback" not in said
    monkeypatch.setenv("SMEAR_READER_LANGUAGE", "ko")
    assert main([word.format(folder=folder) for word in words]) == 2
    assert re.search("[가-힣]", capsys.readouterr().err)


def test_a_calibration_is_made_of_twenty_slides(tmp_path, drawn, capsys, detector):
    negatives, marked = tmp_path / "negatives", tmp_path / "marked"
    tile = drawn(200, 512, 384)
    for slide in range(2):
        (negatives / f"N{slide}").mkdir(parents=True)
        Image.fromarray(tile).save(negatives / f"N{slide}" / "1.png")
    given = [
        "calibrate",
        "--site",
        "bench",
        "--negatives",
        str(negatives),
        "--shrink",
        "1",
        "--out",
        str(tmp_path / "c"),
    ]
    assert main([*given, "--recall", "90/100"]) == 2
    assert "Only 0" in capsys.readouterr().err
    marked.mkdir()
    Image.fromarray(tile).save(marked / "1.png")
    with (marked / "1.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows([["label", "x", "y", "width", "height"], ["single", 10, 10, 20, 8]])
    # a pixel so large that one image shows more than twenty reference fields
    rng = np.random.default_rng(1)
    for slide in range(20):
        (negatives / f"N{slide}").mkdir(parents=True, exist_ok=True)
        Image.fromarray(drawn(300 + slide % 4)).save(negatives / f"N{slide}" / "1.png")
        (negatives / f"N{slide}" / "2.txt").write_text(str(rng.integers(9)))
    wide = ["--pixel-size", "2", "--reference-area", "31416"]
    assert main([*given, "--marked", str(marked), "--false-alarms", "0.5", *wide]) == 0
    said = json.loads(capsys.readouterr().out)
    area = Fraction(512 * 384 * 4, 31_416)
    assert said["slides"] == 20 and area > 20
    assert said["false_alarms_per_field"] <= 0.5
    assert said["recall"].endswith("/1")


def test_the_simulation_prints_both_tables(capsys):
    code, said = answer(capsys, "simulate", "--slides", "50", "--json")
    assert code == 0 and {row["rule"] for row in said["stopping"]} >= {"ours", "at_twenty_fields"}
    assert len(said["specificity"]) == 8
