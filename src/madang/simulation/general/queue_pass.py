"""One pass over the queue: who starts now, who holds the reservation, and whom a job of more right may stop."""

from __future__ import annotations

from bisect import bisect_left
from heapq import heappush
from typing import NamedTuple

from madang.simulation.general.limits import (
    BORROW,
    BY_TURNS,
    FOR_EVER,
    FREE,
    RECLAIM,
    Accounts,
    Classes,
    Ways,
    barred,
    borrows,
    enter,
    exceeds,
)
from madang.simulation.general.machine import (
    BITS,
    DIRTY,
    DONE,
    HEAD,
    LOW,
    MEMORY,
    NEVER,
    PENDING,
    RUNNERS,
    RUNNING,
    SHADOW,
    STUCK,
    WAITING,
    Column,
    Jobs,
    Lists,
    Nodes,
    Shape,
    find,
    forget_in_vain,
    give,
    hopeless,
    in_vain,
    note_in_vain,
    take,
)
from madang.simulation.general.priorities import charge
from madang.simulation.general.reservation import add, reserve, set_aside, touched

BARRED, STARTED, BLOCKED, DROPPED, PREEMPTED = range(5)
OFF = -1  # in the place of a key that has left the queue during a pass


class World(NamedTuple):
    """All that a run is made of."""

    jobs: Jobs
    nodes: Nodes
    accounts: Accounts
    classes: Classes
    lists: Lists
    shape: Shape
    ways: Ways
    marks: Column


def walk(w: World, now: int) -> bool:
    """In the order of the keys; jobs within their class's part before those that borrow. True: pass once more."""
    for phase in range(2 if w.ways.borrowing >= BORROW else 1):
        for place in range(len(w.lists.queue)):
            key = w.lists.queue[place]
            if key == OFF:
                continue
            row = key & LOW
            if w.ways.borrowing >= BORROW and borrows(w.jobs, w.classes, row) != (phase == 1):
                continue
            outcome = consider(w, row, now)
            if outcome != BLOCKED and outcome != BARRED:
                w.lists.queue[place] = OFF
            if outcome == PREEMPTED:
                return True
            if outcome == BLOCKED:
                w.marks[HEAD] = min(w.marks[HEAD], key)
                if not w.ways.backfill or (w.ways.preempting == 0 and w.ways.borrowing < RECLAIM and full(w)):
                    return False
    return False


def full(w: World) -> bool:
    """Whether nothing at all is free."""
    left = 0
    for column in range(w.shape.columns):
        left += w.nodes.sums[column] if column != MEMORY else 0
    return left == 0


def consider(w: World, row: int, now: int) -> int:
    """Starts the job if it may and can; the first that cannot gets the reservation."""
    jobs, nodes, lists, marks = w.jobs, w.nodes, w.lists, w.marks
    bar = barred(jobs, w.accounts, w.classes, w.ways, row)
    if bar == FOR_EVER:
        jobs.state[row] = STUCK
        marks[PENDING] -= 1
        account = jobs.account[row]
        if w.accounts.exhausted[account] < 0:
            w.accounts.exhausted[account] = now
        return DROPPED
    if bar != FREE:
        return BARRED
    until = now + jobs.limit[row]
    keep = 1 if 0 <= marks[SHADOW] < until else 0
    hopeful = (marks[SHADOW] < 0 or w.ways.backfill) and not hopeless(jobs, nodes, w.shape, row)
    if hopeful and not in_vain(jobs, w.shape, marks, row, keep, now):
        if find(jobs, nodes, lists, w.shape, row, nodes.free, keep, now, until):
            launch(w, row, now)
            return STARTED
        note_in_vain(jobs, w.shape, marks, row, keep)
    stopping = w.ways.preempting or (w.ways.borrowing == RECLAIM and w.ways.order != BY_TURNS)
    if stopping and make_room(w, row, now):
        launch(w, row, now)
        return PREEMPTED
    if marks[SHADOW] < 0:
        reserve(jobs, nodes, lists, w.shape, marks, row, now)
    return BLOCKED


def launch(w: World, row: int, now: int) -> None:
    """Starts a job where `find` has just placed it."""
    jobs, lists = w.jobs, w.lists
    if 0 <= w.marks[SHADOW] < now + jobs.limit[row]:
        set_aside(w.nodes, lists, w.shape)
    take(jobs, w.nodes, lists, w.shape, w.marks, row)
    enter(jobs, w.accounts, w.classes, row, 1)
    jobs.state[row] = RUNNING
    jobs.start[row] = now
    heappush(lists.ends, (now + jobs.run[row]) << BITS | row)
    key = (now + jobs.limit[row]) << BITS | row
    lists.profile.insert(bisect_left(lists.profile, key), key)
    w.marks[RUNNERS] += 1
    w.marks[PENDING] -= 1


