"""The policies `rank` and `tiers`: walks a published order, each award whole, until what is left is too little."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from madang.allocation import ties
from madang.allocation.lines import SHARE, Room, unmet
from madang.allocation.parts import Award, Request, asked_award
from madang.allocation.placing import Short, placed, shortages, ways
from madang.allocation.policies import STOP, Rank, Tiers
from madang.allocation.problem import Problem

Awards = dict[str, Award]
Series = tuple[str, str, str]
VERSION = "2"


@dataclass
class Turn:
    """What a request met when its turn came: its award, or what was too short, or which list had ended and where."""

    request: Request
    award: Award | None = None
    short: list[Short] = field(default_factory=list)
    ended: tuple[Series, int] | None = None


class Walk:
    """The walk down a list; `room` holds the fixed awards at first, and everything given afterwards."""

    def __init__(self, room: Room, overflow: str, *, dry: bool = False) -> None:
        self.room = room
        self.overflow = overflow
        self.dry = dry  # only asks what would happen: takes nothing and ends no list
        self.closed: dict[Series, int] = {}

    def turn(self, request: Request, place: int) -> Turn:
        """Gives what fits, or says why nothing does; `place` (from 1) is remembered where a list ends here."""
        ended = None
        for option, later in ways(request):
            barred = self.barred(request, option, later)
            if barred is not None:
                ended = ended or barred
                continue
            award = placed(self.room, request, asked_award(request, option), option, later)
            if award is not None:
                if not self.dry:
                    self.room.take(self.room.need(request, award))
                return Turn(request, award)
        if ended is not None and self.barred(request, 0, 0) is not None:
            return Turn(request, ended=ended)
        short = shortages(self.room, request, asked_award(request))
        if self.overflow == STOP and not self.dry:
            for one in short:
                line = self.room.lines[one.line]
                if line.kind != SHARE:
                    self.closed.setdefault(line.series, place)
        return Turn(request, short=short)

    def barred(self, request: Request, option: int, later: int) -> tuple[Series, int] | None:
        """The first series this way draws on whose list has ended, and at which place it did."""
        if not self.closed:
            return None
        for line in lines_of(self.room, request, option, later):
            series = self.room.lines[line].series
            if series in self.closed:
                return series, self.closed[series]
        return None


def lines_of(room: Room, request: Request, option: int, later: int) -> list[int]:
    """The lines that a way of serving a request draws on, in their order."""
    found: set[int] = set()
    for item in request.options[option].items:
        pool = room.problem.product[item.product].pool
        for offset in range(item.months):
            found.update(line for line, _ in room.tariff(request, pool, item.first.plus(later + offset)))
    return sorted(found)


def walked(problem: Problem, policy: Rank | Tiers, order: Sequence[Request], room: Room) -> Iterator[Turn]:
    """The turn of every candidate, in turn; `room` holds the fixed awards."""
    walk = Walk(room, policy.overflow)
    for place, request in enumerate(order, start=1):
        yield walk.turn(request, place)


def candidates(problem: Problem, order: Iterable[Request]) -> list[Request]:
    """Whom a policy decides on: those who reach every minimum and have no fixed award."""
    return [r for r in order if r.fixed is None and unmet(problem, r) is None]


def queue(problem: Problem, policy: Rank | Tiers, order: Sequence[Request], seed: int) -> list[Request]:
    """The candidates in the order in which they are served: by rank, or tier by tier with the lottery in the second."""
    found = candidates(problem, order)
    if isinstance(policy, Rank):
        return found
    points = problem.points
    drawn = [r for r in found if policy.lottery <= points[r.id] < policy.whole]
    drawn.sort(key=lambda r: (ties.ticket(problem, seed, r.id), r.id))
    return [r for r in found if points[r.id] >= policy.whole] + drawn


def ranked(problem: Problem, policy: Rank | Tiers, order: Sequence[Request], room: Room) -> Awards:
    """The awards beside the fixed ones, to the candidates in the order in which they are served."""
    return {turn.request.id: turn.award for turn in walked(problem, policy, order, room) if turn.award is not None}
