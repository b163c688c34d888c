"""Tests of the check of a job, of the comparison of two submissions, and of loading a backend by its name."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.compute import specs
from madang.compute.protocol import After, InputFile, JobSpec, JobState, load
from madang.errors import Refused


def make_job(**changes):
    fields = {"key": "k", "account": "a", "fair_share_class": "c", "name": "n", "argv": ("true",)}
    return JobSpec(**{**fields, **changes})


def make_file(path, content="0" * 64):
    return InputFile(path, Path("/nowhere"), content, 1)


@given(st.text(alphabet="a./\\\0 ", max_size=12))
def test_a_safe_path_stays_below_its_folder(path):
    if specs.safe_path(path):
        assert (Path("/folder") / path).resolve().is_relative_to("/folder")
        assert Path("/folder") / path != Path("/folder")
        assert str(Path(path)) == path


@pytest.mark.parametrize("path", ["a", "a/b", "...", "a b", "가/나.txt", ".hidden"])
def test_ordinary_names_are_safe(path):
    assert specs.safe_path(path)


@pytest.mark.parametrize("paths", [("a", "a"), ("a", "a/b"), ("a/b/c", "a/b")])
def test_two_files_cannot_share_a_place(paths):
    with pytest.raises(Refused, match="job_path_twice"):
        specs.check(make_job(files=tuple(make_file(path) for path in paths)))


def test_the_digest_tells_every_field_apart_but_not_where_a_file_lies_nor_its_place_in_the_queue():
    spec = make_job(files=(make_file("a"),))
    moved = dataclasses.replace(spec.files[0], source=Path("/elsewhere"))
    assert specs.digest(dataclasses.replace(spec, files=(moved,))) == specs.digest(spec)
    assert specs.digest(dataclasses.replace(spec, priority=1, held=True)) == specs.digest(spec)
    changes = [
        {"account": "b"},
        {"fair_share_class": "d"},
        {"name": "m"},
        {"argv": ("true", "x")},
        {"files": (make_file("b"),)},
        {"files": (make_file("a", "1" * 64),)},
        {"gpus": 1},
        {"gpu_type": "H100"},
        {"cores": 2},
        {"memory_mb": 2048},
        {"wall_seconds": 1},
        {"environment": {"A": "b"}},
        {"after": (After("x"),)},
        {"after": (After("x", ok=False),)},
        {"requeue": True},
        {"checkpoint_seconds": 5},
    ]
    digests = {specs.digest(dataclasses.replace(spec, **change)) for change in changes}
    assert len(digests) == len(changes) and specs.digest(spec) not in digests


def test_the_digest_of_a_job_without_the_later_fields_is_what_it_was():
    assert specs.digest(make_job()) == "e28d6a8bba61cd61360f4ebfb8bf4e5ea894e574976df2c65fba6cc9cfb1165a"


def test_an_array_is_so_many_jobs_that_know_their_numbers():
    made = specs.array(make_job(environment={"A": "b"}), 3)
    assert [(job.key, job.name) for job in made] == [("k/0", "n [0]"), ("k/1", "n [1]"), ("k/2", "n [2]")]
    assert made[2].environment == {"A": "b", "MADANG_ARRAY_INDEX": "2", "MADANG_ARRAY_COUNT": "3"}
    for job in made:
        specs.check(job)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"priority": 1001}, "job_field_out_of_range"),
        ({"checkpoint_seconds": -1}, "job_field_out_of_range"),
        ({"checkpoint_seconds": 60, "wall_seconds": 60}, "checkpoint_too_early"),
    ],
)
def test_later_fields_have_their_bounds(changes, code):
    with pytest.raises(Refused, match=code):
        specs.check(make_job(**changes))


def test_five_states_are_final():
    assert [state for state in JobState if not state.final] == [JobState.WAITING, JobState.RUNNING]


def test_a_backend_is_loaded_by_its_name(tmp_path):
    backend = load("madang.compute.local.backend.LocalBackend", root=tmp_path / "spool", cores=1)
    assert backend.capacity().cores == 1


@pytest.mark.parametrize(
    ("path", "fault"),
    [("Local", ImportError), ("madang.nowhere.Local", ImportError), ("madang.values.Nothing", AttributeError)],
)
def test_a_name_that_is_no_backend_is_refused(path, fault):
    with pytest.raises(fault):
        load(path)


def test_a_class_that_lacks_a_verb_is_refused():
    with pytest.raises(TypeError, match="lacks one of the verbs"):
        load("pathlib.PurePosixPath")
