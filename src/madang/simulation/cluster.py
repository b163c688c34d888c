"""What a simulated cluster has: partitions of equal nodes, when each is there, maintenance, and nodes that fail."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from madang.errors import Refused

MOST = 1 << 32


@dataclass(frozen=True)
class Partition:
    """Equal nodes, each with so many cores, MiB of memory and GPUs of one type.

    The nodes are there from second `opens` until second `closes` of the trace (None: to the end); both are known
    beforehand, so that no job is started that by its estimate would outlive them.
    """

    name: str
    nodes: int
    cores: int
    memory_mb: int = 0
    gpus: int = 0
    gpu_type: str = ""
    opens: int = 0
    closes: int | None = None


@dataclass(frozen=True)
class Maintenance:
    """From `start` until `end`, in seconds of the trace, nothing runs in `partition`, or anywhere if it is empty."""

    start: int
    end: int
    partition: str = ""


@dataclass(frozen=True)
class Failures:
    """Each node fails after exponentially distributed times of this mean and is back after `repair_seconds`."""

    mean_seconds: int
    repair_seconds: int = 3600


@dataclass(frozen=True)
class Cluster:
    """The machine of a simulation.

    With `placed` jobs land on nodes: one of up to a node's GPUs (or cores, if it has none) stays on one node, a larger
    one takes as few nodes as can hold it. Without, cores, memory and GPUs are only counted, as archive traces want it.
    """

    partitions: tuple[Partition, ...]
    maintenance: tuple[Maintenance, ...] = ()
    failures: Failures | None = None
    placed: bool = True

    @property
    def processors(self) -> int:
        """All cores that the cluster ever has."""
        return sum(part.nodes * part.cores for part in self.partitions)

    @property
    def gpus(self) -> int:
        """All GPUs that the cluster ever has."""
        return sum(part.nodes * part.gpus for part in self.partitions)


def of_processors(processors: int, *, gpus: int = 0, gpu_type: str = "") -> Cluster:
    """A cluster of which only the processors, and the GPUs of one type, are counted; memory is no bound."""
    return checked(Cluster((Partition("all", 1, processors, 0, gpus, gpu_type),), placed=False))


def read_cluster(path: Path) -> Cluster:
    """The cluster that a TOML file describes: `placed`, `[[partition]]`, `[[maintenance]]` and `[failures]` tables.

    Keys are the fields of the dataclasses here. Raises `Refused("cluster_file", file=…, field=…, rule=…)`.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Refused("cluster_file", file=str(path), field="", rule="cannot_be_read", why=str(fault)) from fault
    try:
        return cluster_of(given)
    except Refused as refused:
        raise Refused("cluster_file", **(refused.facts | {"file": str(path)})) from refused


def cluster_of(given: Mapping[str, Any]) -> Cluster:
    """The cluster that these tables describe; raises `Refused("cluster_file", …)` at the first that does not."""
    unknown = sorted(given.keys() - {"placed", "partition", "maintenance", "failures"})
    if unknown:
        raise _fault(unknown[0], "unknown")
    placed = given.get("placed", True)
    if not isinstance(placed, bool):
        raise _fault("placed", "not_true_or_false")
    parts = tuple(_made(Partition, table, "partition") for table in _tables(given, "partition"))
    windows = tuple(_made(Maintenance, table, "maintenance") for table in _tables(given, "maintenance"))
    failures = _made(Failures, given["failures"], "failures") if "failures" in given else None
    return checked(Cluster(parts, windows, failures, placed))


def checked(cluster: Cluster) -> Cluster:
    """The same cluster, or `Refused("cluster_file", field=…, rule=…)` where it cannot be."""
    names = [part.name for part in cluster.partitions]
    if not names:
        raise _fault("partition", "missing")
    if len(set(names)) != len(names):
        raise _fault("partition.name", "twice")
    for part in cluster.partitions:
        _check_partition(part)
    for window in cluster.maintenance:
        if not 0 <= window.start < window.end <= MOST:
            raise _fault("maintenance", "not_a_period")
        if window.partition and window.partition not in names:
            raise _fault("maintenance.partition", "unknown", named=window.partition)
    if cluster.failures and not (cluster.failures.mean_seconds > 0 and cluster.failures.repair_seconds > 0):
        raise _fault("failures", "not_positive")
    return cluster


def _check_partition(part: Partition) -> None:
    amounts = {"nodes": part.nodes, "cores": part.cores, "memory_mb": part.memory_mb, "gpus": part.gpus}
    for name, amount in amounts.items():
        if not 0 <= amount <= MOST:
            raise _fault(f"partition.{name}", "out_of_range", named=part.name)
    if part.nodes < 1 or part.cores + part.gpus < 1:
        raise _fault("partition", "nothing_in_it", named=part.name)
    if part.opens < 0 or (part.closes is not None and not part.opens < part.closes <= MOST):
        raise _fault("partition", "not_a_period", named=part.name)


def _tables(given: Mapping[str, Any], name: str) -> list[Any]:
    tables = given.get(name, [])
    if not isinstance(tables, list):
        raise _fault(name, "not_a_list")
    return tables


def _made(kind: Any, table: Any, name: str) -> Any:
    """One of the dataclasses here from a table, with the types that its fields name."""
    if not isinstance(table, Mapping):
        raise _fault(name, "not_a_table")
    known = {each.name: str(each.type) for each in fields(kind)}
    for key, value in table.items():
        if key not in known:
            raise _fault(f"{name}.{key}", "unknown")
        wanted = str if known[key] == "str" else int
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise _fault(f"{name}.{key}", "wrong_type")
    try:
        return kind(**table)
    except TypeError as fault:
        raise _fault(name, "missing", why=str(fault)) from fault


def _fault(field: str, rule: str, **facts: object) -> Refused:
    return Refused("cluster_file", file="", field=field, rule=rule, **facts)
