"""Measures what a running job uses and keeps it in few numbers, however long the job runs.

A job's time is cut into at most `MOST_BINS` bins of one width; when they are full, neighbours are put together and the
width doubles. CPU time is what the kernel counts for the living processes and for the ended ones that were waited for;
memory is the resident part of all of them, so that what they share counts once for each. What GPUs do is measured
for the whole machine (`gpus`), since one look at the driver costs as much as a short job.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from madang.compute.local.processes import PROC

MOST_BINS = 120
FIRST_WIDTH = 10  # seconds
GPUS = "gpus.json"
IDLE_MILLICORES, IDLE_GPU_PERCENT = 50, 5
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Bin:
    """What was used in a stretch of `seconds` looked at: thousandths of core-seconds, peak MiB, GPU percent-seconds.

    `gpu_seconds` of it the GPUs were measured.
    """

    seconds: int = 0
    core_milliseconds: int = 0
    memory_mb: int = 0
    gpu_percent_seconds: int = 0
    gpu_seconds: int = 0

    def add(self, other: Bin) -> None:
        """Takes another stretch in."""
        self.seconds += other.seconds
        self.core_milliseconds += other.core_milliseconds
        self.memory_mb = max(self.memory_mb, other.memory_mb)
        self.gpu_percent_seconds += other.gpu_percent_seconds
        self.gpu_seconds += other.gpu_seconds


@dataclass
class Samples:
    """The bins of one run, from its start; `idle_seconds`: for how long it has done next to nothing up to now."""

    width: int = FIRST_WIDTH
    bins: list[Bin] = field(default_factory=list)
    idle_seconds: int = 0

    def add(self, at: int, stretch: Bin, *, idle: bool) -> None:
        """Adds a stretch that ended `at` seconds after the start."""
        while at // self.width >= MOST_BINS:
            self._merge()
        self.bins += [Bin() for _ in range(at // self.width + 1 - len(self.bins))]
        self.bins[at // self.width].add(stretch)
        self.idle_seconds = self.idle_seconds + stretch.seconds if idle else 0

    def _merge(self) -> None:
        for first, second in zip(self.bins[::2], self.bins[1::2], strict=False):
            first.add(second)
        self.bins, self.width = self.bins[::2], self.width * 2

    def kept(self) -> str:
        """As it is written into the job's folder."""
        return json.dumps({"width": self.width, "idle_seconds": self.idle_seconds, "bins": [*map(asdict, self.bins)]})


def read(text: str) -> Samples:
    """What `kept` wrote."""
    given: dict[str, Any] = json.loads(text)
    return Samples(given["width"], [Bin(**one) for one in given["bins"]], given["idle_seconds"])


class Sampler:
    """Looks at one job's processes from time to time; `gpus` are the identifiers of the GPUs that it holds."""

    def __init__(self, gpus: Sequence[str], machine: Path) -> None:
        self.samples = Samples()
        self._gpus, self._machine = gpus, machine
        self._at, self._cpu = 0, 0

    def look(self, first: int, at: int) -> None:
        """Adds what the processes from `first` down have used since the last look; `at` in seconds from the start."""
        pids = tree(first)
        times, pages = totals(pids)
        seconds = at - self._at
        if not pids or seconds <= 0:
            return
        cpu = max(times - self._cpu, 0) * 1000 // _TICKS
        stretch = Bin(seconds, cpu, pages * _PAGE >> 20)
        percent = self._gpu_percent()
        if percent is not None:
            stretch.gpu_percent_seconds, stretch.gpu_seconds = percent * seconds, seconds
        # GPUs that were not measured are not called idle: busy ones may leave the processor little to do
        lazy_gpus = percent is not None and percent < IDLE_GPU_PERCENT
        self.samples.add(at, stretch, idle=lazy_gpus if self._gpus else cpu < IDLE_MILLICORES * seconds)
        self._at, self._cpu = at, max(times, self._cpu)

    def _gpu_percent(self) -> int | None:
        """How busy the busiest of the job's GPUs is; None where that was not measured."""
        if not self._gpus:
            return None
        try:
            told: Mapping[str, int] = json.loads((self._machine / GPUS).read_text())
        except (OSError, ValueError):
            return None
        known = [told[gpu] for gpu in self._gpus if gpu in told]
        return max(known) if known else None


def tree(first: int) -> list[int]:
    """A process and all below it, found by going down, so that a machine full of processes costs nothing more."""
    found, below = [], [first]
    while below:
        pid = below.pop()
        found.append(pid)
        try:
            for thread in (PROC / str(pid) / "task").iterdir():
                below += [int(child) for child in (thread / "children").read_text().split()]
        except OSError:  # it has ended meanwhile, or this kernel does not list children
            continue
    return found


def totals(pids: Sequence[int]) -> tuple[int, int]:
    """CPU time in clock ticks, ended children included, and resident pages, of these processes together."""
    times = pages = 0
    for pid in pids:
        try:
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        times += sum(int(number) for number in fields[11:15])
        pages += int(fields[21])
    return times, pages


def gpu_answer(text: str) -> dict[str, int]:
    """How busy each GPU is in per cent, by its UUID, from what ``nvidia-smi`` prints; what it cannot tell is left out.

    The question is ``--query-gpu=uuid,utilization.gpu --format=csv,noheader,nounits``; a GPU cut by MIG has no figure.
    """
    rows = (line.split(",") for line in text.splitlines())
    return {row[0].strip(): int(row[1]) for row in rows if len(row) == 2 and row[1].strip().isdecimal()}
