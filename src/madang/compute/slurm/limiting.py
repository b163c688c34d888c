"""Tells the cluster what each award may hold at once and whether it may start jobs, where that changed."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence

from madang.compute.protocol import AccountLimit
from madang.compute.slurm import asking
from madang.compute.slurm.commands import Commands
from madang.compute.slurm.register import Register
from madang.compute.slurm.settings import Settings, minutes
from madang.errors import Refused

_AT_ONCE = 200
_SAME = ("Nothing modified", "Modified account")


def enforce(settings: Settings, commands: Commands, register: Register, limits: Sequence[AccountLimit]) -> None:
    """Replaces all limits. What was not told because the cluster was away is told the next time.

    An account that the cluster does not have is left out: nothing can start in it either.
    """
    present = register.limits()
    wanted = {limit.account: limit for limit in limits}
    for account in present.keys() - wanted.keys():
        wanted[account] = AccountLimit(account, 0, 0, 60, False)
    register.set_limits([limit for limit in wanted.values() if not _same(present.get(limit.account), limit)])
    alike = defaultdict(list)
    for row in register.limits().values():
        if not row["told"]:
            alike[_set(row)].append(row["account"])
    for words, accounts in alike.items():
        for start in range(0, len(accounts), _AT_ONCE):
            some = accounts[start : start + _AT_ONCE]
            _modify(settings, commands, some, words)
            register.told(some)


def _same(row: sqlite3.Row | None, limit: AccountLimit) -> bool:
    if row is None:
        return False
    names = ("gpus", "cores", "wall_seconds", "open")
    return all(int(row[name]) == int(getattr(limit, name)) for name in names)


def _set(row: sqlite3.Row) -> tuple[str, ...]:
    """What sacctmgr sets. No job of a closed account starts and none is taken; what runs already goes on."""
    held = f"GrpTRES=gres/gpu={row['gpus']},cpu={row['cores']}"
    if not row["open"]:
        return ("GrpJobs=0", "GrpSubmitJobs=0")
    wall = f"MaxWall={minutes(row['wall_seconds'])}"
    return (held, wall, "GrpJobs=-1", "GrpSubmitJobs=-1")


def _modify(settings: Settings, commands: Commands, owners: Sequence[str], words: Sequence[str]) -> None:
    names = ",".join(settings.account(owner) for owner in owners)
    argv = ("sacctmgr", "--immediate", "modify", "account", "where", f"name={names}", "set", *words)
    done = asking.asked(commands, settings.environment, *argv)
    if done.status and not any(said in done.text + done.errors for said in _SAME):
        raise Refused("slurm_limits_refused", detail=(done.errors or done.text).strip()[-500:])
