"""What may be said: nothing without calibration, never scanty by the machine, and the person's count in the end."""

import json
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smear_reader.calibration import (
    LEAST_SLIDES,
    Calibration,
    CalibrationError,
    NegativeSlide,
    load,
    threshold_for,
    usable,
    write,
)
from smear_reader.confirming import Answer, answered, keep, kept, latest
from smear_reader.grading import Grade
from smear_reader.reading import Place, Settings, Slide
from smear_reader.record import from_json, recorded, summary, to_json
from smear_reader.report import report
from smear_reader.results import Outcome, judge, pages_of, settle

SETTINGS = Settings(1.0, 0.5)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CLEAN = Calibration(
    "Mokpo, bench 2", "2026-03-01T00:00:00+00:00", "m" * 64, SETTINGS,
    tuple(NegativeSlide(f"n{k}", 100_000, (0.6,) if k == 0 else ()) for k in range(20)), 460, 500, "marked",
)  # fmt: skip


def slide(count, fields, below=30):
    """A slide as it stands after reading: so many places that count, and some that do not."""
    places = [Place(k % 100 + 1, 10 + k, 20, 0.9 - k / 10_000, b"jpeg") for k in range(min(count, 300))]
    places += [Place(k % 100 + 1, 5, 900 + k, 0.4 - k / 1000, b"jpeg") for k in range(below)]
    return Slide(SETTINGS, places=places[:300], count=count, area=Fraction(fields))


def test_without_calibration_nothing_is_released():
    word = judge(slide(500, 100), None)
    assert (word.outcome, word.estimate) == (Outcome.NOT_RELEASED, None)
    told = summary(recorded("S-1", slide(500, 100), None, "m", NOW), {})
    assert told["grade"] is None and told["outcome"] == "not_released"


@pytest.mark.parametrize(
    ("count", "fields", "outcome", "grade"),
    [
        (0, 0, Outcome.NO_FIELDS, None),
        (0, 99, Outcome.MORE_FIELDS, None),
        (0, 100, Outcome.CANNOT_TELL, Grade.NEGATIVE),
        (1, 100, Outcome.CANNOT_TELL, Grade.SCANTY),
        (9, 100, Outcome.TO_CONFIRM, Grade.SCANTY),
        (40, 100, Outcome.GRADED, Grade.ONE),
        (300, 100, Outcome.GRADED, Grade.TWO),
        (400, 20, Outcome.GRADED, Grade.THREE),
    ],
)
def test_the_machines_word(count, fields, outcome, grade):
    word = judge(slide(count, fields), CLEAN)
    assert (word.outcome, word.grade) == (outcome, grade)


