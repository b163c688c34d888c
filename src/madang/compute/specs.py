"""Checks a job before it is taken over, and writes it in the one form by which two submissions are compared."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath

from madang.compute.protocol import JobSpec
from madang.errors import Refused

LEAST_MEMORY_MB = 64
MOST_ARGUMENT_BYTES = 100_000
MOST_PRIORITY = 1000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_LAYER = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check(spec: JobSpec) -> None:
    """Refuses a job that no backend could run; facts name the field at fault.

    Codes: ``job_field_missing``, ``job_field_out_of_range``, ``job_command_unfit``, ``job_path_unsafe``,
    ``job_path_twice``, ``job_environment_unfit``, ``checkpoint_too_early``, ``no_such_layer``,
    ``nodes_uneven``.
    """
    for name in ("key", "account", "name"):
        if not getattr(spec, name):
            raise Refused("job_field_missing", field=name)
    _check_amounts(spec)
    _check_command(spec)
    _check_files(spec)


def _check_amounts(spec: JobSpec) -> None:
    least = {"gpus": 0, "cores": 1, "memory_mb": LEAST_MEMORY_MB, "wall_seconds": 1, "checkpoint_seconds": 0}
    for name, bound in {**least, "nodes": 1}.items():
        if getattr(spec, name) < bound:
            raise Refused("job_field_out_of_range", field=name, least=bound)
    for name in ("gpus", "cores"):
        if getattr(spec, name) % spec.nodes:
            raise Refused("nodes_uneven", field=name, given=getattr(spec, name), nodes=spec.nodes)
    if abs(spec.priority) > MOST_PRIORITY:
        raise Refused("job_field_out_of_range", field="priority", least=-MOST_PRIORITY)
    if spec.checkpoint_seconds >= spec.wall_seconds:
        raise Refused("checkpoint_too_early", seconds=spec.checkpoint_seconds, limit=spec.wall_seconds)
    for layer in (spec.layer, spec.builds):
        if layer and not _LAYER.fullmatch(layer):
            raise Refused("no_such_layer", layer=layer)
    if spec.gpus and not spec.gpu_type:
        raise Refused("job_field_missing", field="gpu_type")


def _check_command(spec: JobSpec) -> None:
    size = sum(len(argument.encode()) for argument in spec.argv)
    if not spec.argv or not spec.argv[0] or "\0" in "".join(spec.argv) or size > MOST_ARGUMENT_BYTES:
        raise Refused("job_command_unfit", most=MOST_ARGUMENT_BYTES)
    for name, value in spec.environment.items():
        if not _NAME.fullmatch(name) or "\0" in value:
            raise Refused("job_environment_unfit", name=name)


def _check_files(spec: JobSpec) -> None:
    for file in spec.files:
        if not safe_path(file.path) or not _SHA256.fullmatch(file.sha256) or file.size < 0:
            raise Refused("job_path_unsafe", path=file.path)
    folders = {str(parent) for file in spec.files for parent in PurePosixPath(file.path).parents}
    for path, times in Counter(file.path for file in spec.files).items():
        if times > 1 or path in folders:
            raise Refused("job_path_twice", path=path)


def array(spec: JobSpec, count: int) -> list[JobSpec]:
    """`count` jobs of one submission, numbered from 0: the number is in key, name and ``MADANG_ARRAY_INDEX``."""
    return [
        replace(
            spec,
            key=f"{spec.key}/{index}",
            name=f"{spec.name} [{index}]",
            environment={
                **spec.environment,
                "MADANG_ARRAY_INDEX": str(index),
                "MADANG_ARRAY_COUNT": str(count),
            },
        )
        for index in range(count)
    ]


def safe_path(path: str) -> bool:
    """Whether a path is relative, in its shortest form, and stays below the folder that it is relative to."""
    parts = path.split("/")
    return "\0" not in path and "\\" not in path and all(part not in ("", ".", "..") for part in parts)


def digest(spec: JobSpec) -> str:
    """SHA-256 over what makes a job what it is: not where its files lie, its place in the queue or its network."""
    content: dict[str, object] = {
        "account": spec.account,
        "fair_share_class": spec.fair_share_class,
        "name": spec.name,
        "argv": list(spec.argv),
        "files": sorted([file.path, file.sha256, file.size] for file in spec.files),
        "amounts": [spec.gpus, spec.gpu_type, spec.cores, spec.memory_mb, spec.wall_seconds],
        "environment": sorted(spec.environment.items()),
    }
    more = [sorted(spec.after), spec.requeue, spec.checkpoint_seconds]
    if more != [[], False, 0]:
        content["more"] = more
    if spec.software or spec.layer or spec.builds:
        content["software"] = [list(spec.software), spec.layer, spec.builds]
    if spec.image:
        content["image"] = spec.image
    if spec.nodes != 1:
        content["nodes"] = spec.nodes
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
