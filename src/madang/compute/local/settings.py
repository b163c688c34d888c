"""What a centre sets for its own machine, kept in the spool so that the runner and the portal agree."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

from madang.compute.local.records import write_durably
from madang.compute.policies import Borrowing, Policy


@dataclass(frozen=True)
class Gpu:
    """One GPU or MIG slice: the type that jobs ask for, the driver's own identifier, and its device node.

    `nodes` are further device nodes that it needs, as a slice does. Up to `shares` jobs hold it at once, without any
    bound between them; what one job holds of it counts as one GPU of its type.
    """

    type: str
    uuid: str
    device: str
    nodes: tuple[str, ...] = ()
    shares: int = 1


@dataclass(frozen=True)
class Settings:
    """`name` is the source in usage records. None for `cores`, `memory_mb` or `gpus` means what the machine has.

    `software`: folders that jobs see, read-only, at the same path; a folder's ``bin`` is put on their PATH.
    `types`: what jobs call a type of GPU that was found (``H100-80GB-HBM3-1g.10gb``); `shared`: how many jobs may hold
    one of a type at once.
    `processes`: the most processes and threads a job may have. `log_bytes`, `file_bytes`: what is kept of a log, and
    the largest single file. `folder_bytes`, `folder_files`: what a job's whole folder may grow to. `grace_seconds`:
    between asking a job to end and killing it. `slice_seconds`: a running job's use is reported in slices of this
    length. `groups`: where jobs get control groups (`groups.found`).
    `weights`, `parts` and `borrowing` are the policy's, by class.
    """

    name: str = "local"
    software: tuple[str, ...] = ()
    cores: int | None = None
    memory_mb: int | None = None
    gpus: tuple[Gpu, ...] | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, int] = field(default_factory=dict)
    processes: int = 1024
    log_bytes: int = 16 << 20
    file_bytes: int = 64 << 30
    folder_bytes: int = 256 << 30
    folder_files: int = 1_000_000
    output_files: int = 10_000
    grace_seconds: int = 30
    slice_seconds: int = 3600
    half_life_seconds: int = Policy.half_life
    entry_seconds: int = Policy.entry_seconds
    weights: Mapping[str, int] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    borrowing: Borrowing = "borrow"
    groups: str = "auto"

    @property
    def policy(self) -> Policy:
        """The settings of fair share as the policies take them."""
        return Policy(
            half_life=self.half_life_seconds,
            entry_seconds=self.entry_seconds,
            weights=self.weights,
            parts=self.parts,
            borrowing=self.borrowing,
            stop_seconds=self.grace_seconds,
        )


def made_from(given: Mapping[str, Any]) -> Settings:
    """Settings from keyword arguments or from JSON; TypeError for a name that is none, ValueError for a bad value."""
    values = dict(given)
    values["software"] = tuple(os.fspath(path) for path in values.get("software", ()))
    if values.get("gpus") is not None:
        values["gpus"] = tuple(gpu if isinstance(gpu, Gpu) else _gpu(**gpu) for gpu in values["gpus"])
    settings = Settings(**values)
    for name, value in asdict(settings).items():
        if isinstance(value, int) and value < (0 if name in ("grace_seconds", "entry_seconds") else 1):
            raise ValueError(f"{name} must be above zero, not {value}")
    for name, count in settings.shared.items():
        if count < 1:
            raise ValueError(f"{name} must be shared by at least 1, not {count}")
    if settings.borrowing not in get_args(Borrowing):
        raise ValueError(f"borrowing must be one of {', '.join(get_args(Borrowing))}, not {settings.borrowing}")
    for path in settings.software:
        if not Path(path).is_absolute() or not Path(path).is_dir():
            raise ValueError(f"software must be folders named from the root, and {path!r} is none")
    return settings


def _gpu(*, nodes: Sequence[str] = (), shares: int = 1, **given: str) -> Gpu:
    if shares < 1:
        raise ValueError(f"shares must be above zero, not {shares}")
    return Gpu(**given, nodes=tuple(nodes), shares=shares)


def keep(settings: Settings, path: Path) -> None:
    """Writes the settings where the runner reads them, if they differ from what is there."""
    content = json.dumps(asdict(settings), sort_keys=True)
    if not path.exists() or path.read_text() != content:
        write_durably(path, content.encode())


def kept(path: Path) -> Settings:
    """The settings in the spool, or the defaults where none have been written."""
    return made_from(json.loads(path.read_text())) if path.exists() else Settings()
