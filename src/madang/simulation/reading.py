"""Reads a trace from a file in any of the known layouts, and says what it could not take as it stood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from madang.errors import Refused
from madang.simulation.formats.bad_rows import Tally
from madang.simulation.formats.checks import Choices, Draft, settle
from madang.simulation.formats.own_records import read_madang
from madang.simulation.formats.published_traces import read_alibaba, read_philly
from madang.simulation.formats.slurm import read_sacct, read_slurmdbd
from madang.simulation.formats.swf import read_swf
from madang.simulation.trace import Trace

Reader = Callable[[Path, Choices, Tally], Draft]
READERS: dict[str, Reader] = {
    "swf": read_swf,
    "sacct": read_sacct,
    "slurmdbd": read_slurmdbd,
    "philly": read_philly,
    "alibaba": read_alibaba,
    "madang": read_madang,
}
FORMATS = tuple(READERS)


@dataclass(frozen=True)
class Reading:
    """A trace and what became of the file's other rows: counts by rule, and the first line of each."""

    trace: Trace
    skipped: Mapping[str, int]
    left_out: Mapping[str, int]
    adjusted: Mapping[str, int]
    first: Mapping[str, int]


def read(path: Path, layout: str, choices: Choices | None = None) -> Reading:
    """The trace in the file at `path`, whose layout is one of `FORMATS`.

    Raises `Refused`: ``trace_row`` (file, line, rule, column, value) for a bad row unless ``choices.skip_bad``,
    ``trace_unreadable`` (file, why), ``trace_field`` (field, known) for a column that the layout has not,
    ``trace_heading`` (file, missing) for a file without the columns of its layout, ``trace_empty`` (file) where no
    job is left.
    """
    chosen = choices or Choices()
    tally = Tally(str(path), skip=chosen.skip_bad)
    trace = settle(READERS[layout](path, chosen, tally), chosen, tally)
    if not len(trace):
        raise Refused("trace_empty", file=str(path))
    return Reading(trace, dict(tally.skipped), dict(tally.left_out), dict(tally.adjusted), dict(tally.first))
