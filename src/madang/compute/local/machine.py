"""What this machine has to give out: its cores, memory and GPUs, as configured or as found."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from madang.compute import policies
from madang.compute.local import nvml, records, sampling
from madang.compute.local.settings import Gpu, Settings
from madang.errors import Refused

NVIDIA = Path("/proc/driver/nvidia/gpus")
MINORS = Path("/proc/driver/nvidia-caps/mig-minors")
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
    """The GPUs and slices of GPUs: as configured, or those that the NVIDIA driver reports, under the centre's names."""
    if settings.gpus is not None:
        return settings.gpus
    named = (replace(gpu, type=settings.types.get(gpu.type, gpu.type)) for gpu in _found())
    return tuple(replace(gpu, shares=settings.shared.get(gpu.type, 1)) for gpu in named)


@cache
def _found() -> tuple[Gpu, ...]:
    """Asked once a process: to cut a GPU otherwise, its jobs must have ended, and the runner is started again."""
    told = nvml.devices()
    return found_gpus(NVIDIA) if told is None else given_out(told, MINORS)


def given_out(devices: Iterable[nvml.Device], minors: Path) -> tuple[Gpu, ...]:
    """What jobs can hold of the GPUs that NVML tells of: whole ones, and of those that are cut each slice.

    A slice needs the GPU's own node and one for each of its two instances, whose numbers the driver lists in `minors`
    (NVIDIA's MIG user guide, "Device nodes and capabilities"); one without them is left out.
    """
    numbers = _numbers(minors)
    found = []
    for device in devices:
        model, node = _type(device.model), f"/dev/nvidia{device.minor}"
        if not device.cut:
            found.append(Gpu(model, device.uuid, node))
        for one in device.slices:
            instance = f"gpu{device.minor}/gi{one.instance}"
            rights = [numbers.get(f"{place}/access") for place in (instance, f"{instance}/ci{one.compute}")]
            if None not in rights:
                nodes = tuple(f"/dev/nvidia-caps/nvidia-cap{number}" for number in rights)
                found.append(Gpu(f"{model}-{one.profile}", one.uuid, node, nodes))
    return tuple(found)


def _numbers(minors: Path) -> dict[str, str]:
    with contextlib.suppress(OSError):
        lines = (line.split() for line in minors.read_text().splitlines())
        return {words[0]: words[1] for words in lines if len(words) == 2 and words[1].isdecimal()}
    return {}


def _type(model: str) -> str:
    return model.removeprefix("NVIDIA ").replace(" ", "-")


def found_gpus(folder: Path) -> tuple[Gpu, ...]:
    """Where NVML is not there: the driver's own listing (one folder a GPU, a file `information`), without slices."""
    found = []
    for path in sorted(folder.glob("*/information")):
        lines = (line.partition(":") for line in path.read_text().splitlines())
        told = {name.strip(): value.strip() for name, _, value in lines}
        found.append(Gpu(_type(told["Model"]), told["GPU UUID"], f"/dev/nvidia{told['Device Minor']}"))
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


def admit(settings: Settings, asked: Mapping[str, int], nodes: int) -> None:
    """Refuses what would never fit: ``one_machine`` for a job on several nodes, ``larger_than_machine``."""
    if nodes > 1:
        raise Refused("one_machine", nodes=nodes)
    too_large = policies.excess(asked, amounts(settings))
    if too_large:
        raise Refused(too_large.code, **too_large.facts)
