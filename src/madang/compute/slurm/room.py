"""What the cluster has, what a job can never have of it, and what it lacks at present."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from madang.compute.protocol import Capacity, JobSpec, Reason
from madang.compute.slurm.asking import Node
from madang.compute.slurm.settings import Settings
from madang.errors import Refused

KEPT_APART = Reason("runs_as_own_user")
MOST_PRIORITY = 0  # Slurm's users can only lower their own jobs


def capacity(settings: Settings, nodes: Iterable[Node]) -> Capacity:
    """All of the nodes in the centre's partitions, those that are down too: a job may wait for them."""
    ours = [node for node in nodes if node.partitions & set(settings.partitions.values())]
    gpus = {
        kind: sum(node.gpus.get(_gres(settings, kind), 0) for node in ours if partition in node.partitions)
        for kind, partition in settings.partitions.items()
        if kind
    }
    return Capacity(
        gpus,
        sum(node.cores for node in ours),
        sum(node.memory_mb for node in ours),
        KEPT_APART,
        nodes=max((len(_in(ours, one)) for one in settings.partitions.values()), default=1),
        most_priority=MOST_PRIORITY,
    )


def admit(settings: Settings, spec: JobSpec, nodes: Iterable[Node]) -> None:
    """Refuses ``larger_than_machine`` for a job that its partition has too few nodes for, however empty.

    Of one kind of amount, it has as much as the emptiest so many nodes give in equal parts.
    """
    found, gres = _in(nodes, settings.partitions.get(spec.gpu_type if spec.gpus else "", "")), ""
    if spec.gpus:
        gres = _gres(settings, spec.gpu_type)
    given = {
        "nodes": len(found),
        "gpus": _most((node.gpus.get(gres, 0) for node in found), spec.nodes),
        "cores": _most((node.cores for node in found), spec.nodes),
        "memory_mb": _most((node.memory_mb for node in found), spec.nodes),
    }
    for name, offered in given.items():
        needs = getattr(spec, name)
        if needs > offered and (name != "nodes" or spec.nodes > 1):
            kind = spec.gpu_type if name == "gpus" else ""
            raise Refused("larger_than_machine", resource=name, type=kind, needs=needs, offered=offered)


def _in(nodes: Iterable[Node], partition: str) -> list[Node]:
    return [node for node in nodes if partition in node.partitions]


def _most(amounts: Iterable[int], nodes: int) -> int:
    """The most that so many nodes give together in equal parts."""
    largest = sorted(amounts, reverse=True)[:nodes]
    return largest[-1] * nodes if len(largest) == nodes else 0


def lacking(settings: Settings, asked: Mapping[str, Any], nodes: Iterable[Node]) -> Reason:
    """What a job that is next in the queue waits for: the first of GPUs, cores and memory that no node has free."""
    kind = asked["gpu_type"] if asked["gpus"] else ""
    partition, gres = settings.partitions.get(kind, ""), _gres(settings, kind)
    free = [node for node in _in(nodes, partition) if node.usable]
    if not free:
        return Reason("slurm_node_not_available")
    if asked.get("nodes", 1) > 1:
        return _lacking_nodes(asked, gres, free)
    gpus = max(node.gpus_free.get(gres, 0) for node in free)
    if asked["gpus"] > gpus:
        return Reason("waits_for_gpus", {"type": kind, "needs": asked["gpus"], "free": gpus})
    for name, code in (("cores", "waits_for_cores"), ("memory_mb", "waits_for_memory")):
        most = max(node.cores_free if name == "cores" else node.memory_free_mb for node in free)
        if asked[name] > most:
            return Reason(code, {"needs": asked[name], "free": most})
    return Reason("slurm_resources")


def _lacking_nodes(asked: Mapping[str, Any], gres: str, free: list[Node]) -> Reason:
    """What a job on several nodes waits for: nodes that have its part free."""
    nodes = asked["nodes"]
    fit = [
        node
        for node in free
        if node.gpus_free.get(gres, 0) * nodes >= asked["gpus"]
        and node.cores_free * nodes >= asked["cores"]
        and node.memory_free_mb * nodes >= asked["memory_mb"]
    ]
    if len(fit) < nodes:
        return Reason("waits_for_nodes", {"needs": nodes, "free": len(fit)})
    return Reason("slurm_resources")


def _gres(settings: Settings, kind: str) -> str:
    return settings.gres.get(kind, kind.lower())
