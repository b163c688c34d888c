"""What a job may ask for, what it sets aside, how its states follow, and how its log is made harmless."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.jobs import rules
from madang.portal.jobs.rules import FINAL_STATES, JobState, Shape

SHAPE = Shape(gpus=2, cores=4, memory_mb=1024, wall_seconds=600)


def refused(function, *given):
    with pytest.raises(Refused) as caught:
        function(*given)
    return caught.value


def test_a_gpu_pool_holds_gpu_seconds_and_a_core_pool_core_seconds():
    assert rules.amount_held(SHAPE, "gpu") == 1200
    assert rules.amount_held(Shape(0, 4, 1024, 600), "core") == 2400


@pytest.mark.parametrize(
    ("shape", "unit", "code"),
    [
        (Shape(0, 1, 1024, 60), "gpu", "job_gpus"),
        (Shape(1, 1, 1024, 60), "core", "job_gpus"),
        (Shape(0, 0, 1024, 60), "core", "job_cores"),
        (Shape(0, 1, 63, 60), "core", "job_memory_mb"),
        (Shape(0, 1, 1024, 0), "core", "job_wall_seconds"),
        (Shape(0, 1, 1024, 60, 0), "core", "job_nodes"),
        (Shape(0, 1, 1024, rules.MOST_WALL_SECONDS + 1), "core", "job_wall_seconds"),
    ],
)
def test_amounts_that_no_pool_gives_are_refused_with_their_range(shape, unit, code):
    told = refused(rules.check_shape, shape, unit)
    assert told.code == code
    assert {"given", "low", "high", "field"} == told.facts.keys()


@pytest.mark.parametrize("shape", [Shape(3, 4, 1024, 60, 2), Shape(4, 3, 1024, 60, 2)])
def test_nodes_give_equal_parts(shape):
    assert refused(rules.check_shape, shape, "gpu").code == "job_nodes_uneven"
    rules.check_shape(Shape(4, 4, 1025, 60, 2), "gpu")


def test_a_command_is_split_as_a_shell_would_but_runs_in_none():
    assert rules.split_command("python3 train.py --name 'a b' $(rm -rf /)") == [
        "python3",
        "train.py",
        "--name",
        "a b",
        "$(rm",
        "-rf",
        "/)",
    ]
    for bad in ("", "   ", "echo 'open", "''"):
        assert refused(rules.split_command, bad).code == "job_command"


@given(st.lists(st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), min_size=1), min_size=1))
def test_a_shown_command_is_the_one_that_runs(argv):
    assert rules.split_command(rules.join_command(argv)) == argv


@pytest.mark.parametrize(
    "paths",
    [
        ["../a"],
        ["/a"],
        ["a//b"],
        ["a/./b"],
        [""],
        ["a\\b"],
        ["a\x1bb"],
        ["a" * 201],
        ["a", "a"],
        ["a", "a/b"],
        ["a/b", "a"],
    ],
)
def test_paths_that_lead_elsewhere_or_meet_are_refused(paths):
    assert refused(rules.check_paths, paths).code == "job_path"


def test_good_paths_are_taken_up_to_their_number():
    rules.check_paths(["a", "b/c", "b/d/e.txt", "한글 파일.txt"])
    rules.check_paths([f"f{n}" for n in range(rules.MOST_FILES)])
    assert refused(rules.check_paths, [f"f{n}" for n in range(rules.MOST_FILES + 1)]).code == "job_too_many_files"


def test_an_award_runs_jobs_from_its_first_day_until_before_its_end():
    first, end = date(2026, 4, 1), date(2026, 8, 1)
    rules.check_award("in_force", first, end, first)
    rules.check_award("in_force", first, end, date(2026, 7, 31))
    assert refused(rules.check_award, "in_force", first, end, end).code == "award_not_now"
    assert refused(rules.check_award, "in_force", first, end, date(2026, 3, 31)).code == "award_not_now"
    assert refused(rules.check_award, "ended", first, end, first).code == "award_not_in_force"


@given(st.sampled_from(JobState), st.lists(st.sampled_from(JobState)))
def test_however_reports_come_a_job_moves_forwards_and_ends_once(state, reports):
    ends = []
    order = [JobState.ACCEPTED, JobState.WAITING, JobState.RUNNING]
    for report in reports:
        if rules.may_follow(state, report):
            assert state not in FINAL_STATES
            assert report in FINAL_STATES or order.index(report) > order.index(state)
            state = report
            ends += [state] if state in FINAL_STATES else []
    assert len(ends) <= 1


def test_what_a_terminal_would_obey_is_shown_as_signs():
    shown = rules.readable(b"\x1b[31mred\x1b[0m\x07\r\nnext\rover\x7f\ttab\n\xff")
    assert shown == "␛[31mred␛[0m␇\nnext\nover␡\ttab\n\ufffd"
    assert rules.readable("가\u202e나\u0085".encode()) == "가\ufffd나\ufffd"


@given(st.binary())
def test_no_control_character_is_left_in_a_log(data):
    shown = rules.readable(data)
    assert all(letter in "\n\t" or letter.isprintable() or ord(letter) > 0x9F for letter in shown)


@given(st.text(), st.integers(0, 50))
def test_a_piece_of_a_log_ends_with_a_whole_character(text, cut):
    data = text.encode(errors="replace")[:cut]
    kept = rules.whole_characters(data)
    assert len(data) - 3 <= kept <= len(data)
    assert data[:kept].decode() is not None
    rest = text.encode(errors="replace")[kept:]
    assert data[:kept].decode() + rest.decode() == text.encode(errors="replace").decode()


@given(st.binary(min_size=4))
def test_even_of_rubbish_a_piece_goes_on(data):
    assert 0 < rules.whole_characters(data) <= len(data)
