"""The course of a run under rules, instant by instant: ends and closures, then submissions, then one pass."""

from __future__ import annotations

from bisect import bisect_left
from heapq import heappop

from madang.simulation.general.limits import BORROW, BY_PRIORITY, BY_TURNS, Accounts, Classes, Ways
from madang.simulation.general.machine import (
    BITS,
    COME,
    DIRTY,
    FRAGMENTED,
    HEAD,
    LOW,
    NEVER,
    NEXT_CALC,
    PENDING,
    RUNNERS,
    RUNNING,
    SHADOW,
    WAITING,
    WHOLE,
    Column,
    Jobs,
    Lists,
    Nodes,
    Shape,
    count,
    forget_in_vain,
)
from madang.simulation.general.priorities import key_of, recalculate
from madang.simulation.general.queue_pass import BARRED, BLOCKED, OFF, World, consider, finish, stop, walk
from madang.simulation.general.turns import join, take_turns

CLOSE, OPEN, FAIL = 0, 1, 2


def play_general(
    jobs: Jobs,
    nodes: Nodes,
    accounts: Accounts,
    classes: Classes,
    shape: Shape,
    ways: Ways,
    marks: Column,
    changes: Column,
) -> tuple[list[int], list[int]]:
    """Fills the jobs' `start`, `end` and `restarts`; returns (row, start, end) of stopped attempts and the samples.

    `changes` holds instant, kind, first node, last node (not included) and end of each closing, opening and failure,
    by instant. A sample is an instant, what lies free on partly used nodes, and what there is on nodes that are up.
    """
    lists = Lists([0], [0], [NEVER << 2], [0], [0], [0], [0], [0], [0], [0])
    for each in (lists.queue, lists.profile, lists.picked, lists.held, lists.holes, lists.stopped, lists.requeued):
        each.pop()
    lists.yielding.pop()
    lists.samples.pop()
    w = World(jobs, nodes, accounts, classes, lists, shape, ways, marks)
    forget_in_vain(nodes, shape, marks, 0)
    coming, change = 0, 0
    while coming < len(jobs.submit) or marks[RUNNERS] > 0 or (marks[PENDING] > 0 and change < len(changes)):
        drop_stale(w)
        now = lists.ends[0] >> BITS
        if coming < len(jobs.submit):
            now = min(now, jobs.submit[coming])
        if change < len(changes):
            now = min(now, changes[change])
        while lists.ends[0] >> BITS == now:
            finish(w, heappop(lists.ends) & LOW, now)
            drop_stale(w)
        while change < len(changes) and changes[change] == now:
            alter(w, changes, change, now)
            change += 5
        first = coming
        while coming < len(jobs.submit) and jobs.submit[coming] == now:
            jobs.state[coming] = WAITING
            marks[PENDING] += 1
            coming += 1
        marks[COME] = coming
        pass_over(w, first, coming, now)
        sample(w, now)
    return lists.stopped, lists.samples


def drop_stale(w: World) -> None:
    """Takes ends off the heap that never came, since the attempt was stopped before."""
    jobs, ends = w.jobs, w.lists.ends
    while len(ends) > 1:
        row = ends[0] & LOW
        if jobs.state[row] == RUNNING and jobs.start[row] + jobs.run[row] == ends[0] >> BITS:
            return
        heappop(ends)


def alter(w: World, changes: Column, change: int, now: int) -> None:
    """Closes nodes, opens them, or lets one fail: what runs there is stopped."""
    nodes, marks, kind = w.nodes, w.marks, changes[change + 1]
    for node in range(changes[change + 2], changes[change + 3]):
        if kind == FAIL:
            nodes.back[node] = max(nodes.back[node], changes[change + 4])
        if kind == OPEN:
            nodes.down[node] -= 1
            if nodes.down[node] == 0:
                count(nodes, w.shape, marks, node, 1)
        else:
            if nodes.down[node] == 0:
                count(nodes, w.shape, marks, node, -1)
            nodes.down[node] += 1
            if kind == FAIL:
                empty(w, node, now)
    marks[DIRTY] = 1


