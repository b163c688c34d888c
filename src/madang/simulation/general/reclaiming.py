"""Whom a job within its class's part makes give way where accounts take turns: as `madang.compute.shares` chooses."""

from __future__ import annotations

from bisect import bisect_left

from madang.simulation.general.limits import borrows
from madang.simulation.general.machine import BITS, CORES, GPUS, LOW, MEMORY, Jobs, Nodes, Shape, find
from madang.simulation.general.queue_pass import World, stop
from madang.simulation.general.reservation import add, reserve


def reclaim(w: World, row: int, now: int) -> None:
    """Has the first job that must wait take back its class's part: who is to give way counts as gone in a second."""
    if borrows(w.jobs, w.classes, row):
        return
    choose_who_yields(w, row, now)
    if len(w.lists.yielding) > 0:
        end_by(w, now, 1)
        reserve(w.jobs, w.nodes, w.lists, w.shape, w.marks, row, now)
        end_by(w, now, 0)


def yield_places(w: World, now: int) -> None:
    """At the end of a pass those who give way are stopped, and wait again."""
    for row in w.lists.yielding:
        stop(w, row, now)
    w.lists.yielding.clear()


def choose_who_yields(w: World, row: int, now: int) -> None:
    """Of classes beyond their parts those that started last, as few as make the job fit; nobody where none would.

    Whoever has started at this very instant is spared, so that nobody starts and stops in turn for ever.
    """
    jobs, nodes, lists, until = w.jobs, w.nodes, w.lists, now + w.jobs.limit[row]
    for at in range(w.shape.cells):
        nodes.then[at] = nodes.free[at]
    place = 0
    while place < len(lists.profile) and lists.profile[place] >> BITS <= now + 1:
        add(jobs, nodes, lists, w.shape, lists.profile[place] & LOW, 1)
        place += 1
    latest = [(-jobs.start[key & LOW], key & LOW) for key in lists.profile[place:] if jobs.start[key & LOW] < now]
    latest.sort()
    over = [w.classes.held[each] - w.classes.part[each] for each in range(len(w.classes.part))]
    fits = find(jobs, nodes, lists, w.shape, row, nodes.then, 0, now, until)
    for _, other in latest:
        if fits:
            break
        if over[jobs.share_class[other]] > 0 and has_what_is_short(jobs, nodes, w.shape, row, other):
            over[jobs.share_class[other]] -= jobs.unit[other]
            lists.yielding.append(other)
            add(jobs, nodes, lists, w.shape, other, 1)
            fits = find(jobs, nodes, lists, w.shape, row, nodes.then, 0, now, until)
    if not fits:
        lists.yielding.clear()
        return
    for place in range(len(lists.yielding) - 2, -1, -1):
        add(jobs, nodes, lists, w.shape, lists.yielding[place], -1)
        if find(jobs, nodes, lists, w.shape, row, nodes.then, 0, now, until):
            lists.yielding.pop(place)
        else:
            add(jobs, nodes, lists, w.shape, lists.yielding[place], 1)


def has_what_is_short(jobs: Jobs, nodes: Nodes, shape: Shape, row: int, other: int) -> bool:
    """Whether `other` holds something that `row` asks for and that is short; on nodes, anything that it asks for."""
    cores, memory, gpus = 0, 0, 0
    if not shape.placed:
        for node in range(shape.nodes):
            first = node * shape.columns
            cores += nodes.then[first + CORES]
            memory += nodes.then[first + MEMORY]
            for column in range(GPUS, shape.columns):
                if jobs.column[row] == column or jobs.column[row] < 0:
                    gpus += nodes.then[first + column]
    same = jobs.column[row] < 0 or jobs.column[other] < 0 or jobs.column[row] == jobs.column[other]
    if same and jobs.gpus[row] > gpus and jobs.gpus[other] > 0:
        return True
    if jobs.cores[row] > cores and jobs.cores[other] > 0:
        return True
    return jobs.memory[row] > memory and jobs.memory[other] > 0


def end_by(w: World, now: int, soon: int) -> None:
    """Has those who give way end in a second by the estimates, or at their limits again."""
    for row in w.lists.yielding:
        limit, short = (w.jobs.start[row] + w.jobs.limit[row]) << BITS | row, (now + 1) << BITS | row
        w.lists.profile.pop(bisect_left(w.lists.profile, limit if soon else short))
        key = short if soon else limit
        w.lists.profile.insert(bisect_left(w.lists.profile, key), key)
