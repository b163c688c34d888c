"""What a backend's limits change in the tree: the QOS that it gave an award are opened, shut, narrowed, never made."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from madang.compute.protocol import MANY, AccountLimit, JobSpec
from madang.compute.slurm.applying import apply
from madang.compute.slurm.commands import Commands
from madang.compute.slurm.desired import GPU
from madang.compute.slurm.difference import difference
from madang.compute.slurm.live import Live, read_qos
from madang.compute.slurm.names import Site
from madang.compute.slurm.settings import Settings, minutes
from madang.compute.slurm.tree import Qos, Tree
from madang.errors import Refused


def admit(spec: JobSpec, limit: sqlite3.Row | None) -> None:
    """Refuses what the account may not run: ``account_closed``, ``larger_than_account_limit``, ``…_wall``."""
    if limit is None or not limit["open"]:
        raise Refused("account_closed", account=spec.account)
    for name in ("gpus", "cores", "wall_seconds"):
        if getattr(spec, name) > limit[name]:
            code = "larger_than_account_wall" if name == "wall_seconds" else "larger_than_account_limit"
            raise Refused(code, resource=name, needs=getattr(spec, name), limit=limit[name])


def enforce(settings: Settings, commands: Commands, limits: Sequence[AccountLimit]) -> None:
    """Brings the centre's QOS to the limits, by the same difference and steps as the whole tree.

    A QOS of an account without an open limit is shut. An award that was not brought to the cluster yet has none, and
    nothing can start in it. Unavailable where the cluster is away; Refused as `applying.apply`.
    """
    site = Site(settings.mark)
    there, _, _ = read_qos(commands, site)
    desired = limited(there, {settings.account(limit.account): limit for limit in limits})
    apply(commands, difference(site, "", Tree(qos=desired), Live(Tree(qos=there))))


def limited(there: Mapping[str, Qos], limits: Mapping[str, AccountLimit]) -> dict[str, Qos]:
    """The QOS as the limits, by Slurm's account, want them.

    GPUs are limited in the one QOS of an account that has GPUs; where there are several, each keeps the number that
    the tree gave it. Cores are limited in a QOS without GPUs; beside GPUs they go with these.
    """
    accounts = {name: account for name in there if (account := _account(name, limits))}
    kinds = Counter(account for name, account in accounts.items() if _has_gpus(there[name]))
    found = {}
    for name, qos in there.items():
        limit = limits[accounts[name]] if name in accounts else None
        if limit is None or not limit.open:
            found[name] = qos.opened(False)
            continue
        held = dict(qos.held)
        if not _has_gpus(qos) and limit.cores < MANY:
            held["cpu"] = limit.cores
        elif _has_gpus(qos) and kinds[accounts[name]] == 1 and limit.gpus < MANY:
            held[GPU] = limit.gpus
        found[name] = replace(qos, held=tuple(sorted(held.items())), wall_minutes=minutes(limit.wall_seconds))
        found[name] = found[name].opened(True)
    return found


def _has_gpus(qos: Qos) -> bool:
    return bool(dict(qos.least).get(GPU))


def _account(name: str, limits: Mapping[str, AccountLimit]) -> str:
    """The account of a QOS, whose name goes on with the kind of resource after a hyphen; empty where none is known."""
    while "-" in name:
        name = name.rpartition("-")[0]
        if name in limits:
            return name
    return ""
