"""The policy that the local backend runs, asked at every instant of virtual time: slow, readable, and the measure."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from madang.compute import policies
from madang.compute.policies import Amounts, Limit, Running, Snapshot, Standing, Waiting, decide
from madang.errors import Refused
from madang.simulation.cluster import Cluster
from madang.simulation.outcome import Outcome
from madang.simulation.policy import Policy
from madang.simulation.progress import Progress
from madang.simulation.step_functions import steady
from madang.simulation.trace import Trace

BOUNDLESS = 1 << 60
STRIDE = 256  # jobs between two words of progress
NONE = (np.zeros(0, dtype=np.int64),) * 3


def run(trace: Trace, cluster: Cluster, policy: Policy, progress: Progress | None = None) -> Outcome:
    """The schedule that `madang.compute.policies.decide` makes, ends before submissions, one decision an instant.

    It counts cores, memory and GPUs by type, and knows limits of accounts on GPUs and processors and the parts of
    classes; a job that is stopped for another waits again and begins anew. Raises
    `Refused("policy_combination", …)` where the policy or the cluster asks for more.
    """
    _check(trace, cluster, policy)
    machine = _machine(cluster)
    waiting, running, standings = dict[int, Waiting](), dict[int, Running](), dict[str, Standing]()
    limits = {name: _limit(policy, name) for name in trace.accounts}
    start, end = np.full(len(trace), -1, dtype=np.int64), np.full(len(trace), -1, dtype=np.int64)
    ends: list[tuple[int, int]] = []
    coming, submit = 0, trace.submit.tolist()
    rules, reclaim = _rules(trace, policy), policy.shares is not None
    stopped: list[tuple[int, int, int]] = []
    while coming < len(submit) or ends:
        now = min(submit[coming : coming + 1] + [moment for moment, _row in ends[:1]])
        while ends and ends[0][0] == now:
            row = heapq.heappop(ends)[1]
            job = running.pop(row)
            end[row] = now
            standings[job.account] = _charged(standings, job, now, rules)
        while coming < len(submit) and submit[coming] == now:
            waiting[coming] = _waiting(trace, machine, coming)
            coming += 1
            if progress and not coming % STRIDE:
                progress(coming, len(submit))
        while True:  # again at this instant while jobs are stopped: here they are gone at once
            snapshot = Snapshot(now, machine, tuple(running.values()), tuple(waiting.values()), standings, limits)
            decision = decide(snapshot, rules)
            for name in decision.starts:
                row = int(name)
                one = waiting.pop(row)
                ends_by = now + one.wall_seconds
                running[row] = Running(name, one.account, one.needs, now, ends_by, one.share_class, stoppable=reclaim)
                start[row] = now
                heapq.heappush(ends, (now + min(int(trace.run[row]), one.wall_seconds), row))
            for row in map(int, decision.stops):
                stopped.append((row, int(start[row]), now))
                job = running.pop(row)
                standings[job.account] = _charged(standings, job, now, rules)
                ends.remove(next(end for end in ends if end[1] == row))
                heapq.heapify(ends)
                waiting[row], start[row] = _waiting(trace, machine, row), -1
            if not decision.stops:
                break
    total = cluster.gpus if trace.gpus.any() else cluster.processors
    rows, begun, ended = (
        (np.array(column, dtype=np.int64) for column in zip(*stopped, strict=True)) if stopped else NONE
    )
    restarts = np.bincount(rows, minlength=len(trace)).astype(np.int64)
    return Outcome(start, end, "reference", steady(total), restarts=restarts, attempts=(rows, begun, ended))


def _charged(standings: Mapping[str, Standing], job: Running, now: int, rules: policies.Policy) -> Standing:
    return policies.charged(standings.get(job.account), job.needs, now - job.started, now, rules)


def _rules(trace: Trace, policy: Policy) -> policies.Policy:
    """Fair share with the classes' parts, which are of GPUs, or of processors where no job asks for a GPU."""
    if policy.shares is None:
        return policy.fair_share
    kind = "gpus" if trace.gpus.any() else "cores"
    parts = {name: {kind: part} for name, part in policy.shares.parts.items()}
    return replace(policy.fair_share, parts=parts, borrowing=policy.shares.borrowing)


def _check(trace: Trace, cluster: Cluster, policy: Policy) -> None:
    if policy.order != "madang" or policy.budgets:
        raise Refused("policy_combination", one="reference", other=policy.order if not policy.budgets else "budgets")
    if any(limit.jobs is not None for limit in policy.limits.values()):
        raise Refused("policy_combination", one="reference", other="limits.jobs")
    changing = any(part.opens or part.closes is not None for part in cluster.partitions)
    if cluster.placed or cluster.maintenance or cluster.failures or changing:
        raise Refused("policy_combination", one="reference", other="nodes")
    if (trace.gpus[trace.gpu_type < 0] > 0).any() and len(_types(cluster)) > 1:
        raise Refused("policy_combination", one="reference", other="gpu_type")


def _types(cluster: Cluster) -> list[str]:
    return sorted({part.gpu_type for part in cluster.partitions if part.gpus})


def _machine(cluster: Cluster) -> Amounts:
    memory = sum(part.memory_mb * part.nodes for part in cluster.partitions) or BOUNDLESS
    machine = {"cores": cluster.processors, "memory_mb": memory}
    for part in cluster.partitions:
        if part.gpus:
            name = f"gpu:{part.gpu_type}"
            machine[name] = machine.get(name, 0) + part.nodes * part.gpus
    return machine


def _limit(policy: Policy, account: str) -> Limit:
    given = policy.limits.get(account)
    gpus = BOUNDLESS if given is None or given.gpus is None else given.gpus
    cores = BOUNDLESS if given is None or given.processors is None else given.processors
    return Limit(gpus, cores)


def _waiting(trace: Trace, machine: Mapping[str, int], row: int) -> Waiting:
    types = [name.partition(":")[2] for name in machine if name.startswith("gpu:")]
    named = int(trace.gpu_type[row])
    needs = policies.needs(
        gpus=int(trace.gpus[row]),
        gpu_type=types[0] if named < 0 and types else trace.gpu_types[named] if named >= 0 and types != [""] else "",
        cores=int(trace.processors[row]),
        memory_mb=int(trace.memory_mb[row]),
    )
    account, share_class = trace.accounts[trace.account[row]], trace.classes[trace.share_class[row]]
    return Waiting(f"{row:09}", account, share_class, needs, int(trace.estimate[row]), row)
