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
from madang.compute.policies import Policy, Snapshot
from madang.compute.reasons import Facts as Facts
from madang.compute.reasons import Reason as Reason


@dataclass(frozen=True)
class InputFile:
    """A file to lay into the job's folder at `path` (relative, no ``..``); `sha256` in hexadecimal, `size` in bytes."""

    path: str
    source: Path
    sha256: str
    size: int


class After(NamedTuple):
    """Another job of the same account, by its id, that must have ended first; with `ok` without an error."""

    job: str
    ok: bool = True


@dataclass(frozen=True)
class JobSpec:
    """What is to run and for whom.

    `key` is the portal's own key for this submission: the same key with the same content is the same job. `account`
    is the award that pays. `gpus` of `gpu_type` (empty for none), `cores` and `memory_mb` (MiB) are held for the job
    from its start to its end, `wall_seconds` is the longest that it may run. `argv` is run without a shell.
    They are of the whole job: each of its `nodes` gives the same part of them, and `argv` is run once, on the first.
    `user` is the Unix user as whom it runs on a cluster that knows its people; a backend without users ignores it.

    Within its account a job of higher `priority` goes first. One that is `held` waits until it is released, one with
    `after` for other jobs. `requeue`: it may be run again from the beginning, in the folder as it was left, when the
    machine restarted or its place was reclaimed; all its runs together keep to `wall_seconds`. `checkpoint_seconds`
    before it is ended for either or for its time limit, its command is sent SIGUSR1 (0: never). `network`: it may use
    the machine's network, where the backend shuts jobs in; else it has none there.

    Where the backend is `Building`, the job may have software of its own: the folders `software`, read-only at the same
    path, instead of the backend's; the kept folder `layer`, read-only at ``/env``; or, to build the layer `builds`, an
    empty ``/env`` that it can write. Or it has the root of the unpacked `image`, a folder, instead of the machine's.
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
    user: str = ""
    priority: int = 0
    held: bool = False
    after: tuple[After, ...] = ()
    requeue: bool = False
    checkpoint_seconds: int = 0
    network: bool = False
    software: tuple[str, ...] = ()
    layer: str = ""
    builds: str = ""
    image: str = ""
    nodes: int = 1


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
    what could not be offered (links, devices, unreadable files, files beyond the limit). `log_size` is where
    the log ends, in bytes; `log_cut` says that the job wrote more than is kept. `restarts` counts how often it was put
    back into the queue after it had run; times and outputs are those of its last run.
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
    restarts: int = 0


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
    """All that the backend can give at once; `sandbox` says how strangers' jobs are kept apart, or why they are not.

    A job may be spread over as many as `nodes`, and be given priorities up to `most_priority`.
    """

    gpus: Mapping[str, int]
    cores: int
    memory_mb: int
    sandbox: Reason
    nodes: int = 1
    most_priority: int = 1000

    @property
    def sandboxed(self) -> bool:
        """Whether jobs may run here at all."""
        return self.sandbox.code in KEPT_APART


# as many GPUs or cores as the machine gives
MANY = 1_000_000


@dataclass(frozen=True)
class AccountLimit:
    """What one account may hold at once (`gpus`, `cores`), how long one job may run, and whether it may start jobs.

    From `MANY` on, an amount is no limit.
    """

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
        """At most `limit` bytes of the output from byte `offset` or, where that is not kept, the next that is."""
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


@dataclass(frozen=True)
class ChangedBatch:
    """Ids of jobs whose reports have changed, and the cursor to go on from."""

    ids: list[str]
    cursor: str


@runtime_checkable
class Telling(Protocol):
    """Offered besides by a backend that can say what has changed, so that a long queue need not be read each time."""

    def changed(self, since: str) -> ChangedBatch:
        """Jobs whose report changed after the cursor `since`, at most some thousand; with ``""`` only the cursor."""
        ...


@runtime_checkable
class Steering(Protocol):
    """Offered besides by a backend whose queue can be changed; each verb leaves a job that waits no more as it is."""

    def hold(self, id: str) -> None:
        """Keeps a waiting job from starting; refuses ``no_such_job``, as the others do."""
        ...

    def release(self, id: str) -> None:
        """Lets a held job start in its turn."""
        ...

    def prioritise(self, id: str, priority: int) -> None:
        """Sets a waiting job's place among those of its account: higher goes first."""
        ...


class Stretch(NamedTuple):
    """What a job used on average in a stretch of its run, of which `seconds` were measured.

    `millicores`: thousandths of a core; `memory_mb`: the most that it held, in MiB; `gpu_percent`: how busy its busiest
    GPU was, None where that was not measured.
    """

    seconds: int
    millicores: int
    memory_mb: int
    gpu_percent: int | None


@dataclass(frozen=True)
class Use:
    """A run's stretches of `width` seconds each, from its start; `idle_seconds`: it has done next to nothing for."""

    width: int
    stretches: tuple[Stretch, ...]
    idle_seconds: int


@runtime_checkable
class Observing(Protocol):
    """Offered besides by a backend that measures what running jobs use."""

    def use(self, id: str) -> Use | None:
        """What the job uses or used; None where nothing was measured. Refuses ``no_such_job``."""
        ...


@dataclass(frozen=True)
class ClassShares:
    """How classes of accounts share the machine: `weights` of fair share, `parts` of their own by kind, `borrowing`.

    A class that is not named weighs 1 and has no part; `borrowing` is ``none``, ``borrow`` or ``reclaim``, as
    `policies.Policy` explains.
    """

    weights: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    borrowing: str = "borrow"


@runtime_checkable
class Sharing(Protocol):
    """Offered besides by a backend whose queue follows shares of classes that can be changed while it runs."""

    def share(self, shares: ClassShares) -> None:
        """Replaces the shares; the next decision follows them. ValueError for another word than the three."""
        ...


@runtime_checkable
class Forgetting(Protocol):
    """Offered besides by a backend that keeps the files of jobs itself; a site may clear up by its own rules."""

    def forget(self, id: str) -> None:
        """Destroys what an ended job was given, wrote and left; its report and its usage stay. Again, it does nothing.

        Refuses ``no_such_job``, ``job_not_ended``.
        """
        ...


@runtime_checkable
class Guarding(Protocol):
    """Offered besides by a backend that can say how firmly it keeps jobs to what they were given."""

    def guards(self) -> Mapping[str, bool]:
        """Of each bound, by the code of its sentence, whether it holds as firmly as it can."""
        ...


@runtime_checkable
class Building(Protocol):
    """Offered besides by a backend whose jobs can have software of their own (`software`, `layer`, `builds`)."""

    def keep(self, id: str) -> int:
        """Keeps the layer that a job built and gives its bytes; again, it does nothing.

        From then on no job can change it. Refuses ``no_such_job``, ``job_not_ended``, ``no_such_layer`` where the job
        did not end well or builds none.
        """
        ...

    def drop(self, layer: str) -> None:
        """Destroys a kept layer; nothing where there is none. Jobs that run in it may fail."""
        ...


@runtime_checkable
class Foreseeable(Protocol):
    """Offered besides by a backend whose queue `compute.policies.decide` serves, so that it can be replayed."""

    def queue(self) -> tuple[Snapshot, Policy]:
        """The queue as it stands, jobs under the ids of `submit`, and the settings of the policy that serves it."""
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
