"""What a trace and a schedule are: arrays with one entry a job, in whole seconds, processors and GPUs."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from madang.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

COLUMNS = (
    "job",
    "submit",
    "run",
    "estimate",
    "processors",
    "gpus",
    "memory_mb",
    "account",
    "share_class",
    "qos",
    "gpu_type",
)
MOST = 1 << 37  # beyond any real job or clock (4,355 years), and no sum of a few leaves 64 bits
_INDICES = {"account": "accounts", "share_class": "classes", "qos": "qoses", "gpu_type": "gpu_types"}


@dataclass(frozen=True)
class Trace:
    """The jobs that people brought, ordered by `submit` and, at one instant, as the file had them.

    All arrays are int64 of one length. `job` holds the ids; where a file's ids are text, `job` indexes `names`.
    `submit` is in seconds after `origin`, an epoch second of UTC (0 where the source does not say). `run` is what the
    job would take if nobody stopped it and `estimate` its wall limit, both in seconds and at least 1; nothing is said
    of which is longer. `processors` (cores) and `gpus` are whole numbers, not both 0; `memory_mb` is 0 where not
    stated. `account`, `share_class` and `qos` index `accounts`, `classes` and `qoses`; `gpu_type` indexes
    `gpu_types`, -1 for a job that names none. Make one with `trace_of`, which checks all this.
    """

    job: Ints
    submit: Ints
    run: Ints
    estimate: Ints
    processors: Ints
    gpus: Ints
    memory_mb: Ints
    account: Ints
    share_class: Ints
    qos: Ints
    gpu_type: Ints
    accounts: tuple[str, ...] = ("",)
    classes: tuple[str, ...] = ("",)
    qoses: tuple[str, ...] = ("",)
    gpu_types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    origin: int = 0

    def __len__(self) -> int:
        return len(self.submit)

    def name(self, row: int) -> str:
        """The id of the job in `row`, as its source wrote it."""
        return self.names[self.job[row]] if self.names else str(self.job[row])

    def take(self, rows: Flags | Ints) -> Trace:
        """The same trace with these rows only; row numbers must ascend, so that the order stays."""
        return dataclasses.replace(self, **{name: getattr(self, name)[rows] for name in COLUMNS})

    def columns(self) -> Iterator[tuple[str, Ints]]:
        """Every array with its name, in the order of the fields."""
        return ((name, getattr(self, name)) for name in COLUMNS)


@dataclass(frozen=True)
class Schedule:
    """When each job of a trace ran, row for row; -1 in `start` and `end` where it never started.

    `start` is the start of the last attempt and `end` its end; `killed` says that the wall limit ended it before its
    work was done; `restarts` counts the earlier attempts that a preemption or a failure ended.
    """

    job: Ints
    submit: Ints
    start: Ints
    end: Ints
    killed: Flags
    restarts: Ints

    def __len__(self) -> int:
        return len(self.submit)

    def started(self) -> Flags:
        """Which jobs ran at all."""
        return self.start >= 0


def trace_of(
    *,
    submit: ArrayLike,
    run: ArrayLike,
    processors: ArrayLike = 1,
    estimate: ArrayLike | None = None,
    gpus: ArrayLike = 0,
    memory_mb: ArrayLike = 0,
    job: ArrayLike | None = None,
    account: ArrayLike = 0,
    share_class: ArrayLike = 0,
    qos: ArrayLike = 0,
    gpu_type: ArrayLike = -1,
    accounts: Sequence[str] | None = None,
    classes: Sequence[str] | None = None,
    qoses: Sequence[str] | None = None,
    gpu_types: Sequence[str] | None = None,
    names: Sequence[str] = (),
    origin: int = 0,
) -> Trace:
    """A checked trace from columns in any order; one number stands for a whole column.

    Without `estimate` each job's limit is its run time; without `job` ids count from 1; names that are not given are
    the indices written out. Raises `Refused("trace_column", column=…, job=…, value=…)` at the first entry that a
    trace cannot hold and `Refused("trace_lengths")` where columns differ in length.
    """
    begin = np.atleast_1d(np.asarray(submit, dtype=np.int64))
    given: dict[str, ArrayLike] = {
        "job": np.arange(1, len(begin) + 1) if job is None else job,
        "submit": begin,
        "run": run,
        "estimate": run if estimate is None else estimate,
        "processors": processors,
        "gpus": gpus,
        "memory_mb": memory_mb,
        "account": account,
        "share_class": share_class,
        "qos": qos,
        "gpu_type": gpu_type,
    }
    columns = {name: _column(name, values, len(begin)) for name, values in given.items()}
    labels = {"accounts": accounts, "classes": classes, "qoses": qoses, "gpu_types": gpu_types}
    told: dict[str, Any] = {of: _labels(columns[name], labels[of]) for name, of in _INDICES.items()}
    if not 0 <= origin <= MOST:
        raise Refused("trace_column", column="origin", job="", value=int(origin))
    trace = Trace(**(told | columns), names=tuple(names), origin=int(origin))
    _check(trace)
    if len(begin) > 1 and (begin[1:] < begin[:-1]).any():
        return trace.take(np.argsort(begin, kind="stable"))
    return trace


def _column(name: str, values: ArrayLike, length: int) -> Ints:
    array = np.asarray(values)
    if array.size and array.dtype.kind not in "iub":
        raise Refused("trace_column", column=name, job="", value=str(array.dtype))
    if array.ndim == 0:
        return np.full(length, array, dtype=np.int64)
    if array.shape != (length,):
        raise Refused("trace_lengths", column=name, length=len(array), expected=length)
    return np.ascontiguousarray(array, dtype=np.int64)


def _labels(column: Ints, given: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(given) if given is not None else tuple(str(index) for index in range(int(column.max(initial=-1)) + 1))


def _check(trace: Trace) -> None:
    for name, least in (("submit", 0), ("run", 1), ("estimate", 1), ("processors", 0), ("gpus", 0), ("memory_mb", 0)):
        _refuse_first(trace, name, (getattr(trace, name) < least) | (getattr(trace, name) > MOST))
    _refuse_first(trace, "processors", (trace.processors == 0) & (trace.gpus == 0))
    for name, labels_of in _INDICES.items():
        column, least = getattr(trace, name), -1 if name == "gpu_type" else 0
        _refuse_first(trace, name, (column < least) | (column >= len(getattr(trace, labels_of))))
    if trace.names:
        _refuse_first(trace, "job", (trace.job < 0) | (trace.job >= len(trace.names)))


def _refuse_first(trace: Trace, name: str, wrong: Flags) -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        in_range = not trace.names or 0 <= trace.job[row] < len(trace.names)
        raise Refused(
            "trace_column",
            column=name,
            job=trace.name(row) if in_range else str(trace.job[row]),
            value=int(getattr(trace, name)[row]),
        )
