"""What decides who runs next in a simulation: an order of the queue, a way to backfill, and the rules beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from madang.compute.policies import Policy as FairShare
from madang.errors import Refused

Order = Literal["submission", "shortest", "multifactor", "madang"]
Backfill = Literal["none", "easy", "conservative"]


@dataclass(frozen=True)
class Multifactor:
    """Slurm's multifactor priority: weights of the factors and how use fades, all whole numbers, times in seconds.

    Each factor lies between 0 and 1. Age counts up to `most_age`; size is the share of the cluster that is asked for,
    or with `small_first` what is left of it; QOS is the level of `qos_levels` over the highest. Use is charged as
    `cores_per_gpu` says and halves every `half_life`; priorities are worked out anew every `recalculate`. Fair share
    is 2**(-use/(share x damping)) (the classic rule) or, with `fair_tree`, the account's rank in a tree of classes
    and their accounts. `shares` gives accounts their shares (1 where not named), `class_shares` classes theirs.
    Source: Slurm's pages "Multifactor Priority Plugin" and "Fair Tree Fairshare Algorithm".
    """

    age: int = 1000
    size: int = 0
    qos: int = 0
    fair_share: int = 10_000
    most_age: int = 7 * 86_400
    half_life: int = 7 * 86_400
    recalculate: int = 300
    damping: int = 1
    cores_per_gpu: int = 16
    small_first: bool = False
    fair_tree: bool = False
    qos_levels: Mapping[str, int] = field(default_factory=dict)
    shares: Mapping[str, int] = field(default_factory=dict)
    class_shares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Limit:
    """What an account's running jobs may hold together; None is no limit."""

    gpus: int | None = None
    processors: int | None = None
    jobs: int | None = None


@dataclass(frozen=True)
class Preemption:
    """A job may stop running ones of a lower QOS level, which wait again and begin anew.

    A QOS that is not named has level 0. Lowest level goes first, then what started last; what has not run for
    `exempt_seconds` yet is spared, and so is whoever in the end is not needed.
    """

    levels: Mapping[str, int]
    exempt_seconds: int = 0


@dataclass(frozen=True)
class Shares:
    """Each class's own part of the cluster, in GPUs, or in processors where no job of the trace asks for GPUs.

    A class that is not named has 0. ``"none"``: no class exceeds its part. ``"borrow"``: what a class leaves idle the
    others may use, after every job that stays within its class's part. ``"reclaim"``: moreover a class below its part
    may stop the latest jobs of classes above theirs, of no higher QOS level, which wait again.
    """

    parts: Mapping[str, int]
    borrowing: Literal["none", "borrow", "reclaim"] = "borrow"


@dataclass(frozen=True)
class Policy:
    """A whole policy. `budgets` are in GPU-seconds (processor-seconds where no job of the trace has GPUs).

    A job starts only if, by its estimate, it ends within its account's budget (Slurm's GrpTRESMins with `safe`).
    Accounts without a budget or a limit have none. The order ``"madang"`` is `madang.compute.policies.decide` with
    `fair_share`, as the local backend runs it: its backfill is EASY, and classes' parts are those of `shares`.
    """

    order: Order = "submission"
    backfill: Backfill = "easy"
    fair_share: FairShare = field(default_factory=FairShare)
    multifactor: Multifactor = field(default_factory=Multifactor)
    budgets: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)
    preemption: Preemption | None = None
    shares: Shares | None = None

    @property
    def plain(self) -> bool:
        """Whether only the order and the backfill decide."""
        return not (self.budgets or self.limits or self.preemption or self.shares)


NAMED: Mapping[str, Policy] = {
    "fcfs": Policy(backfill="none"),
    "easy": Policy(),
    "conservative": Policy(backfill="conservative"),
    "sjf": Policy(order="shortest", backfill="none"),
    "sjf-easy": Policy(order="shortest"),
    "multifactor": Policy(order="multifactor"),
    "madang": Policy(order="madang"),
}


def named(name: str) -> Policy:
    """The policy of this name; raises `Refused("policy_unknown", name=…, known=…)`."""
    if name not in NAMED:
        raise Refused("policy_unknown", name=name, known=", ".join(NAMED))
    return NAMED[name]


def strangers(policy: Policy, accounts: Iterable[str], classes: Iterable[str]) -> list[str]:
    """The accounts and classes that the policy names and a trace has not, sorted: a rule of theirs rules nothing."""
    many, shares = policy.multifactor, policy.shares.parts if policy.shares else {}
    named_accounts = {*policy.budgets, *policy.limits, *many.shares} - set(accounts)
    named_classes = {*shares, *many.class_shares, *policy.fair_share.weights} - set(classes)
    return sorted(named_accounts | named_classes)


def checked(policy: Policy) -> Policy:
    """The same policy, or `Refused("policy_combination", …)` or `Refused("policy_value", …)` where it cannot be."""
    easy_only = policy.order == "madang" and policy.backfill != "easy"
    ordered = policy.backfill == "conservative" and policy.order != "submission"
    if easy_only or ordered:
        raise Refused("policy_combination", one=policy.order, other=policy.backfill)
    if policy.backfill == "conservative" and not policy.plain:
        raise Refused("policy_combination", one="conservative", other="rules")
    if policy.order == "madang" and policy.preemption:
        raise Refused("policy_combination", one="madang", other="preemption")
    if policy.fair_share.parts:  # here they are those of `shares`, whatever the order
        raise Refused("policy_combination", one="fair_share.parts", other="shares")
    many = policy.multifactor
    for name in ("most_age", "half_life", "recalculate", "damping"):
        if getattr(many, name) < 1:
            raise Refused("policy_value", field=name, value=getattr(many, name))
    for name in ("age", "size", "qos", "fair_share"):
        if not 0 <= getattr(many, name) < 1 << 24:
            raise Refused("policy_value", field=name, value=getattr(many, name))
    return policy
