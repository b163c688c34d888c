"""Reads a policy from a TOML file, so that one with budgets, limits or shares can be named on a command line."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from madang.compute.policies import Policy as FairShare
from madang.errors import Refused
from madang.simulation.policy import NAMED, Limit, Multifactor, Policy, Preemption, Shares, checked

_CHOICES = {
    "order": ("submission", "shortest", "multifactor", "madang"),
    "backfill": ("none", "easy", "conservative"),
    "borrowing": ("none", "borrow", "reclaim"),
}
_PARTS = {"fair_share": FairShare, "multifactor": Multifactor, "preemption": Preemption, "shares": Shares}


def read_policy(path: Path) -> Policy:
    """The policy in a file. Raises `Refused("policy_file", file=…, field=…, rule=…)`; rules as for `policy_of`."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Refused("policy_file", file=str(path), field="", rule="cannot_be_read", why=str(fault)) from fault
    try:
        return policy_of(given)
    except Refused as refused:
        raise Refused(refused.code, **(refused.facts | {"file": str(path)})) from refused


def policy_of(given: Mapping[str, Any]) -> Policy:
    """The policy that these tables describe; its keys are the fields of `Policy` and of the classes within it.

    ``base`` may name one of `NAMED` to start from. ``[limits.ACCOUNT]`` tables give the limits, ``[budgets]`` the
    budgets. Raises `Refused("policy_file", field=…, rule=…)`, the rule one of ``unknown``, ``wrong_type``, ``choice``,
    and what `policy.checked` raises.
    """
    start = given.get("base", "easy")
    if not isinstance(start, str) or start not in NAMED:
        raise _fault("base", "choice")
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name == "base":
            continue
        if name in _PARTS:
            found[name] = _made(_PARTS[name], value, name)
        elif name == "limits":
            table = _table(value, name)
            found[name] = {account: _made(Limit, one, f"limits.{account}") for account, one in table.items()}
        elif name == "budgets":
            found[name] = _amounts(value, name)
        elif name in _CHOICES:
            found[name] = _choice(value, name, name)
        else:
            raise _fault(name, "unknown")
    return checked(dataclasses.replace(NAMED[start], **found))


def _made(kind: Any, value: Any, place: str) -> Any:
    """One of the dataclasses of a policy from a table, each field of the type that it is declared with."""
    declared = {field.name: str(field.type) for field in dataclasses.fields(kind)}
    found: dict[str, Any] = {}
    for name, one in _table(value, place).items():
        where = f"{place}.{name}"
        if name not in declared:
            raise _fault(where, "unknown")
        if declared[name].startswith("Mapping"):
            found[name] = _amounts(one, where)
        elif name in _CHOICES:
            found[name] = _choice(one, name, where)
        else:
            found[name] = _number(one, declared[name], where)
    missing = [
        field.name
        for field in dataclasses.fields(kind)
        if field.name not in found
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise _fault(f"{place}.{missing[0]}", "missing")
    return kind(**found)


def _number(value: Any, declared: str, place: str) -> int | bool:
    wanted = bool if declared == "bool" else int
    if not isinstance(value, wanted) or isinstance(value, bool) is not (wanted is bool):
        raise _fault(place, "wrong_type")
    if not 0 <= value <= 1 << 50:
        raise _fault(place, "out_of_range")
    return value


def _amounts(value: Any, place: str) -> dict[str, int]:
    """Whole numbers, none below zero, by name."""
    return {name: int(_number(amount, "int", f"{place}.{name}")) for name, amount in _table(value, place).items()}


def _choice(value: Any, name: str, place: str) -> Any:
    if value not in _CHOICES[name]:
        raise _fault(place, "choice")
    return value


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _fault(place, "wrong_type")
    return value


def _fault(field: str, rule: str) -> Refused:
    return Refused("policy_file", file="", field=field, rule=rule)
