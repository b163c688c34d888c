"""Runs a trace through a cluster under a policy, by the quickest engine that computes that schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from madang.errors import Refused
from madang.simulation import compiled, reference
from madang.simulation.cluster import Cluster, checked
from madang.simulation.counting import engine as counting
from madang.simulation.general import engine as general
from madang.simulation.general.layout import layout_of, too_large
from madang.simulation.outcome import Outcome
from madang.simulation.policy import Policy
from madang.simulation.policy import checked as checked_policy
from madang.simulation.progress import Progress
from madang.simulation.step_functions import Steps, held
from madang.simulation.trace import Flags, Ints, Schedule, Trace

Engine = Literal["auto", "plain", "compiled", "reference"]
Variant = Literal["madang", "pyss"]
LATEST = 1 << 36  # seconds; later ones would not fit beside a job's number in one integer
MOST_JOBS = 1 << 24
FEW = 300_000  # below this many jobs the plain engine is done before Numba has loaded, if the queue stays short;
FEW_RESERVED = 20_000  # the same with a reservation for every job,
FEW_GENERAL = 2_000  # of the engine for nodes and rules, once it has been compiled here,
FEW_FIRST = 100_000  # and where compiling, a minute, is still to come


@dataclass(frozen=True)
class Result:
    """What came of a run; rows are those of the trace.

    `in_use`, `capacity` and `fragmented` count GPUs, or processors where the trace has none: what was held (attempts
    that were stopped included), what was there, and, where jobs were placed on nodes, what lay free on nodes that were
    partly in use. `attempts` are the rows, starts and ends of attempts that a preemption or a failure stopped.
    `exhausted` says when an account's budget first refused a job that it could never run any more. `skipped` rows
    were larger than the cluster and never entered the queue. `engine` is the one that ran.
    """

    trace: Trace
    schedule: Schedule
    in_use: Steps
    capacity: Steps
    engine: str
    fragmented: Steps | None = None
    attempts: tuple[Ints, Ints, Ints] = field(default_factory=lambda: (_none(), _none(), _none()))
    exhausted: Mapping[str, int] = field(default_factory=dict)
    skipped: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


@dataclass(frozen=True)
class Simulation:
    """A cluster and a policy; `run` gives the schedule of a trace.

    `variant="pyss"` reproduces that simulator's order of events (processors only): one pass per event, at an instant
    submissions before terminations, a running job whose estimate ends now is free, and a job that ran past its limit
    is cut to it, while its estimate counts as what it ran. The default has one pass per instant: ends, then
    submissions. `engine` may name one: ``"reference"`` asks `madang.compute.policies.decide` at every instant, as the
    local backend does; otherwise Numba is used where it is installed and pays, and gives the same schedule.
    `oversized="skip"` passes over jobs that are larger than the cluster; `seed` draws the failures of nodes.
    """

    cluster: Cluster
    policy: Policy
    variant: Variant = "madang"
    engine: Engine = "auto"
    oversized: Literal["refuse", "skip"] = "refuse"
    seed: int = 0

    def run(self, trace: Trace, progress: Progress | None = None) -> Result:
        """The schedule of this trace; `progress` is told now and then how many of how many jobs have come or started.

        Raises `Refused`: ``job_too_large`` (job, asked, unit), ``trace_too_long``, ``policy_combination`` and the
        codes of a cluster or policy that cannot be.
        """
        checked(self.cluster)
        checked_policy(self.policy)
        if len(trace) >= MOST_JOBS or (len(trace) and int(trace.submit[-1] + trace.estimate.max()) > LATEST):
            raise Refused("trace_too_long", jobs=MOST_JOBS, seconds=LATEST)
        skipped = self._too_large(trace)
        kept = trace.take(~skipped) if skipped.any() else trace
        outcome = self._outcome(kept, progress)
        return self._result(trace, kept, skipped, outcome)

    def _too_large(self, trace: Trace) -> Flags:
        over = too_large(layout_of(trace, self.cluster), trace)
        if over.any() and self.oversized == "refuse":
            row = int(np.argmax(over))
            gpus, processors = int(trace.gpus[row]), int(trace.processors[row])
            raise Refused("job_too_large", job=trace.name(row), gpus=gpus, processors=processors)
        return over

    def _outcome(self, trace: Trace, progress: Progress | None) -> Outcome:
        if self.engine == "reference":
            return reference.run(trace, self.cluster, self.policy, progress)
        if counting.suits(trace, self.cluster, self.policy):
            return counting.run(
                trace,
                self.cluster,
                self.policy,
                pyss=self.variant == "pyss",
                fast=self._fast(len(trace), FEW_RESERVED if self.policy.backfill == "conservative" else FEW),
                progress=progress,
                watched=self.engine == "auto" and compiled.available(),
            )
        if self.variant == "pyss" or self.policy.backfill == "conservative":
            raise Refused("policy_combination", one=self.variant, other="rules")
        fast = self._fast(len(trace), FEW_GENERAL if compiled.kept(*general.KERNELS) else FEW_FIRST)
        return general.run(trace, self.cluster, self.policy, fast=fast, seed=self.seed, progress=progress)

    def _fast(self, jobs: int, few: int) -> bool:
        if self.engine == "compiled" and not compiled.available():
            raise Refused("engine_missing", engine="numba")
        return self.engine == "compiled" or (self.engine == "auto" and jobs >= few and compiled.available())

    def _result(self, trace: Trace, kept: Trace, skipped: Flags, outcome: Outcome) -> Result:
        rows, starts, ends = outcome.attempts or (_none(), _none(), _none())
        at = np.flatnonzero(~skipped)
        start, finish = _spread(outcome.start, skipped, -1), _spread(outcome.end, skipped, -1)
        restarts = np.zeros_like(start) if outcome.restarts is None else _spread(outcome.restarts, skipped, 0)
        return Result(
            trace=trace,
            schedule=Schedule(
                job=trace.job,
                submit=trace.submit,
                start=start,
                end=finish,
                killed=(start >= 0) & (trace.run > trace.estimate),
                restarts=restarts,
            ),
            in_use=_in_use(kept.gpus if trace.gpus.any() else kept.processors, outcome, (rows, starts, ends)),
            capacity=outcome.capacity,
            engine=outcome.engine,
            fragmented=outcome.fragmented,
            attempts=(at[rows], starts, ends),
            exhausted=outcome.exhausted,
            skipped=skipped,
        )


def _spread(found: Ints, skipped: Flags, otherwise: int) -> Ints:
    """What was found of the rows that were kept, with something in place of those that were not."""
    if not skipped.any():
        return found
    column = np.full(len(skipped), otherwise, dtype=np.int64)
    column[~skipped] = found
    return column


def _in_use(amounts: Ints, outcome: Outcome, attempts: tuple[Ints, Ints, Ints]) -> Steps:
    """What jobs held over time, in the attempts that were stopped too."""
    begin, end, (rows, starts, ends) = outcome.start, outcome.end, attempts
    if len(rows):
        begin, end = np.concatenate((begin, starts)), np.concatenate((end, ends))
        amounts = np.concatenate((amounts, amounts[rows]))
    ran = begin >= 0
    return held(begin, end, amounts) if ran.all() else held(begin[ran], end[ran], amounts[ran])


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)
