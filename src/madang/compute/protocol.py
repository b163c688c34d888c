"""The eight verbs that every place where jobs run must offer, and the values that pass through them."""

from __future__ import annotations

import enum
import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from madang.accounting.metering import UsageSlice

Facts = Mapping[str, int | str]


class Reason(NamedTuple):
    """Why a job waits or how it ended: a stable code and the values that its sentence needs (`sentences.sentence`)."""

    code: str
    facts: Facts = {}


@dataclass(frozen=True)
class InputFile:
    """A file to lay into the job's folder at `path` (relative, no ``..``); `sha256` in hexadecimal, `size` in bytes."""

    path: str
    source: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class JobSpec:
    """What is to run and for whom.

    `key` is the portal's own key for this submission: the same key with the same content is the same job. `account`
    is the award that pays. `gpus` of `gpu_type` (empty for none), `cores` and `memory_mb` (MiB) are held for the job
    from its start to its end, `wall_seconds` is the longest that it may run. `argv` is run without a shell.
    `person` is for whom it runs, as a backend's own list of users names people; backends without one pay no heed to it.
    """

    key: str
    account: str
    fair_share_class: str
    name: str
    argv: tuple[str, ...]
    files: tuple[InputFile, ...] = ()
    gpus: int = 0
    gpu_type: str = ""
    cores: int = 1
    memory_mb: int = 1024
    wall_seconds: int = 3600
    environment: Mapping[str, str] = field(default_factory=dict)
    person: str = ""


class JobState(enum.StrEnum):
    """A job waits, runs, and ends in exactly one of the five others."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    LOST = "lost"

    @property
    def final(self) -> bool:
        """Whether a job in this state will never change again."""
        return self not in (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class OutputFile:
    """A regular file that the job left in its folder; `size` in bytes, `sha256` in hexadecimal."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class JobReport:
    """What the backend knows of one job.

    `started_at` stays None for a job that never ran; `ended_at` is set exactly when the state is final. `exit_code` is
    the command's own; `signal` is the signal behind an exit code above 128, as shells count. `reason` says why a
    waiting job waits or how an ended one ended. `outputs` are known once the job has ended; `outputs_left_out` counts
    what could not be offered (links, devices, unreadable files, files beyond the limit). `log_size` is what is kept
    of the log in bytes; `log_cut` says that the job wrote more than is kept.
    """

    id: str
    key: str
    account: str
    state: JobState
    submitted_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    signal: int | None = None
    reason: Reason | None = None
    outputs: tuple[OutputFile, ...] = ()
    outputs_left_out: int = 0
    log_size: int = 0
    log_cut: bool = False


@dataclass(frozen=True)
class LogChunk:
    """Part of a log; ask again from `next_offset`. `complete`: the job has ended and nothing follows."""

    data: bytes
    next_offset: int
    complete: bool


class Oddity(NamedTuple):
    """Use that a record tells of and that cannot be charged as it stands: a stable code and its sentence's values."""

    job: str
    code: str
    facts: Facts = {}


@dataclass(frozen=True)
class UsageBatch:
    """Slices of use after a cursor, oldest first, and the cursor to go on from; asked again, it gives the same ones.

    A slice may come again in a later batch, with the same key. `more` is False where nothing followed when the batch
    was read. `odd` tells what was left out of `slices`, and why.
    """

    slices: list[UsageSlice]
    cursor: str
    more: bool = True
    odd: tuple[Oddity, ...] = ()


# How strangers' jobs are kept apart: shut in one by one, or each run as its person's own user of a cluster.
KEPT_APART = frozenset({"sandbox_works", "runs_as_own_user"})


@dataclass(frozen=True)
class Capacity:
    """All that the backend can give at once; `sandbox` says how strangers' jobs are kept apart, or why they are not."""

    gpus: Mapping[str, int]
    cores: int
    memory_mb: int
    sandbox: Reason

    @property
    def sandboxed(self) -> bool:
        """Whether jobs may run here at all."""
        return self.sandbox.code in KEPT_APART


@dataclass(frozen=True)
class AccountLimit:
    """What one account may hold at once (`gpus`, `cores`), how long one job may run, and whether it may start jobs."""

    account: str
    gpus: int
    cores: int
    wall_seconds: int
    open: bool


@runtime_checkable
class Backend(Protocol):
    """A place where jobs run. Every verb may raise `Unavailable`; those that take an id refuse ``no_such_job``."""

    def submit(self, spec: JobSpec) -> str:
        """Takes a job over and gives its id; the same key and content again give the same id.

        Refuses ``key_reused`` (same key, other content), ``account_closed``, ``sandbox_unavailable``,
        ``larger_than_machine``, ``larger_than_account_limit``, ``input_differs`` and the codes of `specs.check`.
        """
        ...

    def reports(self, ids: Iterable[str]) -> list[JobReport]:
        """The present report of each job, in the order asked for; an id that is unknown here is left out."""
        ...

    def cancel(self, id: str) -> None:
        """Ends a waiting job at once and asks a running one to end; an ended job stays as it is."""
        ...

    def log(self, id: str, offset: int, limit: int = 65536) -> LogChunk:
        """At most `limit` bytes of the job's output from byte `offset`, while it runs and after."""
        ...

    def fetch(self, id: str, path: str) -> Path:
        """A file that an ended job left in its folder; refuses ``job_not_ended``, ``no_such_output``."""
        ...

    def usage(self, since: str = "") -> UsageBatch:
        """Slices of use after the cursor `since` (empty: from the beginning), at most some thousand at a time."""
        ...

    def capacity(self) -> Capacity:
        """What there is to give out, and whether jobs can be shut in."""
        ...

    def enforce(self, limits: Sequence[AccountLimit]) -> None:
        """Replaces all limits. No job of an account without an open limit starts; what runs already goes on."""
        ...


@runtime_checkable
class Forgetting(Protocol):
    """Offered besides by a backend that keeps the files of jobs itself; a site may clear up by its own rules."""

    def forget(self, id: str) -> None:
        """Destroys what an ended job was given, wrote and left; its report and its usage stay. Again, it does nothing.

        Refuses ``no_such_job``, ``job_not_ended``.
        """
        ...


def load(dotted_path: str, **settings: object) -> Backend:
    """The backend that a site names in its settings, ``package.module.Class``, made with `settings`.

    ImportError or AttributeError where there is no such class, TypeError where it lacks one of the verbs.
    """
    module, _, name = dotted_path.rpartition(".")
    if not module:
        raise ImportError(f"{dotted_path!r} does not name a class within a module")
    backend = getattr(importlib.import_module(module), name)(**settings)
    if not isinstance(backend, Backend):
        raise TypeError(f"{dotted_path} is no backend: it lacks one of the verbs of madang.compute.protocol.Backend")
    return backend
