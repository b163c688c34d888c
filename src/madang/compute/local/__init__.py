"""Jobs on this machine: a spool of its own, a runner that starts what may start, and a supervisor for each job."""

from __future__ import annotations


def __getattr__(name: str) -> object:
    """`LocalBackend`, imported only when asked for, since each job's supervisor starts from this package."""
    if name == "LocalBackend":
        from madang.compute.local.backend import LocalBackend

        return LocalBackend
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
