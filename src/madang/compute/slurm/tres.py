"""Reads the amounts that Slurm prints as text: trackable resources, memory and time limits."""

from __future__ import annotations

import re

_LIMIT = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?(?:\.\d+)?$")
_SPAN = re.compile(r"(?:(\d{1,6})-)?(?:(\d{1,6}):)?(\d{1,6}):(\d{2})(?:\.\d+)?")
_MEMORY = re.compile(r"([\d.]+)([KMGTP]?)([nc]?)$")
_MIB = {"K": 1 / 1024, "": 1, "M": 1, "G": 1024, "T": 1 << 20, "P": 1 << 30}
GPU = "gres/gpu"
SHARD = "gres/shard"


def by_name(text: str) -> dict[str, str]:
    """``cpu=12,gres/gpu:a100=2,mem=48000M`` by name."""
    pairs = (part.partition("=") for part in text.split(",") if part)
    return {name: value for name, _, value in pairs}


def whole(text: str) -> int | None:
    """A plain whole number, or None where the text is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def gpus_by_type(counts: dict[str, int]) -> dict[str, int]:
    """How many GPUs of each type, from counts by TRES name; those whose type Slurm does not track under ``""``.

    Slurm counts every GPU in ``gres/gpu`` and besides those types in ``gres/gpu:TYPE`` that it was told to track, so
    what the types leave of the total has no type. Types of which there are none are left out.
    """
    typed = {name[len(GPU) + 1 :]: count for name, count in counts.items() if name.startswith(f"{GPU}:") and count}
    untyped = counts.get(GPU, 0) - sum(typed.values())
    return typed | ({"": untyped} if untyped > 0 else {})


def limit_seconds(text: str) -> int:
    """``3-00:00:00``, ``06:00:00`` or ``30:00`` in seconds, plain minutes too; -1 where no limit is stated."""
    found = _LIMIT.match(text)
    if not found:
        return -1
    days, first, second, third = found.groups()
    if third is not None:
        seconds = int(first) * 3600 + int(second) * 60 + int(third)
    elif days is not None:
        seconds = int(first) * 3600 + int(second or 0) * 60
    else:
        seconds = int(first) * 60 + int(second or 0)
    return int(days or 0) * 86_400 + seconds


def span_seconds(text: str) -> int | None:
    """``7-20:39:39``, ``00:05:35`` or ``05:35`` as sacct prints a span of time, in seconds; None for anything else."""
    found = _SPAN.fullmatch(text)
    if not found:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def memory_mb(text: str) -> int:
    """``48000M``, ``12.5G`` or ``4000Mn`` in MiB, rounded up; -1 where the text is no amount."""
    found = _MEMORY.match(text)
    try:
        return -1 if not found else -int(-float(found[1]) * _MIB[found[2]] // 1)
    except ValueError:
        return -1
