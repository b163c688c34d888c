"""The reservation of the first job that must wait: when it can start by the estimates, where, and what is spare."""

from __future__ import annotations

from madang.simulation.general.machine import (
    BITS,
    CORES,
    GPUS,
    LOW,
    MEMORY,
    NEVER,
    SHADOW,
    Column,
    Jobs,
    Lists,
    Nodes,
    Shape,
    find,
    part_fits,
    usable,
)


def reserve(jobs: Jobs, nodes: Nodes, lists: Lists, shape: Shape, marks: Column, row: int, now: int) -> None:
    """Works out the start that the job is promised; everything that ends at that instant counts as free."""
    for at in range(shape.cells):
        nodes.then[at] = nodes.free[at]
    place, opens = 0, reopening(nodes, shape, now)
    while True:
        ends = lists.profile[place] >> BITS if place < len(lists.profile) else NEVER
        when = min(ends, opens)
        if when == NEVER:
            break
        hopeful = opens == when
        if hopeful:
            opens = reopening(nodes, shape, when)
        while place < len(lists.profile) and lists.profile[place] >> BITS == when:
            ended = lists.profile[place] & LOW
            add(jobs, nodes, lists, shape, ended, 1)
            hopeful = hopeful or touched(jobs, nodes, lists, shape, row, ended, when)
            place += 1
        if hopeful and find(jobs, nodes, lists, shape, row, nodes.then, 0, when, when + jobs.limit[row]):
            break
    marks[SHADOW] = when
    for at in range(shape.cells):
        nodes.spare[at] = nodes.then[at]
    if when < NEVER:
        set_aside(nodes, lists, shape)


def reopening(nodes: Nodes, shape: Shape, now: int) -> int:
    """The first instant after `now` at which a node that is closed by then opens again."""
    first = NEVER
    for shut in range(shape.shuts):
        if now < nodes.shut_end[shut] < first:
            first = nodes.shut_end[shut]
    for node in range(shape.nodes):
        if now < nodes.back[node] < first:
            first = nodes.back[node]
    return first


def add(jobs: Jobs, nodes: Nodes, lists: Lists, shape: Shape, row: int, sign: int) -> None:
    """Counts what a running job holds as free in `nodes.then`, or no longer so."""
    entry = jobs.hold[row]
    while entry >= 0:
        first = lists.held[entry] * shape.columns
        nodes.then[first + CORES] += sign * lists.held[entry + 2]
        nodes.then[first + MEMORY] += sign * lists.held[entry + 3]
        nodes.then[first + lists.held[entry + 1]] += sign * lists.held[entry + 4]
        entry = lists.held[entry + 5]


def touched(jobs: Jobs, nodes: Nodes, lists: Lists, shape: Shape, row: int, ended: int, when: int) -> bool:
    """Whether the end of a job can have made room for `row`: one that lies on one node fits on a node just left."""
    if not shape.placed or jobs.parts[row] > 1:
        return enough(jobs, nodes, shape, row)
    entry = jobs.hold[ended]
    while entry >= 0:
        node = lists.held[entry]
        fits = part_fits(jobs, nodes, shape, row, 1, nodes.then, 0, node)
        if fits and usable(nodes, shape, node, when, when + jobs.limit[row]):
            return True
        entry = lists.held[entry + 5]
    return False


def enough(jobs: Jobs, nodes: Nodes, shape: Shape, row: int) -> bool:
    """Whether all nodes together would have what the job asks for."""
    cores, gpus = jobs.cores[row], jobs.gpus[row]
    for node in range(shape.nodes):
        cores -= nodes.then[node * shape.columns + CORES]
        for column in range(GPUS, shape.columns):
            if jobs.column[row] == column or jobs.column[row] < 0:
                gpus -= nodes.then[node * shape.columns + column]
        if cores <= 0 and gpus <= 0:
            return True
    return False


def set_aside(nodes: Nodes, lists: Lists, shape: Shape) -> None:
    """Takes what was just picked off what is spare."""
    for at in range(0, len(lists.picked), 5):
        first = lists.picked[at] * shape.columns
        nodes.spare[first + CORES] -= lists.picked[at + 2]
        nodes.spare[first + MEMORY] -= lists.picked[at + 3]
        nodes.spare[first + lists.picked[at + 1]] -= lists.picked[at + 4]
