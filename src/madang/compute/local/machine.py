"""What this machine has to give out: its cores, memory and GPUs, as configured or as found."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from madang.compute.local.settings import Gpu, Settings

NVIDIA = Path("/proc/driver/nvidia/gpus")
MEMINFO = Path("/proc/meminfo")
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


def by_type(given: tuple[Gpu, ...]) -> Mapping[str, int]:
    """How many GPUs there are of each type."""
    return dict(Counter(gpu.type for gpu in given))


def amounts(settings: Settings) -> dict[str, int]:
    """Everything that the machine has, in the form that the policies count in."""
    typed = {f"gpu:{name}": count for name, count in by_type(gpus(settings)).items()}
    return {"cores": len(cores(settings)), "memory_mb": memory_mb(settings)} | typed
