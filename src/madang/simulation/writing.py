"""Writes traces and schedules as CSV, and as Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from madang.errors import Refused
from madang.simulation.trace import Ints, Schedule, Trace

TRACE_COLUMNS = (
    *("job", "submit", "run", "estimate", "processors", "gpus", "memory_mb"),
    *("account", "share_class", "qos", "gpu_type", "origin"),
)
START_COLUMNS = ("job", "submit", "start", "end")
_AT_ONCE = 65_536


def write_trace(trace: Trace, path: Path) -> None:
    """The trace with names in place of indices, one job a line; `reading.read` as ``madang`` gives it back.

    The ending of the path decides: ``.parquet``, else CSV. Raises `Refused`: ``trace_unwritable`` (file, why),
    ``parquet_missing`` where pyarrow is not installed.
    """
    _write(path, TRACE_COLUMNS, _trace_columns(trace))


def write_starts(trace: Trace, schedule: Schedule, path: Path) -> None:
    """``job,submit,start,end`` in seconds of the trace, in its order; start and end are empty for what never started.

    As `write_trace` for the path and what is refused.
    """
    columns = [schedule.submit, schedule.start, schedule.end]
    if path.suffix != ".parquet" and not trace.names and schedule.started().all():
        _write_numbers(path, START_COLUMNS, np.stack([trace.job, *columns], axis=1))
        return
    told = [[None if one < 0 else one for one in column.tolist()] for column in columns]
    _write(path, START_COLUMNS, [_ids(trace), *told])


def _write_numbers(path: Path, names: Sequence[str], rows: Ints) -> None:
    """The same file as from `_write`, some times faster."""
    line = ",".join(["%d"] * len(names)) + "\n"
    try:
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.write(",".join(names) + "\n")
            for first in range(0, len(rows), _AT_ONCE):
                part = rows[first : first + _AT_ONCE]
                stream.write(line * len(part) % tuple(part.ravel().tolist()))
    except OSError as error:
        raise _unwritable(path, error) from error


def _ids(trace: Trace) -> list[object]:
    ids: list[object] = list(trace.job.tolist())
    return [trace.names[one] for one in trace.job.tolist()] if trace.names else ids


def _trace_columns(trace: Trace) -> list[Sequence[object]]:
    named = ((trace.account, trace.accounts), (trace.share_class, trace.classes), (trace.qos, trace.qoses))
    return [
        _ids(trace),
        *(getattr(trace, name).tolist() for name in TRACE_COLUMNS[1:7]),
        *([names[one] for one in column.tolist()] for column, names in named),
        ["" if one < 0 else trace.gpu_types[one] for one in trace.gpu_type.tolist()],
        [trace.origin] * len(trace),
    ]


def _write(path: Path, names: Sequence[str], columns: list[Sequence[object]]) -> None:
    try:
        if path.suffix == ".parquet":
            _parquet(path, names, columns)
            return
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(_rows(columns))
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> Refused:
    return Refused("trace_unwritable", file=str(path), why=error.strerror or str(error))


def _rows(columns: list[Sequence[object]]) -> Iterator[tuple[object, ...]]:
    return zip(*columns, strict=True)


def _parquet(path: Path, names: Sequence[str], columns: list[Sequence[object]]) -> None:
    try:
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise Refused("parquet_missing", file=str(path)) from None
    parquet.write_table(arrow.table(dict(zip(names, columns, strict=True))), path)
