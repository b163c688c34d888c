"""What sbatch is told of a job: options of ours alone, and one fixed script that reads the command from a file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from madang.compute.protocol import JobSpec
from madang.compute.slurm import payload
from madang.compute.slurm.settings import Settings, minutes

_SHOWN = 100


def name_of(settings: Settings, key: str) -> str:
    """The job's name in Slurm and of its folder: the same for the same key, of letters and digits whatever the key."""
    return f"{settings.mark}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def script(settings: Settings) -> str:
    """The batch script, the same for every job."""
    source = Path(payload.__file__).read_text("utf-8")
    return f"#!{settings.node_python} -I\n{source.partition(chr(10))[2]}"


def options(settings: Settings, spec: JobSpec) -> list[str]:
    """The options of sbatch but for folder and output, which the hand adds.

    A GPU is asked for by its type and in the partition of its type, so that no untyped request passes a typed limit.
    The QOS is the one that the person's association in that partition names. A job whose node fails is run again only
    where its person said so: whether that is safe, only they know. Slurm's amounts are of each node, the job's of all.
    """
    gres = settings.gres.get(spec.gpu_type, spec.gpu_type.lower())
    return [
        "--parsable",
        "--export=ALL",
        "--requeue" if spec.requeue else "--no-requeue",
        "--open-mode=append",
        f"--nodes={spec.nodes}",
        f"--ntasks={spec.nodes}",
        "--ntasks-per-node=1",
        f"--job-name={name_of(settings, spec.key)}",
        f"--comment={shown(spec.name)}",
        f"--account={settings.account(spec.account)}",
        f"--partition={settings.partitions[spec.gpu_type if spec.gpus else '']}",
        f"--cpus-per-task={spec.cores // spec.nodes}",
        f"--mem={-(-spec.memory_mb // spec.nodes)}M",
        f"--time={minutes(spec.wall_seconds)}",
        *([f"--gres=gpu:{gres}:{spec.gpus // spec.nodes}"] if spec.gpus else []),
        *([f"--nice={nice(spec.priority)}"] if spec.priority else []),
        *(["--hold"] if spec.held else []),
    ]


def nice(priority: int) -> int:
    """Slurm lets people only lower their jobs: so far a job of this priority, zero or less, goes behind others."""
    return max(-priority, 0)


def shown(name: str) -> str:
    """A job's own name as Slurm's operators see it: one line without what lists of jobs are cut at."""
    return "".join(sign if sign.isprintable() and sign not in "|\"'\\" else " " for sign in name)[:_SHOWN]


def command(settings: Settings, spec: JobSpec) -> Mapping[str, Any]:
    """What the script reads on the node."""
    return {
        "argv": list(spec.argv),
        "environment": dict(spec.environment),
        "path": settings.path,
        "nodes": spec.nodes,
        "gpus": spec.gpus,
        "cores": spec.cores,
        "memory_mb": spec.memory_mb,
        "wall_seconds": spec.wall_seconds,
        "requeue": spec.requeue,
        "checkpoint_seconds": spec.checkpoint_seconds,
        "log_bytes": settings.log_bytes,
        "grace_seconds": settings.grace_seconds,
    }
