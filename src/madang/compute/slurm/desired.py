"""What a cluster should have: worked out from awards in force, their members, and what each may still use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from madang.compute.slurm.names import Site, check_user
from madang.compute.slurm.tree import Account, Place, Qos, Tree, counts
from madang.errors import Refused

MINUTE, GPU = 60, "gres/gpu"
# QOS priorities: of an award within its means, and of one that goes on beyond them at the end of the queue.
USUAL, LOW = 1000, 0


class Hold(StrEnum):
    """How firmly an award holds its part of the cluster.

    `cap`: never more at once than awarded. `target`: more while others leave it idle, fair share brings it back.
    """

    CAP = "cap"
    TARGET = "target"


class Stage(StrEnum):
    """How far an award has come: `noticed` is told, `low` waits behind all others, `closed` lets nobody in."""

    OPEN = "open"
    NOTICED = "noticed"
    LOW = "low"
    CLOSED = "closed"


@dataclass(frozen=True)
class Thresholds:
    """At how many per cent of what was granted an award is told and put last, and where its own limit lies."""

    notice: int = 80
    low: int = 100
    stop: int = 100

    def __post_init__(self) -> None:
        if not 0 < self.notice <= self.low <= self.stop:
            raise Refused("slurm_thresholds", notice=self.notice, low=self.low, stop=self.stop)


@dataclass(frozen=True)
class Reach:
    """One kind of resource as an award reaches it: `width` GPUs (or cores where `kind` is "cpu") in a partition.

    A `width` of None is as many as there are.

    `budget_seconds` is all that it may ever use, in GPU-seconds or core-seconds; None where only `width` limits it.
    `used_seconds` is what it has used of it. `cores_per_gpu` go with each GPU at most.
    """

    kind: str
    partition: str
    width: int | None
    budget_seconds: int | None = None
    used_seconds: int = 0
    cores_per_gpu: int = 16

    @property
    def tres(self) -> str:
        """The TRES that is counted. GPUs are counted whatever type a job names, as the partition has but one."""
        return "cpu" if self.kind == "cpu" else GPU


@dataclass(frozen=True)
class OnCluster:
    """An award as the cluster needs to know it; `users` are Unix names, `shares` its weight in fair share."""

    code: str
    organisation: str
    users: tuple[str, ...]
    reaches: tuple[Reach, ...]
    wall_minutes: int
    shares: int = 1
    hold: Hold = Hold.CAP
    closed: bool = False
    thresholds: Thresholds = Thresholds()


def stage_of(reach: Reach, thresholds: Thresholds) -> Stage:
    """How far one kind of resource of an award is used up, in whole numbers.

    Without a budget it stays open. After a top-up it goes back by itself, because only amounts decide.
    """
    if reach.budget_seconds is None:
        return Stage.OPEN
    used, granted = reach.used_seconds * 100, reach.budget_seconds
    if used >= granted * thresholds.low:
        return Stage.LOW
    return Stage.NOTICED if used >= granted * thresholds.notice else Stage.OPEN


def tree_of(site: Site, awards: Iterable[OnCluster]) -> Tree:
    """The whole tree: the centre's top account, organisations, awards, their QOS and members.

    An organisation's share is the sum of its awards', so that splitting an award changes nothing between organisations.
    Refused ``slurm_name``, ``slurm_user``, ``slurm_award_twice``, ``slurm_kind_twice``.
    """
    accounts = {site.top: Account(site.top, "root")}
    qos: dict[str, Qos] = {}
    members: dict[Place, str] = {}
    shares: dict[str, int] = defaultdict(int)
    for award in awards:
        name, parent = site.award(award.code), site.organisation(award.organisation)
        if name in accounts:
            raise Refused("slurm_award_twice", award=award.code)
        shares[parent] += award.shares
        accounts[parent] = Account(parent, site.top, shares[parent])
        accounts[name] = Account(name, parent, award.shares)
        for reach in award.reaches:
            made = qos_of(site, award, reach)
            if made.name in qos:
                raise Refused("slurm_kind_twice", award=award.code, kind=reach.kind)
            qos[made.name] = made
            members |= {Place(name, check_user(user), reach.partition): made.name for user in award.users}
    return Tree(accounts, qos, members)


def qos_of(site: Site, award: OnCluster, reach: Reach) -> Qos:
    """The QOS of an award for one kind of resource.

    The budget is rounded down to whole minutes, in which Slurm counts; the rest of a minute stays unused.
    """
    whole = reach.width if award.hold == Hold.CAP else None
    held: dict[str, int] = {}
    if whole is not None:
        held[reach.tres] = whole
        if reach.tres != "cpu":
            held["cpu"] = whole * reach.cores_per_gpu
    stop = award.thresholds.stop
    budget = reach.budget_seconds
    return Qos(
        site.qos(award.code, reach.kind),
        priority=LOW if stage_of(reach, award.thresholds) == Stage.LOW else USUAL,
        held=tuple(sorted(held.items())),
        minutes=((reach.tres, budget * stop // 100 // MINUTE),) if budget is not None else (),
        # a job without a GPU has no business in a partition of GPUs
        least=counts(gres_gpu=1) if reach.tres != "cpu" else (),
        wall_minutes=award.wall_minutes,
    ).opened(not award.closed)


@dataclass(frozen=True)
class Windows:
    """An award that is given by month: `granted` seconds by month in order, `carry` of last month's rest goes on.

    `borrow` seconds of the next month may be used before it begins.
    """

    granted: Sequence[int]
    carry: bool = True
    borrow: int = 0


def released(windows: Windows, used: Sequence[int]) -> int:
    """All that an award may have used by the end of the present month: the budget of a QOS that never fades.

    `used` are the seconds used in each month from the first to the present one; the present one is the last. What is
    left of a month may be used in the next one and then expires; borrowed seconds are taken from the month after.
    With one month of carry-over this is the rule of programmes that give a twelfth each month.
    Refused ``slurm_window`` where no month is left or a number is negative.
    """
    months = len(used)
    if not 1 <= months <= len(windows.granted) or min(*windows.granted, *used, windows.borrow, 0) < 0:
        raise Refused("slurm_window", months=len(windows.granted), month=months)
    spent = carried = owed = 0
    for month, taken in enumerate(used[:-1]):
        own = windows.granted[month] - owed
        from_own = max(0, taken - carried)
        # what came over is used first, as it expires first
        owed, rest = max(0, from_own - own), max(0, own - from_own)
        carried = rest if windows.carry else 0
        spent += taken
    own = windows.granted[months - 1] - owed
    ahead = min(windows.borrow, windows.granted[months]) if months < len(windows.granted) else 0
    return spent + max(0, carried + own + ahead)
