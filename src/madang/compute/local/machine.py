"""What this machine has to give out: its cores, memory and GPUs, as configured or as found."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from madang.compute.local import records, sampling
from madang.compute.local.settings import Gpu, Settings

NVIDIA = Path("/proc/driver/nvidia/gpus")
MEMINFO = Path("/proc/meminfo")
_ASKED_EVERY = 10_000_000  # microseconds
_KEPT_FOR_THE_SYSTEM = 10  # per cent of memory


def cores(settings: Settings) -> list[int]:
    """The numbers of the cores that jobs may be given: those this process may use, or the first so many of them."""
    return sorted(os.sched_getaffinity(0))[: settings.cores]


def memory_mb(settings: Settings) -> int:
    """MiB for jobs: as configured, or nine tenths of the machine's."""
    if settings.memory_mb is not None:
        return settings.memory_mb
    total = next(line for line in MEMINFO.read_text().splitlines() if line.startswith("MemTotal:"))
    return int(total.split()[1]) // 1024 * (100 - _KEPT_FOR_THE_SYSTEM) // 100


def gpus(settings: Settings) -> tuple[Gpu, ...]:
    """The GPUs: as configured, or those that the NVIDIA driver reports."""
    return found_gpus(NVIDIA) if settings.gpus is None else settings.gpus


def found_gpus(folder: Path) -> tuple[Gpu, ...]:
    """Reads the driver's own listing (one folder a GPU, a file `information`); MIG slices are not told apart."""
    found = []
    for path in sorted(folder.glob("*/information")):
        lines = (line.partition(":") for line in path.read_text().splitlines())
        told = {name.strip(): value.strip() for name, _, value in lines}
        model = told["Model"].removeprefix("NVIDIA ").replace(" ", "-")
        found.append(Gpu(model, told["GPU UUID"], f"/dev/nvidia{told['Device Minor']}"))
    return tuple(found)


class GpuWatch:
    """Asks the driver how busy the GPUs are, without ever waiting for it, and leaves the answer in `folder`."""

    def __init__(self, folder: Path, program: str | None = None) -> None:
        self._folder, self._program = folder, program or shutil.which("nvidia-smi")
        self._asked: subprocess.Popen[str] | None = None
        self._due = 0

    def look(self, ticks: int, *, wanted: bool) -> None:
        """Takes the answer to the last question, and asks again where it is time and a job runs (`wanted`)."""
        if self._program is None:
            return
        if self._asked is not None:
            if self._asked.poll() is None:
                return
            told = sampling.gpu_answer(self._asked.communicate()[0])
            self._asked = None
            records.write_lightly(self._folder / sampling.GPUS, json.dumps(told).encode())
        elif wanted and ticks >= self._due:
            self._due = ticks + _ASKED_EVERY
            question = ["--query-gpu=uuid,utilization.gpu", "--format=csv,noheader,nounits"]
            nowhere = subprocess.DEVNULL
            with contextlib.suppress(OSError):
                self._asked = subprocess.Popen(
                    [self._program, *question], text=True, stdin=nowhere, stdout=subprocess.PIPE, stderr=nowhere
                )


def by_type(given: tuple[Gpu, ...]) -> Mapping[str, int]:
    """How many jobs can each hold a GPU of each type."""
    found: Counter[str] = Counter()
    for gpu in given:
        found[gpu.type] += gpu.shares
    return dict(found)


def amounts(settings: Settings) -> dict[str, int]:
    """Everything that the machine has, in the form that the policies count in."""
    typed = {f"gpu:{name}": count for name, count in by_type(gpus(settings)).items()}
    return {"cores": len(cores(settings)), "memory_mb": memory_mb(settings)} | typed