def empty(w: World, node: int, now: int) -> None:
    """Stops every job that holds something of this node."""
    place = 0
    while place < len(w.lists.profile):
        row = w.lists.profile[place] & LOW
        entry = w.jobs.hold[row]
        while entry >= 0 and w.lists.held[entry] != node:
            entry = w.lists.held[entry + 5]
        if entry >= 0:
            stop(w, row, now)
        else:
            place += 1


def pass_over(w: World, first: int, last: int, now: int) -> None:
    """Lets the jobs from `first` up to `last`, and those just stopped, into the queue, and starts what can start."""
    marks, ways = w.marks, w.ways
    if ways.order == BY_PRIORITY and now >= marks[NEXT_CALC]:
        recalculate(w.jobs, w.accounts, w.classes, ways, w.lists, now)
        marks[NEXT_CALC] = now - now % ways.recalculate + ways.recalculate
        marks[DIRTY] = 1
    if marks[DIRTY] or ways.order == BY_TURNS or ways.borrowing >= BORROW or ways.preempting:
        for row in range(first, last):
            insert(w, key_of(w.jobs, w.accounts, ways, row, now))
        let_in(w, now)
        if marks[PENDING] > 0:
            serve(w, now)
        while len(w.lists.requeued) > 0:
            let_in(w, now)
            serve(w, now)
        return
    fresh = [key_of(w.jobs, w.accounts, ways, row, now) for row in range(first, last)]
    fresh.sort()
    if len(fresh) > 0 and fresh[0] < marks[HEAD] and marks[HEAD] < NEVER:
        for key in fresh:
            insert(w, key)
        serve(w, now)
        return
    for key in fresh:
        come(w, key, now)


def serve(w: World, now: int) -> None:
    """Passes over the whole queue until no job has been stopped in favour of another."""
    while True:
        w.marks[SHADOW] = -1
        w.marks[HEAD] = NEVER
        w.marks[DIRTY] = 0
        forget_in_vain(w.nodes, w.shape, w.marks, now)
        if w.ways.order == BY_TURNS:
            take_turns(w, now)
            return
        again = walk(w, now)
        close_ranks(w)
        if not again:
            return


def close_ranks(w: World) -> None:
    """Drops who has left the queue, and lets those in who were stopped."""
    kept = 0
    for place in range(len(w.lists.queue)):
        if w.lists.queue[place] != OFF:
            w.lists.queue[kept] = w.lists.queue[place]
            kept += 1
    while len(w.lists.queue) > kept:
        w.lists.queue.pop()


def come(w: World, key: int, now: int) -> None:
    """A job comes last while nothing else has changed: it starts or waits, and nobody else is asked again."""
    outcome = BARRED
    if w.marks[HEAD] == NEVER or w.ways.backfill:
        outcome = consider(w, key & LOW, now)
    if outcome == BLOCKED:
        w.marks[HEAD] = min(w.marks[HEAD], key)
    if outcome in (BLOCKED, BARRED):
        insert(w, key)


def insert(w: World, key: int) -> None:
    """Puts a key into the queue, or a job among those of its account."""
    if w.ways.order == BY_TURNS:
        join(w, key & LOW)
        return
    w.lists.queue.insert(bisect_left(w.lists.queue, key), key)


def let_in(w: World, now: int) -> None:
    """Those that were stopped wait again."""
    while len(w.lists.requeued) > 0:
        insert(w, key_of(w.jobs, w.accounts, w.ways, w.lists.requeued.pop(), now))


def sample(w: World, now: int) -> None:
    """Notes what is fragmented and what there is, where either has changed."""
    lists = w.lists
    last = len(lists.samples) - 3
    if last < 0 or lists.samples[last + 1] != w.marks[FRAGMENTED] or lists.samples[last + 2] != w.marks[WHOLE]:
        lists.samples.append(now)
        lists.samples.append(w.marks[FRAGMENTED])
        lists.samples.append(w.marks[WHOLE])