@given(st.integers(0, 60), st.integers(100, 400), st.integers(0, 400))
def test_scanty_and_negative_are_never_the_machines_to_say(count, fields, false):
    noisy = tuple(NegativeSlide(f"n{k}", 50_000, (0.7,) * (false // 20)) for k in range(20))
    found = recorded("S-1", slide(count, fields), Calibration("x", "y", "m", SETTINGS, noisy, 90, 100, "z"), "m", NOW)
    assert summary(found, {})["grade"] in (None, "1+", "2+", "3+")


def test_many_false_alarms_make_it_cannot_tell():
    noisy = tuple(NegativeSlide(f"n{k}", 100_000, (0.7,) * 40) for k in range(20))
    assert (
        judge(slide(40, 100), Calibration("x", "y", "m", SETTINGS, noisy, 90, 100, "z")).outcome == Outcome.CANNOT_TELL
    )


@pytest.mark.parametrize(("count", "shown"), [(0, 20), (7, 20), (33, 33), (50, 50), (200, 50)])
def test_twenty_to_fifty_pictures_are_shown(count, shown):
    places = slide(count, 100).places
    found = pages_of(places, 0.5)
    assert len(found) == shown
    assert list(found) == sorted(places, key=lambda place: -place.score)[:shown]


def settled(count, fields, say_yes, pages=1):
    """What stands when a person calls the first `say_yes` pictures bacilli and the others not."""
    read = slide(count, fields)
    shown = pages_of(read.places, 0.5, pages)
    answers = {place.key: number < say_yes for number, place in enumerate(shown)}
    return settle(judge(read, CLEAN), shown, answers, count, len(read.places))


@pytest.mark.parametrize(
    ("count", "fields", "yes", "outcome", "grade", "final"),
    [
        (7, 100, 0, Outcome.FINAL, Grade.NEGATIVE, 0),
        (0, 100, 0, Outcome.FINAL, Grade.NEGATIVE, 0),
        (7, 100, 4, Outcome.FINAL, Grade.SCANTY, 4),
        (0, 100, 2, Outcome.FINAL, Grade.SCANTY, 2),  # the machine counted none; the person found two
        (40, 100, 38, Outcome.FINAL, Grade.ONE, 38),
        (400, 100, 50, Outcome.FINAL, Grade.TWO, 400),
        (400, 100, 25, Outcome.FINAL, Grade.TWO, 200),
        (400, 100, 1, Outcome.MORE_PICTURES, None, 8),
        (300, 20, 45, Outcome.FINAL, Grade.THREE, 270),
        (300, 20, 10, Outcome.MORE_PICTURES, None, 60),
    ],
)
def test_the_persons_word_stands(count, fields, yes, outcome, grade, final):
    found = settled(count, fields, yes)
    assert (found.outcome, found.grade, found.count) == (outcome, grade, final)


def test_pictures_left_open_leave_the_slide_waiting():
    read = slide(30, 100)
    shown = pages_of(read.places, 0.5)
    found = settle(judge(read, CLEAN), shown, {shown[0].key: True}, 30, 60)
    assert (found.outcome, found.left, found.grade) == (Outcome.WAITING, 29, None)


def test_pages_are_added_until_low_grades_rest_on_every_picture():
    record = recorded("S-1", slide(90, 100), CLEAN, "m", NOW)
    first = record.shown()
    final, shown = record.settled({place.key: False for place in first})
    assert (final.outcome, len(shown)) == (Outcome.WAITING, 90)
    final, _ = record.settled({place.key: False for place in shown})
    assert (final.outcome, final.grade) == (Outcome.FINAL, Grade.NEGATIVE)


def test_more_false_alarms_than_pictures_are_no_negative():
    found = settled(2000, 100, 0, pages=6)
    assert found.outcome == Outcome.CANNOT_TELL


@given(st.integers(0, 300), st.integers(0, 50))
def test_a_record_comes_back_as_it_was_kept(count, below):
    record = recorded("S-22", slide(count, 100, below), CLEAN, "m" * 64, NOW)
    assert from_json(json.loads(json.dumps(to_json(record)))) == record


def test_something_else_is_no_record():
    with pytest.raises(ValueError, match="not a reading"):
        from_json({"format": 1, "name": "x"})


def test_the_report_speaks_both_languages_and_is_shut_in_one_file():
    record = recorded("<S-22>", slide(7, 100), CLEAN, "m" * 64, NOW)
    answers = answered(NOW, "Kim <b>", "S-22", [(place.key, True) for place in record.shown()])
    written = report(record, answers)
    assert "의료기기가 아니며" in written and "not a medical device" in written
    assert "&lt;S-22&gt;" in written and "Kim &lt;b&gt;" in written and "<b>" not in written
    assert "http" not in written and "<script" not in written
    assert written.count("data:image/jpeg;base64,") == 20
    assert "0.0005" in written  # one false alarm in 2,000 fields, published


def test_a_report_without_answers_releases_no_scanty():
    written = report(recorded("S-22", slide(7, 100), CLEAN, "m" * 64, NOW), [])
    assert 'class="grade">–<' in written
    assert 'class="grade">scanty' not in written


# --- the log ---


def test_the_log_keeps_every_word_and_the_last_one_counts(tmp_path):
    log = tmp_path / "log.jsonl"
    seoul = NOW.astimezone(timezone(timedelta(hours=9)))
    keep(log, answered(seoul, "김검사", "S-1", [("1-2-3", True), ("4-5-6", False)]))
    keep(log, answered(NOW, "Lee", "S-1", [("1-2-3", False)]))
    found = kept(log)
    assert [(a.who, a.at) for a in found] == [(who, "2026-03-02T09:30:00+00:00") for who in ("김검사", "김검사", "Lee")]
    assert latest(found) == {"1-2-3": False, "4-5-6": False}


def test_a_line_cut_off_by_a_crash_loses_itself_only(tmp_path):
    log = tmp_path / "log.jsonl"
    keep(log, [Answer("t", "a", "s", "1-1-1", True)])
    with log.open("a") as torn:
        torn.write('{"at": "t", "who": "b"')
    keep(log, [Answer("t", "c", "s", "2-2-2", True)])
    assert [answer.who for answer in kept(log)] == ["a", "c"]


def test_somebody_must_say_it_at_some_instant():
    with pytest.raises(ValueError, match="named"):
        answered(NOW, " ", "s", [])
    with pytest.raises(ValueError, match="zone"):
        answered(NOW.replace(tzinfo=None), "Kim", "s", [])


# --- calibration ---


def test_fewer_than_twenty_usable_slides_calibrate_nothing():
    short = [NegativeSlide("short", 19_999, ())] * 5
    with pytest.raises(CalibrationError, match="Only 19"):
        usable([*CLEAN.slides[:19], *short])
    assert len(usable([*CLEAN.slides, *short])) == LEAST_SLIDES


def test_the_threshold_is_the_lowest_that_keeps_the_promise():
    slides = [NegativeSlide("a", 100_000, (0.3, 0.55, 0.8)), NegativeSlide("b", 100_000, (0.3,))]
    assert threshold_for(slides, 0.01) == pytest.approx(0.32)
    assert threshold_for(slides, 0.005) == pytest.approx(0.56)
    assert threshold_for(slides, 0) == pytest.approx(0.82)
    with pytest.raises(CalibrationError, match="lowest reached"):
        threshold_for([NegativeSlide("a", 100_000, (0.999,))], 0)


def test_a_calibration_is_for_its_model_alone(tmp_path):
    model = tmp_path / "model.onnx"
    model.write_bytes(b"weights")
    write(CLEAN, tmp_path / "c.json")
    with pytest.raises(CalibrationError, match="another model"):
        load(tmp_path / "c.json", model)
    (tmp_path / "c.json").write_text("[]")
    with pytest.raises(CalibrationError, match="not a calibration"):
        load(tmp_path / "c.json", model)


def test_false_alarms_are_published_for_each_reference_field():
    assert CLEAN.false_alarms == pytest.approx(0.0005)