def leave(w: World, row: int, now: int) -> None:
    """Frees what a running job holds and charges what it used."""
    jobs, lists = w.jobs, w.lists
    give(jobs, w.nodes, lists, w.shape, w.marks, row)
    enter(jobs, w.accounts, w.classes, row, -1)
    w.accounts.spent[jobs.account[row]] += jobs.unit[row] * (now - jobs.start[row])
    charge(jobs, w.accounts, w.ways, row, now)
    lists.profile.pop(bisect_left(lists.profile, (jobs.start[row] + jobs.limit[row]) << BITS | row))
    w.marks[RUNNERS] -= 1
    w.marks[DIRTY] = 1


def finish(w: World, row: int, now: int) -> None:
    """A job is done, or at its limit."""
    leave(w, row, now)
    w.jobs.state[row] = DONE
    w.jobs.end[row] = now


def stop(w: World, row: int, now: int) -> None:
    """A job is stopped and waits again, to begin anew."""
    leave(w, row, now)
    w.lists.stopped.append(row)
    w.lists.stopped.append(w.jobs.start[row])
    w.lists.stopped.append(now)
    w.jobs.restarts[row] += 1
    w.jobs.state[row] = WAITING
    w.jobs.start[row] = -1
    w.lists.requeued.append(row)
    w.marks[PENDING] += 1


def make_room(w: World, row: int, now: int) -> bool:
    """Stops the fewest jobs, the last started first, that make the job fit; they must have less right to run than it.

    True where it fits now; `lists.picked` then says where.
    """
    jobs, nodes, lists, until = w.jobs, w.nodes, w.lists, now + w.jobs.limit[row]
    found = victims(w, row, now)
    for at in range(w.shape.cells):
        nodes.then[at] = nodes.free[at]
    taken, fits = 0, False
    over = [w.classes.held[each] - w.classes.part[each] for each in range(len(w.classes.part))]
    chosen = [0]
    chosen.pop()
    while taken < len(found) and not fits:
        victim = found[taken][2]
        taken += 1
        if found[taken - 1][0] == NEVER and over[jobs.share_class[victim]] <= 0:
            continue
        over[jobs.share_class[victim]] -= jobs.unit[victim]
        chosen.append(victim)
        add(jobs, nodes, lists, w.shape, victim, 1)
        if touched(jobs, nodes, lists, w.shape, row, victim, now):
            fits = find(jobs, nodes, lists, w.shape, row, nodes.then, 0, now, until)
    if not fits:
        return False
    for place in range(len(chosen) - 2, -1, -1):
        add(jobs, nodes, lists, w.shape, chosen[place], -1)
        if find(jobs, nodes, lists, w.shape, row, nodes.then, 0, now, until):
            chosen[place] = OFF
        else:
            add(jobs, nodes, lists, w.shape, chosen[place], 1)
    for victim in chosen:
        if victim != OFF:
            stop(w, victim, now)
    w.marks[SHADOW] = -1
    forget_in_vain(nodes, w.shape, w.marks, now)
    return find(jobs, nodes, lists, w.shape, row, nodes.free, 0, now, until)


def victims(w: World, row: int, now: int) -> list[tuple[int, int, int]]:
    """Who may be stopped for this job, in that order: by QOS level, then classes beyond their part; latest first.

    Nobody takes back from a higher level: two jobs could stop each other in turn for ever.
    """
    jobs, ways = w.jobs, w.ways
    found = [(0, 0, 0)]
    found.pop()
    owner = ways.borrowing == RECLAIM and not borrows(jobs, w.classes, row)
    for key in w.lists.profile:
        other = key & LOW
        if jobs.start[other] == now:
            continue  # so that nobody is started and stopped in turn within one instant
        exempt = now - jobs.start[other] < ways.exempt
        if ways.preempting and jobs.level[other] < jobs.level[row] and not exempt:
            found.append((jobs.level[other], -jobs.start[other], other))
        elif owner and exceeds(w.classes, jobs.share_class[other]) and jobs.level[other] <= jobs.level[row]:
            found.append((NEVER, -jobs.start[other], other))
    found.sort()
    return found
