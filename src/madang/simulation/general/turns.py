"""The order of `madang.compute.policies.decide`: accounts take turns, each with its oldest waiting job that may start.

Each account's waiting jobs are linked in the order of submission. One whose every job is barred is not looked at again
before something of it ends, so that a pass costs no more for the long queue of an account at its limit.
"""

from __future__ import annotations

from heapq import heappop, heappush

from madang.compute.policies import FIXED
from madang.simulation.general.limits import FOR_NOW, Accounts, barred
from madang.simulation.general.machine import Jobs
from madang.simulation.general.priorities import use_now
from madang.simulation.general.queue_pass import DROPPED, STARTED, World, consider, full


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
    """This job, or the next of its account that is not barred for now; -1 where there is none.

    Within a pass nothing ends, so that what is barred for now stays so.
    """
    while row >= 0 and barred(w.jobs, w.accounts, w.classes, w.ways, row) == FOR_NOW:
        row = w.jobs.after[row]
    return row


def take_turns(w: World, now: int) -> None:
    """One pass: next is the oldest job of the account that has used least."""
    jobs, accounts = w.jobs, w.accounts
    if full(w):
        return
    heads = [0]
    heads.pop()
    for account in range(len(accounts.first)):
        if accounts.first[account] >= 0 and accounts.shut[account] == 0:
            row = next_open(w, accounts.first[account])
            if row >= 0:
                heads.append(row)
            else:
                accounts.shut[account] = 1
    if len(heads) == 0:
        return
    use_now(jobs, accounts, w.ways, w.lists, now)
    turns = [turn_of(w, row) for row in heads]
    turns.sort()
    while len(turns) > 0:
        row = heappop(turns)[1]
        after = jobs.after[row]
        outcome = consider(w, row, now)
        if outcome == STARTED:
            accounts.now_used[jobs.account[row]] += (jobs.charge[row] * w.ways.entry) << FIXED
        if outcome in (STARTED, DROPPED):
            part(jobs, accounts, row)
        after = next_open(w, after)
        if after >= 0:
            heappush(turns, turn_of(w, after))


def turn_of(w: World, row: int) -> tuple[int, int]:
    """What an account's oldest waiting job competes with: its account's use per weight of its class, then its age."""
    return w.accounts.now_used[w.jobs.account[row]] // w.classes.weight[w.jobs.share_class[row]], row
