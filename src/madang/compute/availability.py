"""What a cluster had installed, what of it was down and what was taken out of service, worked out day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from madang.accounting.metering import by_day, clock_second
from madang.values import Period

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Condition(StrEnum):
    """`installed`: what the cluster counts as its own, down or not; `down`: a node failed; `drained`: taken out."""

    INSTALLED = "installed"
    DOWN = "down"
    DRAINED = "drained"


class Resource(NamedTuple):
    """What is counted: GPUs of a type as pools name it (empty where none is known), or cores, which have no type."""

    unit: str
    kind: str = ""


CORE, GPU = "core", "gpu"


@dataclass(frozen=True)
class Event:
    """One stretch [start, end) in which a node, or with an empty name the whole cluster, was in a condition.

    `end` is None while it lasts. `has` says how much of each resource the node or the cluster has. `state` and `reason`
    are the cluster's own words.
    """

    node: str
    condition: Condition
    state: str
    reason: str
    has: Mapping[Resource, int]
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Seconds:
    """GPU-seconds or core-seconds of one day: installed, and of these down and drained; never more than installed."""

    installed: int = 0
    down: int = 0
    drained: int = 0

    @property
    def available(self) -> int:
        """What jobs could have used."""
        return self.installed - self.down - self.drained

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.installed + other.installed, self.down + other.down, self.drained + other.drained)


class _Stretch(NamedTuple):
    """Seconds since 1970, `end` not among them, in which one node, or the cluster, was in one condition."""

    start: int
    end: int
    condition: Condition
    has: Mapping[Resource, int]


def by_days(events: Iterable[Event], zone: ZoneInfo, period: Period) -> dict[tuple[date, Resource], Seconds]:
    """Whole seconds of each resource by the centre's day in `zone`, for the seconds of the clock that lie in `period`.

    Of several events of one node at one instant, that it is down counts before that it is drained, and the event that
    began last before the others; each second of a node counts once. What nodes lack never exceeds what is installed at
    that instant, since a node that was taken out of the cluster may stay down in its records for ever. Days on which
    nothing was installed are left out.
    """
    first, last = clock_second(period.start), clock_second(period.end)
    found: dict[tuple[date, Resource], Seconds] = defaultdict(Seconds)
    for resource, steps in _steps(list(events), first, last).items():
        for (start, (installed, down, drained)), (end, _) in pairwise(steps):
            lacking = min(down, installed)
            held = Seconds(installed, lacking, min(drained, installed - lacking))
            if installed:
                for day, begin, stop in by_day(start, end, zone):
                    seconds = stop - begin
                    whole = Seconds(held.installed * seconds, held.down * seconds, held.drained * seconds)
                    found[day, resource] += whole
    return dict(found)


def _steps(events: Sequence[Event], first: int, last: int) -> dict[Resource, list[tuple[int, tuple[int, int, int]]]]:
    """By resource: the seconds at which something changes, each with installed, down and drained from there on."""
    order = list(Condition)
    changes: dict[Resource, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    by_node: dict[str, list[_Stretch]] = defaultdict(list)
    for event in events:
        end = last if event.end is None else min(clock_second(event.end), last)
        start = max(clock_second(event.start), first)
        if start < end:
            # a stretch keeps when its event really began, so that cutting the period does not change which came last
            by_node[event.node].append(_Stretch(clock_second(event.start), end, event.condition, event.has))
    for stretches in by_node.values():
        for start, end, condition, has in _apart(stretches, first):
            for resource, number in has.items():
                changes[resource][start][order.index(condition)] += number
                changes[resource][end][order.index(condition)] -= number
    found = {}
    for resource, at in changes.items():
        sums, steps = [0, 0, 0], []
        for second in sorted(at):
            sums = [so_far + change for so_far, change in zip(sums, at[second], strict=True)]
            steps.append((second, (sums[0], sums[1], sums[2])))
        found[resource] = steps
    return found


def _apart(stretches: Sequence[_Stretch], first: int) -> Iterator[_Stretch]:
    """The same of one node without overlaps, from second `first` on."""
    bounds = sorted({max(first, bound) for one in stretches for bound in (one.start, one.end)})
    coming = sorted(stretches, key=lambda one: one.start, reverse=True)
    there: list[_Stretch] = []
    for start, end in pairwise(bounds):
        while coming and coming[-1].start <= start:
            there.append(coming.pop())
        there = [one for one in there if one.end > start]
        if there:
            counts = max(there, key=lambda one: (one.condition is Condition.DOWN, one.start, one.end))
            yield _Stretch(start, end, counts.condition, counts.has)
