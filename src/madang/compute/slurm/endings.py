"""How a job stands by Slurm's words, and how it ended by those and by the record that its batch script left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from madang.compute.protocol import JobReport, JobState, OutputFile, Reason
from madang.compute.slurm.asking import Seen
from madang.compute.specs import safe_path

_SHA256 = re.compile(r"[0-9a-f]{64}")

_WAITING = {"PENDING", "CONFIGURING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"}
_LOST = {
    "NODE_FAIL": "slurm_node_failed",
    "BOOT_FAIL": "slurm_boot_failed",
    "LAUNCH_FAILED": "slurm_boot_failed",
    "RECONFIG_FAIL": "slurm_boot_failed",
    "PREEMPTED": "slurm_preempted",
    "REVOKED": "slurm_gone",
    "UNKNOWN": "slurm_end_unknown",
}
_ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "DEADLINE", "OUT_OF_MEMORY", *_LOST}


def waits(seen: Seen) -> bool:
    """Whether a job has not begun to run."""
    return seen.state in _WAITING


def has_ended(seen: Seen) -> bool:
    """Whether a job has reached a state that it keeps; one that is still being cleared away has not."""
    return seen.state in _ENDED


def never_ran(seen: Seen) -> bool:
    """Whether a job ended before it was given anything: then there is no use to wait for."""
    return has_ended(seen) and not seen.placed and not seen.restarts


def the_last(
    seen: Seen | None, recorded: Seen | None, name: str, settled: Callable[[], bool]
) -> tuple[Seen | None, Seen | None]:
    """(how a job ended or None, what its record tells): by what queue and records have of it, None where nothing.

    A job that is run again has a record of each run, and one of an earlier run is not its end: it must be of the run
    that the queue knows, or, where the queue knows the job no more, all records must have come (`settled`).
    """
    # not whole yet, since the database gives a record its name last; or not that of the last run
    if recorded is not None and (
        recorded.name != name or (seen and seen.restarts and recorded.submitted != seen.submitted)
    ):
        recorded = None
    if seen is not None and never_ran(seen):
        return seen, recorded
    if recorded is None:
        return None, None
    again = recorded.state == "REQUEUED"
    if seen is None and (again or recorded.state in _LOST) and not settled():
        return None, recorded
    if again:
        return None, None
    return (recorded if has_ended(recorded) and recorded.ended is not None else None), recorded


def concluded(
    row: Mapping[str, Any], seen: Seen, left: Mapping[str, Any], wall_seconds: int, now: datetime
) -> JobReport:
    """The final report of a job that Slurm has as `seen` and that left `left` in its folder.

    State and times are Slurm's; the folder is the person's own, so that what it says only adds to them: an exit code,
    and that the script itself ended the command at its second.
    """
    result = left.get("result") if isinstance(left.get("result"), dict) else {}
    assert isinstance(result, dict)
    if result.get("restarts", 0) != seen.restarts:
        result = {}  # of a run before the last
    exit_code, signal = _codes(seen, result)
    state, reason = _state(seen, exit_code, signal, bool(row["cancel_asked"]), result.get("timed_out") is True)
    if state in (JobState.TIMED_OUT, JobState.LOST):
        exit_code = signal = None  # not the command's own, or nobody's
    if state is JobState.TIMED_OUT:
        reason = reason or Reason("wall_time_over", {"seconds": wall_seconds})
    assert reason is not None
    ended = seen.ended or seen.started or seen.submitted or now
    return JobReport(
        id=row["name"],
        key=row["key"],
        account=row["account"],
        state=state,
        submitted_at=submitted(row, seen),
        started_at=seen.started if seen.placed else None,
        ended_at=max(ended, seen.started or ended),
        exit_code=exit_code,
        signal=signal,
        reason=reason,
        outputs=tuple(_outputs(left.get("outputs"))),
        outputs_left_out=whole(left.get("left_out")),
        log_size=whole(left.get("log_size")),
        log_cut=result.get("log_cut") is True,
        restarts=seen.restarts,
    )


def submitted(row: Mapping[str, Any], seen: Seen | None) -> datetime:
    """When a job was given to Slurm, which counts one that it runs again as submitted anew."""
    told = seen.submitted if seen is not None and not seen.restarts else None
    return told or datetime.fromtimestamp(int(row["given"]), UTC)


def _codes(seen: Seen, result: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Exit code and signal: the command's own where its record is there, else what Slurm has of the script."""
    code = result.get("exit_code")
    if not seen.placed:
        return None, None
    if not isinstance(code, int) or isinstance(code, bool) or not 0 <= code <= 255:
        first, _, second = seen.detail.partition(":")
        if not first.isdigit() or not second.isdigit():
            return None, None
        code = int(first) if int(first) or not int(second) else 128 + int(second)
    return code, code - 128 if 128 < code < 128 + 65 else None


def _state(
    seen: Seen, exit_code: int | None, signal: int | None, asked: bool, timed_out: bool
) -> tuple[JobState, Reason | None]:
    """The state, and the reason unless it is the usual one of a time limit."""
    if seen.state in _LOST:
        return JobState.LOST, Reason(_LOST[seen.state])
    if seen.state == "CANCELLED":
        code = ("cancelled_running" if seen.placed else "cancelled_waiting") if asked else "slurm_cancelled_outside"
        return JobState.CANCELLED, Reason(code)
    if seen.state == "OUT_OF_MEMORY":
        return JobState.FAILED, Reason("slurm_out_of_memory")
    if seen.state == "DEADLINE":
        return JobState.TIMED_OUT, Reason("slurm_deadline")
    if seen.state == "TIMEOUT" or timed_out:
        return JobState.TIMED_OUT, None
    if seen.state == "COMPLETED" and not exit_code:
        return JobState.SUCCEEDED, Reason("ended_well")
    if signal:
        return JobState.FAILED, Reason("ended_by_signal", {"signal": signal})
    return JobState.FAILED, Reason("ended_with_code", {"exit_code": exit_code or 0})


def whole(told: object) -> int:
    """A number that a process of the person's own told; anything that is none counts as nothing."""
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 1 << 62 else 0


def _outputs(told: object) -> Iterator[OutputFile]:
    for one in told if isinstance(told, list) else ():
        if isinstance(one, list) and len(one) == 3:
            path, size, sha256 = one
            if isinstance(path, str) and safe_path(path) and _SHA256.fullmatch(str(sha256)):
                yield OutputFile(path, whole(size), sha256)
