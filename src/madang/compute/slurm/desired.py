"""What a cluster should have: worked out from awards in force, their members, and what each may still use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from madang.compute.slurm.names import Site, check_user
from madang.compute.slurm.tree import Account, Counts, Place, Qos, Reservation, Tree, counts
from madang.errors import Refused

MINUTE, GPU = 60, "gres/gpu"
# QOS priorities: of an award within its means, and of one that goes on beyond them at the end of the queue.
USUAL, LOW = 1000, 0


class Hold(StrEnum):
    """How firmly an award holds its part of the cluster.

    `cap`: never more at once than awarded. `target`: more while others leave it idle, fair share brings it back.
    `nodes`: as `cap`, with nodes that are kept free for it. `pool`: all awards of its class together hold no more at
    once than was awarded to them all; which of them does is left to fair share.
    """

    CAP = "cap"
    TARGET = "target"
    NODES = "nodes"
    POOL = "pool"


class Stage(StrEnum):
    """How far an award has come: `noticed` is told, `low` waits behind all others, of `closed` nothing starts."""

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
    `used_seconds` is what it has used of it. `window_seconds` is all that it may have used by the end of the present
    month, where it is given by month. `before_seconds` are those of the used ones that the cluster's own count does not
    hold, because they were used before it began or elsewhere. `cores_per_gpu` go with each GPU at most.
    """

    kind: str
    partition: str
    width: int | None
    budget_seconds: int | None = None
    used_seconds: int = 0
    window_seconds: int | None = None
    cores_per_gpu: int = 16
    before_seconds: int = 0

    @property
    def tres(self) -> str:
        """The TRES that is counted. GPUs are counted whatever type a job names, as the partition has but one."""
        return "cpu" if self.kind == "cpu" else GPU

    @property
    def held(self) -> dict[str, int]:
        """What it holds at once, by TRES; empty where its width is not limited."""
        if self.width is None:
            return {}
        return {"cpu": self.width} if self.kind == "cpu" else {GPU: self.width, "cpu": self.width * self.cores_per_gpu}


@dataclass(frozen=True)
class OnCluster:
    """An award as the cluster needs to know it; `users` are Unix names, `shares` its weight in fair share.

    `pool` names the class whose awards share theirs, for `Hold.POOL`. `nodes` are kept free for it until the instant
    `until` (epoch seconds), for `Hold.NODES`.
    """

    code: str
    organisation: str
    users: tuple[str, ...]
    reaches: tuple[Reach, ...]
    wall_minutes: int
    shares: int = 1
    hold: Hold = Hold.CAP
    closed: bool = False
    thresholds: Thresholds = Thresholds()
    pool: str = ""
    nodes: tuple[str, ...] = ()
    until: int = 0


def stage_of(reach: Reach, thresholds: Thresholds) -> Stage:
    """How far one kind of resource of an award is used up, in whole numbers; `closed` also until its next month begins.

    Without a budget it stays open. After a top-up it goes back by itself, because only amounts decide.
    """
    if reach.budget_seconds is None:
        return Stage.OPEN
    used, granted = reach.used_seconds * 100, reach.budget_seconds
    over = reach.window_seconds is not None and reach.used_seconds >= reach.window_seconds
    if over or used >= granted * thresholds.stop:
        return Stage.CLOSED
    if used >= granted * thresholds.low:
        return Stage.LOW
    return Stage.NOTICED if used >= granted * thresholds.notice else Stage.OPEN


def tree_of(site: Site, awards: Iterable[OnCluster]) -> Tree:
    """The whole tree: the centre's top account, organisations, pools, awards, their QOS, members and kept nodes.

    An organisation's share is the sum of its awards', so that splitting an award changes nothing between organisations.
    An award that shares a pool hangs below the pool's account and not below its organisation's.
    Refused ``slurm_name``, ``slurm_user``, ``slurm_award_twice``, ``slurm_kind_twice``.
    """
    accounts = {site.top: Account(site.top, "root")}
    qos: dict[str, Qos] = {}
    members: dict[Place, str] = {}
    kept: dict[str, Reservation] = {}
    below: dict[str, list[OnCluster]] = defaultdict(list)
    for award in awards:
        name = site.award(award.code)
        pooled = award.hold == Hold.POOL
        parent = site.pool(award.pool) if pooled else site.organisation(award.organisation)
        if name in accounts:
            raise Refused("slurm_award_twice", award=award.code)
        below[parent].append(award)
        shares = sum(one.shares for one in below[parent])
        accounts[parent] = Account(parent, site.top, shares, _together(below[parent]) if pooled else ())
        accounts[name] = Account(name, parent, award.shares)
        if award.hold == Hold.NODES and award.nodes:
            kept[name] = Reservation(name, (name,), tuple(sorted(award.nodes)), award.until)
        for reach in award.reaches:
            made = qos_of(site, award, reach)
            if made.name in qos:
                raise Refused("slurm_kind_twice", award=award.code, kind=reach.kind)
            qos[made.name] = made
            members |= {Place(name, check_user(user), reach.partition): made.name for user in award.users}
    return Tree(accounts, qos, members, kept)


def _together(awards: Iterable[OnCluster]) -> Counts:
    """What awards hold at once in all, GPUs of all types together; no limit of what one of them has no limit of."""
    reaches = [reach for award in awards for reach in award.reaches]
    held: dict[str, int] = defaultdict(int)
    for reach in reaches:
        for name, number in reach.held.items():
            held[name] += number
    endless = {name for reach in reaches if reach.width is None for name in (reach.tres, "cpu")}
    return tuple(sorted((name, number) for name, number in held.items() if name not in endless))


def qos_of(site: Site, award: OnCluster, reach: Reach) -> Qos:
    """The QOS of an award for one kind of resource.

    The budget, or the part of it that the present month opens, less what the QOS itself never counted, is rounded down
    to whole minutes, in which Slurm counts; the rest of a minute stays unused.
    """
    held = reach.held if award.hold in (Hold.CAP, Hold.NODES) else {}
    budget = reach.budget_seconds
    if budget is not None:
        budget = budget * award.thresholds.stop // 100
        budget = budget if reach.window_seconds is None else min(budget, reach.window_seconds)
        budget = max(0, budget - reach.before_seconds)
    return Qos(
        site.qos(award.code, reach.kind),
        priority=LOW if stage_of(reach, award.thresholds) in (Stage.LOW, Stage.CLOSED) else USUAL,
        held=tuple(sorted(held.items())),
        minutes=((reach.tres, budget // MINUTE),) if budget is not None else (),
        # a job without a GPU has no business in a partition of GPUs
        least=counts(gres_gpu=1) if reach.tres != "cpu" else (),
        wall_minutes=award.wall_minutes,
    ).opened(not award.closed)
