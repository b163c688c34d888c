"""Madang on Slurm: awards become limits that Slurm enforces, and what Slurm recorded becomes usage."""

from __future__ import annotations


def __getattr__(name: str) -> object:
    """`SlurmBackend`, imported only when asked for, since the sentences of this package are read without it."""
    if name == "SlurmBackend":
        from madang.compute.slurm.backend import SlurmBackend

        return SlurmBackend
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
