"""How jobs end by Slurm's words and by what lies in a folder that its person can write to."""

from datetime import UTC, datetime

import pytest

from madang.compute import sentences
from madang.compute.protocol import JobState
from madang.compute.slurm.asking import Seen
from madang.compute.slurm.endings import concluded, has_ended, never_ran, the_last

BEGAN, ENDED = datetime(2026, 3, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, 2, tzinfo=UTC)


def report(state="COMPLETED", detail="0:0", left=None, *, placed=True, asked=0):
    row = {"name": "test-ab", "key": "k", "account": "award:1", "cancel_asked": asked, "given": 0}
    seen = Seen("7", state, BEGAN, BEGAN if placed else None, ENDED, placed, "test-ab", detail)
    return concluded(row, seen, left or {}, 600, ENDED)


@pytest.mark.parametrize(
    ("state", "detail", "expected", "code", "exit_code"),
    [
        ("COMPLETED", "0:0", JobState.SUCCEEDED, "ended_well", 0),
        ("FAILED", "3:0", JobState.FAILED, "ended_with_code", 3),
        ("FAILED", "0:9", JobState.FAILED, "ended_by_signal", 137),
        ("OUT_OF_MEMORY", "0:125", JobState.FAILED, "slurm_out_of_memory", 253),
        ("TIMEOUT", "0:0", JobState.TIMED_OUT, "wall_time_over", None),
        ("DEADLINE", "0:0", JobState.TIMED_OUT, "slurm_deadline", None),
        ("CANCELLED", "0:15", JobState.CANCELLED, "slurm_cancelled_outside", 143),
        ("NODE_FAIL", "1:0", JobState.LOST, "slurm_node_failed", None),
        ("BOOT_FAIL", "0:0", JobState.LOST, "slurm_boot_failed", None),
        ("PREEMPTED", "0:0", JobState.LOST, "slurm_preempted", None),
        ("UNKNOWN", "0:0", JobState.LOST, "slurm_end_unknown", None),
        ("REVOKED", "0:0", JobState.LOST, "slurm_gone", None),
    ],
)
def test_every_end_that_slurm_knows(state, detail, expected, code, exit_code):
    found = report(state, detail)
    assert (found.state, found.reason.code, found.exit_code) == (expected, code, exit_code)
    assert found.state.final and found.ended_at == ENDED
    for language in ("en", "ko"):
        assert sentences.sentence(found.reason.code, found.reason.facts, language)


def test_a_cancelled_job_says_whether_it_ran():
    assert report("CANCELLED", asked=1).reason.code == "cancelled_running"
    waiting = report("CANCELLED", asked=1, placed=False)
    assert (waiting.reason.code, waiting.started_at, waiting.exit_code) == ("cancelled_waiting", None, None)


@pytest.mark.parametrize("state", ["PENDING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUED", "CONFIGURING"])
def test_what_may_still_change_has_not_ended(state):
    seen = Seen("7", state, BEGAN, BEGAN, None, True, "n", "")
    assert not has_ended(seen) and not never_ran(seen)


def test_the_scripts_own_record_counts_within_what_slurm_says():
    assert report("CANCELLED", "0:15", {"result": {"exit_code": 5}}, asked=1).exit_code == 5
    ended = report("FAILED", "137:0", {"result": {"exit_code": 137, "timed_out": True}})
    assert (ended.state, ended.exit_code, ended.reason.facts) == (JobState.TIMED_OUT, None, {"seconds": 600})
    forged = report("FAILED", "3:0", {"result": {"exit_code": 0}})
    assert forged.state is JobState.FAILED


@pytest.mark.parametrize(
    "left",
    [
        {"result": [3]},
        {"result": {"exit_code": "0", "timed_out": 1, "log_cut": "yes"}},
        {"result": {"exit_code": True}},
        {"result": {"exit_code": 99999}},
        {"outputs": "all", "left_out": -4, "log_size": "9"},
        {"outputs": [["../out", 1, "a" * 64], ["out", 1, "no digest"], [1, 2, 3], ["short"], None]},
    ],
)
def test_nonsense_in_a_persons_folder_counts_as_nothing(left):
    found = report("FAILED", "3:0", left)
    assert (found.state, found.exit_code, found.outputs) == (JobState.FAILED, 3, ())
    assert (found.outputs_left_out, found.log_size, found.log_cut) == (0, 0, False)


@pytest.mark.parametrize(
    ("queued", "recorded", "settled", "expected"),
    [
        # (state, restarts, submitted) by the queue; (state, submitted) by the records
        (("COMPLETED", 1, ENDED), ("NODE_FAIL", BEGAN), True, None),  # the last run's record has not come yet
        (("COMPLETED", 1, ENDED), ("COMPLETED", ENDED), True, "COMPLETED"),
        (("PENDING", 1, ENDED), None, True, None),
        (("CANCELLED", 0, BEGAN), None, True, "CANCELLED"),  # it never had anything
        (("CANCELLED", 1, ENDED), None, True, None),  # it had, once
        (None, ("NODE_FAIL", BEGAN), False, None),
        (None, ("NODE_FAIL", BEGAN), True, "NODE_FAIL"),
        (None, ("REQUEUED", BEGAN), False, None),
        (None, ("COMPLETED", BEGAN), False, "COMPLETED"),
    ],
)
def test_the_end_of_an_earlier_run_is_not_that_of_the_job(queued, recorded, settled, expected):
    seen = queued and Seen("7", queued[0], queued[2], None, None, False, "n", "", queued[1])
    row = recorded and Seen("7", recorded[0], recorded[1], BEGAN, ENDED, True, "n", "0:0")
    final, _ = the_last(seen, row, "n", lambda: settled)
    assert (final and final.state) == expected


def test_what_an_earlier_run_left_is_not_how_the_last_one_ended():
    left = {"result": {"exit_code": 143, "restarts": 0}}
    row = {"name": "n", "key": "k", "account": "award:1", "cancel_asked": 0, "given": 5}
    found = concluded(row, Seen("7", "FAILED", ENDED, ENDED, ENDED, True, "n", "1:0", 1), left, 600, ENDED)
    assert (found.exit_code, found.restarts, found.submitted_at.timestamp()) == (1, 1, 5)
