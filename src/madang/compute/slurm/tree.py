"""Accounts, QOS and associations as values: the same for what should be and for what a cluster has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

Counts = tuple[tuple[str, int], ...]
"""Numbers by TRES (``cpu``, ``gres/gpu``), sorted by name; what is absent is not limited."""


def counts(**given: int) -> Counts:
    """`Counts` of what is given; ``gres_gpu`` stands for ``gres/gpu``."""
    return tuple(sorted((name.replace("_", "/", 1), number) for name, number in given.items()))


@dataclass(frozen=True)
class Account:
    """An account: below which other it hangs, its fair share beside its siblings, what all below hold at once."""

    name: str
    parent: str
    shares: int = 1
    held: Counts = ()


@dataclass(frozen=True)
class Qos:
    """A QOS with its limits: at once (`held`), at least per job (`least`), in all in minutes (`minutes`).

    `wall_minutes` limits one job; `submitted` how many may wait and run together, `running` how many may run, None for
    no limit. Both 0: nobody is let in and nothing that waits starts. `minutes` never fades, as the QOS carries NoDecay.
    """

    name: str
    priority: int = 0
    held: Counts = ()
    minutes: Counts = ()
    least: Counts = ()
    wall_minutes: int | None = None
    submitted: int | None = None
    running: int | None = None

    @property
    def shut(self) -> bool:
        """Whether nothing is let in and nothing starts."""
        return self.submitted == 0 and self.running == 0

    def opened(self, is_open: bool) -> Qos:
        """The same, shut or with neither of the two limits."""
        limit = None if is_open else 0
        return replace(self, submitted=limit, running=limit)


class Place(NamedTuple):
    """Where a user may run: an account, through one partition."""

    account: str
    user: str
    partition: str


@dataclass(frozen=True)
class Reservation:
    """Nodes kept free for the jobs of accounts until an instant (epoch seconds); jobs find it without naming it."""

    name: str
    accounts: tuple[str, ...]
    nodes: tuple[str, ...]
    until: int


@dataclass(frozen=True)
class Tree:
    """Everything of one centre. `members` gives the QOS with which a user runs at a place."""

    accounts: Mapping[str, Account] = field(default_factory=dict)
    qos: Mapping[str, Qos] = field(default_factory=dict)
    members: Mapping[Place, str] = field(default_factory=dict)
    reservations: Mapping[str, Reservation] = field(default_factory=dict)
