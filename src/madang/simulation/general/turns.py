"""The order of `madang.compute.policies.decide`: accounts take turns, each with its oldest waiting job that may start.

Each account's waiting jobs are linked in the order of submission. One whose every job is barred is not looked at again
before something of it ends, so that a pass costs no more for the long queue of an account at its limit.
"""

from __future__ import annotations

from heapq import heappop, heappush

from madang.compute.policies import FIXED
from madang.simulation.general.limits import FOR_NOW, RECLAIM, STRICT, Accounts, barred, borrows
from madang.simulation.general.machine import SHADOW, Jobs
from madang.simulation.general.priorities import use_now
from madang.simulation.general.queue_pass import BLOCKED, DROPPED, STARTED, World, consider, full
from madang.simulation.general.reclaiming import reclaim, yield_places


def join(w: World, row: int) -> None:
    """Puts a job among those of its account that wait, at its place in the order of submission."""
    jobs, accounts, account = w.jobs, w.accounts, w.jobs.account[row]
    before = accounts.last[account]
    while before > row:  # one that was stopped and waits again
        before = jobs.before[before]
    after = jobs.after[before] if before >= 0 else accounts.first[account]
    jobs.before[row] = before
    jobs.after[row] = after
    link(jobs, accounts, account, before, after, row, row)
    if barred(jobs, accounts, w.classes, w.ways, row) != FOR_NOW:
        accounts.shut[account] = 0


def part(jobs: Jobs, accounts: Accounts, row: int) -> None:
    """Takes a job from those of its account that wait."""
    link(jobs, accounts, jobs.account[row], jobs.before[row], jobs.after[row], jobs.after[row], jobs.before[row])


def link(jobs: Jobs, accounts: Accounts, account: int, before: int, after: int, first: int, last: int) -> None:
    """Has `first` follow on `before` and `last` precede `after`."""
    if before >= 0:
        jobs.after[before] = first
    else:
        accounts.first[account] = first
    if after >= 0:
        jobs.before[after] = last
    else:
        accounts.last[account] = last


def next_open(w: World, row: int) -> int:
    """This job, or one of its account after it that is not barred for now; -1 where there is none.

    Within a pass nothing ends, so that what is barred for now stays so. One is passed over only where the next comes to
    its turn no sooner for that: it is of the same class, and borrows if this one does.
    """
    jobs = w.jobs
    while row >= 0 and barred(jobs, w.accounts, w.classes, w.ways, row) == FOR_NOW:
        after = jobs.after[row]
        if after >= 0 and jobs.share_class[after] != jobs.share_class[row]:
            return row
        if after >= 0 and w.ways.borrowing and jobs.unit[after] < jobs.unit[row]:
            return row
        row = after
    return row


def take_turns(w: World, now: int) -> None:
    """One pass: next is the oldest job of the account that has used least, those within their class's part first."""
    jobs, accounts, ways = w.jobs, w.accounts, w.ways
    if full(w) and ways.borrowing != RECLAIM:
        return
    heads = [0]
    heads.pop()
    for account in range(len(accounts.first)):
        if accounts.first[account] >= 0 and accounts.shut[account] == 0:
            row = next_open(w, accounts.first[account])
            if row >= 0:
                heads.append(row)
            elif ways.borrowing != STRICT:  # else the end of another account's job may open it
                accounts.shut[account] = 1
    if len(heads) == 0:
        return
    use_now(jobs, accounts, ways, w.lists, now)
    turns = [turn_of(w, row) for row in heads]
    turns.sort()
    while len(turns) > 0 and not (w.marks[SHADOW] >= 0 and full(w)):
        beyond, _, row = heappop(turns)
        if ways.borrowing and not beyond and borrows(jobs, w.classes, row):  # others have taken what was left
            heappush(turns, turn_of(w, row))
            continue
        after, first = jobs.after[row], w.marks[SHADOW] < 0
        outcome = consider(w, row, now)
        if outcome == STARTED:
            accounts.now_used[jobs.account[row]] += (jobs.charge[row] * ways.entry) << FIXED
        if outcome == BLOCKED and first and ways.borrowing == RECLAIM:
            reclaim(w, row, now)
        if outcome in (STARTED, DROPPED):
            part(jobs, accounts, row)
        after = next_open(w, after)
        if after >= 0:
            heappush(turns, turn_of(w, after))
    yield_places(w, now)


def turn_of(w: World, row: int) -> tuple[int, int, int]:
    """Whether an account's oldest waiting job borrows, then its account's use per weight of its class, then its age."""
    used = w.accounts.now_used[w.jobs.account[row]] // w.classes.weight[w.jobs.share_class[row]]
    return (1 if w.ways.borrowing and borrows(w.jobs, w.classes, row) else 0), used, row
