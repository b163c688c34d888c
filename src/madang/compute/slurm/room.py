"""What the cluster has, what a job can never have of it, and what it lacks at present."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from madang.compute.protocol import Capacity, JobSpec, Reason
from madang.compute.slurm.asking import Node
from madang.compute.slurm.settings import Settings
from madang.errors import Refused

KEPT_APART = Reason("runs_as_own_user")


def capacity(settings: Settings, nodes: Iterable[Node]) -> Capacity:
    """All of the nodes in the centre's partitions, those that are down too: a job may wait for them."""
    ours = [node for node in nodes if node.partitions & set(settings.partitions.values())]
    gpus = {
        kind: sum(node.gpus.get(_gres(settings, kind), 0) for node in ours if partition in node.partitions)
        for kind, partition in settings.partitions.items()
        if kind
    }
    return Capacity(gpus, sum(node.cores for node in ours), sum(node.memory_mb for node in ours), KEPT_APART)


def admit(settings: Settings, spec: JobSpec, nodes: Iterable[Node]) -> None:
    """Refuses ``larger_than_machine`` for a job that fits onto no node of its partition, however empty."""
    partition = settings.partitions.get(spec.gpu_type if spec.gpus else "", "")
    found = [node for node in nodes if partition in node.partitions]
    most = {
        "gpus": max((node.gpus.get(_gres(settings, spec.gpu_type), 0) for node in found), default=0),
        "cores": max((node.cores for node in found), default=0),
        "memory_mb": max((node.memory_mb for node in found), default=0),
    }
    for name, offered in most.items():
        needs = getattr(spec, name)
        if needs > offered:
            kind = spec.gpu_type if name == "gpus" else ""
            raise Refused("larger_than_machine", resource=name, type=kind, needs=needs, offered=offered)


def lacking(settings: Settings, asked: Mapping[str, Any], nodes: Iterable[Node]) -> Reason:
    """What a job that is next in the queue waits for: the first of GPUs, cores and memory that no node has free."""
    kind = asked["gpu_type"] if asked["gpus"] else ""
    partition, gres = settings.partitions.get(kind, ""), _gres(settings, kind)
    free = [node for node in nodes if partition in node.partitions and node.usable]
    if not free:
        return Reason("slurm_node_not_available")
    gpus = max(node.gpus_free.get(gres, 0) for node in free)
    if asked["gpus"] > gpus:
        return Reason("waits_for_gpus", {"type": kind, "needs": asked["gpus"], "free": gpus})
    for name, code in (("cores", "waits_for_cores"), ("memory_mb", "waits_for_memory")):
        most = max(node.cores_free if name == "cores" else node.memory_free_mb for node in free)
        if asked[name] > most:
            return Reason(code, {"needs": asked[name], "free": most})
    return Reason("slurm_resources")


def _gres(settings: Settings, kind: str) -> str:
    return settings.gres.get(kind, kind.lower())
