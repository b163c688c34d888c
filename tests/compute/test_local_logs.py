"""Logs that are bounded and rotated: whatever is printed in whatever pieces, beginning and end are there."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.compute.local import logs

MOST = 64  # 32 for the beginning, pieces of 16


def written(folder, pieces, again_after=None):
    """A log to which these many bytes were written one after another, and all that was ever written."""
    log, whole = logs.Log(folder, MOST), b""
    for number, count in enumerate(pieces):
        data = bytes(65 + (len(whole) + at) % 26 for at in range(count))
        if number == again_after:
            log.close()
            log = logs.Log(folder, MOST)
        log.write(data)
        whole += data
    log.close()
    return log, whole


@given(st.lists(st.integers(0, 90), max_size=12), st.integers(0, 12))
def test_beginning_and_end_are_kept_and_the_gap_is_told(pieces, again):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log, whole = written(folder, pieces, again)
        assert logs.size(folder) == len(whole)
        assert sum(path.stat().st_size for path in folder.iterdir()) <= MOST
        found, after = logs.read(folder, 0, 10_000)
        assert after == len(whole) and log.cut == (found != whole)
        if log.cut:
            begins, _, rest = found.decode().partition("\n[... ")
            gap, _, ends = rest.partition(" B ...]\n")
            assert whole.startswith(begins.encode()) and len(begins) == 32
            assert (
                whole.endswith(ends.encode()) and len(ends) >= 16 and len(begins) + int(gap) + len(ends) == len(whole)
            )


@given(st.lists(st.integers(1, 40), min_size=1, max_size=10), st.integers(1, 50))
def test_read_piece_by_piece_it_is_the_same(pieces, limit):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _log, whole = written(folder, pieces)
        found, at = b"", 0
        while at < len(whole):
            data, after = logs.read(folder, at, limit)
            assert after > at
            found, at = found + data, after
        assert found == logs.read(folder, 0, 10_000)[0]


@pytest.mark.parametrize("offset", [-5, 0])
def test_of_a_job_that_printed_nothing_there_is_nothing(tmp_path, offset):
    assert logs.read(tmp_path, offset, 100) == (b"", 0) and logs.size(tmp_path) == 0
    assert logs.read(tmp_path, 99, 100) == (b"", 99)


def test_a_full_disk_costs_the_log_and_not_the_job(tmp_path):
    (tmp_path / "log").symlink_to("/dev/full")
    log = logs.Log(tmp_path, MOST)
    log.write(b"lost")
    assert log.cut
