"""What a job uses of what it asked for, as pictures of bars and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.translation import gettext

from madang.compute.protocol import Observing, Stretch, Use
from madang.errors import Refused, Unavailable
from madang.portal import backends
from madang.portal.formats import duration
from madang.portal.jobs.models import Job

WIDTH, HEIGHT = 600, 80
# so long must a job have done next to nothing before its page says so
IDLE = 600


class Bar(NamedTuple):
    """A bar of a picture of `WIDTH` times `HEIGHT`."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Picture:
    """Bars over time, the highest possible being `most` in `unit`; `peak` is the highest that there was."""

    title: str
    unit: str
    most: str
    peak: str
    bars: tuple[Bar, ...]


def of(job: Job) -> Use | None:
    """What the job uses or used, where the machine measures it and still has it."""
    backend = backends.backend()
    if job.backend_id is None or not isinstance(backend, Observing):
        return None
    try:
        return backend.use(job.backend_id)
    except (Refused, Unavailable):
        return None


def shown(job: Job, language: str) -> dict[str, Any] | None:
    """Pictures, rows of the table (from when, cores, MiB, GPU per cent) and how long it has been idle; None: nothing.

    A job that has ended is not idle, and a short pause is nothing to tell.
    """
    use = of(job)
    if use is None or not any(one.seconds for one in use.stretches):
        return None
    rows = [
        (duration(place * use.width, language), _cores(one.millicores), one.memory_mb, one.gpu_percent)
        for place, one in enumerate(use.stretches)
        if one.seconds
    ]
    idle = use.idle_seconds if job.ended_at is None and use.idle_seconds >= IDLE else 0
    return {"pictures": pictures(use.stretches, job), "rows": rows, "idle": idle, "width": use.width, "gpus": job.gpus}


def pictures(stretches: tuple[Stretch, ...], job: Job) -> list[Picture]:
    """Cores and memory beside what was asked for, and GPUs where they were measured."""
    cores = [one.millicores for one in stretches]
    memory = [one.memory_mb for one in stretches]
    found = [
        Picture(gettext("Processor cores"), "", f"{job.cores}", _cores(max(cores)), bars(cores, job.cores * 1000)),
        Picture(gettext("Memory"), "MiB", f"{job.memory_mb:,}", f"{max(memory):,}", bars(memory, job.memory_mb)),
    ]
    percents = [one.gpu_percent or 0 for one in stretches]
    if any(one.gpu_percent is not None for one in stretches):
        found.append(Picture(gettext("Busiest GPU"), "%", "100", f"{max(percents)}", bars(percents, 100)))
    return found


def bars(values: list[int], most: int) -> tuple[Bar, ...]:
    """One bar a value from left to right, as high as its part of `most` or of the largest value that is beyond it."""
    top = max(most, *values, 1)
    edges = [place * WIDTH // len(values) for place in range(len(values) + 1)]
    heights = [-(-value * HEIGHT // top) for value in values]
    return tuple(
        Bar(left, HEIGHT - height, max(right - left - 1, 1), height)
        for left, right, height in zip(edges, edges[1:], heights, strict=False)
        if height
    )


def _cores(millicores: int) -> str:
    return f"{millicores // 1000}.{millicores % 1000 // 10:02d}"
