"""What bars an account's job beside the queue: budgets, limits, and the classes' parts; and what running jobs count."""

from __future__ import annotations

from typing import NamedTuple

from madang.simulation.general.machine import Column, Jobs

FREE, FOR_NOW, FOR_EVER = 0, 1, 2
STRICT, BORROW, RECLAIM = 1, 2, 3
BY_SUBMISSION, BY_LENGTH, BY_PRIORITY, BY_TURNS = range(4)


class Accounts(NamedTuple):
    """What each account may and does hold and has used; budgets and parts in the unit that the cluster counts."""

    budget: Column
    spent: Column
    promised: Column  # what running jobs would use by their limits
    most_gpus: Column
    most_cores: Column
    most_jobs: Column
    gpus: Column
    cores: Column
    jobs: Column
    exhausted: Column  # when the budget first barred a job for ever, or -1
    use: Column  # fading use in fair share, and as of when
    use_at: Column
    now_used: Column  # the same with what runs, worked out when needed
    shares: Column
    share_class: Column
    factor: Column  # of fair share, fixed point
    first: Column  # its waiting jobs in the order of submission, or -1
    last: Column
    shut: Column  # whether all of them are barred until one of its jobs ends


class Classes(NamedTuple):
    """The part of each class, what it holds, its weight in turn-taking and its shares in the Fair Tree."""

    part: Column
    held: Column
    weight: Column
    shares: Column


class Ways(NamedTuple):
    """The policy's settings as numbers."""

    order: int
    backfill: int
    borrowing: int
    preempting: int
    exempt: int
    half_life: int
    entry: int
    age: int
    fair_share: int
    most_age: int
    recalculate: int
    damping: int
    fair_tree: int
    factors: Column  # of what fades, see `priorities.fading`


def barred(jobs: Jobs, accounts: Accounts, classes: Classes, ways: Ways, row: int) -> int:
    """Whether the account, or the class, may start this job at all: freely, not now, or never any more."""
    account = jobs.account[row]
    needed = jobs.unit[row] * jobs.limit[row]
    if accounts.spent[account] + needed > accounts.budget[account]:
        return FOR_EVER
    if accounts.spent[account] + accounts.promised[account] + needed > accounts.budget[account]:
        return FOR_NOW
    if jobs.gpus[row] and accounts.gpus[account] + jobs.gpus[row] > accounts.most_gpus[account]:
        return FOR_NOW
    if jobs.cores[row] and accounts.cores[account] + jobs.cores[row] > accounts.most_cores[account]:
        return FOR_NOW
    if accounts.jobs[account] + 1 > accounts.most_jobs[account]:
        return FOR_NOW
    if ways.borrowing == STRICT and borrows(jobs, classes, row):
        return FOR_NOW
    return FREE


def borrows(jobs: Jobs, classes: Classes, row: int) -> bool:
    """Whether the class would hold more than its part with this job; one that asks for none of it does not borrow."""
    share_class, unit = jobs.share_class[row], jobs.unit[row]
    return unit > 0 and classes.held[share_class] + unit > classes.part[share_class]


def exceeds(classes: Classes, share_class: int) -> bool:
    """Whether a class holds more than its part."""
    return classes.held[share_class] > classes.part[share_class]


def enter(jobs: Jobs, accounts: Accounts, classes: Classes, row: int, sign: int) -> None:
    """Counts a job as running, or no longer so."""
    account = jobs.account[row]
    accounts.gpus[account] += sign * jobs.gpus[row]
    accounts.cores[account] += sign * jobs.cores[row]
    accounts.jobs[account] += sign
    accounts.promised[account] += sign * jobs.unit[row] * jobs.limit[row]
    classes.held[jobs.share_class[row]] += sign * jobs.unit[row]
    if sign < 0:
        accounts.shut[account] = 0
