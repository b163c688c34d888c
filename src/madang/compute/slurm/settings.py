"""What a centre sets in order to run jobs on a Slurm cluster; a wrong value is refused when the backend is made."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from madang.compute.slurm import hand as hand_program
from madang.compute.slurm.commands import OnThisMachine, over_ssh
from madang.compute.slurm.names import Site
from madang.errors import Refused

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
SEARCHED = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Settings:
    """`mark` begins the name of everything of this centre on the cluster (2 to 12 small letters and digits).

    `work` is a folder that the head node and all nodes share, writable for all with the sticky bit, as /tmp is.
    `partitions` gives the partition for each type of GPU that pools name, and under ``""`` the one for jobs without
    GPUs; `gres` gives Slurm's name of a type where it is another. `slurm_conf`, `slurm_bin`: where configuration and
    commands of Slurm lie if not in the usual places. `ssh_host` names the head node where Madang runs elsewhere.
    `time_zone` is the centre's, at whose midnights use is cut. `become` is how a command is run as ``{user}``, and
    `hand` the program that is run so.
    `node_python` is the Python (3.8 or later) of the nodes. `log_bytes`, `output_files`: how much of a log and how many
    files are offered. `forgotten_seconds`: after how long a job that Slurm knows nothing of any more is taken for lost.
    `energy`: take over what Slurm measured of jobs' energy; only for a cluster that gives its nodes out whole, since of
    a node that jobs share Slurm records to each what the node consumed.
    """

    mark: str
    work: str
    partitions: Mapping[str, str]
    gres: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "Asia/Seoul"
    slurm_conf: str = ""
    slurm_bin: str = ""
    ssh_host: str = ""
    become: tuple[str, ...] = ("sudo", "-n", "-u", "{user}", "--")
    hand: tuple[str, ...] = (sys.executable, "-I", hand_program.__file__)
    node_python: str = "/usr/bin/python3"
    path: str = "/usr/local/bin:/usr/bin:/bin"
    log_bytes: int = 16 << 20
    output_files: int = 10_000
    grace_seconds: int = 30
    timeout_seconds: int = 60
    forgotten_seconds: int = 600
    energy: bool = False

    @property
    def told(self) -> dict[str, str]:
        """What every command of Slurm's is told besides where it is found."""
        told = {"PATH": f"{self.slurm_bin}:{SEARCHED}" if self.slurm_bin else SEARCHED}
        return told | ({"SLURM_CONF": self.slurm_conf} if self.slurm_conf else {})

    @property
    def environment(self) -> dict[str, str]:
        """The same for commands whose answer is read: times come as seconds since 1970."""
        return self.told | {"SLURM_TIME_FORMAT": "%s", "TZ": "UTC"}

    def commands(self) -> OnThisMachine:
        """Slurm's commands as the portal's own user."""
        environment = {"LANG": "C.UTF-8", **self.environment}
        if self.ssh_host:
            return over_ssh(self.ssh_host, environment, timeout=self.timeout_seconds)
        return OnThisMachine(environment, timeout=self.timeout_seconds)

    def account(self, owner: str) -> str:
        """Slurm's account for an award as the portal names it. Refused ``slurm_name``."""
        return Site(self.mark).award(owner.removeprefix("award:"))

    def owner(self, account: str) -> str | None:
        """The award behind one of Slurm's accounts as the portal names it; None for accounts that are not ours."""
        code = account.removeprefix(f"{self.mark}-a-")
        if code == account:
            return None
        return f"award:{code}" if code.isdigit() else code


def made_from(given: Mapping[str, Any]) -> Settings:
    """Settings from keyword arguments or TOML; TypeError for a name that is none, ValueError for a bad value."""
    values = dict(given)
    for name in ("become", "hand"):
        if name in values:
            values[name] = tuple(values[name])
    settings = Settings(**values)
    try:
        Site(settings.mark)
    except Refused:
        raise ValueError(f"mark must be 2 to 12 small letters and digits, not {settings.mark!r}") from None
    for name in ("work", "node_python"):
        if not Path(getattr(settings, name)).is_absolute():
            raise ValueError(f"{name} must be a path from the root, not {getattr(settings, name)!r}")
    if not settings.ssh_host and not Path(settings.work).is_dir():
        raise ValueError(f"work must be a folder that is there, and {settings.work} is none")
    ZoneInfo(settings.time_zone)
    if not settings.partitions:
        raise ValueError("partitions must name the partition of at least one type of GPU, or of jobs without any")
    _check_words(settings)
    return settings


def _check_words(settings: Settings) -> None:
    for kind, partition in (*settings.partitions.items(), *settings.gres.items()):
        if not _WORD.fullmatch(partition) or (kind and not _WORD.fullmatch(kind)):
            raise ValueError(f"{kind!r} = {partition!r}: no name of a type, a partition or a gres")
    for name in ("log_bytes", "output_files", "timeout_seconds", "forgotten_seconds"):
        if getattr(settings, name) < 1:
            raise ValueError(f"{name} must be above zero, not {getattr(settings, name)}")
    if settings.become and "{user}" not in settings.become:
        raise ValueError("become must say with {user} whose name the command takes on")


def minutes(seconds: int) -> int:
    """Slurm counts the time of jobs in minutes: the least number of them that holds so many seconds."""
    return -(-seconds // 60)
